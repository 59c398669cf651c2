"""Evidence of the guest systems: read for a preview, and collected by `preflight evidence`."""

from components.evidence.files import evidence_paths, read_evidence

__all__ = ["evidence_paths", "read_evidence"]
