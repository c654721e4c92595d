"""The SAM CLI: its call, and the options that `.env` leads to."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from deployer.domain.providers import PROVIDERS
from operate.errors import CommandError
from operate.places import CHECKOUT, SAM

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path


def leave_out_other_providers(providers: Collection[str]) -> list[str]:
    """Options that keep `sam build` from installing the SDKs of providers that are not chosen."""
    return [
        option
        for provider in PROVIDERS
        if provider not in providers
        for option in ("--exclude", f"{provider.capitalize()}Layer")
    ]


def overrides(parameters: Mapping[str, str]) -> list[str]:
    """The values of `--parameter-overrides`."""
    return [
        f"ParameterKey={name},ParameterValue={_quoted(value)}" for name, value in parameters.items()
    ]


def sam(
    arguments: list[str],
    environment: Mapping[str, str],
    log: Path,
    inherited: tuple[int, ...] = (),
) -> None:
    """
    Raises:
        CommandError: it failed; its last words are in the message.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        began = output.tell()
        finished = subprocess.run(
            [str(SAM), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=CHECKOUT,
            pass_fds=inherited,
            check=False,
        )
    if finished.returncode:
        said = log.read_bytes()[began:].decode(errors="replace").strip().splitlines()
        last = next((line for line in reversed(said) if "rror" in line), said[-1] if said else "")
        raise CommandError(f"sam {arguments[0]} failed: {last.strip()} (all of it: {log})")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
