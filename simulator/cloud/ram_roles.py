"""RAM roles of an account: make, change and delete them, and what an instance needs of one.

Codes: references of CreateRole, GetRole, UpdateRole and DeleteRole (AlibabaCloudDocs/ram, and the texts of 2025 for
Resource Management), AttachInstanceRamRole, DetachInstanceRamRole and RunInstances (AlibabaCloudDocs/ecs, 2019 to
2021). Not found documented: the code of a description that is too long (here InvalidParameter), and what
AttachInstanceRamRole says of an instance that has another role (here IncorrectInstanceStatus; the reference says only
that there is an error). Not simulated: policies attached to a role, sessions of roles that CreateRole made, changes of
the roles of an estate file, service-linked roles.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, NotSimulatedError, invalid_parameter
from simulator.cloud.sessions import arn
from simulator.cloud.state import Cloud
from simulator.ids import digits
from simulator.model.ecs import Instance
from simulator.model.ram import Principal, RamRole, Role, TrustPolicy, TrustStatement

#: RAM roles of an account (RAM Limits)
MAX_ROLES = 1000
#: Characters of a trust policy (RAM Limits)
MAX_TRUST_POLICY = 2048
MAX_DESCRIPTION = 1024
_ECS = "ecs.aliyuncs.com"
_NAME = re.compile(r"[A-Za-z0-9.@-]+")
_SESSION_SECONDS = range(3600, 43_201)


@dataclass(frozen=True)
class Settings:
    """Settings of a role; None changes nothing, or lets the cloud choose. `document` is the parameter's name."""

    trust_policy: str | None
    description: str | None = None
    max_session_seconds: int | None = None
    tags: dict[str, str] = field(default_factory=dict)
    document: str = "AssumeRolePolicyDocument"


@dataclass(frozen=True)
class Attached:
    """The outcome for one instance: `role_name` is the role that it has lost, `refusal` None on success."""

    instance_id: str
    refusal: CloudError | None
    role_name: str = ""


def create(cloud: Cloud, name: str, new: Settings) -> RamRole:
    """Make a role that has no policies.

    Raises InvalidParameter.RoleName.InvalidChars and .Length, InvalidParameter.AssumeRolePolicyDocument.Length,
    MalformedPolicyDocument, EntityAlreadyExists.Role (409), LimitExceeded.Role (409), InvalidParameter.
    """
    _check_name(name)
    _check_settings(new)
    if _either(cloud, name) is not None:
        raise CloudError("EntityAlreadyExists.Role", "The role does already EXIST.", 409)
    if len(all_roles(cloud)) >= MAX_ROLES:
        raise CloudError("LimitExceeded.Role", "The count of roles beyond the current limits.", 409)
    now = cloud.clock.now()
    role = RamRole(
        id=name,
        role_id=digits(18, "role", name, cloud.ids.new("role", name)),
        trust_policy=new.trust_policy or "",
        description=new.description or "",
        max_session_seconds=new.max_session_seconds or _SESSION_SECONDS.start,
        created_at=now,
        updated_at=now,
        tags=new.tags,
    )
    cloud.estate.ram_roles.append(role)
    return role


def find(cloud: Cloud, name: str) -> RamRole:
    """Return a role; raises EntityNotExist.Role and as `create` does for a name."""
    _check_name(name)
    role = _either(cloud, name)
    if role is None:
        raise NotFoundError("EntityNotExist.Role", "The role does not exist.")
    return role


def all_roles(cloud: Cloud) -> list[RamRole]:
    """Return the roles of the estate file, and those that were made."""
    return [*(_as_made(cloud, role) for role in cloud.estate.roles), *cloud.estate.ram_roles]


def update(cloud: Cloud, name: str, to: Settings) -> RamRole:
    """Make the given changes; raises EntityNotExist.Role and as `create` does, for the document by its own name."""
    role = _changeable(cloud, name)
    _check_settings(to)
    role.trust_policy = to.trust_policy or role.trust_policy
    role.description = role.description if to.description is None else to.description
    role.max_session_seconds = to.max_session_seconds or role.max_session_seconds
    role.updated_at = cloud.clock.now()
    return role


def delete(cloud: Cloud, name: str) -> None:
    """Delete a role; instances that have it keep its name. Raises EntityNotExist.Role."""
    cloud.estate.ram_roles.remove(_changeable(cloud, name))


def check_usable(cloud: Cloud, name: str, not_of_ecs: int = 404) -> None:
    """Check that ECS may assume a role; raises InvalidRamRole.NotFound (404) and InvalidRamRole.NotEcsRole.

    The HTTP status of the latter is `not_of_ecs`: the references differ.
    """
    role = _either(cloud, name)
    if role is None:
        raise NotFoundError("InvalidRamRole.NotFound", "The specified RAMRoleName does not exist.")
    if not TrustPolicy.model_validate_json(role.trust_policy).trusts_service(_ECS):
        raise CloudError(
            "InvalidRamRole.NotEcsRole",
            "The specified ram role is not authorized for ecs, please check your role policy.",
            not_of_ecs,
        )


