"""The progress of a command: one line a step, with the seconds since it began."""

import time


class Progress:
    """Call it with a line to print."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """The seconds since the command began."""
        return time.monotonic() - self._began

    def __call__(self, line: str) -> None:
        print(f"{self.seconds:6.1f} s  {line}", flush=True)
