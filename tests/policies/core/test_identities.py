"""One person is one, however the name is spelled; the config and the pack agree on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.config import identities as of_config
from policies.core.identities import identity

ANN = [
    "ann@x.com",
    "Ann@X.com",
    " ann@x.com ",
    "ann+ops@x.com",
    "Ann <ann@x.com>",
    "ANN SMITH <Ann+waiver@x.com>",
    "ann@x.com.",
    "mailto:ann@x.com",
    "\uff41nn@x.com",  # fullwidth a
    "ann\u200b@x.com",  # a zero-width space
    "\ufeffann@x.com",
    "ann @ x.com",
]
OTHERS = ["bob@x.com", "ann@y.com", "anna@x.com", "ann", "Ann Smith", "ann@x.co"]


@pytest.mark.parametrize("spelling", ANN)
def test_spellings_of_one_person(spelling: str) -> None:
    assert identity(spelling) == "ann@x.com"


def test_others_are_others() -> None:
    assert len({identity(name) for name in [*OTHERS, ANN[0]]}) == len(OTHERS) + 1


def test_a_name_without_an_address_is_compared_too() -> None:
    assert identity("Ann  Smith") == identity("ann smith") == identity("ANN\tSMITH ")


@pytest.mark.parametrize("nobody", ["", " ", "\t\n", "\u200b", "-", "...", "\u3000", "@", " @ "])
def test_blank_is_no_name(nobody: str) -> None:
    assert identity(nobody) == ""


@given(st.text())
def test_config_and_pack_agree(name: str) -> None:
    assert of_config.identity(name) == identity(name)


@pytest.mark.parametrize("name", [*ANN, *OTHERS])
def test_config_and_pack_agree_on_names(name: str) -> None:
    assert of_config.identity(name) == identity(name)
