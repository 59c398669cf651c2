"""Security group rules: the checks of a rule, and when two rules are the same.

Error codes are those of the AuthorizeSecurityGroup references (AlibabaCloudDocs/ecs, API Reference/Security groups,
2021; the one of 2025-04 for prefix lists, advanced groups and groups that are named too often).
"""

import ipaddress
from dataclasses import dataclass, replace
from typing import cast, get_args

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.ecs import Direction, IpProtocol, NicType, Policy, Rule, SecurityGroup

ANY_PORT = "-1/-1"
HIGHEST_PORT = 65535
MAX_PRIORITY = 100
MAX_DESCRIPTION = 512
# The kinds of peers; the first one given counts ("SourceCidrIp takes precedence", "this parameter is ignored").
PEER_FIELDS = ("cidr_ip", "ipv6_cidr_ip", "group_id", "prefix_list_id")

_PROTOCOLS: dict[str, IpProtocol] = {name.upper(): name for name in get_args(IpProtocol)}
_WITH_PORTS = frozenset({"TCP", "UDP"})


@dataclass(frozen=True)
class RuleDraft:
    """A rule in a request, unchecked; None where the request says nothing."""

    direction: Direction
    ip_protocol: str | None = None
    port_range: str | None = None
    nic_type: str | None = None
    policy: str | None = None
    priority: str | None = None
    cidr_ip: str | None = None
    ipv6_cidr_ip: str | None = None
    group_id: str | None = None
    prefix_list_id: str | None = None
    group_owner_account: str | None = None
    group_owner_id: str | None = None
    source_port_range: str | None = None
    description: str = ""

    @property
    def peer_word(self) -> str:
        """The word by which parameters and codes name the peer in this direction."""
        return "Source" if self.direction == "ingress" else "Dest"

    @property
    def peer_field(self) -> str | None:
        """The peer's field that counts: address before group, group before prefix list; None without a peer."""
        return next((name for name in PEER_FIELDS if getattr(self, name)), None)

    def over(self, rule: Rule) -> "RuleDraft":
        """Return this draft, with the values of `rule` for missing ones.

        A peer of any kind replaces the peer.
        """
        peer = (
            self
            if self.peer_field
            else RuleDraft(
                direction=rule.direction,
                cidr_ip=rule.cidr_ip,
                ipv6_cidr_ip=rule.ipv6_cidr_ip,
                group_id=rule.group_id,
                prefix_list_id=rule.prefix_list_id,
                group_owner_account=rule.group_owner_account,
            )
        )
        return replace(
            peer,
            ip_protocol=self.ip_protocol or rule.ip_protocol,
            port_range=self.port_range or rule.port_range,
            nic_type=self.nic_type or rule.nic_type,
            policy=self.policy or rule.policy,
            priority=self.priority or str(rule.priority),
            source_port_range=self.source_port_range or rule.source_port_range,
            description=self.description or rule.description,
        )


def checked_rule(cloud: Cloud, group: SecurityGroup, draft: RuleDraft) -> Rule:
    """Return the rule that `draft` means in `group`; raises the documented CloudError of its first fault."""
    protocol = _protocol(draft)
    draft = replace(draft, nic_type=_nic_type(group, draft))
    rule = Rule(
        direction=draft.direction,
        nic_type=cast("NicType", draft.nic_type),
        ip_protocol=protocol,
        port_range=_port_range(draft, protocol),
        source_port_range=_source_port_range(draft, protocol),
        policy=_policy(draft),
        priority=_priority(draft),
        description=_description(draft),
        **_peer(cloud, group, draft),
    )
    _check_families(cloud, rule)
    return rule


def peer_field(rule: Rule) -> str:
    """Return the field of `PEER_FIELDS` that is set."""
    return next(name for name in PEER_FIELDS if getattr(rule, name) is not None)


def weight(cloud: Cloud, rule: Rule) -> int:
    """How many rules it counts for: a rule with a prefix list counts for the list's MaxEntries."""
    prefix_list = cloud.estate.prefix_lists.find(rule.prefix_list_id)
    return prefix_list.max_entries if prefix_list else 1


def identity(rule: Rule) -> tuple[object, ...]:
    """Return the identity of a rule: all fields but the description, so rules that differ only there collide."""
    block = rule.cidr_ip or rule.ipv6_cidr_ip
    return (
        rule.direction,
        rule.nic_type,
        rule.ip_protocol,
        rule.port_range,
        rule.source_port_range,
        rule.policy,
        rule.priority,
        ipaddress.ip_network(block, strict=False) if block else rule.group_id or rule.prefix_list_id,
    )


