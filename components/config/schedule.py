"""When the servers move."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from components.config.base import Strict


class Window(Strict):
    """When the servers move. `latest` is the Latest Schedule Time that the pending task in the ECS console shows."""

    start: AwareDatetime = Field(description="Scheduled date and time of the migration, with its UTC offset.")
    latest: AwareDatetime = Field(description="Latest Schedule Time of the pending task, with its UTC offset.")
