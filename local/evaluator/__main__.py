"""``python -m local.evaluator --port 7863 --data .local/evaluator``."""

from __future__ import annotations

import argparse
from pathlib import Path

from local.evaluator.app import create_app
from local.serving import serve_until_stopped


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.evaluator", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that keeps everything")
    chosen = parser.parse_args()
    serve_until_stopped(create_app(chosen.data), chosen.port, "evaluator")


if __name__ == "__main__":
    main()
