"""`python -m local.model --port P`: serve the stand-in on 127.0.0.1."""

from __future__ import annotations

import argparse

from local.model.server import create_app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    create_app().run(host="127.0.0.1", port=parser.parse_args().port, threaded=True)


if __name__ == "__main__":
    main()
