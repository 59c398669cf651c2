"""The Pulumi side of the provider: requests in, answers out; what the resources do is theirs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from estate.client import Cloud
from estate.errors import EstateError, SettingsError
from estate.inventory import VARIABLE
from estate.settings import CloudSettings
from provider import drift, registry
from provider.resource import LOG, NOT_FORESEEN, REFUSED, Change, Resource, ResourceError
from provider.values import Properties, is_unknown, properties, secret_names, values

_KINDS: Final = {
    Change.ADD: sdk.PropertyDiffKind.ADD,
    Change.DELETE: sdk.PropertyDiffKind.DELETE,
    Change.UPDATE: sdk.PropertyDiffKind.UPDATE,
    Change.REPLACE: sdk.PropertyDiffKind.UPDATE_REPLACE,
}


class _Declared(NamedTuple):
    """The inputs and the state of a resource that the program declares; with its URN, it was there before this run."""

    inputs: Properties
    state: Properties
    urn: str | None = None


class AlimigrateProvider(sdk.Provider):
    """Serves the resources of the registry; operations on the cloud run in threads, side by side."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._config: Properties = {}
        self._cloud: Cloud | None = None
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        # URNs of which the old one goes first, so that it is not in the way of the new one.
        self._replaced: set[str] = set()
        # What the program of this run declares and has, by type and id.
        self._declared: dict[tuple[str, str], _Declared] = {}

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:
        """Return the package schema."""
        return sdk.GetSchemaResponse(registry.schema())

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Keep the configuration; it is checked when the cloud is first needed, because a preview may not need it.

        Secrets are marked here. The engine, to which others leave that, would mark outputs by the names of the inputs
        alone, and the state would show their copies in `declared` and `drift` as plain text.
        """
        self._config = properties(request.args)
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def diff_config(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """Let any change of the provider's configuration be an update: resources live on under other credentials."""
        return sdk.DiffResponse()

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Check and normalise inputs."""
        checked = _resource(request.type).check(properties(request.new_inputs))
        failures = [sdk.CheckFailure(failure.path, failure.reason) for failure in checked.failures]
        return sdk.CheckResponse(values(checked.inputs, secret_names(request.new_inputs)), failures)

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """Compare state and inputs, property by property."""
        resource, state = _resource(request.type), drift.forgotten(properties(request.old_state))
        inputs = properties(request.new_inputs)
        changes = resource.diff(state, inputs)
        if Change.REPLACE not in changes.values():
            self._declared[resource.type_name, request.resource_id] = _Declared(inputs, state, request.urn)
        if resource.delete_first and Change.REPLACE in changes.values() and not resource.leaves(state):
            self._replaced.add(request.urn)
        return sdk.DiffResponse(
            changes=bool(changes),
            replaces=[path for path, change in changes.items() if change is Change.REPLACE],
            delete_before_replace=resource.delete_first,
            diffs=sorted({path.split("[")[0] for path in changes}),
            detailed_diff={path: sdk.PropertyDiff(_KINDS[change], False) for path, change in changes.items()},
        )

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Create; in a preview, return the planned result."""
        resource, inputs = _resource(request.type), properties(request.properties)
        if request.preview:
            foreseen: Properties = {}
            if request.urn not in self._replaced:
                foreseen = await asyncio.to_thread(lambda: self._foreseen(resource, inputs, "", {}))
            planned = resource.planned({}, inputs) | foreseen
            return sdk.CreateResponse(properties=_state(planned, request.properties))
        resource_id, state = await asyncio.to_thread(lambda: resource.create(self.cloud(), inputs))
        self._declared[resource.type_name, resource_id] = _Declared(inputs, state)
        confirmed = await self._confirmed(resource, resource_id, state, inputs)
        return sdk.CreateResponse(resource_id, _state(drift.remembered(resource, state, confirmed), request.properties))

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        """Read for a refresh or an import; an answer without an id says that the thing is gone."""
        resource, known = _resource(request.type), properties(request.properties)
        state = drift.forgotten(known)
        live = await asyncio.to_thread(lambda: resource.read(self.cloud(), request.resource_id, state))
        if live is None:
            return sdk.ReadResponse()
        seen = drift.compared(resource, known, live)
        resource_id = resource.id_of(request.resource_id)
        inputs = values(drift.inputs_of(resource, live), secret_names(request.properties))
        return sdk.ReadResponse(resource_id, _state(seen, request.properties), inputs)

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Update; in a preview, return the planned result."""
        resource, known, inputs = _resource(request.type), properties(request.olds), properties(request.news)
        state = drift.recalled(resource, known)
        if request.preview:
            foreseen = await asyncio.to_thread(lambda: self._foreseen(resource, inputs, request.resource_id, state))
            planned = resource.planned(state, inputs) | drift.memory(known) | foreseen
            return sdk.UpdateResponse(_state(planned, request.olds, request.news))
        after = await asyncio.to_thread(lambda: resource.update(self.cloud(), request.resource_id, state, inputs))
        confirmed = await self._confirmed(resource, request.resource_id, after, inputs)
        return sdk.UpdateResponse(_state(drift.remembered(resource, after, confirmed), request.news))

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Delete, but for what another resource of the program has by now.

        Under another URN (a new name, another parent), or where a replacement is forced, the engine first creates the
        new resource, which finds the thing in place, and then deletes the old one, which is the same thing.
        """
        resource, known = _resource(request.type), properties(request.properties)
        state = drift.recalled(resource, known)
        declared = self._declared.get((resource.type_name, request.resource_id))
        if declared is None or declared.urn == request.urn:
            await asyncio.to_thread(lambda: resource.delete(self.cloud(), request.resource_id, state))
            return
        if resource.diff(drift.forgotten(known), declared.inputs):
            # What the old one alone had goes.
            await asyncio.to_thread(lambda: resource.update(self.cloud(), request.resource_id, state, declared.inputs))
        if resource.leaves(declared.state):
            LOG.warning(
                "%s of %s stays, because the program declares it under another name, or anew. The new one has found it "
                "in place, so a destroy leaves it.",
                resource.type_name,
                request.resource_id,
            )

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        """Answer the one function: the source of the credentials, and whether they are the caller's."""
        if request.tok != registry.IDENTITY:
            raise ResourceError(f"alimigrate has no function {request.tok}; it has {registry.IDENTITY}.")
        arguments = properties(request.args)
        identity = self._settings().identity
        answer = {
            "named": identity.source.named,
            "digest": identity.digest(str(arguments["nonce"])),
            "region": self._region(arguments.get("region")),
        }
        return sdk.InvokeResponse(values(answer))

    async def cancel(self) -> None:
        """End every wait at once."""
        self._cancelled.set()

    def _foreseen(self, resource: Resource, inputs: Properties, resource_id: str, state: Properties) -> Properties:
        """Return a preview's forecast of the write: why it would be refused, or why that is unknown."""
        if is_unknown(self._config):
            return {NOT_FORESEEN: "The configuration of the alimigrate provider is not known yet."}
        try:
            resource.foresee(self.cloud, inputs, resource_id, state)
        except ResourceError as refusal:
            return {REFUSED: str(refusal)}
        except EstateError as error:
            return {NOT_FORESEEN: str(error)}
        return {}

    async def _confirmed(
        self, resource: Resource, resource_id: str, state: Properties, inputs: Properties
    ) -> datetime | None:
        """Read back what was just written (`drift.read_back`)."""
        return await asyncio.to_thread(lambda: drift.read_back(self.cloud(), resource, resource_id, state, inputs))

    def cloud(self) -> Cloud:
        """Return the session with the cloud, of which the account is the configured one.

        Raises `SettingsError` if the configuration is not usable, `CredentialsError` if the credentials are not, or
        belong to another account, and `EstateError` where the estate is from a file: no cloud is asked then.
        """
        if path := self._environ.get(VARIABLE):
            raise EstateError(f"The estate is from the file {Path(path).name}, and the cloud is not asked.")
        with self._lock:
            if self._cloud is None:
                cloud = Cloud(self._settings(), sleep=self._sleep)
                # Nothing is written into another account than the configured one.
                if cloud.settings.account_id:
                    cloud.caller()
                self._cloud = cloud
            return self._cloud

    def _settings(self) -> CloudSettings:
        if is_unknown(self._config):
            raise ResourceError("The configuration of the alimigrate provider is not known yet.")
        return CloudSettings.from_config(self._config, self._environ)

    def _region(self, key: object) -> str:
        """Return the region that `alicloud` finds in this environment, where the stack's config says `key`.

        It is empty where nothing names one, or none that can be.
        """
        settings = {name: value for name, value in self._config.items() if name != "region"}
        try:
            return CloudSettings.from_config(settings | ({"region": key} if key else {}), self._environ).region
        except SettingsError:
            return ""

    def _sleep(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise ResourceError("Cancelled while waiting for the cloud.")


def _state(state: Properties, *given: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    """Return a state with all that is secret in what was given marked in it, copies too."""
    secret = secret_names(*given)
    return values(state, secret | drift.COPIES if secret else ())


def _resource(token: str) -> Resource:
    # The SDK takes the token from the URN, where the types of the parents stand before it.
    own = token.rpartition("$")[2]
    return registry.RESOURCES.get(own) or _no_such(own)


def _no_such(token: str) -> NoReturn:
    raise ResourceError(f"alimigrate has no resource {token}; it has {', '.join(registry.RESOURCES)}.")
