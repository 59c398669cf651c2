"""What is installed, run and released is known by its digest, and who releases it can do nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
import yaml

from tests.builtin_schemas import assert_valid
from toolchain.sbom import main

ROOT: Final = Path(__file__).parent.parent
RELEASE: Final = ROOT / ".github/workflows/release.yml"
GITOPS: Final = ROOT / "docs/gitops"
WORKFLOWS: Final = sorted([*(ROOT / ".github/workflows").glob("*.yml"), *(GITOPS / "github").glob("*.yml")])
TRACKED: Final = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.splitlines()
PYTHON_LOCKS: Final = [
    name for name in TRACKED if name.endswith(".lock") or re.fullmatch(r"(.*/)?requirements[^/]*\.txt", name)
]
#: What Pulumi installs by these names is what one lock pins.
BY_LOCK: Final = ("requirements.txt", "package/requirements.txt", "provider/requirements.txt")
GO_LOCKS: Final = [name for name in TRACKED if name.endswith("/go.sum")]


def pinned(text: str) -> dict[tuple[str, str], set[str]]:
    """Return the hashes of each package of a lock, by name and version."""
    return {
        (name, version): set(re.findall(r"--hash=sha256:([0-9a-f]{64})", rest))
        for name, version, rest in re.findall(r"(?m)^([\w.-]+)==(\S+)(.*(?:\n +--hash.*)*)", text)
    }


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_python_package_is_locked_by_hash(name: str) -> None:
    path = ROOT / name
    if name in BY_LOCK:
        [reference] = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        path = path.parent / reference.removeprefix("-r ")
        assert path.resolve() == ROOT / "requirements.lock"
    text = path.read_text(encoding="utf-8")
    required = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    locked = pinned(text)
    assert len(locked) == len(required) > 0, "a line that is no pin"
    assert [package for package, hashes in locked.items() if not hashes] == []


def test_there_are_locks_for_all_that_is_installed() -> None:
    assert set(PYTHON_LOCKS) == {
        *("requirements.lock", "requirements-dev.lock", *BY_LOCK),
        *("policies/requirements.txt", "toolchain/go.lock"),
    }
    # The stub of one module is built by the sums of the plugin, which replaces the module by it. The example is a
    # project of its reader's, whose sums `go mod tidy` writes once the SDK is generated.
    without_sums = ("/ossstub/", "docs/programs/go/")
    modules = [name for name in TRACKED if name.endswith("/go.mod") and not any(part in name for part in without_sums)]
    assert [name for name in modules if f"{name[:-3]}sum" not in GO_LOCKS] == []
    # uv takes nothing whose hash is not in the lock.
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"pip sync.*", makefile) == ["pip sync --quiet --require-hashes $(1)"]


@pytest.mark.parametrize("name", GO_LOCKS)
def test_every_go_module_is_locked_by_hash(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"\S+ v\S+ h1:[A-Za-z0-9+/]{43}=", line)] == []


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `make sbom` writes."""
    path = tmp_path_factory.mktemp("sbom") / "new/sbom.cdx.json"
    # As installed: the environment is not made anew.
    command = ["make", "-o", "dev", "sbom", f"SBOM={path}", "VALIDATE=--no-validate"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_the_sbom_names_every_locked_package_with_its_hashes(sbom: dict[str, Any]) -> None:
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == ("CycloneDX", "classic-to-vpc")
    named = {
        (part["purl"], part["name"], part["version"]): {
            each["content"] for place in part["externalReferences"] for each in place.get("hashes", ())
        }
        for part in sbom["components"]
        if not part["purl"].startswith("pkg:golang/")
    }
    locked = pinned((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert named == {
        (f"pkg:pypi/{name}@{version}", name, version): hashes for (name, version), hashes in locked.items()
    }
    # The same lock gives the same document: its digest can be compared.
    assert {"name": "cdx:reproducible", "value": "true"} in sbom["metadata"]["properties"]


@pytest.mark.parametrize(
    ("build", "directory"), [("engine", "toolchain/engines/newest"), ("plugin", "toolchain/plugin")]
)
def test_the_sbom_names_every_go_module_of_a_build_with_its_sum(
    sbom: dict[str, Any], build: str, directory: str
) -> None:
    """What the go command of a build wrote into the binaries was compared by hand: no other module is in them."""
    text = (ROOT / directory / "go.mod").read_text(encoding="utf-8")
    required = set(re.findall(r"(?m)^(?:require |\t)(\S+) (v\S+?)(?: // indirect)?$", text))
    # By another module, another version, or one that is in this repository.
    replaced = re.findall(r"(?m)^(?:replace |\t)(\S+) => (\S+)(?: (v\S+))?$", text)
    built = {item for item in required if item[0] not in {path for path, _, _ in replaced}}
    built |= {(by, version) for _, by, version in replaced if version}
    parts = [
        part
        for part in sbom["components"]
        if {"name": "classic-to-vpc:builds", "value": build} in part.get("properties", ())
    ]
    assert {(part["name"], part["version"]) for part in parts} == built
    assert len(parts) == len(built) > 200
    sums = set((ROOT / directory / "go.sum").read_text(encoding="utf-8").splitlines())
    for part in parts:
        assert part["purl"] == f"pkg:golang/{quote(part['name'])}@{quote(part['version'])}"
        [digest] = [base64.b64encode(bytes.fromhex(item["content"])).decode() for item in part["hashes"]]
        assert f"{part['name']} {part['version']} h1:{digest}" in sums


def test_the_sbom_of_the_image_names_its_base_and_the_packages_of_debian(
    sbom: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sbom.json").write_text(json.dumps(sbom), encoding="utf-8")
    packages = tmp_path / "packages.txt"
    packages.write_text("libc6:amd64 2.36-9+deb12u13 amd64\ntzdata 2025b-0+deb12u2 all\n", encoding="utf-8")
    digest = f"sha256:{'0a' * 32}"
    command = [str(tmp_path / "sbom.json"), "--packages", str(packages), "--output", str(tmp_path / "image.json")]
    assert main([*command, "--base", f"python@{digest}", "--no-validate"]) == 0
    image = json.loads((tmp_path / "image.json").read_text(encoding="utf-8"))
    assert image["components"][: len(sbom["components"])] == sbom["components"]
    assert [part["purl"] for part in image["components"][len(sbom["components"]) :]] == [
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64",
        "pkg:deb/debian/tzdata@2025b-0%2Bdeb12u2?arch=all",
    ]
    assert {"name": "org.opencontainers.image.base.digest", "value": digest} in image["metadata"]["properties"]
    for base, lines, expected in (
        ("python:latest", "", "--base sha256:DIGEST"),
        (digest, "half\n", "packages.txt: 'half': expected package, version and architecture"),
    ):
        packages.write_text(lines, encoding="utf-8")
        with pytest.raises(SystemExit):
            main([*command, "--base", base])
        assert expected in capsys.readouterr().err
    # What is built names the base by that digest.
    assert "\nFROM ${BASE}\n" in (GITOPS / "Containerfile").read_text(encoding="utf-8")
    steps = workflow(RELEASE)["jobs"]["build"]["steps"]
    [run] = [step["run"] for step in steps if "docker build" in step.get("run", "")]
    assert '--build-arg "BASE=$base"' in run
    assert '--base "$base"' in run


def test_a_release_is_what_is_committed_with_its_digests(tmp_path: Path) -> None:
    """In a clone, whose work tree has what nobody committed."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", clone], check=True)
    (clone / "policies/left-behind.py").write_text("not committed", encoding="utf-8")
    (clone / ".venv").symlink_to(ROOT / ".venv")
    command = ["make", "-o", "dev", "-C", str(clone), "dist", "VALIDATE=--no-validate"]
    refused = subprocess.run([*command, "TAG=v99.0.0"], capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "the tag v99.0.0 is not that of version" in refused.stderr
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (clone / "dist/SHA256SUMS").read_text(encoding="utf-8").splitlines()
    files = {line.split()[1]: line.split()[0] for line in lines}
    assert files.keys() == {path.name for path in (clone / "dist").iterdir()} - {"SHA256SUMS"}
    assert all(
        hashlib.sha256((clone / "dist" / name).read_bytes()).hexdigest() == digest for name, digest in files.items()
    )
    contents = {}
    for name in files:
        if name.endswith(".tar.gz"):
            with tarfile.open(clone / "dist" / name) as archive:
                contents[name] = {item.name.partition("/")[2] for item in archive if item.isfile()}
    [project, pack] = [contents[name] for name in sorted(contents)]
    assert project == {name for name in TRACKED if (ROOT / name).is_file()} | (project & {".gitattributes"})
    assert pack == {name.removeprefix("policies/") for name in TRACKED if name.startswith("policies/")}


# ---- who releases ----


def workflow(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    loaded: dict[str, Any] = yaml.safe_load(re.sub(r"(?m)^on:", '"on":', path.read_text(encoding="utf-8")))
    return loaded


def test_the_build_cannot_sign_and_the_signing_job_runs_no_code_of_ours() -> None:
    jobs = workflow(RELEASE)["jobs"]
    granted = {name: job["permissions"] for name, job in jobs.items()}
    assert granted == {
        "build": {"contents": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "publish": {"contents": "write"},
    }
    assert all("run" not in step for step in jobs["attest"]["steps"])
    assert [step["with"] for step in jobs["attest"]["steps"][1:]] == [
        {"subject-checksums": "dist/SHA256SUMS"},
        {"subject-path": "dist/classic-to-vpc-*.tar.gz", "sbom-path": "dist/sbom.cdx.json"},
        {"subject-path": "dist/preflight-image-*.tar.gz", "sbom-path": "dist/preflight-image.cdx.json"},
    ]
    # Only what was built and attested is published, once somebody agrees.
    assert (jobs["attest"]["needs"], jobs["publish"]["needs"]) == ("build", "attest")
    assert jobs["publish"]["environment"] == "release"
    assert not any(str(step.get("uses", "")).startswith("actions/checkout@") for step in jobs["publish"]["steps"])
    text = RELEASE.read_text(encoding="utf-8")
    assert "actions/cache" not in text
    assert "secrets." not in text


def test_only_a_tag_on_main_of_the_projects_version_is_released() -> None:
    whole = workflow(RELEASE)
    assert whole["on"] == {"push": {"tags": ["v*"]}}
    steps = whole["jobs"]["build"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[0] == 'git merge-base --is-ancestor "$GITHUB_SHA" origin/main'
    assert runs[1] == 'make dist TAG="$GITHUB_REF_NAME"'
    assert steps[0]["with"] == {"fetch-depth": 0, "persist-credentials": False}
    # A tag's name is text of whoever pushes it: it reaches the shell as a variable alone.
    assert not any("${{" in run for job in whole["jobs"].values() for run in [s.get("run", "") for s in job["steps"]])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_pipe_hides_the_failure_of_its_first_command(path: Path) -> None:
    """GitHub runs a step by `bash -e`, and by `bash -eo pipefail` only where the shell is named."""
    whole = workflow(path)
    named = whole.get("defaults", {}).get("run", {}).get("shell") == "bash"
    piped = [
        step["run"]
        for job in whole["jobs"].values()
        for step in job["steps"]
        if re.search(r"[^|]\|[^|]", step.get("run", ""))
    ]
    assert named or not piped, piped


def test_our_workflows_are_valid() -> None:
    assert_valid("vendor.github-workflows", *(ROOT / ".github/workflows").glob("*.yml"))
