"""Answers with something around them or in other forms, as issue trackers report them."""

from __future__ import annotations

import json

from tests.corpus.cases import (
    GOOD,
    PAGE,
    README,
    SITE,
    Case,
    N,
    cut,
    done,
    edit,
    file,
    stopped,
)

FENCE = "```"
SCRIPT = "export const colours = [];\n"
STYLE = "h1 { color: teal; }\n"
DATA = '{"colours": ["red"]}\n'
WITH_STYLE = {**SITE, "style.css": STYLE}
PAGE_ALONE = {"index.html": PAGE, "README.md": "*"}
ENTITIES = PAGE.replace("<", "&lt;").replace(">", "&gt;")


def site(page: str = PAGE, **others: str) -> str:
    more = {path.replace("_", "."): text for path, text in others.items()}
    files = {"index.html": page, "README.md": README, **more}
    return "".join(file(path, text) for path, text in files.items()) + done(len(files))


def fenced(
    text: str, info: str = "html", before: str = "Here is the file:", after: str = "Enjoy!"
) -> str:
    return f"{before}\n\n{FENCE}{info}\n{text}{FENCE}\n\n{after}\n"


def at(folder: str, *, readme: str = "README.md") -> str:
    """The site with all but the README in a folder."""
    return (
        file(f"{folder}index.html", PAGE)
        + file(f"{folder}style.css", STYLE)
        + file(readme, README)
        + done(3)
    )


AROUND = (
    # moltis-org/moltis#720, thinking-machines-lab/tinker-cookbook#339: control tokens of the template
    *(Case(f"{token} at the end", (GOOD.rstrip() + token,), SITE)
      for token in ("<|im_end|>", "<|eot_id|>", "<|endoftext|>", "</s>", "<|eom|>", "<end_of_turn>",
                    "<\uff5cend\u2581of\u2581sentence\uff5c>", "<|return|>")),
    Case("control tokens before the first marker", (f"<|im_start|>assistant\n<s>{GOOD}",), SITE),
    Case("the next turn made up by the model",
         (f"{GOOD.rstrip()}<|im_end|>\n<|im_start|>user\nMake it blue.<|im_end|>\n<|im_start|>assistant\n"
          + file("index.html", PAGE.replace("red", "blue")),), SITE),
    Case("a byte order mark", (f"\ufeff{GOOD}",), SITE),
    Case("bold markers", (GOOD.replace("path=index.html=====", "path=index.html=====**").replace("=====FILE", "**=====FILE"),),
         SITE),
    Case("markers as code", (GOOD.replace(f"=====DONE {N} blocks=2=====", f"`=====DONE {N} blocks=2=====`"),), SITE),
    Case("markers as quotes", (GOOD.replace("=====END", "> =====END"),), SITE),
    Case("END on the last line of the file", (GOOD.replace(f"</html>\n=====END {N}", f"</html>=====END {N}"),), SITE),
    Case("the file's first line behind its marker",
         (GOOD.replace("path=index.html=====\n<!doctype", "path=index.html=====<!doctype"),), SITE),
    Case("END FILE", (GOOD.replace("=====END", "=====END FILE"),), SITE),
    Case("small letters", (GOOD.replace("=====FILE", "=====file").replace("=====END", "=====end"),), SITE),
    Case("no equal signs behind the path", (GOOD.replace("path=index.html=====", "path=index.html"),), SITE),
    # a DONE line that is cut or half written: all blocks were sent
    *(Case(f"DONE cut to {end!r}", (GOOD.replace(f"=====DONE {N} blocks=2=====\n", end),), SITE)
      for end in (f"=====DONE {N} blocks=2", f"=====DONE {N} bl", f"=====DONE {N}", f"===== DONE {N} =====")),
    Case("DONE cut before the code", (GOOD.replace(f"=====DONE {N} blocks=2=====\n", "=====DO"), done(0)), SITE),
    # stop reasons of services: openai/openai-dotnet#267, vercel/modelfusion#343, openai/openai-openapi#20
    *(Case(f"it stopped with {word!r}", (stopped(GOOD, word),), SITE)
      for word in ("eos", "end_turn", "", "STOP", "stop_sequence", "tool_calls", "network_error", "error", "OTHER")),
    Case("it stopped with a new word and without DONE", (stopped(GOOD.partition("=====DONE")[0], "eos"), done(0)), SITE),
)  # fmt: skip

