"""A stand-in for the evaluation server: keeps what it is told, and can be set to fail."""

from local.evaluator.app import create_app
from local.evaluator.server import RunningEvaluator, serve

__all__ = ["RunningEvaluator", "create_app", "serve"]
