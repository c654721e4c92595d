"""``python -m local.github --port 7862 --data .local/github``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.github.app import OWNER, TOKEN, create_app
from local.github.git_commands import GitMissingError
from local.github.server import Handler
from local.serving import serve_until_stopped


def main() -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.github", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that keeps everything")
    parser.add_argument("--owner", default=OWNER, help="login of the token's user")
    parser.add_argument("--token", default=TOKEN, help="the only token that is accepted")
    parser.add_argument("--organization", action="append", default=[], help="may be repeated")
    parser.add_argument("--log", type=Path, help="file for the requests; else in the data folder")
    parser.add_argument(
        "--may-write-workflows", action="store_true", help="the token may push workflow files"
    )
    parser.add_argument("--pages-delay", type=float, default=0.0, help="seconds behind the branch")
    chosen = parser.parse_args()
    try:
        app = create_app(
            chosen.data,
            owner=chosen.owner,
            token=chosen.token,
            organizations=chosen.organization,
            may_write_workflows=chosen.may_write_workflows,
            pages_delay=chosen.pages_delay,
            log=chosen.log,
        )
    except GitMissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    serve_until_stopped(app, chosen.port, f"local GitHub (account {chosen.owner})", Handler)
    return 0


if __name__ == "__main__":
    sys.exit(main())
