"""The evidence is of the instance that it is filed under."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.subjects.guest import COLLECT, LOOK_AT_CONSOLE, collect

# The guest rounds its uptime to seconds.
_SAME: Final = timedelta(seconds=2)
# The second bit of the first byte: an address that the system itself chose, such as for a bridge of containers, so many
# systems may share it (IEEE 802, locally administered).
_LOCAL: Final = 0x02
# No address: a bond without members or a tunnel shows this instead.
_NONE: Final = "00:00:00:00:00:00"
# The prefix of the addresses of ECS NICs (ECS API reference, DescribeNetworkInterfaces: MacAddress).
_NIC: Final = "00:16:3e:"
# The same prefix, but no NIC: LXC gives it to its bridge lxcbr0 everywhere (LXC, lxc-net: LXC_BRIDGE_MAC).
_LXC_BRIDGE: Final = "00:16:3e:00:00:00"


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if "guest" not in instance.data:
        return not_applicable("There is no evidence of what is in the guest system.")
    guest = instance.object("guest")
    verdicts = [judged(lambda: _addresses(plan, instance, guest))]
    own_id = instance.text("instanceId")
    own = _system(own_id, guest)
    for other in plan.remember(__name__, lambda: _Systems(plan)).alike(own):
        if other.instance_id != own_id:
            verdicts += _shared(own, other)
    verdict = worst(verdicts)
    return verdict if not verdict.outcome.blocks else Verdict(verdict.outcome, verdict.reason, (collect(instance),))


def _addresses(plan: Plan, instance: Facts, guest: Facts) -> Verdict:
    """Judge whether the system has an address of its own instance, and none of another's."""
    if "ipAddresses" not in guest.data and guest.choice("source", "cloud-assistant", "file") == "cloud-assistant":
        return passed("Cloud Assistant ran the script in the instance itself.")
    reported, own = set(guest.texts("ipAddresses")), set(instance.texts("intranetIps"))
    own_id = instance.text("instanceId")
    holders, unreadable = plan.remember((__name__, "addresses"), lambda: _holders(plan))
    for holder, problem in unreadable:
        if holder != own_id:
            raise problem
    for address in sorted(reported & holders.keys()):
        if other_holders := [holder for holder in holders[address] if holder != own_id]:
            return failed(
                f"The evidence is of another instance: the system has {address}, the address of {other_holders[-1]}."
            )
    if not reported & own:
        addresses = ", ".join(sorted(reported)) or "none"
        return failed(
            f"The evidence is of another system: its addresses are {addresses}; the instance's is "
            f"{', '.join(sorted(own))}."
        )
    return passed(f"The system has {', '.join(sorted(reported & own))}, which belongs to the instance.")


def _holders(plan: Plan) -> tuple[Mapping[str, list[str]], list[tuple[str, UnreadableError]]]:
    """Return the classic instances with an address, and those whose addresses cannot be read, with the reason."""
    holders: dict[str, list[str]] = defaultdict(list)
    unreadable = []
    for item in plan.migration.objects("classicInstances"):
        instance_id, addresses = item.text("instanceId"), attempt(partial(item.texts, "intranetIps"))
        if isinstance(addresses, UnreadableError):
            unreadable.append((instance_id, addresses))
        else:
            for address in addresses:
                holders[address].append(instance_id)
    return holders, unreadable


class _System(NamedTuple):
    """The properties that identify a system."""

    instance_id: str
    guest: Facts
    macs: set[str]
    began: datetime | None


def _system(instance_id: str, guest: Facts) -> _System:
    return _System(instance_id, guest, _macs(guest), _began(guest))


