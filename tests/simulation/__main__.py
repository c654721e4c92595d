"""`python -m tests.simulation`: see docs/reliability.md."""

import tests.conftest  # noqa: F401 - the functions read its settings when they are loaded
from tests.simulation.command import main

main()
