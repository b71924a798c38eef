"""Whether a content counts in a week, and if not, why: decided here and nowhere else.

A content belongs to the week of its first real publication (proved, on an official account), and
is judged there once and for all: what happens to it in later weeks counts nowhere. What is out on
several channels is one content. It counts if at least one of its publications of that week passes
every question of `_QUESTIONS`; else the reason is the question at which the last of them failed.

Decided where decrees are silent:
- A post made without Siar is no publication until a second person has accepted its office's claim;
  then it is a content like all others, at its real time and with the kind it was claimed as.
- A greeting counts only where a rule names greetings.
- Taken down before its week was over, it was not shown for the week and does not count; later on,
  the week keeps it.
- The same words of the same office within `REPEATED_WITHIN` of an earlier content that stood are
  one content said twice: the later one does not count, whether the earlier one did or not. The
  same picture with other words is no repetition: a service may have one photo for many weeks. An
  earlier one that was taken down in its own week, with a slip in it, does not stand in the way of
  its correction.
- What went out before an office began or after it ended counts for nobody: the successor answers
  for what it shows itself.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.models.posts import PostKind
from publisher.reports.snapshot import Uncounted

#: Longer ago it is a tradition, not a repetition.
REPEATED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """Where and when a content went out.

    :ivar proved: by its permalink, or by what a second person has verified
    :ivar utama: on the official account of its office
    :ivar down_at: since when it is not public any more
    """

    at: datetime
    platform: str
    utama: bool = True
    proved: bool = True
    down_at: datetime | None = None

    @property
    def real(self) -> bool:
        return self.utama and self.proved


@dataclass(frozen=True, kw_only=True, slots=True)
class Showing:
    """A content that is out: all that matters of it.

    :ivar twins: when other contents of its office that say the same first went out, with
        their ids; only those that stood
    """

    post_id: int
    kind: PostKind
    publications: tuple[Publication, ...]
    twins: tuple[tuple[datetime, int], ...] = ()

    @property
    def first_at(self) -> datetime:
        """When it first really went out; or at all, if it never did."""
        real = [each.at for each in self.publications if each.real]
        return min(real or (each.at for each in self.publications))


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a week asks of a content.

    :ivar start: the week's first moment; `end`: the first after it
    :ivar began: the office's first moment; `ended`: the first after its last; None: open
    :ivar channels: those that count; None: all
    :ivar kinds: those that count; None: all but greetings
    """

    start: datetime
    end: datetime
    began: datetime | None = None
    ended: datetime | None = None
    channels: Collection[str] | None = None
    kinds: Collection[str] | None = None


def why_not(content: Showing, terms: Terms) -> Uncounted | None:
    """Return why a content does not count in a week; None: it counts."""
    if not terms.start <= content.first_at < terms.end:
        return Uncounted.OUTSIDE
    left = [each for each in content.publications if terms.start <= each.at < terms.end]
    for reason, passes in _QUESTIONS:
        left = [each for each in left if passes(each, terms)]
        if not left:
            return reason
    return _kind_fault(content.kind, terms) or _repetition(content)


def counting_kinds(terms: Terms) -> frozenset[PostKind]:
    """Return the kinds of which a content with nothing special about it counts."""
    channel = next(iter(terms.channels), "") if terms.channels is not None else ""
    plain = (Publication(at=terms.start, platform=channel),)
    return frozenset(
        kind
        for kind in PostKind
        if why_not(Showing(post_id=0, kind=kind, publications=plain), terms) is None
    )


def _in_its_life(each: Publication, terms: Terms) -> bool:
    return (terms.began is None or terms.began <= each.at) and (
        terms.ended is None or each.at < terms.ended
    )


def _up_to_the_end(each: Publication, terms: Terms) -> bool:
    return each.down_at is None or each.down_at >= terms.end


def _on_its_channel(each: Publication, terms: Terms) -> bool:
    return terms.channels is None or each.platform in terms.channels


_QUESTIONS: tuple[tuple[Uncounted, Callable[[Publication, Terms], bool]], ...] = (
    (Uncounted.NO_OFFICE, _in_its_life),
    (Uncounted.UNPROVED, lambda each, _: each.proved),
    (Uncounted.NOT_UTAMA, lambda each, _: each.utama),
    (Uncounted.TAKEN_DOWN, _up_to_the_end),
    (Uncounted.CHANNEL, _on_its_channel),
)


def _kind_fault(kind: PostKind, terms: Terms) -> Uncounted | None:
    if terms.kinds is None:
        return Uncounted.GREETING if kind is PostKind.UCAPAN else None
    if kind.value in terms.kinds:
        return None
    return Uncounted.GREETING if kind is PostKind.UCAPAN else Uncounted.KIND


def _repetition(content: Showing) -> Uncounted | None:
    """Of two at the same moment, the one that was written first is the earlier one."""
    if not content.twins:
        return None
    own = (content.first_at, content.post_id)
    repeated = any(twin < own and own[0] - twin[0] <= REPEATED_WITHIN for twin in content.twins)
    return Uncounted.REPEAT if repeated else None
