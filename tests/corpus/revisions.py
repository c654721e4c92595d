"""Answers to a second round: edits, and what becomes of edits that do not fit."""

from __future__ import annotations

from tests.corpus.cases import (
    NOTHING_MORE,
    PAGE,
    README,
    Case,
    N,
    cut,
    done,
    edit,
    file,
)
from tests.unit.generation.builders import attachment

H1, TITLE = "    <h1>Colours</h1>", "<title>Colours</title>"
NEW_H1 = "    <h1>All colours</h1>"
CHANGED = PAGE.replace(H1, NEW_H1)
NEW_README = README.replace("one colour after the other", "all colours")
README_EDIT = edit("README.md", ("one colour after the other", "all colours"))
RESULT = {"index.html": CHANGED, "README.md": NEW_README}
UNCHANGED_PAGE = {"index.html": PAGE, "README.md": NEW_README}

BOTH = CHANGED.replace(TITLE, "<title>All colours</title>")
ARRAY = '    const colours = ["red", "green", "blue"];'
FUNCTION = "    function showNext() {\n      shown = (shown + 1) % colours.length;"
QUOTED = PAGE.replace("<h1>Colours</h1>", "<h1>Anna’s colours – all</h1>\n    <p>“Kept”</p>")
SPACED = PAGE.replace("<h1>Colours</h1>", "<h1>Ten\u00a0colours</h1>")
TWICE = PAGE.replace(
    "    <p id", '    <p class="x">same</p>\n    <hr>\n    <p class="x">same</p>\n    <p id'
)
TABBED = PAGE.replace("    <h1>", "\t\t<h1>")
CRLF = PAGE.replace("\n", "\r\n")


def only(page_edit: str, blocks: int = 2) -> str:
    return page_edit + README_EDIT + done(blocks)


def again(page_edit: str) -> str:
    """The answer to a request for what failed."""
    return page_edit + done(1)


GOOD_EDIT = edit("index.html", (H1, NEW_H1))
MISSING = edit("index.html", ("    <h1>Colors</h1>", NEW_H1))

