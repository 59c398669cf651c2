"""Billing: what an account has bought, by product.

Sources: BSS OpenAPI reference of QueryAvailableInstances; getAccountType of terraform-provider-alicloud 1.285.0, which
asks about Cloud Firewall to learn whether an account belongs to aliyun.com or to alibabacloud.com.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from simulator.api.call import Answer, Call
from simulator.api.registry import BSS, action
from simulator.api.shapes import seconds
from simulator.cloud.errors import CloudError, NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud

# Cloud Firewall as each of the two sites sells it. The estates are accounts of aliyun.com without one.
_DOMESTIC, _INTERNATIONAL = "vipcloudfw", "cfw"
# Products of which the estate says how each thing is paid; by the table of the estate.
_TABLES = {"ecs": "instances", "eip": "eips", "slb": "load_balancers"}
_LARGEST_PAGE = 300
_MAX_IDS = 100
_SUBSCRIPTION = ("PrePaid", "PrePay")
_TIMES = "CreateTimeStart CreateTimeEnd EndTimeStart EndTimeEnd"
_RENEWALS = ("AutoRenewal", "ManualRenewal", "NotRenewal")


@action(
    BSS,
    "QueryAvailableInstances",
    f"ProductCode ProductType SubscriptionType Region InstanceIDs RenewStatus {_TIMES} PageNum PageSize",
    raises="NotApplicable",
)
def query_available_instances(cloud: Cloud, call: Call) -> Answer:
    """Return what was bought of ecs, eip and slb, oldest first, or of Cloud Firewall (nothing); others are refused.

    ProductType, which distinguishes kinds of one product, has no effect here. A product that the account's site does
    not sell is NotApplicable.
    """
    product = call.optional("ProductCode")
    if product == _INTERNATIONAL:
        raise CloudError("NotApplicable", "This API is not applicable for caller.")
    if product not in (_DOMESTIC, *_TABLES):
        raise NotSimulatedError(f"QueryAvailableInstances of the product {product or 'that is not named'}")
    number, size = call.integer("PageNum") or 1, call.integer("PageSize") or 20
    if number < 1:
        raise invalid_parameter("PageNum")
    if not 1 <= size <= _LARGEST_PAGE:
        raise invalid_parameter("PageSize")
    bought = list(_bought(cloud, call, product))
    data: Answer = {
        "PageNum": number,
        "PageSize": size,
        "TotalCount": len(bought),
        "InstanceList": bought[(number - 1) * size : number * size],
    }
    return {"Success": True, "Code": "Success", "Message": "Successful!", "Data": data}


def _bought(cloud: Cloud, call: Call, product: str) -> Iterator[Answer]:
    """Yield what was bought of a product and passes the filters."""
    ids = call.commas("InstanceIDs")
    if ids is not None and len(ids) > _MAX_IDS:
        raise invalid_parameter("InstanceIDs")
    subscription = call.choice("SubscriptionType", ("Subscription", "PayAsYouGo"))
    renewal = call.choice("RenewStatus", _RENEWALS)
    times = {name: _moment(call, name) for name in _TIMES.split()}
    elsewhere = call.optional("Region") not in (None, cloud.estate.region_id)
    table = [] if product == _DOMESTIC or elsewhere else getattr(cloud.estate, _TABLES[product])
    for item in sorted(table, key=lambda item: (item.created_at, item.id)):
        item_answer = _instance(cloud, product, item)
        if (
            (ids is None or item.id in ids)
            and subscription in (None, item_answer["SubscriptionType"])
            and renewal in (None, item_answer["RenewStatus"])
            and _within(item.created_at, times["CreateTimeStart"], times["CreateTimeEnd"])
            and _within(item.expired_at, times["EndTimeStart"], times["EndTimeEnd"])
        ):
            yield item_answer


def _instance(cloud: Cloud, product: str, item: Any) -> Answer:
    paid = getattr(item, "pay_type", None) or item.charge_type
    subscription = paid in _SUBSCRIPTION
    renewal = getattr(item, "renewal_status", "Normal")
    return {
        "OwnerId": int(cloud.estate.account_id),
        "InstanceID": item.id,
        "ProductCode": product,
        "Region": cloud.estate.region_id,
        "Status": "Normal",
        "SubscriptionType": "Subscription" if subscription else "PayAsYouGo",
        "RenewStatus": "ManualRenewal" if renewal == "Normal" else renewal,
        "CreateTime": seconds(item.created_at),
        **({"EndTime": seconds(item.expired_at)} if subscription and item.expired_at else {}),
    }


def _within(moment: datetime | None, start: datetime | None, end: datetime | None) -> bool:
    if start is None and end is None:
        return True
    return moment is not None and (start is None or start <= moment) and (end is None or moment <= end)


def _moment(call: Call, name: str) -> datetime | None:
    text = call.optional(name)
    try:
        return None if text is None else datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise invalid_parameter(name) from None
