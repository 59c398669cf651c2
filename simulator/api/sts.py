"""STS: who calls."""

from simulator.api.call import Answer, Call
from simulator.api.registry import STS, action
from simulator.cloud.state import Cloud


@action(STS, "GetCallerIdentity", needs_permission=False)
def get_caller_identity(cloud: Cloud, call: Call) -> Answer:
    """Account and RAM user of the access key."""
    return {
        "AccountId": cloud.estate.account_id,
        "UserId": call.caller.user_id,
        "PrincipalId": call.caller.user_id,
        "IdentityType": "RAMUser",
        "Arn": f"acs:ram::{cloud.estate.account_id}:user/{call.caller.name}",
    }
