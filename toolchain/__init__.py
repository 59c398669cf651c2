"""Find or make a usable Pulumi engine on any machine: installed, the official release, or built from Go modules.

`ensure()` returns an `Engine`, whose `environ()` is the environment for a process that runs `pulumi`.
"""

from toolchain.engine import Engine, Origin
from toolchain.errors import ToolchainError
from toolchain.provision import ensure

__all__ = ["Engine", "Origin", "ToolchainError", "ensure"]
