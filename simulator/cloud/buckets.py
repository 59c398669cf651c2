"""Buckets of OSS and their policies.

Codes: OSS reference of GetBucketPolicy. Not simulated: objects, and any change of a bucket.
"""

from typing import Any

from simulator.cloud.errors import NotFoundError
from simulator.cloud.state import Cloud


def policy(cloud: Cloud, name: str) -> dict[str, Any]:
    """Return the policy document of a bucket; raises NoSuchBucket, NoSuchBucketPolicy."""
    bucket = cloud.estate.buckets.find(name)
    if bucket is None:
        raise NotFoundError("NoSuchBucket", "The specified bucket does not exist.")
    if bucket.policy is None:
        raise NotFoundError("NoSuchBucketPolicy", "The bucket policy does not exist.")
    return bucket.policy
