"""Places: this checkout's folders, and one instance's ports and files."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from operate.errors import CommandError

LOOPBACK = "127.0.0.1"
CHECKOUT = Path(__file__).resolve().parent.parent
ENV_FILE = CHECKOUT / ".env"
TEMPLATE = CHECKOUT / "template.yaml"
SAM_CONFIG = CHECKOUT / "samconfig.toml"
INSTALLED = CHECKOUT / ".local"
SAM = INSTALLED / "sam" / "bin" / "sam"
UV = INSTALLED / "tools" / "bin" / "uv"
CHROMIUM = INSTALLED / "chromium"
LIBRARIES = INSTALLED / "libraries"
CLOUD_PYTHON = INSTALLED / "cloud" / "bin" / "python"


@dataclass(frozen=True)
class Ports:
    """The front door's port, and the four after it."""

    front_door: int

    @property
    def cloud(self) -> int:
        return self.front_door + 1

    @property
    def github(self) -> int:
        return self.front_door + 2

    @property
    def evaluator(self) -> int:
        return self.front_door + 3

    @property
    def model(self) -> int:
        return self.front_door + 4

    def check_free(self) -> None:
        """
        Raises:
            CommandError: somebody listens on one of them.
        """
        for port in range(self.front_door, self.model + 1):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((LOOPBACK, port))
                except OSError:
                    raise CommandError(
                        f"port {port} is in use: stop the program that listens there, or choose "
                        f"others with PORT, for example `make run PORT={self.front_door + 100}`"
                    ) from None


@dataclass(frozen=True)
class Home:
    """The folder that keeps what one running instance writes."""

    folder: Path

    @property
    def endpoints(self) -> Path:
        return self.folder / "endpoints.json"

    @property
    def running(self) -> Path:
        return self.folder / "running.json"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def data(self) -> Path:
        """The folder of the stand-ins' repositories and notifications, emptied at each start."""
        return self.folder / "data"

    @property
    def github_requests(self) -> Path:
        """Every request to the local GitHub, one JSON line each."""
        return self.folder / "github-requests.jsonl"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"


def url(port: int, path: str = "") -> str:
    """A URL on this machine."""
    return f"http://{LOOPBACK}:{port}{path}"
