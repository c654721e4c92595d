"""A double of the parts of GitHub that the product uses, on the same wire as the real one.

REST calls, pushes and clones through real git, and Pages, on one loopback port.
In a test: ``with serve(data_dir) as github: ...``; from a shell: ``python -m local.github``.
"""

from local.github.app import create_app
from local.github.server import RunningGitHub, serve

__all__ = ["RunningGitHub", "create_app", "serve"]
