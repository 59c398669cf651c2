"""Which credentials are used: the order of the alicloud provider, every alias, and what is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from estate.errors import SettingsError
from estate.identity import AssumedRole, CliProfile, CredentialsUri, EcsRole, Identity, OidcRole, StaticKeys
from estate.settings import CloudSettings
from tests.estate.identity.families import CONFIG_FAMILY, FAMILIES, PAIRS

REGION = {"ALICLOUD_REGION": "cn-hangzhou"}
ROLE = "acs:ram::1234567890123456:role/migrator"
IDP = "acs:ram::1234567890123456:oidc-provider/ci"


def identity(config: dict[str, Any], environ: dict[str, str]) -> Identity:
    return CloudSettings.from_config(config, REGION | environ).identity


def problems(config: dict[str, Any], environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        identity(config, environ)
    return caught.value.problems


def keys(family: tuple[str, ...], which: str, *, token: bool = False) -> dict[str, str]:
    """Return a whole family: key `ak-WHICH` with its secret, and its token."""
    values = (f"ak-{which}", f"sk-{which}", *((f"token-{which}",) if token else ()))
    return dict(zip(family, values, strict=False))


def of(which: str, *, token: bool = False) -> tuple[str, ...]:
    return tuple(keys(("key", "secret", "token"), which, token=token).values())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a profile of the aliyun CLI in every mode."""
    key = {"access_key_id": "ak-profile", "access_key_secret": "sk-profile"}
    profiles: list[dict[str, Any]] = [
        {"name": "ak", "mode": "AK", "region_id": "cn-shanghai", **key},
        {"name": "sts", "mode": "StsToken", "sts_token": "token-profile", **key},
        {"name": "role", "mode": "RamRoleArn", "ram_role_arn": ROLE, "ram_session_name": "ann", **key},
        {"name": "short", "mode": "RamRoleArn", "ram_role_arn": ROLE, "expired_seconds": 900, **key},
        {"name": "ecs", "mode": "EcsRamRole", "ram_role_name": "node"},
        *({"name": mode, "mode": mode} for mode in ("ChainableRamRoleArn", "CloudSSO", "External", "OAuth")),
        {"name": "rsa", "mode": "RsaKeyPair"},
        {"name": "oidc", "mode": "OIDC", "ram_role_arn": ROLE},
        {"name": "empty", "mode": "AK"},
    ]
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps({"current": "ak", "profiles": profiles}))
    (tmp_path / "token").write_text("the-token")
    return tmp_path


