"""Answers to a first round."""

from __future__ import annotations

import io
import json

from openpyxl import Workbook

from tests.corpus.cases import (
    GOOD,
    NOTHING_MORE,
    PAGE,
    README,
    SITE,
    Case,
    N,
    cut,
    done,
    file,
    refusal,
)
from tests.unit.generation.builders import attachment

FENCE = "```"


def spreadsheet() -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Sales"
    for row in (["product", "sales"], ["Tea, green", 12], ["Coffee", 7.5]):
        sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


CSV = 'product,sales\n"Tea, green",12\nCoffee,7.5\n'
BOOK = attachment("book.xlsx", spreadsheet())
DATA = attachment("data.csv", b"a,b\n1,2\n")

PAGE_WITH_ENTITIES = PAGE.replace("<h1>Colours</h1>", "<h1>Colours &lt;b&gt; &amp;amp;</h1>")
PAGE_WITH_MARKERS = PAGE.replace(
    "<h1>Colours</h1>",
    "<h1>Colours</h1>\n    <pre>\n<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n```\n</pre>",
)
README_WITH_FENCE = README.replace(
    "Serve the folder.", f"{FENCE}bash\npython -m http.server\n{FENCE}"
)
UNICODE = PAGE.replace("<h1>Colours</h1>", "<h1>Colours 🎨 ألوان 色 e\u0301\u2028x</h1>")
BARE_FENCE_README = f"{FENCE}\n{README}{FENCE}\n"

FIRST_ANSWER = file("index.html", PAGE) + file("README.md", README)


def listed(*paths: str) -> str:
    """A good answer with more files, which must not come through."""
    more = "".join(file(path, "planted\n") for path in paths)
    return FIRST_ANSWER + more + done(2 + len(paths))


