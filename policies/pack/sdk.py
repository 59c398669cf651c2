"""What the pack uses of the policy SDK that the SDK does not promise: for the one version that requirements.txt pins.

- `_PolicyAnalyzerServicer` is private. It is the one place where the engine's question is at hand before the SDK takes
  it apart. The SDK decodes all resources again for each policy, 80 times for this pack; that made nine tenths of the
  time of a large preview. And it hands secrets over unmarked. So the pack reads the question itself, once, and the
  SDK is given one without resources: it runs the policies and gathers their findings, by their levels and settings.
- `PolicyPack` serves the class of that name, which cannot be chosen.
- The words for what is unknown, and the marks of secrets, assets and archives, are in modules of the SDK's own.

`tests/policies/pack/test_sdk.py` fails where another version does otherwise.
"""

from __future__ import annotations

from typing import Final

import grpc
import pulumi_policy.policy
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.analyzer_pb2 import (
    AnalyzeRequest,
    AnalyzeResponse,
    AnalyzeStackRequest,
    ConfigureAnalyzerRequest,
    RemediateResponse,
)
from pulumi_policy.deserialize import SPECIAL_SIG_KEY
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import (
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
)

VERSION: Final = "1.21.0"
"""The version of pulumi-policy that all of this was read in."""

UNKNOWN: Final = frozenset(
    {
        UNKNOWN_ARCHIVE_VALUE,
        UNKNOWN_ARRAY_VALUE,
        UNKNOWN_ASSET_VALUE,
        UNKNOWN_BOOLEAN_VALUE,
        UNKNOWN_NUMBER_VALUE,
        UNKNOWN_OBJECT_VALUE,
        UNKNOWN_STRING_VALUE,
    }
)
"""The engine's words for a value that is not known."""

SIGNATURE: Final = SPECIAL_SIG_KEY
"""The key of an object that stands for something else: a secret, an asset, an archive."""


class Servicer(_PolicyAnalyzerServicer):
    """The SDK's side of the engine's protocol, which decodes nothing of a stack."""

    def Configure(self, request: ConfigureAnalyzerRequest, context: grpc.ServicerContext) -> Empty:  # noqa: N802
        """Take the levels and settings of the policies."""
        taken: Empty = super().Configure(request, context)  # type: ignore[no-untyped-call]
        return taken

    def Analyze(self, _request: AnalyzeRequest, _context: object) -> AnalyzeResponse:  # noqa: N802
        """Find nothing in a single resource: all policies are about the stack."""
        return AnalyzeResponse()

    def Remediate(self, _request: AnalyzeRequest, _context: object) -> RemediateResponse:  # noqa: N802
        """Change nothing: no policy remediates."""
        return RemediateResponse()

    def AnalyzeStack(self, _request: AnalyzeStackRequest, context: object) -> AnalyzeResponse:  # noqa: N802
        """Ask all policies, one after another in this thread; what they are given holds no resources."""
        answer: AnalyzeResponse = super().AnalyzeStack(AnalyzeStackRequest(), context)  # type: ignore[no-untyped-call]
        return answer


def serve_by(servicer: type[Servicer]) -> None:
    """Let every PolicyPack of this process be served by a class of ours."""
    pulumi_policy.policy._PolicyAnalyzerServicer = servicer  # type: ignore[misc]
