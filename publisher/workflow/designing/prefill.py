"""What a new poster says: what the office has typed about its activity already.

Also which template suits it, and what a poster shows, in words, for those who cannot see it.
Poster texts are in the office's language, not in that of the page.
"""

from collections.abc import Iterator

from publisher import clock
from publisher.models.posts import Post, PostKind
from publisher.posters.themes import Theme
from publisher.workflow.designing.fields import LIMITS, Chosen, Design

#: Small words above the headline, by kind of content.
LABELS = {
    PostKind.LAYANAN: "Layanan publik",
    PostKind.KEGIATAN: "Kegiatan",
    PostKind.PROGRAM: "Program",
    PostKind.TANGGAPAN_ADUAN: "Tanggapan aduan",
    PostKind.AUDIENSI: "Audiensi",
    PostKind.SIARAN_LANGSUNG: "Siaran langsung",
    PostKind.UCAPAN: "Ucapan",
}
_TEMPLATES = {
    PostKind.LAYANAN: "layanan",
    PostKind.SIARAN_LANGSUNG: "pengumuman",
    PostKind.UCAPAN: "pengumuman",
}
#: A headline that is longer than this is no headline.
_HEADLINE = 110


def suited(post: Post) -> str:
    """Return the template to offer first for a post."""
    return _TEMPLATES.get(post.kind, "kegiatan")


def prefilled(post: Post, template: str, theme: Theme, photos: list[str]) -> Design:
    """Return a design filled from a post's activity.

    :param photos: digests, the best one first
    """
    told = theme.channels
    texts = {
        "label": LABELS[post.kind],
        "badge": _week(post),
        "headline": _headline(post),
        "body": post.benefit,
        "when": post.when,
        "where": post.where,
        "how": post.how,
        "hashtag": told.hashtag,
        "whatsapp": told.whatsapp,
        "link": told.link,
    }
    return Design(
        template=template,
        texts={name: shortened(text, LIMITS[name]) for name, text in texts.items()},
        photos=tuple(Chosen(digest=digest) for digest in photos[:2]),
    ).cleaned()


def _week(post: Post) -> str:
    if post.planned_at is None:
        return ""
    return f"Pekan {clock.Week.of(post.planned_at, post.office.region.zone).number}"


def _headline(post: Post) -> str:
    given = post.title.strip() or post.what.strip()
    return shortened(given, _HEADLINE).rstrip(".")


def shortened(text: str, most: int) -> str:
    """Return as many whole sentences as there is room for, or else whole words."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    room = text[: most + 1]
    end = room.rfind(". ")
    if end > most // 3:
        return room[: end + 1]
    return room[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def alt_text(design: Design, theme: Theme) -> str:
    """Return in one paragraph what the poster of a design says."""
    told = [one.rstrip(".") for one in _told(design, theme) if one]
    return ". ".join(told) + "." if told else ""


def _told(design: Design, theme: Theme) -> Iterator[str]:
    shown, texts = design.look.shows, design.texts
    said = [name for name in ("headline", "body", "when", "where", "how") if name in shown]
    yield f"Poster {theme.office}"
    if "quote" in shown and texts.get("quote"):
        by = ", ".join(texts[name] for name in ("person", "role") if texts.get(name))
        yield f"“{texts['quote'].rstrip('.')}”" + (f" — {by}" if by else "")
    yield from (texts.get(name, "") for name in said)
    for name in ("figures", "agenda"):
        if name in shown:
            yield from (_row(name, row) for row in design.rows.get(name, ()))
    if "hashtag" in shown and texts.get("hashtag"):
        yield f"Tagar {texts['hashtag']}"
    if "whatsapp" in shown and texts.get("whatsapp"):
        yield f"WhatsApp {texts['whatsapp']}"


def _row(name: str, row: tuple[str, ...]) -> str:
    if name == "figures":
        return " ".join(cell for cell in row if cell)
    day, date, title, place = row
    at = " ".join(cell for cell in (day, date) if cell)
    return ", ".join(cell for cell in (f"{at}: {title}" if at else title, place) if cell)
