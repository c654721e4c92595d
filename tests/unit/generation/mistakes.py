"""The mistakes that models make in the published templates, as changes of a good site."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Files = dict[str, str]


ONLY_WHEN_IT_RUNS = ""


@dataclass(frozen=True)
class Mistake:
    """`found_by` is the rule that has to see it, `about` a part of what the finding is about.

    What a number or a text comes to when the page runs is seen by no rule, as it would have to guess:
    a check is tried in a browser.
    """

    name: str
    template: str
    round: int
    """0 is the first round; 1 to 3 are the second rounds of the template."""
    spoil: Callable[[Files], Files]
    found_by: str
    about: str = ""


def changed(old: str, new: str) -> Callable[[Files], Files]:
    """Replace text of the page; a mistake that changes nothing is a mistake of the test."""

    def spoil(files: Files) -> Files:
        assert old in files["index.html"], f"{old!r} is not in the page"
        return {**files, "index.html": files["index.html"].replace(old, new)}

    return spoil


def library_first(files: Files) -> Files:
    """The first script of the page comes from a CDN: its textContent is empty."""
    library = '<script src="https://cdn.jsdelivr.net/npm/lodash@4.17.21/lodash.min.js"></script>\n'
    page = files["index.html"]
    return {**files, "index.html": page.replace("  <script>\n", f"  {library}  <script>\n", 1)}


def script_in_a_file(files: Files) -> Files:
    """The code is in app.js, so the page's script has no text."""
    page = files["index.html"]
    match = re.search(r"<script>\n(.*?)</script>", page, re.DOTALL)
    assert match is not None
    page = page.replace(match[0], '<script src="./app.js"></script>')
    return {**files, "index.html": page, "app.js": match[1]}


def element_gone(element_id: str) -> Callable[[Files], Files]:
    return changed(f'id="{element_id}"', 'id="something-else"')


TOTAL = "sumSales(rows).toFixed(2);\n    }"
ROW = "line.insertCell().textContent = total.toFixed(2);"

