"""Each benchmark explains itself: its arguments are read before anything is measured."""

import importlib
import sys

import pytest

BENCHMARKS = ("calls", "checkov", "fleet", "growth", "kills", "pack", "plan", "preview", "rates", "simulator", "up")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_help_is_printed(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark = importlib.import_module(f"bench.{name}")
    monkeypatch.setattr(sys, "argv", [f"bench.{name}", "--help"])

    with pytest.raises(SystemExit) as ended:
        benchmark.main()

    assert ended.value.code == 0
    assert "usage: " in capsys.readouterr().out


@pytest.mark.parametrize("name", ["growth", "pack", "preview", "up"])
def test_what_is_no_number_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark = importlib.import_module(f"bench.{name}")
    monkeypatch.setattr(sys, "argv", [f"bench.{name}", "many"])

    with pytest.raises(SystemExit) as ended:
        benchmark.main()

    assert ended.value.code == 2
    assert "many" in capsys.readouterr().err
