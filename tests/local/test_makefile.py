"""The Makefile, as a person meets it."""

from __future__ import annotations

import os
import re
import subprocess

from operate.command import given
from operate.places import CHECKOUT

FOR_OTHER_TARGETS = {"help", "environments"}


def made(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    run = ["make", "--no-print-directory", *arguments]
    return subprocess.run(
        run, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_make_alone_lists_every_target_below_who_needs_it() -> None:
    groups = re.split(r"^(\S.*):$", made(), flags=re.MULTILINE)
    listed = dict(zip(groups[1::2], groups[2::2], strict=True))
    targets = re.findall(r"^  make (\S+) +\S", "".join(listed.values()), re.MULTILINE)
    declared = re.findall(r"^\.PHONY: (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    assert set(targets) == set(" ".join(declared).split()) - FOR_OTHER_TARGETS
    assert "make demo" in listed["To see it run on this machine"]


def test_a_variable_that_is_not_set_is_an_option_that_was_not_given() -> None:
    assert given(["--seeds=", "--pairs=0", "--port", "1"]) == ["--pairs=0", "--port", "1"]
    command = made("--dry-run", "simulate", "PAIRS=0").split("-m tests.simulation ")[1]
    assert given(command.replace("\\", "").split()) == ["--pairs=0"]
