"""Download the official release of the Pulumi CLI, verified by the checksums published beside it."""

from __future__ import annotations

import hashlib
import http.client
import platform
import re
import shutil
import tarfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from toolchain.cache import publish_once
from toolchain.discovery import Unusable, find_pulumi
from toolchain.errors import ToolchainError
from toolchain.progress import Reporter
from toolchain.versions import Version

#: Where Pulumi publishes its releases. In a closed network the variable names a mirror of that directory.
RELEASES_URL = "https://get.pulumi.com/releases/sdk"
RELEASES_VARIABLE = "TOOLCHAIN_RELEASES"

_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}

#: The directory in the archive with the binaries.
_INSIDE = PurePosixPath("pulumi")

_CHUNK_BYTES = 1 << 20
_CHECKSUMS_BYTES = 1 << 20
_ARCHIVE_BYTES = 1 << 30
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NotDownloadedError(Exception):
    """The official release cannot be downloaded here; the message is the reason, without a full stop."""


@dataclass(frozen=True)
class Patience:
    """The seconds for which a server may be silent, and those for a whole file."""

    silence: float = 20
    whole: float = 1200


def release_directory(version: Version, cache: Path) -> Path:
    """Return the directory of the release once it has been downloaded."""
    return cache / f"release-{version}-{platform.system()}-{platform.machine()}"


def download(
    version: Version,
    cache: Path,
    environment: Mapping[str, str],
    reporter: Reporter,
    patience: Patience = Patience(),
) -> Path:
    """Make sure that the official release `version` is in `cache`, and return the directory with its binaries.

    Raises NotDownloadedError when it cannot be reached, is not whole or does not match its published checksum; the
    cache is unchanged then. Raises ToolchainError when TOOLCHAIN_RELEASES names no acceptable place.
    """
    target = release_directory(version, cache)
    if target.is_dir():
        return target
    base = _base_url(environment)
    archive = _archive_name(version)

    def fill(staging: Path) -> None:
        with reporter.running(lambda: f"downloading the official Pulumi CLI {version} from {base}"):
            expected = _published_checksum(f"{base}/pulumi-{version}-checksums.txt", archive, patience)
            packed = staging / archive
            _fetch(f"{base}/{archive}", packed, expected, patience)
            _unpack(packed, staging)
            packed.unlink()
            _check(archive, version, staging, environment)

    publish_once(target, f"Pulumi CLI {version}", fill, reporter)
    return target


def _base_url(environment: Mapping[str, str]) -> str:
    base = (environment.get(RELEASES_VARIABLE) or RELEASES_URL).rstrip("/")
    parts = urlsplit(base)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return base
    # The checksums come from the same place, so over plain HTTP they would prove nothing.
    raise ToolchainError(
        f"{RELEASES_VARIABLE} is {base!r}; it must be an https:// address of a mirror of {RELEASES_URL}"
    )


def _archive_name(version: Version) -> str:
    system, machine = platform.system(), platform.machine()
    try:
        return f"pulumi-v{version}-{_SYSTEMS[system]}-{_MACHINES[machine.lower()]}.tar.gz"
    except KeyError:
        raise NotDownloadedError(f"there is no official release for {system} on {machine}") from None


def _published_checksum(url: str, archive: str, patience: Patience) -> str:
    text = b"".join(_chunks(url, _CHECKSUMS_BYTES, patience)).decode("ascii", errors="replace")
    for line in text.splitlines():
        checksum, _, name = line.partition(" ")
        if name.strip().lstrip("*") == archive and re.fullmatch("[0-9a-f]{64}", checksum):
            return checksum
    raise NotDownloadedError(f"{url} has no SHA-256 checksum of {archive}")


def _fetch(url: str, into: Path, expected: str, patience: Patience) -> None:
    digest = hashlib.sha256()
    with into.open("wb") as file:
        for chunk in _chunks(url, _ARCHIVE_BYTES, patience):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != expected:
        raise NotDownloadedError(
            f"{url} has the SHA-256 checksum {digest.hexdigest()}, but {expected} is published, so it was not unpacked"
        )


def _chunks(url: str, limit: int, patience: Patience) -> Iterator[bytes]:
    """Read `url`, of at most `limit` bytes, to its end.

    Raises NotDownloadedError when it cannot be read whole or not in time.
    """
    # urllib's own handlers beside this one: the proxies of this process's environment, except for no_proxy.
    opener = urllib.request.build_opener(_SameSchemeRedirects())
    deadline = time.monotonic() + patience.whole
    received = 0
    try:
        with opener.open(url, timeout=patience.silence) as answer:
            while chunk := answer.read1(_CHUNK_BYTES):
                received += len(chunk)
                yield chunk
                if time.monotonic() > deadline:
                    raise NotDownloadedError(f"{url} did not arrive within {patience.whole:g} seconds")
                if received > limit:
                    raise NotDownloadedError(f"{url} is longer than {limit} bytes")
            expected = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        raise NotDownloadedError(f"{url} answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise NotDownloadedError(f"{url} cannot be reached: {error.reason}") from error
    except TimeoutError as error:
        raise NotDownloadedError(f"{url} does not answer: silent for {patience.silence:g} seconds") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotDownloadedError(f"{url} broke off: {error}") from error
    if expected is not None and received != int(expected):
        raise NotDownloadedError(f"{url} broke off after {received} of {expected} bytes")


class _SameSchemeRedirects(urllib.request.HTTPRedirectHandler):
    """Refuse a redirection from HTTPS to plain HTTP: the checksum would prove nothing."""

    def redirect_request(  # noqa: PLR0913 (as urllib calls it)
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """Follow `newurl` only by the scheme of the request."""
        if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
            raise urllib.error.URLError(f"it redirects to {newurl}, by another scheme")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _unpack(archive: Path, into: Path) -> None:
    """Write the files of the archive's one directory into `into`.

    Only plain files directly in that directory are written, so no link and no path can lead out of `into`.
    """
    try:
        with tarfile.open(archive, "r:gz") as packed:
            for member in packed:
                path = PurePosixPath(member.name)
                content = packed.extractfile(member) if member.isfile() and path.parent == _INSIDE else None
                if content is not None:
                    with (into / path.name).open("xb") as file:
                        shutil.copyfileobj(content, file)
                    (into / path.name).chmod(0o755 if member.mode & 0o100 else 0o644)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise NotDownloadedError(f"{archive.name} cannot be unpacked: {error}") from error


def _check(archive: str, version: Version, directory: Path, environment: Mapping[str, str]) -> None:
    if not (directory / "pulumi").is_file():
        raise NotDownloadedError(f"{archive} holds no pulumi")
    found = find_pulumi(str(directory), environment)
    if isinstance(found, Unusable):
        raise NotDownloadedError(f"{archive} holds no Pulumi that runs here: {found.reason}")
    if found.version != version:
        raise NotDownloadedError(f"{archive} holds Pulumi {found.version}")
