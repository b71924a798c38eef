"""How X reads a text: its weighted length, and what it turns into links.

X counts every link as 23 and every emoji as 2, and takes many Indonesian academic titles (M.Si,
S.Ag, A.Md) for links, because they end in the name of a country.
"""

import html
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

with warnings.catch_warnings():  # it still reads a file of its own by pkg_resources
    warnings.filterwarnings("ignore", "pkg_resources is deprecated")
    from twitter_text import extract_urls_with_indices, parse_tweet

from publisher.clock import day_words
from publisher.errors import N_
from publisher.platforms.base import Limits, Outgoing, Problem
from publisher.platforms.texts import fingerprint, normalise

#: twitter-text's expressions take quadratic time: 1,000 characters cost 0.6 s, 6,000 cost 34 s.
COUNTABLE_CHARS = 1000

_SHORT_LINK = re.compile(r"https?://t\.co/\w+")
_TITLE = re.compile(r"[A-Z][A-Za-z]{0,3}\.[A-Z][A-Za-z]{0,3}")


def weighted_length(text: str) -> int:
    """Return X's weighted length: a link is 23, an emoji 2.

    Beyond `COUNTABLE_CHARS` this is the plain count, which is too long in any case.

    >>> weighted_length("Drs. Budi, M.Si")
    34
    """
    text = normalise(text)
    return len(text) if len(text) > COUNTABLE_CHARS else parse_tweet(text).weightedLength


def our_fingerprint(text: str) -> str:
    """Return what is left of a text of ours when X has replaced its links."""
    text = normalise(text)
    for link in reversed(_links(text)):
        start, end = link["indices"]
        text = text[:start] + text[end:]
    return fingerprint(text)


def their_fingerprint(text: str) -> str:
    """Read a text as X gives it back: every link a t.co one, and one more for the pictures."""
    return fingerprint(_SHORT_LINK.sub("", unescaped(text)))


def unescaped(text: str) -> str:
    """Undo X's habit of giving `&`, `<` and `>` back as HTML."""
    return html.unescape(text)


def text_problems(outgoing: Outgoing, limit: int) -> Iterator[Problem]:
    """Yield what X would refuse about the text."""
    text = normalise(outgoing.text)
    if not text.strip() and not outgoing.pictures:
        yield Problem(field="text", message=N_("Teks untuk X masih kosong."))
    if (length := weighted_length(text)) > limit:
        yield Problem(
            field="text",
            message=N_(
                "Teks untuk X %(length)s karakter; paling banyak %(limit)s. "
                "X menghitung setiap tautan 23 dan setiap emoji 2 karakter."
            ),
            values={"length": length, "limit": limit},
        )
    elif text.strip() and not parse_tweet(text).valid:
        message = N_("Teks berisi karakter tak tampak yang ditolak X.")
        yield Problem(field="text", message=message)


def link_notes(text: str, limits: Limits) -> Iterator[Problem]:
    """Yield what X will do to links that a drafter may not expect. Nothing here blocks.

    :param limits: with what a post with a link costs
    """
    links = [link["url"] for link in _links(normalise(text))]
    titles = dict.fromkeys(link for link in links if _TITLE.fullmatch(link))
    if titles:
        yield Problem(
            field="text",
            message=N_(
                "X mengubah %(titles)s menjadi tautan dan menghitungnya 23 karakter. "
                "Tulislah gelar tanpa titik atau hilangkan."
            ),
            values={"titles": ", ".join(titles)},
            blocks=False,
        )
    dear, plain = limits.price("post_with_link"), limits.price("post")
    if links and dear and plain:
        message = N_(
            "Unggahan X yang memuat tautan dikenai %(currency)s %(dear)s; tanpa tautan "
            "%(currency)s %(plain)s (%(source)s, %(date)s)."
        )
        values = {
            "currency": dear.currency,
            "dear": dear.amount,
            "plain": plain.amount,
            "source": dear.source.where,
            "date": day_words(date.fromisoformat(dear.source.read_on)),
        }
        yield Problem(field="text", message=message, values=values, blocks=False)


def _links(text: str) -> list[Mapping[str, Any]]:
    """Return what X will turn into links: addresses, bare domains, and titles such as M.Si."""
    return [] if len(text) > COUNTABLE_CHARS else extract_urls_with_indices(text)
