"""The admin endpoints under `/_simulator/`, for tests and for people who try things out. No real cloud has them.

GET state; GET requests?action=ecs:Create*&caller=demo&outcome=OK&fault=slow; GET, POST, DELETE faults; GET, POST clock;
POST reset; GET, POST migrations; POST migrations/verify, migrations/reschedule. What they do not take they refuse with
400 and `{"error": ...}`. They ask for no signature.
"""

import json
from collections.abc import Callable
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.clock import ClockError
from simulator.cloud.migrations import MigrationRefusedError
from simulator.faults import FaultError
from simulator.migration_admin import Migrations, NewTime
from simulator.model.base import Strict
from simulator.model.fault import Fault
from simulator.model.migrations import MigrationPlan
from simulator.simulation import Simulation

PREFIX = "/_simulator"


class _Set(Strict):
    """Body of POST clock: the time to set."""

    now: AwareDatetime


class _Advance(Strict):
    """Body of POST clock: the seconds to advance."""

    advance: float = Field(ge=0, allow_inf_nan=False)


class _Filter(Strict):
    """The filters of GET requests, each a pattern."""

    action: str = "*"
    caller: str = "*"
    outcome: str = "*"
    fault: str = "*"


async def not_found(request: Request, error: Exception) -> Response:
    """Answer an unknown path with 404 and a wrong method with 405, and list the endpoints."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    there = (
        f"{'|'.join(sorted(route.methods - {'HEAD'}))} {route.path}"
        for route in request.app.routes
        if route.include_in_schema
    )
    message = f"{request.method} {request.url.path}: expected one of {', '.join(there)}"
    return JSONResponse({"error": message}, status)


def routes(simulation: Simulation) -> list[BaseRoute]:
    """Return the endpoints for one simulation."""

    def state(request: Request, body: bytes) -> object:
        return simulation.state()

    def requests(request: Request, body: bytes) -> object:
        return simulation.requests(**_Filter.model_validate(dict(request.query_params)).model_dump())

    def reset(request: Request, body: bytes) -> object:
        simulation.reset()
        return {}

    def faults(request: Request, body: bytes) -> object:
        if request.method == "POST":
            simulation.faults.add(Fault.model_validate_json(body))
        elif request.method == "DELETE":
            simulation.faults.clear()
        return simulation.faults.all()

    def clock(request: Request, body: bytes) -> object:
        if request.method == "POST":
            _move(simulation, body)
        return {"now": simulation.clock.now().isoformat(timespec="milliseconds")}

    plans = Migrations(simulation)

    def migrations(request: Request, body: bytes) -> object:
        return plans.create(MigrationPlan.model_validate_json(body)) if request.method == "POST" else plans.all()

    def verify(request: Request, body: bytes) -> object:
        return {"refusals": plans.verify(MigrationPlan.model_validate_json(body))}

    def reschedule(request: Request, body: bytes) -> object:
        new = NewTime.model_validate_json(body)
        return plans.reschedule(new.id, new.start, new.instance_ids)

    return [
        Route(f"{PREFIX}/state", _endpoint(state), methods=["GET"]),
        Route(f"{PREFIX}/requests", _endpoint(requests), methods=["GET"]),
        Route(f"{PREFIX}/reset", _endpoint(reset), methods=["POST"]),
        Route(f"{PREFIX}/faults", _endpoint(faults), methods=["GET", "POST", "DELETE"]),
        Route(f"{PREFIX}/clock", _endpoint(clock), methods=["GET", "POST"]),
        Route(f"{PREFIX}/migrations", _endpoint(migrations), methods=["GET", "POST"]),
        Route(f"{PREFIX}/migrations/verify", _endpoint(verify), methods=["POST"]),
        Route(f"{PREFIX}/migrations/reschedule", _endpoint(reschedule), methods=["POST"]),
    ]


def _move(simulation: Simulation, body: bytes) -> None:
    change = json.loads(body or b"null")
    if isinstance(change, dict) and "advance" in change:
        simulation.clock.advance(_Advance.model_validate(change).advance)
    else:
        simulation.clock.set(_Set.model_validate(change).now)


def _endpoint(answer: Callable[[Request, bytes], object]) -> Any:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(answer(request, await request.body()))
        except ValidationError as error:
            message = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
                for fault in error.errors(include_url=False, include_input=False)
            )
        except (ClockError, FaultError, MigrationRefusedError, json.JSONDecodeError, UnicodeDecodeError) as error:
            message = str(error)
        return JSONResponse({"error": message}, 400)

    return endpoint
