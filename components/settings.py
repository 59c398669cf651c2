"""The settings of the cloud, from the stack's `alicloud:*` config, and the providers that use them."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pulumi
import pulumi_alicloud

from components import alimigrate
from estate.client import Caller, Cloud
from estate.errors import CredentialsError, SettingsError
from estate.identity import KEYS, PREFIX
from estate.model import Estate
from estate.settings import ASKED, CloudSettings

_KEYS = ("region", "protocol", "endpoints", "accountId", *KEYS)

# What the alicloud plugin takes, and the keys by which the engine chooses the plugin of any provider.
_TAKEN = frozenset(
    {
        *(
            first + "".join(map(str.capitalize, rest))
            for name, value in vars(pulumi_alicloud.ProviderArgs).items()
            if isinstance(value, property)
            for first, *rest in (name.split("_"),)
        ),
        "version",
        "pluginDownloadURL",
        "pluginChecksums",
    }
)

# Values that are not free, by their lower case: the plugin compares without it.
_VALUES: Mapping[str, Mapping[str, str]] = {
    "accountType": {"domestic": "Domestic", "international": "International"},
    "skipRegionValidation": {"true": "true", "false": "false"},
}

# Source: getAccountType of terraform-provider-alicloud 1.285.0, called whenever the provider is configured.
_BILLING_IN_PLAIN_TEXT = (
    "alicloud:accountType: expected Domestic (an account of aliyun.com) or International (of alibabacloud.com), "
    "because alicloud:protocol is HTTP: without it the alicloud plugin asks the public host of the billing service, "
    "and sends the access key id and a signature in plain text"
)

_OTHER_CLOUD = "the alicloud plugin would build there, and the estate is read elsewhere"


def cloud_settings(environ: Mapping[str, str]) -> CloudSettings:
    """Return the settings that the estate's reader and both providers share; config comes before the environment.

    Raises estate.errors.SettingsError, all problems at once.
    """
    config = pulumi.Config("alicloud")
    settings = {key: config.get(key) for key in (*_KEYS, "accountType")}
    return settings_from({f"{PREFIX}{key}": value for key, value in settings.items() if value is not None}, environ)


def settings_from(config: Mapping[str, str], environ: Mapping[str, str]) -> CloudSettings:
    """Return the same settings from the texts of a stack's config in the engine's form, keys with their namespace.

    Raises estate.errors.SettingsError, all problems at once.
    """
    refused = tuple(_refused(config))
    try:
        settings = CloudSettings.from_config({key: config.get(f"{PREFIX}{key}") for key in _KEYS}, environ)
    except SettingsError as error:
        raise SettingsError((*refused, *error.problems)) from None
    problems = [*refused, *_elsewhere(settings, environ)]
    account_type = config.get(f"{PREFIX}accountType") or environ.get("ALIBABA_CLOUD_ACCOUNT_TYPE")
    if settings.protocol == "HTTP" and not account_type and "bssopenapi" not in settings.endpoints:
        problems.append(_BILLING_IN_PLAIN_TEXT)
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _refused(config: Mapping[str, str]) -> Iterator[str]:
    """Name what the alicloud plugin refuses: a preview would then end as if the credentials were wrong."""
    for key in config:
        name = key.removeprefix(PREFIX)
        if key.startswith(PREFIX) and name not in _TAKEN:
            near = difflib.get_close_matches(name, _TAKEN, n=1)
            yield f"{key}: unknown key{f'; did you mean {PREFIX}{near[0]}?' if near else ''}"
        elif key.startswith(PREFIX) and (allowed := _VALUES.get(name)) and config[key].lower() not in allowed:
            yield f"{key}: expected {' or '.join(allowed.values())}, found {config[key]!r}"


def _elsewhere(settings: CloudSettings, environ: Mapping[str, str]) -> Iterator[str]:
    """Name the settings by which the alicloud plugin would change another cloud than the one that is read.

    Source: loadEndpoint and loadEndpointFromLocal of terraform-provider-alicloud 1.285.0; endpoints of the config come
    before the variables, and a file before these.
    """
    services = [service for service in ("ecs", "vpc") if service not in settings.endpoints]
    for service in services:
        for name in (f"ALIBABA_CLOUD_ENDPOINT_{service.upper()}", f"{service.upper()}_ENDPOINT"):
            if environ.get(name, "").strip():
                yield f"{name}: expected alicloud:endpoints.{service} in its place; {_OTHER_CLOUD}"
    if services and environ.get("LOCATION_ENDPOINT", "").strip() and "location" not in settings.endpoints:
        yield f"LOCATION_ENDPOINT: expected endpoints of {' and '.join(services)} in alicloud:endpoints; {_OTHER_CLOUD}"
    for name, path in (("endpoints.xml", "endpoints.xml"), ("TF_ENDPOINT_PATH", environ.get("TF_ENDPOINT_PATH", ""))):
        if path and Path(path).is_file():
            yield f"{name}: expected alicloud:endpoints in place of this file; {_OTHER_CLOUD}"


def connect(environ: Mapping[str, str]) -> Cloud:
    """Return a session with the cloud, and print account, caller and credential source: one line, without secrets.

    `alicloud` reports its caller, too. Raises what `cloud_settings` and `estate.client.Cloud.caller` raise, and
    estate.errors.CredentialsError where it is somebody else.
    """
    cloud = Cloud(cloud_settings(environ))
    caller, identity = cloud.caller(), cloud.settings.identity
    _check_alicloud(cloud, caller)
    unused = f"; not used, though set: {', '.join(identity.passed_over)}" if identity.passed_over else ""
    pulumi.log.info(
        f"Account {caller.account_id}, region {cloud.region}, as {caller.arn} by {identity.source.named}{unused}"
    )
    return cloud


def local_provider(cloud: Cloud) -> alimigrate.Provider:
    """Return the `alimigrate` provider for the same cloud as `alicloud`, as the same caller.

    It gets the caller's keys of the stack's config, and finds the rest in the environment and in files by itself, so
    that their credentials do not reach the state. It works only in the caller's account, on a destroy too. Raises
    estate.errors.CredentialsError where the caller differs.
    """
    settings = cloud.settings
    config = pulumi.Config("alicloud")
    provider = alimigrate.Provider(
        "alimigrate",
        region=settings.region,
        protocol=settings.protocol,
        endpoints=dict(settings.endpoints),
        account_id=cloud.account_id(),
        profile=config.get("profile"),
        shared_credentials_file=config.get("sharedCredentialsFile"),
        ecs_role_name=config.get("ecsRoleName"),
        # Keys that may hold a secret. Credentials of the environment never get into the state.
        access_key=config.get_secret("accessKey"),
        secret_key=config.get_secret("secretKey"),
        security_token=config.get_secret("securityToken"),
        credentials_uri=config.get_secret("credentialsUri"),
        assume_role=config.get_secret("assumeRole"),
        assume_role_with_oidc=config.get_secret("assumeRoleWithOidc"),
    )
    _check_alimigrate(cloud, provider)
    return provider


def providers_of(cloud: Cloud | None, estate: Estate) -> list[pulumi.ProviderResource]:
    """Return the providers for resources beside the default ones; without a cloud, instead of them.

    Raises CredentialsError and SettingsError where their caller would not be the reader's.
    """
    return providers_without_cloud(estate) if cloud is None else [local_provider(cloud)]


def providers_without_cloud(estate: Estate) -> list[pulumi.ProviderResource]:
    """Return the two providers for a preview by the estate of a file: neither sends any request.

    `alicloud` checks its inputs with its usual code. It gets all values that it would request, and no keys; any request
    would end on this machine: port 1 of loopback, which serves nothing.
    """
    nowhere = dict.fromkeys((*ASKED, "location", "bssopenapi"), "127.0.0.1:1")
    alicloud = pulumi_alicloud.Provider(
        "alicloud",
        region=estate.region_id,
        account_id=estate.account_id,
        account_type="Domestic",
        access_key="none",
        secret_key="none",  # noqa: S106 - there is none
        protocol="HTTP",
        skip_region_validation=True,
        endpoints=[nowhere],  # type: ignore[list-item]  # a dict is taken, whatever its type is called
    )
    alimigrate_provider = alimigrate.Provider(
        "alimigrate", region=estate.region_id, protocol="HTTPS", account_id=estate.account_id
    )
    return [alicloud, alimigrate_provider]


def _check_alicloud(cloud: Cloud, ours: Caller) -> None:
    """Get the caller from `alicloud`'s own code. Raises CredentialsError where it differs from the reader's."""
    # By the SDK, which names the version: the answer is that of the provider that resources get.
    with _telling(cloud, "alicloud"):
        theirs = Caller(ours.account_id, str(pulumi_alicloud.get_caller_identity().arn))
    if theirs.principal != ours.principal:
        raise CredentialsError(
            f"alicloud calls the cloud as {theirs.arn}, but the estate is read as {ours.arn}, "
            f"by {cloud.settings.identity.source.named}. Set one source of credentials only (docs/identity.md)."
        )


def _check_alimigrate(cloud: Cloud, provider: alimigrate.Provider) -> None:
    """Compare the source and the region of `alimigrate` with ours, which needs no call of the cloud.

    The engine starts `alicloud` in the same environment. Raises CredentialsError where they differ.
    """
    identity, nonce = cloud.settings.identity, secrets.token_hex(16)
    with _telling(cloud, "alimigrate"):
        theirs = alimigrate.get_identity(
            nonce=nonce,
            region=pulumi.Config("alicloud").get("region") or "",
            opts=pulumi.InvokeOptions(provider=provider),
        )
    if theirs.digest != identity.digest(nonce):
        raise CredentialsError(
            f"alimigrate takes its credentials from {theirs.named}, but the estate is read by "
            f"{identity.source.named}: their values differ between the environment of the program and that of the "
            "engine. Start pulumi with the same variables for both."
        )
    if theirs.region != cloud.region:
        raise CredentialsError(
            f"alicloud builds in the region {theirs.region or 'that it takes where nothing names one'}, but the "
            f"estate is read in {cloud.region}: the variables differ between the environment of the program and that "
            "of the engine. Set alicloud:region in the stack file."
        )


@contextmanager
def _telling(cloud: Cloud, name: str) -> Iterator[None]:
    """Turn a provider's error into CredentialsError."""
    try:
        yield
    except Exception as error:
        named = cloud.settings.identity.source.named
        raise CredentialsError(
            f"{name} cannot say who it is, with the credentials of {named}: {cloud.scrub(str(error))}"
        ) from None
