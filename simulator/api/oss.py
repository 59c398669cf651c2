"""OSS: buckets of the account and their policies, over REST and XML (`simulator/object_storage`).

Source: OSS reference of ListBuckets and GetBucketPolicy.
"""

from simulator.api.call import Answer, Call
from simulator.api.registry import OSS, action
from simulator.api.shapes import seconds
from simulator.cloud import buckets
from simulator.cloud.errors import invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.oss import Bucket

MOST_BUCKETS = 1000


@action(OSS, "ListBuckets", "prefix marker max-keys", raises="InvalidArgument", resources="*")
def list_buckets(cloud: Cloud, call: Call) -> Answer:
    """Buckets of all regions by name, those after `marker`; max-keys at most 1000, 100 by default."""
    most = _most(call)
    after, prefix = call.optional("marker") or "", call.optional("prefix") or ""
    buckets = sorted((item for item in cloud.estate.buckets if item.id > after), key=lambda item: item.id)
    buckets = [item for item in buckets if item.id.startswith(prefix)]
    page = buckets[:most]
    more: Answer = {"NextMarker": page[-1].id} if len(buckets) > most else {}
    return {
        "Prefix": prefix,
        "Marker": after,
        "MaxKeys": most,
        "IsTruncated": len(buckets) > most,
        **more,
        "Owner": {"ID": cloud.estate.account_id, "DisplayName": cloud.estate.account_id},
        "Buckets": {"Bucket": [_bucket(cloud, item) for item in page]},
    }


@action(OSS, "GetBucketPolicy", "Bucket", raises="NoSuchBucket NoSuchBucketPolicy", resources="{Bucket}")
def get_bucket_policy(cloud: Cloud, call: Call) -> Answer:
    """Return the policy document of a bucket, JSON."""
    return {"Policy": buckets.policy(cloud, call.text("Bucket"))}


def _most(call: Call) -> int:
    text = call.optional("max-keys") or "100"
    if not text.isdecimal() or not 1 <= int(text) <= MOST_BUCKETS:
        raise invalid_parameter("max-keys", "InvalidArgument")
    return int(text)


def _bucket(cloud: Cloud, bucket: Bucket) -> Answer:
    region_id = bucket.region_id or cloud.estate.region_id
    return {
        "Name": bucket.id,
        "Location": f"oss-{region_id}",
        "Region": region_id,
        "CreationDate": seconds(bucket.created_at or cloud.estate.now).replace("Z", ".000Z"),
        "StorageClass": "Standard",
        "ExtranetEndpoint": f"oss-{region_id}.aliyuncs.com",
        "IntranetEndpoint": f"oss-{region_id}-internal.aliyuncs.com",
    }
