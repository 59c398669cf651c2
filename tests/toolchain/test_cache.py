"""What is in the cache is whole, whoever was writing and whatever stopped them."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from toolchain.cache import cache_root, content_key, exclusive, publish_once, read_sources, write_script
from toolchain.progress import Reporter

SOURCES = [("go.mod", b"module m"), ("main.go", b"package main")]


class SignallingStream(io.StringIO):
    """A text stream that says when a certain word was written to it."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word
        self.seen = threading.Event()

    def write(self, text: str) -> int:
        if self._word in text:
            self.seen.set()
        return super().write(text)


class TestCacheRoot:
    def test_an_override_is_taken_as_it_is(self, tmp_path: Path) -> None:
        assert cache_root({"CLASSIC_TO_VPC_CACHE": str(tmp_path), "XDG_CACHE_HOME": "/elsewhere"}) == tmp_path

    def test_xdg_comes_next(self) -> None:
        assert cache_root({"XDG_CACHE_HOME": "/xdg"}) == Path("/xdg/classic-to-vpc")

    def test_the_home_directory_is_the_last_resort(self) -> None:
        assert cache_root({}) == Path.home() / ".cache" / "classic-to-vpc"


class TestContentKey:
    def test_the_order_of_files_does_not_matter(self) -> None:
        assert content_key(SOURCES, ["go1"]) == content_key(reversed(SOURCES), ["go1"])

    @pytest.mark.parametrize(
        ("sources", "settings"),
        [
            ([("go.mod", b"module m"), ("main.go", b"package other")], ["go1"]),
            ([("go.mod", b"module m"), ("other.go", b"package main")], ["go1"]),
            (SOURCES[:1], ["go1"]),
            (SOURCES, ["go2"]),
            (SOURCES, ["go", "1"]),
        ],
        ids=["content", "name", "missing file", "setting", "settings split elsewhere"],
    )
    def test_everything_else_matters(self, sources: list[tuple[str, bytes]], settings: list[str]) -> None:
        assert content_key(sources, settings) != content_key(SOURCES, ["go1"])

    def test_only_matching_files_are_read(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        for name in ("go.mod", "notes.txt", "sub/a.go"):
            (tmp_path / name).write_bytes(name.encode())
        assert sorted(read_sources(tmp_path, ["*.go", "go.mod"])) == [("go.mod", b"go.mod"), ("sub/a.go", b"sub/a.go")]


class TestPublishOnce:
    def test_makes_the_directory_once(self, tmp_path: Path, reporter: Reporter) -> None:
        filled: list[Path] = []

        def fill(staging: Path) -> None:
            filled.append(staging)
            (staging / "binary").write_text("whole")

        for _ in range(2):
            publish_once(tmp_path / "built", "a build", fill, reporter)
        assert len(filled) == 1
        assert (tmp_path / "built" / "binary").read_text() == "whole"

    def test_a_failed_build_leaves_nothing(self, tmp_path: Path, reporter: Reporter) -> None:
        def fill(staging: Path) -> None:
            (staging / "binary").write_text("half")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            publish_once(tmp_path / "built", "a build", fill, reporter)
        assert [path.name for path in tmp_path.iterdir()] == ["built.lock"]

    def test_leftovers_of_a_killed_process_are_removed(self, tmp_path: Path, reporter: Reporter) -> None:
        (tmp_path / ".built.abandoned").mkdir()
        publish_once(tmp_path / "built", "a build", lambda staging: None, reporter)
        assert not (tmp_path / ".built.abandoned").exists()

    def test_two_at_once_build_once_and_the_second_says_that_it_waits(self, tmp_path: Path) -> None:
        fills: list[Path] = []
        stream = SignallingStream("waiting: another process is preparing a build")

        def fill(staging: Path) -> None:
            fills.append(staging)
            assert stream.seen.wait(30), "the second process did not say that it waits"

        def start() -> threading.Thread:
            arguments = (tmp_path / "built", "a build", fill, Reporter(stream))
            thread = threading.Thread(target=publish_once, args=arguments)
            thread.start()
            return thread

        for thread in [start(), start()]:
            thread.join(30)
        assert len(fills) == 1
        assert (tmp_path / "built").is_dir()


def test_a_lock_is_free_again_after_an_error(tmp_path: Path, reporter: Reporter, log: io.StringIO) -> None:
    with pytest.raises(ValueError, match="inside"), exclusive(tmp_path / "a.lock", "it", reporter):
        raise ValueError("inside")
    with exclusive(tmp_path / "a.lock", "it", reporter):
        pass
    assert "waiting" not in log.getvalue()


def test_a_script_is_executable_and_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "bin" / "tool"
    write_script(path, "old")
    before = path.stat().st_ino
    write_script(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_ino != before
    assert os.access(path, os.X_OK)
    assert list(path.parent.iterdir()) == [path]
