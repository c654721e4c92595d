"""The page that the evaluator shows in a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import render_template_string

if TYPE_CHECKING:
    from local.evaluator.notifications import Notification

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="5"><title>Evaluator</title><style>
body{font:16px/1.5 system-ui;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;
border-bottom:1px solid #ddd;vertical-align:top}.bad{color:#a00}</style></head><body>
<h1>Evaluator</h1>
<p>A stand-in for the server at <code>evaluation_url</code>. It received
{{ rows|length }} notification{{ "" if rows|length == 1 else "s" }}, the newest first.</p>
{% if rows %}<table><tr><th>When (UTC)</th><th>Who</th><th>Task</th><th>Round</th><th>Site</th>
<th>Commit</th><th>Answered</th></tr>
{% for when, one in rows %}<tr><td>{{ when }}</td><td>{{ one.field("email") }}</td>
<td>{{ one.field("task") }}</td><td>{{ one.field("round") }}</td>
<td>{% for name in ("pages_url", "repo_url") %}{% set url = one.field(name)|string %}
{% if url.startswith(("http://", "https://")) %}<a href="{{ url }}" rel="noreferrer">{{ name }}</a>
{% endif %}{% endfor %}</td>
<td><code>{{ (one.field("commit_sha") or "")|string|truncate(10, true, "") }}</code></td>
<td{% if one.status_answered >= 300 %} class="bad"{% endif %}>{{ one.status_answered }}
{{ one.problems|join("; ") }}</td></tr>{% endfor %}</table>
{% else %}<p>Nothing yet.</p>{% endif %}</body></html>"""


def notifications_page(notifications: list[Notification]) -> str:
    """Return the page as HTML; everything that was received is escaped."""
    rows = [(_readable(one.received_at), one) for one in reversed(notifications)]
    return render_template_string(PAGE, rows=rows)


def _readable(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")
