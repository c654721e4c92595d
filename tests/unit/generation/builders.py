"""Assignments, attachments and scripted models for the tests of generation."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from deployer.domain.generation_report import StoredSite
from deployer.domain.language_model import Prompt, Reply, StopReason, Usage
from deployer.domain.request import Attachment, Check, JavaScriptCheck
from deployer.domain.site import Site
from deployer.generation.assignment import Assignment
from deployer.generation.conversation import Budget
from deployer.generation.judging.policy.csp import without_policy
from deployer.generation.loop import Generator
from local.model.answers import answer
from local.model.reading import Request, read_request

NONCE = "0badcafe"
TEMPLATES = json.loads((Path(__file__).parent / "templates.json").read_text(encoding="utf-8"))

PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Colours</title>
</head>
<body>
  <main>
    <h1>Colours</h1>
    <p id="colour">red</p>
    <button id="next" type="button">Next</button>
  </main>
  <script>
    const colours = ["red", "green", "blue"];
    let shown = 0;

    function showNext() {
      shown = (shown + 1) % colours.length;
      document.querySelector("#colour").textContent = colours[shown];
    }

    document.querySelector("#next").addEventListener("click", showNext);
  </script>
</body>
</html>
"""
README = """\
# Colours

Shows one colour after the other.

## Setup

Serve the folder.

## Usage

Press the button.

## How the code works

One page with one script.

## License

MIT
"""
BRIEF = "Publish a page that shows one colour after the other."


def attachment(name: str, content: bytes, media_type: str = "text/plain") -> Attachment:
    return Attachment(
        name=name, url=f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    )


def build(brief: str = BRIEF, **details: object) -> Assignment:
    return Assignment(
        **{"task": "colours-1", "round": 1, "brief": brief, "licence_holder": "A. Student",
           "licence_year": 2026, **details}
    )  # fmt: skip


def revision(brief: str, page: str = PAGE, **details: object) -> Assignment:
    files = {"index.html": page.encode(), "README.md": README.encode(), "LICENSE": b"MIT"}
    return build(brief, **{"round": 2, "current": Site(files), **details})


Said = str | Reply | Exception | Callable[[Prompt], "str | Reply | Exception"]


@dataclass
class ScriptedModel:
    """Says its lines in order, and the last one for ever; keeps what it was asked."""

    lines: list[Said]
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "scripted/model"

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        self.prompts.append(prompt)
        said = self.lines[min(len(self.prompts), len(self.lines)) - 1]
        if callable(said):
            said = said(prompt)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Reply):
            return said
        usage = Usage(tokens(prompt.system + prompt.user), 0, tokens(said))
        return Reply(said, StopReason.COMPLETE, self.name, usage)


@dataclass
class KnowingModel:
    """The stand-in without its server; `spoil` may turn any of its answers into a mistake."""

    spoil: Callable[[int, str], str] = field(default=lambda _number, text: text)
    prompts: list[Prompt] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    name: str = "stand-in/model"

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        self.prompts.append(prompt)
        text = self.spoil(len(self.prompts), answer(asked(prompt)))
        self.replies.append(text)
        usage = Usage(tokens(prompt.system + prompt.user), 0, tokens(text))
        return Reply(text, StopReason.COMPLETE, self.name, usage)


def asked(prompt: Prompt) -> Request:
    request = read_request(prompt.user)
    assert request is not None
    return request


def tokens(text: str) -> int:
    return (len(text) + 3) // 4


def cut(text: str) -> Reply:
    return Reply(text, StopReason.TRUNCATED, "scripted/model", Usage(10, 0, tokens(text)))


def run(
    assignment: Assignment, model: ScriptedModel | KnowingModel, *, budget: Budget | None = None,
    seconds_left: Callable[[], float] = lambda: 400.0,
) -> StoredSite:  # fmt: skip
    generator = Generator(
        model=lambda: model,
        nonce=lambda: NONCE,
        known_secrets=lambda: assignment.known_secrets,
        allow_workflows=assignment.allow_workflows,
        budget=budget or Budget(),
    )
    made = generator(assignment, seconds_left)
    # What a model wrote is compared; the policy in each page has tests of its own.
    return replace(made, site=without_policy(made.site))


def texts(site: Site, *paths: str) -> dict[str, str]:
    return {path: site.text(path) for path in paths or site}


@dataclass(frozen=True)
class Template:
    """One published template with a seed: its first round and its three second rounds."""

    id: str
    seed: str
    first: Assignment
    second: tuple[Assignment, ...]

    def revised(self, number: int, current: Site) -> Assignment:
        later = self.second[number]
        return Assignment(
            **{**vars(later), "current": current, "earlier_checks": self.first.checks,
               "earlier_attachments": tuple(a.name for a in self.first.attachments)}
        )  # fmt: skip


def templates(seed: str) -> list[Template]:
    """The published templates, instantiated."""
    result = f"{_total(seed):.2f}"
    return [
        Template(
            template["id"],
            seed,
            _assignment(template, template["id"], 1, seed, result),
            tuple(
                _assignment(later, template["id"], 2, seed, result) for later in template["round2"]
            ),
        )
        for template in TEMPLATES
    ]


def _assignment(entry: dict, task: str, number: int, seed: str, result: str) -> Assignment:
    def filled(text: str) -> str:
        return text.replace("${seed}", seed).replace("${result}", result)

    return build(
        filled(entry["brief"]),
        task=f"{task}-{seed}",
        round=number,
        checks=tuple(_check(filled(c["js"])) for c in entry["checks"]),
        attachments=tuple(
            attachment(a["name"], data_of(a["name"], seed)) for a in entry.get("attachments", ())
        ),
    )


def _check(expression: str) -> Check:
    return JavaScriptCheck(js=expression)


def _rows(seed: str) -> Iterable[tuple[str, str, float]]:
    number = sum(seed.encode())
    for index, product in enumerate(("Tea", "Coffee", "Milk, whole", "Tea")):
        yield product, ("North", "South")[index % 2], number * 3.25 + index * 7.5


def _total(seed: str) -> float:
    return sum(sales for _, _, sales in _rows(seed))


def data_of(name: str, seed: str) -> bytes:
    if name == "data.csv":
        lines = [f'"{product}",{region},{sales:.2f}' for product, region, sales in _rows(seed)]
        return "\n".join(["product,region,sales", *lines, ""]).encode()
    if name == "rates.json":
        return b'{"USD": 1, "EUR": 0.9, "INR": 83.2}'
    return f"# Notes {seed}\n\n```js\nlet x = 1;\n```\n\n".encode() + b"words " * 1200
