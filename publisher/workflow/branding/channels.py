"""Where citizens reach an office: each channel as it is printed, or why it cannot be."""

import re
from urllib.parse import urlsplit

from publisher.errors import N_
from publisher.typed import Fault

HASHTAG_CHARS = 40
_HASHTAG = re.compile(r"#(?=\w*[^\W\d_])\w+")
_ADDRESS = re.compile(r"https?://(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=)(\+?\d+)", re.I)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
#: A national number: 0, an area or operator code, the rest; 9 to 14 digits in all.
_NATIONAL = re.compile(r"0[1-9]\d{7,12}")


def hashtag(typed: str) -> tuple[str, Fault | None]:
    """Return a hashtag with its "#", and what platforms would not make a link of."""
    if not typed:
        return "", None
    tag = f"#{typed.lstrip('#').strip()}"
    if " " in tag:
        return tag, Fault(N_("Tagar ditulis tanpa spasi, misalnya #LaporBlora."))
    if not _HASHTAG.fullmatch(tag):
        return tag, Fault(
            N_("Tagar hanya memuat huruf, angka, dan garis bawah, dan paling sedikit satu huruf.")
        )
    if len(tag) > HASHTAG_CHARS:
        return tag, Fault(N_("Paling panjang %(longest)s karakter."), {"longest": HASHTAG_CHARS})
    return tag, None


def whatsapp(typed: str) -> tuple[str, Fault | None]:
    """Return a WhatsApp number as citizens dial it ("0812-3456-7890"), however it was typed."""
    if not typed:
        return "", None
    address = _ADDRESS.match(typed)
    digits = re.sub(r"[\s().–-]", "", address[1] if address else typed)
    national = re.sub(r"^(?:\+|00)?62(?:0)?", "0", digits)
    if not _NATIONAL.fullmatch(national):
        return typed, Fault(
            N_("Tulis nomor WhatsApp Indonesia, misalnya 0812-3456-7890 atau +62 812 3456 7890.")
        )
    return grouped(national), None


def grouped(national: str) -> str:
    """Return the digits in groups that can be read aloud: 4, then one or two of 3 to 6."""
    rest = national[4:]
    if len(rest) <= 5:
        return f"{national[:4]}-{rest}"
    half = len(rest) // 2
    return f"{national[:4]}-{rest[:half]}-{rest[half:]}"


def link(typed: str) -> tuple[str, Fault | None]:
    """Return the address for the QR code, with "https://" where none was typed."""
    if not typed:
        return "", None
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    well_formed = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "")
    if not well_formed or parts.username or " " in address or port not in (None, 80, 443):
        return typed, Fault(
            N_("Tulis alamat web yang lengkap, misalnya https://blora.go.id/aduan.")
        )
    return address, None
