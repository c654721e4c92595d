"""Computed files: what an honest script makes, and what a hostile one cannot."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deployer.adapters.chromium.browser import Chromium
from deployer.adapters.chromium.process import Mode
from deployer.domain.computed import Computation, Computing, Output, Outputs
from deployer.domain.page import Page
from deployer.domain.request import JavaScriptCheck
from deployer.domain.site import Site
from deployer.domain.visit import NOWHERE, Verdict
from deployer.generation.answers.grammar import ComputeBlock, FileBlock, render_blocks
from deployer.generation.computing import Computer
from deployer.generation.inspector import Inspector
from deployer.generation.loop import Generator
from deployer.services.compute import compute
from tests.browser.generating import README, DirectBrowser
from tests.support.chromium import executable
from tests.support.internet import Internet
from tests.unit.generation.builders import NONCE, ScriptedModel, attachment, build

LARGEST = 300_000
Computes = Callable[..., Outputs]


@pytest.fixture
def computes(chromium: Chromium) -> Computes:
    """Run scripts, each making `out-N.txt`, over inputs that all of them have."""

    def run(
        *scripts: str, seconds: float = 9.0, browser: Chromium = chromium, **inputs: bytes
    ) -> Outputs:
        site = Site({name.replace("__", "."): content for name, content in inputs.items()})
        computations = tuple(
            Computation(f"out-{number}.txt", tuple(site), script)
            for number, script in enumerate(scripts)
        )
        wanted = Computing("candidates/a.json", computations, LARGEST, seconds)
        return compute(wanted, site, engine=browser, clock=time.monotonic)

    return run


def output(outputs: Outputs) -> Output:
    assert not outputs.problem
    (one,) = outputs.outputs
    return one


def document(outputs: Outputs) -> Any:
    one = output(outputs)
    assert not one.fault
    return json.loads(one.content)


SALES = "Stadt;Umsatz\r\nKöln;1.5\r\nZürich;3\r\n\r\nÅrhus;2.25\r\n".encode("utf-8-sig")


def test_a_csv_becomes_a_summary_with_indented_json(computes: Computes) -> None:
    script = """
const rows = files["sales.csv"].trim().split("\\r\\n").filter(Boolean).slice(1)
const cities = rows.map(row => row.split(";")).map(([city, sales]) => ({ city, sales: +sales }))
cities.sort((one, other) => other.sales - one.sales)
const sales = cities.map(city => city.sales)
return { max: Math.max(...sales), min: Math.min(...sales), top: cities.slice(0, 2) }
"""
    made = output(computes(script, sales__csv=SALES))

    assert made.content.decode() == (
        '{\n  "max": 3,\n  "min": 1.5,\n  "top": [\n    {\n      "city": "Zürich",\n'
        '      "sales": 3\n    },\n    {\n      "city": "Århus",\n      "sales": 2.25\n    }\n'
        "  ]\n}\n"
    )


def test_the_ten_largest_are_found_in_megabytes(computes: Computes) -> None:
    lines = "\n".join(f"{number},{number * 7919 % 100_003}" for number in range(30_000))
    script = (
        "return files['all.csv'].split('\\n').map(line => line.split(',').map(Number))"
        ".sort((a, b) => b[1] - a[1]).slice(0, 10)"
    )
    expected = sorted(([n, n * 7919 % 100_003] for n in range(30_000)), key=lambda row: -row[1])[
        :10
    ]

    assert document(computes(script, all__csv=lines.encode())) == expected


def test_the_same_inputs_give_the_same_bytes(computes: Computes) -> None:
    script = """
