"""The one logger, tracer and metrics, and the facts that services report through them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

from deployer.domain.redaction import redact

_secrets: set[str] = set()


def conceal(secrets: Iterable[str]) -> None:
    """Keep these values out of every line that is logged from here on, old ones included: a
    rotated token may still be in an exception."""
    _secrets.update(secrets)


class RedactingFormatter(LambdaPowertoolsFormatter):
    """A formatter that redacts a line when it is whole, with its traceback and with a provider's
    prose in a chained exception."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), _secrets)


logger = Logger(logger_formatter=RedactingFormatter())
# The default patches every library it can import, and importing is what a cold start costs.
tracer = Tracer(patch_modules=("botocore",))
metrics = Metrics()

# An invocation that has nothing to count is not worth a line in the log.
warnings.filterwarnings("ignore", message="No application metrics to publish")

COUNTED = {
    "accepted": "Accepted",
    "generated": "Built",
    "published": "Published",
    "notified": "Notified",
    "failed": "Failed",
    "browser_unavailable": "BrowserUnavailable",
    "notify_failed": "NotifyFailed",
    "postponed": "Postponed",
    "refused": "Refused",
    "pages_seen": "PagesSeen",
}
"""Facts that are metrics too, and the metrics' names."""


def follow(deployment_id: str) -> None:
    """Put the deployment's id on every line and trace from here on."""
    logger.append_keys(deployment_id=deployment_id)
    tracer.put_annotation("deployment_id", deployment_id)


MEASURED = {
    "model_answered": {
        "calls": "ModelCalls",
        "input_tokens": "InputTokens",
        "cached_tokens": "CachedTokens",
        "output_tokens": "OutputTokens",
        "cost_usd": "CostUSD",
    },
    "judged": {
        "passed": "ChecksPassed",
        "failed": "ChecksFailed",
        "cannot_tell": "ChecksUntold",
        "repaired": "FaultsRepaired",
        "browser_seconds": "BrowserSeconds",
    },
}
"""Numbers of a fact that are metrics of their own."""


class PowertoolsTelemetry:
    """`Telemetry`: one JSON line per fact, and a metric where somebody would plot it."""

    def fact(self, name: str, **details: str | float | None) -> None:
        logger.info(name, extra={"fact": name, **details})
        if name in COUNTED:
            metrics.add_metric(name=COUNTED[name], unit=MetricUnit.Count, value=1)
        for detail, metric in MEASURED.get(name, {}).items():
            value = details.get(detail)
            if isinstance(value, int | float):
                seconds_long = metric.endswith("Seconds")
                unit = MetricUnit.Seconds if seconds_long else MetricUnit.NoUnit
                metrics.add_metric(name=metric, unit=unit, value=value)
        seconds = details.get("seconds")
        if isinstance(seconds, int | float):
            metrics.add_metric(
                name=f"{COUNTED.get(name, name)}Seconds", unit=MetricUnit.Seconds, value=seconds
            )
