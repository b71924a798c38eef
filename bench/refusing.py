"""What a bad upload costs before it is refused, beside merely putting it down and reading it."""

import statistics
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from io import BytesIO
from tempfile import TemporaryFile

from PIL import Image

from bench.measure import Figure
from publisher.errors import Invalid
from publisher.posters import photos

ROUNDS = 9
MB = 1024 * 1024


def refused() -> list[Figure]:
    """The dearest of all kinds of files that say of themselves that they are bad.

    Read from where an upload waits, then refused. A file that only decoding shows to be broken
    costs a decoder: at most what a good photo costs.
    """
    files = _bad_files()
    slowest = max(_median(lambda file=file: _refuse(file)) for file in files)
    floor = max(_median(lambda file=file: _read(file)) for file in files)
    heaviest = max(_peak(file) for file in files)
    return [
        Figure(name="upload_refused_ms", value=round(slowest * 1000, 1), unit="ms", target=50,
               better="lower", floor=round(floor * 1000, 1)),
        Figure(name="upload_refused_mb", value=round(heaviest / MB, 1), unit="MB", target=30,
               better="lower", floor=round(max(map(len, files)) / MB, 1)),
    ]  # fmt: skip


def _bad_files() -> list[bytes]:
    photo = BytesIO()
    coarse = Image.effect_noise((500, 375), 80).convert("RGB")
    coarse.resize((4000, 3000), Image.Resampling.BICUBIC).save(photo, "JPEG", quality=95)
    png = BytesIO()
    Image.effect_noise((1600, 1200), 80).save(png, "PNG")
    return [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x00\x00\x00\x18ftypmp42" + bytes(14 * MB),
        b"MZ" + bytes(14 * MB),
        photo.getvalue()[:-4000],
        png.getvalue()[: -len(png.getvalue()) // 3],
        _png_bomb(30_000),
        photo.getvalue() + bytes(15 * MB),
    ]


def _png_bomb(side: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + crc

    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    body = zlib.compress(bytes(20 * MB))
    whole = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


def _read(file: bytes) -> bytes:
    """Put a file where an upload of this size waits, and read it from there."""
    with TemporaryFile() as upload:
        upload.write(file)
        upload.seek(0)
        return upload.read()


def _refuse(file: bytes) -> None:
    try:
        photos.normalise(_read(file))
    except Invalid:
        return
    raise RuntimeError("a bad file was taken for a photo")


def _peak(file: bytes) -> int:
    """Return the most bytes that refusing a file takes, what is read of it included."""
    tracemalloc.start()
    try:
        _refuse(file)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
