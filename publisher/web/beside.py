"""What stands beside a post on the page of whoever writes it and of whoever reviews it.

Both get it from here, so that both see the same findings and the same score.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from publisher.models.people import Role
from publisher.models.posts import Post
from publisher.platforms import PLATFORM_NAMES
from publisher.web.access import me
from publisher.workflow import checking, marking

_NAMES = {
    "title": _l("Judul"),
    "what": _l("Apa"),
    "who": _l("Siapa"),
    "when": _l("Kapan"),
    "where": _l("Di mana"),
    "why": _l("Mengapa"),
    "how": _l("Bagaimana"),
    "benefit": _l("Manfaat bagi warga"),
    "caption": _l("Takarir"),
    "hashtags": _l("Tagar"),
    "pictures": _l("Gambar"),
}


def checked(post: Post, *, at: datetime) -> dict[str, Any]:
    """Return what templates/_post/checks.html needs."""
    return {
        "review": checking.review(post, at=at),
        "review_titles": {check.name: check.title for check in checking.CHECKS},
        "place_word": lambda field: place_word(post, field),
        "link_of": lambda field: f"#{control_of(post, field)}",
        "earlier_url": earlier_url,
    }


def marked(post: Post) -> dict[str, Any]:
    """Return what a reviewer has marked and what was marked before, for templates/reviews."""
    pending = marking.pending(post, reviewer=me())
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for shown in pending:
        numbers[shown.mark.field, shown.mark.quote].append(shown.number)
    return {
        "pending": pending,
        "sent": marking.of_last_return(post),
        "marks_at": lambda field, quote: numbers.get((field, quote), ()),
        "texts": checking.texts(post),
        "lines_of": checking.lines,
    }


def returned(post: Post) -> dict[str, Any]:
    """Return the marks that an office works through, for templates/_post/marks.html."""
    return {
        "sent": marking.of_last_return(post),
        "place_word": lambda field: place_word(post, field),
        "link_of": lambda field: f"#{control_of(post, field)}",
    }


def place_word(post: Post, field: str) -> str:
    """Return how people call a text of a post: "Takarir", "Teks alternatif gambar 2"."""
    name, _sign, about = field.partition(":")
    if name == "text":
        return _("Teks %(platform)s", platform=PLATFORM_NAMES.get(about, about))
    if name == "alt_text":
        digests = [picture.media.digest for picture in post.pictures]
        number = next((n for n, one in enumerate(digests, 1) if one.startswith(about)), 0)
        return _("Teks alternatif gambar %(number)s", number=number)
    return str(_NAMES[name])


def control_of(post: Post, field: str) -> str:
    """Return the id of the control in which the office writes a text; "foto" for its pictures."""
    name, _sign, about = field.partition(":")
    if name == "alt_text":
        shown = (one.id for one in post.pictures if one.media.digest.startswith(about))
        return f"alt_{next(shown, '')}"
    return "foto" if name in ("pictures", "") else f"{name}_{about}".rstrip("_")


def earlier_url(post_id: int) -> str:
    """Return where whoever is looking reads another post of the same office."""
    page = "reviews.show" if me().role is Role.REVIEWER else "drafts.show"
    return url_for(page, post_id=post_id)
