"""Billing: what the alicloud plugin asks to learn whether an account is of aliyun.com or of alibabacloud.com.

Source: BSS OpenAPI reference of QueryAvailableInstances; getAccountType of terraform-provider-alicloud 1.285.0.
"""

from simulator.api.call import Answer, Call
from simulator.api.registry import BSS, action
from simulator.cloud.errors import CloudError, NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud

# Cloud Firewall as each of the two sites sells it. The estates are accounts of aliyun.com without one.
_DOMESTIC, _INTERNATIONAL = "vipcloudfw", "cfw"
_LARGEST_PAGE = 300


@action(
    BSS,
    "QueryAvailableInstances",
    "ProductCode ProductType SubscriptionType PageNum PageSize",
    raises="NotApplicable InvalidParameter",
)
def query_available_instances(cloud: Cloud, call: Call) -> Answer:
    """Subscriptions to Cloud Firewall, of which there is none; other products are refused as not simulated.

    A product that the account's site does not sell is NotApplicable.
    """
    product = call.optional("ProductCode")
    if product == _INTERNATIONAL:
        raise CloudError("NotApplicable", "This API is not applicable for caller.")
    if product != _DOMESTIC:
        raise NotSimulatedError(f"QueryAvailableInstances of the product {product or 'that is not named'}")
    number, size = call.integer("PageNum") or 1, call.integer("PageSize") or 20
    if number < 1:
        raise invalid_parameter("PageNum")
    if not 1 <= size <= _LARGEST_PAGE:
        raise invalid_parameter("PageSize")
    data: Answer = {"PageNum": number, "PageSize": size, "TotalCount": 0, "InstanceList": []}
    return {"Success": True, "Code": "Success", "Message": "Successful!", "Data": data}
