"""Key Management Service: keys."""

from typing import ClassVar, Literal, get_args

from pydantic import AwareDatetime, Field

from simulator.model.base import Tags, Transitional

KeyUsage = Literal["ENCRYPT/DECRYPT", "SIGN/VERIFY"]
SymmetricSpec = Literal["Aliyun_AES_256", "Aliyun_AES_128", "Aliyun_AES_192", "Aliyun_SM4"]
AsymmetricSpec = Literal["RSA_2048", "RSA_3072", "EC_P256", "EC_P256K", "EC_SM2"]
KeySpec = SymmetricSpec | AsymmetricSpec
#: The usages of a key by its spec, the default first (CreateKey, and "Key types and specifications" of KMS)
USAGES: dict[str, tuple[KeyUsage, ...]] = {
    **dict.fromkeys(get_args(SymmetricSpec), ("ENCRYPT/DECRYPT",)),
    "RSA_2048": ("SIGN/VERIFY", "ENCRYPT/DECRYPT"),
    "RSA_3072": ("SIGN/VERIFY", "ENCRYPT/DECRYPT"),
    "EC_P256": ("SIGN/VERIFY",),
    "EC_P256K": ("SIGN/VERIFY",),
    "EC_SM2": ("SIGN/VERIFY", "ENCRYPT/DECRYPT"),
}


class KmsKey(Transitional):
    """A key, with which disks can be encrypted; a scheduled deletion happens at `ready_at`."""

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$", description="key-..., or a UUID.")
    becomes: ClassVar[dict[str, str]] = {}

    status: Literal["Enabled", "Disabled", "PendingDeletion", "PendingImport"] = Field(
        default="Enabled", description="KeyState of the API."
    )
    description: str = ""
    spec: KeySpec = Field(default="Aliyun_AES_256", description="KeySpec of the API.")
    usage: KeyUsage = "ENCRYPT/DECRYPT"
    protection_level: Literal["SOFTWARE", "HSM"] = "SOFTWARE"
    creator_type: Literal["User", "Service"] = Field(default="User", description="Service: made by a cloud product.")
    created_at: AwareDatetime | None = None
    tags: Tags
