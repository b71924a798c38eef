"""The server itself: threads, keep-alive, and a socket it can really reset.

waitress cannot reset a connection and werkzeug's server closes each one after its answer, so
this is the standard library's threading server with HTTP/1.1: enough for 128 connections that
wait at the same time, and honest when a bench compares clients.
"""

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, Manner
from publisher.practice.app import PracticeApp
from publisher.practice.controls import Controls

BODY_BYTES = 64 * 1024 * 1024
_IDLE_S = 300


class PracticeServer(Controls):
    """The practice platforms in this process, in threads.

    >>> with PracticeServer(Path("/tmp/practice")) as practice:  # doctest: +SKIP
    ...     practice.register(platform="x", remote_id="17", handle="dinkes", credentials={...})

    :param data: the folder of the book; what is in it already stays
    :param port: 0 takes a free one, see `url`
    :param accounts: a JSON file with a list of accounts to register
    :param latency_ms: what every answer of a platform takes at least
    :param tls: paths of a certificate and its key; `url` is https then
    """

    def __init__(
        self,
        data: Path,
        port: int = 0,
        *,
        accounts: Path | None = None,
        latency_ms: float = 0,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self.app = PracticeApp(Path(data), latency_s=latency_ms / 1000)
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
        super().__init__(address, _Handler)
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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "practice", ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = _IDLE_S
    server: _Server

    def do_GET(self) -> None:
        """Read one request, answer it, and keep the connection unless told otherwise."""
        body = self._body()
        if body is None:
            return
        # A browser or a test that closes its side while it waits is served no worse for it.
        with Request(self._environ(body)) as request:
            answer = self.server.answer(request)
        self._send(answer)

    do_POST = do_DELETE = do_HEAD = do_PUT = do_PATCH = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep quiet: requests are in the book."""

    def _body(self) -> bytes | None:
        """Return the request's body; None, with an answer sent, if there is no reading it."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self.send_error(411)
        elif int(length) > BODY_BYTES:
            self.send_error(413)
        else:
            return self.rfile.read(int(length))
        self.close_connection = True
        return None

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            if "_" not in name and name.lower() not in ("content-length", "content-type"):
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ

    def _send(self, answer: Answer) -> None:
        if answer.manner is Manner.RESET:
            self.close_connection = True
            _reset(self.connection)
            return
        body = answer.body
        if answer.manner is not Manner.WHOLE:
            body = body[: len(body) // 2]
            self.close_connection = True
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.manner is not Manner.HALF:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


def _reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset (RST) instead of an orderly end."""
    with contextlib.suppress(OSError):  # gone already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(connection.detach())
