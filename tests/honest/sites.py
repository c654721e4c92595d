"""Sites as students write them for briefs as courses give them. Each works, and is to be published at
once: one call, no repair, with a policy for what it needs.

The second half follows the published tasks of the course and what people put on GitHub Pages.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from deployer.domain.policy import Kind
from deployer.domain.request import Attachment, Check, JavaScriptCheck
from tests.unit.generation.builders import README, attachment

CONNECT, IMG, MEDIA, FONT, STYLE, SCRIPT, FRAME, FORM = Kind
JSDELIVR, CDNJS, UNPKG, ESM = (
    "https://cdn.jsdelivr.net/npm/", "https://cdnjs.cloudflare.com/ajax/libs/", "https://unpkg.com/", "https://esm.sh/",
)  # fmt: skip


@dataclass(frozen=True)
class Honest:
    """A brief, a site that fulfils it, and the policy that this site needs."""

    name: str
    brief: str
    body: str = ""
    code: str = ""
    head: str = ""
    checks: tuple[Check, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    allow_workflows: bool = False
    asks: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    """The page's requests to other hosts, by kind."""
    services: tuple[str, ...] = ()
    """The services that the policy allows as a whole, by their names in services.yaml."""
    libraries_ask: tuple[str, ...] = ()
    """The further hosts that a library of the page asks by itself."""

    @property
    def written(self) -> dict[str, str]:
        """The files that the model writes."""
        script = f"<script>\ndocument.addEventListener('DOMContentLoaded', () => {{ {self.code} }});\n</script>\n"
        page = (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>App</title>\n{self.head}</head>\n<body>\n<main>\n<h1>App</h1>\n{self.body}\n</main>\n"
            f"{script if self.code else ''}</body>\n</html>\n"
        )
        return {"index.html": page, "README.md": README, **self.files}


def js(*expressions: str) -> tuple[Check, ...]:
    return tuple(JavaScriptCheck(js=expression) for expression in expressions)


def sent(name: str, text: str = "a,b\n1,2\n") -> tuple[Attachment, ...]:
    return (attachment(name, text.encode()),)


def library(url: str) -> str:
    return f'<script src="{url}"></script>\n'


def style(url: str) -> str:
    return f'<link rel="stylesheet" href="{url}">\n'


def module(text: str) -> str:
    return f'<script type="module">{text}</script>'


BOOTSTRAP = f"{JSDELIVR}bootstrap@5.3.3/dist/css/bootstrap.min.css"
LEAFLET = f"{UNPKG}leaflet@1.9.4/dist/leaflet"
MARKED = f"{JSDELIVR}marked@12.0.2/marked.min.js"
SHEETS = "https://cdn.sheetjs.com/xlsx-0.20.3/package/dist/xlsx.full.min.js"
EMBED = "https://www.youtube.com/embed/aqz-KE-bpKQ"
SW = "self.addEventListener('fetch', (e) => e.respondWith(caches.match(e.request).then((r) => r || fetch(e.request))));"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsIm5hbWUiOiJBZGEifQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
GITHUB = (
    'const token = new URLSearchParams(location.search).get("token"); document.querySelector("form").addEventListener("submit", async (e) => { '
    "e.preventDefault(); const r = await fetch(`https://api.github.com/users/${e.target.user.value}`, token ? { headers: { Authorization: `Bearer ${token}` } } : {}); "
    'document.querySelector("#github-created-at").textContent = (await r.json()).created_at.slice(0, 10); });'
)
USER = '<form id="github-user-a1"><label>User <input name="user"></label></form><p id="github-created-at" aria-live="polite">2011-01-25</p>'
CI_BRIEF = (
    "Commit execute.py and a GitHub Actions push workflow at .github/workflows/ci.yml that runs ruff, runs python execute.py > result.json "
    "and publishes result.json via GitHub Pages. Do not commit result.json."
)
CI_PAGE = 'fetch("./result.json").then((r) => r.text()).then((t) => { document.querySelector("#o").textContent = t; });'
RUNS = (
    "name: CI\non: [push]\n%sjobs:\n  run:\n    runs-on: ubuntu-latest\n    environment: github-pages\n    steps:\n      - uses: actions/checkout@v4\n      - uses: actions/setup-python@v5\n"
    "        with: {python-version: '3.11'}\n      - run: pip install ruff pandas\n      - run: ruff check .\n      - run: python execute.py > result.json\n%s"
)
PUBLISHES = "      - uses: actions/upload-pages-artifact@v3\n        with: {path: .}\n      - uses: actions/deploy-pages@v4\n"
EXECUTE = {"execute.py": "import json\n\nprint(json.dumps({'rows': 3}))\n"}

