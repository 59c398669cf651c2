"""The stack config: what is taken, and what each mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.config import ConfigError, CreateNetwork, MigrationConfig, parse
from tests.components.builders import APPROVED, FILE, config

Bend = Callable[[dict[str, Any]], object]


def problems(raw: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(raw, FILE)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{FILE}: classic-to-vpc:migration") for line in lines)
    return [line.removeprefix(f"{FILE}: classic-to-vpc:migration").removeprefix(".") for line in lines]


def test_a_whole_config_is_taken() -> None:
    parsed = parse(config(), FILE)
    assert [choice.id for choice in parsed.instances] == ["i-web", "i-app"]
    assert isinstance(parsed.network, CreateNetwork)
    assert [vswitch.zone for vswitch in parsed.network.vswitches] == ["cn-hangzhou-b"]
    assert parsed.databases[0].whitelist_group == "classic_to_vpc"


def test_window_and_instances_are_enough() -> None:
    parsed = parse({key: config()[key] for key in ("window", "instances")}, FILE)
    assert (parsed.network, parsed.backups, parsed.freeze_hours) == (None, None, 24)


AGREED = {"reason": "agreed", "owner": "me", **APPROVED}
GO = {
    "kind": "application-go",
    "owner": "me",
    "statement": "They may be stopped.",
    "statedAt": APPROVED["approvedAt"],
    "validUntil": APPROVED["expires"],
}

MISTAKES: dict[str, tuple[Bend, str]] = {
    "unknown key": (
        lambda raw: raw.update(instnaces=[]),
        "instnaces: unknown key; expected one of after, attestations, backups, classicLink, databases, evidence, "
        "freezeHours, include, instances, later, network, offPeak, protect, securityGroups, selector, staying, "
        "unjudgedUpdates, waivers, waves, window; did you mean instances?",
    ),
    "unknown key deep down": (
        lambda raw: raw["network"]["vswitches"][0].update(cidr="172.16.1.0/24"),
        "network.vswitches[0].cidr: unknown key; expected one of cidrBlock, name, tier, zone; did you mean cidrBlock?",
    ),
    "missing key": (
        lambda raw: raw["window"].pop("latest"),
        "window.latest: expected this key: Latest Schedule Time of the pending task, with its UTC offset.",
    ),
    "time without offset": (
        lambda raw: raw["window"].update(start="2026-12-12T02:00:00"),
        "window.start: expected a date and time with its UTC offset, such as "
        "\"2026-12-12T02:00:00+08:00\"; got '2026-12-12T02:00:00'",
    ),
    "time without quotes": (
        lambda raw: raw["window"].update(start="2026-12-12 02:00:00 +0800 +0800"),
        'window.start: expected a date and time with its UTC offset, such as "2026-12-12T02:00:00+08:00" in quotes '
        "(Pulumi replaces a time without them by another text); got '2026-12-12 02:00:00 +0800 +0800'",
    ),
    "wrong type": (
        lambda raw: raw["backups"].update(retentionDays="a month"),
        "backups.retentionDays: expected a whole number; got 'a month'",
    ),
    "a word in place of a list": (
        lambda raw: raw.update(databases="rm-orders"),
        "databases: expected a list; got 'rm-orders'",
    ),
    "a word in place of a map": (
        lambda raw: raw.update(classicLink=True),
        "classicLink: expected a map with the keys attach, flows, flowsFile, guestRoute; got True",
    ),
    "an address to convert of an instance that stays": (
        lambda raw: raw.update(after={"convertPublicIps": ["i-mon"]}),
        "after.convertPublicIps[0]: i-mon does not move in this stack; expected one that does",
    ),
    "a service that nobody uses, twice": (
        lambda raw: raw.update(after={"unusedServices": ["oss", "oss"]}),
        "after.unusedServices: oss stands here 2 times; expected once",
    ),
    "an approval of a service that is not named": (
        lambda raw: raw.update(
            after={
                "unusedServices": ["oss"],
                "unusedApprovals": {"container-registry": {"reason": "None.", "owner": "ann", **APPROVED}},
            }
        ),
        "after.unusedApprovals.container-registry: container-registry is not under unusedServices; "
        "expected it there too",
    ),
    "a service that its owner approved": (
        lambda raw: raw.update(
            after={
                "unusedServices": ["oss"],
                "unusedApprovals": {"oss": {"reason": "No bucket.", "owner": "Ann", **APPROVED, "approvedBy": "ann"}},
            }
        ),
        "after.unusedApprovals.oss: expected approvedBy to be another person than the owner, Ann",
    ),
    "a disk excluded without an owner": (
        lambda raw: raw["backups"].update(exclude=[{"disk": "d-web", "reason": "a cache", **APPROVED}]),
        "backups.exclude[0].owner: expected this key: Who answers for it: a name or an address.",
    ),
    "a disk excluded by its owner alone": (
        lambda raw: raw["backups"].update(
            exclude=[{"disk": "d-web", "reason": "a cache", **APPROVED, "owner": "You "}]
        ),
        "backups.exclude[0]: expected approvedBy to be another person than the owner, You ",
    ),
    "snapshots released before the time that they must outlive": (
        lambda raw: raw["backups"].update(retentionDays=9),
        "backups.retentionDays: expected 10 or more: from before the freeze until 1 days (keepDaysAfterWindow) after "
        "the Latest Schedule Time; got 9",
    ),
    "an instance linked twice": (
        lambda raw: raw.update(classicLink={"attach": ["i-mon", "i-idle", "i-mon"]}),
        "classicLink.attach: i-mon stands here 2 times; expected once",
    ),
    "a disk excluded twice": (
        lambda raw: raw["backups"].update(
            exclude=[{"disk": "d-web", "reason": "a cache", "owner": "me", **APPROVED}] * 2
        ),
        "backups.exclude: d-web stands here 2 times; expected once",
    ),
    "a database opened to everybody": (
        lambda raw: raw["databases"][0].update(alsoAdmit=["10.0.0.0/8", "0.0.0.0/0"]),
        "databases[0].alsoAdmit[1]: 0.0.0.0/0 opens the database to the Internet; expected /8 or narrower",
    ),
    "out of range": (
        lambda raw: raw["backups"].update(retentionDays=0),
        "backups.retentionDays: expected greater than or equal to 1; got 0",
    ),
    "no instance id": (
        lambda raw: raw["instances"].append("web 1"),
        "instances[2].id: expected an id as the console shows it: letters, digits, hyphens and underscores; "
        "got 'web 1'",
    ),
    "a number in place of a time": (
        lambda raw: raw["window"].update(start=1797012000),
        "window.start: expected a date and time with its UTC offset, such as "
        '"2026-12-12T02:00:00+08:00"; got 1797012000',
    ),
    "a truth in place of a number": (
        lambda raw: raw.update(freezeHours=True),
        "freezeHours: expected a number; got True",
    ),
    "a text in place of a number": (
        lambda raw: raw["backups"].update(retentionDays="60"),
        "backups.retentionDays: expected a whole number; got '60'",
    ),
    "a number in place of a truth": (lambda raw: raw.update(protect=0), "protect: expected true or false; got 0"),
    "a number in place of a text": (
        lambda raw: raw["databases"][0].update(whitelistGroup=1),
        "databases[0].whitelistGroup: expected text; got 1",
    ),
    "half of a surrogate pair": (
        lambda raw: raw["network"].update(name="\ud800"),
        ": expected text in Unicode, found half of a surrogate pair",
    ),
    "no instances": (
        lambda raw: raw.update(instances=[]),
        ": expected either instances (a list that is not empty) or selector, and not both",
    ),
    "instances and selector": (
        lambda raw: raw.update(selector={"tags": {"wave": "1"}}),
        ": expected either instances (a list that is not empty) or selector, and not both",
    ),
    "twice": (
        lambda raw: raw["instances"].append("i-web"),
        "instances: i-web stands here 2 times; expected once",
    ),
    "now and later": (
        lambda raw: raw.update(later=["i-app"]),
        "later: i-app is under instances too; expected it in one of the two",
    ),
    "now and staying": (
        lambda raw: raw.update(staying=[{"instances": ["i-app"], "owner": "me", "reason": "a cache"}]),
        "staying[0].instances[0]: i-app is under instances too; expected it in one of the two",
    ),
    "later and staying": (
        lambda raw: raw.update(later=["i-mon"], staying=[{"instances": ["i-mon"], "owner": "me", "reason": "a cache"}]),
        "staying[0].instances[0]: i-mon is under later too; expected it in one of the two",
    ),
    "staying twice": (
        lambda raw: raw.update(staying=[{"instances": ["i-mon"], "owner": "me", "reason": "a cache"}] * 2),
        "staying: i-mon stands here 2 times; expected once",
    ),
    "staying by nobody's word": (
        lambda raw: raw.update(staying=[{"instances": ["i-mon"], "owner": " ", "reason": "a cache"}]),
        "staying[0].owner: expected text that is not blank; got ' '",
    ),
    "no such mode": (
        lambda raw: raw["network"].update(mode="borrow"),
        "network: expected a key mode with one of create, existing, default, shared",
    ),
    "no block": (
        lambda raw: raw["network"].update(cidrBlock="172.16"),
        "network.cidrBlock: expected an IPv4 CIDR block, such as 172.16.0.0/16; got '172.16'",
    ),
    "public VPC": (
        lambda raw: [
            raw.pop("classicLink"),
            raw["network"].update(
                cidrBlock="47.0.0.0/16", vswitches=[{"zone": "cn-hangzhou-b", "cidrBlock": "47.0.1.0/24"}]
            ),
        ],
        "network.cidrBlock: 47.0.0.0/16 is not private; expected a block inside "
        "10.0.0.0/8 or 172.16.0.0/12 or 192.168.0.0/16",
    ),
    "VSwitch outside its VPC": (
        lambda raw: raw["network"]["vswitches"][0].update(cidrBlock="172.17.1.0/24"),
        "network.vswitches[0].cidrBlock: 172.17.1.0/24 is not inside the VPC; expected a block inside 172.16.0.0/16",
    ),
    "too small VSwitch": (
        lambda raw: raw["network"]["vswitches"][0].update(cidrBlock="172.16.1.0/30"),
        "network.vswitches[0].cidrBlock: 172.16.1.0/30 has mask 30; expected a mask of 16 to 29",
    ),
    "overlapping VSwitches": (
        lambda raw: raw["network"]["vswitches"].append({"zone": "cn-hangzhou-h", "cidrBlock": "172.16.0.0/23"}),
        "network.vswitches[1].cidrBlock: 172.16.0.0/23 overlaps 172.16.1.0/24; "
        "expected VSwitch blocks that share no address",
    ),
    "two VSwitches in a zone": (
        lambda raw: raw["network"]["vswitches"].append({"zone": "cn-hangzhou-b", "cidrBlock": "172.16.2.0/24"}),
        "network.vswitches: cn-hangzhou-b stands here 2 times; expected once",
    ),
    "two VSwitches of a zone and tier": (
        lambda raw: [
            raw["network"]["vswitches"][0].update(tier="web"),
            raw["network"]["vswitches"].append(
                {"zone": "cn-hangzhou-b", "tier": "web", "cidrBlock": "172.16.2.0/24", "name": "second"}
            ),
        ],
        "network.vswitches: cn-hangzhou-b for web stands here 2 times; expected once",
    ),
    "tier's name": (
        lambda raw: raw["network"]["vswitches"][0].update(tier="Web tier"),
        "network.vswitches[0].tier: expected 1 to 32 lowercase letters, digits and hyphens, such as web; "
        "got 'Web tier'",
    ),
    "block to be avoided": (
        lambda raw: raw["network"].update(avoid=["172.16.1.128/25"]),
        "network.vswitches[0].cidrBlock: 172.16.1.0/24 overlaps 172.16.1.128/25, which is to be avoided; "
        "expected a block apart from it",
    ),
    "no block to be avoided": (
        lambda raw: raw["network"].update(avoid=["300.0.0.0/8"]),
        "network.avoid: '300.0.0.0/8' is no CIDR block; expected one such as 10.0.0.0/16",
    ),
    "differences of a clone": (
        lambda raw: raw["securityGroups"].update(
            groups=[{"id": "sg-web", "mode": "clone", "acceptDifferences": {"opened": AGREED}}]
        ),
        "securityGroups.groups[0]: expected acceptDifferences with mode map only: a clone opens nothing",
    ),
    "word for an instance that stays": (
        lambda raw: raw.update(attestations=[{**GO, "instances": ["i-mon"]}]),
        "attestations[0].instances[0]: i-mon does not move in this stack; expected one that does",
    ),
    "word that ends when it is given": (
        lambda raw: raw.update(attestations=[{**GO, "instances": ["i-app"], "validUntil": GO["statedAt"]}]),
        f"attestations[0].validUntil: expected a time after statedAt, {GO['statedAt']}, by 90 days at the most",
    ),
    "owner that cannot be seen": (
        lambda raw: raw.update(attestations=[{**GO, "instances": ["i-app"], "owner": "\u200b"}]),
        "attestations[0].owner: expected text that is not blank; got '\\u200b'",
    ),
    "nothing of an existing network": (
        lambda raw: raw.update(network={"mode": "existing", "vpcId": "vpc-old"}),
        "network.vswitchIds: expected at least one item, here or under vswitches",
    ),
    "a zone of the default network twice": (
        lambda raw: raw.update(network={"mode": "default", "zones": ["cn-hangzhou-b", "cn-hangzhou-b"]}),
        "network.zones: cn-hangzhou-b stands here 2 times; expected once",
    ),
    "two VSwitches of one name": (
        lambda raw: raw["network"]["vswitches"].append(
            {"zone": "cn-hangzhou-h", "cidrBlock": "172.16.2.0/24", "name": "target-cn-hangzhou-b"}
        ),
        "network.vswitches: target-cn-hangzhou-b stands here 2 times; expected once",
    ),
    "clones without a network": (
        lambda raw: [raw.pop(key) for key in ("network", "databases", "classicLink")],
        "securityGroups: expected network to be declared too: this needs a target VPC",
    ),
    "an end before the start": (
        lambda raw: raw["window"].update(end="2026-12-12T02:00:00+08:00"),
        "window.end: expected a time after the window's start",
    ),
    "disks needed before the start": (
        lambda raw: raw["window"].update(disksNeededFrom="2026-12-12T01:00:00+08:00"),
        "window.disksNeededFrom: expected a time after the window's start",
    ),
    "a pending task that nobody saw": (
        lambda raw: raw["window"].update(scheduled={"by": "", "at": "2026-12-01T01:00:00+08:00"}),
        "window.scheduled.by: expected text that is not blank; got ''",
    ),
    "no time zone": (
        lambda raw: raw.update(offPeak={"from": "22:00", "to": "06:00", "timeZone": "Beijing"}),
        "offPeak.timeZone: expected the IANA name of a time zone, such as Asia/Shanghai; got 'Beijing'",
    ),
    "no time of the day": (
        lambda raw: raw.update(offPeak={"from": "24:00", "to": "06:00", "timeZone": "Asia/Shanghai"}),
        "offPeak.from: expected a time of the day, such as 22:00; got '24:00'",
    ),
    "hours that never end": (
        lambda raw: raw.update(offPeak={"from": "06:00", "to": "06:00", "timeZone": "Asia/Shanghai"}),
        "offPeak: expected off-peak hours that end at another time than they begin",
    ),
    "no stack to share": (
        lambda raw: raw.update(network={"mode": "shared", "stack": "wave-1"}),
        "network.stack: expected organization/project/stack, such as organization/classic-to-vpc/wave-1; got 'wave-1'",
    ),
    "groups of no stack": (
        lambda raw: raw["securityGroups"].update(mode="shared"),
        "securityGroups.mode: expected clone, or a network of mode shared: no stack is named to share",
    ),
    "whitelist group's name": (
        lambda raw: raw["databases"][0].update(whitelistGroup="Default"),
        "databases[0].whitelistGroup: expected 2 to 32 lowercase letters, digits and underscores, "
        "beginning with a letter; got 'Default'",
    ),
}


def in_waves(raw: dict[str, Any]) -> None:
    """The same instances in two waves, the second after the first."""
    del raw["window"], raw["instances"]
    raw["waves"] = [
        {"name": "one", "window": dict(WINDOW), "instances": ["i-web"]},
        {"name": "two", "window": {**WINDOW, "start": LATER}, "instances": ["i-app"], "after": ["one"]},
    ]


WINDOW = {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"}
LATER = "2026-12-13T02:00:00+08:00"

WAVE_MISTAKES: dict[str, tuple[Bend, str]] = {
    "snapshots that end before the longest window": (
        lambda raw: raw["waves"][1]["window"].update(latest="2027-02-01T00:00:00+08:00"),
        "backups.retentionDays: expected 52 or more: from before the freeze until 1 days (keepDaysAfterWindow) after "
        "the Latest Schedule Time; got 30",
    ),
    "window beside waves": (
        lambda raw: raw.update(window=dict(WINDOW)),
        ": expected either window or waves, and not both",
    ),
    "neither window nor waves": (
        lambda raw: raw.pop("waves"),
        ": expected either window or waves, and not both",
    ),
    "instances beside waves": (
        lambda raw: raw.update(instances=["i-mon"]),
        ": expected instances and selector inside the waves, and not beside them",
    ),
    "empty wave": (
        lambda raw: raw["waves"][0].update(instances=[]),
        "waves[0]: expected either instances (a list that is not empty) or selector, and not both",
    ),
    "name": (
        lambda raw: raw["waves"][0].update(name="Wave one"),
        "waves[0].name: expected 1 to 63 lowercase letters, digits and hyphens, such as wave-1; got 'Wave one'",
    ),
    "one name twice": (
        lambda raw: raw["waves"].append({"name": "two", "window": dict(WINDOW), "instances": ["i-mon"]}),
        "waves: two stands here 2 times; expected once",
    ),
    "one instance twice": (
        lambda raw: raw["waves"][1].update(instances=["i-web"]),
        "waves: i-web stands here 2 times; expected once",
    ),
    "after no wave": (
        lambda raw: raw["waves"][1].update(after=["zero"]),
        "waves[1].after[0]: there is no wave zero; expected one of one, two",
    ),
    "after one wave twice": (
        lambda raw: raw["waves"][1].update(after=["one", "one"]),
        "waves[1].after: one stands here 2 times; expected once",
    ),
    "after itself": (
        lambda raw: raw["waves"][0].update(after=["one"]),
        "waves: one after one; expected an order without a circle",
    ),
    "windows against the order": (
        lambda raw: raw["waves"][1]["window"].update(WINDOW),
        "waves[1].after[0]: two begins no later than one; expected a window that begins after it",
    ),
    "now and later": (
        lambda raw: raw.update(later=["i-app"]),
        "later: i-app is under instances too; expected it in one of the two",
    ),
}


@pytest.mark.parametrize("mistake", WAVE_MISTAKES)
def test_each_mistake_about_waves_is_reported_in_one_line(mistake: str) -> None:
    bend, expected = WAVE_MISTAKES[mistake]
    raw = config()
    in_waves(raw)
    bend(raw)
    assert problems(raw) == [expected]


def test_waves_in_a_circle_are_reported() -> None:
    raw = config()
    in_waves(raw)
    raw["waves"][0]["after"] = ["two"]
    reported = problems(raw)
    assert any(line.startswith("waves: ") and line.endswith("expected an order without a circle") for line in reported)


def test_beside_a_wave_by_tags_any_instance_may_be_one_that_moves() -> None:
    """Whom tags select, only the estate shows."""
    raw = config()
    in_waves(raw)
    raw["waves"][1].pop("instances")
    raw["waves"][1]["selector"] = {"tags": {"wave": "2"}}
    person = {"owner": "me", **APPROVED}
    raw["after"] = {"convertPublicIps": ["i-app"]}
    raw["waivers"] = [{"rule": "backup-within-quota", "instances": ["i-app"], "reason": "agreed", **person}]
    word = {"kind": "application-go", "owner": "me", "statement": "They may be stopped."}
    times = {"statedAt": APPROVED["approvedAt"], "validUntil": APPROVED["expires"]}
    raw["attestations"] = [{**word, **times, "instances": ["i-app"]}]
    assert parse(raw, FILE).after is not None


def test_one_window_is_one_wave() -> None:
    [wave] = parse(config(), FILE).all_waves
    assert (wave.name, [choice.id for choice in wave.instances]) == ("all", ["i-web", "i-app"])
    raw = config()
    in_waves(raw)
    assert [(wave.name, wave.after) for wave in parse(raw, FILE).all_waves] == [("one", ()), ("two", ("one",))]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_reported_in_one_line(mistake: str) -> None:
    bend, expected = MISTAKES[mistake]
    raw = config()
    bend(raw)
    assert problems(raw) == [expected]


@pytest.mark.parametrize(
    "bend",
    [
        lambda raw: raw["network"].update(avoid=["172.16.2.0/24"]),
        lambda raw: raw["network"].update(avoid=["172.16.2.0/24"], vswitches=[{"zone": "cn-hangzhou-b"}]),
        lambda raw: raw["backups"].update(retentionDays=10),
        lambda raw: raw.update(after={"convertPublicIps": ["i-app"]}),
        lambda raw: raw.update(attestations=[{**GO, "instances": ["i-app"]}]),
        lambda raw: raw.update(attestations=[{**GO, "instances": ["i-app"], "validUntil": "2027-03-01T09:00+08:00"}]),
    ],
)
def test_what_is_just_right_is_no_mistake(bend: Bend) -> None:
    raw = config()
    bend(raw)
    assert parse(raw, FILE)


def test_all_mistakes_are_reported_at_once() -> None:
    raw = config(freezeHours="soon")
    raw["window"]["start"] = "tomorrow"
    raw["network"]["vswitches"][0]["zone"] = 5
    keys = [line.split(":")[0] for line in problems(raw)]
    assert keys == ["freezeHours", "network.vswitches[0].zone", "window.start"]


@pytest.mark.parametrize("nothing", [None, [], "migration", 3])
def test_nothing_is_no_config(nothing: object) -> None:
    [line] = problems(nothing)
    assert line.startswith(": expected a map with the keys after, attestations, backups, classicLink,")


def test_classic_link_needs_blocks_that_it_reaches() -> None:
    network = {
        "mode": "create",
        "cidrBlock": "10.0.0.0/8",
        "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "10.2.0.0/24"}],
    }
    assert parse(config(network=network, classicLink=None), FILE).network
    [line] = problems(config(network=network))
    assert line.startswith("network.vswitches[0].cidrBlock: 10.2.0.0/24 cannot be reached by ClassicLink")


def test_a_vpc_in_192_168_needs_routes_that_only_the_team_can_know_of() -> None:
    network = {
        "mode": "create",
        "cidrBlock": "192.168.0.0/16",
        "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "192.168.1.0/24"}],
    }
    assert problems(config(network=network)) == [
        "classicLink.guestRoute: expected true, once each linked instance has a route 192.168.0.0/16 to its intranet "
        "NIC: 192.168.0.0/16 needs it"
    ]
    assert parse(config(network=network, classicLink={"guestRoute": True}), FILE).classic_link
    assert parse(config(network=network, classicLink=None), FILE).network


def test_every_key_is_described() -> None:
    """The descriptions are what an editor shows, and what a missing key is told."""
    schema = MigrationConfig.model_json_schema()
    for model in (schema, *schema["$defs"].values()):
        for key, field in model["properties"].items():
            assert field.get("description") or key == "mode", f"{model['title']}.{key}"


def test_ids_of_old_instances_and_databases_are_taken() -> None:
    """What is still classic was bought when ids had other shapes; the estate tells whether there is such a thing."""
    raw = config()
    raw["instances"] = ["AY1210180339330abcde", "i-28lm0pqxy"]
    raw["databases"] = [{"id": "rdsfnjfq2mqqa2e"}]
    raw["backups"]["exclude"] = [{"disk": "1001-60017463", "reason": "a cache", "owner": "me", **APPROVED}]
    parsed = parse(raw, FILE)
    assert [choice.id for choice in parsed.instances] == ["AY1210180339330abcde", "i-28lm0pqxy"]
    assert parsed.databases[0].id == "rdsfnjfq2mqqa2e"


def test_any_number_of_unknown_keys_is_answered_in_a_few_lines() -> None:
    raw = config()
    raw.update({f"key{number}": number for number in range(100_000)})
    lines = problems(raw)
    assert len(lines) == 11
    assert lines[0] == ": 99990 more unknown keys here"


def test_any_number_of_mistakes_is_answered_in_a_hundred_lines() -> None:
    raw = config()
    raw["instances"] = [{"id": number} for number in range(5_000)]
    with pytest.raises(ConfigError) as caught:
        parse(raw, FILE)
    lines = str(caught.value).splitlines()
    assert len(lines) == 101
    assert lines[-1] == "and 4900 more problems like these"
    assert len(caught.value.problems) == 5_000


def test_a_config_nested_too_deep_is_refused() -> None:
    raw = config()
    inner: dict[str, Any] = {}
    for _ in range(500):
        inner = {"network": inner}
    raw["network"] = inner
    assert problems(raw) == [": expected at most 32 maps and lists inside each other"]
