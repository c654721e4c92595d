"""Answers with the model's reasoning in them, as issue trackers of those who serve or read such
models report them. Nothing of a draft may be published."""

from __future__ import annotations

import json

from tests.corpus.cases import GOOD, PAGE, README, SITE, Case, N, cut, done, file

DRAFT_PAGE = PAGE.replace("<h1>Colours</h1>", "<h1>DRAFT</h1>")
DRAFT = file("index.html", DRAFT_PAGE) + file("notes.md", "My thoughts about the user.\n")
WHOLE_DRAFT = DRAFT + done(2)
OPEN_DRAFT = f"=====FILE {N} path=index.html=====\n{DRAFT_PAGE}"
MENTION = PAGE.replace("red</p>", "red</p>\n    <pre>\n&lt;think&gt;\n</think>\n</pre>")


def said(page: str, before: str = "", after: str = "") -> str:
    return before + file("index.html", page) + file("README.md", README) + done(2) + after


REASONING = (
    # deepseek-ai, QwenLM, zai-org: the tags themselves
    Case("a draft without DONE in <think>", (f"<think>\n{DRAFT}Better:\n</think>\n{GOOD}",), SITE),
    Case("a whole draft in <think>", (f"<think>\n{WHOLE_DRAFT}Wait.\n</think>\n\n{GOOD}",), SITE),
    Case("a draft in <think> that breaks off in the page", (f"<think>\n{OPEN_DRAFT}</think>\n{GOOD}",), SITE),
    # QwenLM/qwen-code#6007, sgl-project/sglang#36285, amd/gaia#3945: the template holds the opening tag
    Case("only the closing tag", (f"Let me think.\n{WHOLE_DRAFT}No.\n</think>\n{GOOD}",), SITE),
    Case("only the closing tag, in the middle of a draft", (f"{OPEN_DRAFT}no, wait</think>\n{GOOD}",), SITE),
    Case("only the closing tag, and the first marker behind it",
         (f"{WHOLE_DRAFT}Let's write the answer.</think>{GOOD}",), SITE),
    Case("only the closing tag, in a draft, and the first marker behind it", (f"{OPEN_DRAFT}</think>{GOOD}",), SITE),
    # openclaw/openclaw#46205: the closing tag never comes
    Case("only the opening tag", (f"<think>I just answer.\n{GOOD}",), SITE),
    # deepseek-ai/DeepSeek-R1#352
    Case("empty tags", (f"<think>\n\n</think>\n\n{GOOD}",), SITE),
    Case("empty tags on the first marker's line", (f"<think></think>{GOOD}",), SITE),
    # QwenLM/qwen-code#10982
    Case("tags in tags", (f"<think>a<think>\n{WHOLE_DRAFT}</think>c</think>\n{GOOD}",), SITE),
    Case("a tag that is spoken of in the reasoning",
         (f"<think>\nI close with the tag.\n<think> it was.\n{WHOLE_DRAFT}</think>\n{GOOD}",), SITE),
    Case("thought about twice", (f"<think>\n{DRAFT}</think>\n<think>\n{WHOLE_DRAFT}</think>\n{GOOD}",), SITE),
    # others' words: HKUDS/nanobot#4466, ephraimduncan/opencode-cursor#12, NousResearch/hermes-agent#11366
    *(Case(f"<{name}>", (f"<{name}>\n{WHOLE_DRAFT}</{name}>\n{GOOD}",), SITE)
      for name in ("thinking", "Thinking", "thought", "reasoning", "REASONING_SCRATCHPAD", "reflection", "analysis",
                   "think_intent", "inner_monologue", "antThinking", "plan", "mm:think", "seed:think")),
    # isaiah-harville/Primer#109 lists what llama.cpp's handlers know
    Case("Mistral's [THINK]", (f"[THINK]\n{WHOLE_DRAFT}[/THINK]{GOOD}",), SITE),
    Case("Kimi's ◁think▷", (f"◁think▷\n{WHOLE_DRAFT}◁/think▷{GOOD}",), SITE),
    Case("Cohere's START_THINKING", (f"<|START_THINKING|>{WHOLE_DRAFT}<|END_THINKING|>\n{GOOD}",), SITE),
    Case("gpt-oss's channels",
         (f"<|channel|>analysis<|message|>{WHOLE_DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{GOOD}",), SITE),
    Case("gpt-oss's channels without their control tokens", (f"analysis{WHOLE_DRAFT}Done.assistantfinal{GOOD}",), SITE),
    Case("Gemma's channel", (f"<|channel>thought\n{WHOLE_DRAFT}<channel|>{GOOD}",), SITE),
    Case("reasoning folded by a front end",
         (f'<details type="reasoning" done="true">\n<summary>Thought for 5 s</summary>\n{WHOLE_DRAFT}</details>\n{GOOD}',),
         SITE),
    # untagged: ibm-granite's "Here is my thought process", and models that think aloud
    Case("a draft and then the answer, without tags", (f"First try:\n{WHOLE_DRAFT}Wait, better:\n{GOOD}",), SITE),
    Case("the answer, and then half a draft", (f"{GOOD}Or should I\n{OPEN_DRAFT}",), SITE),
    Case("markers spoken of in a sentence",
         (f"I end with =====DONE {N} blocks=2===== and begin each with =====FILE {N} path=x=====:\n{GOOD}",), SITE),
    # reasoning behind the answer, and tags in files, are none of the reader's business
    Case("a reflection behind the answer", (f"{GOOD}<reflection>\nAll is there.\n</reflection>\n",), SITE),
    Case("a closing tag in the page", (said(MENTION),), {"index.html": MENTION, "README.md": README}),
    Case("a closing tag in the page, after a reasoning", (said(MENTION, f"<think>\n{DRAFT}</think>\n"),),
         {"index.html": MENTION, "README.md": README}),
    Case("details in the page and in the README",
         (file("index.html", PAGE.replace("red</p>", "red</p>\n<details><summary>x</summary>\ny\n</details>"))
          + file("README.md", f"{README}\n<details>\nMore\n</details>\n") + done(2),),
         {"index.html": PAGE.replace("red</p>", "red</p>\n<details><summary>x</summary>\ny\n</details>"),
          "README.md": f"{README}\n<details>\nMore\n</details>\n"}),
    # what was only thought is asked for: lmstudio-ai/lmstudio-bug-tracker#1602
    Case("all of it in the reasoning", (f"<think>\n{GOOD}</think>\n", GOOD), SITE),
    Case("a reasoning that used up the limit", (cut(f"<think>\n{DRAFT}"), GOOD), {**SITE, "notes.md": "*"}),
    Case("other forms after a reasoning: JSON",
         (f"<think>\n```json\n{{}}\n```\n</think>\n{json.dumps({'files': SITE})}",), SITE),
    Case("other forms after a reasoning: fences",
         (f"hm\n```html\n{DRAFT_PAGE}```\n</think>\n```html\n{PAGE}```\n",), {"index.html": PAGE, "README.md": "*"}),
)  # fmt: skip
