"""The script that the stand-in sends for a file of figures, if a brief asks for one as this does:
`save summary.json with the sum, min and max of its sales column`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from deployer.generation.answers.grammar import ComputeBlock
from local.model.reading import Request

_FIGURES = {
    "count": "values.length",
    "sum": "Number(sum.toFixed(2))",
    "mean": "values.length ? Number((sum / values.length).toFixed(2)) : null",
    "min": "values.length ? Math.min(...values) : null",
    "max": "values.length ? Math.max(...values) : null",
}
_NAMES = "|".join(_FIGURES)
_ASKED = re.compile(
    rf"\bsave ([\w-]+\.json) with the ((?:(?:{_NAMES})(?:, and |, | and )?)+) of (?:its|the)"
    r" [\"'`]?([\w-]+)[\"'`]? column",
    re.IGNORECASE,
)
_SCRIPT = """\
const rows = files[@@DATA@@].split(/\\r?\\n/).filter(line => line.trim()).map(cellsOf);
const column = rows[0].findIndex(name => name.trim().toLowerCase() === @@COLUMN@@);
if (column < 0) throw new Error("there is no column " + @@COLUMN@@);
const values = rows.slice(1).map(row => Number(row[column])).filter(Number.isFinite);
const sum = values.reduce((total, value) => total + value, 0);
return { @@FIGURES@@ };

function cellsOf(line) {
  const cells = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g).map(cell => cell.replace(/,$/, ""));
  return cells.map(cell => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}
"""


def scripts_for(request: Request) -> Iterator[ComputeBlock]:
    """A block for the file that the brief asks for, if a table is attached."""
    asked = _ASKED.search(request.brief)
    tables = [name for name in request.attachments if name.endswith(".csv")]
    if asked is None or not tables:
        return
    path, wanted, column = asked.groups()
    figures = re.findall(_NAMES, wanted.lower())
    script = (
        _SCRIPT.replace("@@DATA@@", json.dumps(tables[0]))
        .replace("@@COLUMN@@", json.dumps(column.lower()))
        .replace("@@FIGURES@@", ", ".join(f"{name}: {_FIGURES[name]}" for name in figures))
    )
    yield ComputeBlock(path, (tables[0],), script)
