"""Bucket policies of OSS, of the buckets in the region."""

from __future__ import annotations

from typing import Final

from estate import bucket_policy, model
from estate.client import Cloud
from estate.errors import CloudError, UnusableAnswer

_PAGE: Final = 1000


def bucket_names(cloud: Cloud) -> list[str]:
    """Read the names of the buckets in the region; the cloud lists those of all regions."""
    action = "oss:ListBuckets"
    names: list[str] = []
    seen: list[str] = []
    marker: str | None = None
    while True:
        body = cloud.call(action, max_keys=_PAGE, marker=marker)
        seen += [item.name for item in body.buckets or ()]
        names += [item.name for item in body.buckets or () if item.location == f"oss-{cloud.region}"]
        if len(set(seen)) != len(seen):
            raise UnusableAnswer(action, "a bucket is in the list twice", body.request_id)
        if not body.is_truncated:
            return names
        # The list is sorted by name: a marker that does not grow would never end.
        if not body.next_marker or body.next_marker <= (marker or ""):
            raise UnusableAnswer(action, "NextMarker does not lead on, so that the list has no end", body.request_id)
        marker = body.next_marker


def policy(cloud: Cloud, name: str) -> model.BucketPolicy:
    """Read the addresses and VPCs in the policy of a bucket; a bucket without a policy has none."""
    action = "oss:GetBucketPolicy"
    try:
        answer = cloud.call(action, bucket=name)
    except CloudError as error:
        # The bucket may have been deleted since it was listed.
        if error.code in ("NoSuchBucketPolicy", "NoSuchBucket"):
            return model.BucketPolicy(id=name)
        raise
    try:
        return model.BucketPolicy(id=name, statements=bucket_policy.statements(answer.body))
    except ValueError as error:
        problem = f"the policy of {name} is not understood: {error}"
        raise UnusableAnswer(action, problem, answer.request_id, f"bucket {name}") from None
