from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from deployer.adapters.dynamodb.rounds import DynamoDBRounds
from tests.support import aws
from tests.support.gateway import running
from tests.support.reader import Reader


@dataclass
class Site:
    """The API on a socket, and the table behind it."""

    url: str
    rounds: DynamoDBRounds

    def task(self, task: str, email: str = "student@example.com") -> str:
        return f"{self.url}/api/status/{email}/{task}"


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as gateway:
        server = make_server("127.0.0.1", 0, gateway.wsgi, threaded=True, request_handler=_Silent)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Site(f"http://127.0.0.1:{server.server_port}", DynamoDBRounds(aws.TABLE))
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()
