"""From a request on the wire to an answer, with whatever fault was ordered in between.

A platform knows its own wire format; this knows latency, faults and the book, for all of them.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from publisher.practice.answers import RESET, Answer, Manner
from publisher.practice.faults import Fault, Faults
from publisher.practice.ledger import Ledger
from publisher.practice.records import Account, now


@dataclass(frozen=True, kw_only=True)
class Call:
    """One authenticated request.

    :param no: its number in the book
    :param visible_until: posts younger than this are not shown to it; None shows all
    :param unfinished: pictures are said to be worked on still, by platforms that fetch them
    :param without_refresh: a renewed token comes without a new refresh token
    """

    account: Account
    request: Request
    no: int
    visible_until: datetime | None = None
    unfinished: bool = False
    without_refresh: bool = False


Handler = Callable[[Call], Answer]


class Platform(Protocol):
    """One platform's wire format."""

    name: str
    hosts: tuple[str, ...]

    def identify(self, request: Request) -> Account | Answer:
        """Return whose request this is, or the refusal of its credentials."""

    def route(self, request: Request) -> tuple[str, Handler]:
        """Return which operation this is, and what does it.

        :raises HTTPException: if there is no such address
        """

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:
        """Return how this platform says `kind`, one of `faults.KINDS` that is said in words."""

    def not_found(self) -> Answer:
        """Return how this platform says that there is no such address."""


class Directory:
    """The accounts by one of their credentials. Reads the book again when accounts were added."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._registered = -1
        self._known: dict[tuple[str, str, str], Account] = {}
        self._numbers: dict[tuple[str, str], Account] = {}

    def find(self, platform: str, name: str, secret: str) -> Account | None:
        self._refresh()
        return self._known.get((platform, name, secret))

    def of(self, platform: str, remote_id: str) -> Account | None:
        """Return an account by its number."""
        self._refresh()
        return self._numbers.get((platform, remote_id))

    def of_platform(self, platform: str) -> list[Account]:
        self._refresh()
        return [one for one in self._numbers.values() if one.platform == platform]

    def _refresh(self) -> None:
        registered = self._ledger.registered
        if registered == self._registered:
            return
        accounts = self._ledger.accounts()
        self._numbers = {(one.platform, one.remote_id): one for one in accounts}
        self._known = {
            (account.platform, name, secret): account
            for account in accounts
            for name, secret in account.credentials.items()
        }
        self._registered = registered


class Wire:
    """All practice platforms of one server.

    :param latency_s: seconds that every answer takes at least
    """

    def __init__(
        self, ledger: Ledger, faults: Faults, platforms: list[Platform], latency_s: float = 0
    ) -> None:
        self._ledger = ledger
        self._faults = faults
        self._by_host: dict[str, list[Platform]] = defaultdict(list)
        for platform in platforms:
            for host in platform.hosts:
                self._by_host[host].append(platform)
        self.latency_s = latency_s
        #: Set when the server ends, so that nothing sleeps on.
        self.stopping = threading.Event()

    def speaks_for(self, request: Request) -> Platform | None:
        """Return the platform of a host; of several, the one whose account asks."""
        of_host = self._by_host.get(request.host, [])
        for platform in of_host[1:]:
            if isinstance(platform.identify(request), Account):
                return platform
        return of_host[0] if of_host else None

    def answer(self, platform: Platform, request: Request) -> Answer:
        """Return what `platform` answers. Whatever it accepted is in the book by then."""
        self._wait(self.latency_s)
        try:
            operation, handler = platform.route(request)
        except HTTPException:
            return platform.not_found()
        who = platform.identify(request)
        line = f"{request.method} {request.path}"
        if isinstance(who, Answer):
            self._ledger.note(platform.name, "", operation, line, "")
            return who
        fault = self._faults.take(platform.name, who.remote_id, operation)
        no = self._ledger.note(
            platform.name, who.remote_id, operation, line, fault.kind if fault else ""
        )
        call = Call(account=who, request=request, no=no)
        return self._faulty(fault, platform, handler, call) if fault else handler(call)

    def _faulty(self, fault: Fault, platform: Platform, handler: Handler, call: Call) -> Answer:
        match fault.kind:
            case "drop_before":
                return RESET
            case "hang":
                self._wait(fault.seconds)
                return RESET
            case "late":
                self._wait(fault.seconds)
                return handler(call)
            case "processing":
                return handler(Call(**{**vars(call), "unfinished": True}))
            case "hidden":
                until = now() - timedelta(seconds=fault.seconds)
                return handler(replace(call, visible_until=until))
            case "empty_refresh":
                return handler(replace(call, without_refresh=True))
            case "slow" | "drop_after" | "half_answer" | "cut_answer" | "no_id" | "error_500_after":
                return self._after(fault, platform, handler(call), call.account)
        return platform.refusal(fault.kind, fault.seconds, call.account)

    def _after(self, fault: Fault, platform: Platform, answer: Answer, account: Account) -> Answer:
        """Spoil the answer to what has been accepted already."""
        match fault.kind:
            case _ if answer.status >= 400:
                return answer
            case "slow":
                self._wait(fault.seconds)
                return answer
            case "drop_after":
                return RESET
            case "half_answer":
                return answer.sent(Manner.HALF)
            case "cut_answer":
                return answer.sent(Manner.CUT)
            case "error_500_after":
                return platform.refusal("error_500", 0, account)
        return platform.refusal("no_id", 0, account)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self.stopping.wait(seconds)
