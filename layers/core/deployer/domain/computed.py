"""Computed files: a script of the model's makes a file of the site from other files of it.

The script runs in the browser, on a blank page without network, and its output is committed.
Everything that goes there and back is plain data, bounded, and goes through JSON unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Base64Bytes

MAX_COMPUTATIONS = 5
"""Of one site."""
MAX_SCRIPT = 8_000
"""Characters."""
MAX_INPUTS = 10
"""Of one script."""
MAX_INPUT_BYTES = 6 << 20
"""Of all scripts of a site together."""


@dataclass(frozen=True)
class Computation:
    """A script, and the file that it makes."""

    path: str
    inputs: tuple[str, ...]
    """Files of the site, attachments, and what earlier computations made."""
    script: str
    """The body of an async function of `files`: the text, or the bytes, of each input by its name.

    It returns the file's text, its bytes, or a value that is written as JSON."""


class InvalidComputationError(ValueError):
    """The computation cannot be run; the message says why."""


def check_computation(computation: Computation, beside: int = 0) -> None:
    """
    Args:
        beside: the number of the site's other computations.

    Raises:
        InvalidComputationError
    """
    if not computation.script.strip():
        raise InvalidComputationError("its script is empty")
    if len(computation.script) > MAX_SCRIPT:
        raise InvalidComputationError(f"its script has more than {MAX_SCRIPT} characters")
    if len(computation.inputs) > MAX_INPUTS:
        raise InvalidComputationError(f"it has more than {MAX_INPUTS} inputs")
    if computation.path in computation.inputs:
        raise InvalidComputationError("it is one of its own inputs")
    if beside >= MAX_COMPUTATIONS:
        raise InvalidComputationError(f"there are {MAX_COMPUTATIONS} scripts already")


@dataclass(frozen=True)
class Computing:
    """The browser's task: these computations, one after the other."""

    candidate: str
    """The key of the stored inputs, under `visit.CANDIDATES`."""
    computations: tuple[Computation, ...]
    largest_bytes: int
    """The largest file that a script may make."""
    seconds: float
    """The time for all of it."""


@dataclass(frozen=True)
class Output:
    """The outcome of one computation: a content, or a fault of the script's."""

    content: Base64Bytes = b""
    fault: str = ""
    """In words for whoever wrote the script, with the line."""


@dataclass(frozen=True)
class Outputs:
    """The browser's account of a task."""

    outputs: tuple[Output, ...] = ()
    """Of the first computations, in their order."""
    problem: str = ""
    """The reason why the others have none, which is no fault of the scripts."""
    seconds: float = 0.0


@dataclass(frozen=True)
class ComputedFile:
    """A file of a published site that a script made."""

    path: str
    inputs: tuple[str, ...]
    bytes: int
    script: str = ""
    """Kept with the stored site, so that a later round can run it again; in no record."""
    digest: str = ""
    """Of the script and what it was run on: the same digest is the same file."""

    @property
    def computation(self) -> Computation:
        return Computation(self.path, self.inputs, self.script)
