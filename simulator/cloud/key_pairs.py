"""SSH key pairs: made or imported, and attached to Linux instances.

Codes, kinds of keys and limits: references of CreateKeyPair, ImportKeyPair, DeleteKeyPairs, AttachKeyPair and
DetachKeyPair (alibabacloud.com, ECS developer reference, 2023-12 to 2026-01; AlibabaCloudDocs/ecs). Not found
documented: what a name that DeleteKeyPairs does not know says (it is passed over), and what AttachKeyPair says of one
instance of several (the code that other actions have for it).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError
from simulator.cloud.names import check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance
from simulator.model.key_pairs import KeyPair

#: Key pairs of a region
MAX_PAIRS = 500
_BITS = 2048
_KINDS = re.compile(
    r"(rsa|dsa|ecdsa|ssh-rsa|ssh-dss|ecdsa-sha2-nistp(256|384|521)|ssh-(rsa|dss)-cert-v0[01]@openssh\.com"
    r"|ecdsa-sha2-nistp(256|384|521)-cert-v01@openssh\.com)"
)


@dataclass(frozen=True)
class Attached:
    """What became of one instance: `refusal` is None where it has, or has no more, the key pair."""

    instance_id: str
    refusal: CloudError | None


@dataclass(frozen=True)
class NewPair:
    """What a key pair is made of."""

    name: str
    resource_group_id: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


def create(cloud: Cloud, new: NewPair) -> tuple[KeyPair, str]:
    """Make a key pair and return it with its private key, PEM of PKCS#8, which nothing here keeps.

    Raises InvalidKeyPairName.Malformed, KeyPair.AlreadyExist, QuotaExceed.KeyPair.
    """
    _check_new(cloud, new)
    private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    openssh = (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _add(cloud, new, private.public_key().public_bytes(*openssh).decode()), pem.decode()


def take(cloud: Cloud, new: NewPair, public_key: str) -> KeyPair:
    """Import the public half of a key pair.

    Raises InvalidPublicKeyBody.Malformed, and as `create` does.
    """
    _check_new(cloud, new)
    if _blob(public_key) is None:
        raise CloudError("InvalidPublicKeyBody.Malformed", "The PublicKeyBody format is not supported.")
    return _add(cloud, new, public_key.strip())


def delete(cloud: Cloud, names: Iterable[str]) -> None:
    """Delete key pairs, all or none; raises InvalidParameter.KeypairAlreadyAttachedInstance."""
    chosen = cloud.estate.key_pairs.among(names)
    used = {instance.key_pair_name for instance in cloud.estate.instances}
    if any(pair.id in used for pair in chosen):
        raise CloudError(
            "InvalidParameter.KeypairAlreadyAttachedInstance",
            'The specified parameter "KeyPairNames" attached to instances can not be deleted.',
        )
    for pair in chosen:
        cloud.estate.key_pairs.remove(pair)


def attach(cloud: Cloud, name: str, instance_ids: Iterable[str]) -> list[Attached]:
    """Give instances a key pair, in place of the one that they have.

    Raises InvalidKeyPairName.NotFound (400), DependencyViolation.WindowsInstance; what else is in the way of one
    instance is said of it alone.
    """
    return _each(cloud, name, instance_ids, name)


def detach(cloud: Cloud, name: str, instance_ids: Iterable[str]) -> list[Attached]:
    """Take a key pair from instances; one that has another keeps it. Raises as `attach` does."""
    return _each(cloud, name, instance_ids, None)


def check_usable(cloud: Cloud, name: str, os_type: str) -> None:
    """Check that a new instance can have it.

    Raises InvalidKeyPairName.NotFound, DependencyViolation.WindowsInstance.
    """
    if cloud.estate.key_pairs.find(name) is None:
        raise NotFoundError(
            "InvalidKeyPairName.NotFound", 'The specified parameter "KeyPairName" does not exist in our records.'
        )
    _check_system(os_type)


def _each(cloud: Cloud, name: str, instance_ids: Iterable[str], after: str | None) -> list[Attached]:
    if cloud.estate.key_pairs.find(name) is None:
        raise CloudError("InvalidKeyPairName.NotFound", "The specified KeyPairName does not exist in our records.")
    ids = list(dict.fromkeys(instance_ids))
    instances = {instance.id: instance for instance in cloud.estate.instances.among(ids)}
    for existing in instances.values():
        _check_system(existing.os_type)
    outcomes = []
    for instance_id in ids:
        instance = instances.get(instance_id)
        refusal = _refusal(instance)
        if instance is not None and refusal is None:
            _set(instance, name, after)
        outcomes.append(Attached(instance_id, refusal))
    return outcomes


def _set(instance: Instance, name: str, after: str | None) -> None:
    if after is not None or instance.key_pair_name == name:
        instance.key_pair_name = after


def _refusal(instance: Instance | None) -> CloudError | None:
    if instance is None:
        return NotFoundError("InvalidInstanceId.NotFound", "The specified InstanceId does not exist.")
    if not instance.operable:
        return ForbiddenError(
            "IncorrectInstanceStatus", "The current status of the resource does not support this operation."
        )
    return None


def _check_system(os_type: str) -> None:
    if os_type == "windows":
        raise ForbiddenError(
            "DependencyViolation.WindowsInstance", "The instance creating is windows, cannot use ssh key pair to login"
        )


def _check_new(cloud: Cloud, new: NewPair) -> None:
    check_name(new.name, "InvalidKeyPairName.Malformed", "KeyPairName")
    if cloud.estate.key_pairs.find(new.name) is not None:
        raise CloudError("KeyPair.AlreadyExist", "The key pair already exist.")
    if len(cloud.estate.key_pairs) >= MAX_PAIRS:
        raise ForbiddenError("QuotaExceed.KeyPair", "The key pair quota exceeds.")


def _add(cloud: Cloud, new: NewPair, public_key: str) -> KeyPair:
    # MD5 names a key in its fingerprint, as RFC 4716 has it; nothing rests on its strength.
    digest = hashlib.md5(_blob(public_key) or b"", usedforsecurity=False).hexdigest()
    pair = KeyPair(
        id=new.name,
        public_key=public_key,
        fingerprint=":".join(digest[place : place + 2] for place in range(0, len(digest), 2)),
        created_at=cloud.clock.now(),
        resource_group_id=new.resource_group_id,
        tags=new.tags,
    )
    cloud.estate.key_pairs.append(pair)
    return pair


def _blob(public_key: str) -> bytes | None:
    """Return the key itself of `ssh-rsa AAAA... comment`, None where that is not what it is."""
    kind, _, rest = public_key.strip().partition(" ")
    text = rest.strip().partition(" ")[0]
    if not _KINDS.fullmatch(kind) or not text:
        return None
    try:
        # Padding may be missing: Alibaba's own tests of its provider (1.285.0) import such keys.
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
