"""The three parties that call the cloud, each asked who it is: reader, alimigrate and alicloud."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import toolchain
from estate.client import Caller, Cloud
from estate.settings import CloudSettings
from provider.plugin import AlimigrateProvider
from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import Simulator
from simulator.tls import write_certificate
from tests.e2e.alicloud_plugin import Plugin, plugin
from tests.e2e.conftest import ESTATE
from tests.estate.identity.families import CONFIG_FAMILY
from tests.simulator.api.examples.sts import ASSUME, with_roles
from tests.simulator.signing import Direct


def estate_with_roles() -> Estate:
    """The sample estate with roles and an identity provider."""
    estate = load(ESTATE)
    with_roles(estate)
    return estate


@dataclass
class Place:
    """A home, and what its files and services hold for the sources."""

    cloud: Simulator
    engine: toolchain.Engine
    home: Path
    uri: str
    config: dict[str, Any] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)

    def keys(self, user: str) -> tuple[str, str]:
        """Access key and secret of a user."""
        return self.cloud.credentials_of(user)

    def opened(self) -> tuple[str, str, str]:
        """Key, secret and token of a new session of the role."""
        given = Direct(self.cloud.simulation)("sts:AssumeRole", **ASSUME)["Credentials"]
        return given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"]

    def give(self, family: tuple[str, ...], values: tuple[str, ...]) -> None:
        """Set a family of names."""
        target = self.config if family is CONFIG_FAMILY else self.environ
        target.update(zip(family, values, strict=False))

    def profiles(self, *profiles: dict[str, Any]) -> Path:
        """Write the file of the aliyun CLI."""
        file = self.home / ".aliyun" / "config.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"current": "default", "profiles": profiles}))
        return file

    def callers(self) -> tuple[Caller, Caller, Caller]:
        """Ask reader, alimigrate and alicloud who they are."""
        return self.reader(), self.alimigrate(), self.alicloud()

    def reader(self) -> Caller:
        """Who the reader is."""
        return self.session().caller()

    def alimigrate(self) -> Caller:
        """Who the local provider is, with the inputs that its resource gets from the stack."""
        local = AlimigrateProvider(self._environ())
        texts = {key: item if isinstance(item, str) else json.dumps(item) for key, item in self._config().items()}
        local._config = texts
        return local.cloud().caller()

    def alicloud(self) -> Caller:
        """Who Alibaba's provider is."""
        with self.plugin() as running:
            return Caller("", running.caller())

    @contextmanager
    def plugin(self) -> Iterator[Plugin]:
        """Start Alibaba's provider."""
        config = {**self._config(), "skipRegionValidation": True, "accountType": "Domestic"}
        config["endpoints"] = [config["endpoints"]]
        with plugin(self.engine, config, self._environ()) as running:
            yield running

    def _config(self) -> dict[str, Any]:
        cloud = self.cloud
        config = {"region": cloud.region, "protocol": "HTTP", "endpoints": cloud.endpoints, **self.config}
        return {key: value for key, value in config.items() if value is not None}

    def _environ(self) -> dict[str, str]:
        ca_file = self.home / "ca.pem"
        write_certificate(ca_file, self.cloud.ca_certificate)
        # The provider asks STS by HTTPS alone.
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "SSL_CERT_FILE": str(ca_file), **self.environ}

    def session(self) -> Cloud:
        """A session of the reader."""
        return Cloud(CloudSettings.from_config(self._config(), self._environ()), sleep=lambda seconds: None)

    def refreshed(self) -> list[str]:
        """Ask a reader that goes on after every session has ended."""
        cloud = self.session()
        first = cloud.caller().arn
        self.cloud.simulation.end_sessions()
        return [first, str(cloud.call("sts:GetCallerIdentity").arn)]
