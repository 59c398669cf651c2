"""Location: the endpoints of the products."""

from simulator.api.call import Answer, Call
from simulator.api.registry import LOCATION, action
from simulator.cloud.state import Cloud


@action(LOCATION, "DescribeEndpoints", "Id ServiceCode Type Namespace", needs_permission=False)
def describe_endpoints(cloud: Cloud, call: Call) -> Answer:
    """Return the endpoint of a product, which is always the host of the request."""
    service = call.text("ServiceCode")
    endpoint = {
        "Id": call.text("Id"),
        "ServiceCode": service,
        # The real answer spells it so, and the Go SDK reads this spelling.
        "SerivceCode": service,
        "Namespace": "",
        "Type": "openAPI",
        "Endpoint": call.host,
        "Protocols": {"Protocols": ["HTTP"]},
    }
    return {"Success": True, "Endpoints": {"Endpoint": [endpoint]}}
