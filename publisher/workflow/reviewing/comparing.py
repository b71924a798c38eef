"""What changed between two versions of a post, in pieces a page can mark.

Works on what `Post.content()` returned then and now, so it compares what people read, not rows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import chain
from typing import Any, Literal

from publisher.models.posts import ACTIVITY_FIELDS, normalised

#: Fields compared one by one. Caption and hashtags show up in the text of each platform.
FIELDS = ("title", "kind", "language", *ACTIVITY_FIELDS)
#: Texts beyond this are compared line by line: matching words takes quadratic time.
WORDS_AT_MOST = 2000

#: A time (08.00), an amount (1.500) or a joined word (lansia-lansia) is one word.
_WORD = re.compile(r"\w+(?:[.,:/–-]\w+)*|\s+|[^\w\s]")

Content = dict[str, Any]
Sign = Literal["same", "gone", "new"]


@dataclass(frozen=True)
class Piece:
    sign: Sign
    text: str


@dataclass(frozen=True)
class TextChange:
    """A field (`name`), or the text of `platforms`, then and now."""

    pieces: tuple[Piece, ...]
    name: str = ""
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class PictureChange:
    """A picture that came, went or is described anew. `number` counts from 1, as now or then."""

    sign: Literal["gone", "new", "described"]
    number: int
    digest: str
    pieces: tuple[Piece, ...]  # its alternative text


@dataclass(frozen=True)
class AccountsChange:
    """Accounts as [id, platform, label]."""

    gone: tuple[tuple[int, str, str], ...]
    new: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class TimeChange:
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class Changes:
    """All that differs; falsy when nothing does."""

    texts: tuple[TextChange, ...] = ()
    pictures: tuple[PictureChange, ...] = ()
    reordered: bool = False
    accounts: AccountsChange | None = None
    time: TimeChange | None = None

    def __bool__(self) -> bool:
        return bool(self.texts or self.pictures or self.reordered or self.accounts or self.time)


def compare(before: Content, after: Content) -> Changes:
    """Return what a person must read anew when they know `before` and now see `after`."""
    return Changes(
        texts=(*_fields(before, after), *_platform_texts(before, after)),
        pictures=tuple(_pictures(before["pictures"], after["pictures"])),
        reordered=_reordered(before["pictures"], after["pictures"]),
        accounts=_accounts(before["accounts"], after["accounts"]),
        time=_time(before["planned_at"], after["planned_at"]),
    )


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return `after` with what is gone and what is new, word by word, in reading order."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > WORDS_AT_MOST:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    steps = SequenceMatcher(None, old, new).get_opcodes()
    return tuple(chain.from_iterable(_step(op, old[a:b], new[c:d]) for op, a, b, c, d in steps))


def _step(operation: str, old: list[str], new: list[str]) -> Iterator[Piece]:
    if operation == "equal":
        yield Piece("same", "".join(new))
        return
    if old:
        yield Piece("gone", "".join(old))
    if new:
        yield Piece("new", "".join(new))


def _fields(before: Content, after: Content) -> Iterator[TextChange]:
    for name in FIELDS:
        if before[name] != after[name]:
            whole = name in {"kind", "language"}  # words of a list: never half of one
            yield TextChange(
                tuple(_step("replace", [before[name]], [after[name]]))
                if whole
                else pieces(before[name], after[name]),
                name=name,
            )


def _platform_texts(before: Content, after: Content) -> Iterator[TextChange]:
    """Yield each changed text once, with the platforms that share it."""
    shared: dict[tuple[str, str], list[str]] = {}
    for platform, text in after["texts"].items():
        old = before["texts"].get(platform, _common_text(before))
        if old != text:
            shared.setdefault((old, text), []).append(platform)
    for (old, text), platforms in shared.items():
        yield TextChange(pieces(old, text), platforms=tuple(platforms))


def _common_text(before: Content) -> str:
    """Return what a platform that is new on the post is compared with: the common text."""
    return normalised(f"{before['caption'].strip()}\n\n{before['hashtags'].strip()}")


def _pictures(before: list[list[str]], after: list[list[str]]) -> Iterator[PictureChange]:
    then, now = dict(before), dict(after)
    for number, (digest, alt_text) in enumerate(before, start=1):
        if digest not in now:
            yield PictureChange("gone", number, digest, pieces(alt_text, ""))
    for number, (digest, alt_text) in enumerate(after, start=1):
        if digest not in then:
            yield PictureChange("new", number, digest, pieces("", alt_text))
        elif then[digest] != alt_text:
            yield PictureChange("described", number, digest, pieces(then[digest], alt_text))


def _reordered(before: list[list[str]], after: list[list[str]]) -> bool:
    then, now = [digest for digest, _ in before], [digest for digest, _ in after]
    return [d for d in then if d in now] != [d for d in now if d in then]


def _accounts(before: list[list[Any]], after: list[list[Any]]) -> AccountsChange | None:
    then, now = ({row[0]: (row[0], row[1], row[2]) for row in rows} for rows in (before, after))
    gone = tuple(row for key, row in then.items() if key not in now)
    new = tuple(row for key, row in now.items() if key not in then)
    return AccountsChange(gone, new) if gone or new else None


def _time(before: str | None, after: str | None) -> TimeChange | None:
    then, now = (datetime.fromisoformat(text) if text else None for text in (before, after))
    return TimeChange(then, now) if then != now else None
