"""The server itself: threads, keep-alive, and a socket it can really reset.

waitress cannot reset a connection and werkzeug's server closes each one after its answer, so
this is the standard library's threading server with HTTP/1.1: enough for some hundred connections
that wait at the same time, and honest when a bench compares clients.
"""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request

from publisher.practice.answers import Answer
from publisher.practice.app import PracticeApp
from publisher.practice.connection import Connection
from publisher.practice.controls import Controls
from publisher.practice.fetching import Fetcher


class PracticeServer(Controls):
    """The practice platforms in this process, in threads.

    >>> with PracticeServer(Path("/tmp/practice")) as practice:  # doctest: +SKIP
    ...     practice.register(platform="x", remote_id="17", handle="dinkes", credentials={...})

    :param data: the folder of the book; what is in it already stays
    :param port: 0 takes a free one, see `url`
    :param accounts: a JSON file with a list of accounts to register
    :param latency_ms: what every answer of a platform takes at least
    :param tls: paths of a certificate and its key; `url` is https then
    :param fetcher: from where Instagram and TikTok may fetch pictures; without it, from nowhere
    """

    def __init__(
        self,
        data: Path,
        port: int = 0,
        *,
        accounts: Path | None = None,
        latency_ms: float = 0,
        tls: tuple[Path, Path] | None = None,
        fetcher: Fetcher | None = None,
    ) -> None:
        self.app = PracticeApp(Path(data), latency_ms / 1000, fetcher)
        if accounts:
            self.app.load_accounts(accounts)
        self._server = _Server(("127.0.0.1", port), self.app.answer, tls)
        scheme = "https" if tls else "http"
        super().__init__(f"{scheme}://127.0.0.1:{self._server.server_address[1]}", tls and tls[0])

    def serve_forever(self, poll_s: float = 0.5) -> None:
        """Serve until `stop`, which it notices within `poll_s` seconds."""
        self._server.serve_forever(poll_s)

    def stop(self) -> None:
        """End at once, sleeping answers included. Call it from another thread."""
        self.app.wire.stopping.set()
        self._server.shutdown()
        self._server.close_all()
        self.app.ledger.close()
        self.app.grants.close()
        self.app.chats.close()

    def __enter__(self) -> "PracticeServer":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[Request], Answer],
        tls: tuple[Path, Path] | None,
    ) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        super().__init__(address, Connection)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # The handshake happens in the connection's own thread, at its first read.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""

    def close_all(self) -> None:
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):  # gone already
                connection.shutdown(socket.SHUT_RDWR)
