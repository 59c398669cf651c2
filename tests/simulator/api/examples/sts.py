"""Examples for simulator/api/sts.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example

EXAMPLES = (Example("sts:GetCallerIdentity", {}),)