const begin = Date.now()
await new Promise(done => setTimeout(done, 1500))
const view = crypto.getRandomValues(new Uint32Array(3))
return [
  begin, Date.now(), new Date(), Date(), performance.now(), Math.random(), Math.random(), [...view],
  new Date().toLocaleString(), (1234567.891).toLocaleString(), Intl.DateTimeFormat().format(),
  new Intl.DateTimeFormat().formatToParts().length, Intl.DateTimeFormat().resolvedOptions(),
  new Date(5).getTime(), new Date() instanceof Date, new Date().getTimezoneOffset(),
  navigator.language, ["ä", "z", "a"].sort(new Intl.Collator().compare),
]
"""
    first, second = computes(script, script, seconds=20).outputs
    values = json.loads(first.content)

    assert first == second
    assert values[:3] == [946684800000, 946684801500, "2000-01-01T00:00:01.500Z"]
    assert values[4] == 1500
    assert values[8:11] == ["1/1/2000, 12:00:01 AM", "1,234,567.891", "1/1/2000"]
    assert values[-5:] == [5, True, 0, "en-US", ["a", "ä", "z"]]


def test_a_computation_reads_what_the_one_before_it_made(chromium: Chromium) -> None:
    first = Computation("a.json", ("a.csv",), "return files['a.csv'].split(',').map(Number)")
    second = Computation("b.txt", ("a.json",), "return `${JSON.parse(files['a.json']).at(-1)}`")
    alone = Computation("c.txt", ("b.csv",), "return 'c'")
    wanted = Computing("candidates/a.json", (first, second, alone), LARGEST, 20)
    made = compute(wanted, Site({"a.csv": b"1,2"}), engine=chromium, clock=time.monotonic)

    assert [one.content for one in made.outputs] == [b"[\n  1,\n  2\n]\n", b"2", b""]
    assert made.outputs[2].fault == "there is no b.csv"


def test_a_script_never_reads_what_the_one_before_it_failed_to_make(chromium: Chromium) -> None:
    first = Computation("a.json", (), "return undefined")
    second = Computation("b.json", ("a.json",), "return 2")
    wanted = Computing("candidates/a.json", (first, second), LARGEST, 20)
    made = compute(wanted, Site({"a.json": b"old"}), engine=chromium, clock=time.monotonic)

    assert [one.fault for one in made.outputs] == [
        "it threw Error: it returned nothing",
        "there is no a.json",
    ]


FAULTS = {
    "const a = 1\nreturn files.b.length": (
        "it threw TypeError: Cannot read properties of undefined (reading 'length') at line 2:"
        " return files.b.length"
    ),
    "const a = 1\nreturn [a\n": "it threw SyntaxError: Unexpected token '}' at line 2: return [a",
    "await null\nthrow null": "it threw null",
    "throw 'a text'": 'it threw "a text"',
    "const a = 1": "it returned nothing",
    "return { max: NaN }": "it threw Error: max is NaN, which JSON does not have",
    "return [1, -Infinity]": "it threw Error: 1 is -Infinity, which JSON does not have",
    "return 1n": "it threw Error: it is a BigInt, which JSON does not have",
    "return { groups: new Map([[1, 2]]) }": "groups is a Map, which JSON does not have",
    "return { later: (async () => 1)() }": "later is a Promise, which JSON does not have",
    "return document.body": "it is a HTMLBodyElement, which JSON does not have",
    "const a = {}; a.a = a; return a": "it threw TypeError: Converting circular structure to JSON",
    "return () => 1": "it is a Function, which JSON does not have",
    "return 'x'.repeat(300001)": "it returned 300001 characters; at most 300000 bytes are allowed",
    "return 'ü'.repeat(200000)": "it returned 400000 bytes; at most 300000 bytes are allowed",
    "return new ArrayBuffer(1e8)": "it returned 100000000 bytes; at most 300000 bytes are allowed",
}


@pytest.fixture(scope="module")
def page(chromium: Chromium) -> Iterator[Page]:
    """One blank page for many scripts that do it no harm."""
    with chromium.open(Site(), NOWHERE.allows) as opened:
        yield opened.page


@pytest.mark.parametrize("script", FAULTS)
def test_a_fault_is_told_with_its_line(page: Page, script: str) -> None:
    fault = page.compute(script, {"a.csv": b"1"}, largest=LARGEST, seconds=2).fault

    assert FAULTS[script] in fault
    assert page.compute("return 1", {}, largest=LARGEST, seconds=2) == Output(b"1\n")


def test_a_text_is_kept_byte_for_byte_and_bytes_stay_bytes(page: Page) -> None:
    picture = bytes(range(256))
    text, data, same, blob = (
        page.compute(script, {"a.png": picture}, largest=LARGEST, seconds=2).content
        for script in (
            "return 'a\\r\\nü \\u{1f3a8}'",
            "return 'data:image/png;base64,' + btoa(String.fromCharCode(...files['a.png']))",
            "return files['a.png']",
            "return new Blob([files['a.png'].subarray(1, 3)])",
        )
    )

    assert text == "a\r\nü 🎨".encode()
    assert data.startswith(b"data:image/png;base64,AAECAwQF")
    assert (same, blob) == (picture, picture[1:3])


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sales</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>
<h1>Sales</h1><p id="max">0</p></main><script>fetch("./data.json").then(answer => answer.json())
.then(data => { document.querySelector("#max").textContent = data.max })</script></body></html>
"""


