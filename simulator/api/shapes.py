"""Parts of answers that several products share."""

from datetime import UTC, datetime

from simulator.api.call import Answer


def seconds(moment: datetime | None) -> str:
    """Return a time as most actions write it: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def minutes(moment: datetime | None) -> str:
    """Return a time as ECS writes it for instances: UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ") if moment else ""


def ecs_tags(tags: dict[str, str]) -> Answer:
    """Tags as ECS writes them."""
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())]}


def vpc_tags(tags: dict[str, str]) -> Answer:
    """Tags as the VPC API writes them."""
    return {"Tag": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


def has_tags(tags: dict[str, str], required: dict[str, str]) -> bool:
    """Whether a resource has all wanted tags; an empty wanted value matches any value."""
    return all(key in tags and value in ("", tags[key]) for key, value in required.items())