def attach(cloud: Cloud, name: str, instance_ids: Iterable[str]) -> list[Attached]:
    """Give instances a role; an instance that has another one keeps it, and that is said of it alone.

    Raises InvalidRamRole.NotFound, InvalidRamRole.NotEcsRole, InvalidInstanceId.NotFound (404),
    InvalidNetworkType.MismatchRamRole (403).
    """
    check_usable(cloud, name)
    instances = _instances(cloud, instance_ids)
    outcomes = []
    for instance in instances:
        refusal = None
        if instance.ram_role_name not in ("", name):
            refusal = ForbiddenError("IncorrectInstanceStatus", "The instance already has an instance RAM role.")
        else:
            instance.ram_role_name = name
        outcomes.append(Attached(instance.id, refusal))
    return outcomes


def detach(cloud: Cloud, name: str | None, instance_ids: Iterable[str]) -> list[Attached]:
    """Take their role from instances, or only the role `name`; an instance without it is left as it is.

    Raises InvalidInstanceId.NotFound (404), InvalidNetworkType.MismatchRamRole (403), InvalidRamRole.NotFound (404).
    """
    if name is not None and _either(cloud, name) is None:
        raise NotFoundError("InvalidRamRole.NotFound", "The specified RAMRoleName does not exist.")
    outcomes = []
    for instance in _instances(cloud, instance_ids):
        lost = instance.ram_role_name if name in (None, instance.ram_role_name) else ""
        instance.ram_role_name = "" if lost else instance.ram_role_name
        outcomes.append(Attached(instance.id, None, lost))
    return outcomes


def _instances(cloud: Cloud, instance_ids: Iterable[str]) -> Sequence[Instance]:
    instances = [cloud.instance(instance_id) for instance_id in dict.fromkeys(instance_ids)]
    if any(instance.network_type == "classic" for instance in instances):
        raise ForbiddenError(
            "InvalidNetworkType.MismatchRamRole", "Ram role cannot be applied to instances of Classic network type."
        )
    return instances


def _either(cloud: Cloud, name: str) -> RamRole | None:
    """Return the role of this name, made or of the estate file, or None."""
    of_file = (_as_made(cloud, role) for role in cloud.estate.roles if role.name == name)
    return cloud.estate.ram_roles.find(name) or next(of_file, None)


def _as_made(cloud: Cloud, role: Role) -> RamRole:
    """Return a role of the estate file as RAM shows it; what it trusts becomes a trust policy."""
    providers = {arn(cloud.estate, "oidc-provider", provider.name) for provider in cloud.estate.oidc_providers}
    people = [trusted for trusted in role.trusts if trusted not in providers]
    federated = [trusted for trusted in role.trusts if trusted in providers]
    condition = None if role.external_id is None else {"StringEquals": {"sts:ExternalId": role.external_id}}
    principal = Principal(ram=people or None, federated=federated or None)
    trusted = TrustStatement(effect="Allow", action="sts:AssumeRole", principal=principal, condition=condition)
    return RamRole(
        id=role.name,
        role_id=role.role_id,
        trust_policy=TrustPolicy(statement=[trusted]).model_dump_json(exclude_none=True),
        max_session_seconds=role.max_session_seconds,
        created_at=cloud.estate.now,
        tags={},
    )


def _changeable(cloud: Cloud, name: str) -> RamRole:
    find(cloud, name)
    role = cloud.estate.ram_roles.find(name)
    if role is None:
        raise NotSimulatedError("a change of a role of the estate file")
    return role


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise CloudError("InvalidParameter.RoleName.InvalidChars", 'The parameter - "RoleName" contains invalid chars.')
    if len(name) > 64:
        raise CloudError("InvalidParameter.RoleName.Length", 'The parameter - "RoleName" beyond the length limit.')


def _check_settings(settings: Settings) -> None:
    if len(settings.description or "") > MAX_DESCRIPTION:
        raise invalid_parameter("Description")
    if settings.max_session_seconds is not None and settings.max_session_seconds not in _SESSION_SECONDS:
        raise invalid_parameter("MaxSessionDuration")
    if settings.trust_policy is None:
        return
    if len(settings.trust_policy) > MAX_TRUST_POLICY:
        raise CloudError(
            f"InvalidParameter.{settings.document}.Length",
            f'The parameter - "{settings.document}" beyond the length limit.',
        )
    try:
        TrustPolicy.model_validate_json(settings.trust_policy)
    except ValidationError:
        raise CloudError(
            "MalformedPolicyDocument", "The trust policy is not a document of version 1 with statements."
        ) from None
