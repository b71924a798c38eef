"""Photos in: whatever a phone or an office computer sends becomes one clean JPEG; a logo, a PNG.

The master kept at upload is what reviewers see and what platforms get: upright, sRGB, at most
2400 px, without place, time, owner, profile, comment or anything appended. Recipe and limits
were measured before they were written (Pillow 13, 2 cores: 12 megapixels in about 0.3 s).
"""

import io
import os
import subprocess
import sys
import threading
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
from publisher.posters.sniffing import sniffed

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 60_000_000
MASTER_SIDE_PX = 2400
LOGO_SIDE_PX = 1200
QUALITY = 88
THUMBNAIL_QUALITY = 80
#: Of wall clock. The sandbox has its own limit of processor time; this is for one that hangs, and
#: a machine with much to do gives a decoder of half a second its turn only after many.
PATIENCE_S = 120
MIME = {"JPEG": "image/jpeg", "PNG": "image/png"}
#: No secrets for whoever takes over a decoder; and few arenas, because each thread's own would
#: count against the memory limit on a machine with many cores.
SANDBOX_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
#: One decoder per core: ten offices uploading at once must not need ten times the memory.
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A cleaned picture: baseline JPEG, or PNG if a logo; sRGB, no metadata; sizes in px."""

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
    return _cleaned(content, "JPEG", MASTER_SIDE_PX)


def normalise_logo(content: bytes) -> Photo:
    """Return the master of an uploaded logo: a PNG, in which what is transparent stays so.

    Takes and raises what `normalise` does.
    """
    return _cleaned(content, "PNG", LOGO_SIDE_PX)


def _cleaned(content: bytes, made: str, side_px: int) -> Photo:
    if len(content) > MAX_BYTES:
        raise PhotoTooLarge(limit_mb=MAX_BYTES // 1024**2)
    answer = _in_sandbox(content, (sniffed(content, MAX_PIXELS), made), side_px)
    match answer.returncode:
        case 0:
            return _received(answer.stdout, MIME[made])
        case sandbox.NOT_A_PHOTO:
            raise NotAPhoto
        case sandbox.BROKEN:
            raise BrokenPhoto
        case sandbox.TOO_MANY_PIXELS:
            raise PhotoTooManyPixels(limit_mp=MAX_PIXELS // 1_000_000)
    raise PhotoTooHeavy  # out of memory or time, or the decoder was killed


def _in_sandbox(
    content: bytes, formats: tuple[str, str], side_px: int
) -> subprocess.CompletedProcess[bytes]:
    limits = (MAX_PIXELS, side_px, QUALITY)
    command = [sys.executable, "-I", sandbox.__file__, *formats, *map(str, limits)]
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


def _received(answer: bytes, mime: str) -> Photo:
    width, height = sandbox.HEADER.unpack_from(answer)
    content = answer[sandbox.HEADER.size :]
    return Photo(content=content, width=width, height=height, mime=mime)


def thumbnail(content: bytes, width: int, mime: str = MIME["JPEG"]) -> bytes:
    """Return a master (never an upload) at most `width` px wide, in its own format."""
    kind = next(name for name, one in MIME.items() if one == mime)
    image = Image.open(io.BytesIO(content), formats=(kind,))
    image.draft("RGB", (width, width * 4))
    image.thumbnail((width, width * 4), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    options = {"quality": THUMBNAIL_QUALITY, "subsampling": 0} if kind == "JPEG" else {}
    image.save(out, kind, optimize=True, **options)
    return out.getvalue()
