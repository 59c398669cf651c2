"""Write the files of a fleet as texts: stack files, the lists that they include, pipelines, and fleet.json. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import yaml

from components.config import CONFIG_KEY
from components.judgement import HOLDS
from estate.model import Estate
from policies.core.words import few
from preflight.fleet.document import FleetDocument, StackDocument, cut_document
from preflight.fleet.limits import stacks_of_databases
from preflight.fleet.placing import Fleet, FleetStack
from preflight.init.grouping import Proposal
from preflight.init.survey import Survey
from preflight.init.writing import Beside, Choices, stack_file

#: The directory of all files but the stack files, beside Pulumi.yaml.
DIRECTORY: Final = "fleet"
PLAN: Final = f"{DIRECTORY}/fleet.json"
_AT_ONCE: Final = 2
_RESYNC_SECONDS: Final = 900
#: What the pipelines read. It is apart from all that is committed: results of a changed checkout count for no commit.
_READING: Final = "reading"
_ESTATE: Final = f"{_READING}/estate.json"
_OUTPUTS: Final = f"{_READING}/outputs.json"
_CHECK: Final = f".venv/bin/preflight check --estate {_ESTATE}"


@dataclass(frozen=True)
class Orders:
    """What the user chose for all stacks.

    `choices` are those of the first stack. `project` is `organization/project`. `repository` and `commit` are those of
    the program that the Kubernetes operator runs.
    """

    choices: Choices
    project: str
    repository: str
    commit: str

    def of(self, fleet: Fleet) -> Mapping[str, Choices]:
        """Return the choices of each stack, by name: the windows follow each other in the order of the stacks."""
        choices_of, place = {}, 0
        for stack in fleet.stacks:
            start, _ = self.choices.window(place)
            choices_of[stack.name] = replace(self.choices, stack=stack.name, start=start)
            place += len(stack.waves)
        return choices_of


@dataclass(frozen=True)
class Draft:
    """A fleet that is about to be written; `network` is the target network in the config of the first stack."""

    survey: Survey
    fleet: Fleet
    orders: Orders
    network: Mapping[str, object]
    document: FleetDocument


def starts(fleet: Fleet, orders: Orders) -> Mapping[str, datetime]:
    """Return the time of each moving instance's window, by instance id."""
    of = orders.of(fleet)
    return {
        item.id: of[stack.name].window(place)[0]
        for stack in fleet.stacks
        for place, wave in enumerate(stack.waves)
        for item in wave.instances
    }


def list_of(stack: str) -> str:
    """Return the path of the list of a stack's own instances, which the other stacks include."""
    return f"{DIRECTORY}/later/{stack}.json"


def stack_path(stack: str) -> str:
    """Return the path of a stack file."""
    return f"Pulumi.{stack}.yaml"


def stack_texts(draft: Draft, pulumi_keys: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Return the stack files by path; `pulumi_keys` has, by stack, Pulumi's own keys in files that are replaced."""
    fleet, of = draft.fleet, draft.orders.of(draft.fleet)
    shared = stacks_of_databases(draft.survey, fleet)
    texts = {}
    for place, stack in enumerate(fleet.stacks):
        beside = Beside("preflight fleet plan", (_about(fleet, place),), tuple(_keys(draft, place, shared)))
        texts[stack_path(stack.name)] = stack_file(
            Proposal(stack.waves, stack.later, fleet.staying),
            draft.survey.estate,
            of[stack.name],
            pulumi_keys.get(stack.name, {}),
            beside,
        )
    return texts


def _about(fleet: Fleet, place: int) -> str:
    names = [stack.name for stack in fleet.stacks]
    if len(names) == 1:
        return "It is the only stack of its fleet."
    first = names[0]
    role = (
        "It makes the target network and the clones of all security groups: run `pulumi up` on it before the others, "
        "and destroy it last."
        if place == 0
        else f"It uses the network and the clones of {first}, which must be up first."
    )
    return f"Stack {place + 1} of {len(names)} ({few(names)}). {role}"


def _keys(draft: Draft, place: int, shared: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, object]]:
    fleet = draft.fleet
    stack = fleet.stacks[place]
    if other_stacks := [other.name for other in fleet.stacks if other is not stack]:
        yield (
            "include",
            "Instances of the other stacks, which count as `later` here: one list per stack.",
            [list_of(name) for name in other_stacks],
        )
    if place == 0:
        yield "network", "It has room for the instances of all stacks.", dict(draft.network)
        yield "securityGroups", "", {"mode": "clone"}
    else:
        first = fleet.stacks[0].name
        yield "network", "", {"mode": "shared", "stack": f"{draft.orders.project}/{first}"}
        yield "securityGroups", "", {"mode": "shared"}
    databases = [
        {"id": database_id, "whitelistGroup": f"classic_to_vpc_{place + 1}"}
        for database_id, names in sorted(shared.items())
        if stack.name in names and len(names) > 1
    ]
    if databases:
        yield (
            "databases",
            "Other stacks use these databases too, so each stack names its own whitelist group.",
            databases,
        )


