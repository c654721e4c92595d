"""Pages that are right in many styles, and the same pages with one mistake each.

Three are of the course's templates, six of other kinds. A mistake is one replacement in the page's
script or markup, and makes a check fail that the page passes without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from deployer.domain.steps import Step, parse_steps


@dataclass(frozen=True)
class Kind:
    """One page with its checks, and the mistakes that each of them is to catch."""

    name: str
    body: str
    script: str
    checks: tuple[str, ...] = ()
    steps: tuple[tuple[str, ...], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    mistakes: tuple[tuple[str, str], ...] = ()

    def page(self, style: str = "plain") -> dict[str, bytes]:
        head, script, files = STYLES[style](self.script)
        text = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{self.name}</title>'
            f'<meta name="viewport" content="width=device-width">'
            f"{head}</head><body>{self.body}{script}</body></html>"
        )
        return {p: t.encode() for p, t in {"index.html": text, **self.files, **files}.items()}

    def spoiled(self) -> Iterator[tuple[str, dict[str, bytes]]]:
        """Each mistake by its words, and the site that has it."""
        for old, new in self.mistakes:
            assert (self.body + self.script).count(old) >= 1, old
            changed = Kind(
                self.name,
                self.body.replace(old, new, 1),
                self.script.replace(old, new, 1) if old not in self.body else self.script,
                files=self.files,
            )
            yield f"{self.name}: {old} → {new}", changed.page()

    @property
    def parsed_steps(self) -> tuple[tuple[Step, ...], ...]:
        return tuple(parse_steps(lines) for lines in self.steps)


Made = tuple[str, str, dict[str, str]]
STYLES = {
    "plain": lambda js: ("", f"<script>{js}</script>", {}),
    "in a function": lambda js: ("", f"<script>(() => {{ {js} }})()</script>", {}),
    "a module": lambda js: ("", f'<script type="module">{js}</script>', {}),
    "a file of its own": lambda js: ('<script defer src="./app.js"></script>', "", {"app.js": js}),
    "when loaded": lambda js: (
        f"<script>addEventListener('load', () => {{ {js} }})</script>", "", {}
    ),
    "a little later": lambda js: ("", f"<script>setTimeout(() => {{ {js} }}, 400)</script>", {}),
}  # fmt: skip
"""Ways in which a page has its script: markup of the head, of the body's end, and files."""

_FIND = "const $ = selector => document.querySelector(selector)\n"
_SALES = "product,region,sales\npen,North,1200.5\nink,South,34.25\npen,South,65.25\n"

