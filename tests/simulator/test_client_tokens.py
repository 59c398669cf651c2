"""ClientTokens, beside what test_simulation and test_faults show of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.client_tokens import REMEMBERED, ClientTokens, Use
from simulator.cloud.errors import CloudError

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def _once(tokens: ClientTokens, answer: str, token: str = "token", hours: float = 0, **parameters: str) -> object:  # noqa: S107
    now = NOW + timedelta(hours=hours)
    return tokens.once(Use("vpc:CreateVpc", token, parameters), now, lambda: {"VpcId": answer})["VpcId"]


def test_a_token_is_remembered_for_a_day_from_its_first_use() -> None:
    tokens = ClientTokens()
    last = REMEMBERED / timedelta(hours=1) - 0.1
    assert [_once(tokens, "first"), _once(tokens, "again", hours=last)] == ["first", "first"]
    assert _once(tokens, "new", hours=last + 0.2) == "new"
    assert len(tokens.used()) == 1


def test_a_token_is_case_sensitive_and_of_one_action() -> None:
    tokens = ClientTokens()
    assert [_once(tokens, "one", "token"), _once(tokens, "two", "Token")] == ["one", "two"]
    other = tokens.once(Use("vpc:CreateVSwitch", "token", {}), NOW, lambda: {"VSwitchId": "three"})
    assert other == {"VSwitchId": "three"}


@pytest.mark.parametrize("token", ["x" * 65, "tökén"])
def test_malformed_tokens_are_refused(token: str) -> None:
    with pytest.raises(CloudError, match=r"InvalidClientToken\.Malformed \(400\)"):
        _once(ClientTokens(), "never", token)


def test_the_longest_token_is_one() -> None:
    assert _once(ClientTokens(), "made", "x" * 64) == "made"


def test_restored_tokens_remember_their_calls() -> None:
    tokens = ClientTokens()
    _once(tokens, "first", Password="hunter2", ClientToken="token")  # noqa: S106 - false on purpose
    later = ClientTokens(tokens.used())
    assert _once(later, "again", Password="hunter2", ClientToken="whatever") == "first"  # noqa: S106
    with pytest.raises(CloudError, match="IdempotentParameterMismatch"):
        _once(later, "again", Password="hunter3")  # noqa: S106
    assert "hunter2" not in repr(tokens.used())
