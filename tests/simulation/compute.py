"""AWS's own part: it delivers messages, runs functions and executions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

from tests.conftest import load_event
from tests.simulation.aws import QueuedMessage, no_answer
from tests.simulation.faults import Kind
from tests.simulation.functions import Context, Environments
from tests.simulation.scheduler import Killed, Process
from tests.simulation.state_machine import Execution, TaskFailedError

if TYPE_CHECKING:
    from tests.simulation.world import World

DEFINITION = json.loads(
    (Path(__file__).parents[2] / "functions/notifier/notify.asl.json").read_text()
)
# As in template.yaml; test_world.py sees to it.
TIMEOUTS = {"validator": 15, "worker": 300, "notifier": 45, "pages_checker": 50, "status": 15}
MOST_DUPLICATES = 5
_environments = Environments()
_SQS_RECORD: dict[str, Any] = load_event("sqs_one_good_one_bad")["Records"][0]


class Compute:
    """Lambda with its poller of the queue, and Step Functions."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._working = 0
        self._duplicates_left = MOST_DUPLICATES

    def queue_changed(self, due: float) -> None:
        """From `due` on there may be something to receive."""
        self._world.scheduler.at(due, self._poll)

    def begin_execution(self, name: str, text: str) -> None:
        """Run the state machine on the JSON `text`."""

        def invoke(function: str, payload: dict[str, Any]) -> dict[str, Any]:
            named = {"PagesChecker": "pages_checker", "Notifier": "notifier"}
            return self.invoke(named[function[2:].removesuffix("FunctionArn}")], payload)

        execution = Execution(DEFINITION, json.loads(text), invoke, self._world.scheduler.sleep)
        self._world.scheduler.spawn(Process("execution"), execution.run)

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Run a handler in a process of its own, as long as its timeout allows.

        Raises:
            TaskFailedError: it raised, was killed or ran out of time.
        """
        process = Process(function, self._world.scheduler.now + TIMEOUTS[function])
        module = _environments.take(function)
        context = Context(lambda: process.deadline - self._world.scheduler.now)
        answer = self._outcome(process, lambda: module.handler(event, context))
        _environments.give_back(function, module)
        return answer

    def _outcome(self, process: Process, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        outcomes: list[dict[str, Any] | BaseException] = []
        wake = self._world.scheduler.waker()

        def run() -> None:
            try:
                outcomes.append(work())
            except Killed as killed:
                outcomes.append(killed)
            except Exception as failed:  # noqa: BLE001 - whatever a handler raises is its end
                outcomes.append(failed)
            wake()

        self._world.scheduler.spawn(process, run)
        self._world.scheduler.wait()
        outcome = outcomes[0]
        if isinstance(outcome, BaseException):
            raise TaskFailedError(f"{process.name}: {outcome!r}") from outcome
        return outcome

    def _poll(self) -> None:
        world = self._world
        while self._working < world.conditions.workers:
            message = world.queue.receive()
            if message is None:
                return
            self._deliver(message)
            if self._duplicates_left and world.random.random() < world.conditions.duplicate_rate:
                self._duplicates_left -= 1
                self._deliver_again(replace(message, receives=message.receives + 1))

    def _deliver(self, message: QueuedMessage) -> None:
        self._working += 1
        self._world.scheduler.spawn(Process("poller"), lambda: self._work(message))

    def _deliver_again(self, copy: QueuedMessage) -> None:
        """A queue delivers at least once: also while the first delivery is in work."""
        later = self._world.scheduler.now + self._world.random.uniform(0, 30)
        self._world.scheduler.at(later, lambda: self._deliver(copy))

    def _work(self, message: QueuedMessage) -> None:
        try:
            answer = self.invoke("worker", {"Records": [_sqs_record(message)]})
            if not answer["batchItemFailures"]:
                self._world.io(
                    "poller: delete",
                    lambda: self._world.queue.delete(message.id),
                    no_answer,
                    kinds=(Kind.LOST, Kind.REFUSED),
                )
        except (TaskFailedError, ClientError, EndpointConnectionError):
            return
        finally:
            self._working -= 1
            self._world.scheduler.at(self._world.scheduler.now, self._poll)


def _sqs_record(message: QueuedMessage) -> dict[str, Any]:
    return {
        **_SQS_RECORD,
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {
            **_SQS_RECORD["attributes"],
            "ApproximateReceiveCount": str(message.receives),
        },
    }
