"""What every platform may find wrong with pictures, measured against its own limits."""

from collections.abc import Iterator

from publisher.errors import N_
from publisher.platforms.base import Limits, Outgoing, Picture, Problem

_MB = 1024 * 1024


def picture_problems(outgoing: Outgoing, platform: str, limits: Limits) -> Iterator[Problem]:
    """Yield what `platform` would refuse about the pictures, and which of them say nothing."""
    if len(outgoing.pictures) > limits.images:
        yield Problem(
            field="pictures",
            message=N_("%(platform)s menerima paling banyak %(limit)s gambar; ada %(count)s."),
            values={"platform": platform, "limit": limits.images, "count": len(outgoing.pictures)},
        )
    if limits.image_required and not outgoing.pictures:
        message = N_("%(platform)s memerlukan sedikitnya satu gambar.")
        yield Problem(field="pictures", message=message, values={"platform": platform})
    for number, picture in enumerate(outgoing.pictures, 1):
        yield from _file_problems(number, picture, platform, limits)
        yield from _alt_problems(number, picture, platform, limits)


def _file_problems(
    number: int, picture: Picture, platform: str, limits: Limits
) -> Iterator[Problem]:
    if picture.mime.removeprefix("image/").upper() not in limits.image_formats:
        yield Problem(
            field="pictures",
            message=N_("Jenis berkas gambar %(number)s tidak diterima %(platform)s."),
            values={"number": number, "platform": platform},
        )
    if len(picture.content) > limits.image_bytes:
        yield Problem(
            field="pictures",
            message=N_("Gambar %(number)s melebihi batas %(platform)s, yaitu %(limit)s MB."),
            values={"number": number, "platform": platform, "limit": limits.image_bytes // _MB},
        )


def _alt_problems(
    number: int, picture: Picture, platform: str, limits: Limits
) -> Iterator[Problem]:
    if limits.alt_text_chars is None:
        return
    if not picture.alt_text.strip():
        yield Problem(
            field="alt_text",
            message=N_("Gambar %(number)s belum memiliki teks alternatif."),
            values={"number": number},
            blocks=False,
        )
    if len(picture.alt_text) > limits.alt_text_chars:
        yield Problem(
            field="alt_text",
            message=N_(
                "Teks alternatif gambar %(number)s melebihi batas %(platform)s, "
                "yaitu %(limit)s karakter."
            ),
            values={"number": number, "platform": platform, "limit": limits.alt_text_chars},
        )
