"""ECS: SSH key pairs."""

from pydantic import AwareDatetime, Field

from simulator.model.base import ResourceGroupId, Strict, Tags


class KeyPair(Strict):
    """The public half of an SSH key pair; the private half is with whoever made it."""

    id: str = Field(
        min_length=2, max_length=128, description="Name of the key pair; other resources refer to it by the name."
    )
    public_key: str = Field(description="As OpenSSH writes it: `ssh-rsa AAAA...`.")
    fingerprint: str = Field(description="MD5 of the public key, in pairs of hex digits (RFC 4716).")
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags
