"""What rules that go by evidence share."""

from estate.guest import GuestFacts
from policies.subjects.guest import LOOKED_FOR


def test_each_fact_that_may_be_missing_says_where_the_script_looks_for_it() -> None:
    always = {"schemaVersion", "os", "collectedAt", "privileged", "osName", "hostName", "instanceId"}
    assert set(LOOKED_FOR) == {field.alias or name for name, field in GuestFacts.model_fields.items()} - always
