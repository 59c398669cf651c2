"""What holds for both scripts, and what recorded outputs of other systems are read as."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from estate.guest import GuestFacts, parse_output, script
from estate.guest.scripts import FILES, LARGEST_SENT, System

RECORDINGS = Path(__file__).parent / "recordings"
both = pytest.mark.parametrize("system", FILES)


@both
def test_a_script_is_small_enough_to_be_sent(system: System) -> None:
    assert len(base64.b64encode(script(system).encode())) <= LARGEST_SENT


@both
def test_a_script_is_plain_ascii(system: System) -> None:
    """Windows PowerShell takes a script without a byte order mark for the system's own code page."""
    assert script(system).isascii()


def test_the_windows_script_prints_only_keys_that_are_known() -> None:
    printed = set(re.findall(r"Add-(?:Fact|Text|Number|List) '(\w+)'", script("windows")))
    assert printed <= {field.alias for field in GuestFacts.model_fields.values()}
    assert {"systemDiskFreeMib", "securityRunning", "ftpServers", "sanPolicy", "rebootPending"} <= printed


@pytest.mark.parametrize("word", ["Set-", "Remove-", "New-Item", "Start-", "Stop-", "Restart-", "Out-File", "diskpart"])
def test_the_windows_script_has_no_command_that_changes_anything(word: str) -> None:
    code = "\n".join(line.partition("#")[0] for line in script("windows").splitlines())
    assert word not in code


@pytest.mark.parametrize(
    "look", ["Get-PendingReboots {", "Get-FtpPassive {", "Get-LicenceLines {", "Add-List 'securityInstalled' {"]
)
def test_a_32_bit_powershell_does_not_answer_for_a_64_bit_windows(look: str) -> None:
    """It is shown other directories of programs, and other keys of SOFTWARE, than the system uses."""
    assert script("windows").partition(look)[2].split()[0].rstrip(";") == "Assert-OwnView"


@pytest.mark.parametrize("recording", sorted(RECORDINGS.glob("*.json")), ids=lambda path: path.stem)
def test_a_recording_is_understood_whole(recording: Path) -> None:
    facts = parse_output(recording.read_text())
    assert json.loads(facts.model_dump_json(by_alias=True, exclude_none=True)) == json.loads(recording.read_text())
    assert f"`{recording.name}`" in (RECORDINGS / "README.md").read_text(), "its origin is told"


def test_an_old_linux() -> None:
    facts = parse_output((RECORDINGS / "centos-6.json").read_text())
    assert (facts.system_disk_free_mib, facts.running_kernel) == (420, "2.6.32-696.el6.x86_64")
    assert facts.ftp_servers == ("port 21", "vsftpd")
    assert facts.file_systems is not None
    assert facts.file_systems[0].mount_count == 31


def test_windows_disks() -> None:
    facts = parse_output((RECORDINGS / "windows-2012-r2.json").read_text())
    assert (facts.san_policy, facts.data_disks) == ("OfflineShared", ("disk 1, 200 GiB",))
    assert facts.running_kernel is None
    assert facts.file_systems is not None
    assert [item.state for item in facts.file_systems] == ["clean", "dirty"]


def test_a_windows_user_without_rights_reports_no_services() -> None:
    facts = parse_output((RECORDINGS / "windows-2008-r2-user.json").read_text())
    assert (facts.security_running, facts.ftp_servers, facts.san_policy) == (None, None, None)