WRAPPED = (
    # simonw/llm, stackblitz-labs/bolt.diy#1797, nesquena/hermes-webui: talk in the file
    Case("talk and a fence around the page", (site(fenced(PAGE)),), SITE),
    Case("talk with tags, and a fence around the page", (site(fenced(PAGE, after="It has a <button> and an <h1>.")),), SITE),
    Case("talk before the page, without a fence", (site(f"Here is the page:\n\n{PAGE}"),), SITE),
    Case("talk behind the page, without a fence", (site(f"{PAGE}\nThis page shows colours.\n"),), SITE),
    Case("only the end of a fence", (site(f"{PAGE}{FENCE}\n"),), SITE),
    Case("only the beginning of a fence", (site(f"{FENCE}html\n{PAGE}"),), SITE),
    Case("a comment before and behind the page stays", (site(f"<!-- a -->\n{PAGE}<!-- b -->\n"),),
         {**SITE, "index.html": f"<!-- a -->\n{PAGE}<!-- b -->\n"}),
    Case("talk and a fence around a style sheet", (site(style_css=fenced(STYLE, "css")),), WITH_STYLE),
    Case("talk and a fence around a script", (site(app_js=fenced(SCRIPT, "javascript")),), {**SITE, "app.js": SCRIPT}),
    Case("talk and a fence around JSON", (site(colours_json=fenced(DATA, "json")),), {**SITE, "colours.json": DATA}),
    Case("the end of a fence behind JSON", (site(colours_json=f"{DATA}{FENCE}\n"),), {**SITE, "colours.json": DATA}),
    Case("a README that speaks of a fence stays", (file("index.html", PAGE) + file("README.md", fenced(README)) + done(2),),
         {"index.html": PAGE, "README.md": fenced(README)}),
    Case("a script with a fence in its text stays", (site(app_js=f"/*\n{FENCE}js\nx\n{FENCE}\n*/\nlet x;\n"),),
         {**SITE, "app.js": f"/*\n{FENCE}js\nx\n{FENCE}\n*/\nlet x;\n"}),
    # no page at all: nesquena/hermes-webui#1987, opendatalab/MinerU-HTML#28
    Case("an escaped page", (site(ENTITIES), GOOD), SITE),
    Case("an escaped page for ever", (site(ENTITIES),) * 3, None),
    Case("an empty page with a head", (site("<!doctype html>\n<html><head><title>x</title></head>\n<body></body>\n</html>\n"),
                                       GOOD), SITE),
    Case("a page of dots", (site("<html>...</html>\n"), GOOD), SITE),
    Case("prose instead of the page", (site("I have made the page that you asked for.\n"), GOOD), SITE),
    Case("Markdown instead of the page", (site("# Colours\n\nShows *one* colour.\n"), GOOD), SITE),
    Case("a page as a text of JSON", (site(json.dumps(PAGE)[1:-1]), GOOD), SITE),
    Case("talk with tags before the page", (site(f"It has a <button>:\n{PAGE}"), GOOD), SITE),
    Case("a bad page and then a good one in one answer", (file("index.html", "<html>...</html>\n") + GOOD,), SITE),
    Case("a style sheet with a fence that cannot be told from it",
         (site(style_css=f"{FENCE}css\n{STYLE}{FENCE}\nand\n{FENCE}css\np {{}}\n{FENCE}\n"),
          file("style.css", STYLE) + done(1)), WITH_STYLE),
)  # fmt: skip

