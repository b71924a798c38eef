"""Where every setting of HTTP lives: time-outs, no retries, one TLS context, the gateway.

All drivers, tweepy's client included, send through one shared adapter. A session per account
with requests' own adapter reads the CA bundle for every new connection, which measured 18 times
slower than one verified context for all. Nothing here ever sends a request a second time: a
retry is a decision of the delivery, taken in its row.

With a gateway set, each request goes to that loopback address with its original path and
`Host` header. Signatures are made before, over the original URL, so they stay valid.
"""

import logging
import ssl
from collections.abc import Mapping
from copy import copy
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, urlsplit

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, InvalidHeader, InvalidSchema, InvalidURL
from requests.structures import CaseInsensitiveDict

from publisher import clock
from publisher.platforms.errors import OutcomeUnknown, PlatformError, TryLater
from publisher.platforms.texts import redact

CONNECT_S = 10.0
READ_S = 30.0
#: To send what is large: urllib3 allows the whole of it no more than a connection. A poster of
#: 4 MB takes 35 s on a line of 1 Mbit/s; with all the rest it stays below a lease.
SEND_S = 40.0
_LARGE_BYTES = 64 * 1024
#: Connections kept open per host: the default pool of 64 sender threads, and room to double it.
KEPT_CONNECTIONS = 128
#: The longest answer we read: 100 posts with all their fields are below 1 MB.
ANSWER_BYTES = 5 * 1024 * 1024

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _WithoutSecrets(logging.Filter):
    """Takes the secrets out of addresses, which urllib3 writes down when told to log all."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_WithoutSecrets())


class _Sending:
    """A connection that sends what is small in one go, and has time enough for what is large.

    urllib3 sends the head of a request, then its body: two packets, and twice the work of TLS
    at either end.
    """

    _held: bytearray | None = None

    def request(self, *given: Any, **named: Any) -> None:
        self._held = bytearray()
        try:
            super().request(*given, **named)  # type: ignore[misc]
            self._send_held()
        finally:
            self._held = None

    def send(self, data: Any) -> None:
        small = isinstance(data, bytes) and len(data) <= _LARGE_BYTES
        if small and self._held is not None and len(self._held) <= _LARGE_BYTES:
            self._held += data
            return
        self._send_held()
        if not small and self.sock is not None:  # type: ignore[attr-defined]
            self.sock.settimeout(SEND_S)  # type: ignore[attr-defined]
        super().send(data)  # type: ignore[misc]

    def _send_held(self) -> None:
        if self._held:
            held, self._held = bytes(self._held), None
            super().send(held)  # type: ignore[misc]


class _Connection(_Sending, urllib3.connection.HTTPConnection):
    pass


class _SafeConnection(_Sending, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SafePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SafeConnection


class AnswerTooLarge(requests.RequestException):
    """The platform answered with more than `ANSWER_BYTES`."""


class SharedAdapter(HTTPAdapter):
    """The transport of all drivers of this process. Safe to share between threads.

    :param gateway: `http(s)://127.0.0.1:PORT`, or None to talk to the platforms themselves
    :param gateway_ca: path of the PEM file that a gateway's certificate is checked against
    :param connect_s: seconds to wait for a connection
    :param read_s: seconds of silence after which an answer is given up
    :raises ValueError: if the gateway is not a loopback address with a port
    """

    def __init__(
        self,
        gateway: str | None = None,
        gateway_ca: str | None = None,
        *,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
    ) -> None:
        self.gateway = _checked(gateway) if gateway else None
        self.timeouts = (connect_s, read_s)
        self._ca = gateway_ca if self.gateway and gateway_ca else certifi.where()
        self.first_session: Session | None = None
        super().__init__(pool_connections=10, pool_maxsize=KEPT_CONNECTIONS, max_retries=0)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._ca)

    def build_connection_pool_key_attributes(  # type: ignore[override]
        self, request: requests.PreparedRequest, *_: Any, **__: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        # requests would name the CA file here and urllib3 read it again for each connection.
        url = urlsplit(str(request.url))
        host = {"scheme": url.scheme, "host": url.hostname, "port": url.port}
        return host, {"ssl_context": self._context} if url.scheme == "https" else {}

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Leave verification to the shared context, which always verifies."""

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **_: Any
    ) -> requests.Response:
        """Send once, with our time-outs, past any proxy, and read the whole bounded answer."""
        wire = self._through_gateway(request)
        response = super().send(wire, stream=True, timeout=self.timeouts, proxies={})
        response.request, response.url = request, str(request.url)
        _read_bounded(response, seconds=2 * self.timeouts[1])
        return response

    def _through_gateway(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.gateway is None:
            return request
        original = urlsplit(str(request.url))
        wire = request.copy()
        wire.headers["Host"] = original.netloc
        wire.url = original._replace(
            scheme=self.gateway.scheme, netloc=self.gateway.netloc
        ).geturl()
        return wire


class Session(requests.Session):
    """A session that keeps nothing, follows nothing and reads no environment.

    A redirected POST would be a second request that nobody decided on; a proxy or a `.netrc` from
    the environment would see the tokens of offices. So nothing is left of what requests does
    around a request, which was a fifth of its work.
    """

    def __init__(self) -> None:
        super().__init__()
        self.adapters.clear()
        self.mount("https://", _shared())

    def merge_environment_settings(  # type: ignore[override]
        self, *_: Any, **__: Any
    ) -> dict[str, Any]:
        return {}

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Put a request together from what it says itself, and our headers."""
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=request.method,
            url=request.url,
            headers={**self.headers, **request.headers},
            files=request.files,
            data=request.data,
            json=request.json,
            params=request.params,
            auth=request.auth,
        )
        return prepared

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        return self.get_adapter(str(request.url)).send(request)


_adapter: SharedAdapter | None = None


def configure(
    gateway: str | None = None,
    gateway_ca: str | None = None,
    *,
    connect_s: float = CONNECT_S,
    read_s: float = READ_S,
) -> None:
    """Set up the transport of this process. Call it before any driver is opened.

    :raises ValueError: if `gateway` is not `http(s)://` on loopback with a port: a gateway sees
        every token, so it may never be another machine
    """
    global _adapter
    if _adapter is not None:
        _adapter.close()
    _adapter = SharedAdapter(
        gateway or None, gateway_ca or None, connect_s=connect_s, read_s=read_s
    )


def session() -> Session:
    """Return a session on the shared transport; one per driver, with headers of its own.

    A copy of one that was made before: requests builds two transports of its own for each new
    session, which cost a third of all the work of sending a post.
    """
    shared = _shared()
    if shared.first_session is None:
        shared.first_session = Session()
    new = copy(shared.first_session)
    new.headers = CaseInsensitiveDict(shared.first_session.headers)
    return new


def adapter() -> SharedAdapter:
    """Return the transport of this process, for a client library that keeps its own session."""
    return _shared()


def behind_gateway() -> bool:
    return _shared().gateway is not None


def timeouts() -> tuple[float, float]:
    """Return the seconds to wait for a connection, and for each part of an answer."""
    return _shared().timeouts


def shown_at(url: str) -> str:
    """Return where a person can open a page of a platform: behind a gateway its own page there.

    >>> shown_at("https://x.com/i/status/1")
    'https://x.com/i/status/1'
    """
    gateway = _shared().gateway
    if gateway is None:
        return url
    public = urlsplit(url)
    page = f"{gateway.scheme}://{gateway.netloc}/{public.netloc}{public.path}"
    return f"{page}?{public.query}" if public.query else page


def not_sent(error: Exception) -> bool:
    """Say whether this transport error proves that the platform received nothing.

    True for a connection that never came about: refused, no such name, connect time-out, a
    certificate that does not verify. A reset or a read time-out proves nothing, since the answer
    may have been lost instead of the request.
    """
    if isinstance(error, ConnectTimeout | InvalidURL | InvalidSchema | InvalidHeader):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return True
    inner = reason.args[0] if isinstance(reason, urllib3.exceptions.SSLError) else None
    return isinstance(inner, ssl.SSLCertVerificationError)


def translate(error: Exception, *, public: bool) -> PlatformError:
    """Return what a broken exchange means.

    :param public: whether the request would have made something public
    """
    detail = f"{type(error).__name__} before an answer could be read"
    if public and not not_sent(error):
        return OutcomeUnknown(detail)
    return TryLater(detail)


def whole_number(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header that should hold a whole number, or None if it does not."""
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None


def _shared() -> SharedAdapter:
    global _adapter
    if _adapter is None:
        _adapter = SharedAdapter()
    return _adapter


def _checked(gateway: str) -> SplitResult:
    url = urlsplit(gateway)
    bare = not (url.path.strip("/") or url.query or url.fragment or url.username)
    if url.scheme in ("http", "https") and url.hostname in _LOOPBACK and url.port and bare:
        return url
    raise ValueError("PLATFORM_GATEWAY must look like http://127.0.0.1:8001 or https://…")


def _read_bounded(response: requests.Response, *, seconds: float) -> None:
    """Read the answer, but neither for ever nor without end: a drip of bytes outlives a lease."""
    body, give_up = bytearray(), clock.running_s() + seconds
    for chunk in response.iter_content(65536):
        body += chunk
        if clock.running_s() > give_up:
            response.close()
            raise requests.ReadTimeout("the answer took too long", request=response.request)
        if len(body) > ANSWER_BYTES:
            response.close()
            raise AnswerTooLarge(f"more than {ANSWER_BYTES} bytes", request=response.request)
    response._content = bytes(body)
