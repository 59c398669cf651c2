"""RAM: roles of the account, as instances need them.

Sources: references of CreateRole, GetRole, UpdateRole, DeleteRole, ListRoles, ListPoliciesForRole and of tags (RAM
2015-05-01). They name roles in ResourceNames and tags in Tag, both JSON arrays; as Alibaba's own provider (1.285.0)
sends them.
"""

from simulator.api.call import Answer, Call
from simulator.api.paging import Size, by_token
from simulator.api.registry import RAM, action
from simulator.api.shapes import has_tags, seconds
from simulator.cloud import ram_roles, tags
from simulator.cloud.errors import invalid_parameter, missing_parameter
from simulator.cloud.sessions import arn
from simulator.cloud.state import Cloud
from simulator.model.ram import RamRole

_ROLE = "role/{RoleName}"
_NAME_CODES = "InvalidParameter.RoleName.InvalidChars InvalidParameter.RoleName.Length"
_FIND_CODES = f"{_NAME_CODES} EntityNotExist.Role"
_TAG_CODES = "InvalidResourceType.NotFound InvalidResourceId.NotFound"


@action(
    RAM,
    "CreateRole",
    "RoleName AssumeRolePolicyDocument Description MaxSessionDuration Tag",
    raises=f"{_NAME_CODES} InvalidParameter.AssumeRolePolicyDocument.Length MalformedPolicyDocument "
    "EntityAlreadyExists.Role LimitExceeded.Role",
    resources="role/*",
)
def create_role(cloud: Cloud, call: Call) -> Answer:
    """Make a role with a trust policy and without permissions."""
    new = ram_roles.Settings(
        call.text("AssumeRolePolicyDocument"),
        call.optional("Description"),
        call.integer("MaxSessionDuration"),
        _tags(call),
    )
    return {"Role": _role(cloud, ram_roles.create(cloud, call.text("RoleName"), new))}


@action(RAM, "GetRole", "RoleName", raises=_FIND_CODES, resources=_ROLE)
def get_role(cloud: Cloud, call: Call) -> Answer:
    """One role, made by CreateRole or of the estate file."""
    role = ram_roles.find(cloud, call.text("RoleName"))
    principal = f"{role.id}@role.{cloud.estate.account_id}.onaliyunservice.com"
    return {"Role": {**_role(cloud, role), "RolePrincipalName": principal, "IsServiceLinkedRole": False}}


@action(RAM, "ListRoles", "Marker MaxItems Tag", resources="role/*")
def list_roles(cloud: Cloud, call: Call) -> Answer:
    """Roles, with their tags; MaxItems at most 1000, 100 by default."""
    tags = _tags(call)
    roles = [role for role in ram_roles.all_roles(cloud) if has_tags(role.tags, tags)]
    # RAM calls the token Marker; by_token reads it as NextToken.
    marked = Call({**call.parameters, "NextToken": call.optional("Marker") or ""}, call.caller, call.host)
    page = by_token(marked, roles, Size(maximum=1000, default=100, name="MaxItems"))
    items = [{**_role(cloud, role, with_policy=False), "Tags": _tag_list(role.tags)} for role in page.items]
    token = page.fields["NextToken"]
    return {"Roles": {"Role": items}, "IsTruncated": bool(token), **({"Marker": token} if token else {})}


@action(
    RAM,
    "UpdateRole",
    "RoleName NewAssumeRolePolicyDocument NewDescription NewMaxSessionDuration",
    raises=f"{_FIND_CODES} InvalidParameter.NewAssumeRolePolicyDocument.Length MalformedPolicyDocument",
    resources=_ROLE,
)
def update_role(cloud: Cloud, call: Call) -> Answer:
    """Change trust policy, description or MaxSessionDuration of a role."""
    to = ram_roles.Settings(
        call.optional("NewAssumeRolePolicyDocument"),
        call.given("NewDescription"),
        call.integer("NewMaxSessionDuration"),
        document="NewAssumeRolePolicyDocument",
    )
    return {"Role": _role(cloud, ram_roles.update(cloud, call.text("RoleName"), to))}


@action(RAM, "DeleteRole", "RoleName", raises=_FIND_CODES, resources=_ROLE)
def delete_role(cloud: Cloud, call: Call) -> None:
    """Delete a role; it has no policies that would be in the way."""
    ram_roles.delete(cloud, call.text("RoleName"))


@action(RAM, "ListPoliciesForRole", "RoleName", raises=_FIND_CODES, resources=_ROLE)
def list_policies_for_role(cloud: Cloud, call: Call) -> Answer:
    """Return the attached policies: none, because attaching them is not simulated."""
    ram_roles.find(cloud, call.text("RoleName"))
    return {"Policies": {"Policy": []}}


@action(RAM, "ListTagResources", "ResourceType ResourceNames Tag NextToken PageSize", raises=_TAG_CODES)
def list_ram_tag_resources(cloud: Cloud, call: Call) -> Answer:
    """Tags of roles (ResourceType role), one item per tag; PageSize at most 100, 10 by default."""
    kind, required = call.text("ResourceType"), _tags(call)
    items = [
        {"ResourceType": kind, "ResourceName": role_name, "TagKey": key, "TagValue": value}
        for role_name, own in sorted(tags.tagged(cloud, RAM.code, kind, call.json_list("ResourceNames")).items())
        if has_tags(own, required)
        for key, value in sorted(own.items())
    ]
    page = by_token(call, items, Size(maximum=100, name="PageSize"))
    # An array: the other products answer TagResources.TagResource (ram20150501 1.3.0).
    return {"TagResources": page.items, **page.fields}


@action(RAM, "TagResources", "ResourceType ResourceNames Tag", raises=f"{_TAG_CODES} QuotaExceeded.TagPerResource")
def tag_ram_resources(cloud: Cloud, call: Call) -> None:
    """Set the tags of Tag on the roles of ResourceNames."""
    new = _tags(call)
    if not new:
        raise missing_parameter("Tag")
    tags.tag(cloud, RAM.code, call.text("ResourceType"), call.json_list("ResourceNames") or [], new)


@action(RAM, "UntagResources", "ResourceType ResourceNames TagKeys All", raises=_TAG_CODES)
def untag_ram_resources(cloud: Cloud, call: Call) -> None:
    """Remove the tags of TagKeys, or with All every tag, from the roles of ResourceNames."""
    keys = call.json_list("TagKeys")
    if not keys and not call.flag("All"):
        raise missing_parameter("TagKeys")
    tags.untag(cloud, RAM.code, call.text("ResourceType"), call.json_list("ResourceNames") or [], keys)


def _tags(call: Call) -> dict[str, str]:
    """Return the tags of the JSON array Tag; raises InvalidParameter."""
    tags = {}
    for item in call.json_objects("Tag"):
        key, value = item.get("Key"), item.get("Value", "")
        if not isinstance(key, str) or not key or not isinstance(value, str):
            raise invalid_parameter("Tag")
        tags[key] = value
    return tags


def _tag_list(own: dict[str, str]) -> Answer:
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in sorted(own.items())]}


def _role(cloud: Cloud, role: RamRole, *, with_policy: bool = True) -> Answer:
    return {
        "RoleId": role.role_id,
        "RoleName": role.id,
        "Arn": arn(cloud.estate, "role", role.id),
        "Description": role.description,
        **({"AssumeRolePolicyDocument": role.trust_policy} if with_policy else {}),
        "MaxSessionDuration": role.max_session_seconds,
        "CreateDate": seconds(role.created_at),
        "UpdateDate": seconds(role.updated_at or role.created_at),
    }
