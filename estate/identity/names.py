"""The names under which the alicloud provider takes credentials: configuration keys and variables, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PREFIX: Final = "alicloud:"

#: Configuration key -> its fallback variables, in the provider's order.
VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "accessKey": ("ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"),
    "secretKey": ("ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"),
    "securityToken": ("ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"),
    "profile": ("ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"),
    "sharedCredentialsFile": ("ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"),
    "credentialsUri": ("ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"),
    "ecsRoleName": ("ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"),
    "region": ("ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"),
    "accountId": ("ALICLOUD_ACCOUNT_ID", "ALIBABA_CLOUD_ACCOUNT_ID"),
}
#: The same for the keys inside `assumeRole` and `assumeRoleWithOidc`: read only where the stack has that key.
ROLE_VARIABLES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "assumeRole": {
        "roleArn": ("ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"),
        "sessionName": ("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"),
        "policy": (),
        "sessionExpiration": ("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION",),
        "externalId": (),
    },
    "assumeRoleWithOidc": {
        "oidcProviderArn": ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN",),
        "oidcTokenFile": ("ALIBABA_CLOUD_OIDC_TOKEN_FILE",),
        "oidcToken": ("ALIBABA_CLOUD_OIDC_TOKEN",),
        "roleArn": ("ALIBABA_CLOUD_ROLE_ARN",),
        "roleSessionName": ("ALIBABA_CLOUD_ROLE_SESSION_NAME",),
        "policy": (),
        "sessionExpiration": (),
    },
}
#: Keys whose values the provider sends with every request, for RAM to judge; the reader's SDKs cannot.
REFUSED: Final[Mapping[str, tuple[str, ...]]] = {
    "sourceIp": ("ALICLOUD_SOURCE_IP", "ALIBABA_CLOUD_SOURCE_IP"),
    "secureTransport": ("ALICLOUD_SECURE_TRANSPORT", "ALIBABA_CLOUD_SECURE_TRANSPORT"),
    "securityTransport": ("ALICLOUD_SECURITY_TRANSPORT", "ALIBABA_CLOUD_SECURITY_TRANSPORT"),
}
#: All keys of the stack's `alicloud:*` configuration that determine the caller.
KEYS: Final = (*VARIABLES, *ROLE_VARIABLES, *REFUSED)

#: Modes of an aliyun CLI profile that the provider leaves to the SDK; it reads the others by itself.
ADVANCED_MODES: Final = ("ChainableRamRoleArn", "CloudSSO", "External", "OAuth")
PLAIN_MODES: Final = ("AK", "StsToken", "RamRoleArn", "EcsRamRole")
