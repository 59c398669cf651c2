"""Guest systems as directory trees for linux.sh: ROOT is the tree, PATH begins with commands of the test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from estate.guest import script


@dataclass
class System:
    """Files by path (an empty text is a file too) and commands by name: what they print, as a shell script.

    No file of the tree is below the absent paths.
    """

    files: dict[str, str] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()

    def run(self, directory: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the script on the tree, as root if `id` says so; nothing of it reaches the network."""
        root, commands = directory / "root", directory / "bin"
        for path, text in {**_PROC, **self.files}.items():
            if path.startswith(self.absent or "-"):
                continue
            file = root / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        commands.mkdir(exist_ok=True)
        for name, body in {**_COMMANDS, **self.commands}.items():
            (commands / name).write_text(f"#!/bin/sh\n{body}\n")
            (commands / name).chmod(0o755)
        return run_script({"CLASSIC_TO_VPC_ROOT": str(root), "PATH": f"{commands}:{os.environ['PATH']}", **environ})


def run_script(environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run linux.sh as it is sent: on stdin of sh."""
    return subprocess.run(
        ["sh", "-s"],
        input=script("linux"),
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def listening(*ports: int) -> str:
    """What /proc/net/tcp says of listening sockets, and of one connection."""
    lines = [f"   {n}: 00000000:{port:04X} 00000000:0000 0A 00000000:00000000" for n, port in enumerate(ports)]
    return "\n".join(["  sl  local_address rem_address   st", *lines, "  9: 0A19100A:D431 0A1B083D:0015 01 0:0", ""])


def processes(*names: str) -> dict[str, str]:
    """The files below /proc that tell of processes; the kernel cuts a name at 15 characters."""
    return {f"/proc/{number}/comm": f"{name[:15]}\n" for number, name in enumerate(names, 1)}


_PROC = {
    "/proc/uptime": "86400.21 170000.11\n",
    "/proc/mounts": "proc /proc proc rw 0 0\n/dev/xvda1 / ext4 rw,relatime 0 0\n",
    "/proc/net/tcp": listening(22),
    "/sys/class/net/lo/address": "00:00:00:00:00:00\n",
    "/etc/fstab": "UUID=5a1b / ext4 defaults 1 1\n",
    **processes("init", "sshd", "nginx"),
    "/proc/12/comm": "ksoftirqd/0\n",
}
_COMMANDS = {
    "id": "echo 0",
    "curl": "exit 7",
    "uname": "case $1 in -n) echo web-1 ;; *) echo 3.10.0-1160.el7.x86_64 ;; esac",
    "df": "echo Filesystem 1024-blocks Used Available\necho /dev/xvda1 41151808 9000000 30000000 23% /",
    "tune2fs": "exit 1",
}
