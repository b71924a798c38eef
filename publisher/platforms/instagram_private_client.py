"""instagrapi's client, made to send each request once, in time, and through our transport.

What it does by itself and must not: it sends a request again after a 408 and after an answer that
was cut short (two albums from one); it asks the terminal for codes; it writes whole answers to
the log; it sends a wrong password three times; and it crops and recompresses pictures. instagrapi
is imported here alone, so that only a process which opens such an account pays its 50 MB.
"""

import json
import logging
import random
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import instagrapi
import requests
from instagrapi import config
from instagrapi import exceptions as ig
from instagrapi.transports import create_curl_h2_adapter
from requests.adapters import HTTPAdapter

from publisher.platforms import http
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.texts import without_secrets

#: What instagrapi logs holds names, addresses and whole answers.
_SILENT = logging.getLogger("siar.instagrapi")
_SILENT.disabled = True

#: Seconds between requests, by chance from this range, as a person's phone would leave.
DELAY_S = (1, 3)
#: Asking again while Instagram wants quiet makes it longer.
QUIET_S = 2 * 3600

_BLOCKED = (
    ig.LoginRequired,
    ig.ClientLoginRequired,
    ig.ReloginAttemptExceeded,
    ig.ClientUnauthorizedError,
    ig.ClientForbiddenError,
    ig.ChallengeError,
    ig.AccountSuspended,
    ig.CaptchaChallengeRequired,
    ig.TwoFactorRequired,
    ig.BadPassword,
    ig.BadCredentials,
    ig.FeedbackRequired,  # "action blocked": more requests make it worse
    ig.SentryBlock,
    ig.ProxyAddressIsBlocked,
    ig.AccountContactPointRequired,
    ig.ClientNeedsUpgradeError,
)
_WAIT = (ig.PleaseWaitFewMinutes, ig.RateLimitError, ig.ClientThrottledError)
_REFUSED = (
    ig.ClientBadRequestError,
    ig.ClientNotFoundError,
    ig.InvalidMediaId,
    ig.MediaUnavailable,
    ig.UnknownError,  # a 400 with words of its own
)
#: Words of a 200 that still says no: the pictures are not there, or not ready yet.
_AGAIN = ("media_needs_reupload", "Transcode not finished")
#: curl's own numbers where nothing was sent: no such name, nobody there, no TLS.
_NEVER_CONNECTED = (5, 6, 7, 35, 60)
#: How an upload's refusal is called, which instagrapi calls PhotoNotUpload whatever it was.
_BY_WORD = {
    "login_required": ig.LoginRequired,
    "challenge_required": ig.ChallengeRequired,
    "checkpoint_required": ig.ChallengeRequired,
    "feedback_required": ig.FeedbackRequired,
    "rate_limit_error": ig.RateLimitError,
}
_BY_STATUS = {
    400: ig.ClientBadRequestError,
    401: ig.ClientUnauthorizedError,
    403: ig.ClientForbiddenError,
    404: ig.ClientNotFoundError,
    413: ig.ClientBadRequestError,
    415: ig.ClientBadRequestError,
    429: ig.ClientThrottledError,
}


class OnceOnly(ig.ClientError):
    """Stands for the two errors after which instagrapi would send the request again."""


