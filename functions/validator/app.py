"""POST /api/deploy: check the request, record it, queue it, answer."""

from typing import Any
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from deployer import bootstrap
from deployer.adapters.api_gateway import answer, json_body, public_url, resolver
from deployer.observability import PowertoolsTelemetry, follow, logger, metrics, tracer

app = resolver(PowertoolsTelemetry())

SEGMENT = "!$&'()*+,;=:@"
"""Characters that stand in a URL's path as they are (RFC 3986, 3.3), beside letters, digits and
-._~."""


@app.post("/api/deploy")
def deploy() -> Response[str]:
    request = bootstrap.app.admit(json_body(app.current_event))
    follow(request.deployment_id)
    bootstrap.app.accept(request)
    path = f"/api/status/{quote(request.email, safe=SEGMENT)}/{request.task}"
    configured = bootstrap.app.validator_settings.public_url
    return answer(
        200,
        {
            "status": "accepted",
            "deployment_id": request.deployment_id,
            "email": request.email,
            "task": request.task,
            "round": request.round,
            "status_url": public_url(app.current_event, configured, path),
        },
    )


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
