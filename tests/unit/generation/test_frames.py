"""Frames on files that have no policy: a script that reaches into one is seen, other frames are left."""

from __future__ import annotations

import pytest

from tests.hostile.sites import code, page
from tests.unit.generation.builders import PAGE
from tests.unit.generation.test_gates import problems

TEXT = '<iframe src="./x.txt" name="q" id="f" title="x"></iframe>'


def site(markup: str, text: str = "", **files: str) -> dict[str, str]:
    whole = code(text)["index.html"].replace("</main>", f"{markup}</main>")
    others = {name.replace("_", "."): content for name, content in files.items()}
    return {"index.html": whole, "x.txt": "x", **others}


REACHING = {
    "its document": site(TEXT, "f.onload = () => f.contentDocument.body.append(new Image());"),
    "its document by another name": site(TEXT, "const { contentDocument: d } = f; d.write('x');"),
    "its document in pieces": site(TEXT, 'f["content" + "Document"].write("x");'),
    "its window's document": site(TEXT, "f.contentWindow.document.write('x');"),
    "the first window": site(TEXT, "self[0].fetch('./y');"),
    "any window": site(TEXT, "for (let i = 0; i < length; i++) run(window[i]);"),
    "the window's name": site(TEXT, "q.fetch('./y');"),
    "code for a frame": site(TEXT, 'f.src = "javascript:1";'),
    "code for its window": site(TEXT, 'f.contentWindow.location = "javascript:1";'),
    "code for its name": site(TEXT, 'open("javascript:1", "q");'),
    "a link with code": site(f'{TEXT}<a target="q" href=" javascript:1">x</a>'),
    "another file's code": site(
        f'{TEXT}<script src="app.js"></script>', app_js="const d = f.contentDocument;"
    ),
    "a picture": site('<iframe src="a.png" id="f"></iframe>', "f.contentDocument.write('x');"),
    "no file at all": site('<iframe src="no" id="f"></iframe>', "f.contentDocument.write('x');"),
    "a frame that a script makes": site(
        "", 'const f = document.createElement("iframe"); f.src = "x.txt"; f.contentDocument.write("x");'
    ),
    "a frame by its attribute": site(
        '<iframe id="f"></iframe>', 'f.setAttribute("src", name); f.contentDocument.write("x");'
    ),
    "a frame of a function": site(
        '<iframe id="f"></iframe>',
        'function load(frame) { frame.src = "./x.txt"; frame.contentDocument.write("x"); } load(f);',
    ),
    "a window": site("", 'const w = open("./x.txt"); w.document.write("x");'),
    "a sandbox that holds nothing": site(
        TEXT.replace("id=", 'sandbox="allow-scripts allow-same-origin" id='), "f.contentDocument;"
    ),
}  # fmt: skip


@pytest.mark.parametrize("files", REACHING.values(), ids=REACHING)
def test_a_script_that_reaches_into_it_is_seen(files: dict[str, str]) -> None:
    assert any("has no policy" in problem for problem in problems(files))


LEFT = {
    "a text that is only shown": site(TEXT),
    "a text in a sandbox": site(TEXT.replace("id=", "sandbox id="), "f.contentDocument;"),
    "a PDF to print": site('<iframe src="x.pdf" id="f"></iframe>', "f.contentWindow.print();"),
    "a frame as high as its page": {"b.html": PAGE, **site(
        '<iframe src="./b.html" id="f"></iframe>',
        "f.onload = () => { f.style.height = `${f.contentWindow.document.body.scrollHeight}px`; };",
    )},
    "pages by their names": site(
        '<iframe id="f"></iframe>', "f.src = `./pages/${shown}.html`; f.contentDocument.title;"
    ),
    "a playground": site(
        '<iframe id="f"></iframe>', "f.srcdoc = shown; f.contentDocument.write('x');"
    ),
    "a preview from a blob": site(
        '<iframe id="f"></iframe>',
        'f.src = URL.createObjectURL(new Blob(["x"])); f.contentWindow.document.title;',
    ),
    "pictures beside a preview": site(
        '<img id="p" alt=""><iframe id="f"></iframe>',
        "p.src = `./images/${shown}.png`; f.contentDocument.write('x');",
    ),
    "a player": site(
        '<iframe id="f"></iframe>',
        "f.src = `https://www.youtube.com/embed/${shown}`; f.contentWindow.postMessage('x', '*'); "
        "onmessage = (e) => e.source === f.contentWindow;",
    ),
    "a window to print": site("", "const w = open(''); w.document.write('x'); w.print();"),
    "frames of an animation": site(TEXT, "let frame = 0; requestAnimationFrame(() => frame++);"),
    "a page": page('<iframe src="./index.html" title="x"></iframe>'),
}  # fmt: skip


@pytest.mark.parametrize("files", LEFT.values(), ids=LEFT)
def test_other_frames_are_left_alone(files: dict[str, str]) -> None:
    assert problems(files) == []
