"""One connection: requests are read from it, one after the other, and answered.

The head of a request is read here and not by the standard library's handler: that one parses it
as if it were an e-mail, which alone cost as much as all the rest of a request.
"""

import contextlib
import socket
import socketserver
import struct
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, Manner

BODY_BYTES = 64 * 1024 * 1024
_LINE_BYTES = 65536
_HEADERS = 100
_IDLE_S = 300


class Unreadable(Exception):
    """What arrived is no request that can be served; `status` says why."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    method: str
    target: str
    version: str
    headers: dict[str, str]  # names in lower case

    @property
    def closes(self) -> bool:
        """Whether the client wants no further answer on this connection."""
        wish = self.headers.get("connection", "").lower()
        return wish == "close" or (self.version == "HTTP/1.0" and wish != "keep-alive")

    @property
    def length(self) -> int:
        """The bytes of the body.

        :raises Unreadable: if it is not said in a way that can be served
        """
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not (length.isascii() and length.isdigit()):
            raise Unreadable(411)
        if int(length) > BODY_BYTES:
            raise Unreadable(413)
        return int(length)


class Connection(socketserver.StreamRequestHandler):
    """Serves one connection until either side ends it."""

    disable_nagle_algorithm = True
    timeout = _IDLE_S

    def handle(self) -> None:
        try:
            while (head := self._head()) is not None:
                if not self._serve(head, self._body(head)):
                    return
        except Unreadable as refusal:
            body = f"{refusal.status}".encode()
            self._write(Answer(status=refusal.status, body=body), closes=True)

    def _serve(self, head: Head, body: bytes) -> bool:
        """Answer one request; return whether the connection may be used again."""
        answer: Callable[[Request], Answer] = self.server.answer  # type: ignore[attr-defined]
        with Request(self._environ(head, body)) as request:
            said = answer(request)
        if said.manner is Manner.RESET:
            _reset(self.connection)
            return False
        closes = head.closes or said.manner is not Manner.WHOLE
        self._write(said, closes=closes, without_body=head.method == "HEAD")
        return not closes

    # -- reading

    def _head(self) -> Head | None:
        """Read the next head; None when the client has gone."""
        line = self._line()
        if not line:
            return None
        words = line.decode("latin-1").split()
        if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1"):
            raise Unreadable(400)
        return Head(method=words[0], target=words[1], version=words[2], headers=self._headers())

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(_HEADERS + 1):
            line = self._line()
            if line in (b"\r\n", b"\n"):
                return headers
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or name != name.strip():
                raise Unreadable(400)
            headers[name.lower()] = value.strip()
        raise Unreadable(431)

    def _line(self) -> bytes:
        line = self.rfile.readline(_LINE_BYTES + 1)
        if len(line) > _LINE_BYTES:
            raise Unreadable(431)
        return line

    def _body(self, head: Head) -> bytes:
        length = head.length
        if head.headers.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(length) if length else b""
        if len(body) < length:  # the client died: what it left is no request
            raise Unreadable(400)
        return body

    def _environ(self, head: Head, body: bytes) -> dict[str, Any]:
        path, _, query = head.target.partition("?")
        environ = {
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in head.headers.items()
            if "_" not in name and name not in ("content-length", "content-type")
        }
        return environ | {
            "REQUEST_METHOD": head.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": head.headers.get("content-type", ""),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.connection.getsockname()[1]),
            "SERVER_PROTOCOL": head.version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    # -- writing

    def _write(self, answer: Answer, *, closes: bool, without_body: bool = False) -> None:
        """Send an answer, as much of it as its manner lets through, in one go."""
        headers = [
            f"HTTP/1.1 {answer.status} {_phrase(answer.status)}",
            "Server: practice",
            f"Date: {formatdate(usegmt=True)}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        if answer.manner is not Manner.HALF:
            headers.append(f"Content-Length: {len(answer.body)}")
        if closes:
            headers.append("Connection: close")
        body = b"" if without_body else answer.body
        if answer.manner is not Manner.WHOLE:
            body = body[: len(body) // 2]
        self.connection.sendall("\r\n".join([*headers, "", ""]).encode("latin-1") + body)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset (RST) instead of an orderly end."""
    with contextlib.suppress(OSError):  # gone already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(connection.detach())
