"""A week as it stands, without its contents: for the page that shows only the best of them."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from publisher.reports.snapshot import Content, OfficeName, WeekReport

_Found = dict[int, tuple[OfficeName, Content]]


@dataclass(frozen=True, kw_only=True)
class Outline(WeekReport):
    """A report whose figures were counted, and whose contents are read when they are asked for.

    Never handed on or frozen: no content of it stands with its proof.

    :ivar kinds: how many contents of each kind really went out, by office id
    :ivar judge: returns those of some contents that count, by post id, with their offices
    """

    kinds: Mapping[int, Counter[str]]
    judge: Callable[[Collection[int]], _Found]

    @property
    def mix(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for row in self.rows:
            found.update(self.kinds.get(row.office.id, {}))
        return found

    def counted_among(self, post_ids: Collection[int]) -> _Found:
        here = {row.office.id for row in self.rows}
        found = self.judge(post_ids)
        return {post_id: of for post_id, of in found.items() if of[0].id in here}
