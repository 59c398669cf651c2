"""Nothing of a key, a token or a signature gets through, in whatever form it is printed, and nothing else is lost."""

from __future__ import annotations

import pytest

from preflight.redaction import redacted

KEY = "LTAI5tNotARealKey000001"
SIGNATURE = "n0tArealSignature%2Bx%3D"


@pytest.mark.parametrize(
    ("text", "remaining"),
    [
        (
            f'Post "https://ecs.aliyuncs.com/?AccessKeyId={KEY}&Action=DescribeZones&Signature={SIGNATURE}": EOF',
            "Action=",
        ),
        (f"https://x/?OSSAccessKeyId={KEY}&Expires=1&Signature={SIGNATURE}", "Expires=1"),
        (f'{{"AccessKeyId": "{KEY}", "Signature": "{SIGNATURE}", "RequestId": "ABC"}}', '"RequestId": "ABC"'),
        (f'{{\\"AccessKeyId\\":\\"{KEY}\\",\\"SecurityToken\\":\\"{SIGNATURE}\\",\\"Region\\":\\"cn\\"}}', "Region"),
        (f"Authorization: acs {KEY}:{SIGNATURE}\nHost: ecs", "Host: ecs"),
        (f"\x1b[31mx-acs-security-token: {SIGNATURE}\x1b[0m failed", " failed"),
        (f"SecretAccessKey={SIGNATURE} retry", "retry"),
        (f"the key {KEY} is unknown", "is unknown"),
        (f"PATH=/bin ALICLOUD_SECRET_KEY={SIGNATURE} HOME=/root", "HOME=/root"),
        (f"ALIBABA_CLOUD_SECURITY_TOKEN={SIGNATURE}\0PULUMI_CONFIG_PASSPHRASE={SIGNATURE}", "PASSPHRASE="),
        (f'{{"PULUMI_ACCESS_TOKEN": "{SIGNATURE}", "VAULT_SERVER_TOKEN": "{SIGNATURE}", "PORT": "1"}}', '"PORT": "1"'),
        (f'"passphrase": "correct n0tAreal {SIGNATURE}", "next": 1', '"next": 1'),
        (f'"passphrase": "it\'s n0tAreal {SIGNATURE}", "next": 1', '"next": 1'),
        (f"TOKEN='n0tAreal {SIGNATURE}' PORT=1", "PORT=1"),
        (f'RUN="env MY_API_KEYS={SIGNATURE} true" PORT=1', "PORT=1"),
        (f"postgres://ann:p@{SIGNATURE}@10.0.0.1/state?x=1 is away", "@10.0.0.1/state?x=1 is away"),
        (f"Bearer {SIGNATURE} was refused", "was refused"),
        (f"SecurityToken%3D{SIGNATURE} for STS.NotARealSession0001", "for "),
    ],
)
def test_keys_tokens_and_signatures_are_blanked(text: str, remaining: str) -> None:
    shown = redacted(text)
    assert "LTAI" not in shown
    assert "n0tAreal" not in shown
    assert "NotARealSession" not in shown
    assert "***" in shown
    assert remaining in shown


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "word", ["KEY", "KEY_", "TOKEN ", "KEY' ", "://a", "Password ", "TOKEN='a ", "Bearer ", "\x1b["]
)
def test_a_long_name_is_read_once(word: str) -> None:
    """Names, tags and refusals come from others. Read again for each word in it, one would take hours."""
    assert redacted(f"{word * 200_000}\nthe end").endswith("the end")


def test_a_value_in_use_is_blanked_wherever_it_stands() -> None:
    assert redacted("hunter2-is-short", lambda text: text.replace("hunter2", "***")) == "***-is-short"


def test_control_sequences_of_a_terminal_are_removed() -> None:
    assert redacted("\x1b]0;title\x07a\x1b[2Jb\rc\x1b[1;31md") == "ab?cd"


@pytest.mark.parametrize(
    "text",
    [
        "No answer from ecs.cn-hangzhou.aliyuncs.com to ecs:DescribeInstances: the connection was refused.",
        "Check the access key, its secret, the age of an STS token and this machine's clock.",
        "Pulumi.prod.yaml: classic-to-vpc:migration.window: expected a start\n  and a latest",
        "They come from ALICLOUD_ACCESS_KEY.",
        "the secret key: see docs/identity.md",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET: expected the secret of ALICLOUD_ACCESS_KEY, which comes first",
        "alicloud:accessKey: expected credentials: this key, ALICLOUD_ACCESS_KEY, or another source; found none",
        "alicloud:secretKey: expected a value or no key: an empty one hides the variables behind it",
        "alicloud:securitytoken: unknown key; did you mean alicloud:securityToken?",
        "see https://example.com/a?b=c for ann@example.com",
    ],
)
def test_an_ordinary_message_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


def test_the_password_of_a_proxy_is_blanked() -> None:
    assert redacted("proxyconnect http://ann:pass@10.0.0.1:3128: refused") == (
        "proxyconnect http://***@10.0.0.1:3128: refused"
    )