def test_a_page_finds_what_was_computed_when_it_is_opened(chromium: Chromium) -> None:
    site = {"index.html": PAGE, "README.md": README}
    files = tuple(FileBlock(path, text) for path, text in site.items())
    script = "return { max: Math.max(...files['sales.csv'].split(',').slice(1)) }"
    computed = ComputeBlock("data.json", ("sales.csv",), script)
    model = ScriptedModel([render_blocks([*files, computed], NONCE)])
    browser = DirectBrowser(chromium)
    generator = Generator(
        lambda: model, lambda: NONCE, inspect=Inspector(browser), compute=Computer(browser)
    )
    check = JavaScriptCheck(js='document.querySelector("#max").textContent === "31"')
    sales = attachment("sales.csv", b"sales,3,31,12")
    brief = "Show the largest of sales.csv and save data.json with it as max."
    made = generator(build(brief, checks=(check,), attachments=(sales,)), lambda: 600.0)

    assert made.site["data.json"] == b'{\n  "max": 31\n}\n'
    assert [one.verdict for one in made.report.verdicts] == [Verdict.PASSES]
    assert made.report.unmet == ()


LOOPS = {
    "endless": "while (true) {}",
    "endless in promises": "await (async function again() { await null; return again() })()",
    "endless in timers": "await new Promise(() => setInterval(() => {}, 0))",
    "never done": "await new Promise(() => {})",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_script_without_an_end_is_cut_off(computes: Computes, loop: str) -> None:
    begin = time.monotonic()

    assert output(computes(LOOPS[loop], seconds=1.5)).fault == "it had not ended after 0.5 s"
    assert time.monotonic() - begin < 12


def test_a_browser_of_one_process_computes_and_cuts_off_as_well(computes: Computes) -> None:
    single = Chromium(executable, modes=[Mode.SINGLE])
    when = "return Date.now()"
    (honest,) = computes(when, browser=single).outputs
    (endless,) = computes(LOOPS["endless"], browser=single, seconds=1.5).outputs

    assert honest == output(computes(when))
    assert endless.fault == "it had not ended after 0.5 s"


def test_when_the_time_is_over_the_rest_is_left_open(computes: Computes) -> None:
    made = computes(LOOPS["endless"], "return 1", seconds=1.5)

    assert [one.fault for one in made.outputs] == ["it had not ended after 0.5 s"]
    assert made.problem == "the time for it was over"


BOMBS = {
    "buffers": (
        "const all = []; while (true) { all.push(new Uint8Array(64 << 20).fill(1));"
        " await new Promise(done => setTimeout(done)) }"
    ),
    "a text": "return 'x'.repeat(1 << 29)",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_the_scripts_own_fault_and_the_next_script_is_well(
    computes: Computes, bomb: str
) -> None:
    made, after = computes(BOMBS[bomb], "return 'next'", seconds=12).outputs

    assert made.fault
    assert not made.content
    assert after == Output(b"next")


REACHING = """
const to = path => `http://ADDRESS/${path}`
const tried = []
const attempt = async what => {
  try { tried.push(String(await what())) } catch { tried.push("no") }
}
for (const url of [to('fetch'), 'https://app.invalid/site/index.html', 'http://[::1]:PORT/',
    'http://169.254.169.254/latest/meta-data/', 'file:///etc/passwd'])
  await attempt(() => fetch(url))
await attempt(() => import(to('module.js')))
await attempt(() => import('data:text/javascript,export default 1'))
await attempt(() => new Promise((_, no) => { new WebSocket('ws://ADDRESS/socket').onerror = no }))
await attempt(() => new Promise((_, no) => { new EventSource(to('events')).onerror = no }))
for (const make of [Worker, SharedWorker])
  await attempt(() => new Promise((yes, no) => {
    const worker = new make(URL.createObjectURL(new Blob([`postMessage(1)`])))
    worker.onerror = no; worker.onmessage = yes
  }))
await attempt(() => navigator.serviceWorker.register(to('sw.js')))
await attempt(() => localStorage.length)
await attempt(() => sessionStorage.length)
await attempt(() => document.cookie)
await attempt(() => new Promise((yes, no) => {
  const opening = indexedDB.open('a'); opening.onsuccess = yes; opening.onerror = no }))
navigator.sendBeacon(to('beacon'), 'x')
for (const [tag, name] of [['img', 'src'], ['script', 'src'], ['iframe', 'src'], ['object', 'data'],
    ['link', 'href'], ['video', 'src']]) {
  const element = document.createElement(tag)
  Object.assign(element, { rel: 'preconnect', [name]: to(tag) })
  document.body.append(element)
}
const peer = new RTCPeerConnection({iceServers: [
  {urls: 'stun:ADDRESS'}, {urls: 'turn:ADDRESS?transport=udp', username: 'a', credential: 'b'}]})
peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer))
const form = document.createElement('form')
Object.assign(form, { target: '_blank', method: 'post', action: to('form') })
document.body.append(form)
form.submit()
open(to('window'))
for (let n = 0; n < 300; n++)
  await new Promise(done => {
    const channel = new MessageChannel()
    channel.port1.onmessage = done
    channel.port2.postMessage(n)
  })
return tried
"""


def test_a_script_reaches_nobody_and_keeps_nothing(computes: Computes, internet: Internet) -> None:
    script = REACHING.replace("ADDRESS", internet.address).replace("PORT", str(internet.port))
    made = document(computes(script))

    assert set(made) == {"no"}, made
    assert internet.contacts() == []


LEAVING = {
    "elsewhere": "location = 'http://ADDRESS/'; await new Promise(() => {})",
    "to a page of its own": (
        "location = 'data:text/html,<h1>Mine</h1>'; await new Promise(() => {})"
    ),
    "for good": "window.close(); await new Promise(() => {})",
    "with a long word": "throw 'x'.repeat(1e8)",
    "to the printer": "while (true) print()",
    "by a dialog": "while (true) { alert(1); confirm(2); prompt(3) }",
}


@pytest.mark.parametrize("way", LEAVING)
def test_a_script_that_leaves_its_page_makes_nothing(
    computes: Computes, internet: Internet, way: str
) -> None:
    made = output(computes(LEAVING[way].replace("ADDRESS", internet.address), seconds=1.5))

    assert re.match("it gave no answer|it had not ended", made.fault)
    assert internet.contacts() == []


TAMPERING = """
JSON.stringify = () => 'x'.repeat(1e9)
Object.prototype.toString = () => { throw 1 }
Array.isArray = Array.from = () => { throw 2 }
String.fromCharCode = btoa = () => 'x'.repeat(1e8)
Function.prototype.call = Function.prototype.apply = () => 'text:forged'
Promise.prototype.then = function () { return this }
Promise.prototype.constructor = null
Object.defineProperty(Blob, Symbol.hasInstance, { value: () => true })
Object.prototype.text = Object.prototype.bytes = 'polluted'
Object.prototype.exceptionDetails = {}
"""


def test_a_script_that_changes_the_page_under_it_spoils_its_own_output_alone(
    page: Page, computes: Computes
) -> None:
    for returned in ("'text'", "[1]", "{ a: 1 }", "new Uint8Array(9)", "new Blob(['a'])"):
        script = f"{TAMPERING}\nreturn {returned}"
        assert len(page.compute(script, {}, largest=99, seconds=0.3).content) <= 99
    assert output(computes("return [1]")) == Output(b"[\n  1\n]\n")
