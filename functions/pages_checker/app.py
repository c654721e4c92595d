"""One look whether Pages serves a commit; the state machine waits and calls again."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from deployer import bootstrap
from deployer.adapters.stepfunctions import pages_output, parse_delivery
from deployer.observability import follow, logger, metrics, tracer


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    delivery = parse_delivery(event)
    follow(delivery.deployment_id)
    return pages_output(event, bootstrap.app.check_pages(delivery))
