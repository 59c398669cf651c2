"""This program as a Pulumi project of its own, connected to a simulated cloud: own directory, own stacks, own state."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from estate.client import Cloud
from estate.settings import CloudSettings
from simulator.server import Simulator
from simulator.tls import write_certificate

PROJECT_NAME = "classic-to-vpc"
CONFIG_KEY = f"{PROJECT_NAME}:migration"
REPOSITORY = Path(__file__).resolve().parent.parent
PROGRAM = tuple(
    REPOSITORY / name for name in ("__main__.py", "Pulumi.yaml", "components", "estate", "policies", "provider")
)

#: For previews: the engine would make the whole state anew after each resource, and then drop it.
WITHOUT_CHECKPOINTS: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}

# All that a child process gets of the user's environment. Credentials and profiles are left out, and so is everything
# else that steers the cloud's clients (ALIBABA_CLOUD_*, ALICLOUD_*, ECS_ENDPOINT, TF_ENDPOINT_PATH, ...) or Pulumi.
_KEPT = frozenset(
    (
        *("PATH", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TERM", "COLORTERM", "NO_COLOR", "COLUMNS"),
        *("TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"),
        *("PULUMI_HOME", "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"),
        # How often the engine and the alicloud plugin collect garbage.
        "GOGC",
    )
)


def _inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of `environ` for child processes, with the path to Pulumi's plugins: their home is another."""
    variables = {name: value for name, value in environ.items() if name in _KEPT or name.startswith("LC_")}
    if "HOME" in environ:
        variables.setdefault("PULUMI_HOME", str(Path(environ["HOME"]) / ".pulumi"))
    return variables


def no_proxy(cloud: Simulator) -> str:
    """Return the hosts without a proxy; tea, the provider's HTTP library, compares host and port as in the endpoint."""
    return f"127.0.0.1,localhost,{cloud.host}"


class Project:
    """Runs the `pulumi` on PATH on this program, or on that of `files`, against one simulated cloud.

    `directory` holds links to the program's files, the stack files and, in `state/`, the stacks' state: the checkout
    and the user's own Pulumi backend stay untouched. Of `environ`, by default this process's own, child processes get
    only what they need to run; their home is empty. Program and pack use the cloud's own time.
    """

    def __init__(
        self,
        directory: Path,
        cloud: Simulator,
        environ: Mapping[str, str] | None = None,
        files: Iterable[Path] = PROGRAM,
    ) -> None:
        self.directory = directory
        self.result_file = directory / "preflight-result.json"
        ca_file = directory / "ca.pem"
        self.cloud_config = {
            "alicloud:region": cloud.region,
            "alicloud:protocol": "HTTP",
            # Without it the alicloud provider requests it from the billing service at every configure.
            "alicloud:accountType": "Domestic",
            "alicloud:skipRegionValidation": True,
            "alicloud:endpoints": [cloud.endpoints],
        }
        access_key, secret_key = cloud.credentials
        home = directory / "home"
        self.environ = {
            **_inherited(os.environ if environ is None else environ),
            "HOME": str(home),
            "PULUMI_BACKEND_URL": (directory / "state").as_uri(),
            # The state holds no secret: credentials stay in the environment.
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "ALICLOUD_ACCESS_KEY": access_key,
            "ALICLOUD_SECRET_KEY": secret_key,
            "PREFLIGHT_RESULT": str(self.result_file),
            # The alicloud provider reads the first, gRPC under Pulumi's Python SDK the second.
            **dict.fromkeys(("NO_PROXY", "no_proxy"), no_proxy(cloud)),
            # The alicloud provider makes some of its calls over HTTPS, whatever `protocol` is.
            "SSL_CERT_FILE": str(ca_file),
        }
        (directory / "state").mkdir(parents=True, exist_ok=True)
        home.mkdir(exist_ok=True)
        write_certificate(ca_file, cloud.ca_certificate)
        for file in (*files, REPOSITORY / ".venv"):
            link = directory / file.name
            if not link.is_symlink():
                link.symlink_to(file)

    def api(self) -> Cloud:
        """Return the cloud's API with this project's settings, for changes behind Pulumi's back."""
        return Cloud(CloudSettings.from_config(self.cloud_config, self.environ))

    def new_stack(self, stack: str, config: Mapping[str, Any], seen_from: Path = REPOSITORY) -> None:
        """Make a stack with the migration of `config`, connected to the simulated cloud."""
        self.configure(stack, config, seen_from)
        self.run("stack", "init", stack, "--no-select", check=True)

    def configure(self, stack: str, config: Mapping[str, Any], seen_from: Path = REPOSITORY) -> None:
        """Write the migration of `config` into a stack's file; paths in it are relative to `seen_from`."""
        migration = dict(config[CONFIG_KEY])
        if evidence := migration.get("evidence"):
            files = [str(seen_from.resolve() / name) for name in evidence["files"]]
            migration["evidence"] = {**evidence, "files": files}
        link = migration.get("classicLink") or {}
        if "flowsFile" in link:
            migration["classicLink"] = {**link, "flowsFile": str(seen_from.resolve() / link["flowsFile"])}
        self.join(stack, {CONFIG_KEY: migration})

    def join(self, stack: str, config: Mapping[str, Any] | None = None) -> None:
        """Write a stack's config anew, connected to the cloud; Pulumi's own entries in the file are kept."""
        path = self.directory / f"Pulumi.{stack}.yaml"
        written = yaml.safe_load(path.read_text()) if path.exists() else {}
        joined = {**self.cloud_config, **(config or {})}
        path.write_text(yaml.safe_dump({**written, "config": joined}, sort_keys=False))

    def run(self, *args: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Run one `pulumi` command; its output is captured, stdout and stderr in one."""
        return subprocess.run(
            ["pulumi", *args, "--non-interactive"],
            cwd=self.directory,
            env={**self.environ, **(WITHOUT_CHECKPOINTS if args[0] == "preview" else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=check,
        )
