"""The page that the evaluator shows in a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import render_template_string

from deployer.pages.rendering import stylesheet

if TYPE_CHECKING:
    from local.evaluator.notifications import Notification

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>Evaluator</title>
<style>{{ style|safe }}</style></head><body><main>
<h1>Evaluator</h1>
<p>A stand-in for the server at <code>evaluation_url</code>. It received
{{ rows|length }} notification{{ "" if rows|length == 1 else "s" }}, the newest first.</p>
{% if rows %}<table><thead><tr><th>When (UTC)</th><th>Who</th><th>Task</th><th>Round</th>
<th>Site</th><th>Commit</th><th>Answered</th></tr></thead><tbody>
{% for when, one in rows %}<tr><td>{{ when }}</td><td>{{ one.field("email") }}</td>
<td>{{ one.field("task") }}</td><td>{{ one.field("round") }}</td>
<td>{% for name in ("pages_url", "repo_url") %}{% set url = one.field(name)|string %}
{% if url.startswith(("http://", "https://")) %}<a href="{{ url }}" rel="noreferrer">{{ name }}</a>
{% endif %}{% endfor %}</td>
<td><code>{{ (one.field("commit_sha") or "")|string|truncate(10, true, "") }}</code></td>
<td class="{{ "bad" if one.status_answered >= 300 else "good" }}">{{ one.status_answered }}
{{ one.problems|join("; ") }}</td></tr>{% endfor %}</tbody></table>
{% else %}<p>Nothing yet.</p>{% endif %}</main></body></html>"""


def notifications_page(notifications: list[Notification]) -> str:
    """Return the page as HTML; everything that was received is escaped."""
    rows = [(_readable(one.received_at), one) for one in reversed(notifications)]
    return render_template_string(PAGE, rows=rows, style=stylesheet())


def _readable(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")
