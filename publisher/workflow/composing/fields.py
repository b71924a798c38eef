"""What people type, without what nobody sees."""

import re
import unicodedata

# Control and direction characters: PostgreSQL refuses the first, platforms the others.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\ufeff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return `text` in NFC, with "\\n" newlines and without characters nobody sees."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))