@pytest.mark.parametrize("token", [False, True])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family[0])
def test_each_family_of_variables_serves(family: tuple[str, ...], token: bool) -> None:
    resolved = identity({}, keys(family, "one", token=token))
    assert isinstance(resolved.source, StaticKeys)
    assert (resolved.source.named, resolved.secrets(), resolved.passed_over) == (family[0], of("one", token=token), ())


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_families_the_provider_s_first_is_used_whole(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    given = keys(first, "first", token=True) | keys(second, "second", token=True)
    config = {name: value for name, value in given.items() if name in CONFIG_FAMILY}
    resolved = identity(config, {name: value for name, value in given.items() if name not in config})
    assert resolved.secrets() == of("first", token=True)
    assert resolved.passed_over == (second[0],)


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize("other", [1, 2], ids=["secret", "token"])
def test_a_secret_or_token_of_another_key_is_refused_by_name(
    first: tuple[str, ...], second: tuple[str, ...], other: int
) -> None:
    given = keys(first, "first") | keys(second, "second", token=True)
    if other == 1:
        del given[first[1]], given[second[2]]
    config = {name: value for name, value in given.items() if name in CONFIG_FAMILY}
    (problem,) = problems(config, {name: value for name, value in given.items() if name not in config})
    assert problem.startswith(f"{second[other]}: expected the {'secret' if other == 1 else 'token'} of ")
    assert all(name in problem for name in (first[0], second[0], first[other]))
    assert not any(value in problem for value in given.values())


def test_names_of_two_families_serve_together_where_neither_has_a_key_of_its_own() -> None:
    """The provider takes each name by itself; a half that belongs to no other key is meant."""
    environ = {"ALICLOUD_ACCESS_KEY": "ak", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sk"}
    assert identity({}, environ | {"ALIBABACLOUD_SECURITY_TOKEN": "t"}).secrets() == ("ak", "sk", "t")
    assert identity({"accessKey": "ak"}, {"ALICLOUD_SECRET_KEY": "sk"}).secrets() == ("ak", "sk")


def test_the_same_key_twice_is_no_mixture() -> None:
    environ = keys(FAMILIES[0], "one") | keys(FAMILIES[1], "one", token=True)
    assert identity({}, environ).secrets() == of("one", token=True)


def test_blanks_around_a_value_are_not_part_of_it() -> None:
    assert identity({}, {"ALICLOUD_ACCESS_KEY": " ak\n", "ALICLOUD_SECRET_KEY": "sk\n"}).secrets() == ("ak", "sk")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family[0])
def test_a_key_without_its_secret_is_reported(family: tuple[str, ...]) -> None:
    assert problems({}, {family[0]: "ak"}) == (f"{family[1]}: expected the secret that belongs to {family[0]}",)
    assert problems({"accessKey": "ak"}, {}) == (
        "alicloud:secretKey: expected the secret that belongs to alicloud:accessKey",
    )


# ---- profiles ----


@pytest.mark.parametrize("variable", ["alicloud:profile", "ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"])
@pytest.mark.parametrize(("name", "secrets"), [("ak", of("profile")), ("sts", of("profile", token=True))])
def test_a_profile_is_read_from_the_home(home: Path, variable: str, name: str, secrets: tuple[str, ...]) -> None:
    config = {"profile": name} if variable.startswith("alicloud:") else {}
    resolved = identity(config, {"HOME": str(home)} | ({} if config else {variable: name}))
    assert (resolved.secrets(), resolved.source.named) == (secrets, f"{variable} ({name})")


@pytest.mark.parametrize(
    "variable",
    ["alicloud:sharedCredentialsFile", "ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"],
)
@pytest.mark.parametrize("in_home", [False, True])
def test_a_profile_is_read_from_the_file_that_is_named(home: Path, variable: str, in_home: bool) -> None:
    moved = home / "elsewhere.json"
    (home / ".aliyun" / "config.json").rename(moved)
    path = "~/elsewhere.json" if in_home else str(moved)
    config = {"profile": "ak"} | ({"sharedCredentialsFile": path} if variable.startswith("alicloud:") else {})
    environ = {"HOME": str(home)} | ({} if len(config) == 2 else {variable: path})
    assert identity(config, environ).secrets() == of("profile")


def test_a_profile_stands_behind_keys_and_the_region(home: Path) -> None:
    environ = {"HOME": str(home), "ALICLOUD_PROFILE": "ak"}
    resolved = identity({}, environ | keys(FAMILIES[2], "one"))
    assert (resolved.secrets(), resolved.passed_over) == (of("one"), ("ALICLOUD_PROFILE (ak)",))
    assert CloudSettings.from_config({}, environ).region == "cn-shanghai"
    assert CloudSettings.from_config({}, environ | {"ALIBABA_CLOUD_REGION": "cn-beijing"}).region == "cn-beijing"


def test_without_a_named_profile_none_is_read(home: Path) -> None:
    (problem,) = problems({}, {"HOME": str(home)})
    assert problem.startswith("alicloud:accessKey: expected credentials")


def test_the_token_of_a_profile_is_not_mixed_with_another_key(home: Path) -> None:
    (problem,) = problems({}, {"HOME": str(home), "ALICLOUD_PROFILE": "sts"} | keys(FAMILIES[0], "one"))
    assert problem.startswith("ALICLOUD_PROFILE: expected the token of ALICLOUD_ACCESS_KEY")


@pytest.mark.parametrize(("name", "session", "seconds"), [("role", "ann", 3600), ("short", "classic-to-vpc", 900)])
def test_the_role_of_a_profile_is_assumed_with_its_keys(home: Path, name: str, session: str, seconds: int) -> None:
    source = identity({"profile": name}, {"HOME": str(home)}).source
    assert isinstance(source, AssumedRole)
    assert isinstance(source.base, StaticKeys)
    assert (source.role_arn, source.session_name, source.seconds) == (ROLE, session, seconds)


def test_the_role_of_a_profile_is_assumed_with_whichever_keys_come_first(home: Path) -> None:
    source = identity({"profile": "role"}, {"HOME": str(home)} | keys(FAMILIES[1], "one"))
    assert isinstance(source.source, AssumedRole)
    assert source.secrets() == of("one")


def test_a_profile_may_name_an_ecs_role(home: Path) -> None:
    source = identity({"profile": "ecs"}, {"HOME": str(home)}).source
    assert source == EcsRole(named="alicloud:profile (ecs)", role_name="node")


@pytest.mark.parametrize("mode", ["ChainableRamRoleArn", "CloudSSO", "External", "OAuth"])
def test_other_modes_are_left_to_the_sdk(home: Path, mode: str) -> None:
    file = home / ".aliyun" / "config.json"
    resolved = identity({"profile": mode}, {"HOME": str(home), "ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1:1"})
    assert resolved.source == CliProfile(named=f"alicloud:profile ({mode})", profile=mode, file=file)
    assert resolved.passed_over == ("ALICLOUD_CREDENTIALS_URI",)
    assert identity({"profile": mode}, {"HOME": str(home)} | keys(FAMILIES[0], "one")).secrets() == of("one")


@pytest.mark.parametrize("name", ["External", "chained", "chained twice"])
def test_a_file_that_the_stack_names_runs_no_command(home: Path, name: str) -> None:
    """A pull request may change both: the stack file, and a file beside it."""
    file = home / "theirs.json"
    chained = {"mode": "ChainableRamRoleArn"}
    profiles: list[dict[str, Any]] = [
        {"name": "External", "mode": "External"},
        {"name": "chained", "source_profile": "External", **chained},
        {"name": "chained twice", "source_profile": "chained", **chained},
        {"name": "in a circle", "source_profile": "in a circle", **chained},
        {"name": "CloudSSO", "mode": "CloudSSO"},
    ]
    file.write_text(json.dumps({"profiles": profiles}), encoding="utf-8")
    config, environ = {"profile": name}, {"HOME": str(home)}
    [problem] = problems({**config, "sharedCredentialsFile": str(file)}, environ)
    assert problem.startswith(f"alicloud:sharedCredentialsFile: expected a file whose profile {name} runs no command")
    assert problem.endswith("names such a file by ALICLOUD_SHARED_CREDENTIALS_FILE")
    # Whoever runs it may: the file is named by the environment, or is the usual one of the home.
    theirs = CliProfile(named=f"alicloud:profile ({name})", profile=name, file=file)
    assert identity(config, environ | {"ALICLOUD_SHARED_CREDENTIALS_FILE": str(file)}).source == theirs
    assert identity({"profile": "External"}, environ).source is not None
    for other in ("in a circle", "CloudSSO"):
        assert identity({"profile": other, "sharedCredentialsFile": str(file)}, environ).source is not None
    # Keys come first: then no profile is used.
    assert identity({**config, "sharedCredentialsFile": str(file)}, environ | keys(FAMILIES[0], "one")).secrets()


@pytest.mark.parametrize(
    ("name", "environ", "message"),
    [
        ("rsa", {}, "alicloud:profile: expected a profile with credentials in the mode AK, StsToken, RamRoleArn"),
        (
            "rsa",
            {"ALICLOUD_ECS_ROLE_NAME": "node"},
            "alicloud:profile: expected a profile with credentials in the mode",
        ),
        ("oidc", {}, "alicloud:profile: expected a profile with credentials in the mode AK"),
        ("empty", {}, "alicloud:profile: expected a profile with credentials in the mode AK"),
        ("none", {}, "alicloud:profile: expected a profile with a mode, of"),
        ("External", {"ALIBABA_CLOUD_CONFIG_FILE": "/else"}, "ALIBABA_CLOUD_CONFIG_FILE: expected to be unset"),
        ("External", {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, "ALIBABA_CLOUD_CLI_PROFILE_DISABLED: expected"),
        ("ecs", {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}, "ALIBABA_CLOUD_ECS_METADATA_DISABLED: expected"),
        ("ak", {"HOME": "/nowhere"}, "alicloud:profile: expected a profile in /nowhere/.aliyun/config.json"),
        (
            "ak",
            {"ALICLOUD_SHARED_CREDENTIALS_FILE": "config.json"},
            "ALICLOUD_SHARED_CREDENTIALS_FILE: expected a path from the root or from ~/",
        ),
    ],
)
def test_a_profile_that_cannot_serve_is_refused_by_name(
    home: Path, name: str, environ: dict[str, str], message: str
) -> None:
    assert problems({"profile": name}, {"HOME": str(home)} | environ)[0].startswith(message)


@pytest.mark.parametrize("content", ["{", "[]", '{"profiles": {}}', '{"profiles": [{}]}', '{"profiles": [1]}'])
def test_a_file_that_is_not_of_the_cli_is_reported(home: Path, content: str) -> None:
    (home / ".aliyun" / "config.json").write_text(content)
    (problem,) = problems({"profile": "ak"}, {"HOME": str(home)})
    assert problem.startswith("alicloud:profile: expected a profile")


# ---- services ----


@pytest.mark.parametrize(
    "variable", ["alicloud:credentialsUri", "ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"]
)
def test_a_service_with_credentials(variable: str) -> None:
    uri = "http://127.0.0.1:1/keys"
    config = {"credentialsUri": uri} if variable.startswith("alicloud:") else {}
    resolved = identity(config, {} if config else {variable: uri})
    assert isinstance(resolved.source, CredentialsUri)
    assert (resolved.source.named, resolved.secrets()) == (variable, (uri,))
    both = identity(config, keys(FAMILIES[0], "one") | ({} if config else {variable: uri}))
    assert (both.secrets(), both.passed_over) == (of("one"), (variable,))


def test_a_uri_is_one_of_http() -> None:
    assert problems({"credentialsUri": "file:///etc/keys"}, {}) == (
        "alicloud:credentialsUri: expected a URI that begins with http:// or https://",
    )


@pytest.mark.parametrize("variable", ["alicloud:ecsRoleName", "ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"])
def test_the_role_of_the_instance(variable: str) -> None:
    config = {"ecsRoleName": "node"} if variable.startswith("alicloud:") else {}
    environ = {} if config else {variable: "node"}
    assert identity(config, environ).source == EcsRole(named=variable, role_name="node")
    hardened = identity(config, environ | {"ALIBABA_CLOUD_IMDSV1_DISABLED": "true"}).source
    assert hardened == EcsRole(named=variable, role_name="node", token_required=True)
    first = identity(config, environ | {"ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1:1"})
    assert (type(first.source), first.passed_over) == (CredentialsUri, (variable,))


@pytest.mark.parametrize("spared", ["100.100.100.200", "127.0.0.1, 100.100.100.0/24", "*"])
def test_the_metadata_service_is_not_asked_through_a_proxy(spared: str) -> None:
    proxied = {"ALICLOUD_ECS_ROLE_NAME": "node", "HTTP_PROXY": "http://proxy.example:3128"}
    assert isinstance(identity({}, proxied | {"NO_PROXY": spared}).source, EcsRole)
    for other in ({}, {"no_proxy": "127.0.0.1,aliyuncs.com"}):
        (problem,) = problems({}, proxied | other)
        assert problem.startswith("NO_PROXY: expected 100.100.100.200 in it, for ALICLOUD_ECS_ROLE_NAME")
    assert identity({}, proxied | keys(FAMILIES[0], "one")).secrets() == of("one")


# ---- roles ----


def test_a_role_is_assumed_with_all_that_the_key_says() -> None:
    block = {
        "roleArn": ROLE,
        "sessionName": "ci",
        "policy": "{}",
        "sessionExpiration": 900,
        "externalId": "ours",
    }
    for given in (block, json.dumps(block)):
        source = identity({"assumeRole": given}, keys(FAMILIES[0], "one")).source
        assert isinstance(source, AssumedRole)
        assert source.named == "alicloud:assumeRole.roleArn with ALICLOUD_ACCESS_KEY"
        assert (source.role_arn, source.session_name, source.policy, source.external_id, source.seconds) == (
            ROLE,
            "ci",
            "{}",
            "ours",
            900,
        )


@pytest.mark.parametrize("role", ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"])
@pytest.mark.parametrize("session", ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"])
def test_variables_stand_behind_the_key(role: str, session: str) -> None:
    environ = {role: ROLE, session: "ci", "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "1200"}
    source = identity({"assumeRole": {}}, environ | keys(FAMILIES[0], "one")).source
    assert isinstance(source, AssumedRole)
    assert (source.role_arn, source.session_name, source.seconds) == (ROLE, "ci", 1200)


@pytest.mark.parametrize(
    "base",
    [
        {"ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1:1"},
        {"ALICLOUD_ECS_ROLE_NAME": "node"},
        keys(FAMILIES[0], "one", token=True),
    ],
)
def test_a_role_is_assumed_with_any_other_source(base: dict[str, str]) -> None:
    source = identity({"assumeRole": {"roleArn": ROLE}}, base).source
    assert isinstance(source, AssumedRole)
    assert (source.base, source.session_name) == (identity({}, base).source, "terraform")


def test_the_key_comes_before_the_role_of_a_profile(home: Path) -> None:
    source = identity({"profile": "role", "assumeRole": {"roleArn": "other"}}, {"HOME": str(home)}).source
    assert isinstance(source, AssumedRole)
    assert (source.role_arn, source.session_name) == ("other", "ann")


def test_a_role_by_oidc_with_all_that_the_key_says(home: Path) -> None:
    block = {
        "oidcProviderArn": IDP,
        "roleArn": ROLE,
        "oidcTokenFile": str(home / "token"),
        "roleSessionName": "ci",
        "policy": "{}",
        "sessionExpiration": 900,
    }
    resolved = identity({"assumeRoleWithOidc": block}, {}).source
    assert resolved == OidcRole(
        named="alicloud:assumeRoleWithOidc.roleArn",
        provider_arn=IDP,
        role_arn=ROLE,
        token_file=home / "token",
        session_name="ci",
        policy="{}",
        seconds=900,
    )


def test_a_role_by_oidc_from_variables_alone(home: Path) -> None:
    environ = {
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": IDP,
        "ALIBABA_CLOUD_ROLE_ARN": ROLE,
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(home / "token"),
        "ALIBABA_CLOUD_ROLE_SESSION_NAME": "pod",
    }
    resolved = identity({"assumeRoleWithOidc": {}}, environ).source
    assert isinstance(resolved, OidcRole)
    assert (resolved.named, resolved.session_name, resolved.token_file) == (
        "ALIBABA_CLOUD_ROLE_ARN",
        "pod",
        home / "token",
    )
    with_token = identity({"assumeRoleWithOidc": {}}, environ | {"ALIBABA_CLOUD_OIDC_TOKEN": "inline"})
    assert with_token.secrets() == ("inline",)
    behind = identity({"assumeRoleWithOidc": {}}, environ | keys(FAMILIES[0], "one"))
    assert (behind.secrets(), behind.passed_over) == (of("one"), ("ALIBABA_CLOUD_ROLE_ARN",))
    (refused,) = problems({}, environ)
    assert "ALIBABA_CLOUD_ROLE_ARN is set, but alicloud reads it only where the stack has" in refused


@pytest.mark.parametrize(
    ("config", "environ", "message"),
    [
        ({"assumeRole": {}}, {}, "alicloud:assumeRole.roleArn: expected the ARN of the RAM role"),
        ({"assumeRole": {"arn": ROLE}}, {}, "alicloud:assumeRole.arn: unknown key; expected one of roleArn"),
        ({"assumeRole": [{"roleArn": ROLE}]}, {}, "alicloud:assumeRole: expected a mapping with roleArn"),
        ({"assumeRole": "{"}, {}, "alicloud:assumeRole: expected a mapping with roleArn"),
        ({"assumeRole": {"roleArn": ROLE, "policy": ""}}, {}, "alicloud:assumeRole.policy: expected a value or no key"),
        (
            {"assumeRole": {"roleArn": ROLE, "sessionExpiration": 60}},
            {},
            "alicloud:assumeRole.sessionExpiration: expected seconds from 900 to 43200, found '60'",
        ),
        ({}, {"ALICLOUD_ASSUME_ROLE_ARN": ROLE}, "ALICLOUD_ASSUME_ROLE_ARN: alicloud reads it only where the stack"),
        ({"assumeRoleWithOidc": {}}, {}, "alicloud:assumeRoleWithOidc.oidcProviderArn: expected a value here or in"),
        (
            {"assumeRoleWithOidc": {"oidcTokenFile": "/nowhere", "roleArn": ROLE, "oidcProviderArn": IDP}},
            {},
            "alicloud:assumeRoleWithOidc.oidcTokenFile: expected the file of an OIDC token; it cannot be read",
        ),
        (
            {"assumeRoleWithOidc": {"oidcTokenFile": "token", "roleArn": ROLE, "oidcProviderArn": IDP}},
            {},
            "alicloud:assumeRoleWithOidc.oidcTokenFile: expected a path from the root",
        ),
        ({"accessKey": ""}, {}, "alicloud:accessKey: expected a value or no key"),
        ({"sourceIp": "192.0.2.1"}, {}, "alicloud:sourceIp: expected to be unset"),
        ({}, {"ALIBABA_CLOUD_SECURE_TRANSPORT": "true"}, "ALIBABA_CLOUD_SECURE_TRANSPORT: expected to be unset"),
    ],
)
def test_unsupported_credential_settings_are_refused_by_name(
    config: dict[str, Any], environ: dict[str, str], message: str
) -> None:
    assert problems(config, keys(FAMILIES[0], "one") | environ)[0].startswith(message)


def test_a_missing_identity_is_reported() -> None:
    (problem,) = problems({}, {})
    assert problem.startswith("alicloud:accessKey: expected credentials: this key, ALICLOUD_ACCESS_KEY")


def test_no_secret_is_shown_by_the_settings(home: Path) -> None:
    for config, environ in (
        ({}, keys(FAMILIES[0], "hush", token=True)),
        ({"credentialsUri": "http://127.0.0.1:1/hush"}, {}),
        (
            {"assumeRoleWithOidc": {"oidcToken": "hush-token", "roleArn": ROLE, "oidcProviderArn": IDP}},
            {"HOME": str(home)},
        ),
    ):
        settings = CloudSettings.from_config(config, REGION | environ)
        shown = f"{settings!r}{settings}{settings.model_dump_json()}"
        assert not any(secret in shown for secret in settings.secrets())