PATHS = (
    # dot and slash: bolt.diy writes below /home/project, others below ./
    Case("./ before the paths", (GOOD.replace("path=", "path=./"),), SITE),
    Case("/ before the paths", (GOOD.replace("path=", "path=/"),), SITE),
    Case(".\\ before the paths", (GOOD.replace("path=", "path=.\\"),), SITE),
    Case("././/", (GOOD.replace("path=", "path=././/"),), SITE),
    *(Case(f"{folder} around everything", (at(folder),), WITH_STYLE)
      for folder in ("public/", "dist/", "./build/", "/docs/", "site/", "my-app/")),
    Case("a folder around the README too", (at("colours-app/", readme="colours-app/README.md"),), WITH_STYLE),
    Case("a folder around only a part", (site() + "", ), SITE),
    Case("a folder that is part of the site",
         (file("index.html", PAGE) + file("assets/style.css", STYLE) + done(2),),
         {"index.html": PAGE, "README.md": "*", "assets/style.css": STYLE}),
    Case("a start page in a folder beside other folders",
         (file("public/index.html", PAGE) + file("src/style.css", STYLE) + done(2), GOOD),
         {**SITE, "public/index.html": PAGE, "src/style.css": STYLE}),
    Case("a folder that the brief names", (file("docs/index.html", PAGE) + done(1), GOOD),
         {**SITE, "docs/index.html": PAGE}, brief="Put the manual into docs/index.html."),
    Case("a path that climbs", (GOOD.replace("path=index", "path=../index"), GOOD), SITE),
    Case("a workflow that nobody allowed",
         (site() .replace(done(2), "") + file(".github/workflows/ci.yml", "on: push\n") + done(3),), SITE,
         brief="Add .github/workflows/ci.yml."),
)  # fmt: skip

FOREIGN = (
    # ways of coding tools: cline, lovable, OpenAI's tool calls, Vercel's, and JSON modes
    Case("JSON between sentences", (f"Here you are:\n{json.dumps({'files': SITE})}\nBye.",), SITE),
    Case("JSON with the paths as keys", (json.dumps(SITE),), SITE),
    Case("a list of files", (json.dumps([{"filename": p, "code": t} for p, t in SITE.items()]),), SITE),
    Case("JSON in one more layer", (json.dumps({"result": {"files": [{"file": p, "contents": t} for p, t in SITE.items()]}}),),
         SITE),
    Case("tool calls written out",
         (json.dumps([{"name": "write_file", "arguments": {"path": p, "content": t}} for p, t in SITE.items()]),), SITE),
    Case("JSON without a file's text", (json.dumps({"files": [{"path": "index.html"}]}), GOOD), SITE),
    Case("our blocks as one text in JSON", (json.dumps({"answer": GOOD}),), SITE),
    Case("our blocks as a text in quotes", (json.dumps(GOOD),), SITE),
    Case("our blocks in JSON in a fence", (f"{FENCE}json\n{json.dumps({'content': GOOD, 'note': 'ok'})}\n{FENCE}\n",), SITE),
    Case("nested tags", ("".join(f"<write_to_file>\n<path>{p}</path>\n<content>\n{t}</content>\n</write_to_file>\n"
                                 for p, t in SITE.items()),), SITE),
    Case("lovable's tags", ("".join(f'<lov-write file_path="{p}">\n{t}</lov-write>\n' for p, t in SITE.items()),), SITE),
    Case("nothing but the page", (PAGE,), PAGE_ALONE),
    Case("fences below headings",
         (f"### index.html\n\n{FENCE}html\n{PAGE}{FENCE}\n\n### README.md\n\n{FENCE}markdown\n{README}{FENCE}\n",), SITE),
    Case("fences with a comment that names the file",
         (f"{FENCE}html\n<!-- index.html -->\n{PAGE}{FENCE}\n{FENCE}css\n/* style.css */\n{STYLE}{FENCE}\n",),
         {"index.html": f"<!-- index.html -->\n{PAGE}", "style.css": f"/* style.css */\n{STYLE}", "README.md": "*"}),
    Case("fences with a colon or an attribute",
         (f"{FENCE}html:index.html\n{PAGE}{FENCE}\n{FENCE}css title=\"style.css\"\n{STYLE}{FENCE}\n",),
         {**PAGE_ALONE, "style.css": STYLE}),
    Case("a command for a shell beside the page",
         (f"{FENCE}html\n{PAGE}{FENCE}\nRun it:\n{FENCE}bash\npython -m http.server\n{FENCE}\n",), PAGE_ALONE),
    Case("JSON cut by the limit is not mended", (cut(json.dumps({"files": SITE})), GOOD), SITE),
)  # fmt: skip

