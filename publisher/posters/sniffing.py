"""What a file says of itself in its first bytes: enough to refuse most bad uploads at once.

Starting a decoder costs a fifth of a second and tens of megabytes; reading where a file says it
is a picture, how large it unfolds and where it ends costs neither. Nothing is decoded here, so
nothing hostile runs here, and whatever is let through is looked at again by the decoder.
"""

import struct
from collections.abc import Iterator

from publisher.errors import BrokenPhoto, NotAPhoto, PhotoTooManyPixels, VectorPicture

AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
#: How far into a file the words of an SVG may begin, and the sizes of a HEIC or AVIF may stand.
BEGINNING = 4096
SIZES_WITHIN = 64 * 1024
#: Parts that are walked over: a file made of millions of empty ones would cost seconds. Photos
#: of 15 MB have at most some thousands (PNG, 4 KB each).
MOST_PARTS = 10_000
_PNG = b"\x89PNG\r\n\x1a\n"
#: Of JPEG: markers of frames, which hold the size; and those without a length.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _END = 0xDA, b"\xff\xd9"

Size = tuple[int, int]


def sniffed(content: bytes, pixels: int) -> str:
    """Return the format a file claims: JPEG, PNG, WEBP, AVIF or HEIF.

    :param pixels: how many it may unfold to
    :raises NotAPhoto, VectorPicture: if it claims another one
    :raises PhotoTooManyPixels: if it says that it unfolds to more
    :raises BrokenPhoto: if it ends before it says it does
    """
    kind = _kind(content)
    try:
        sizes = list(_SIZES[kind](content))
    except (IndexError, struct.error) as error:
        raise BrokenPhoto from error
    if any(width * height > pixels for width, height in sizes):
        raise PhotoTooManyPixels(limit_mp=pixels // 1_000_000)
    return kind


def _kind(content: bytes) -> str:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(_PNG):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        brands = _brands(content)
        if brands & AVIF_BRANDS:
            return "AVIF"
        if brands & HEIF_BRANDS:
            return "HEIF"
    if b"<svg" in content[:BEGINNING].lower():
        raise VectorPicture
    raise NotAPhoto


def _brands(content: bytes) -> set[bytes]:
    end = min(int.from_bytes(content[:4]), BEGINNING)
    return {content[8:12], *(content[at : at + 4] for at in range(16, end, 4))}


def _jpeg(content: bytes) -> Iterator[Size]:
    """Walk from marker to marker up to the first scan; the picture must end somewhere after it."""
    at = 2
    for _ in range(MOST_PARTS):
        if content[at] != 0xFF:
            raise BrokenPhoto
        marker = content[at + 1]
        if marker == 0xFF:  # filled up
            at += 1
            continue
        if marker in _BARE:
            at += 2
            continue
        if marker == _SCAN:
            break
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            yield width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    else:
        raise BrokenPhoto
    if content.find(_END, at) < 0:
        raise BrokenPhoto


def _png(content: bytes) -> Iterator[Size]:
    yield struct.unpack_from(">II", content, 16)
    at = len(_PNG)
    for _ in range(MOST_PARTS):
        if content[at + 4 : at + 8] == b"IEND":
            return
        (length,) = struct.unpack_from(">I", content, at)
        at += 12 + length
        if at > len(content):
            raise BrokenPhoto
        if at == len(content):
            return  # only the end is missing: the decoder decides
    raise BrokenPhoto


def _webp(content: bytes) -> Iterator[Size]:
    if int.from_bytes(content[4:8], "little") + 8 > len(content):
        raise BrokenPhoto
    match content[12:16]:
        case b"VP8X":
            wide, high = content[24:27], content[27:30]
            yield 1 + int.from_bytes(wide, "little"), 1 + int.from_bytes(high, "little")
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            yield 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", content, 26)
            yield width & 0x3FFF, height & 0x3FFF


def _boxed(content: bytes) -> Iterator[Size]:
    """Walk from box to box (ISO 14496-12), then read each size that is written (`ispe`)."""
    at = 0
    for _ in range(MOST_PARTS):
        if at >= len(content):
            break
        (length,) = struct.unpack_from(">I", content, at)
        if length == 1:
            (length,) = struct.unpack_from(">Q", content, at + 8)
        if length == 0:
            break  # to the end of the file
        at += max(length, 8)
    else:
        raise BrokenPhoto
    if at > len(content):
        raise BrokenPhoto
    found = content.find(b"ispe", 0, SIZES_WITHIN)
    while found >= 0:
        yield struct.unpack_from(">II", content, found + 8)
        found = content.find(b"ispe", found + 4, SIZES_WITHIN)


_SIZES = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "AVIF": _boxed, "HEIF": _boxed}
