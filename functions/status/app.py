"""GET / and GET /api/status/{email}/{task}: the service's version, and a task's rounds."""

from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from deployer import __version__, bootstrap
from deployer.adapters.api_gateway import answer, error_body, resolver
from deployer.observability import PowertoolsTelemetry, logger, metrics, tracer

app = resolver(PowertoolsTelemetry())


@app.get("/")
def health() -> Response[str]:
    return answer(
        200,
        {
            "status": "online",
            "service": "LLM Code Deployer",
            "version": __version__,
            "llm_provider": bootstrap.app.status_settings.llm_provider,
        },
    )


@app.get("/api/status/<email>/<task>")
def status(email: str, task: str) -> Response[str]:
    found = bootstrap.app.status(unquote(email), unquote(task))
    if found is None:
        return answer(404, error_body("not_found", "no such task was accepted from this e-mail"))
    return answer(200, found)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
