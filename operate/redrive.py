"""`make redrive`: dead letters go back to the queue, each told with why it was given up.

SQS's own redrive does the same without a word, and the emulator does not have it. A message is
sent before it is deleted: whenever this is killed, nothing is lost, and what is queued twice is
built once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from deployer.adapters.sqs import SQSDeploymentQueue, parse_message
from deployer.domain.errors import UnavailableError
from operate.errors import CommandError

if TYPE_CHECKING:
    from deployer.domain.ports import Message
    from operate.stacks import Stack

HELD_SECONDS = 120
"""For so long a dead letter that was received is out of sight, of a second redrive too."""
NOT_OURS = 2
"""The exit code when messages were left that nobody can build."""

Say = Callable[[str], None]


def redrive(stack: Stack, say: Say = print) -> int:
    """Move every dead letter of ours back; the exit code.

    Raises:
        CommandError: AWS or the API did not do as asked; what was told as moved is moved.
    """
    try:
        moved, left = _move_all(stack, say)
    except (BotoCoreError, ClientError, UnavailableError) as failed:
        raise CommandError(f"the redrive stopped, and may be run again: {failed}") from failed
    if not moved and not left:
        say("there are no dead letters")
    if moved:
        say(f"{moved} moved; they go on from their last checkpoint")
    if left:
        say(f"{left} left: they are not messages of ours, and can only be deleted")
    return NOT_OURS if left else 0


def _move_all(stack: Stack, say: Say) -> tuple[int, int]:
    """Move the dead letters; return how many were moved, and how many were left."""
    sqs, dead = stack.client("sqs"), stack.outputs["DeadLetterQueueUrl"]
    queue = SQSDeploymentQueue(stack.outputs["QueueUrl"], sqs)
    moved, left = 0, []
    for letter in _letters(sqs, dead):
        try:
            message = parse_message(letter["Body"])
        except ValueError:
            left.append(letter)
            say(f"left   {letter['MessageId']}  {letter['Body'][:80]!r}")
            continue
        why = _why(message, stack)
        queue.send(message)
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
        moved += 1
        say(f"moved  {message.deployment_id}  {why}")
    for letter in left:
        handle = letter["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=dead, ReceiptHandle=handle, VisibilityTimeout=0)
    return moved, len(left)


def _letters(sqs: Any, dead: str) -> Iterator[dict[str, Any]]:
    """Each dead letter once, until there are no more."""
    seen: set[str] = set()
    while True:
        received = sqs.receive_message(
            QueueUrl=dead,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=2,  # asks every server of the queue, where a short poll asks some
        ).get("Messages", [])
        new = [letter for letter in received if letter["MessageId"] not in seen]
        if not new:
            return
        seen.update(letter["MessageId"] for letter in new)
        yield from new


def _why(message: Message, stack: Stack) -> str:
    key = message.key
    where = f"{key.email} {key.task} round {key.round}"
    found = stack.round_status(key.email, key.task, key.round)
    if found is None:
        return f"{where}: no record, so it will be dropped"
    reason = found.get("error")
    return f"{where}: {found['state']}{f', {reason}' if reason else ''}"