def list_texts(fleet: Fleet) -> dict[str, str]:
    """Return the list of each stack's own instances, by path; a single stack needs none."""
    if len(fleet.stacks) == 1:
        return {}
    return {list_of(stack.name): _json({"later": list(stack.ids)}) for stack in fleet.stacks}


# ---- pipelines ----


def matrix(fleet: Fleet) -> dict[str, object]:
    """Return the matrix of a GitHub workflow: one job per stack."""
    first = fleet.stacks[0].name
    return {
        "include": [
            {"stack": stack.name, "instances": len(stack.moving), "after": "" if stack.name == first else first}
            for stack in fleet.stacks
        ]
    }


def gitlab(fleet: Fleet) -> dict[str, object]:
    """Return a child pipeline of GitLab: one reading, one job per stack (two at a time), and the report as the gate.

    Each job has rules: without any it would be left out of the child of a merge request's pipeline.
    """
    first = fleet.stacks[0].name
    jobs: dict[str, object] = {
        stack.name: {
            "stage": "judge",
            "rules": [{"when": "on_success"}],
            # The report is the gate: a stack that is not ready must not stop the others from being judged.
            "allow_failure": True,
            "resource_group": f"preflight-fleet-{place % _AT_ONCE}",
            "environment": {"name": "preview", "action": "verify"},
            "variables": {"PREFLIGHT_OUTPUTS": _OUTPUTS} if stack.name != first else {},
            "script": [f"{_CHECK} --stack {stack.name} --result results/{stack.name}.json"],
            "artifacts": {"when": "always", "paths": [f"results/{stack.name}.json"]},
        }
        for place, stack in enumerate(fleet.stacks)
    }
    return {
        "stages": ["read", "judge", "report"],
        "default": {
            "image": "$PREFLIGHT_IMAGE",
            "id_tokens": {"ALIYUN_TOKEN": {"aud": "sts.aliyuncs.com"}},
            "before_script": [
                "(umask 077 && printf '%s' \"$ALIYUN_TOKEN\" > /tmp/aliyun-token)",
                # The checkout is root's and the image's user is not: git tells the commit of no such one by itself.
                'git config --global --add safe.directory "$CI_PROJECT_DIR"',
                "make setup engine",
                f"mkdir -p {_READING} results",
            ],
        },
        "variables": {
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/tmp/aliyun-token",  # noqa: S108 - the job is alone in its container
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "$PREFLIGHT_OIDC_PROVIDER",
            "ALIBABA_CLOUD_ROLE_SESSION_NAME": "preflight-$CI_PIPELINE_ID",
            "ALIBABA_CLOUD_ROLE_ARN": "$PREFLIGHT_PREVIEW_ROLE",
        },
        "read": {
            "stage": "read",
            "rules": [{"when": "on_success"}],
            "environment": {"name": "preview", "action": "verify"},
            "script": [
                # By the stack file, not by the region: the role, endpoints and account are among its keys.
                f".venv/bin/preflight inventory --cloud {stack_path(first)} --output {_ESTATE}",
                'eval "$(make env)"',
                # Until the first stack is up it has no outputs, and the others cannot be judged.
                f"pulumi stack output --json --stack {first} > {_OUTPUTS} || true",
            ],
            "artifacts": {"paths": [_ESTATE, _OUTPUTS]},
        },
        **jobs,
        "report": {
            "stage": "report",
            "rules": [{"when": "always"}],
            "script": [
                # A hundred stacks, two at a time, take hours.
                '.venv/bin/preflight fleet report results --since "$CI_PIPELINE_CREATED_AT" --max-age 1440 '
                '--commit "$CI_COMMIT_SHA" --output reports --format markdown --format json'
            ],
            "artifacts": {"when": "always", "expose_as": "Fleet", "paths": ["reports/fleet.md", "reports/fleet.json"]},
        },
    }


