"""Build the Pulumi CLI with its language hosts for Python and YAML, and the alicloud plugin, from Go modules."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import content_key, publish_once, read_sources
from toolchain.discovery import EXEC_SCRIPT, LANGUAGE_HOST
from toolchain.go import GO_ENVIRONMENT, Go, minimum_go
from toolchain.processes import run_streamed
from toolchain.progress import Reporter
from toolchain.versions import ENGINE, MINIMUM_PULUMI, PLUGIN, Version

ROOM = Path(__file__).resolve().parent
SCHEMA = "schema.json"

_SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
_SOURCES = ("*.go", "go.mod", "go.sum")

#: No C compiler is needed, and neither the checkout's path nor its commit is part of the binary or the key.
_BUILD_FLAGS = ("-trimpath", "-buildvcs=false")

_BUILD_ADVICE = (
    "What to do: check that the Go module proxy can be reached and that a few gigabytes are free, then run it again; "
    "finished packages are kept. Or install the official Pulumi CLI, which this then uses as it is."
)


@dataclass(frozen=True)
class Recipe:
    """How binaries are built: of one package as `output`, or of several by their own names, with `output` empty.

    `module` is the directory whose go.mod pins the versions; `local` are those of this repository's own modules that it
    refers to. Where the binary embeds a schema, `schema_generator` is the package of the program that writes it, and
    `schema_file` the path in the module.
    """

    name: str
    version: Version
    title: str
    module: Path
    packages: tuple[str, ...]
    output: str
    linker_flags: str
    usual_time: str
    local: tuple[Path, ...] = ()
    with_exec_script: bool = False
    schema_generator: str = ""
    schema_file: str = ""

    def needs_go(self) -> Version:
        """Read the Go version that the module requires."""
        return minimum_go((self.module / "go.mod").read_text())

    def source_key(self) -> str:
        """Hash the current sources."""
        return content_key(self._sources(), [])

    def build_key(self, go_version: Version | None) -> str:
        """Hash the current sources, and everything else that determines what `go_version` builds on this platform.

        None: any version of Go.
        """
        settings = [
            *self.packages,
            self.linker_flags,
            *_BUILD_FLAGS,
            *(f"{name}={value}" for name, value in sorted(GO_ENVIRONMENT.items())),
            *([] if go_version is None else [str(go_version)]),
            platform.system(),
            platform.machine(),
        ]
        return content_key(self._sources(), settings)

    def command(self, go: str, into: Path, overlay: Path | None = None) -> list[str]:
        """Compose the build command of the packages; `overlay` names files that replace those of the module."""
        laid_over = ("-overlay", str(overlay)) if overlay is not None else ()
        return [*self._build(go), *laid_over, "-o", f"{into}/{self.output}", *self.packages]

    def generator_command(self, go: str, output: Path) -> list[str]:
        """Compose the build command of the program that writes the schema."""
        return [*self._build(go), "-o", str(output), self.schema_generator]

    def _build(self, go: str) -> list[str]:
        # -v prints each package as it is compiled; progress counts these lines.
        return [go, "build", "-v", *_BUILD_FLAGS, "-ldflags", self.linker_flags]

    def _sources(self) -> list[tuple[str, bytes]]:
        local = [
            (f"{module.name}/{path}", text) for module in self.local for path, text in read_sources(module, _SOURCES)
        ]
        return [*read_sources(self.module, _SOURCES), *local]


def _engine_recipe(version: Version, module: Path) -> Recipe:
    return Recipe(
        name="pulumi",
        version=version,
        title=f"Pulumi CLI {version}",
        module=module,
        packages=(
            "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
            f"classic-to-vpc.invalid/toolchain/{LANGUAGE_HOST}",
        ),
        output="",
        linker_flags=f"-s -w -X {_SDK_MODULE}/go/common/version.Version=v{version}",
        usual_time="about 4 minutes on 2 cores",
        local=(ROOM / "language_host",),
        with_exec_script=True,
    )


ENGINE_RECIPE = _engine_recipe(ENGINE, ROOM / "engines" / "newest")

#: The oldest CLI that is accepted, built on request to run the tests on it.
LEAST_ENGINE_RECIPE = _engine_recipe(MINIMUM_PULUMI, ROOM / "engines" / "least")

PLUGIN_RECIPE = Recipe(
    name="alicloud",
    version=PLUGIN,
    title=f"alicloud plugin {PLUGIN}",
    module=ROOM / "plugin",
    packages=("./cmd/pulumi-resource-alicloud",),
    output="pulumi-resource-alicloud",
    linker_flags=f"-s -w -X main.version={PLUGIN}",
    usual_time="about 8 minutes on 2 cores",
    schema_generator="./cmd/pulumi-tfgen-alicloud",
    schema_file=f"cmd/pulumi-resource-alicloud/{SCHEMA}",
)


class BuildCounter:
    """Turns the lines of `go build -v` into one line of progress."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._downloads = 0
        self._packages = 0

    def see(self, line: str) -> None:
        """Count one line of the build's output."""
        if line.startswith("go: downloading"):
            self._downloads += 1
        elif line and not line.startswith(("#", "go:", "\t", " ")):
            self._packages += 1

    def describe(self) -> str:
        """Return what has been done so far."""
        downloaded = f" (modules downloaded: {self._downloads})" if self._downloads else ""
        return f"building {self._title}: {self._packages} packages compiled{downloaded}"


