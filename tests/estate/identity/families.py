"""The names under which a key may be given."""

from __future__ import annotations

import itertools

#: A family of names for a key with its secret and token, and how messages call the key.
CONFIG_FAMILY = ("accessKey", "secretKey", "securityToken")
FAMILIES = (
    ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"),
)
PAIRS = list(itertools.combinations((CONFIG_FAMILY, *FAMILIES), 2))
