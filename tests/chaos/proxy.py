"""A wire that breaks: a TCP proxy in front of the practice platforms, in a thread of its own.

Faults of the platforms themselves are ordered from their desk; these are what lies between.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections import deque
from urllib.parse import urlsplit

#: Of a publishing request, the fault that its connection meets.
KINDS = {
    "reset_before": "reset as soon as the request begins; nothing of it arrives",
    "reset_amid": "half of the request arrives, then a reset at both ends",
    "reset_after": "the request arrives and is answered; instead of the answer comes a reset",
    "cut": "the request arrives; half of the answer comes, then an orderly end",
    "blackhole": "the request goes nowhere, and nobody says so",
}
_PUBLISHING = (b"POST /2/tweets ", b"/feed HTTP/1.1\r\n")


class Proxy:
    """Passes bytes to `target` until told otherwise. Safe to command from any thread."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._orders: deque[str] = deque()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self.met = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._call(self._listen(0))
        self.url = f"http://127.0.0.1:{self.port}"

    def order(self, kind: str, times: int = 1) -> None:
        """Let the next `times` publishing requests meet `kind`."""
        self._orders.extend([kind] * times)

    def refuse(self) -> None:
        """Let every connection be refused, and drop those there are."""
        self._call(self._close())

    def accept(self) -> None:
        """Listen again, if we do not."""
        if self._server is None:
            self._call(self._listen(self.port))

    def drop(self) -> None:
        """Reset every connection there is; new ones are accepted."""
        self._call(self._reset_all())

    def clear(self) -> None:
        self._orders.clear()
        self.accept()

    def stop(self) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _listen(self, port: int) -> int:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", port, reuse_address=True, limit=2**22
        )
        return self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._reset_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _reset_all(self) -> None:
        for writer in list(self._open):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        upstream = None
        with contextlib.suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            theirs, upstream = await asyncio.open_connection(
                self._target.hostname, self._target.port, limit=2**22
            )
            self._open.add(upstream)
            while await self._exchange(reader, writer, theirs, upstream):
                pass
        for each in filter(None, (writer, upstream)):
            self._open.discard(each)
            with contextlib.suppress(OSError):
                each.close()

    async def _exchange(self, reader, writer, theirs, upstream) -> bool:
        """Pass one request and its answer; return whether the connection goes on."""
        head = await _head(reader)
        if not head:
            return False
        fault = self._fault(head)
        if fault == "reset_before":
            return _reset(writer)
        body = await reader.readexactly(_length(head))
        if fault == "blackhole":
            await reader.read()  # until they hang up
            return False
        sent = head + body
        upstream.write(sent[: len(sent) // 2] if fault == "reset_amid" else sent)
        await upstream.drain()
        if fault == "reset_amid":
            return _reset(writer) or _reset(upstream)
        answer = await _head(theirs)
        answer += await theirs.readexactly(_length(answer)) if answer else b""
        if fault == "reset_after" or not answer:
            return _reset(writer)
        writer.write(answer[: len(answer) // 2] if fault == "cut" else answer)
        await writer.drain()
        return fault is None and b"connection: close" not in answer.lower()

    def _fault(self, head: bytes) -> str | None:
        line = head.partition(b"\r\n")[0] + b"\r\n"
        if self._orders and any(mark in line for mark in _PUBLISHING) and line[:4] == b"POST":
            self.met += 1
            return self._orders.popleft()
        return None


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _reset(writer: asyncio.StreamWriter) -> bool:
    """End a connection so that the other side sees a reset."""
    connection = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False
