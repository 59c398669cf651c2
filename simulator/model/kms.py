"""Key Management Service: keys."""

from typing import Literal

from pydantic import AwareDatetime, Field

from simulator.model.base import Strict


class KmsKey(Strict):
    """A key, with which disks can be encrypted."""

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$", description="key-..., or a UUID.")
    description: str = ""
    state: Literal["Enabled", "Disabled", "PendingDeletion", "PendingImport"] = "Enabled"
    spec: str = Field(default="Aliyun_AES_256", description="KeySpec.")
    usage: Literal["ENCRYPT/DECRYPT", "SIGN/VERIFY"] = "ENCRYPT/DECRYPT"
    creator_type: Literal["User", "Service"] = Field(default="User", description="Service: made by a cloud product.")
    created_at: AwareDatetime | None = None
