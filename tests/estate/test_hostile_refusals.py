"""Whatever stands in a refusal of the cloud: one short message, safe to print, without key, token or signed request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.client import Cloud
from estate.errors import EstateError
from tests.components.test_hostile_input import HOSTILE
from tests.estate.stub import Stub, serving
from tests.estate.test_hostile_answers import QUICK

# A message of the cloud is a sentence or two.
LONGEST: Final = 3_000


@pytest.fixture(scope="module")
def served() -> Iterator[Stub]:
    with serving() as stub:
        yield stub


TOKEN, SECRET = "+/t0ken==", "/k+ey=="
SIGNED: Final = urlencode({"AccessKeyId": "AK-of-the-stub", "SecurityToken": TOKEN, "Signature": "+/sig=="})
#: How an answer, or what stands between, may repeat the request.
ECHOES: Final = (
    f"for {SECRET} and {TOKEN}",
    f"https://ecs.aliyuncs.com/?{SIGNED}&Action=DescribeZones",
    quote(f"StringToSign={TOKEN}&{SECRET}"),
    quote(quote(SECRET)),
    f'{{"SecurityToken": "{TOKEN}"}}',
)
FIELDS: Final = ("Code", "Message", "RequestId", "HostId")


@QUICK
@given(
    fields=st.dictionaries(
        st.sampled_from(FIELDS),
        st.one_of(
            st.sampled_from([value for value in HOSTILE if value == value]),  # NaN is no JSON
            st.sampled_from(ECHOES),
            st.tuples(st.sampled_from(("Throttling.User", "Forbidden.RAM", "InvalidAccessKeyId.", "x")), st.text()).map(
                "".join
            ),
        ),
        min_size=1,
    ),
    status=st.sampled_from((200, 400, 403, 500, 503)),
    action=st.sampled_from(("ecs:DescribeZones", "ecs:AttachClassicLinkVpc", "sts:GetCallerIdentity")),
)
def test_a_refusal(served: Stub, fields: dict[str, Any], status: int, action: str) -> None:
    body = {"Code": "QuotaExceeded", "Message": "No.", "RequestId": "REQ-1", **fields}
    cloud = served.cloud(securityToken=TOKEN, secretKey=SECRET)
    served.answers(action.partition(":")[2], (status, body))
    with pytest.raises(EstateError) as caught:
        _ask(cloud, action)
    text = str(caught.value)
    assert len(text) < LONGEST
    assert text.isprintable(), text
    for form in (TOKEN, SECRET):
        for spelling in (form, quote(form, safe=""), quote(form), quote(quote(form, safe=""))):
            assert spelling not in text


def _ask(cloud: Cloud, action: str) -> Any:
    if action == "ecs:AttachClassicLinkVpc":
        return cloud.call(action, region_id=cloud.region, instance_id="i-1", vpc_id="vpc-1")
    return cloud.call(action)
