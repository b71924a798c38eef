"""Words that a region does not publish before an election, found wherever a post says them.

Compared as people read: without regard to case, accents, width, or characters nobody sees; and
whole words only, so that "calon" is not found in "calonarang".
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.neutrality import Neutrality
from publisher.models.posters import Poster
from publisher.models.posts import Post
from publisher.platforms.base import Problem

BLOCKED = N_(
    "Masa netralitas pemilihan: kata “%(word)s” tidak boleh tayang, dan ditemukan di %(place)s."
)
CAPTION, ALT_TEXT, POSTER = N_("takarir"), N_("teks alternatif"), N_("teks poster")


@dataclass(frozen=True)
class Said:
    """A blocked word, as the region's list has it, and where it stands.

    :ivar place: a gettext message id
    """

    word: str
    place: str


def folded(text: str) -> str:
    """Return text as it is compared: no case, no accents, no unseen characters."""
    apart = unicodedata.normalize("NFKD", text)
    kept = (c for c in apart if unicodedata.category(c) not in ("Mn", "Cf"))
    return unicodedata.normalize("NFKC", "".join(kept)).casefold()


def blocked_words(post: Post, time: Neutrality) -> list[Said]:
    """Return the blocked words that a post says, each once for each place."""
    words = tuple(time.words)
    if not words:
        return []
    found = {Said(word, place): None for place, text in _said(post) for word in _among(words, text)}
    return list(found)


def blocked_problems(post: Post, time: Neutrality) -> list[Problem]:
    """Return the same as what stands in the way of submitting and approving it."""
    fields: dict[str, Literal["text", "pictures"]] = {
        CAPTION: "text",
        ALT_TEXT: "pictures",
        POSTER: "pictures",
    }
    return [
        Problem(
            field=fields[said.place],
            message=BLOCKED,
            values={"word": said.word, "place": said.place},
            blocks=True,
        )
        for said in blocked_words(post, time)
    ]


def _among(words: tuple[str, ...], text: str) -> Iterator[str]:
    read = folded(text)
    return (word for word, pattern in _patterns(words) if pattern.search(read))


@lru_cache(maxsize=256)
def _patterns(words: tuple[str, ...]) -> Sequence[tuple[str, re.Pattern[str]]]:
    return [
        (word, re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, parts)) + r"(?!\w)"))
        for word in words
        if (parts := folded(word).split())
    ]


def _said(post: Post) -> Iterator[tuple[str, str]]:
    """Yield all that will be public, with its place; each text of a platform counts."""
    yield CAPTION, f"{post.caption}\n{post.hashtags}"
    for platform in post.platforms:
        yield CAPTION, post.text_for(platform)
    for picture in post.pictures:
        yield ALT_TEXT, picture.alt_text
    for poster in _posters(post):
        for text in _texts(poster.content):
            yield POSTER, text


def _posters(post: Post) -> Iterable[Poster]:
    """Return the posters that its pictures were made of, another post's as well: copies share
    the picture."""
    digests = [picture.media.digest for picture in post.pictures]
    if not digests:
        return ()
    written = sa.cast(Poster.rendered, sa.Text)
    query = sa.select(Poster).where(
        Poster.office_id == post.office_id,
        sa.or_(*(written.contains(digest) for digest in digests)),
    )
    return db.session.scalars(query).all()


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for name, part in content.items():
            if name != "photos":
                yield from _texts(part)
    elif isinstance(content, list):
        for part in content:
            yield from _texts(part)
