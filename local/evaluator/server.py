"""Serving the evaluator on loopback, in a thread of this process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local import serving
from local.evaluator.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class RunningEvaluator:
    """An evaluator that answers on a port of this machine."""

    url: str

    @property
    def notify_url(self) -> str:
        """The evaluation_url for a request."""
        return f"{self.url}/notify"


@contextmanager
def serve(data_directory: Path | str, *, port: int = 0) -> Iterator[RunningEvaluator]:
    """Run the evaluator in a thread of this process."""
    with serving.serve(create_app(data_directory), port) as url:
        yield RunningEvaluator(url)
