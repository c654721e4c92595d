"""One visit to a candidate, or the scripts that compute files of it. The worker waits for it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from deployer import bootstrap
from deployer.adapters.browser import outputs_to_json, parse_asked, report_to_json
from deployer.domain.computed import Computing
from deployer.observability import logger, metrics, tracer


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    asked = parse_asked(event)
    if isinstance(asked, Computing):
        return outputs_to_json(bootstrap.app.compute(asked))
    return report_to_json(bootstrap.app.visit(asked))