BUILDS = (
    Case("clean", (GOOD,), SITE),
    Case("CRLF throughout", (GOOD.replace("\n", "\r\n"),), SITE),
    Case("a preamble", (f"Sure! Here is your site.\n\n{GOOD}",), SITE),
    Case("an epilogue", (f"{GOOD}\nLet me know if you want changes.",), SITE),
    Case("blocks after DONE are not part of the answer", (GOOD + file("x.html", "late"),), SITE),
    Case("a fence around the whole answer", (f"{FENCE}\n{GOOD}{FENCE}\n",), SITE),
    Case("a fence inside a file block",
         (file("index.html", f"{FENCE}html\n{PAGE}{FENCE}\n") + file("README.md", README) + done(2),), SITE),
    Case("a markdown fence around the README",
         (file("index.html", PAGE) + file("README.md", f"{FENCE}markdown\n{README}{FENCE}\n") + done(2),), SITE),
    Case("a README with a fence of its own",
         (file("index.html", PAGE) + file("README.md", README_WITH_FENCE) + done(2),),
         {"index.html": PAGE, "README.md": README_WITH_FENCE}),
    Case("a README that is one bare fence stays as it is",
         (file("index.html", PAGE) + file("README.md", BARE_FENCE_README) + done(2),),
         {"index.html": PAGE, "README.md": BARE_FENCE_README}),
    Case("longer marker lines", (GOOD.replace("=====", "========"),), SITE),
    Case("quoted paths", (GOOD.replace("path=index.html", 'path="index.html"'),), SITE),
    Case("indented markers", (GOOD.replace("=====FILE", "  =====FILE"),), SITE),
    Case("white space after markers", (GOOD.replace("=====\n", "=====  \n"),), SITE),
    Case("files= instead of blocks=", (GOOD.replace("blocks=", "files="),), SITE),
    Case("a file sent twice: the later one counts",
         (file("index.html", PAGE.replace("Colours", "Colors")) + GOOD,), SITE),
    # --- other forms
    Case("JSON with a list", (json.dumps({"files": [{"path": p, "content": t} for p, t in SITE.items()]}),), SITE),
    Case("JSON with an object in a fence", (f"{FENCE}json\n{json.dumps({'files': SITE})}\n{FENCE}",), SITE),
    Case("JSON cut short is not mended", (json.dumps({"files": SITE})[:-40], GOOD), SITE),
    Case("file tags", ("".join(f'<file path="{p}">\n{t}</file>\n' for p, t in SITE.items()),), SITE),
    Case("bolt tags",
         ("<boltArtifact>" + "".join(f'<boltAction type="file" filePath="{p}">\n{t}</boltAction>\n'
                                     for p, t in SITE.items()) + "</boltArtifact>",), SITE),
    Case("dyad tags", ("".join(f'<dyad-write path="{p}" description="x">\n{t}</dyad-write>\n'
                               for p, t in SITE.items()),), SITE),
    Case("a file tag that never ends", (f'<file path="index.html">\n{PAGE}', GOOD), SITE),
    Case("fences with the path in the info string",
         ("".join(f"{FENCE}html index.html\n{PAGE}{FENCE}\n" if p == "index.html"
                  else f"~~~md README.md\n{README}~~~\n" for p in SITE),), SITE),
    Case("fences with the path on the line before",
         (f"**index.html**\n{FENCE}html\n{PAGE}{FENCE}\n\n`README.md`\n{FENCE}markdown\n{README_WITH_FENCE}{FENCE}\n",),
         {"index.html": PAGE, "README.md": README_WITH_FENCE}),
    Case("one fence that is plainly the page; our code writes the README",
         (f"Here:\n{FENCE}html\n{PAGE}{FENCE}",), {"index.html": PAGE, "README.md": "*"}),
    Case("fences without names", (f"{FENCE}js\nlet x;\n{FENCE}\n{FENCE}html\n{PAGE}{FENCE}", GOOD), SITE),
    Case("a fence with another one left open inside", (f"{FENCE}html index.html\n{FENCE}js\nx\n{FENCE}", GOOD), SITE),
    # --- cut off
    Case("cut in the page", (cut(file("index.html", PAGE)[:300]), GOOD), SITE),
    Case("cut in the page, twice", (cut(GOOD[:300]), cut(GOOD[:400]), GOOD), SITE),
    Case("cut in the README: our code writes it",
         (cut((file("index.html", PAGE) + file("README.md", README))[:-60]),),
         {"index.html": PAGE, "README.md": "*"}),
    Case("cut between blocks", (cut(file("index.html", PAGE)), file("README.md", README) + done(1)), SITE),
    Case("cut by the provider though it parses", (cut(GOOD), NOTHING_MORE), SITE),
    Case("no DONE line", (FIRST_ANSWER, NOTHING_MORE), SITE),
    Case("DONE speaks of a block that did not come",
         (file("index.html", PAGE) + done(2), file("README.md", README) + done(1)), SITE),
    Case("DONE speaks of fewer blocks than came", (FIRST_ANSWER + done(1),), SITE),
    Case("a block that never ends before the next",
         (f"=====FILE {N} path=index.html=====\n{PAGE}{file('README.md', README)}{done(2)}",
          file("index.html", PAGE) + done(1)), SITE),
    Case("a block without a path", (f"=====FILE {N}=====\n{PAGE}=====END {N}=====\n{done(1)}", GOOD), SITE),
    Case("a marker that cannot be read",
         (f"====={N} FILE index.html=====\n{PAGE}=====END {N}=====\n{done(1)}", GOOD), SITE),
    # --- contents
    Case("no README", (file("index.html", PAGE) + done(1),), {"index.html": PAGE, "README.md": "*"}),
    Case("HTML entities stay", (file("index.html", PAGE_WITH_ENTITIES) + file("README.md", README) + done(2),),
         {"index.html": PAGE_WITH_ENTITIES, "README.md": README}),
    Case("edit markers and fences in a file stay",
         (file("index.html", PAGE_WITH_MARKERS) + file("README.md", README) + done(2),),
         {"index.html": PAGE_WITH_MARKERS, "README.md": README}),
    Case("unicode stays", (file("index.html", UNICODE) + file("README.md", README) + done(2),),
         {"index.html": UNICODE, "README.md": README}),
    Case("a made-up integrity hash is dropped",
         (GOOD.replace(
             "</head>", '  <link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/bootstrap@5.3.3/dist/css/'
             'bootstrap.min.css" integrity="sha384-AAAA" crossorigin="anonymous">\n</head>'),),
         {"index.html": PAGE.replace(
             "</head>", '  <link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/bootstrap@5.3.3/dist/css/'
             'bootstrap.min.css" crossorigin="anonymous">\n</head>'), "README.md": README}),
    # --- paths
    Case("a path that leaves the site", (listed("../planted.txt"),), SITE),
    Case("an absolute path", (listed("/etc/planted"),), SITE),
    Case("a Windows path", (listed("C:\\planted.txt"),), SITE),
    Case("a workflow", (listed(".github/workflows/planted.yml"),), SITE),
    Case("git's own files", (listed(".git/hooks/post-checkout", ".GitModules", ".gitattributes"),), SITE),
    Case("a domain of its own", (listed("CNAME"),), SITE),
    Case("another licence", (listed("LICENSE"),), SITE),
    Case("our ledger", (listed(".deployer/ledger.json"),), SITE),
    Case("a type that sites do not need", (listed("run.exe"),), SITE),
    Case("an attachment rewritten", (listed("data.csv"),), SITE, attachments=(DATA,)),
    Case("a folder where a file is", (listed("index.html/x.js", "Data.csv/x.js", "DATA.csv"),), SITE,
         attachments=(attachment("Data.csv", b"a\n"),)),
    Case("a file in other letters", (listed("Index.html", "readme.md", "data.csv"),), SITE,
         attachments=(attachment("Data.csv", b"a\n"),)),
    Case("a domain that the brief explains", (listed("CNAME"),), SITE,
         brief="Explain what a CNAME record is."),
    Case("half of a character", (GOOD.replace("red", "\ud83d"),),
         {"index.html": PAGE.replace("red", "\ufffd"), "README.md": README}),
    Case("half of a character in JSON", (json.dumps({"files": {"index.html": PAGE.replace("red", "\ud83d")}}),),
         {"index.html": PAGE.replace("red", "\ufffd"), "README.md": "*"}),
    Case("only a barred file", (file(".gitmodules", "x\n") + done(1), GOOD), SITE),
    Case("a spreadsheet converted by our code",
         (FIRST_ANSWER + f"=====CONVERT {N} from=book.xlsx sheet=Sales to=sales.csv=====\n" + done(3),),
         {**SITE, "sales.csv": CSV}, attachments=(BOOK,)),
    Case("a sheet that does not exist",
         (FIRST_ANSWER + f"=====CONVERT {N} from=book.xlsx sheet=Sheet1 to=sales.csv=====\n" + done(3),
          f"=====CONVERT {N} from=book.xlsx sheet=Sales to=sales.csv=====\n" + done(1)),
         {**SITE, "sales.csv": CSV}, attachments=(BOOK,)),
    # --- nothing usable
    Case("empty", ("", GOOD), SITE),
    Case("only prose", ("I would be happy to help! What colours do you like?", GOOD), SITE),
    Case("another nonce", (GOOD.replace(N, "deadbeef"), GOOD), SITE),
    Case("an empty page", (file("index.html", "\n") + done(1), GOOD), SITE),
    Case("prose for ever", ("no", "no"), None),
    Case("a refusal", (refusal(),), None),
    Case("one megabyte", (file("index.html", PAGE.replace("red", "x" * 1_000_000)) + done(1),), None),
)  # fmt: skip
