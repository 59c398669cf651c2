"""A policy pack that judges nothing: what the engine asks about the whole stack it writes to the path in RECORDING."""

# ruff: noqa: N802 - the names are the protocol's

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc


class Recorder(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers as a pack of one policy that finds nothing."""

    def Handshake(self, _request: Any, _context: Any) -> Any:
        return proto.AnalyzerHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        return proto.PluginInfo(version="0.1.0")

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:
        policy = proto.PolicyInfo(
            name="record", enforcementLevel=proto.ADVISORY, policy_type=proto.PolicyType.POLICY_TYPE_STACK
        )
        return proto.AnalyzerInfo(name="recorder", version="0.1.0", policies=[policy])

    def Configure(self, _request: Any, _context: Any) -> Any:
        return empty_pb2.Empty()

    def ConfigureStack(self, _request: Any, _context: Any) -> Any:
        return proto.AnalyzerStackConfigureResponse()

    def Analyze(self, _request: Any, _context: Any) -> Any:
        return proto.AnalyzeResponse()

    def Remediate(self, _request: Any, _context: Any) -> Any:
        return proto.RemediateResponse()

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:
        Path(os.environ["RECORDING"]).write_text(json_format.MessageToJson(request), encoding="utf-8")
        return proto.AnalyzeResponse()


if __name__ == "__main__":
    server = grpc.server(ThreadPoolExecutor(max_workers=1), options=[("grpc.max_receive_message_length", -1)])
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Recorder(), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    server.wait_for_termination()
