"""Location: where the products' endpoints are."""

from simulator.api.call import Answer, Call
from simulator.api.registry import LOCATION, action
from simulator.cloud.state import Cloud


@action(LOCATION, "DescribeEndpoints", "Id ServiceCode Type Namespace", needs_permission=False)
def describe_endpoints(cloud: Cloud, call: Call) -> Answer:
    """Return the endpoint of a product: for every product the host that was asked."""
    service = call.text("ServiceCode")
    endpoint = {
        "Id": call.text("Id"),
        "ServiceCode": service,
        # Spelled so in the real answer; the Go SDK reads this one.
        "SerivceCode": service,
        "Namespace": "",
        "Type": "openAPI",
        "Endpoint": call.host,
        "Protocols": {"Protocols": ["HTTP"]},
    }
    return {"Success": True, "Endpoints": {"Endpoint": [endpoint]}}
