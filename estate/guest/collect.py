"""Collect evidence by Cloud Assistant: run the scripts on instances that have its agent, and read their output.

Limits: RunCommand takes 50 instances (reference of 2021; 100 in SDK 7.11.8) and fails as a whole where one of them does
not qualify. DescribeInvocationResults gives 50 a page and at most 24 KB of output. The reference of 2021 refuses
classic instances; that of 2024 and later does not mention it. A refusal by the cloud is reported for the instance.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from estate.client import Cloud, new_token
from estate.errors import CloudError, UnusableAnswer, WaitTimeout
from estate.guest.model import Evidence
from estate.guest.output import OutputError, parse_output
from estate.guest.scripts import System, script
from estate.model import Instance
from estate.paging import listed

RAM_ACTIONS: Final = (
    "ecs:DescribeCloudAssistantStatus",
    "ecs:DescribeInvocationResults",
    "ecs:RunCommand",
    "sts:GetCallerIdentity",
)
"""Permissions for collecting, beside reading. RunCommand runs a command as root: grant it to people, not to CI."""

BATCH: Final = 50
SCRIPT_TIMEOUT: Final = 60  # seconds; the script takes about one
_DELIVERY: Final = 60  # seconds until an undelivered command is given up (DescribeInvocationResults)
_UNDER_WAY: Final = ("Pending", "Scheduled", "Running", "Stopping")
_TYPES: Final[dict[System, str]] = {"linux": "RunShellScript", "windows": "RunPowerShellScript"}
_BY_HAND: Final = "run the script by hand"
_NOT_MATCH: Final = (
    "the cloud refuses to run a command on it (InvalidInstance.NotMatch); the reference of 2021 says that Cloud "
    f"Assistant takes instances in a VPC only: {_BY_HAND}"
)


@dataclass
class Collection:
    """The collected evidence, and a reason for each instance without: instance id to a sentence."""

    evidence: list[Evidence] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)


def collect(cloud: Cloud, instances: Sequence[Instance], now: datetime, report: Callable[[str], None]) -> Collection:
    """Run the script for its system on each instance, and make evidence of its output.

    `now` becomes `collected_at`; `collected_by` is the identity of the credentials; `report` gets the progress.
    Failures on one instance are in `missed`. Raises the errors of `estate.errors` for what concerns all of them.
    """
    collection = Collection()
    identity = _identity(cloud)
    ready = list(_ready(cloud, instances, collection))
    for system in _TYPES:
        ids = [instance.id for instance in ready if instance.os_type == system]
        for batch in _batches(ids):
            report(f"Running the {system} script on {len(batch)} instances")
            for result in _results(cloud, system, batch, collection.missed):
                evidence = _evidence(result, identity, now, collection.missed)
                collection.evidence += [evidence] if evidence else []
    return collection


def _identity(cloud: Cloud) -> str:
    body = cloud.call("sts:GetCallerIdentity")
    if not body.arn:
        raise UnusableAnswer("sts:GetCallerIdentity", "Arn is missing", body.request_id)
    return str(body.arn)


def _ready(cloud: Cloud, instances: Sequence[Instance], collection: Collection) -> Iterator[Instance]:
    """Return the instances on which a command can run; for each of the others, record the reason."""
    agents = _agents(cloud, [instance.id for instance in instances])
    for instance in instances:
        if instance.status != "Running":
            collection.missed[instance.id] = f"it is {instance.status}; start it, and collect again"
        elif instance.os_type not in _TYPES:
            collection.missed[instance.id] = f"there is no script for its system, {instance.os_type}"
        elif not agents.get(instance.id):
            collection.missed[instance.id] = f"it has no Cloud Assistant agent: {_BY_HAND}"
        else:
            yield instance


def _agents(cloud: Cloud, ids: Sequence[str]) -> dict[str, bool]:
    return {
        item.instance_id: str(item.cloud_assistant_status).lower() == "true"
        for batch in _batches(ids)
        for item in listed(cloud, "ecs:DescribeCloudAssistantStatus", region_id=cloud.region, instance_id=batch)
    }


def _results(cloud: Cloud, system: System, ids: list[str], missed: dict[str, str]) -> list[Any]:
    """Return the results of one RunCommand.

    If the cloud refuses a batch because of one instance, each instance is tried by itself.
    """
    try:
        body = cloud.call(
            "ecs:RunCommand",
            region_id=cloud.region,
            client_token=new_token(),
            type=_TYPES[system],
            name="classic-to-vpc-guest-facts",
            description="Reads what the move to a VPC depends on; changes nothing.",
            command_content=base64.b64encode(script(system).encode()).decode(),
            content_encoding="Base64",
            timeout=SCRIPT_TIMEOUT,
            instance_id=ids,
        )
    except CloudError as error:
        if error.code != "InvalidInstance.NotMatch":
            raise
        if len(ids) > 1:
            return [result for instance_id in ids for result in _results(cloud, system, [instance_id], missed)]
        missed[ids[0]] = _NOT_MATCH
        return []
    return _finished(cloud, str(body.invoke_id), ids, missed)


def _finished(cloud: Cloud, invoke_id: str, ids: Sequence[str], missed: dict[str, str]) -> list[Any]:
    """Wait for all results and return those that arrived; the others are missed."""
    results: dict[str, Any] = {}

    def all_there() -> bool:
        results.update({item.instance_id: item for item in _results_of(cloud, invoke_id)})
        return set(results) >= set(ids) and all(item.invocation_status not in _UNDER_WAY for item in results.values())

    try:
        cloud.wait(all_there, f"the results of {invoke_id}", timeout=SCRIPT_TIMEOUT + _DELIVERY)
    except WaitTimeout as timeout:
        for instance_id in ids:
            if instance_id not in results or results[instance_id].invocation_status in _UNDER_WAY:
                missed[instance_id] = str(timeout)
    return [result for result in results.values() if result.instance_id not in missed]


def _results_of(cloud: Cloud, invoke_id: str) -> list[Any]:
    """All results of a command."""
    return listed(
        cloud,
        "ecs:DescribeInvocationResults",
        region_id=cloud.region,
        invoke_id=invoke_id,
        content_encoding="PlainText",
    )


def _evidence(result: Any, identity: str, now: datetime, missed: dict[str, str]) -> Evidence | None:
    """Return the evidence of one result, or None with the reason in `missed`: incomplete output is no evidence."""
    instance_id = str(result.instance_id)
    try:
        facts = parse_output(_whole_output(result))
        if facts.instance_id not in (None, instance_id):
            raise OutputError(f"the system says that it is {facts.instance_id}")
    except OutputError as error:
        missed[instance_id] = str(error)
        return None
    return Evidence(
        instance_id=instance_id, collected_by=identity, collected_at=now, source="cloud-assistant", facts=facts
    )


def _whole_output(result: Any) -> str:
    if result.invocation_status != "Success":
        reason = result.error_code or f"exit code {result.exit_code}"
        raise OutputError(f"the script did not succeed there: {result.invocation_status}, {reason}")
    if result.dropped:
        raise OutputError(f"its output was cut off by {result.dropped} bytes")
    return str(result.output or "")


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    return (list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