def _protocol(draft: RuleDraft) -> IpProtocol:
    protocol = _PROTOCOLS.get((draft.ip_protocol or "").upper())
    if protocol is None:
        raise CloudError(
            "InvalidIpProtocol.ValueNotSupported",
            "The parameter IpProtocol must be specified with case insensitive TCP, UDP, ICMP, GRE or All.",
        )
    return protocol


def _nic_type(group: SecurityGroup, draft: RuleDraft) -> NicType:
    """Return the nic type: internet by default in a classic group, always intranet in a VPC."""
    if draft.nic_type not in (None, *get_args(NicType)):
        raise CloudError("InvalidNicType.ValueNotSupported", "The specified NicType does not exist.")
    if group.vpc_id:
        if draft.nic_type == "internet":
            raise CloudError("InvalidNicType.Mismatch", "Specified nic type conflicts with the authorization record.")
        return "intranet"
    return cast("NicType", draft.nic_type or "internet")


def _port_range(draft: RuleDraft, protocol: IpProtocol) -> str:
    text = draft.port_range or ""
    if _is_port_range(text) if protocol in _WITH_PORTS else text == ANY_PORT:
        return text
    raise CloudError("InvalidIpProtocol.Malformed", 'The specified parameter "PortRange" is not valid.')


def _source_port_range(draft: RuleDraft, protocol: IpProtocol) -> str | None:
    text = draft.source_port_range
    if not text or text == ANY_PORT:
        return None
    if protocol in _WITH_PORTS and _is_port_range(text):
        return text
    raise invalid_parameter("SourcePortRange", "InvalidSourcePortRange.Malformed")


def _is_port_range(text: str) -> bool:
    first, slash, last = text.partition("/")
    if not (slash and first.isdecimal() and last.isdecimal()):
        return False
    return 1 <= int(first) <= int(last) <= HIGHEST_PORT


def _policy(draft: RuleDraft) -> Policy:
    policy = (draft.policy or "accept").lower()
    if policy not in get_args(Policy):
        raise invalid_parameter("Policy", "InvalidPolicy.Malformed")
    return cast("Policy", policy)


def _priority(draft: RuleDraft) -> int:
    text = draft.priority or "1"
    if not text.isdecimal():
        raise CloudError("InvalidPriority.Malformed", "The parameter Priority is invalid.")
    if not 1 <= int(text) <= MAX_PRIORITY:
        raise CloudError("InvalidPriority.ValueNotSupported", "The parameter Priority is invalid.")
    return int(text)


def _description(draft: RuleDraft) -> str:
    if len(draft.description) > MAX_DESCRIPTION:
        raise CloudError(
            "InvalidSecurityGroupDiscription.Malformed",
            "The specified security group rule description is not valid.",
        )
    return draft.description


def _peer(cloud: Cloud, group: SecurityGroup, draft: RuleDraft) -> dict[str, str | None]:
    """Return the peer; if several are given, the first of `PEER_FIELDS`, as documented."""
    word = draft.peer_word
    if draft.cidr_ip and draft.ipv6_cidr_ip:
        raise CloudError(
            f"InvalidParam.{word}Ip",
            f"The Parameters {word}CidrIp and Ipv6{word}CidrIp cannot be set at the same time.",
        )
    if draft.cidr_ip:
        return {"cidr_ip": _block(draft, draft.cidr_ip, 4)}
    if draft.ipv6_cidr_ip:
        return {"ipv6_cidr_ip": _block(draft, draft.ipv6_cidr_ip, 6)}
    if draft.group_id:
        return {"group_id": draft.group_id, "group_owner_account": _checked_owner(cloud, group, draft)}
    if draft.prefix_list_id:
        _check_prefix_list(cloud, group, draft.prefix_list_id)
        return {"prefix_list_id": draft.prefix_list_id}
    raise CloudError(f"MissingParameter.{word}", f"Either {word}CidrIp or {word}GroupId must be specified.")


