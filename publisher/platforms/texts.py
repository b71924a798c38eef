"""How drivers put a text into one form, so that counting, sending and finding agree."""

import re
import unicodedata

_NEWLINE = re.compile(r"\r\n?")
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return `text` in NFC with newlines as "\\n": X counts CRLF and split accents differently.

    >>> normalise("e\\u0301\\r\\n")
    'é\\n'
    """
    return unicodedata.normalize("NFC", _NEWLINE.sub("\n", text))


def fingerprint(text: str) -> str:
    """Return `text` so that a platform's tidying of blanks makes no difference.

    >>> fingerprint(" Imunisasi  gratis.\\n\\nHadir! ")
    'Imunisasi gratis. Hadir!'
    """
    return _SPACE.sub(" ", normalise(text)).strip()


def without_secrets(text: str, secrets: "tuple[str, ...]", longest: int = 300) -> str:
    """Return what a platform said, fit for a log: no secret of ours, not longer than `longest`.

    Platforms do echo tokens ("Malformed access token …").
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "•••")
    return fingerprint(text)[:longest]
