"""A process that publishes one deployment when it is told to; see `test_at_once.py`.

It reads where everything is as a line of JSON, says "ready", and publishes at the next line. It
prints the SHA of its commit.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from deployer.adapters.dynamodb.rounds import DynamoDBRepositoryNames, DynamoDBWriteLedgers
from deployer.adapters.github.git import DulwichRemote
from deployer.adapters.github.host import GitHubHost, github_client
from deployer.domain.site import Site
from deployer.services.github.repositories import Publisher
from deployer.services.github.write_turns import WriteTurns
from tests.support.aws import TABLE
from tests.support.builders import a_round

SITE = Site({"index.html": b"<title>At once</title>", "LICENSE": b"MIT License\n"})


def now() -> datetime:
    return datetime.now(UTC)


def publisher(api_url: str, git_url: str, pages_url: str, owner: str, token: str) -> Publisher:
    return Publisher(
        GitHubHost(lambda: github_client(token, api_url), owner, pages_url, now),
        DulwichRemote(git_url, lambda: token, now),
        DynamoDBRepositoryNames(TABLE),
        WriteTurns(owner, DynamoDBWriteLedgers(TABLE), now),
        now,
    )


def main() -> None:
    made = publisher(**json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    sys.stdin.readline()
    print(made.publish(a_round(), SITE, base=None).commit_sha, flush=True)


if __name__ == "__main__":
    main()
