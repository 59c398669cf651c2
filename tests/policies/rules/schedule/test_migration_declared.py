from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import IN_FREEZE, UNKNOWN, Draft, expect, prepared

RULE = "schedule-migration-declared"


def test_pass_with_one_migration_and_its_instances() -> None:
    expect(prepared(), RULE, "dev", Outcome.PASS, "2 instances")


def test_fail_on_an_empty_stack() -> None:
    expect(Draft([], IN_FREEZE), RULE, "", Outcome.FAIL, "0 Migration components")


def test_fail_on_two_migrations() -> None:
    draft = prepared()
    draft.add(MIGRATION, "another", draft.facts(MIGRATION))
    expect(draft, RULE, "dev", Outcome.FAIL, "2 Migration components")


def test_fail_on_an_empty_estate() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["instanceIds"] = []
    expect(draft, RULE, "dev", Outcome.FAIL, "empty estate")


def test_fail_on_an_instance_that_is_not_declared() -> None:
    draft = prepared()
    draft.remove(MIGRATING_INSTANCE, "i-web")
    expect(draft, RULE, "dev", Outcome.FAIL, "i-web")


def test_fail_on_an_instance_that_is_declared_twice() -> None:
    draft = prepared()
    draft.add(MIGRATING_INSTANCE, "again", draft.facts(MIGRATING_INSTANCE, "i-web"))
    expect(draft, RULE, "dev", Outcome.FAIL, "i-web", "declared by 2")


def test_fail_on_a_schema_that_the_pack_does_not_know() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["schemaVersion"] = 1.0
    expect(draft, RULE, "dev", Outcome.FAIL, "schema version 4")


def test_unknown_when_the_instances_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["instanceIds"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "instanceIds")


def test_fail_on_an_instance_that_is_in_no_wave_or_in_two() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["instanceIds"] = ["i-app", "i-app"]
    expect(draft, RULE, "dev", Outcome.FAIL, "i-app is in 2 waves", "i-web is in 0 waves")


def test_unknown_when_an_instance_does_not_tell_which_it_is() -> None:
    draft = prepared()
    draft.add(MIGRATING_INSTANCE, "nobody", {"instanceId": UNKNOWN})
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "MigratingInstance nobody: instanceId")


def test_unknown_without_waves() -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["waves"]
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "waves")
