"""The pictures of accounts, where real platforms keep theirs: a plain square in its colour."""

import struct
import zlib

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, json_answer
from publisher.practice.records import Account
from publisher.practice.wire import Call, Directory, Handler

HOSTS = {
    "x": "pbs.twimg.com",
    "facebook": "scontent.xx.fbcdn.net",
    "instagram": "scontent.cdninstagram.com",
    "tiktok": "p16.tiktokcdn.com",
}
_SIDE_PX = 48


def portrait_url(account: Account) -> str:
    return f"https://{HOSTS[account.platform]}/{account.remote_id}.png"


class Portraits:
    """The hosts of pictures, which ask nobody who they are."""

    name = "portraits"
    hosts: tuple[str, ...] = tuple(HOSTS.values())

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def identify(self, request: Request) -> Account | Answer:
        platform = next(name for name, host in HOSTS.items() if host == request.host)
        number = request.path.strip("/").removesuffix(".png")
        return self._directory.of(platform, number) or self.not_found()

    def route(self, request: Request) -> tuple[str, Handler]:
        if request.method != "GET":
            raise NotFound
        return "read", _picture

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:  # noqa: ARG002
        return json_answer({"error": kind}, 503)

    def not_found(self) -> Answer:
        return json_answer({"error": "not found"}, 404)


def _picture(call: Call) -> Answer:
    colour = bytes.fromhex(call.account.colour.removeprefix("#").ljust(6, "0")[:6])
    return Answer(body=_png(colour), headers={"Content-Type": "image/png"})


def _png(colour: bytes) -> bytes:
    rows = (b"\0" + colour * _SIDE_PX) * _SIDE_PX
    size = struct.pack(">IIBBBBB", _SIDE_PX, _SIDE_PX, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", size), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
