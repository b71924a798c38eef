"""What a platform may find wrong with a text, measured as it counts."""

import re
from collections.abc import Callable, Iterator

from publisher.errors import N_
from publisher.platforms.base import Limits, Outgoing, Problem
from publisher.platforms.texts import normalise

#: As platforms read them: a hashtag needs a letter, and an e-mail address mentions nobody.
_HASHTAGS = re.compile(r"(?<![\w&/#])(?:#(?=\w*[^\W\d_])\w+)+")
_MENTION = re.compile(r"(?<![\w@.])@\w{1,30}")


def text_problems(
    outgoing: Outgoing, platform: str, *, limit: int, length: Callable[[str], int]
) -> Iterator[Problem]:
    """Yield what `platform` would refuse about the text.

    :param length: how the platform counts
    """
    text = normalise(outgoing.text)
    if not text.strip() and not outgoing.pictures:
        message = N_("Teks untuk %(platform)s masih kosong.")
        yield Problem(field="text", message=message, values={"platform": platform})
    if (found := length(text)) > limit:
        yield Problem(
            field="text",
            message=N_("Teks untuk %(platform)s %(length)s karakter; paling banyak %(limit)s."),
            values={"platform": platform, "length": found, "limit": limit},
        )


def mark_problems(outgoing: Outgoing, platform: str, limits: Limits) -> Iterator[Problem]:
    """Yield what `platform` would refuse, or dislikes, about hashtags and mentions."""
    hashtags = sum(row.count("#") for row in _HASHTAGS.findall(outgoing.text))
    mentions = len(_MENTION.findall(outgoing.text))
    if _above(hashtags, limits.hashtags):
        message = N_("%(platform)s menerima paling banyak %(limit)s tagar; ada %(count)s.")
        yield _counted(message, platform, limits.hashtags, hashtags, blocks=True)
    elif _above(hashtags, limits.hashtags_advised):
        message = N_("Di %(platform)s sebaiknya paling banyak %(limit)s tagar; ada %(count)s.")
        yield _counted(message, platform, limits.hashtags_advised, hashtags, blocks=False)
    if _above(mentions, limits.mentions):
        message = N_("%(platform)s menerima paling banyak %(limit)s sebutan akun; ada %(count)s.")
        yield _counted(message, platform, limits.mentions, mentions, blocks=True)
    elif _above(mentions, limits.mentions_advised):
        message = N_(
            "Teks menyebut akun lain (%(count)s kali). %(platform)s melarang akun yang diisi "
            "aplikasi menyebut akun yang tidak memintanya."
        )
        yield _counted(message, platform, limits.mentions_advised, mentions, blocks=False)


def _above(count: int, limit: int | None) -> bool:
    return limit is not None and count > limit


def _counted(
    message: str, platform: str, limit: int | None, count: int, *, blocks: bool
) -> Problem:
    values = {"platform": platform, "limit": limit, "count": count}
    return Problem(field="text", message=message, values=values, blocks=blocks)
