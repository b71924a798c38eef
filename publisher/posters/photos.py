"""Photos in: whatever a phone or an office computer sends becomes one clean JPEG.

The master kept at upload is what reviewers see and what platforms get: upright, sRGB, at most
2400 px, without place, time, owner, profile, comment or anything appended. Recipe and limits
were measured before they were written (Pillow 13, 2 cores: 12 megapixels in about 0.3 s).
"""

import io
import os
import subprocess
import sys
import threading
from collections.abc import Collection
from dataclasses import dataclass

from PIL import Image

from publisher.errors import (
    BrokenPhoto,
    NotAPhoto,
    PhotoTooHeavy,
    PhotoTooLarge,
    PhotoTooManyPixels,
)
from publisher.posters import sandbox

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 60_000_000
MASTER_SIDE_PX = 2400
QUALITY = 88
THUMBNAIL_QUALITY = 80
PATIENCE_S = 30  # wall clock; the sandbox has its own limit of processor time
MIME = {"JPEG": "image/jpeg", "PNG": "image/png"}
#: No secrets for whoever takes over a decoder; and few arenas, because each thread's own would
#: count against the memory limit on a machine with many cores.
SANDBOX_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
#: One decoder per core: ten offices uploading at once must not need ten times the memory.
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A cleaned picture: baseline JPEG, RGB, sRGB, no metadata; sizes in px."""

    content: bytes
    width: int
    height: int
    mime: str = MIME["JPEG"]


def normalise(content: bytes) -> Photo:
    """Return the master of an uploaded file.

    :param content: JPEG (MPO too), PNG, WebP, HEIC or AVIF, up to 15 MB and 60 megapixels
    :raises PhotoTooLarge: if the file has more bytes than that
    :raises PhotoTooManyPixels: if it would unfold to more pixels than that
    :raises NotAPhoto: if it is of another format, whatever its name says
    :raises BrokenPhoto: if it cannot be decoded to its end
    :raises PhotoTooHeavy: if decoding took too much time or memory
    """
    if len(content) > MAX_BYTES:
        raise PhotoTooLarge(limit_mb=MAX_BYTES // 1024**2)
    answer = _in_sandbox(content)
    match answer.returncode:
        case 0:
            return _received(answer.stdout)
        case sandbox.NOT_A_PHOTO:
            raise NotAPhoto
        case sandbox.BROKEN:
            raise BrokenPhoto
        case sandbox.TOO_MANY_PIXELS:
            raise PhotoTooManyPixels(limit_mp=MAX_PIXELS // 1_000_000)
    raise PhotoTooHeavy  # out of memory or time, or the decoder was killed


def _in_sandbox(content: bytes) -> subprocess.CompletedProcess[bytes]:
    limits = (MAX_PIXELS, MASTER_SIDE_PX, QUALITY)
    command = [sys.executable, "-I", sandbox.__file__, *map(str, limits)]
    with _turns:
        try:
            return subprocess.run(  # noqa: S603 - our own file, no shell
                command,
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=SANDBOX_ENVIRONMENT,
                cwd="/",
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PhotoTooHeavy from error


def _received(answer: bytes) -> Photo:
    width, height = sandbox.HEADER.unpack_from(answer)
    return Photo(content=answer[sandbox.HEADER.size :], width=width, height=height)


def thumbnail(content: bytes, width: int) -> bytes:
    """Return a JPEG at most `width` px wide of a master (never of an upload)."""
    image = _master(content)
    image.draft("RGB", (width, width * 4))
    image.thumbnail((width, width * 4), Image.Resampling.LANCZOS)
    return _encoded(image, "JPEG", THUMBNAIL_QUALITY)


def for_platform(content: bytes, formats: Collection[str], max_bytes: int) -> bytes:
    """Return a master as a platform takes it: the same bytes in, the same bytes out.

    What fits goes out untouched. Else quality, then size, is given up in fixed steps, so that
    a review can show the very picture that will be sent.

    :param formats: Pillow's names, of which we write JPEG and PNG
    :raises PhotoTooLarge: if even the smallest step is more than `max_bytes`
    """
    wanted = "JPEG" if "JPEG" in formats else "PNG"
    if wanted == "JPEG" and len(content) <= max_bytes:
        return content
    image = _master(content)
    for side_px, quality in _steps(max(image.size), wanted):
        smaller = image.copy()
        smaller.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
        result = _encoded(smaller, wanted, quality)
        if len(result) <= max_bytes:
            return result
    raise PhotoTooLarge(limit_mb=round(max_bytes / 1024**2, 1))


def _steps(side_px: int, wanted: str) -> list[tuple[int, int]]:
    """Return (longest side in px, quality), best first."""
    same_size = [(side_px, quality) for quality in (82, 74)] if wanted == "JPEG" else [(side_px, 0)]
    return same_size + [(side, 82) for side in (2048, 1600, 1280, 1080, 720) if side < side_px]


def _master(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=("JPEG",))


def _encoded(image: Image.Image, wanted: str, quality: int) -> bytes:
    out = io.BytesIO()
    if wanted == "PNG":
        image.save(out, "PNG", compress_level=6)
    else:
        image.save(out, "JPEG", quality=quality, subsampling=0, optimize=True)
    return out.getvalue()