KINDS = (
    Honest("Markdown and code", "Convert input.md to HTML with marked in #markdown-output, with highlight.js.", '<div id="markdown-output"></div>',
           'fetch("./input.md").then((r) => r.text()).then((t) => { document.querySelector("#markdown-output").innerHTML = marked.parse(t); });',
           style(f"{CDNJS}highlight.js/11.9.0/styles/github.min.css") + library(MARKED) + library(f"{CDNJS}highlight.js/11.9.0/highlight.min.js"),
           attachments=sent("input.md", "# Hi\n"), checks=js("!!document.querySelector(\"script[src*='marked']\")"),
           asks={SCRIPT: (MARKED, f"{CDNJS}highlight.js/11.9.0/highlight.min.js"), STYLE: (f"{CDNJS}highlight.js/11.9.0/styles/github.min.css",)}),
    Honest("a GitHub look-up", 'A Bootstrap page with form id="github-user-a1" that fetches a GitHub username, uses ?token=, and shows the creation date in #github-created-at.',
           USER, GITHUB, style(BOOTSTRAP), js('document.querySelector("script").textContent.includes("https://api.github.com/users/")'),
           asks={CONNECT: ("https://api.github.com/users/x",), STYLE: (BOOTSTRAP,)}, services=("GitHub",)),
    Honest("avatars from an answer", "A page that takes a GitHub username and shows the avatar and public repositories, by the GitHub API.",
           '<form><label>User <input name="u"></label></form><img id="a" alt="avatar"><ul id="r"></ul>',
           'fetch("https://api.github.com/users/octocat").then((r) => r.json()).then((u) => { document.querySelector("#a").src = u.avatar_url; });',
           asks={CONNECT: ("https://api.github.com/users/octocat",), IMG: ("https://avatars.githubusercontent.com/u/1",)}, services=("GitHub",)),
    Honest("rates by address", "Convert currencies with https://open.er-api.com/v6/latest/USD; show #rate.", '<p id="rate">1</p>',
           'fetch("https://open.er-api.com/v6/latest/USD").then((r) => r.json()).then((d) => { document.querySelector("#rate").textContent = d.rates.EUR; });',
           asks={CONNECT: ("https://open.er-api.com/v6/latest/USD",)}, services=("exchange rates",)),
    Honest("rates from anywhere", "A currency converter with live exchange rates from a free public API.", '<p id="rate">1</p>',
           'fetch("https://api.frankfurter.app/latest?from=USD").then((r) => r.json()).then((d) => { document.querySelector("#rate").textContent = d.rates.EUR; });',
           asks={CONNECT: ("https://api.frankfurter.app/latest?from=USD",)}, services=("exchange rates",)),
    Honest("a captcha of another site", "Captcha solver: takes ?url=https://host/image.png of another origin, by https://corsproxy.io/? if needed.", '<output id="o"></output>',
           'const u = "https://corsproxy.io/?" + encodeURIComponent(new URLSearchParams(location.search).get("url") || "./sample.png"); '
           'Tesseract.recognize(u, "eng").then((r) => { document.querySelector("#o").textContent = r.data.text; });', library(f"{JSDELIVR}tesseract.js@5.1.0/dist/tesseract.min.js"),
           asks={SCRIPT: (f"{JSDELIVR}tesseract.js@5.1.0/dist/worker.min.js",), CONNECT: ("https://corsproxy.io/?x", "https://any.host.example/a.png"), IMG: ("https://other.example/a.png",)},
           services=("CORS proxies",), libraries_ask=("tessdata.projectnaptha.com",)),
    Honest("a sheet", "Show the rows of an uploaded Excel file with SheetJS.", '<label>File <input type="file" id="f"></label><table id="t"></table>',
           'document.querySelector("#f").onchange = async (e) => { const w = XLSX.read(await e.target.files[0].arrayBuffer()); '
           'document.querySelector("#t").innerHTML = XLSX.utils.sheet_to_html(w.Sheets[w.SheetNames[0]]); };', library(SHEETS), asks={SCRIPT: (SHEETS,)}),
    Honest("a library by its address", f"Load SheetJS from {SHEETS} and show the rows.", '<label>File <input type="file" id="f"></label>', 'document.querySelector("#f").onchange = () => XLSX.version;',
           library(SHEETS), js("!!document.querySelector(\"script[src*='cdn.sheetjs.com']\")"), asks={SCRIPT: (SHEETS,)}),
    Honest("a chart", "Plot a bar chart with Chart.js in #chart.", '<canvas id="chart"></canvas>',
           'new Chart(document.querySelector("#chart"), { type: "bar", data: { labels: ["a"], datasets: [{ data: [1] }] } });',
           library(f"{JSDELIVR}chart.js@4.4.3/dist/chart.umd.min.js"), asks={SCRIPT: (f"{JSDELIVR}chart.js@4.4.3/dist/chart.umd.min.js",)}),
    Honest("a cube", "A rotating cube with three.js.", '<canvas id="c"></canvas>' + module('import * as THREE from "three"; import { OrbitControls } from "three/addons/controls/OrbitControls.js"; '
           'new OrbitControls(new THREE.PerspectiveCamera(), document.querySelector("#c"));'),
           head='<script type="importmap">' + json.dumps({"imports": {"three": f"{UNPKG}three@0.160.0/build/three.module.js", "three/addons/": f"{UNPKG}three@0.160.0/examples/jsm/"}}) + "</script>",
           asks={SCRIPT: (f"{UNPKG}three@0.160.0/build/three.module.js",)}, libraries_ask=("modelviewer.dev", "raw.githubusercontent.com", "threejs.org", "www.gstatic.com")),
    Honest("a map", "Show the campus on an interactive map with Leaflet and OpenStreetMap.", '<div id="map"></div>',
           'const m = L.map("map").setView([13, 80], 13); L.tileLayer("https://{s}.tile.openstreetmap.org/{z}/{x}/{y}.png", '
           '{ attribution: "&copy; <a href=\\"https://www.openstreetmap.org/copyright\\">OpenStreetMap</a>" }).addTo(m);', style(f"{LEAFLET}.css") + library(f"{LEAFLET}.js"),
           asks={SCRIPT: (f"{LEAFLET}.js",), STYLE: (f"{LEAFLET}.css",), IMG: ("https://a.tile.openstreetmap.org/1/1/1.png", f"{UNPKG}leaflet@1.9.4/dist/images/marker-icon.png")},
           services=("OpenStreetMap tiles",)),
    Honest("tiles by address", "A Leaflet map with tiles from https://tile.openstreetmap.org/{z}/{x}/{y}.png.", '<div id="map"></div>',
           'L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png").addTo(L.map("map"));', style(f"{LEAFLET}.css") + library(f"{LEAFLET}.js"),
           asks={IMG: ("https://tile.openstreetmap.org/1/1/1.png",), SCRIPT: (f"{LEAFLET}.js",)}, services=("OpenStreetMap tiles",)),
    Honest("a connection ahead to a named host", "Show https://api.github.com/zen in #z.", '<p id="z"></p>',
           'fetch("https://api.github.com/zen").then((r) => r.text()).then((t) => { document.querySelector("#z").textContent = t; });',
           '<link rel="preconnect" href="https://api.github.com">\n', asks={CONNECT: ("https://api.github.com/zen",)}, services=("GitHub",)),
    Honest("a drawing with CDATA", "Draw a circle as inline SVG.",
           '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="c" viewBox="0 0 9 9"><defs><style>/*<![CDATA[*/ .a { fill: red } /*]]>*/</style></defs><circle class="a" r="4"/></svg>'),
    Honest("a drawing", "Draw a circle with a gradient as inline SVG.", '<svg role="img" aria-label="c" viewBox="0 0 9 9"><linearGradient id="g"/><circle r="4" fill="url(#g)"/></svg>'),
    Honest("a to-do list", "A to-do list which keeps its items in localStorage.", '<ul id="todo"></ul>', 'localStorage.setItem("todo", JSON.stringify([]));'),
    Honest("an app to install", "An installable PWA clock.", '<p id="c"></p>', 'navigator.serviceWorker.register("./sw.js");', '<link rel="manifest" href="./manifest.webmanifest">\n',
           files={"sw.js": SW, "manifest.webmanifest": '{"name": "Clock", "start_url": "./", "display": "standalone", "icons": []}'}),
    Honest("peers", "Peer to peer chat with WebRTC.", '<p id="p"></p>', 'new RTCPeerConnection({ iceServers: [{ urls: "stun:stun.l.google.com:19302" }] });'),
    Honest("a workflow that publishes", CI_BRIEF, '<pre id="o"></pre>', CI_PAGE, allow_workflows=True,
           files={**EXECUTE, ".github/workflows/ci.yml": RUNS % ("permissions: {contents: read, pages: write, id-token: write}\n", PUBLISHES)}),
    Honest("a workflow that runs", CI_BRIEF, '<pre id="o"></pre>', CI_PAGE, allow_workflows=True, files={**EXECUTE, ".github/workflows/ci.yml": RUNS % ("", "")}),
    Honest("HTML in the README", "A page with a button.", '<button id="b">x</button>',
           files={"README.md": README + f'\n```html\n<script src="{UNPKG}x@1.0.0/x.js"></script>\n<img src="https://img.shields.io/badge/license-MIT-blue.svg">\n```\n'}),
    Honest("an attached text", "Write an index.html with a short story and include uid.txt from attachments.", '<p>Story.</p><a href="./uid.txt">uid</a>', attachments=sent("uid.txt", "a1b2")),
    Honest("a picture that may be missing", "Show user cards with avatars from users.json.", '<div id="u"></div>',
           'fetch("./users.json").then((r) => r.json()).then((us) => { document.querySelector("#u").innerHTML = us.map((u) => `<img src="${u.a}" alt="" onerror="this.style.display=\'none\'">`).join(""); });',
           files={"users.json": "[]"}),
    Honest("pictures that fade in", "A photo gallery with a picture that fades in.", '<img src="./a.svg" alt="a" loading="lazy" onload="this.classList.add(\'in\')">',
           files={"a.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>'}),
    Honest("random pictures", "A photo gallery of nine random pictures.", '<img src="https://picsum.photos/300/200" alt="random">',
           asks={IMG: ("https://picsum.photos/300/200", "https://fastly.picsum.photos/id/1/300/200.jpg")}, services=("placeholder pictures and avatars",)),
    Honest("a video by address", f"Embed the video {EMBED} on the page.", f'<iframe title="v" src="{EMBED}" allowfullscreen></iframe>',
           checks=js("!!document.querySelector(\"iframe[src*='youtube.com/embed']\")"), asks={FRAME: (EMBED,)}, services=("YouTube",)),
    Honest("a repository that ends as a file does", "Show the star count of https://api.github.com/repos/vercel/next.js in #stars.", '<p id="stars"></p>',
           'fetch("https://api.github.com/repos/vercel/next.js").then((r) => r.json()).then((d) => { document.querySelector("#stars").textContent = d.stargazers_count; });',
           asks={CONNECT: ("https://api.github.com/repos/vercel/next.js",)}, services=("GitHub",)),
    Honest("a form by address", "A contact form that posts to https://formspree.io/f/xyz.", '<form action="https://formspree.io/f/xyz" method="post"><label>m <input name="m"></label></form>',
           asks={FORM: ("https://formspree.io/f/xyz",)}, services=("form services",)),
    Honest("a sample of a token", "Build a JWT decoder with a sample token.", f'<textarea id="t" aria-label="t">{JWT}</textarea>'),
    Honest("a map of the world", "Draw a world map with D3.", '<svg id="m"></svg>', f'd3.json("{JSDELIVR}world-atlas@2.0.2/countries-110m.json");', library(f"{JSDELIVR}d3@7.9.0/dist/d3.min.js"),
           asks={CONNECT: (f"{JSDELIVR}world-atlas@2.0.2/countries-110m.json",), SCRIPT: (f"{JSDELIVR}d3@7.9.0/dist/d3.min.js",)},
           libraries_ask=("geojson.xyz", "gist.githubusercontent.com", "raw.githubusercontent.com")),
    Honest("links from a list", "A list of two programming languages with links to their sites.", '<ul id="l"></ul>',
           'for (const [n, u] of [["Python", "https://www.python.org/"], ["Rust", "https://www.rust-lang.org/"]]) { const a = document.createElement("a"); a.href = u; a.textContent = n; document.querySelector("#l").append(a); }'),
    Honest("addresses in a sample", "A live Markdown editor with a sample document.", '<textarea id="i" aria-label="i"></textarea>',
           'document.querySelector("#i").value = "# Hi\\n[a link](https://example.com) and ![picture](https://example.com/a.png)";'),
)  # fmt: skip
"""The kinds of which reports say that a deployer refused or repaired them."""

SHARES = (
    'document.querySelector("#x").onclick = () => open("https://twitter.com/intent/tweet?text=" + encodeURIComponent(document.title), "_blank"); '
    'document.querySelector("#w").onclick = () => { location.href = `https://wa.me/?text=${encodeURIComponent(location.href)}`; }; '
    'document.querySelector("#n").onclick = async () => { if (navigator.share) await navigator.share({ url: location.href }); else await navigator.clipboard.writeText(location.href); };'
)
PRECACHE = """\
const FILES = ["./", "./index.html", "./icon.svg", "./manifest.json"];
self.addEventListener("install", (e) => { e.waitUntil(caches.open("v1").then((c) => c.addAll(FILES))); self.skipWaiting(); });
self.addEventListener("activate", (e) => e.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((k) => k !== "v1").map((k) => caches.delete(k))))));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(caches.match(event.request).then((hit) => hit || fetch(event.request).then((response) => {
    const copy = response.clone();
    caches.open("v1").then((cache) => cache.put(event.request, copy));
    return response;
  }).catch(() => caches.match("./index.html"))));
});
"""
FIREBASE_KEY = "AIzaSyD" + "4mPl0K3yF0rT3st1ngPurp0s3sOnlyQq"
SPA_404 = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>App</title><script>\nsessionStorage.redirect = location.href;\n</script>'
    '<meta http-equiv="refresh" content="0; URL=\'./\'"></head><body></body></html>\n'
)
WASM = b64encode(bytes.fromhex("0061736d01000000010401600000")).decode()
PREVIEW = 'const f = document.querySelector("#out"); document.querySelector("#run").onclick = () => { f.srcdoc = `<style>${css.value}</style>${html.value}<script>${code.value}<\\/script>`; };'

MORE = (
    Honest("share buttons", "A poem with buttons to share it on X and WhatsApp and to copy its link.", '<button id="x">X</button><button id="w">WhatsApp</button><button id="n">Copy</button>', SHARES),
    Honest("Tailwind and fonts", "A landing page for a bakery, styled with Tailwind.", '<a class="p-4 font-bold" href="#menu">Menu</a><section id="menu"></section>',
           head='<script src="https://cdn.tailwindcss.com"></script>\n<script>tailwind.config = { theme: { extend: {} } };</script>\n<link rel="preconnect" href="https://fonts.googleapis.com">\n'
           '<link rel="preconnect" href="https://fonts.gstatic.com" crossorigin>\n' + style("https://fonts.googleapis.com/css2?family=Inter:wght@400;700&display=swap"),
           asks={SCRIPT: ("https://cdn.tailwindcss.com/",), STYLE: ("https://fonts.googleapis.com/css2?family=Inter",), FONT: ("https://fonts.gstatic.com/s/inter/v1/a.woff2",)}),
    Honest("Python in the page", "A Python playground with Pyodide: an editor, a Run button, the output.", '<textarea id="py" aria-label="code"></textarea><button id="run">Run</button><pre id="out"></pre>',
           'let py; document.querySelector("#run").onclick = async () => { py ??= await loadPyodide({ indexURL: "https://cdn.jsdelivr.net/pyodide/v0.26.1/full/" }); '
           'await py.loadPackage("micropip"); document.querySelector("#out").textContent = py.runPython(document.querySelector("#py").value); };',
           library("https://cdn.jsdelivr.net/pyodide/v0.26.1/full/pyodide.js"),
           asks={SCRIPT: ("https://cdn.jsdelivr.net/pyodide/v0.26.1/full/pyodide.asm.js",), CONNECT: ("https://cdn.jsdelivr.net/pyodide/v0.26.1/full/pyodide.asm.wasm", "https://pypi.org/pypi/x/json")},
           libraries_ask=("files.pythonhosted.org",)),
    Honest("WebAssembly", "Add two numbers with WebAssembly, and run SQL on an attached CSV with sql.js.", '<p id="sum">0</p>',
           f'WebAssembly.instantiate(Uint8Array.from(atob("{WASM}"), (c) => c.charCodeAt(0))); initSqlJs({{ locateFile: (f) => `https://sql.js.org/dist/${{f}}` }}).then((SQL) => new SQL.Database()); fetch("./data.csv");',
           library("https://sql.js.org/dist/sql-wasm.js"), attachments=sent("data.csv"), asks={SCRIPT: ("https://sql.js.org/dist/sql-wasm.js",), CONNECT: ("https://sql.js.org/dist/sql-wasm.wasm",)}),
    Honest("an app that works offline", "A notes app that works offline and can be installed, with manifest and icon.", '<textarea id="notes" aria-label="notes"></textarea>',
           'if ("serviceWorker" in navigator) navigator.serviceWorker.register("./sw.js"); let ask; addEventListener("beforeinstallprompt", (e) => { ask = e; });',
           '<link rel="manifest" href="./manifest.json">\n<link rel="apple-touch-icon" href="./icon.svg">\n<meta name="theme-color" content="#fff">\n',
           files={"sw.js": PRECACHE, "icon.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>',
                  "manifest.json": '{"name": "Notes", "start_url": ".", "display": "standalone", "icons": [{"src": "icon.svg", "sizes": "any", "type": "image/svg+xml"}]}'}),
    Honest("Firebase", f"A guest book with Firebase Firestore; project guests-42, apiKey {FIREBASE_KEY}.", '<ul id="guests"></ul>' + module(
           'import { initializeApp } from "https://www.gstatic.com/firebasejs/10.12.0/firebase-app.js"; import { getFirestore } from "https://www.gstatic.com/firebasejs/10.12.0/firebase-firestore.js"; '
           f'getFirestore(initializeApp({{ apiKey: "{FIREBASE_KEY}", authDomain: "guests-42.firebaseapp.com", projectId: "guests-42" }}));'),
           asks={SCRIPT: ("https://www.gstatic.com/firebasejs/10.12.0/firebase-app.js",), CONNECT: ("https://firestore.googleapis.com/v1/x",)}, services=("Firebase",)),
    Honest("Supabase", f"A poll that stores its votes in Supabase at https://abcdefgh.supabase.co with the anon key {JWT}.", '<p id="votes"></p>' + module(
           f'import {{ createClient }} from "{ESM}@supabase/supabase-js@2"; createClient("https://abcdefgh.supabase.co", "{JWT}").from("votes").select();'),
           asks={SCRIPT: (f"{ESM}@supabase/supabase-js@2",), CONNECT: ("https://abcdefgh.supabase.co/rest/v1/votes", "wss://abcdefgh.supabase.co/realtime")}, services=("Supabase",)),
    Honest("a PDF to save", "An invoice maker that exports the invoice as PDF and prints it.", '<div id="invoice"></div><button id="pdf">PDF</button><button id="print">Print</button>',
           'document.querySelector("#pdf").onclick = async () => { const c = await html2canvas(document.querySelector("#invoice")); const d = new jspdf.jsPDF(); d.addImage(c.toDataURL(), "PNG", 0, 0); d.save("invoice.pdf"); }; '
           'document.querySelector("#print").onclick = () => { const w = window.open("", "_blank"); w.document.write(document.querySelector("#invoice").outerHTML); w.document.close(); w.print(); };',
           library(f"{CDNJS}jspdf/2.5.1/jspdf.umd.min.js") + library(f"{CDNJS}html2canvas/1.4.1/html2canvas.min.js"), asks={SCRIPT: (f"{CDNJS}jspdf/2.5.1/jspdf.umd.min.js",)}),
    Honest("QR codes", "Make a QR code of any text, to download as PNG.", '<input id="t" aria-label="t"><img id="qr" alt="code"><a id="save" download="qr.png" href="#">Save</a>',
           'document.querySelector("#t").oninput = (e) => { document.querySelector("#qr").src = `https://api.qrserver.com/v1/create-qr-code/?data=${encodeURIComponent(e.target.value)}`; };',
           asks={IMG: ("https://api.qrserver.com/v1/create-qr-code/?data=x",)}, services=("QR codes and barcodes",)),
    Honest("a table by drag and drop", "Drop a CSV file on the page: show it as a sortable table and a chart, and download it as JSON.", '<div id="drop">Drop</div><table id="rows"></table><canvas id="c"></canvas>',
           'document.querySelector("#drop").addEventListener("drop", (e) => { e.preventDefault(); Papa.parse(e.dataTransfer.files[0], { header: true, complete: ({ data }) => { '
           'const a = document.createElement("a"); a.href = URL.createObjectURL(new Blob([JSON.stringify(data)], { type: "application/json" })); a.download = "rows.json"; a.click(); } }); });',
           library(f"{JSDELIVR}papaparse@5.4.1/papaparse.min.js") + library(f"{JSDELIVR}chart.js"), asks={SCRIPT: (f"{JSDELIVR}papaparse@5.4.1/papaparse.min.js", f"{JSDELIVR}chart.js")}),
    Honest("a socket that the brief names", "A WebSocket demo: send a line to wss://ws.postman-echo.com/raw and show the answer.", '<input id="line" aria-label="line"><ul id="log"></ul>',
           'const s = new WebSocket("wss://ws.postman-echo.com/raw"); s.onmessage = (e) => { document.querySelector("#log").append(e.data); };',
           asks={CONNECT: ("wss://ws.postman-echo.com/raw",)}, services=("realtime",)),
    Honest("a map in a frame", "A page for our café with opening hours and an embedded Google map.", '<iframe title="map" loading="lazy" src="https://www.google.com/maps/embed?pb=!1m18"></iframe><a href="tel:+4930123">Call</a>',
           asks={FRAME: ("https://www.google.com/maps/embed?pb=!1m18",)}),
    Honest("an encyclopedia", "Search Wikipedia and show the first five articles with their pictures.", '<input id="q" aria-label="q"><ul id="found"></ul>',
           'fetch(`https://en.wikipedia.org/w/api.php?action=query&origin=*&generator=search&gsrsearch=${document.querySelector("#q").value}&format=json`).then((r) => r.json());',
           asks={CONNECT: ("https://en.wikipedia.org/w/api.php?x",), IMG: ("https://upload.wikimedia.org/wikipedia/a.png",)}, services=("Wikipedia and Wikimedia",)),
    Honest("the weather here", "Show the weather at the visitor's place, or in a city that is typed in.", '<form id="city"><input name="city" aria-label="city"></form><p id="now"></p>',
           'navigator.geolocation.getCurrentPosition(async ({ coords: c }) => { const r = await fetch(`https://api.open-meteo.com/v1/forecast?latitude=${c.latitude}&longitude=${c.longitude}&current_weather=true`); '
           'document.querySelector("#now").textContent = (await r.json()).current_weather.temperature; }); document.querySelector("#city").onsubmit = (e) => { e.preventDefault(); fetch(`https://geocoding-api.open-meteo.com/v1/search?name=${e.target.city.value}`); };',
           asks={CONNECT: ("https://api.open-meteo.com/v1/forecast?x", "https://geocoding-api.open-meteo.com/v1/search?x")}, services=("Nominatim and Photon geocoding", "Open-Meteo")),
    Honest("React", "A kanban board with React.", '<div id="root"></div><script type="text/babel" data-type="module">const App = () => { const [items, setItems] = React.useState([]); '
           'return <button onClick={() => setItems([...items, "x"])}>{items.length}</button>; }; ReactDOM.createRoot(document.getElementById("root")).render(<App />);</script>',
           head=library(f"{UNPKG}react@18/umd/react.production.min.js") + library(f"{UNPKG}react-dom@18/umd/react-dom.production.min.js") + library(f"{UNPKG}@babel/standalone/babel.min.js"),
           asks={SCRIPT: (f"{UNPKG}react@18/umd/react.production.min.js",)}),
    Honest("Vue and Alpine", "A shopping list with Vue, and a menu with Alpine.", '<div id="app"><li v-for="i in items" :key="i" @click="drop(i)">{{ i }}</li></div><nav x-data="{ open: false }"><button @click="open = !open">Menu</button><ul x-show="open"></ul></nav>',
           'Vue.createApp({ data: () => ({ items: ["tea"] }), methods: { drop(i) { this.items = this.items.filter((x) => x !== i); } } }).mount("#app");',
           library(f"{UNPKG}vue@3/dist/vue.global.prod.js") + f'<script defer src="{UNPKG}alpinejs@3.x.x/dist/cdn.min.js"></script>\n', asks={SCRIPT: (f"{UNPKG}vue@3/dist/vue.global.prod.js",)}),
    Honest("formulas and diagrams", "Render notes.md with KaTeX formulas and Mermaid diagrams.", '<article id="notes"></article>' + module(
           f'import mermaid from "{JSDELIVR}mermaid@10/dist/mermaid.esm.min.mjs"; mermaid.initialize({{ startOnLoad: false }}); const t = await (await fetch("notes.md")).text(); '
           'document.querySelector("#notes").innerHTML = marked.parse(t); await mermaid.run(); renderMathInElement(document.querySelector("#notes"));'),
           head=style(f"{JSDELIVR}katex@0.16.10/dist/katex.min.css") + library(f"{JSDELIVR}katex@0.16.10/dist/katex.min.js") + library(f"{JSDELIVR}katex@0.16.10/dist/contrib/auto-render.min.js") + library(MARKED),
           attachments=sent("notes.md", "# Notes\n\n$x^2$\n"), asks={SCRIPT: (f"{JSDELIVR}mermaid@10/dist/mermaid.esm.min.mjs",), FONT: (f"{JSDELIVR}katex@0.16.10/dist/fonts/KaTeX_Main-Regular.woff2",)}),
    Honest("a language model", "A chat that talks to an LLM through AIPipe; the token comes from ?aipipe_token= or a login link.", '<form id="chat"><input name="m" aria-label="m"></form><a id="login" href="#">Log in</a>',
           'const token = new URLSearchParams(location.search).get("aipipe_token"); document.querySelector("#login").href = `https://aipipe.org/login?redirect=${encodeURIComponent(location.href)}`; '
           'document.querySelector("#chat").onsubmit = async (e) => { e.preventDefault(); await fetch("https://aipipe.org/openrouter/v1/chat/completions", { method: "POST", headers: { Authorization: `Bearer ${token}` }, body: "{}" }); };',
           asks={CONNECT: ("https://aipipe.org/openrouter/v1/chat/completions",)}, services=("AIPipe",)),
    Honest("a contact form", "A portfolio with projects and a contact form that sends me e-mail.", '<form id="contact" action="https://formspree.io/f/mayzabcd" method="POST"><input name="email" type="email" aria-label="e-mail"><button>Send</button></form>'
           '<a href="https://github.com/ada">GitHub</a><a href="https://www.linkedin.com/in/ada">LinkedIn</a><a href="mailto:ada@example.org">Mail</a>', asks={FORM: ("https://formspree.io/f/mayzabcd",)}, services=("form services",)),
    Honest("Markdown from an address", "Show input.md in #markdown-output; load Markdown from ?url= when present, with the source in #markdown-source-label.", '<p id="markdown-source-label">input.md</p><div id="markdown-output"></div>',
           'const url = new URLSearchParams(location.search).get("url") || "./input.md"; fetch(url).then((r) => r.text()).then((t) => { document.querySelector("#markdown-output").innerHTML = marked.parse(t); '
           'document.querySelector("#markdown-source-label").textContent = url; });', library(MARKED), js('document.querySelector("script").textContent.includes("fetch(") || true', 'document.querySelector("#markdown-source-label").textContent.length > 0'),
           attachments=sent("input.md", "# Hi\n"), asks={SCRIPT: (MARKED,), CONNECT: ("https://raw.githubusercontent.com/a/b/main/README.md", "https://anywhere.example/x.md")}),
    Honest("sales in another currency", 'Sum the sales column of data.csv in #total-sales; a select #currency-picker converts it by rates.json; load Bootstrap 5 from jsdelivr.',
           '<select id="currency-picker" aria-label="currency"><option value="USD">USD</option></select><p><span id="total-sales">0</span> <span id="total-currency">USD</span></p>',
           'Promise.all([fetch("data.csv").then((r) => r.text()), fetch("rates.json").then((r) => r.json())]).then(([csv, rates]) => { const rows = csv.trim().split(/\\r?\\n/).slice(1).map((l) => Number(l.split(",")[1])); '
           'document.querySelector("#total-sales").textContent = (rows.reduce((a, b) => a + b, 0) * rates.USD).toFixed(2); });', style(BOOTSTRAP) + library(f"{JSDELIVR}bootstrap@5.3.3/dist/js/bootstrap.bundle.min.js"),
           js("!!document.querySelector(\"link[href*='bootstrap']\")", "!!document.querySelector(\"#currency-picker option[value='USD']\")", 'Math.abs(parseFloat(document.querySelector("#total-sales").textContent) - 1234.56) < 0.01'),
           attachments=(*sent("data.csv", "product,sales\nTea,1234.56\n"), *sent("rates.json", '{"USD": 1}')), asks={STYLE: (BOOTSTRAP,)}),
    Honest("routes of one page", "A portfolio as a single page with the routes /about and /work that survive a reload on GitHub Pages.", '<nav><a href="./about" data-link>About</a><a href="./work" data-link>Work</a></nav>',
           'const to = sessionStorage.redirect; delete sessionStorage.redirect; if (to && to !== location.href) history.replaceState(null, "", to); '
           'document.querySelectorAll("[data-link]").forEach((a) => { a.onclick = (e) => { e.preventDefault(); history.pushState(null, "", a.href); }; });', files={"404.html": SPA_404}),
    Honest("an editor of pages", "A playground: HTML, CSS and JavaScript in three fields, the result in a frame.",
           '<textarea id="html" aria-label="html"></textarea><textarea id="css" aria-label="css"></textarea><textarea id="code" aria-label="code"></textarea><button id="run">Run</button><iframe id="out" title="result" sandbox="allow-scripts"></iframe>', PREVIEW),
    Honest("primes in a worker", "Find primes in a web worker so that the page stays usable; show the progress.", '<progress id="p" max="1" aria-label="p"></progress>',
           'const w = new Worker("./primes.js"); w.onmessage = ({ data }) => { document.querySelector("#p").value = data; }; w.postMessage({ limit: 1e6 });',
           files={"primes.js": "onmessage = ({ data: { limit } }) => {\n  for (let n = 2; n < limit; n++) if (n % 1000 === 0) postMessage(n / limit);\n};\n"}),
    Honest("a voice recorder", "Record the microphone, draw the waveform, play it back and save it; take a picture with the camera.", '<button id="rec">Record</button><audio id="a" controls></audio><video id="v" autoplay></video>',
           'document.querySelector("#rec").onclick = async () => { const s = await navigator.mediaDevices.getUserMedia({ audio: true, video: true }); document.querySelector("#v").srcObject = s; const r = new MediaRecorder(s); '
           'r.ondataavailable = (e) => { document.querySelector("#a").src = URL.createObjectURL(e.data); }; r.start(); };'),
    Honest("a quiz from an open database", "A quiz with ten random questions from the Open Trivia database, a timer and a high score.", '<p id="q"></p><p id="score">0</p>',
           'fetch("https://opentdb.com/api.php?amount=10&type=multiple").then((r) => r.json()).then(({ results }) => { document.querySelector("#q").textContent = results[0].question; }); localStorage.setItem("best", "0");',
           asks={CONNECT: ("https://opentdb.com/api.php?amount=10",)}, services=("numbers and science",)),
    Honest("dogs", "Show a random dog picture; the next one on a click.", '<img id="dog" alt="dog"><button id="next">Next</button>',
           'const next = () => fetch("https://dog.ceo/api/breeds/image/random").then((r) => r.json()).then((d) => { document.querySelector("#dog").src = d.message; }); next(); document.querySelector("#next").onclick = next;',
           asks={CONNECT: ("https://dog.ceo/api/breeds/image/random",), IMG: ("https://images.dog.ceo/breeds/a.jpg",)}, services=("dogs and other animals",)),
    Honest("flags of a repository", "A quiz about the flags of countries with flag-icons.", '<span class="fi fi-de"></span>', head=style("https://cdn.jsdelivr.net/gh/lipis/flag-icons@7.0.0/css/flag-icons.min.css"),
           asks={STYLE: ("https://cdn.jsdelivr.net/gh/lipis/flag-icons@7.0.0/css/flag-icons.min.css",), IMG: ("https://cdn.jsdelivr.net/gh/lipis/flag-icons@7.0.0/flags/4x3/de.svg",)}),
    Honest("an attached page in a frame", "Show report.html from attachments in a frame below the summary.", '<p id="summary">Summary</p><iframe id="report" title="report" src="./report.html" sandbox="allow-scripts"></iframe>',
           attachments=sent("report.html", "<!doctype html><title>Report</title><p>x</p>")),
)  # fmt: skip
"""Further ones of our own."""

SITES = (*KINDS, *MORE)
