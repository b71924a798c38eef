"""What can go wrong at a platform, sorted by what to do about it.

The worker looks at the class and at nothing else: never at a status code, never at the
text of a message. Translating those is the driver's job. Anything a driver does not
recognise after the publishing request began is `OutcomeUnknown`.
"""

from datetime import datetime


class PlatformError(Exception):
    """Base class.

    :param detail: for the log and for the person who looks into it; never holds a secret
    :param request_id: the platform's own number for the request, where it gave one
    """

    def __init__(self, detail: str, *, request_id: str | None = None) -> None:
        self.detail = detail
        self.request_id = request_id
        super().__init__(detail)


class TryLater(PlatformError):
    """Nothing was published; the same request may well succeed later.

    :param wait_s: seconds the platform asked us to wait, if it said
    :param whole_account: the limit holds for the account, not for this one post
    """

    def __init__(
        self,
        detail: str,
        *,
        wait_s: int | None = None,
        whole_account: bool = False,
        request_id: str | None = None,
    ) -> None:
        self.wait_s = wait_s
        self.whole_account = whole_account
        super().__init__(detail, request_id=request_id)


class Refused(PlatformError):
    """Nothing was published, and this content never will be as it stands.

    :param duplicate: the platform says it already has this content. After an attempt whose
        outcome is unknown that is evidence that the attempt went through.
    """

    def __init__(
        self, detail: str, *, duplicate: bool = False, request_id: str | None = None
    ) -> None:
        self.duplicate = duplicate
        super().__init__(detail, request_id=request_id)


class AccountBlocked(PlatformError):
    """Nothing was published; the whole account has to wait.

    :param until: when time alone heals it; None means that a person must log in or confirm
    """

    def __init__(
        self, detail: str, *, until: datetime | None = None, request_id: str | None = None
    ) -> None:
        self.until = until
        super().__init__(detail, request_id=request_id)


class OutcomeUnknown(PlatformError):
    """The connection broke, or the answer made no sense, after the content was handed over.

    Never retried blindly: a public office must not post the same thing twice.
    """


class CannotTell(PlatformError):
    """The platform cannot be read back; only a person can look."""