REVISIONS = (
    Case("one edit", (only(GOOD_EDIT),), RESULT),
    Case("two edits in one block", (only(edit("index.html", (H1, NEW_H1), (TITLE, "<title>All colours</title>"))),),
         {**RESULT, "index.html": BOTH}),
    Case("an edit that builds on the one before",
         (only(edit("index.html", (H1, "    <h1>Some colours</h1>"), ("    <h1>Some colours</h1>", NEW_H1))),), RESULT),
    Case("two blocks for one file", (only(GOOD_EDIT + edit("index.html", (TITLE, "<title>All colours</title>")), 3),),
         {**RESULT, "index.html": BOTH}),
    Case("CRLF in the answer", (only(GOOD_EDIT).replace("\n", "\r\n"),), RESULT),
    Case("part of a line", (only(edit("index.html", ("<h1>Colours<", "<h1>All colours<"))),), RESULT),
    Case("part of a line that occurs twice",
         (only(edit("index.html", ("Colours", "All colours"))), again(GOOD_EDIT)), RESULT),
    Case("white space at the end of lines", (only(edit("index.html", (f"{H1}  ", NEW_H1))),), RESULT),
    Case("another indentation", (only(edit("index.html", ("<h1>Colours</h1>\n<p id=\"colour\">red</p>",
                                                          "<h1>All colours</h1>\n<p id=\"colour\">red</p>"))),), RESULT),
    Case("tabs for spaces", (only(edit("index.html", (H1, NEW_H1))),),
         {**RESULT, "index.html": TABBED.replace("<h1>Colours", "<h1>All colours")}, page=TABBED),
    Case("plain quotes for typographic ones",
         (only(edit("index.html", ("    <h1>Anna's colours - all</h1>\n    <p>\"Kept\"</p>",
                                   "    <h1>All colours</h1>\n    <p>\"Kept\"</p>"))),),
         {**RESULT, "index.html": QUOTED.replace("Anna’s colours – all", "All colours")}, page=QUOTED),
    Case("a space for a no-break space", (only(edit("index.html", ("    <h1>Ten colours</h1>", NEW_H1))),),
         RESULT, page=SPACED),
    Case("a page with CRLF keeps it",
         (only(edit("index.html", (H1, NEW_H1))),), {**RESULT, "index.html": CHANGED.replace("\n", "\r\n")}, page=CRLF),
    Case("lines taken out", (only(edit("index.html", (H1, ""))),),
         {**RESULT, "index.html": PAGE.replace(f"{H1}\n", "")}, brief="Remove the h1."),
    Case("fences around the pairs",
         (only(GOOD_EDIT.replace("<<<<<<< SEARCH", "```html\n<<<<<<< SEARCH").replace(
             ">>>>>>> REPLACE", ">>>>>>> REPLACE\n```")),), RESULT),
    Case("no space in the markers", (only(GOOD_EDIT.replace("<<<<<<< SEARCH", "<<<<<<<SEARCH")),),
         RESULT),
    Case("already there", (only(edit("index.html", ("    <h1>Gone</h1>", H1), (H1, NEW_H1))),), RESULT),
    Case("replaced by itself", (only(edit("index.html", (H1, H1), (H1, NEW_H1))),), RESULT),
    # --- edits that do not fit
    Case("not in the file, then right", (only(MISSING), again(GOOD_EDIT)), RESULT),
    Case("twice in the file, then right",
         (only(edit("index.html", ('    <p class="x">same</p>', '    <p class="x">other</p>'))),
          again(edit("index.html", ('    <hr>\n    <p class="x">same</p>', '    <hr>\n    <p class="x">other</p>')))),
         {**RESULT, "index.html": TWICE.replace('<hr>\n    <p class="x">same', '<hr>\n    <p class="x">other')},
         page=TWICE),
    Case("twice in the file when white space is ignored",
         (only(edit("index.html", ('<p class="x">same</p>\n', "<p>other</p>"))), again(GOOD_EDIT)),
         {**RESULT, "index.html": TWICE.replace(H1, NEW_H1)}, page=TWICE),
    Case("not in the file twice, then whole",
         (only(MISSING), again(MISSING), file("index.html", CHANGED) + done(1)), RESULT),
    Case("never in the file: the page stays as it was",
         (only(MISSING), again(MISSING), again(MISSING)), UNCHANGED_PAGE),
    Case("one fits and one does not: only that one is asked for",
         (only(edit("index.html", (TITLE, "<title>All colours</title>"), ("    <h1>Colors</h1>", NEW_H1))),
          again(GOOD_EDIT)), {**RESULT, "index.html": BOTH}),
    Case("one fits and one never does: neither is published",
         (only(edit("index.html", (TITLE, "<title>All colours</title>"), ("    <h1>Colors</h1>", NEW_H1))),
          again(MISSING), again(MISSING)), UNCHANGED_PAGE),
    Case("two failed and one comes back: the other is not forgotten",
         (only(edit("index.html", ("    <h1>Colors</h1>", NEW_H1), ("<title>X</title>", "<title>All colours</title>"))),
          again(GOOD_EDIT), file("index.html", BOTH) + done(1)), {**RESULT, "index.html": BOTH}),
    Case("an empty search", (only(edit("index.html", ("", NEW_H1))), again(GOOD_EDIT)), RESULT),
    Case("the beginning of a line that the file continues",
         (only(edit("index.html", (FUNCTION + "\n      }", "x"))), again(GOOD_EDIT)), RESULT),
    Case("similar is not the same",
         (only(edit("index.html", (ARRAY.replace("blue", "navy"), ARRAY.replace("blue", "black")))), again(GOOD_EDIT)), RESULT),
    Case("no divider", (only(GOOD_EDIT.replace("=======\n", "")), again(GOOD_EDIT)), RESULT),
    Case("two dividers", (only(GOOD_EDIT.replace("=======\n", "=======\n=======\n", 1)), again(GOOD_EDIT)), RESULT),
    Case("no REPLACE line", (only(GOOD_EDIT.replace(">>>>>>> REPLACE\n", "")), again(GOOD_EDIT)), RESULT),
    Case("prose between the pairs", (only(GOOD_EDIT.replace("<<<<<<< SEARCH", "Now the title:\n<<<<<<< SEARCH")),
                                     again(GOOD_EDIT)), RESULT),
    Case("a file that is not there, then whole",
         (GOOD_EDIT + README_EDIT + edit("extra.css", ("a", "b")) + done(3),
          file("extra.css", "h1 { margin: 0; }\n") + done(1)), {**RESULT, "extra.css": "h1 { margin: 0; }\n"}),
    Case("an attachment", (GOOD_EDIT + README_EDIT + edit("data.csv", ("1", "2")) + done(3),),
         RESULT, attachments=(attachment("data.csv", b"a,b\n1,2\n"),)),
    Case("the licence", (GOOD_EDIT + README_EDIT + edit("LICENSE", ("MIT", "None")) + done(3),), RESULT),
    # --- whole files
    Case("a rewrite that keeps everything", (only(file("index.html", CHANGED)),), RESULT),
    Case("a rewrite that drops an id, then edits",
         (only(file("index.html", CHANGED.replace('id="colour"', 'id="color"'))), again(GOOD_EDIT)), RESULT),
    Case("a rewrite that drops an id, for ever",
         tuple([only(file("index.html", CHANGED.replace('id="colour"', 'id="color"')))] * 3), UNCHANGED_PAGE),
    Case("a rewrite that the brief asks for",
         (only(file("index.html", CHANGED.replace('id="next"', 'id="forward"').replace("#next", "#forward"))),),
         {**RESULT, "index.html": CHANGED.replace('id="next"', 'id="forward"').replace("#next", "#forward")},
         brief="Show all colours. Rename #next to #forward."),
    Case("a rewrite that leaves code out, then edits",
         (only(file("index.html", CHANGED.replace(FUNCTION, "    // ... existing code unchanged"))), again(GOOD_EDIT)),
         RESULT),
    Case("a rewrite that is much shorter, then edits",
         (only(file("index.html", '<html><h1>All colours</h1><p id="colour"></p><button id="next"></button>\n')),
          again(GOOD_EDIT)), RESULT),
    Case("a new file", (GOOD_EDIT + README_EDIT + file("about.html", PAGE) + done(3),), {**RESULT, "about.html": PAGE}),
    # --- cut off
    Case("cut in an edit", (cut(README_EDIT + GOOD_EDIT[:70]), again(GOOD_EDIT)), RESULT),
    Case("cut after the first block", (cut(GOOD_EDIT), README_EDIT + done(1)), RESULT),
    Case("no DONE line", (GOOD_EDIT + README_EDIT, NOTHING_MORE), RESULT),
    Case("the markers with another nonce", (only(GOOD_EDIT).replace(N, "deadbeef"), only(GOOD_EDIT)), RESULT),
)  # fmt: skip
