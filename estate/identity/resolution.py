"""Find the source that the alicloud provider uses with the given settings, following its code field by field.

Source: terraform-provider-alicloud 1.285.0, `providerConfigure` and `getConfigFromProfile` in alicloud/provider.go, and
`RefreshAuthCredential` in alicloud/connectivity/config.go.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import SecretStr

from estate.identity.model import (
    AssumedRole,
    Base,
    CliProfile,
    CredentialsUri,
    EcsRole,
    Identity,
    OidcRole,
    Source,
    StaticKeys,
)
from estate.identity.names import ADVANCED_MODES, KEYS, PLAIN_MODES, PREFIX, REFUSED, ROLE_VARIABLES, VARIABLES
from estate.proxies import METADATA_HOST, sends_metadata_to_proxy

_EMPTY: Final = "expected a value or no key: an empty one hides the variables behind it"
_SESSION_SECONDS: Final = range(900, 43_201)
_USUAL_SESSION_SECONDS: Final = 3600
_PROVIDERS_SESSION: Final = "terraform"
_OUR_SESSION: Final = "classic-to-vpc"


class _Profile(NamedTuple):
    """A profile of the aliyun CLI; `mode` is None where none is named or found."""

    name: str
    named: str
    fields: Mapping[str, Any]
    mode: str | None
    file: Path
    runs_command: bool = False

    @property
    def shown(self) -> str:
        """Return its name for messages."""
        return f"{self.named} ({self.name})"


class _Found(NamedTuple):
    """A value, its name, and the family of that name (config, or one of the sets of variables)."""

    value: str
    name: str
    family: int


class Sources:
    """The configuration and the environment, as the provider sees them.

    `given` has configuration keys without prefix. `problems` collects one line a fault, each naming key or variable.
    """

    def __init__(self, given: Mapping[str, Any], environ: Mapping[str, str], problems: list[str]) -> None:
        self._given = given
        self._environ = environ
        self._problems = problems
        self._refuse()
        self.profile = self._profile()

    def region(self) -> Any:
        """Return the region: the key, its variables, then the profile's; None where none is set."""
        named = self._named("region")
        return named.value if named else self.profile.fields.get("region_id") or None

    def account_id(self) -> Any:
        """Return the account that the credentials must belong to, None where none is set."""
        named = self._named("accountId")
        return named.value if named else None

    def identity(self) -> Identity | None:
        """Return the caller; None, with one more problem, where it cannot be determined."""
        oidc = self._oidc()
        base, passed_over = self._base(oidc)
        if base is None:
            return None
        source = self._assumed(base)
        return Identity(source=source, passed_over=tuple(passed_over))

    # ---- one value ----

    def _named(self, key: str) -> _Found | None:
        return self._in_families(key, VARIABLES[key], self._given, PREFIX)

    def _in_families(
        self, key: str, variables: tuple[str, ...], given: Mapping[str, Any], prefix: str
    ) -> _Found | None:
        if key in given:
            return _Found(str(given[key]).strip(), f"{prefix}{key}", 0)
        for family, variable in enumerate(variables, 1):
            if value := self._environ.get(variable, ""):
                return _Found(value.strip(), variable, family)
        return None

    def _refuse(self) -> None:
        for key, variables in REFUSED.items():
            setting = self._in_families(key, variables, self._given, PREFIX)
            if setting:
                self._problems.append(
                    f"{setting.name}: expected to be unset: alicloud would send it to RAM with every request, "
                    "which the reader of the estate cannot"
                )
        for key in KEYS:
            if self._given.get(key) == "":
                self._problems.append(f"{PREFIX}{key}: {_EMPTY}")
        if "assumeRole" not in self._given:
            for key, variables in ROLE_VARIABLES["assumeRole"].items():
                for variable in variables:
                    if variable.startswith("ALICLOUD_") and self._environ.get(variable):
                        self._problems.append(
                            f"{variable}: alicloud reads it only where the stack has {PREFIX}assumeRole: add that key "
                            f"(with its {key} or empty, {{}}), or unset the variable"
                        )

    # ---- the profile ----

    def _profile(self) -> _Profile:
        name = self._named("profile")
        if name is None:
            return _Profile("", "", {}, None, Path())
        file = self._profile_file()
        profiles = self._profiles(file, name)
        fields = profiles.get(name.value, {})
        mode = str(fields["mode"]) if "mode" in fields else None
        return _Profile(name.value, name.name, fields, mode, file, _runs_command(profiles, name.value))

    def _profile_file(self) -> Path:
        file = self._named("sharedCredentialsFile")
        if file is None:
            home = self._environ.get("USERPROFILE" if os.name == "nt" else "HOME", "")
            return Path(home) / ".aliyun" / "config.json"
        return self._expanded(file)

    def _expanded(self, file: _Found) -> Path:
        text = file.value
        if text == "~" or text.startswith("~/"):
            text = self._environ.get("HOME", "") + text[1:]
        if not Path(text).is_absolute():
            self._problems.append(
                f"{file.name}: expected a path from the root or from ~/: each provider starts in a place of its own"
            )
        return Path(text)

    def _profiles(self, file: Path, name: _Found) -> Mapping[str, Mapping[str, Any]]:
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            profiles = {item["name"]: item for item in content["profiles"]}
        except OSError as error:
            self._problems.append(f"{name.name}: expected a profile in {file}, which cannot be read: {error.strerror}")
            return {}
        except (ValueError, KeyError, TypeError):
            self._problems.append(f"{name.name}: expected a profile in {file}, which is not a file of the aliyun CLI")
            return {}
        if "mode" not in profiles.get(name.value, {}):
            names = ", ".join(sorted(map(str, profiles))) or "none"
            self._problems.append(f"{name.name}: expected a profile with a mode, of {file}, which has: {names}")
        return profiles

    # ---- the caller ----

    def _base(self, oidc: OidcRole | None) -> tuple[Base | None, list[str]]:
        key, secret = self._static("accessKey", "access_key_id"), self._static("secretKey", "access_key_secret")
        token = self._static("securityToken", "sts_token")
        profile, uri, role = self.profile, self._named("credentialsUri"), self._role()
        passed_over = [setting.name for setting in (uri, role) if setting] + ([oidc.named] if oidc else [])
        if key and secret:
            self._check_family(key, secret, "secretKey", "secret")
            if token:
                self._check_family(key, token, "securityToken", "token")
            return (
                StaticKeys(
                    named=self._shown(key),
                    access_key=SecretStr(key.value),
                    secret_key=SecretStr(secret.value),
                    security_token=SecretStr(token.value) if token else None,
                ),
                [*self._other_keys(key), *([profile.shown] if self._unused(key) else []), *passed_over],
            )
        if profile.mode in ADVANCED_MODES:
            return self._advanced(), passed_over
        if profile.mode is not None and profile.mode not in PLAIN_MODES:
            # The provider would take the keys in it, or the next source.
            self._nobody()
            return None, []
        if uri:
            return self._uri(uri), passed_over[1:]
        if key:
            expected = self._sibling("secretKey", key)
            self._problems.append(f"{expected}: expected the secret that belongs to {key.name}")
            return None, []
        if role:
            return self._ecs_role(role), [oidc.named] if oidc else []
        if oidc:
            return oidc, []
        self._nobody()
        return None, []

    def _static(self, key: str, profile_key: str) -> _Found | None:
        """Return an access key, secret or token: each by itself from the key, the variables, then the profile."""
        named = self._named(key)
        if named and named.value:
            return named
        mode = self.profile.mode
        usable = mode == "StsToken" if profile_key == "sts_token" else mode in ("AK", "StsToken", "RamRoleArn")
        value = self.profile.fields.get(profile_key) if usable else None
        return _Found(str(value).strip(), self.profile.named, -1) if value else None

    def _check_family(self, key: _Found, other: _Found, other_key: str, kind: str) -> None:
        """Refuse a secret or token of another access key: the provider takes each name by itself."""
        if other.family == key.family:
            return
        owner = self._key_of_family(other.family)
        if owner and owner.value != key.value:
            self._problems.append(
                f"{other.name}: expected the {kind} of {key.name}, which comes first; this one belongs to "
                f"{owner.name if owner.family >= 0 else self.profile.shown}, and alicloud would sign with the mixture: "
                f"set {self._sibling(other_key, key)} or unset {other.name}"
            )

    def _key_of_family(self, family: int) -> _Found | None:
        if family < 0:
            value, name = self.profile.fields.get("access_key_id"), self.profile.named
        elif family == 0:
            value, name = self._given.get("accessKey"), f"{PREFIX}accessKey"
        else:
            name = VARIABLES["accessKey"][family - 1]
            value = self._environ.get(name)
        return _Found(str(value).strip(), name, family) if value else None

    def _other_keys(self, key: _Found) -> list[str]:
        """Return the names of access keys with another value that come after the one in use."""
        keys = [self._key_of_family(family) for family in range(len(VARIABLES["accessKey"]) + 1)]
        return [other.name for other in keys if other and other.family != key.family and other.value != key.value]

    def _unused(self, key: _Found) -> bool:
        """Whether the profile names a caller that the static keys leave out."""
        mode = self.profile.mode
        return mode is not None and key.name != self.profile.named and mode != "RamRoleArn"

    def _sibling(self, key: str, of: _Found) -> str:
        """Return the name of `key` in the same family as another value."""
        return f"{PREFIX}{key}" if of.family <= 0 else VARIABLES[key][of.family - 1]

    def _role(self) -> _Found | None:
        role = self._named("ecsRoleName")
        if role and role.value:
            return role
        value = self.profile.fields.get("ram_role_name") if self.profile.mode == "EcsRamRole" else None
        return _Found(str(value).strip(), self.profile.named, -1) if value else None

    def _ecs_role(self, role: _Found) -> EcsRole | None:
        if self._environ.get("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "").lower() == "true":
            self._problems.append(
                f"ALIBABA_CLOUD_ECS_METADATA_DISABLED: expected not true, for {role.name} needs the metadata service"
            )
            return None
        if sends_metadata_to_proxy(self._environ):
            self._problems.append(
                f"NO_PROXY: expected {METADATA_HOST} in it, for {self._shown(role)}: alicloud would ask the proxy for "
                "the role, and get that of the proxy's machine, if any"
            )
            return None
        return EcsRole(
            named=self._shown(role),
            role_name=role.value,
            token_required=self._environ.get("ALIBABA_CLOUD_IMDSV1_DISABLED", "").lower() == "true",
        )

    def _shown(self, setting: _Found) -> str:
        return self.profile.shown if setting.family < 0 else setting.name

    def _uri(self, uri: _Found) -> CredentialsUri | None:
        if not uri.value.startswith(("http://", "https://")):
            self._problems.append(f"{uri.name}: expected a URI that begins with http:// or https://")
            return None
        return CredentialsUri(named=uri.name, uri=SecretStr(uri.value))

    def _advanced(self) -> CliProfile | None:
        if self.profile.runs_command and "sharedCredentialsFile" in self._given:
            # A stack file is data, and a pull request may change it: it must not choose a command that runs.
            self._problems.append(
                f"{PREFIX}sharedCredentialsFile: expected a file whose profile {self.profile.name} runs no command, "
                "and mode External does: whoever runs it names such a file by "
                f"{VARIABLES['sharedCredentialsFile'][0]}"
            )
            return None
        # The provider reads the mode from one file, and the SDK the credentials from another: unless a key or variable
        # of the provider is set, the SDK has a different variable for it.
        variable = "ALIBABA_CLOUD_CONFIG_FILE"
        if self._named("sharedCredentialsFile") is None and self._environ.get(variable):
            self._problems.append(
                f"{variable}: expected to be unset, for alicloud reads the mode of {self.profile.shown} elsewhere: "
                f"name the file by {PREFIX}sharedCredentialsFile"
            )
            return None
        if self._environ.get("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "").lower() == "true":
            self._problems.append(
                f"ALIBABA_CLOUD_CLI_PROFILE_DISABLED: expected not true, for {self.profile.shown} is to be used"
            )
            return None
        return CliProfile(named=self.profile.shown, profile=self.profile.name, file=self.profile.file)

    def _nobody(self) -> None:
        if self.profile.name and self.profile.mode is None:
            return  # already reported
        if self.profile.mode is not None:
            modes = f"{', '.join((*PLAIN_MODES, *ADVANCED_MODES[:-1]))} or {ADVANCED_MODES[-1]}"
            why = (
                "which alicloud does not read" if self.profile.mode not in PLAIN_MODES else "and lacks its credentials"
            )
            self._problems.append(
                f"{self.profile.named}: expected a profile with credentials in the mode {modes}; "
                f"{self.profile.name} has the mode {self.profile.mode}, {why}"
            )
            return
        role = next((name for name in ROLE_VARIABLES["assumeRoleWithOidc"]["roleArn"] if self._environ.get(name)), None)
        hint = (
            f"; {role} is set, but alicloud reads it only where the stack has {PREFIX}assumeRole or "
            f"{PREFIX}assumeRoleWithOidc"
            if role
            else ""
        )
        self._problems.append(
            f"{PREFIX}accessKey: expected credentials: this key, {VARIABLES['accessKey'][0]} "
            f"(with {VARIABLES['secretKey'][0]}), or another source of docs/identity.md; found none{hint}"
        )

    # ---- roles ----

    def _block(self, name: str) -> Mapping[str, Any] | None:
        """Return the mapping under a key of the stack; None where the key is missing or holds no mapping."""
        if name not in self._given or self._given[name] == "":
            return None
        value, keys = self._given[name], ROLE_VARIABLES[name]
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                value = None
        if not isinstance(value, Mapping):
            self._problems.append(f"{PREFIX}{name}: expected a mapping with {', '.join(keys)}")
            return None
        for key, item in value.items():
            if key not in keys:
                self._problems.append(f"{PREFIX}{name}.{key}: unknown key; expected one of {', '.join(keys)}")
            elif item == "":
                self._problems.append(
                    f"{PREFIX}{name}.{key}: expected a value or no key: an empty one hides the variables"
                )
        return {key: item for key, item in value.items() if item not in (None, "")}

    def _field(self, block: Mapping[str, Any], name: str, key: str) -> _Found | None:
        return self._in_families(key, ROLE_VARIABLES[name][key], block, f"{PREFIX}{name}.")

    def _seconds(self, setting: _Found) -> int | None:
        if setting.value.isdecimal() and int(setting.value) in _SESSION_SECONDS:
            return int(setting.value)
        self._problems.append(
            f"{setting.name}: expected seconds from {_SESSION_SECONDS[0]} to {_SESSION_SECONDS[-1]}, "
            f"found {setting.value!r}"
        )
        return None

    def _assumed(self, base: Base) -> Source:
        block, profile = self._block("assumeRole"), self.profile
        fields: dict[str, _Found] = {}
        if profile.mode == "RamRoleArn":
            for ours, theirs in (
                ("roleArn", "ram_role_arn"),
                ("sessionName", "ram_session_name"),
                ("sessionExpiration", "expired_seconds"),
            ):
                if value := profile.fields.get(theirs):
                    fields[ours] = _Found(str(value), f"{profile.shown} {theirs}", -1)
        usual_session = self._environ.get("ALIBABA_CLOUD_ROLE_SESSION_NAME") or _OUR_SESSION
        if block is not None:
            usual_session = _PROVIDERS_SESSION
            for key in ROLE_VARIABLES["assumeRole"]:
                if setting := self._field(block, "assumeRole", key):
                    fields[key] = setting
        role = fields.get("roleArn")
        if role is None:
            if block is not None:
                self._problems.append(f"{PREFIX}assumeRole.roleArn: expected the ARN of the RAM role to assume")
            if profile.mode == "RamRoleArn":
                self._problems.append(f"{profile.named}: expected ram_role_arn in {profile.shown}")
            return base
        expiration = fields.get("sessionExpiration")
        texts = {key: setting.value for key, setting in fields.items()}
        return AssumedRole(
            named=f"{role.name} with {base.named}",
            base=base,
            role_arn=role.value,
            session_name=texts.get("sessionName") or usual_session,
            policy=texts.get("policy"),
            external_id=texts.get("externalId"),
            seconds=(self._seconds(expiration) if expiration else None) or _USUAL_SESSION_SECONDS,
        )

    def _oidc(self) -> OidcRole | None:
        name = "assumeRoleWithOidc"
        block = self._block(name)
        if block is None:
            return None
        fields = {key: setting for key in ROLE_VARIABLES[name] if (setting := self._field(block, name, key))}
        missing = [key for key in ("oidcProviderArn", "roleArn") if key not in fields]
        if not fields.keys() & {"oidcToken", "oidcTokenFile"}:
            missing.append("oidcTokenFile")
        for key in missing:
            variables = " or ".join(ROLE_VARIABLES[name][key])
            self._problems.append(f"{PREFIX}{name}.{key}: expected a value here or in {variables}")
        file = fields.get("oidcTokenFile")
        if file and not self._readable(file):
            return None
        if missing:
            return None
        expiration, token = fields.get("sessionExpiration"), fields.get("oidcToken")
        texts = {key: setting.value for key, setting in fields.items()}
        return OidcRole(
            named=fields["roleArn"].name,
            provider_arn=texts["oidcProviderArn"],
            role_arn=texts["roleArn"],
            session_name=texts.get("roleSessionName") or _PROVIDERS_SESSION,
            token=SecretStr(token.value) if token else None,
            token_file=Path(file.value) if file and not token else None,
            policy=texts.get("policy"),
            seconds=self._seconds(expiration) if expiration else None,
        )

    def _readable(self, file: _Found) -> bool:
        if not Path(file.value).is_absolute():
            self._problems.append(
                f"{file.name}: expected a path from the root: each provider starts in a place of its own"
            )
            return False
        try:
            text = Path(file.value).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            self._problems.append(f"{file.name}: expected the file of an OIDC token; it cannot be read: {why}")
            return False
        if not text.strip():
            self._problems.append(f"{file.name}: expected the file of an OIDC token; it is empty")
            return False
        return True


def _runs_command(profiles: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    """Whether a profile, or one that its role is assumed with, gets its credentials from a command."""
    names: list[str] = []
    while name in profiles and name not in names:
        names.append(name)
        name = str(profiles[name].get("source_profile", ""))
    return any(profiles[known].get("mode") == "External" for known in names)