def built_directory(recipe: Recipe, go: Go, cache: Path) -> Path:
    """Return the directory of `recipe` once it has been built with `go`."""
    return cache / f"{recipe.name}-{recipe.build_key(go.version)}"


def built_with_any_go(recipe: Recipe, cache: Path) -> Path | None:
    """Return the latest build of `recipe`, by any version of Go; None where there is none."""
    record = _record(recipe, cache)
    return cache / record.readlink() if record.is_dir() else None


def _record(recipe: Recipe, cache: Path) -> Path:
    """Return the path of the link to the latest build of `recipe`."""
    return cache / f"built-{recipe.name}-{recipe.build_key(None)}"


def build(recipe: Recipe, go: Go, cache: Path, environment: Mapping[str, str], reporter: Reporter) -> Path:
    """Make sure that `recipe` is built in `cache` and return the directory that holds its binary.

    Raises ToolchainError when the build fails; then the cache is as it was before.
    """
    target = built_directory(recipe, go, cache)

    def fill(staging: Path) -> None:
        reporter.say(f"building {recipe.title} once into {target}; {recipe.usual_time} when nothing is compiled yet")
        _compile(recipe, go, staging, {**environment, **GO_ENVIRONMENT}, reporter)
        reporter.say(f"built {recipe.title}")

    publish_once(target, recipe.title, fill, reporter)
    record = _record(recipe, cache)
    if not (record.is_symlink() and record.readlink() == Path(target.name)):
        # Renamed into place, so that a reader sees the old link or the new one.
        link = cache / f".{record.name}.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(target.name)
        link.replace(record)
    return target


def _compile(recipe: Recipe, go: Go, into: Path, environment: Mapping[str, str], reporter: Reporter) -> None:
    counter = BuildCounter(recipe.title)

    def run(command: Sequence[str]) -> None:
        run_streamed(command, cwd=recipe.module, environment=environment, on_line=counter.see, advice=_BUILD_ADVICE)

    with reporter.running(counter.describe):
        overlay = _generate_schema(recipe, go, into, run) if recipe.schema_generator else None
        run(recipe.command(go.path, into, overlay))
        if overlay is not None:
            overlay.unlink()
    if recipe.with_exec_script:
        sdk = _module_directory(_SDK_MODULE, recipe.module, go, environment)
        shutil.copyfile(sdk / "python" / "cmd" / EXEC_SCRIPT, into / EXEC_SCRIPT)


def _generate_schema(recipe: Recipe, go: Go, into: Path, run: Callable[[Sequence[str]], None]) -> Path:
    """Write the schema beside the binary, and return an overlay that puts it where the binary embeds it."""
    generator, schema, overlay = into / "generator", into / SCHEMA, into / "overlay.json"
    run(recipe.generator_command(go.path, generator))
    run([str(generator), str(schema)])
    generator.unlink()
    overlay.write_text(json.dumps({"Replace": {str(recipe.module / recipe.schema_file): str(schema)}}))
    return overlay


def _module_directory(module: str, inside: Path, go: Go, environment: Mapping[str, str]) -> Path:
    lines: list[str] = []
    run_streamed(
        [go.path, "list", "-m", "-f", "{{.Dir}}", module],
        cwd=inside,
        environment=environment,
        on_line=lines.append,
        advice=_BUILD_ADVICE,
    )
    return Path(lines[-1])
