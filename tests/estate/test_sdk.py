"""SDKs are imported by name, and nothing else is."""

import pytest

from estate import sdk


def test_a_module_of_an_sdk_is_loaded() -> None:
    assert sdk.load("alibabacloud_credentials.models").__name__ == "alibabacloud_credentials.models"


@pytest.mark.parametrize("name", ["estate.object_storage", "json", "alibabacloud", ""])
def test_no_other_module_is(name: str) -> None:
    with pytest.raises(ValueError, match="no module of an SDK"):
        sdk.load(name)
