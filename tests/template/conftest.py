"""The transformed template, for everything that reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.sam_template import Resources, transformed


@pytest.fixture
def resources() -> Resources:
    found: Resources = transformed()["Resources"]
    return found


@pytest.fixture
def template_file(tmp_path: Path) -> Path:
    """The transformed template as a file, for the tools that read one."""
    path = tmp_path / "template.json"
    path.write_text(json.dumps(transformed()))
    return path
