"""Events of the browser: their meaning, and our immediate response."""

from __future__ import annotations

from typing import Any

from deployer.adapters.chromium.happenings import Happenings, exception, place, printed, short
from deployer.adapters.chromium.protocol import Connection
from deployer.adapters.chromium.traffic import Traffic
from deployer.domain.visit import Kind

MAX_LINES = 300
"""Console lines of one page that are listened to; more of them keep our side from its work."""


class Events:
    """Turns events into happenings, answers dialogs, and closes windows that the page opens."""

    def __init__(self, connection: Connection, happenings: Happenings, traffic: Traffic) -> None:
        self._connection = connection
        self._happenings = happenings
        self._traffic = traffic
        self._target = ""
        self._session = ""
        self._lines = 0
        self.loaded = False
        self.crashed = False
        self.time_is_up = False
        """The virtual time that the page was given has gone by."""
        self._handlers = {
            "Fetch.requestPaused": traffic.on_paused,
            "Page.javascriptDialogOpening": self._on_dialog,
            "Page.loadEventFired": self._on_load,
            "Runtime.consoleAPICalled": self._on_console,
            "Runtime.exceptionThrown": self._on_exception,
            "Log.entryAdded": self._on_log,
            "Audits.issueAdded": self._on_issue,
            "Emulation.virtualTimeBudgetExpired": self._on_time,
            "Page.windowOpen": self._on_window,
            "Inspector.targetCrashed": self._on_crash,
            "Target.targetCreated": self._on_target,
            "Browser.downloadWillBegin": self._on_download,
        }

    def watch(self, target: str, session: str) -> None:
        """The page's own target and session; other pages are windows that it opened."""
        self._target, self._session = target, session

    def handle(self, name: str, params: dict[str, Any], _session: str) -> None:
        """Take one event of the protocol."""
        handler = self._handlers.get(name)
        if handler is not None:
            handler(params)

    def _on_load(self, _: dict[str, Any]) -> None:
        self.loaded = True

    def _on_time(self, _: dict[str, Any]) -> None:
        self.time_is_up = True

    def _on_dialog(self, params: dict[str, Any]) -> None:
        self._happenings.add(Kind.DIALOG, f"{params['type']}: {params['message']}")
        answer = {"accept": True, "promptText": params.get("defaultPrompt", "")}
        self._connection.post("Page.handleJavaScriptDialog", answer, self._session)

    def _on_console(self, params: dict[str, Any]) -> None:
        self._count_line()
        if params["type"] in ("error", "assert"):
            where = place({"stackTrace": params.get("stackTrace", {})})
            self._happenings.add(Kind.CONSOLE_ERROR, printed(params["args"]), where)

    def _on_exception(self, params: dict[str, Any]) -> None:
        self._count_line()
        self._happenings.add(Kind.EXCEPTION, *exception(params["exceptionDetails"]))

    def _on_log(self, params: dict[str, Any]) -> None:
        entry = params["entry"]
        if entry["text"].startswith("WebSocket connection to "):
            self._traffic.miss(entry["text"].split("'")[1], "sockets are not opened from here")
        # Failed requests are known from their answers, violations from the issues.
        if entry["level"] == "error" and entry["source"] not in ("network", "security"):
            self._happenings.add(Kind.CONSOLE_ERROR, entry["text"], place(entry))

    def _on_issue(self, params: dict[str, Any]) -> None:
        details = params["issue"]["details"].get("contentSecurityPolicyIssueDetails")
        if details is not None and not details["isReportOnly"]:
            kind = details["contentSecurityPolicyViolationType"]
            what = short(details.get("blockedURL", "")) or kind
            text = f"{what}: the page's policy forbids it ({details['violatedDirective']})"
            # Of an element in the page's own HTML the browser does not know the line.
            where = {**details.get("sourceCodeLocation", {}), "columnNumber": -1}
            self._happenings.add(Kind.VIOLATION, text, place(where).removesuffix(":1"))

    def _on_crash(self, _: dict[str, Any]) -> None:
        self.crashed = True
        self._happenings.add(Kind.CRASH, "the page crashed: it took more memory than it may")

    def _on_window(self, params: dict[str, Any]) -> None:
        self._happenings.add(Kind.POPUP, short(params["url"]))

    def _on_target(self, params: dict[str, Any]) -> None:
        target = params["targetInfo"]
        if self._target and target["type"] == "page" and target["targetId"] != self._target:
            self._connection.post("Target.closeTarget", {"targetId": target["targetId"]})

    def _on_download(self, params: dict[str, Any]) -> None:
        text = f"{params.get('suggestedFilename', '')} from {short(params['url'])}"
        self._happenings.add(Kind.DOWNLOAD, text)

    def _count_line(self) -> None:
        self._lines += 1
        if self._lines == MAX_LINES:
            self._connection.post("Runtime.disable", {}, self._session)
            self._connection.post("Log.disable", {}, self._session)
