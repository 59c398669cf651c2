from typing import Any

import pytest

from estate import hybrid
from estate.model import Database
from policies.core.outcome import Outcome
from tests.policies.prepared import UNKNOWN, expect, prepared
from tests.policies.rules.database.databases import database

RULE = "database-hybrid-access-possible"

# Product, engine, version, architecture; and what a finding says, none where hybrid access can be.
KINDS: list[tuple[str, str, str, str, str | None]] = [
    ("rds", "MySQL", "5.7", "", None),
    ("rds", "PostgreSQL", "10.0", "", None),
    ("rds", "SQLServer", "2016_std_ha", "", None),
    ("rds", "SQLServer", "2008r2", "", "SQL Server 2008 R2"),
    ("rds", "SQLServer", "2008_R2_ha", "", "SQL Server 2008 R2"),
    ("rds", "MariaDB", "10.3", "", "MariaDB. No API call is documented"),
    ("redis", "Redis", "4.0", "cluster", None),
    ("redis", "Memcache", "4.0", "standard", "Memcache. No API call is documented"),
    ("mongodb", "MongoDB", "4.2", "replicate", None),
    ("mongodb", "MongoDB", "4.2", "standalone", "standalone MongoDB"),
    ("mongodb", "MongoDB", "4.2", "sharding", "sharded MongoDB"),
]


def _facts(product: str, engine: str, version: str, architecture: str) -> dict[str, Any]:
    facts = {"product": product, "engine": engine, "engineVersion": version}
    return facts | ({"architecture": architecture} if architecture else {})


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind[4] is None], ids=str)
def test_pass_for_what_can_have_it(kind: tuple[str, str, str, str, str | None]) -> None:
    draft = prepared(exists=False)
    database(draft).update(_facts(*kind[:4]))
    expect(draft, RULE, "i-app", Outcome.PASS, "can have hybrid access")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind[4] is not None], ids=str)
def test_fail_with_the_way_out_for_what_cannot(kind: tuple[str, str, str, str, str | None]) -> None:
    draft = prepared(exists=False)
    database(draft).update(_facts(*kind[:4]))
    expect(draft, RULE, "i-app", Outcome.FAIL, kind[4] or "", "aliyun ")


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_agrees_with_what_the_components_declare(kind: tuple[str, str, str, str, str | None]) -> None:
    product, engine, version, architecture, message = kind
    model = Database.model_validate(
        {
            "id": "x",
            "product": product,
            "engine": engine,
            "engineVersion": version,
            "architecture": architecture,
            "zoneId": "z",
            "networkType": "classic",
            "securityIpMode": "normal",
        }
    )
    assert (hybrid.obstacle(model) is None) == (message is None)


def test_fail_for_a_sharded_mongodb_whose_addresses_nobody_read() -> None:
    draft = prepared()
    database(draft).update(_facts("mongodb", "MongoDB", "4.2", "sharding"), endpoints=[])
    expect(draft, RULE, "i-app", Outcome.FAIL, "not handled here")


def test_unknown_when_the_engine_is_not_known() -> None:
    draft = prepared(exists=False)
    database(draft)["engine"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "engine")


def test_not_applicable_with_an_address_in_a_vpc() -> None:
    draft = prepared()
    database(draft).update(engine="MariaDB")
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "already")


def test_not_applicable_without_databases() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