def operator(fleet: Fleet, orders: Orders) -> list[dict[str, object]]:
    """Return the objects of the Pulumi Kubernetes Operator: per stack one that judges, and one that updates after it.

    All stacks wait for the first, whose network they share. The interval between two judgements grows with the number
    of stacks, because each of them reads the whole region. An update goes by none that is older than a verdict holds:
    the operator then has the object that judges run anew (errRequirementOutOfDate in its stack_controller.go).
    """
    resync = _RESYNC_SECONDS * len(fleet.stacks)
    first = fleet.stacks[0].name
    objects = []
    for stack in fleet.stacks:
        before = [] if stack.name == first else [{"name": first}]
        judged = f"{stack.name}-judged"
        objects.append(
            _object(
                judged,
                stack,
                orders,
                {
                    "preview": True,
                    "continueResyncOnCommitMatch": True,
                    "resyncFrequencySeconds": resync,
                    "serviceAccountName": "migration-preview",
                    **({"prerequisites": before} if before else {}),
                },
            )
        )
        minutes = min(timedelta(seconds=2 * resync), HOLDS) // timedelta(minutes=1)
        recent = {"name": judged, "requirement": {"succeededWithinDuration": f"{minutes}m"}}
        objects.append(
            _object(
                stack.name,
                stack,
                orders,
                {
                    "prerequisites": [*before, recent],
                    "destroyOnFinalize": False,
                    "retryOnUpdateConflict": False,
                    "serviceAccountName": "migration-up",
                },
            )
        )
    return objects


def _object(name: str, stack: FleetStack, orders: Orders, spec: Mapping[str, object]) -> dict[str, object]:
    secrets = (("PULUMI_BACKEND_URL", "backend-url"), ("PULUMI_CONFIG_PASSPHRASE", "passphrase"))
    return {
        "apiVersion": "pulumi.com/v1",
        "kind": "Stack",
        "metadata": {"name": name, "namespace": "migration"},
        "spec": {
            "stack": stack.name,
            "projectRepo": orders.repository,
            "commit": orders.commit,
            **spec,
            "envRefs": {
                "PULUMI_OPTION_POLICY_PACK": {"type": "Literal", "literal": {"value": "policies"}},
                **{
                    variable: {"type": "Secret", "secret": {"name": "migration", "key": key}}
                    for variable, key in secrets
                },
            },
        },
    }


def pipeline_texts(fleet: Fleet, orders: Orders) -> dict[str, str]:
    """Return the matrix, the child pipeline and the operator's objects, by path."""
    stacks = operator(fleet, orders)
    return {
        f"{DIRECTORY}/matrix.json": _json(matrix(fleet)),
        f"{DIRECTORY}/gitlab-ci.yml": _GITLAB + _yaml(gitlab(fleet)),
        f"{DIRECTORY}/operator.yaml": _OPERATOR + "---\n".join(map(_yaml, stacks)),
    }


_GITLAB: Final = """# A child pipeline, written by `preflight fleet plan`; the parent has a job with
# `trigger: {include: fleet/gitlab-ci.yml, strategy: depend}`.
"""
_OPERATOR: Final = """# Stack objects of the Pulumi Kubernetes Operator, written by `preflight fleet plan`.
# docs/gitops/operator.yaml explains them.
"""


# ---- the fleet itself ----


def fleet_document(estate: Estate, fleet: Fleet, orders: Orders, size: int) -> FleetDocument:
    """Return the fleet as the report reads it: the instances of each stack, and the ties that are cut."""
    times = starts(fleet, orders)
    return FleetDocument(
        schema_version=1,
        account_id=estate.account_id,
        region_id=estate.region_id,
        read_at=estate.read_at,
        size=size,
        stacks=tuple(
            StackDocument(
                name=stack.name,
                moving=tuple(sorted(item.id for item in stack.moving)),
                later=tuple(sorted(item.id for item, _ in stack.later)),
            )
            for stack in fleet.stacks
        ),
        staying=tuple(sorted(item.id for item in fleet.staying)),
        cuts=tuple(cut_document(cut, times) for cut in fleet.cuts),
    )


def fleet_text(document: FleetDocument) -> str:
    """Return the text of fleet.json."""
    return _json(document.model_dump(mode="json", by_alias=True))


def config_bytes(text: str) -> int:
    """Return the bytes that a stack file's config takes in the program's environment: a JSON object of its values."""
    config: Mapping[str, Any] = yaml.safe_load(text)["config"]
    values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    assert CONFIG_KEY in values
    return len(json.dumps(values).encode())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000)
