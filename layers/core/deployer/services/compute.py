"""Compute files of a candidate: each script on a blank page in a browser of its own."""

from __future__ import annotations

from collections.abc import Callable

from deployer.domain.computed import Computation, Computing, Output, Outputs
from deployer.domain.page import Engine, PageLostError
from deployer.domain.site import Site
from deployer.domain.visit import NOWHERE

SCRIPT_SECONDS = 8.0
"""Of one script: data of a few megabytes takes a second."""
RESERVE_SECONDS = 1.0
"""Left for the answer to be sent."""
_NOTHING = Site()


def compute(
    wanted: Computing, inputs: Site, *, engine: Engine, clock: Callable[[], float]
) -> Outputs:
    """Run the computations in their order; each finds what those before it made among its inputs.

    Nothing that a script does raises.

    Raises:
        NoBrowserError: the browser does not start.
    """
    begin = clock()
    files, outputs, problem = dict(inputs), list[Output](), ""
    for one in wanted.computations:
        left = begin + wanted.seconds - RESERVE_SECONDS - clock()
        if left <= 0:
            problem = "the time for it was over"
            break
        try:
            output = _output(one, files, wanted.largest_bytes, engine, min(SCRIPT_SECONDS, left))
        except PageLostError as exc:
            problem = str(exc)
            break
        outputs.append(output)
        if output.fault:
            files.pop(one.path, None)  # an older one is not what the next script is to read
        else:
            files[one.path] = output.content
    return Outputs(tuple(outputs), problem, round(clock() - begin, 3))


def _output(
    computation: Computation,
    files: dict[str, bytes],
    largest: int,
    engine: Engine,
    seconds: float,
) -> Output:
    """
    Raises:
        PageLostError: the browser ended twice, by no fault of the script.
    """
    missing = [name for name in computation.inputs if name not in files]
    if missing:
        return Output(fault=f"there is no {', '.join(missing)}")
    named = {name: files[name] for name in computation.inputs}
    for last in (False, True):  # the browser itself crashes now and then
        try:
            with engine.open(_NOTHING, NOWHERE.allows, graphics=False) as opened:
                return opened.page.compute(
                    computation.script, named, largest=largest, seconds=seconds
                )
        except PageLostError as exc:
            if exc.by_page:
                return Output(fault=str(exc))
            if last:
                raise
    raise AssertionError("the loop returns or raises")
