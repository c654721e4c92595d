"""The stand-in's answer: its site, as whole files or as edits of the files that it was shown."""

from __future__ import annotations

from deployer.generation.answers.grammar import Block, EditBlock, FileBlock, render_blocks
from local.model.differences import edits_between
from local.model.reading import Request
from local.model.scripts import scripts_for
from local.model.site import written_for
from local.model.steps import steps_for

LARGEST_EDIT = 0.6
"""Of a file: beyond this share the whole file is the shorter answer."""


def answer(request: Request) -> str:
    return render_blocks(blocks_for(request), request.nonce)


def blocks_for(request: Request) -> list[Block]:
    files = blocks_of(written_for(request), request)
    if request.wanted:
        return [*files, *(one for one in scripts_for(request) if one.path in request.wanted)]
    return [*files, *scripts_for(request), *steps_for(request)]


def blocks_of(site: dict[str, str], request: Request) -> list[Block]:
    """Files that are new or asked for whole, and edits of the others."""
    return [
        block for path, text in site.items() if (block := _block(path, text, request)) is not None
    ]


def _block(path: str, text: str, request: Request) -> Block | None:
    shown = request.files.get(path)
    if request.wanted:
        return FileBlock(path, text) if path in request.wanted else None
    if shown is None:
        return FileBlock(path, text)
    if shown == text:
        return None
    edits = edits_between(shown, text)
    size = sum(len(edit.search) + len(edit.replace) for edit in edits)
    return FileBlock(path, text) if size > LARGEST_EDIT * len(text) else EditBlock(path, edits)
