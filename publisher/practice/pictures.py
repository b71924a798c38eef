"""Which pictures the platforms take, told by their first bytes as the platforms do."""

_MAGIC = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def mime_of(content: bytes) -> str | None:
    """Return the MIME type of a picture, or None if these bytes are none we know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in _MAGIC.items() if content.startswith(magic)), None)
