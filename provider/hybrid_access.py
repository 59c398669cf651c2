"""Hybrid access of a database that is not ours: an address in the VPC, and classic addresses kept for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from estate import clock, hybrid
from estate.client import Cloud
from estate.errors import Unreachable, WaitTimeout
from estate.model import Database, NetInfo
from provider.apsaradb import MONGODB, RDS, REDIS, Product
from provider.resource import (
    LOG,
    Change,
    Checked,
    Connect,
    Failure,
    Resource,
    ResourceError,
    reject_others,
    require_text,
)
from provider.values import UNKNOWN, Properties, digest, is_unknown

_NAMES: Final = ("dbInstanceId", "vpcId", "vswitchId", "validUntil")
_DAY: Final = timedelta(days=1)
_MAX: Final = hybrid.MAX_DAYS * _DAY
# Where `validUntil` is further away than classic addresses can be kept, they are kept at least so long.
_MEANWHILE: Final = _MAX / 2
# The cloud shows remaining seconds, so the end that they give differs a little from one reading to the next. This much
# more than is needed is requested, and a difference below it is ignored.
_SLACK: Final = timedelta(hours=1)


class HybridAccess(Resource):
    """Hybrid access of one database; its id is that of the database.

    There is no way back from a VPC: deleting the resource changes nothing in the cloud. The classic addresses last at
    least until `validUntil`; where they do, no call is made, however few seconds remain. The calls have no ClientToken:
    before each the database is read, and after a lost answer it is read again.
    """

    product: ClassVar[Product]
    replacing: ClassVar[tuple[str, ...]] = ("dbInstanceId", "vpcId")
    outputs: ClassVar[tuple[str, ...]] = ("applied", "classicExpiresAt", "vpcConnectionStrings")

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._cloud: Cloud | None = None
        self._now = now or self._cloud_time

    def _cloud_time(self) -> datetime:
        """Return the time of the cloud that was asked last; this machine's before the first answer."""
        return clock.now() if self._cloud is None else self._cloud.now()

    def check(self, inputs: Properties) -> Checked:
        """Check ids and time; the time becomes UTC."""
        failures = reject_others(inputs, _NAMES)
        failures += require_text(inputs, ("dbInstanceId", "vpcId", "vswitchId"))
        valid_until = inputs.get("validUntil")
        if valid_until is UNKNOWN:
            return Checked(inputs, tuple(failures))
        moment = _moment(valid_until)
        if moment is None:
            failures.append(
                Failure("validUntil", f"expected a date and time with its UTC offset, found {valid_until!r}")
            )
            return Checked(inputs, tuple(failures))
        return Checked(inputs | {"validUntil": _text(moment)}, tuple(failures))

    def diff(self, state: Properties, inputs: Properties) -> dict[str, Change]:
        """Return what differs; classic addresses that end too early are a difference, once a call can extend them."""
        changes = super().diff(state, inputs)
        if not changes and self._is_short(state["classicExpiresAt"], inputs["validUntil"]):
            changes["classicExpiresAt"] = Change.UPDATE
        return changes

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Bring the database into the VPC with its classic addresses kept; where it is there already, extend these."""
        self._cloud = cloud
        database_id = str(inputs["dbInstanceId"])
        database = self._read(cloud, database_id)
        if database.status != self.product.ready:
            # Perhaps on its way already, by an earlier run that was broken off.
            self.product.wait_until_ready(cloud, database_id)
            database = self._read(cloud, database_id)
        if database.network_type == "classic":
            database = self._switch(cloud, database, inputs)
        return database_id, self._covering(cloud, database, inputs)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` or `update` would, as far as the inputs are known."""
        if is_unknown({"dbInstanceId": inputs.get("dbInstanceId"), "validUntil": inputs.get("validUntil")}):
            return
        database = self._read(connect(), resource_id or str(inputs["dbInstanceId"]))
        if database.network_type == "classic":
            self._before_switch(database)
        else:
            self._before_covering(database, inputs)

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state while the database is in a VPC; on import the time is that of the classic addresses."""
        self._cloud = cloud
        database = self.product.database(cloud, resource_id)
        if database is None or database.network_type == "classic":
            return None
        expires = self._expires(database)
        expires_at = _moment(state.get("classicExpiresAt"))
        if expires_at is not None and expires is not None and abs(expires_at - expires) < _SLACK:
            expires = expires_at
        inputs: Properties = {
            "dbInstanceId": resource_id,
            "vpcId": database.vpc_id,
            # In which of its VSwitches it is makes no difference to who reaches it.
            "vswitchId": state.get("vswitchId") or database.vswitch_id,
            "validUntil": state.get("validUntil") or _text(expires or self._now()),
        }
        return _state(inputs, database, expires)

    def update(self, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Extend the time of the classic addresses where it is too short."""
        self._cloud = cloud
        return self._covering(cloud, self._read(cloud, resource_id), inputs)

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Leave the database where it is, and say so."""
        LOG.warning(
            "%s stays in %s: a database never goes back to the classic network. Its classic addresses end by "
            "themselves%s.",
            resource_id,
            state["vpcId"],
            _at(state.get("classicExpiresAt")),
        )

    def _read(self, cloud: Cloud, database_id: str) -> Database:
        database = self.product.database(cloud, database_id)
        if database is None:
            raise ResourceError(f"Database {database_id} does not exist in {cloud.region}.")
        return database

    def _switch(self, cloud: Cloud, database: Database, inputs: Properties) -> Database:
        """Move a database into the VPC, wait until it is there, and return it as it is then.

        No switch is repeated blindly: before each attempt the network is read, and after a lost answer the switch is
        waited for to have begun.
        """
        self._before_switch(database)
        days = self._days(database, inputs["validUntil"])
        vpc_id, vswitch_id = str(inputs["vpcId"]), str(inputs["vswitchId"])

        def begin() -> None:
            if self._read(cloud, database.id).network_type == "classic":
                self.product.switch(cloud, database, vpc_id, vswitch_id, days)

        try:
            self.product.patiently(cloud, database.id, begin)
        except Unreachable as lost:
            if not lost.sent:
                raise
            self._wait_for_a_sign(cloud, database.id, lost)
        goal = f"database {database.id} to be in {vpc_id}"
        # The status may show the change a little later than the answer to the call.
        cloud.wait(lambda: self._read(cloud, database.id).network_type == "vpc", goal, timeout=1800)
        self.product.wait_until_ready(cloud, database.id)
        return self._read(cloud, database.id)

    def _before_switch(self, database: Database) -> None:
        if reason := hybrid.obstacle(database):
            raise ResourceError(f"Database {database.id} cannot have hybrid access: {reason}.")

    def _wait_for_a_sign(self, cloud: Cloud, database_id: str, lost: Unreachable) -> None:
        def begun() -> bool:
            database = self._read(cloud, database_id)
            return database.network_type == "vpc" or database.status != self.product.ready

        try:
            cloud.wait(begun, f"the switch of {database_id} to begin", timeout=60)
        except WaitTimeout:
            raise lost from None

    def _covering(self, cloud: Cloud, database: Database, inputs: Properties) -> Properties:
        """Extend each classic address that ends too early, and return the state."""
        short = self._before_covering(database, inputs)
        if not short:
            return _state(inputs, database, self._expires(database))
        valid_until = str(inputs["validUntil"])
        for info in short:
            self._extend(cloud, database, info.connection_string, valid_until)
        database = self._read(cloud, database.id)
        return _state(inputs, database, self._expires(database))

    def _before_covering(self, database: Database, inputs: Properties) -> list[NetInfo]:
        """Return the classic addresses that end too early; ResourceError where they cannot be extended."""
        # A VPC that is yet to be made is not the one that the database is in.
        if database.vpc_id != inputs["vpcId"]:
            raise ResourceError(
                f"Database {database.id} is in {database.vpc_id} already, and no database with classic addresses goes "
                f"from one VPC to another. Declare {database.vpc_id} as the target network (mode: existing), or leave "
                "out hybrid access and connect the two VPCs."
            )
        valid_until = str(inputs["validUntil"])
        short = [info for info in _retained(database) if self._is_short(self._text_of(info), valid_until)]
        if short and not hybrid.extendable(database):
            raise ResourceError(
                f"The classic addresses of {database.id} end{_at(self._text_of(short[0]))}, before {valid_until}, and "
                f"for {database.engine} no call is documented that extends them. Extend them in the console, or choose "
                "an earlier window."
            )
        return short

    def _extend(self, cloud: Cloud, database: Database, connection_string: str, valid_until: str) -> None:
        days = self._days(database, valid_until)
        try:
            self.product.patiently(
                cloud, database.id, lambda: self.product.extend(cloud, database.id, connection_string, days)
            )
        except Unreachable:
            after = self._read(cloud, database.id)
            extended = [info for info in _retained(after) if info.connection_string == connection_string]
            if not extended or self._is_short(self._text_of(extended[0]), valid_until):
                raise

    def _days(self, database: Database, valid_until: str) -> int:
        return hybrid.days_for(database, (_parsed(valid_until) + _SLACK - self._now()) / _DAY)

    def _is_short(self, expires_at: str, valid_until: str) -> bool:
        """Whether classic addresses end too early and a call can extend them; False where there are none."""
        expires, needed, now = _moment(expires_at), _parsed(valid_until), self._now()
        if expires is None or expires >= needed:
            return False
        # Further away than one call reaches: half the way is enough until it does.
        return needed + _SLACK <= now + _MAX or expires < now + _MEANWHILE

    def _expires(self, database: Database) -> datetime | None:
        """Return when the first of the classic addresses ends; None where there is none that ends."""
        return min((_parsed(self._text_of(info)) for info in _retained(database)), default=None)

    def _text_of(self, info: NetInfo) -> str:
        return _text(self._now() + timedelta(seconds=info.expires_in_seconds or 0))


def _retained(database: Database) -> list[NetInfo]:
    return [info for info in database.net_infos if info.ip_type == "Inner" and info.expires_in_seconds is not None]


def _state(inputs: Properties, database: Database, expires: datetime | None) -> Properties:
    return {name: inputs[name] for name in _NAMES} | {
        "classicExpiresAt": _text(expires) if expires else "",
        "vpcConnectionStrings": sorted(
            info.connection_string for info in database.net_infos if info.ip_type == "Private"
        ),
        "applied": digest({name: inputs[name] for name in _NAMES}),
    }


def _moment(value: Any) -> datetime | None:
    """Return a time with its offset, None for what is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.utcoffset() is not None else None


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _at(text: str | None) -> str:
    return f" at {text}" if text else ""