def _block(draft: RuleDraft, text: str, version: int) -> str:
    """Return the block as the cloud stores it.

    Of IPv4 the host bits are cleared, and a single address goes without its mask length. IPv6 keeps both, in its short
    form: 2001:0db8:3c4d:0015:0000:0000:1a2f:1a2b/0 is 2001:db8:3c4d:15::1a2f:1a2b/0, by which the provider (1.285.0)
    finds a rule that it has made.
    """
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or network.version != version:
        family = "" if version == 4 else "Ipv6"
        name = f"{family}{draft.peer_word}CidrIp"
        code = f"Invalid{name}.Malformed" if version == 4 else f"InvalidParam.{name}"
        raise invalid_parameter(name, code)
    if version == 6:
        return str(ipaddress.IPv6Interface(text)) if "/" in text else str(ipaddress.IPv6Address(text))
    return str(network) if "/" in text else str(network.network_address)


def _checked_owner(cloud: Cloud, group: SecurityGroup, draft: RuleDraft) -> str | None:
    """Return the account that owns the group of `draft`, None for this one.

    The group is checked if it is in this account.
    """
    word = draft.peer_word
    if group.type == "enterprise":
        raise CloudError(
            "InvalidGroupParameter.OperationDenied",
            "The attributes Policy, SourceGroupId, DestGroupId of enterprise level security groups are not allowed to "
            "be set or modified.",
        )
    if draft.nic_type != "intranet":
        raise ForbiddenError(f"Invalid{word}GroupId.Mismatch", "NicType is required or NicType expects intranet.")
    if draft.group_id == group.id:
        raise ForbiddenError(
            "InvalidParamter.Conflict", f"The specified SecurityGroupId should be different from the {word}GroupId."
        )
    owner = draft.group_owner_account or draft.group_owner_id
    if owner and owner != cloud.estate.account_id:
        if group.vpc_id:  # Only classic groups can name groups of other accounts (AuthorizeSecurityGroup, 2021).
            raise _other_vpc(word)
        return owner
    peer = cloud.find_security_group(draft.group_id or "")
    if peer is None:
        raise NotFoundError(
            f"Invalid{word}GroupId.NotFound", f"The {word}GroupId provided does not exist in our records."
        )
    if peer.type == "enterprise":
        raise CloudError(
            "InvalidGroupAuthParameter.OperationDenied",
            "The security group can not authorize to enterprise level security group.",
        )
    _check_networks(cloud, group, peer, word)
    return None


def _other_vpc(word: str) -> CloudError:
    return CloudError(
        f"Invalid{word}GroupId.Mismatch", "Specified security group and source group are not in the same VPC."
    )


def _check_networks(cloud: Cloud, group: SecurityGroup, peer: SecurityGroup, word: str) -> None:
    """Check that two groups can refer to each other: in one network, or in two that ClassicLink connects."""
    if group.vpc_id == peer.vpc_id:
        return
    if group.vpc_id and peer.vpc_id:
        raise _other_vpc(word)
    if not cloud.vpc(group.vpc_id or peer.vpc_id or "").classic_link_enabled:
        raise CloudError(
            "InvalidSecurityGroup.InvalidNetworkType",
            "The specified security group network type is not support this operation, please check the security group "
            "network types. For VPC security groups, ClassicLink must be enabled.",
        )


def _check_prefix_list(cloud: Cloud, group: SecurityGroup, prefix_list_id: str) -> None:
    if not group.vpc_id:
        raise CloudError(
            "NotSupported.ClassicNetworkPrefixList",
            "The prefix list is not supported when the network type of security group is classic.",
        )
    if cloud.estate.prefix_lists.find(prefix_list_id) is None:
        raise NotFoundError("InvalidPrefixListId.NotFound", "The specified prefix list was not found.")


def _check_families(cloud: Cloud, rule: Rule) -> None:
    prefix_list = cloud.estate.prefix_lists.find(rule.prefix_list_id)
    family = prefix_list.address_family if prefix_list else ""
    if rule.ip_protocol == "ICMPv6" and (rule.cidr_ip or family == "IPv4"):
        raise CloudError(
            "InvalidParam.Ipv6ProtocolConflictWithIpv4Address",
            "IPv4 address cannot be specified for IPv6-specific protocol.",
        )
    if rule.ip_protocol == "ICMP" and (rule.ipv6_cidr_ip or family == "IPv6"):
        raise CloudError(
            "InvalidParam.Ipv4ProtocolConflictWithIpv6Address",
            "IPv6 address cannot be specified for IPv4-specific protocol.",
        )
