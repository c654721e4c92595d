"""One queued deployment: generate, publish, start the notification."""

import uuid
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from deployer import bootstrap
from deployer.adapters.sqs import parse_message, receive_count
from deployer.domain.errors import UnavailableError
from deployer.observability import follow, logger, metrics, tracer
from deployer.services.worker.invocation import Invocation, redelivery_delay

# A message that failed in order is reported, not raised: an error of the function is a crash.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def build(record: SQSRecord, lambda_context: LambdaContext) -> None:
    receives = receive_count(record)
    invocation = Invocation(
        owner=uuid.uuid4().hex,
        function_seconds_left=lambda: lambda_context.get_remaining_time_in_millis() / 1000,
        receives=receives,
        max_receives=bootstrap.app.worker_settings.max_receive_count,
    )
    try:
        message = parse_message(record.body)
        follow(message.deployment_id)
        _come_back_soon(record, invocation.redelivery_seconds)
        bootstrap.app.build(message, invocation)
    except Exception:
        logger.exception("the message will be delivered again", receive=receives)
        bootstrap.app.queue.retry_in(record.receipt_handle, redelivery_delay(receives))
        raise


def _come_back_soon(record: SQSRecord, seconds: int) -> None:
    """Have the message return when the lease ends, should this run be killed, and not half an hour
    later."""
    try:
        bootstrap.app.queue.retry_in(record.receipt_handle, seconds)
    except UnavailableError as exc:
        logger.warning("a killed run would come back late", reason=str(exc))


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, build, processor, context)