class _Systems:
    """The systems of all evidence, indexed by the properties that two pieces of evidence of one system share."""

    def __init__(self, plan: Plan) -> None:
        self._all: list[_System] = []
        self._by_mac: dict[str, list[int]] = defaultdict(list)
        self._by_nic: dict[str, list[int]] = defaultdict(list)
        self._without_nic: dict[str, list[int]] = defaultdict(list)
        for item in plan.instances:
            instance_id = str(attempt(partial(item.facts.text, "instanceId")))
            if isinstance(data := item.facts.data.get("guest"), Mapping):
                self._add(_system(instance_id, Facts(data, f"MigratingInstance {instance_id}: guest")))
        began = [(item.began, place) for place, item in enumerate(self._all) if item.began is not None]
        self._began = sorted(began)
        self._began_without_macs = [(moment, place) for moment, place in self._began if not self._all[place].macs]

    def _add(self, system: _System) -> None:
        place, nics = len(self._all), _nics(system.macs)
        self._all.append(system)
        for mac in system.macs:
            self._by_mac[mac].append(place)
            if not nics:
                self._without_nic[mac].append(place)
        for nic in nics:
            self._by_nic[nic].append(place)

    def alike(self, own: _System) -> list[_System]:
        """Return all that `_shared` may find equal to one, itself included, in the order of the instances."""
        nics = _nics(own.macs)
        places = {place for nic in nics for place in self._by_nic.get(nic, ())}
        by_address = self._without_nic if nics else self._by_mac
        places |= {place for mac in own.macs for place in by_address.get(mac, ())}
        if own.began is not None:
            began = self._began_without_macs if own.macs else self._began
            first = bisect_left(began, own.began - _SAME, key=itemgetter(0))
            last = bisect_right(began, own.began + _SAME, key=itemgetter(0))
            places |= {place for _, place in began[first:last]}
        return [self._all[place] for place in sorted(places)]


def _shared(own: _System, other: _System) -> Iterator[Verdict]:
    """Yield the properties that it shares with evidence of another instance, and that only one system can have."""
    if same := _one_system(own.macs, other.macs):
        yield failed(f"The evidence of {other.instance_id} has the same MAC address, {same}: both are of one system.")
    if own.macs and other.macs:
        # MAC addresses are certain. Systems from one image, restarted together, share host name and start time.
        return
    if own.began is None or other.began is None or abs(own.began - other.began) > _SAME:
        return
    host = own.guest.optional_text("hostName")
    if host is not None and host == other.guest.optional_text("hostName"):
        began = own.began.isoformat(timespec="seconds")
        yield failed(
            f"The evidence of {other.instance_id} is of {host} too, started at {began}: both are of one system. If "
            "they are of two, run the script as root: it then finds the MAC addresses that distinguish them."
        )


def _one_system(macs: set[str], other_macs: set[str]) -> str | None:
    """Return the MAC address by which both are one system; None where each has one that the other lacks.

    A common address alone proves nothing: LXC's bridge, dial-up of Windows and VPN clients use the same one on many
    systems. Two systems each have a NIC of their own, so neither has all addresses of the other. One system has the
    same NICs in all its evidence; only addresses made by software appear and disappear between two runs of the script.
    So NICs are compared where both have some: otherwise one VPN client that appears and another that disappears would
    make one system look like two.
    """
    nics, other_nics = _nics(macs), _nics(other_macs)
    if nics and other_nics:
        macs, other_macs = nics, other_nics
    return min(macs & other_macs, default=None) if macs <= other_macs or other_macs <= macs else None


def _nics(macs: set[str]) -> set[str]:
    return {mac for mac in macs if mac.startswith(_NIC) and mac != _LXC_BRIDGE}


def _macs(guest: Facts) -> set[str]:
    """Return the MAC addresses of the system's hardware."""
    entries = attempt(lambda: guest.texts("macAddresses"))
    macs = (
        {entry.rpartition(" ")[2].lower() for entry in entries} if not isinstance(entries, UnreadableError) else set()
    )
    return {mac for mac in macs if mac.count(":") == 5 and mac != _NONE and not _is_local(mac)}


def _is_local(mac: str) -> bool:
    try:
        return bool(int(mac[:2], 16) & _LOCAL)
    except ValueError:
        return True


def _began(guest: Facts) -> datetime | None:
    """Return when the system was started; None where that is not known, or before the calendar begins."""
    try:
        return guest.moment("collectedAt") - timedelta(seconds=guest.number("uptimeSeconds"))
    except (UnreadableError, OverflowError):
        return None


RULE: Final = InstanceRule(
    module=__name__,
    title="Evidence must be of the instance that it is filed under",
    severity="high",
    notice_items=("N14", "N19", "N28", "N31"),
    why="Evidence of another system hides what is wrong in this one until the move.",
    remediation=COLLECT,
    remediation_after=LOOK_AT_CONSOLE,
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "ECS API reference, DescribeInstances: InnerIpAddress, the intranet addresses of a classic instance.",
        "IEEE 802: a MAC address that is not locally administered is given once, to hardware; software of some vendors "
        "has one of theirs on every system.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances",
    ram_actions=("ecs:DescribeInstances",),
    # As early as the first rule that uses evidence.
    lead_hours=336,
    check=_check,
    until_move=True,
)
