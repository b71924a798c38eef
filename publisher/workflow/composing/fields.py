"""What a drafter may fill in, how much of it, and without what nobody sees.

`Fields` is the whole form as one value: the page, the autosave and the demo all save through it,
series and imported plans begin with it.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from publisher.errors import N_, Invalid
from publisher.models.posts import ACTIVITY_FIELDS, Language, Post, PostKind

# Control and direction characters: PostgreSQL refuses the first, platforms the others.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\ufeff\ufffe\uffff]")

MAX_PICTURES = 10
#: Characters that may be typed; what a platform allows is the platform's business.
LIMITS = {
    "title": 150,
    "what": 1000,
    "who": 300,
    "when": 200,
    "where": 300,
    "why": 1000,
    "how": 1000,
    "benefit": 1000,
    "caption": 6000,
    "hashtags": 500,
    "text": 5000,  # the text of one platform
    "alt_text": 1000,
}
TEXT_FIELDS = ("title", *ACTIVITY_FIELDS, "caption", "hashtags")


class TooLong(Invalid):
    message = N_("Isian terlalu panjang: paling banyak %(limit)s karakter.")


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Everything of a post that is typed or chosen.

    :param planned_at: aware, or None when not planned yet
    :param texts: platform to its own text, for platforms whose text differs
    :param account_ids: the accounts it should go to
    :param alt_texts: `PostPicture.id` to what the picture shows; missing ids stay as they are
    """

    title: str = ""
    kind: PostKind = PostKind.KEGIATAN
    language: Language = Language.ID
    what: str = ""
    who: str = ""
    when: str = ""
    where: str = ""
    why: str = ""
    how: str = ""
    benefit: str = ""
    caption: str = ""
    hashtags: str = ""
    planned_at: datetime | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    account_ids: frozenset[int] = frozenset()
    alt_texts: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, post: Post) -> "Fields":
        """Return what a post holds now."""
        return cls(
            **{name: getattr(post, name) for name in TEXT_FIELDS},
            kind=post.kind,
            language=post.language,
            planned_at=post.planned_at,
            texts={own.platform: own.text for own in post.texts},
            account_ids=frozenset(account.id for account in post.accounts),
            alt_texts={picture.id: picture.alt_text for picture in post.pictures},
        )

    def cleaned(self) -> "Fields":
        """Return the same without what nobody sees.

        :raises TooLong: if a text is longer than `LIMITS` allows
        """
        changes: dict[str, Any] = {
            name: _checked(getattr(self, name), LIMITS[name]) for name in TEXT_FIELDS
        }
        changes["texts"] = {
            platform: _checked(text, LIMITS["text"]) for platform, text in self.texts.items()
        }
        changes["alt_texts"] = {
            number: _checked(text, LIMITS["alt_text"]) for number, text in self.alt_texts.items()
        }
        return replace(self, **changes)


def _checked(text: str, limit: int) -> str:
    text = clean(text)
    if len(text) > limit:
        raise TooLong(limit=limit)
    return text


def clean(text: str) -> str:
    """Return `text` in NFC, with "\\n" newlines and without characters nobody sees."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))