def _schema(product: Product) -> dict[str, Any]:
    def text(description: str) -> dict[str, str]:
        return {"type": "string", "description": description}

    days = "1 to 120" if product is RDS else "14, 30, 60 or 120"
    return {
        "description": (
            f"Hybrid access of an instance of {product.name}. It goes into a VPC and keeps its classic addresses for "
            "a while. There is no way back, and deleting this resource changes nothing."
        ),
        "inputProperties": {
            "dbInstanceId": text("The database."),
            "vpcId": text("The VPC that it goes into; a database that is in another one is refused."),
            "vswitchId": text("A VSwitch of the VPC in the zone of the database."),
            "validUntil": text(
                "When classic addresses may end, at the earliest, with an offset. The cloud keeps them for "
                f"{days} days from a call."
            ),
        },
        "requiredInputs": list(_NAMES),
        "properties": {
            "classicExpiresAt": text("When the first classic address ends; empty where there is none that ends."),
            "vpcConnectionStrings": {
                "type": "array",
                "items": {"type": "string"},
                "description": "What to connect to from the VPC; classic connection strings do not lead there.",
            },
        },
    }


class RdsHybridAccess(HybridAccess):
    """`alimigrate:rds:HybridAccess`, read/write splitting addresses included."""

    product = RDS
    type_name = "alimigrate:rds:HybridAccess"
    actions = RDS.network_actions
    schema: ClassVar[dict[str, Any]] = _schema(RDS)


class RedisHybridAccess(HybridAccess):
    """`alimigrate:kvstore:HybridAccess`."""

    product = REDIS
    type_name = "alimigrate:kvstore:HybridAccess"
    actions = REDIS.network_actions
    schema: ClassVar[dict[str, Any]] = _schema(REDIS)


class MongoDbHybridAccess(HybridAccess):
    """`alimigrate:mongodb:HybridAccess`, of replica sets."""

    product = MONGODB
    type_name = "alimigrate:mongodb:HybridAccess"
    actions = MONGODB.network_actions
    schema: ClassVar[dict[str, Any]] = _schema(MONGODB)
