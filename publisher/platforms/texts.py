"""How drivers put a text into one form, so that counting, sending and finding agree."""

import re
import unicodedata

_NEWLINE = re.compile(r"\r\n?")
_SPACE = re.compile(r"\s+")

HIDDEN = "•••"
#: More of a message is never stored; cut first, so that no message costs much to read.
_READ_CHARS = 2000
_NAMED = (
    r"[\w-]{0,40}(?:token|secret|passw(?:or)?d|pwd|api[_-]?key|consumer[_-]?key|signature|proof|"
    r"session_?id|csrf|credential|private[_-]?key|otp|oauth_)[\w-]{0,40}"
)
#: Between a name and its value: of an address, of a form, of JSON.
_IS = r"[\"']?\s{0,3}(?:=|%3D)\s{0,3}|[\"']\s{0,3}:\s{0,3}"
_VALUE = r"""(?:"[^"]{0,999}"|'[^']{0,999}'|[^\s&;,"'<>)}\]]+)"""
_OPAQUE = r"[\w.~+/=-]"
#: In this order: what a header, an address or a field holds, then what looks like a token.
_SECRETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(\b(?:proxy-)?authorization[\"']?\s{0,3}[:=]|\b(?:set-)?cookie2?[\"']?\s{0,3}[:=]).+",
        rf"(\b(?:bearer|basic)\s{{1,3}}){_OPAQUE}{{6,}}",
        r"(://)[^\s/@]{1,200}(?=@)",
        rf"(\b(?:{_NAMED})(?:{_IS})){_VALUE}",
        # "Malformed access token 7-AbC": words may follow as well, but a token has a digit
        rf"(\b(?:token|secret|key|password)\s{{0,3}}:?\s{{1,3}}[\"'«“]?)(?=\S{{0,99}}\d){_OPAQUE}{{6,}}",
        r"()\beyJ[\w-]{8,}(?:\.[\w-]{0,2000}){0,2}",
        r"()\bEAA\w{16,}",
        r"()(?<!\d)\d{6,20}:[\w-]{16,}",  # of a bot of Telegram, which is part of its addresses
        r"()\b\d{3,}-[A-Za-z0-9]{16,}",
        r"()(?<![\w.-])(?=[\w+=%-]{0,99}\d)(?=[\w+=%-]{0,99}[A-Z])[\w+=%-]{32,}",
    )
)


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
        text = text.replace(secret, HIDDEN)
    return fingerprint(text)[:longest]


def redact(text: str) -> str:
    """Return a message of a platform without whatever may be a secret, known to us or not.

    For all that is stored or shown of an error. It rather hides too much: a hidden word costs a
    moment, a stored token costs an account.

    >>> redact("GET /me?access_token=EAAB1&fields=id: Invalid OAuth access token 7-AbC9xyz")
    'GET /me?access_token=•••&fields=id: Invalid OAuth access token •••'
    """
    text = "".join(c if c.isprintable() else " " for c in text[:_READ_CHARS])
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text
