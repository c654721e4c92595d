"""One visit to a candidate; the worker waits for its report."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from deployer import bootstrap
from deployer.adapters.browser import parse_visit, report_to_json
from deployer.observability import logger, metrics, tracer


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    return report_to_json(bootstrap.app.visit(parse_visit(event)))