H1, NEW_H1 = "    <h1>Colours</h1>", "    <h1>All colours</h1>"
NEW_README = README.replace("one colour after the other", "all colours")
CHANGED = {"index.html": PAGE.replace(H1, NEW_H1), "README.md": NEW_README}
README_DIFF = """\
--- a/README.md
+++ b/README.md
@@ -1,3 +1,3 @@
 # Colours

-Shows one colour after the other.
+Shows all colours.
"""
DIFF = f"""\
diff --git a/index.html b/index.html
index 123..456 100644
--- a/index.html
+++ b/index.html
@@ -8,5 +8,5 @@
 <body>
   <main>
-{H1}
+{NEW_H1}
     <p id="colour">red</p>
{README_DIFF}"""
PATCH = f"""\
*** Begin Patch
*** Update File: index.html
@@
   <main>
-{H1}
+{NEW_H1}
*** Update File: README.md
-Shows one colour after the other.
+Shows all colours.
*** Add File: about.md
+# About
+
+Colours.
*** End Patch
"""
SEARCHES = f"""\
index.html
{FENCE}html
<<<<<<< SEARCH
{H1}
=======
{NEW_H1}
>>>>>>> REPLACE
{FENCE}

`README.md`
{FENCE}
<<<<<<< SEARCH
one colour after the other
=======
all colours
>>>>>>> REPLACE
{FENCE}
"""
EDITS = (
    edit("index.html", (H1, NEW_H1))
    + edit("README.md", ("one colour after the other", "all colours"))
    + done(2)
)

CHANGES = (
    # Aider-AI/aider#5486, #490, #4055: diffs, whatever was asked for
    Case("a unified diff", (DIFF,), CHANGED),
    Case("a diff in a fence, with talk", (f"Here is the change:\n{FENCE}diff\n{DIFF}{FENCE}\n- It shows all colours.\n",), CHANGED),
    Case("a diff with wrong line numbers", (DIFF.replace("-8,5 +8,5", "-80,2 +91,7"),), CHANGED),
    Case("a diff with dots for line numbers", (DIFF.replace("@@ -8,5 +8,5 @@", "@@ ... @@"),), CHANGED),
    Case("a diff of lines that are not there", (DIFF.replace(f"-{H1}", "-    <h1>Colors</h1>"), edit("index.html", (H1, NEW_H1)) + done(1)),
         CHANGED),
    Case("a diff that only adds, without a place", ("--- a/index.html\n+++ b/index.html\n@@ -1 +1 @@\n+<p>x</p>\n", EDITS), CHANGED),
    Case("a new file in a diff", (f"{DIFF}--- /dev/null\n+++ b/about.md\n@@ -0,0 +1,2 @@\n+# About\n+Colours.\n",),
         {**CHANGED, "about.md": "# About\nColours.\n"}),
    Case("a diff that deletes a file", (f"{DIFF}--- a/x.css\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", EDITS), CHANGED),
    Case("a patch", (PATCH,), {**CHANGED, "about.md": "# About\n\nColours.\n"}),
    # Aider-AI/aider#1105, #1106
    Case("SEARCH/REPLACE below the paths", (SEARCHES,), CHANGED),
    Case("SEARCH/REPLACE without a path", (SEARCHES.replace("index.html\n", "", 1), EDITS), CHANGED),
    Case("edits of a page below public/",
         (EDITS.replace("path=index.html", "path=public/index.html").replace("path=README", "path=./README"),), CHANGED),
    Case("a new page in a folder of its own",
         (edit("index.html", (H1, NEW_H1)) + edit("README.md", ("one colour after the other", "all colours"))
          + file("about/index.html", PAGE) + done(3),), {**CHANGED, "about/index.html": PAGE}),
    Case("only a new page in a folder of its own",
         (edit("README.md", ("one colour after the other", "all colours")) + file("about/index.html", PAGE) + done(2),),
         {"index.html": PAGE, "README.md": NEW_README, "about/index.html": PAGE}),
    Case("edits that make no page of it",
         (edit("index.html", ("<!doctype html>", "Sure, here it is:\n<!doctype html>")) + done(1), EDITS), CHANGED),
)  # fmt: skip
