"""Every statement of every role: taken away and missed on the local cloud, or held by its words.

Statements are named (role, Sid) as in the template.
"""

from __future__ import annotations

from dataclasses import dataclass

MISSED = (
    ("ValidatorRole", "Records"),
    ("ValidatorRole", "Quotas"),
    ("ValidatorRole", "Requests"),
    ("ValidatorRole", "Queue"),
    ("ValidatorRole", "Secret"),
    ("WorkerRole", "Records"),
    ("WorkerRole", "Rounds"),
    ("WorkerRole", "Requests"),
    ("WorkerRole", "Sites"),
    ("WorkerRole", "Queue"),
    ("WorkerRole", "Secret"),
    ("WorkerRole", "Notifications"),
    ("WorkerRole", "Candidates"),
    ("WorkerRole", "Browser"),
    ("BrowserRole", "Candidates"),
    ("BrowserRole", "Pictures"),
    ("NotifierRole", "Records"),
    ("PagesCheckerRole", "Records"),
    ("PagesCheckerRole", "Secret"),
    ("StatusRole", "Rounds"),
    ("StatusRole", "Pictures"),
)
"""Those without which test_least_privilege.py sees something fail."""


@dataclass(frozen=True)
class Unenforced:
    """A statement that the emulator does not look at, and what it may say."""

    why: str
    actions: frozenset[str]


_LOGS = Unenforced(
    "the emulator itself writes what a function prints",
    frozenset({"logs:CreateLogStream", "logs:PutLogEvents"}),
)
_TRACES = Unenforced(
    "nothing listens where the X-Ray SDK sends its segments",
    frozenset({"xray:PutTraceSegments", "xray:PutTelemetryRecords"}),
)
_FUNCTIONS = (
    "ValidatorRole",
    "WorkerRole",
    "BrowserRole",
    "NotifierRole",
    "PagesCheckerRole",
    "StatusRole",
)

UNENFORCED = {
    **{(role, "Logs"): _LOGS for role in _FUNCTIONS},
    **{(role, "Traces"): _TRACES for role in _FUNCTIONS},
    ("ValidatorRole", "Callers"): Unenforced(
        "it is there with CALLER_SECRETS=per-email only, and the emulator, which does not look at"
        " partition keys, lets Records stand for it",
        frozenset({"dynamodb:GetItem"}),
    ),
    ("WorkerRole", "MissingSites"): Unenforced(
        "the emulator answers 404 for a missing object where S3 answers 403 without this",
        frozenset({"s3:ListBucket"}),
    ),
    ("NotifyStateMachineRole", "Functions"): Unenforced(
        "the emulator's state machine calls functions without looking at its role",
        frozenset({"lambda:InvokeFunction"}),
    ),
    ("NotifyStateMachineRole", "LogDelivery"): Unenforced(
        "the emulator's state machine writes no log",
        frozenset(
            {
                "logs:CreateLogDelivery",
                "logs:GetLogDelivery",
                "logs:UpdateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:DescribeResourcePolicies",
                "logs:DescribeLogGroups",
            }
        ),
    ),
    ("NotifyStateMachineRole", "Traces"): Unenforced(
        "the emulator's state machine writes no traces",
        _TRACES.actions | {"xray:GetSamplingRules", "xray:GetSamplingTargets"},
    ),
}
"""Those that nobody misses there; tests/template/test_roles.py holds what they say."""
