"""Facts that only an instance's guest system has: the scripts that find them, the evidence, and its collection.

The scripts are `linux.sh` and `windows.ps1`; both only read. Their output is a `GuestFacts`. With the instance, the
collector and the channel it is an `Evidence`, kept in evidence files.
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
