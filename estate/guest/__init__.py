"""What only the guest system of an instance knows: scripts that find it, the evidence made of it, and who collects it.

The scripts are `linux.sh` and `windows.ps1`; both only read. What they print is a `GuestFacts`; with the instance, the
collector and the way it came it is an `Evidence`, kept in evidence files.
"""

from estate.guest.files import EvidenceFileError, load_evidence, save_evidence
from estate.guest.model import SCRIPT_VERSION, Evidence, EvidenceFile, FileSystem, GuestFacts, Source
from estate.guest.output import OutputError, parse_output
from estate.guest.scripts import script

__all__ = [
    "SCRIPT_VERSION",
    "Evidence",
    "EvidenceFile",
    "EvidenceFileError",
    "FileSystem",
    "GuestFacts",
    "OutputError",
    "Source",
    "load_evidence",
    "parse_output",
    "save_evidence",
    "script",
]
