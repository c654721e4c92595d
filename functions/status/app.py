"""GET / and GET /api/status/{email}/{task}: the service's version, and a task's rounds, as JSON or
as pages; GET /assets/{name}: what the pages load."""

from typing import Any
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from deployer import __version__, bootstrap
from deployer.adapters.api_gateway import (
    answer,
    error_body,
    page,
    resolver,
    root_path,
    see_other,
    unchanged,
)
from deployer.observability import PowertoolsTelemetry, logger, metrics, tracer
from deployer.pages.negotiation import prefers_html

app = resolver(PowertoolsTelemetry())
NO_TASK = "no such task was accepted from this e-mail"
VARIES = {"Vary": "Accept"}
FOR_EVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


@app.get("/")
def health() -> Response[str]:
    if prefers_html(app.current_event.headers.get("Accept", "")):
        return _home_page(app.current_event.query_string_parameters)
    return answer(
        200,
        {
            "status": "online",
            "service": "LLM Code Deployer",
            "version": __version__,
            "llm_provider": bootstrap.app.status_settings.llm_provider,
        },
        **VARIES,
    )


def _home_page(asked: dict[str, str]) -> Response[str]:
    """The form, or the way to the page that it asked for."""
    from deployer.pages.task_page import home_page

    root = root_path(app.current_event)
    if "email" in asked and "task" in asked:
        email, task = (quote(asked[name].strip(), safe="@") for name in ("email", "task"))
        return see_other(f"{root}api/status/{email}/{task}")
    return page(200, *home_page(root, __version__))


@app.get("/api/status/<email>/<task>")
def status(email: str, task: str) -> Response[str]:
    found = bootstrap.app.status(unquote(email), unquote(task))
    if prefers_html(app.current_event.headers.get("Accept", "")):
        return _task_page(found, seen=app.current_event.query_string_parameters.get("seen"))
    if found is None:
        return answer(404, error_body("not_found", NO_TASK), **VARIES)
    return answer(200, found, **VARIES)


def _task_page(found: dict[str, Any] | None, seen: str | None) -> Response[str]:
    # Jinja2 is loaded for people only: programs that poll do not wait for it.
    from deployer.pages.task_page import digest, message_page, task_page

    if found is None:
        return page(404, *message_page("No such task", f"{NO_TASK.capitalize()}."))
    if seen == digest(found):
        return unchanged()
    return page(200, *task_page(found))


@app.get("/assets/<name>")
def assets(name: str) -> Response[str]:
    from deployer.pages.rendering import asset

    found = asset(name)
    if found is None:
        return answer(404, error_body("not_found", "there is nothing at this path"))
    return Response(200, found.media_type, found.text, headers=dict(FOR_EVER))


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
