"""Which pictures the platforms take, told by their first bytes as the platforms do."""

_MAGIC = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
#: JPEG's segments that tell the size: every "start of frame", and neither DHT, JPG nor DAC.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def mime_of(content: bytes) -> str | None:
    """Return the MIME type of a picture, or None if these bytes are none we know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in _MAGIC.items() if content.startswith(magic)), None)


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG in px, or None if these bytes are none."""
    place = 2
    while content[:2] == b"\xff\xd8" and content[place : place + 1] == b"\xff":
        kind, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        if kind in _FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            size = int.from_bytes(width), int.from_bytes(height)
            return size if all(size) else None
        place += 2 + length
    return None
