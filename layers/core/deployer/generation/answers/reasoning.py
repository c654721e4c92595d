"""The end of a model's reasoning and the beginning of its answer, in the words of model servers.

Reasoning belongs into a field of its own, but servers leave it in the text: with both of its tags,
or with the closing one alone, since many chat templates put the opening one into the prompt.
"""

from __future__ import annotations

import re

_NAMES = (
    r"(?:\w{1,10}:)?(?:think|thinking|thoughts?|thought_process|think_intent|reasoning|reflection"
    r"|(?:reasoning_)?scratchpad|analysis|antthinking|(?:inner|internal)_monologue|deliberation"
    r"|plan|planning|chain_of_thought|cot)"
)
OPENING = re.compile(
    rf"<{_NAMES}(?:\s[^<>\n]{{0,200}})?>|<details\b[^<>\n]{{0,200}}>|\[THINK\]|◁think▷"
    r"|<\|START_THINKING\|>|<\|begin_of_thought\|>|<\|channel\|>(?:analysis|commentary)\b"
    r"|<\|channel>thought|<unused94>thought",
    re.IGNORECASE,
)
CLOSING = re.compile(
    rf"</{_NAMES}\s*>|</details\s*>|\[/THINK\]|◁/think▷|<\|END_THINKING\|>|<\|end_of_thought\|>"
    r"|<\|channel\|>final(?:\s*<\|constrain\|>\s*\w+)?<\|message\|>|assistantfinal"
    r"|<channel\|>|<unused95>",
    re.IGNORECASE,
)
"""`<mm:think>`, `[THINK]`, `◁think▷`, Cohere's, gpt-oss's channels (with and without their control
tokens), Gemma's; a `<details>` is what some front ends fold reasoning into."""


def after_reasoning(text: str) -> str:
    """The text behind the last end of a reasoning."""
    end = 0
    for match in CLOSING.finditer(text):
        end = match.end()
    return text[end:]
