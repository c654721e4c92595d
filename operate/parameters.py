"""The template's parameters as settings of `.env`: the name there follows from the parameter's.

template.yaml is the one definition of a setting: name, default, form and meaning. Its
`ConstraintDescription` says in words what an `AllowedPattern` takes, to CloudFormation's users and
to those of `.env`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from operate.places import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT_ALONE = frozenset({"Stage", "TlsOnly", "EvaluationNetwork"})
"""The parameters that say where a stack runs: `make run` and `make deploy` give them."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of template.yaml. Values are text, as in `.env`; an empty one is none."""

    name: str
    default: str
    meaning: str
    allowed: tuple[str, ...]
    """The only values, in order; empty if others do."""
    pattern: str
    """A regular expression for the whole value; empty if any text will do."""
    pattern_takes: str
    is_number: bool
    lowest: int
    highest: int | None

    @property
    def env_name(self) -> str:
        """`WorkerConcurrency` is `WORKER_CONCURRENCY`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).upper()

    @property
    def takes(self) -> str:
        """The values in words; empty if any text will do."""
        if self.allowed:
            *others, last = self.allowed
            return f"{', '.join(others)} or {last}"
        if self.is_number:
            upper = "or more" if self.highest is None else f"to {self.highest}"
            return f"a whole number, {self.lowest} {upper}"
        return self.pattern_takes

    def accepts(self, value: str) -> bool:
        if self.allowed:
            return value in self.allowed
        if self.is_number:
            if not re.fullmatch(r"[0-9]{1,9}", value):
                return False
            return self.lowest <= int(value) and (
                self.highest is None or int(value) <= self.highest
            )
        return not self.pattern or re.fullmatch(self.pattern, value) is not None


@cache
def settings() -> dict[str, Parameter]:
    """The parameters that `.env` may set, by their names there."""
    found = yaml.BaseLoader(TEMPLATE.read_text()).get_single_data()["Parameters"]
    parameters = [_parameter(name, fields) for name, fields in found.items()]
    return {one.env_name: one for one in parameters if one.name not in LEFT_ALONE}


def given(values: Mapping[str, str]) -> dict[str, str]:
    """The parameters, by their names in the template, that `.env`'s `values` set."""
    return {one.name: values[name] for name, one in settings().items() if values.get(name)}


def _parameter(name: str, fields: Mapping[str, Any]) -> Parameter:
    highest = fields.get("MaxValue")
    return Parameter(
        name,
        default=fields["Default"],
        meaning=fields["Description"],
        allowed=tuple(value for value in fields.get("AllowedValues", ()) if value),
        pattern=fields.get("AllowedPattern", ""),
        pattern_takes=fields.get("ConstraintDescription", ""),
        is_number=fields["Type"] == "Number",
        lowest=int(fields.get("MinValue", 0)),
        highest=None if highest is None else int(highest),
    )
