"""Build one deployment: claim, generate, publish, start the notification.

Each step leaves a checkpoint in the record before the next begins, and is safe to run again: after
a kill, the next delivery of the message goes on from the last checkpoint.
"""

from __future__ import annotations

import math
from datetime import timedelta

from deployer.domain.bounded_text import shortened
from deployer.domain.errors import (
    NotRecordedError,
    Postponed,
    RateLimitedError,
    ReceivedTooOftenError,
    RecordChangedError,
    RejectedError,
)
from deployer.domain.ports import Message
from deployer.domain.redaction import redact
from deployer.domain.round import Failure, State
from deployer.services.worker.bases import Bases
from deployer.services.worker.claim import Claim
from deployer.services.worker.generate import GenerateStep
from deployer.services.worker.invocation import Invocation, redelivery_delay
from deployer.services.worker.ports import BuildPorts
from deployer.services.worker.publish import PublishStep

MAX_DELAY_SECONDS = 900
"""SQS: DelaySeconds is at most 15 minutes; a longer wait takes several hops."""
LONGEST_REASON = 500


def build(message: Message, ports: BuildPorts, invocation: Invocation) -> None:
    """Take the deployment as far as it goes.

    Returns normally when there is nothing left to do with the message: done, nothing to do,
    postponed (a delayed copy is queued), failed for good, or taken over by another worker.

    Raises:
        Exception: the message should be delivered again. After the last receive the record says
            FAILED.
    """
    run = _Run(message, ports, invocation)
    try:
        run.to_its_end()
    except Exception as exc:
        run.stop_early(exc)
        raise


class _Run:
    """The steps of one run."""

    def __init__(self, message: Message, ports: BuildPorts, invocation: Invocation) -> None:
        self.message = message
        self.ports = ports
        self.invocation = invocation
        self.claim = Claim(message, invocation.owner, ports.rounds, ports.clock)
        bases = Bases(ports.rounds, ports.sites, ports.publisher.git, ports.clock)
        self.generate = GenerateStep(ports, bases, self.claim, invocation)
        self.publish = PublishStep(ports, bases, self.claim, invocation)

    def to_its_end(self) -> None:
        try:
            self._claim_and_build()
        except Postponed as pause:
            self._postpone(pause)
        except RejectedError as exc:
            self._fail(Failure(str(exc), resumable=False))
        except RecordChangedError:
            self.ports.telemetry.fact("superseded")
        except NotRecordedError:
            # The validator records within its timeout, or it never answered.
            if not self.invocation.last:
                raise
            self.ports.telemetry.fact("never_accepted")

    def _claim_and_build(self) -> None:
        if self.invocation.exhausted:
            self._refuse_what_has_failed()
        record = self.claim.take(self.invocation.lease_seconds)
        if record is None:
            self.ports.telemetry.fact("nothing_to_do")
            return
        if self.invocation.exhausted:
            raise ReceivedTooOftenError(
                "its last run was killed, or could not say why it failed: see the worker's log"
            )
        self.ports.telemetry.fact("claimed", state=record.state)
        if record.state is State.GENERATING:
            record = self.generate.take(record)
        if record.state is State.GENERATED:
            record = self.publish.take(record)
        for notification in record.pending:
            self.ports.workflow.start(record.delivery(notification))
            self.ports.telemetry.fact("notification_started")
        self.claim.give_back(lambda record: record.released(self.ports.clock()))

    def _refuse_what_has_failed(self) -> None:
        """Leave the record's reason as it is, and the message to the dead letters."""
        record = self.ports.rounds.find(self.message.key)
        if record is not None and record.state is State.FAILED:
            raise ReceivedTooOftenError("it has failed already; the record says why")

    def _postpone(self, pause: Postponed) -> None:
        """Queue a delayed copy of the message, so that waiting spends no receive."""
        until = pause.until
        if isinstance(pause, RateLimitedError):
            until = self.ports.publisher.turns.close(pause)
        now = self.ports.clock()
        delay = min(MAX_DELAY_SECONDS, max(1, math.ceil((until - now).total_seconds())))
        self.ports.queue.send(self.message, delay_seconds=delay)
        self.claim.give_back(lambda record: record.waits(pause.reason, until, now))
        self.ports.telemetry.fact("postponed", reason=pause.reason, delay_seconds=delay)

    def _fail(self, failure: Failure) -> None:
        if self.claim.give_back(lambda record: record.failed(failure, self.ports.clock())):
            self.ports.telemetry.fact("failed", reason=failure.reason)

    def stop_early(self, exc: Exception) -> None:
        """Leave the record so that the next delivery, or a person, can go on from it."""
        # Of an error that nobody foresaw, nobody knows what it holds.
        reason = shortened(redact(f"{type(exc).__name__}: {exc}"), LONGEST_REASON)
        now = self.ports.clock()
        if self.invocation.last:
            self._fail(Failure(reason, resumable=True))
        else:
            again = now + timedelta(seconds=redelivery_delay(self.invocation.receives))
            self.claim.give_back(lambda record: record.waits(reason, again, now))