MISTAKES = (
    # --- sum-of-sales, round 1
    Mistake("currency by toLocaleString", "sum-of-sales", 0,
            changed(TOTAL, 'sumSales(rows).toLocaleString("en-US", { style: "currency", currency: "USD" });\n    }'),
            ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("thousands separators", "sum-of-sales", 0,
            changed(TOTAL, "sumSales(rows).toLocaleString();\n    }"), ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("a dollar sign in a template", "sum-of-sales", 0,
            changed(TOTAL, "`$${sumSales(rows).toFixed(2)}`;\n    }"), ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("a dollar sign added", "sum-of-sales", 0,
            changed(TOTAL, '"$" + sumSales(rows).toFixed(2);\n    }'), ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("a label before the number", "sum-of-sales", 0,
            changed(TOTAL, "`Total: ${sumSales(rows).toFixed(2)}`;\n    }"), ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("a formatting function", "sum-of-sales", 0,
            changed(TOTAL, "money(sumSales(rows));\n    }\n\n    function money(value) {\n"
                    '      return new Intl.NumberFormat("en-US").format(value);\n    }'),
            ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("a formatter", "sum-of-sales", 0,
            changed(TOTAL, "usd.format(sumSales(rows));\n    }\n\n"
                    '    const usd = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });'),
            ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("a formatted variable", "sum-of-sales", 0,
            changed('document.querySelector("#total-sales").textContent = sumSales(rows).toFixed(2);',
                    "const shown = sumSales(rows).toLocaleString();\n"
                    '      document.querySelector("#total-sales").textContent = shown;'),
            ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("shown only after a click", "sum-of-sales", 0,
            changed('document.addEventListener("DOMContentLoaded", start);',
                    'document.querySelector("main").addEventListener("click", start);'),
            ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("a path from the root", "sum-of-sales", 0,
            changed('fetch("./data.csv")', 'fetch("/data.csv")'), "paths", "/data.csv"),
    Mistake("another file name", "sum-of-sales", 0,
            changed("./data.csv", "./sales.csv"), "paths", "./sales.csv"),
    Mistake("the result written in", "sum-of-sales", 0,
            changed(TOTAL, "«result»;\n    }"), "ResultIs", "«result»"),
    Mistake("another title", "sum-of-sales", 0,
            changed("<title>Sales Summary «seed»</title>", "<title>Sales Summary</title>"), "TitleIs"),
    Mistake("the template's variable in the title", "sum-of-sales", 0,
            changed("<title>Sales Summary «seed»</title>", "<title>Sales Summary ${seed}</title>"),
            "unfinished", "${seed}"),
    Mistake("the element missing", "sum-of-sales", 0, element_gone("total-sales"), "Exists", "#total-sales"),
    Mistake("no Bootstrap", "sum-of-sales", 0,
            changed("npm/bootstrap@5.3.3/dist/css/bootstrap.min.css", "npm/water.css@2.1.1/out/water.min.css"),
            "Exists", "bootstrap"),
    Mistake("a script cut short", "sum-of-sales", 0,
            changed('      const response = await fetch("./data.csv");', '      const response = await fetch("./data.csv"'),
            "scripts", "inline script"),
    Mistake("an element never closed", "sum-of-sales", 0, changed("</strong></p>", "</p>"), "markup", "strong"),
    Mistake("code left out", "sum-of-sales", 0,
            changed("    async function start() {", "    // ... rest of the code unchanged\n    async function start() {"),
            "unfinished"),
    Mistake("a bare import", "sum-of-sales", 0,
            changed("  <script>\n", '  <script type="module">\n    import Papa from "papaparse";\n'), "libraries"),
    Mistake("the data typed in", "sum-of-sales", 0,
            changed('await fetch("./data.csv")', 'new Response("product,sales\\nTea,1")'), "attachment", "data.csv"),
    Mistake("a key in the page", "sum-of-sales", 0,
            changed("    function parseLine", '    const token = "ghp_' + "a1B2" * 9 + '";\n    function parseLine'),
            "secret", "GitHub"),
    Mistake("no viewport", "sum-of-sales", 0,
            changed('<meta name="viewport" content="width=device-width, initial-scale=1">', ""), "head", "viewport"),
    Mistake("a README without usage", "sum-of-sales", 0,
            lambda files: {**files, "README.md": files["README.md"].replace("## Usage", "## Notes")},
            "readme", "usage"),
    # --- sum-of-sales, round 2
    Mistake("a button in the last cell", "sum-of-sales", 1,
            changed(ROW, f"{ROW}\n        line.insertCell().innerHTML = '<button>Details</button>';"),
            ONLY_WHEN_IT_RUNS, "td:last-child"),
    Mistake("currency in the last cell", "sum-of-sales", 1,
            changed(ROW, "line.insertCell().textContent = total.toLocaleString();"),
            ONLY_WHEN_IT_RUNS, "td:last-child"),
    Mistake("a column after the total", "sum-of-sales", 1,
            changed('<th scope="col" class="text-end">Total sales</th>',
                    '<th scope="col">Total sales</th><th scope="col">Actions</th>'),
            ONLY_WHEN_IT_RUNS, "td:last-child"),
    Mistake("rows as a template with currency", "sum-of-sales", 1,
            changed("const line = body.insertRow();\n        line.insertCell().textContent = product;\n        " + ROW,
                    "body.innerHTML += `<tr><td>${product}</td><td>$${total.toFixed(2)}</td></tr>`;"),
            ONLY_WHEN_IT_RUNS, "td:last-child"),
    Mistake("the table without its id", "sum-of-sales", 1,
            changed('<table id="product-sales"', '<table id="products"'), "Exists", "#product-sales"),
    Mistake("the old total dropped", "sum-of-sales", 1,
            element_gone("total-sales"), "dropped", "total-sales"),
    Mistake("the total now formatted", "sum-of-sales", 1,
            changed(TOTAL, "sumSales(rows).toLocaleString();\n    }"), ONLY_WHEN_IT_RUNS, "#total-sales"),
    Mistake("no picker", "sum-of-sales", 2, element_gone("currency-picker"), "Exists", "#currency-picker"),
    Mistake("no active currency", "sum-of-sales", 2, element_gone("total-currency"), "Exists", "#total-currency"),
    Mistake("rates typed in", "sum-of-sales", 2,
            changed('await fetch("./rates.json")', 'new Response("{}")'), "attachment", "rates.json"),
    Mistake("no select", "sum-of-sales", 3,
            changed('<select id="region-filter" class="form-select"><option value="all">All regions</option></select>',
                    '<div id="region-filter"></div>'), "IsTag", "#region-filter"),
    Mistake("no data-region", "sum-of-sales", 3,
            changed('        document.querySelector("#total-sales").dataset.region = filter.value;\n', ""),
            "HasAttribute", "data-region"),
    # --- markdown-to-html
    Mistake("highlight.js under another name", "markdown-to-html", 0,
            changed("https://cdnjs.cloudflare.com/ajax/libs/highlight.js/11.9.0/highlight.min.js",
                    "https://cdn.jsdelivr.net/npm/@highlightjs/cdn-assets@11.9.0/highlight.min.js"),
            "Exists", "highlight.js"),
    Mistake("no marked", "markdown-to-html", 0,
            changed("npm/marked@12.0.2/marked.min.js", "npm/showdown@2.1.0/dist/showdown.min.js"), "Exists", "marked"),
    Mistake("no output element", "markdown-to-html", 0,
            element_gone("markdown-output"), "Exists", "#markdown-output"),
    Mistake("rendered only after a click", "markdown-to-html", 0,
            changed('window.addEventListener("load", start);',
                    'document.querySelector("main").addEventListener("click", start);\n'
                    '    document.querySelector("#markdown-output").onclick = () => {\n'
                    '      document.querySelector("#markdown-output").innerHTML = "x";\n    };'),
            ONLY_WHEN_IT_RUNS, "#markdown-output"),
    Mistake("tabs missing", "markdown-to-html", 1, element_gone("markdown-tabs"), "Exists", "#markdown-tabs"),
    Mistake("source empty until clicked", "markdown-to-html", 1,
            changed('      document.querySelector("#markdown-source").textContent = markdown;\n',
                    '      document.querySelector("#markdown-tabs").addEventListener("click", () => {\n'
                    '        document.querySelector("#markdown-source").textContent = markdown;\n      });\n'),
            ONLY_WHEN_IT_RUNS, "#markdown-source"),
    Mistake("libraries before the app", "markdown-to-html", 2, library_first, "FirstScriptHolds", "fetch("),
    Mistake("the app in a file", "markdown-to-html", 2, script_in_a_file, "FirstScriptHolds", "fetch("),
    Mistake("another loader", "markdown-to-html", 2,
            lambda files: {**files, "index.html": files["index.html"].replace("fetch(", "axios.get(")},
            "FirstScriptHolds", "fetch("),
    Mistake("no number format", "markdown-to-html", 3,
            changed('new Intl.NumberFormat("en-US").format(words)', 'words.toLocaleString("en-US")'),
            "FirstScriptHolds", "Intl.NumberFormat"),
    Mistake("the visitor's number format", "markdown-to-html", 3,
            changed('new Intl.NumberFormat("en-US")', "new Intl.NumberFormat()"), ONLY_WHEN_IT_RUNS, "#markdown-word-count"),
    # --- github-user-created
    Mistake("libraries before the app", "github-user-created", 0, library_first, "FirstScriptHolds", "api.github.com"),
    Mistake("the app in a file", "github-user-created", 0, script_in_a_file, "FirstScriptHolds", "api.github.com"),
    Mistake("the address put together", "github-user-created", 0,
            changed('"https://api.github.com/users/" + encode', '"https://api.github.com" + "/users/" + encode'),
            "FirstScriptHolds", "api.github.com/users/"),
    Mistake("empty until the form is sent", "github-user-created", 0,
            changed("      });\n      lookUp();", "      });"), ONLY_WHEN_IT_RUNS, "#github-created-at"),
    Mistake("no form", "github-user-created", 0,
            lambda files: {**files, "index.html": files["index.html"].replace("<form ", "<div ").replace("</form>", "</div>")},
            "IsTag", "form"),
    Mistake("a status that is not announced", "github-user-created", 1,
            changed(' role="status" aria-live="polite">Ready.', ">Ready."), "HasAttribute", "aria-live"),
    Mistake("a label before the age", "github-user-created", 2,
            changed("`${wholeYears(created)} years`", "`Age: ${wholeYears(created)} years`"),
            ONLY_WHEN_IT_RUNS, "#github-account-age"),
    Mistake("no age", "github-user-created", 2, element_gone("github-account-age"), "Exists", "age"),
    Mistake("the key in a constant", "github-user-created", 3,
            changed('localStorage.setItem("github-user-«seed»", ', "localStorage.setItem(CACHE_KEY, "),
            "FirstScriptHolds", "setItem"),
    Mistake("the key put together", "github-user-created", 3,
            changed('localStorage.getItem("github-user-«seed»")', 'localStorage.getItem("github-user-" + SEED)'),
            "FirstScriptHolds", "getItem"),
    Mistake("the key in other quotes", "github-user-created", 3,
            changed('localStorage.setItem("github-user-«seed»"', "localStorage.setItem('github-user-«seed»'"),
            "FirstScriptHolds", "setItem"),
)  # fmt: skip