class Client(instagrapi.Client):
    """One phone of one account.

    :param settings: what `get_settings` gave before; a new phone without
    """

    private_request_logger = public_request_logger = request_logger = _SILENT
    handle_exception = None  # anything here makes instagrapi send the request again

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            dict(settings or {}),
            delay_range=None if http.behind_gateway() else list(DELAY_S),
            logger=_SILENT,
            request_timeout=0,  # a pause before each request, not a time-out
            session_retry_total=0,
            public_request_retries_count=0,
            with_challenge_flow=False,
        )
        self.set_retry_config(request_timeout=0, session_retry_total=0)
        self.set_tls_verify(True)
        for session in (self.private, self.public, self.graphql):
            session.trust_env = False  # no proxy, no .netrc: they would see the session
            session.max_redirects = 0  # a POST that is sent on is a second request
        self.graphql.mount("https://", http.adapter())
        if not settings:
            self._be_in_indonesia()

    def _be_in_indonesia(self) -> None:
        self.set_locale("id_ID")
        self.set_country("ID")
        self.set_country_code(62)
        self.set_timezone_offset(7 * 3600)

    # -- transport: these two hooks are the only places where instagrapi mounts one

    def _configure_private_session_retry(self, private_transport: str | None = None) -> None:  # noqa: ARG002
        """Mount ours behind a gateway, else instagrapi's own HTTP/2, with our time-outs.

        Called again and again; a connection is worth keeping.
        """
        if not isinstance(self.private.adapters.get("https://"), _InTime | http.SharedAdapter):
            ours = http.adapter() if http.behind_gateway() else _InTime(create_curl_h2_adapter())
            self.private.adapters.clear()  # nothing goes out over plain http
            self.private.mount("https://", ours)
        self.private_transport = self._private_adapter_transport = "curl"

    def _configure_public_session_retry(self) -> None:
        self.public.adapters.clear()
        self.public.mount("https://", http.adapter())

    # -- one request is one request

    def _send_private_request(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super()._send_private_request(*args, **kwargs)
        except (ig.ClientRequestTimeout, ig.ClientIncompleteReadError) as error:
            raise OnceOnly(str(error), response=getattr(error, "response", None)) from None

    def challenge_code_handler(self, *_: Any) -> None:
        """Never ask the terminal: a person answers on a page."""

    def change_password_handler(self, *_: Any) -> None:
        """Never: a password is changed in the app."""

    def _try_caa_login(self, *_: Any, **__: Any) -> bool:
        """Do not send the password a third time: `login` has come this way already."""
        return False

    def translated(
        self, error: Exception, *, secrets: tuple[str, ...], public: bool
    ) -> PlatformError:
        """Return what an error of the last request means, by what to do next.

        :param public: whether the request would have made something public
        """
        return _translate(error, self.last_response, secrets, public=public)

    # -- pictures

    def upload(self, content: bytes, upload_id: str, *, in_album: bool) -> None:
        """Upload one JPEG as it is. instagrapi's own way crops it and compresses it once more.

        :raises ClientError, RequestException: as every other request here
        """
        if self.delay_range:
            instagrapi.mixins.private.random_delay(self.delay_range)
        name = f"{upload_id}_0_{random.randint(1000000000, 9999999999)}"  # noqa: S311 - no secret
        self.last_response = None
        response = self.private.post(
            f"https://{config.API_DOMAIN}/rupload_igphoto/{name}",
            data=content,
            headers=self.private_headers(_upload_headers(content, upload_id, name, in_album)),
        )
        self.last_response = response
        _check_upload(response, upload_id)


class _InTime(HTTPAdapter):
    """instagrapi's transport with our time-outs: it has none, and a worker would hang for ever."""

    def __init__(self, inner: HTTPAdapter) -> None:
        super().__init__(max_retries=0)
        self._inner = inner

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            return self._inner.send(*args, **{**kwargs, "timeout": http.timeouts()})
        except requests.RequestException as error:
            if getattr(error.__cause__, "code", None) in _NEVER_CONNECTED:
                raise requests.ConnectTimeout(str(error), request=error.request) from error
            raise

    def close(self) -> None:
        self._inner.close()
        super().close()


def _upload_headers(content: bytes, upload_id: str, name: str, in_album: bool) -> dict[str, str]:
    """Return what the app says of a picture; the same as instagrapi's `photo_rupload`."""
    params = {
        "retry_context": '{"num_step_auto_retry":0,"num_reupload":0,"num_step_manual_retry":0}',
        "media_type": "1",
        "xsharing_user_ids": "[]",
        "upload_id": upload_id,
        "image_compression": json.dumps(
            {"lib_name": "moz", "lib_version": "3.1.m", "quality": "80"}
        ),
        **({"is_sidecar": "1"} if in_album else {}),
    }
    return {
        "Accept-Encoding": "gzip",
        "X-Instagram-Rupload-Params": json.dumps(params),
        "X_FB_PHOTO_WATERFALL_ID": str(uuid4()),
        "X-Entity-Type": "image/jpeg",
        "Offset": "0",
        "X-Entity-Name": name,
        "X-Entity-Length": str(len(content)),
        "Content-Type": "application/octet-stream",
        "Content-Length": str(len(content)),
    }


def _check_upload(response: requests.Response, upload_id: str) -> None:
    """Raise what an upload's answer means unless it is the one that was wanted."""
    try:
        said = response.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    if response.status_code == 200 and str(said.get("upload_id")) == upload_id:
        return
    message = str(said.get("message", ""))
    if "Please wait a few minutes" in message:
        raise ig.PleaseWaitFewMinutes(message, response=response)
    word = next((word for word in (message, said.get("error_type")) if word in _BY_WORD), "")
    kind = _BY_WORD.get(word) or _BY_STATUS.get(response.status_code, ig.ClientError)
    raise kind(message or f"upload answered with {response.status_code}", response=response)


def _translate(
    error: Exception, response: requests.Response | None, secrets: tuple[str, ...], *, public: bool
) -> PlatformError:
    if isinstance(error, ig.ClientConnectionError) and isinstance(error.__context__, Exception):
        return http.translate(error.__context__, public=public)
    if not isinstance(error, ig.ClientError):
        return http.translate(error, public=public)
    said = f"Instagram {_status(response)}, {type(error).__name__}: {error}"
    detail = without_secrets(said, secrets)
    number = response.headers.get("x-fb-trip-id") if response is not None else None
    if isinstance(error, _WAIT):
        asked = response is not None and http.whole_number(response.headers, "Retry-After")
        return TryLater(detail, wait_s=asked or QUIET_S, whole_account=True, request_id=number)
    if public and not _is_theirs(response):
        return OutcomeUnknown(detail, request_id=number)
    if isinstance(error, _BLOCKED):
        return AccountBlocked(detail, request_id=number)
    if isinstance(error, _REFUSED):
        return Refused(detail, request_id=number)
    if any(word in str(error) for word in _AGAIN):
        return TryLater(detail, request_id=number)
    return (OutcomeUnknown if public else TryLater)(detail, request_id=number)


def _is_theirs(response: requests.Response | None) -> bool:
    """Return whether it was Instagram that answered, and not something on the way to it."""
    try:
        return response is None or isinstance(response.json(), dict)
    except ValueError:
        return False


def _status(response: requests.Response | None) -> str:
    return str(response.status_code) if response is not None else "no answer"
