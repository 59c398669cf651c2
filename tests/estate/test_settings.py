"""Settings of the cloud: where each value may come from, and what is told of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import SettingsError
from estate.settings import CloudSettings

CONFIG = {"region": "cn-hangzhou", "accessKey": "ak", "secretKey": "sk"}


def problems(config: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        CloudSettings.from_config(config, {})
    return caught.value.problems


def test_the_least_that_is_enough() -> None:
    settings = CloudSettings.from_config(CONFIG, {})
    assert (settings.region, settings.protocol, settings.endpoints, settings.account_id) == (
        "cn-hangzhou",
        "HTTPS",
        {},
        None,
    )


def test_keys_may_carry_the_prefix_of_the_stack_config_and_others_are_passed_over() -> None:
    config = {f"alicloud:{key}": value for key, value in CONFIG.items()} | {"alicloud:skipRegionValidation": True}
    assert CloudSettings.from_config(config, {}) == CloudSettings.from_config(CONFIG, {})


def test_everything_may_come_from_the_environment() -> None:
    environ = {"ALICLOUD_REGION": "cn-beijing", "ALICLOUD_ACCESS_KEY": "a", "ALICLOUD_SECRET_KEY": "b"}
    settings = CloudSettings.from_config({}, environ | {"ALICLOUD_SECURITY_TOKEN": "t"})
    assert (settings.region, settings.secrets()) == ("cn-beijing", ("a", "b", "t"))


@pytest.mark.parametrize("variable", ["ALICLOUD_ACCOUNT_ID", "ALIBABA_CLOUD_ACCOUNT_ID"])
def test_the_account_may_come_from_the_environment(variable: str) -> None:
    assert CloudSettings.from_config(CONFIG, {variable: "12"}).account_id == "12"
    assert CloudSettings.from_config(CONFIG | {"accountId": "34"}, {variable: "12"}).account_id == "34"


@pytest.mark.parametrize(
    "endpoints",
    [
        {"ecs": "127.0.0.1:80", "vpc": "vpc.example"},
        [{"ecs": "127.0.0.1:80"}, {"vpc": "vpc.example", "rds": ""}],
        '[{"ecs": "127.0.0.1:80", "vpc": "vpc.example"}]',
        '{"ecs": "127.0.0.1:80", "vpc": "vpc.example"}',
    ],
)
def test_endpoints_in_every_form_that_pulumi_hands_on(endpoints: Any) -> None:
    settings = CloudSettings.from_config(CONFIG | {"endpoints": endpoints}, {})
    assert settings.endpoints == {"ecs": "127.0.0.1:80", "vpc": "vpc.example"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"region": "Hangzhou"}, "alicloud:region: expected a region id such as cn-hangzhou (or set ALICLOUD_REGION)"),
        ({"protocol": "FTP"}, "alicloud:protocol: expected HTTP or HTTPS, found 'FTP'"),
        ({"accountId": "me"}, "alicloud:accountId: expected the digits of an account id, found 'me'"),
        ({"endpoints": "{"}, "alicloud:endpoints: expected a mapping of service code to host[:port], found text"),
        ({"endpoints": 7}, "alicloud:endpoints: expected a mapping of service code to host[:port], found a int"),
        (
            {"endpoints": {"ecs": "https://ecs"}},
            "alicloud:endpoints.ecs: expected host[:port] without a scheme, found 'https://ecs'",
        ),
    ],
)
def test_a_wrong_value_is_reported_with_its_key_and_what_was_expected(changes: dict[str, Any], problem: str) -> None:
    (reported,) = problems(CONFIG | changes)
    assert reported.startswith(problem)


def test_all_problems_are_reported_at_once() -> None:
    reported = problems({"protocol": "FTP"})
    assert [line.split(":")[1] for line in reported] == ["region", "protocol", "accessKey"]


def test_an_account_id_that_yaml_read_as_a_number() -> None:
    assert CloudSettings.from_config(CONFIG | {"accountId": 1234567890123456}, {}).account_id == "1234567890123456"


def test_secrets_are_never_shown() -> None:
    settings = CloudSettings.from_config(CONFIG | {"secretKey": "hush", "securityToken": "quiet"}, {})
    assert "hush" not in f"{settings!r}{settings}{settings.model_dump_json()}"
    assert "quiet" not in f"{settings!r}{settings}{settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("region", "service", "host"),
    [
        ("cn-hangzhou", "sts", "sts.cn-hangzhou.aliyuncs.com"),
        ("eu-central-1", "sts", "sts.eu-central-1.aliyuncs.com"),
    ],
)
def test_without_an_endpoint_the_sdk_names_the_public_host(region: str, service: str, host: str) -> None:
    cloud = Cloud(CloudSettings.from_config(CONFIG | {"region": region}, {}))
    assert cloud.endpoint(service) == host


@pytest.mark.parametrize(
    ("code", "host", "rehearses"),
    [
        ("ecs", "ecs.cn-hangzhou.aliyuncs.com", False),
        ("ecs", "ecs-cn-hangzhou.aliyuncs.com:443", False),
        ("vpc", "vpc-vpc.cn-beijing.aliyuncs.com", False),
        ("kvstore", "r-kvstore.aliyuncs.com", False),
        ("dds", "mongodb.eu-central-1.aliyuncs.com", False),
        ("oss", "oss-cn-hangzhou-internal.aliyuncs.com", False),
        ("ecs", "127.0.0.1:8815", True),
        ("ecs", "ecs.evilaliyuncs.com", True),
        ("ecs", "ecs.aliyuncs.com.example.com", True),
        ("ecs", "alb-x.cn-hangzhou.alb.aliyuncs.com", True),
        ("ecs", "ecs-mine.oss-cn-hangzhou.aliyuncs.com", True),
        ("oss", "mybucket.oss-cn-hangzhou.aliyuncs.com", True),
        ("rds", "ecs.cn-hangzhou.aliyuncs.com", True),
        ("log", "log.gateway.example.com", False),
    ],
)
def test_only_hosts_of_the_service_itself_prove_whose_answers_they_are(code: str, host: str, rehearses: bool) -> None:
    settings = CloudSettings.from_config(CONFIG | {"endpoints": {code: host}}, {})
    reasons = settings.rehearsal()
    assert bool(reasons) is rehearses
    assert all(host in reason for reason in reasons)


def test_plain_http_is_a_rehearsal() -> None:
    endpoints = {code: f"{code}.aliyuncs.com" for code in ("ecs", "vpc", "rds", "sts")}
    config = CONFIG | {"protocol": "HTTP", "endpoints": endpoints, "accountType": "International"}
    [reason] = CloudSettings.from_config(config, {}).rehearsal()
    assert reason.startswith("alicloud:protocol is HTTP")
