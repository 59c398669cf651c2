"""The caller of the cloud: the credential sources of the alicloud provider, in its own order.

The reader, `alimigrate` and `alicloud` must be the same caller, so `Sources` follows the provider's code, field by
field. docs/identity.md lists the sources and their order. Settings that the provider silently accepts although they
make no sense, and those that the reader cannot honour, are refused by name.
"""

from estate.identity.model import (
    AssumedRole,
    CliProfile,
    CredentialsUri,
    EcsRole,
    Identity,
    OidcRole,
    Source,
    StaticKeys,
)
from estate.identity.names import KEYS, PREFIX, ROLE_VARIABLES, VARIABLES
from estate.identity.resolution import Sources

__all__ = [
    "KEYS",
    "PREFIX",
    "ROLE_VARIABLES",
    "VARIABLES",
    "AssumedRole",
    "CliProfile",
    "CredentialsUri",
    "EcsRole",
    "Identity",
    "OidcRole",
    "Source",
    "Sources",
    "StaticKeys",
]