KINDS = (
    Kind(
        "sum of sales",
        '<h1>Sales</h1><p id="total-sales">0</p><table id="product-sales"><tbody></tbody></table>',
        _FIND
        + """async function start() {
          const text = await (await fetch('./data.csv')).text()
          const rows = text.trim().split('\\n').slice(1).map(line => line.split(','))
          const sum = list => list.reduce((all, row) => all + Number(row[2]), 0)
          $('#total-sales').textContent = sum(rows).toFixed(2)
          for (const name of new Set(rows.map(row => row[0]))) {
            const line = $('#product-sales tbody').insertRow()
            line.insertCell().textContent = name
            line.insertCell().textContent = sum(rows.filter(row => row[0] === name)).toFixed(2)
          }
        }
        start()""",
        (
            "Math.abs(parseFloat(document.querySelector('#total-sales').textContent) - 1300) < 0.01",
            "document.querySelectorAll('#product-sales tbody tr').length === 2",
            """(() => { const cells = [...document.querySelectorAll('tbody td:last-child')]
            return cells.reduce((n, c) => n + parseFloat(c.textContent), 0) === 1300 })()""",
        ),
        files={"data.csv": _SALES},
        mistakes=(
            ("Number(row[2])", "Number(row[3])"),
            ("Number(row[2])", "row[2]"),
            ("slice(1)", "slice(2)"),
            ("'./data.csv'", "'./sales.csv'"),
            ("await (await fetch('./data.csv')).text()", "(await fetch('./data.csv')).text()"),
            ("start()", "strat()"),
            ("split(',')", "split(';')"),
            ("new Set(rows.map(row => row[0]))", "rows.map(row => row[0])"),
            ('id="total-sales"', 'id="total"'),
            ("toFixed(2)\n          for", "toLocaleString()\n          for"),
            ("line.insertCell().textContent = name", "line.insertCell().textContent = name; while (true) {}"),
        ),
    ),
    Kind(
        "markdown",
        '<h1>Text</h1><article id="markdown-output"></article><p id="markdown-word-count">0</p>',
        _FIND
        + """fetch('./input.md').then(answer => answer.text()).then(text => {
          const html = text.split('\\n').map(line => line.startsWith('# ') ? `<h2>${line.slice(2)}</h2>` : `<p>${line}</p>`)
          $('#markdown-output').innerHTML = html.join('')
          $('#markdown-word-count').textContent = new Intl.NumberFormat('en-US').format(text.split(/\\s+/).length * 500)
        })""",
        (
            "document.querySelector('#markdown-output').innerHTML.includes('<h2>Title')",
            "document.querySelector('#markdown-word-count').textContent.includes(',')",
        ),
        files={"input.md": "# Title\nsome more words here"},
        mistakes=(
            ("slice(2)", "slice(4)"),
            ("innerHTML", "textContent"),
            ("html.join('')", "html[1]"),
            ("'./input.md'", "'/input.md'"),
            ("answer.text()", "answer.json()"),
            (".format(text", ".formatt(text"),
            ("* 500", "* 1"),
            ("'#markdown-word-count'", "'#word-count'"),
        ),
    ),
    Kind(
        "github user",
        '<form id="find"><label>User <input name="user" value="octocat"></label><button>Find</button></form>'
        '<p id="github-created-at"></p><p id="github-status" aria-live="polite"></p>',
        _FIND
        + """async function show(name) {
          $('#github-status').textContent = `Looking for ${name}`
          const users = await (await fetch('./users.json')).json()
          const user = users[name]
          $('#github-created-at').textContent = user ? user.created_at.slice(0, 10) : ''
          $('#github-status').textContent = user ? `Found ${name}` : `No user is called ${name}`
        }
        $('#find').addEventListener('submit', event => {
          event.preventDefault()
          show(event.target.user.value)
        })
        show('octocat')""",
        (
            "document.querySelector('#github-created-at').textContent === '2011-01-25'",
            "document.querySelector('#github-status').getAttribute('aria-live') === 'polite'",
        ),
        (
            ("fill [name=user] -> ada", "click button", "wait for #github-created-at -> 2015-12-10",
             "expect document.querySelector('#github-status').textContent === 'Found ada'"),
        ),
        files={"users.json": '{"octocat": {"created_at": "2011-01-25T18:44:36Z"}, "ada": {"created_at": "2015-12-10T00:00:00Z"}}'},
        mistakes=(
            ("slice(0, 10)", "slice(0, 4)"),
            ("user.created_at", "user.createdAt"),
            ("show('octocat')", ""),
            ("users[name]", "users.name"),
            ("aria-live=\"polite\"", "aria-live=\"assertive\""),
            ("event.preventDefault()", ""),
        ),
    ),
    Kind(
        "form",
        '<form id="f"><label>Name <input id="name" required></label><label>Age <input id="age" type="number"></label>'
        '<button id="send">Send</button></form><p id="answer" role="status">Nothing sent yet</p>',
        _FIND
        + """$('#f').addEventListener('submit', event => {
          event.preventDefault()
          const age = Number($('#age').value)
          $('#answer').textContent = age >= 18 ? `Welcome, ${$('#name').value}` : 'Too young'
        })""",
        ("document.querySelector('#answer').textContent === 'Nothing sent yet'",),
        (
            ("fill #name -> Ada", "fill #age -> 36", "click #send",
             "expect document.querySelector('#answer').textContent === 'Welcome, Ada'"),
            ("fill #name -> Bob", "fill #age -> 9", "press #age -> Enter",
             "expect document.querySelector('#answer').textContent === 'Too young'"),
        ),
        mistakes=(
            ("'submit'", "'sumbit'"),
            (">= 18", "> 36"),
            ("$('#name').value", "$('#name').text"),
            ("'Too young'", "'too young'"),
            ("Number($('#age').value)", "Number($('#ages').value)"),
            ("Nothing sent yet", "Loading"),
            ("event.preventDefault()", "return"),
        ),
    ),
    Kind(
        "chart",
        '<h1>Chart</h1><svg id="chart" viewBox="0 0 100 50" role="img" aria-label="Sales"></svg><p id="max"></p>',
        _FIND
        + """const values = [5, 20, 10]
        const most = Math.max(...values)
        values.forEach((value, index) => {
          const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
          const sizes = { x: index * 30, y: 50 - value / most * 50, width: 20, height: value / most * 50 }
          for (const [name, size] of Object.entries(sizes)) bar.setAttribute(name, size)
          $('#chart').append(bar)
        })
        $('#max').textContent = `Most: ${most}`""",
        (
            "document.querySelectorAll('#chart rect').length === 3",
            "Number(document.querySelector('#chart rect:nth-child(2)').getAttribute('height')) === 50",
            "document.querySelector('#max').textContent === 'Most: 20'",
        ),
        mistakes=(
            ("createElementNS('http://www.w3.org/2000/svg', 'rect')", "createElement('div')"),
            ("Math.max(...values)", "Math.max(values)"),
            ("[5, 20, 10]", "[5, 20]"),
            ("append(bar)", "appendChildren(bar)"),
            ("height: value / most * 50", "height: value"),
            ("`Most: ${most}`", "'Most: ${most}'"),
        ),
    ),
    Kind(
        "canvas game",
        '<canvas id="board" width="100" height="100"></canvas><output id="score">0</output><p id="state">ready</p>',
        _FIND
        + """const pen = $('#board').getContext('2d')
        let x = 50, score = 0
        function draw() {
          pen.clearRect(0, 0, 100, 100)
          pen.fillStyle = 'rgb(200, 0, 0)'
          pen.fillRect(x, 50, 10, 10)
        }
        addEventListener('keydown', event => {
          const step = { ArrowLeft: -10, ArrowRight: 10 }[event.key]
          if (!step) return
          x += step
          score += 1
          $('#score').textContent = score
          $('#state').textContent = `at ${x}`
          draw()
        })
        draw()""",
        ("document.querySelector('#board').getContext('2d').getImageData(55, 55, 1, 1).data[0] === 200",),
        (
            ("press ArrowRight", "press ArrowRight", "expect document.querySelector('#score').value === '2'",
             "expect document.querySelector('#state').textContent === 'at 70'"),
            ("press ArrowLeft",
             "expect document.querySelector('#board').getContext('2d').getImageData(45, 55, 1, 1).data[0] === 200"),
        ),
        mistakes=(
            ("getContext('2d')", "getContext('3d')"),
            ("'keydown'", "'keyup_'"),
            ("ArrowRight: 10", "ArrowRight: 1"),
            ("x += step", "x = step"),
            ("score += 1", "score =+ 1"),
            ("pen.fillRect(x, 50, 10, 10)", "pen.strokeRect(x, 5, 1, 1)"),
            ("        draw()\n        })", "        })"),
        ),
    ),
    Kind(
        "timer",
        '<p id="left">10</p><p id="note">running</p><button id="stop">Stop</button>',
        _FIND
        + """let left = 10
        const timer = setInterval(() => {
          left -= 1
          $('#left').textContent = Math.max(left, 0)
          if (left <= 0) { clearInterval(timer); $('#note').textContent = 'done' }
        }, 1000)
        $('#stop').onclick = () => { clearInterval(timer); $('#note').textContent = 'stopped' }""",
        ("Number(document.querySelector('#left').textContent) >= 0", "document.querySelector('#note').textContent !== ''"),
        (
            ("click #stop", "expect document.querySelector('#note').textContent === 'stopped'"),
            ("expect document.querySelector('#left').textContent === '9'", "expect document.querySelector('#note').textContent === 'running'"),
        ),
        mistakes=(
            ("Math.max(left, 0)", "left - 11"),
            ("'done'", "''"),
            ("left -= 1", "left = left.toFixed()"),
            ("$('#stop').onclick", "$('#stop').onClick"),
            ("}, 1000)", "}, 1000000)"),
            ("'stopped'", "'stoped'"),
        ),
    ),
    Kind(
        "storage",
        '<form id="add"><input id="what" aria-label="What"><button>Add</button></form><ul id="list"></ul><p id="count">0</p>',
        _FIND
        + """const KEY = 'todo-items'
        const items = JSON.parse(localStorage.getItem(KEY) ?? '[]')
        function show() {
          $('#list').replaceChildren(...items.map(text => Object.assign(document.createElement('li'), { textContent: text })))
          $('#count').textContent = items.length
          localStorage.setItem(KEY, JSON.stringify(items))
        }
        $('#add').addEventListener('submit', event => {
          event.preventDefault()
          items.push($('#what').value)
          show()
        })
        show()""",
        ("document.querySelector('#count').textContent === '0'", "localStorage.getItem('todo-items') === '[]'"),
        (
            ("fill #what -> milk", "click button", "reload", "expect document.querySelector('#list li').textContent === 'milk'"),
            ("fill #what -> <b>x</b>", "press #what -> Enter", "expect document.querySelector('#count').textContent === '1'"),
        ),
        mistakes=(
            ("localStorage.setItem(KEY, JSON.stringify(items))", "sessionStorage.setItem(KEY, JSON.stringify(items))"),
            ("JSON.stringify(items)", "items"),
            ("localStorage.getItem(KEY)", "localStorage.getItem('todo')"),
            ("items.push", "items.add"),
            ("items.length", "items.size"),
            ("?? '[]'", ""),
        ),
    ),
    Kind(
        "routing",
        '<nav><a id="home" href="#/">Home</a> <a id="about" href="#/about">About</a></nav><main id="view"></main>',
        _FIND
        + """const pages = { '': 'Welcome', '/': 'Welcome', '/about': 'About us' }
        function show() {
          const path = location.hash.slice(1)
          $('#view').textContent = pages[path] ?? 'Not found'
          document.title = $('#view').textContent
        }
        addEventListener('hashchange', show)
        show()""",
        ("document.title === 'Welcome'", "document.querySelector('#view').textContent === 'Welcome'"),
        (
            ("click #about", "expect document.querySelector('#view').textContent === 'About us'"),
            ("open #/nowhere", "expect document.querySelector('#view').textContent === 'Not found'"),
        ),
        mistakes=(
            ("'hashchange'", "'hashChange'"),
            ("slice(1)", "slice(2)"),
            ("?? 'Not found'", "|| ''"),
            ('href="#/about"', 'href="#about"'),
            ("document.title = ", "document.titel = "),
            ("'': 'Welcome', ", ""),
        ),
    ),
)  # fmt: skip

SPOILED = tuple((words, kind, site) for kind in KINDS for words, site in kind.spoiled())
GOOD = tuple(
    (f"{kind.name}, {style}", kind, kind.page(style)) for kind in KINDS for style in STYLES
)
