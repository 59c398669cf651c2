"""No licence is bound to a MAC address that the move may take away."""

import re
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, change, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.subjects.attestations import or_attested, remediation
from policies.subjects.guest import by_evidence, listed

_MAC: Final = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}$")
_PRIVATE_NIC: Final = "eth0"


def _seen(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    licences = guest.texts("macBoundLicences")
    if not licences:
        return passed("No licence file that the script looks at names a MAC address.")
    return failed(f"Licences name a MAC address: {listed(licences)}.{_of_other_nics(licences, guest)}")


def _of_other_nics(licences: tuple[str, ...], guest: Facts) -> str:
    """Return an additional sentence where a licence names a NIC whose MAC address may be lost."""
    named = {_mac(text) for text in licences} - {None}
    going = [nic for nic in _nics(guest) if not nic.startswith(f"{_PRIVATE_NIC} ") and _mac(nic) in named]
    return (
        f" The MAC address of {listed(tuple(going))} is lost unless the migration plan retains it in place of that of "
        f"{_PRIVATE_NIC}."
        if going
        else ""
    )


def _nics(guest: Facts) -> tuple[str, ...]:
    return guest.texts("macAddresses") if "macAddresses" in guest.data else ()


def _mac(text: str) -> str | None:
    """Return the digits of the MAC address at the end of a text; None where there is none."""
    match = _MAC.search(text.lower().rstrip("'\""))
    return re.sub("[:-]", "", match[0]) if match else None


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    seen = by_evidence(_seen)(plan, timeline, instance)
    return or_attested(seen, "licence-review", plan, timeline, instance)


RULE: Final = InstanceRule(
    module=__name__,
    title="No licence may be bound to a MAC address",
    severity="high",
    notice_items=("N27", "N31"),
    why="At most one of two MAC addresses is left: software that is licensed to the other one may not start.",
    remediation=(
        (
            task("Agree with the vendor how it is authorized again, and record who answers for it:")
            + remediation("licence-review")
        )
        | (task("Leave it for a later wave:") + change("later", [ID]))
    ),
    remediation_after=task(
        "Have it authorized again for the MAC address that is left, or associate the primary NIC again (open a ticket)."
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "Physical server migration and upgrade notice, troubleshooting: the MAC address is lost; associate the primary "
        "NIC again.",
        "ECS user guide, migrate to a VPC (2021): the plan retains the private MAC address, or by choice the other.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=336,
    check=_check,
    until_move=True,
)
