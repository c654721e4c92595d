"""The parts of a request: stable ones first, each untrusted item in a block of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deployer.domain.computed import Computation
from deployer.domain.hidden_text import without_hidden
from deployer.domain.request import Check, check_text
from deployer.generation.answers.grammar import computed_from


def data_block(nonce: str, name: str, text: str) -> str:
    """The block of an untrusted item, which cannot end it, whatever it says."""
    return f"=====DATA {nonce} {name}=====\n{_shown(text)}\n=====END {nonce}====="


def _shown(text: str) -> str:
    return without_hidden(text.replace("\r\n", "\n"))


def numbered(checks: Iterable[Check]) -> str:
    return "\n".join(f"{n}. {check_text(check)}" for n, check in enumerate(checks, 1))


def task_part(
    nonce: str,
    *,
    brief: str,
    checks: tuple[Check, ...],
    earlier_checks: tuple[Check, ...] = (),
    attachments: Mapping[str, str],
    named_data: Mapping[str, str] | None = None,
    hints: tuple[str, ...] = (),
    contract: tuple[str, ...] = (),
    hosts: tuple[str, ...] = (),
) -> str:
    """The task: the same text in every request of a deployment, so that it is cached."""
    parts = [data_block(nonce, "brief", brief)]
    if checks:
        parts.append(data_block(nonce, "checks", numbered(checks)))
    if earlier_checks:
        parts.append(
            "These checks of earlier rounds must stay true unless the brief says otherwise:"
        )
        parts.append(data_block(nonce, "earlier-checks", numbered(earlier_checks)))
    parts += [
        data_block(nonce, f"attachment {name}", digest) for name, digest in attachments.items()
    ]
    if named_data:
        parts.append("What was found at addresses of data that the brief or a check names:")
        parts += [data_block(nonce, f"data at {url}", found) for url, found in named_data.items()]
    if hints:
        parts.append("What follows from the checks:")
        parts.append(data_block(nonce, "hints", "\n".join(f"- {hint}" for hint in hints)))
    if hosts:
        parts.append("Besides its libraries' hosts, the page can reach these:")
        parts.append(data_block(nonce, "hosts", " ".join(hosts)))
    if contract:
        parts.append(
            "What the page has, and must still have afterwards unless the brief removes it:"
        )
        parts.append(data_block(nonce, "contract", "\n".join(contract)))
    return "\n\n".join(parts)


def files_part(nonce: str, files: Mapping[str, str]) -> str:
    """The files as they stand."""
    return "\n\n".join(
        f"=====DATA {nonce} file path={path}=====\n{text}\n=====END {nonce}====="
        for path, text in files.items()
    )


def scripts_part(nonce: str, computations: Iterable[Computation]) -> str:
    """The scripts that make files of the site."""
    blocks = (
        data_block(nonce, f"compute {computed_from(one.path, one.inputs)}", one.script)
        for one in computations
    )
    said = "Scripts that make files of the site; to change one, send its COMPUTE block again:"
    return "\n\n".join([said, *blocks])


def ending(nonce: str, request: str) -> str:
    """The trusted end of every request: what to do now, and the nonce."""
    return (
        f"{request}\nAnswer with blocks only, in the format you were given; NONCE is {nonce}. "
        f"The last line is =====DONE {nonce} blocks=<number>====="
    )
