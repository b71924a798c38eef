"""What a check says, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something to look at, at one place of a post.

    :param check: which check found it: a name of `CHECKS`
    :param message: Indonesian, a gettext message id with %(name)s placeholders for `values`
    :param field: where: a name of `texts`, "pictures", "kind", or "" for the whole
    :param start, end: which characters of that text; both 0: no exact place
    :param post_id: the earlier post that it is about
    :param suggestions: what may have been meant, likeliest first
    """

    check: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = False
    field: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    post_id: int | None = None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the rubric: what it weighs, what was earned, and why.

    :param message: why, as in `Finding`
    """

    name: str
    title: str  # a message id
    weight: int
    earned: int
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return self.earned == self.weight


@dataclass(frozen=True, kw_only=True)
class Score:
    points: Sequence[Point]

    @property
    def earned(self) -> int:
        return sum(point.earned for point in self.points)

    @property
    def total(self) -> int:
        return sum(point.weight for point in self.points)


@dataclass(frozen=True, kw_only=True)
class Review:
    """All that the checks say of a post; findings that block come first."""

    findings: Sequence[Finding]
    score: Score

    def of(self, field: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.field == field]
