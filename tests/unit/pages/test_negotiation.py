"""A browser gets a page; everything that does not ask for one gets JSON."""

from __future__ import annotations

import pytest

from deployer.pages.negotiation import prefers_html

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    "accept",
    [CHROME, "text/html", "TEXT/HTML", "text/*", "application/json;q=0.5, text/html;q=0.6"],
)
def test_who_ranks_html_higher_gets_a_page(accept: str) -> None:
    assert prefers_html(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        "application/json, text/html",
        "text/html;q=0, */*",
        "text/html;q=x",
        "image/png",
        ";;,,",
    ],
)
def test_everybody_else_gets_json(accept: str) -> None:
    assert not prefers_html(accept)
