"""The files that our code writes, never the model: the licence, .nojekyll and the attachments."""

from __future__ import annotations

from deployer.domain.site import Site
from deployer.generation.assignment import Assignment
from deployer.generation.judging.files_asked import correctable, unwanted_files

_MIT = """\
MIT License

Copyright (c) {year_and_holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def licence(holder: str, year: int | None) -> str:
    """The MIT licence."""
    return _MIT.format(year_and_holder=f"{year or ''} {holder or 'the authors'}".strip())


def with_own_files(site: Site, assignment: Assignment) -> Site:
    """`site` with our own files, and without those that the brief says not to commit.

    Attachments are there byte for byte, unless the brief wants them corrected. A licence that is
    already there stays: a revision does not change its holder or year.
    """
    own = {attachment.name: attachment.content for attachment in assignment.attachments}
    for name in correctable(assignment) & own.keys():
        own[name] = site.get(name, own[name])
    own[".nojekyll"] = b""
    current = assignment.current or Site()
    text = licence(assignment.licence_holder, assignment.licence_year)
    own["LICENSE"] = current.get("LICENSE", b"") or text.encode()
    missing = {} if "README.md" in site else {"README.md": readme(site, assignment).encode()}
    return site.with_files({**own, **missing}).without(*unwanted_files(assignment.brief))


def readme(site: Site, assignment: Assignment) -> str:
    """A README for a site whose model wrote none."""
    attachments = [attachment.name for attachment in assignment.attachments]
    files = "\n".join(f"- `{path}`" for path in sorted({*site, *attachments}))
    quoted = "\n".join(f"> {line}".rstrip() for line in assignment.brief.strip().split("\n"))
    return f"""\
# {assignment.task}

## Summary

A static web app, made for this brief:

{quoted}

## Setup

Clone the repository and serve its folder, for example with `python -m http.server`; there is no
build step.

## Usage

Open `index.html` through the server, or the published page.

## How the code works

{files}

## License

MIT, see `LICENSE`.
"""
