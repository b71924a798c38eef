"""What a report knows: frozen values, made once by `workflow/reporting`, rendered many times.

Every number that is shown is stored here or derived here, never in a renderer.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from publisher.clock import Week
from publisher.reports.office_names import OfficeName
from publisher.reports.seals import Seal
from publisher.reports.statuses import OBLIGED, Cluster, Excuse, Uncounted, WeekStatus

#: What a report is made of has its words beside it; whoever reads one needs both.
__all__ = ["OBLIGED", "Cluster", "Excuse", "OfficeName", "Seal", "Uncounted", "WeekStatus"]


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """What an office owed in a week, and how that came about.

    :ivar minimum: of the rule, per full week; None without a rule
    :ivar own_rule: whether the rule is the office's own rather than the region's
    :ivar office_kind: the kind of offices that the rule is for; None: not for a kind
    :ivar binding: "wajib", "imbauan" or "pantau"
    :ivar channels: what counts; None: every channel
    :ivar kinds: what counts; None: every kind but greetings
    :ivar since: the rule's first day
    :ivar prorated: whether holidays make it less
    :ivar working_days: of the office in the week
    :ivar full_days: of the office in a week without holidays, usually 5
    :ivar required: ceil(minimum × working days ÷ full days); 0 when nothing is owed
    """

    minimum: int | None
    own_rule: bool
    since: date | None
    working_days: int
    required: int
    office_kind: str | None = None
    full_days: int = 5
    binding: str = "wajib"
    channels: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    prorated: bool = True


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One office in one week, in figures. Contents, not postings: a cross-post is one.

    :ivar greetings: out, and not counted because they are greetings
    :ivar uncounted: out, and not counted for another reason
    :ivar planned: approved, not out yet, due before the week ends
    :ivar stranded: approved, and not out because the platform failed
    """

    week: Week
    obligation: Obligation
    status: WeekStatus
    excuse: Excuse | None
    counted: int
    greetings: int
    planned: int
    stranded: int
    uncounted: int = 0

    @property
    def required(self) -> int:
        return self.obligation.required

    @property
    def missing(self) -> int:
        return max(0, self.required - self.counted)

    @property
    def share(self) -> float | None:
        """How much of the obligation is out, 1 for all of it; None when nothing is owed."""
        owed = self.obligation.required
        return self.counted / owed if owed and self.status in OBLIGED else None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Where a content can be seen."""

    platform: str
    account: str
    permalink: str  # "" where only a screenshot proves it
    published_at: datetime
    by_hand: bool
    screenshot: str = ""  # the digest of that picture
    down_at: datetime | None = None  # since when it is not public any more
    delivery_id: int = 0
    claimed: bool = False  # made without Siar, and claimed by its office


@dataclass(frozen=True, kw_only=True)
class Content:
    """A content that is out, and first went out in the report's week, with who answers for it."""

    post_id: int
    title: str
    kind: str
    first_at: datetime
    proofs: tuple[Proof, ...]
    submitted_by: str = ""
    submitted_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    #: Why it does not count; None: it does.
    reason: Uncounted | None = None

    @property
    def counts(self) -> bool:
        return self.reason is None

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        return tuple(sorted({proof.platform for proof in self.proofs}))


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An approved delivery of the week that is not out: failed, missed, or in doubt.

    :ivar reason: Indonesian, a gettext message id
    :ivar by_platform: whether the platform, not the content or the account, was the cause
    :ivar out_elsewhere: whether the content is out on another official account
    """

    post_id: int
    title: str
    platform: str
    account: str
    status: str
    reason: str
    due_at: datetime
    by_platform: bool
    out_elsewhere: bool


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A dispensation that covers the week: why, by whose decision, and where it is written."""

    reason: str
    document: str
    link: str
    granted_by: str
    granted_at: datetime
    letter: int = 0  # its id, where a copy of the letter is kept


@dataclass(frozen=True, kw_only=True)
class OfficeWeek:
    """One office in the report's week, with the proof of each counted content.

    :ivar last_at: its last publication of any kind up to the report's moment; None: never
    :ivar streak: weeks met in a row up to this one; holidays and exemptions do not break it
    :ivar dormant: whether it is called tidak aktif (mati suri): nothing for `dormant_days`
    :ivar streak_open: whether the row may be longer than the weeks that were looked at
    """

    office: OfficeName
    tally: Tally
    contents: tuple[Content, ...]
    troubles: tuple[Trouble, ...]
    last_at: datetime | None
    streak: int
    streak_open: bool
    dormant: bool
    dormant_days: int = 28
    exemption: Exemption | None = None

    @cached_property
    def counted(self) -> tuple[Content, ...]:
        return tuple(content for content in self.contents if content.counts)

    @property
    def greetings(self) -> tuple[Content, ...]:
        return tuple(c for c in self.contents if c.reason is Uncounted.GREETING)

    @property
    def uncounted(self) -> tuple[Content, ...]:
        """What is out and does not count, greetings aside."""
        return tuple(c for c in self.contents if c.reason not in (None, Uncounted.GREETING))

    def on_channel(self, platform: str) -> int:
        """Return how many counted contents are out on `platform`."""
        return sum(platform in content.platforms for content in self.counted)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How many of how many met it. `obliged` leaves out who owes nothing."""

    obliged: int
    met: int
    on_track: int
    at_risk: int
    not_met: int
    exempt: int
    holiday: int
    no_rule: int
    contents: int
    urged: int = 0
    watched: int = 0

    @classmethod
    def of(cls, tallies: "list[Tally] | tuple[Tally, ...]") -> "Totals":
        number = dict.fromkeys(WeekStatus, 0)
        for tally in tallies:
            number[tally.status] += 1
        return cls(
            obliged=sum(number[status] for status in OBLIGED),
            contents=sum(tally.counted for tally in tallies),
            **{status.value: count for status, count in number.items()},
        )


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    """One office over the weeks. None where it did not exist."""

    office: OfficeName
    cells: tuple[Tally | None, ...]

    @cached_property
    def weeks_met(self) -> tuple[int, int]:
        """Return (weeks met, weeks that were owed and are over or met)."""
        over = (WeekStatus.MET, WeekStatus.NOT_MET)
        owed = [cell for cell in self.cells if cell and cell.status in over]
        return sum(cell.status is WeekStatus.MET for cell in owed), len(owed)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Offices × weeks, oldest week first. The cells of a column are one week's truth."""

    weeks: tuple[Week, ...]
    rows: tuple[MatrixRow, ...]

    def column(self, week: Week) -> tuple[Tally, ...]:
        place = self.weeks.index(week)
        return tuple(cell for row in self.rows if (cell := row.cells[place]))

    def ranked(self) -> tuple[tuple[Cluster, tuple[MatrixRow, ...]], ...]:
        """Return the rows by cluster, who met most of what was owed first; no empty clusters."""

        def rank(row: MatrixRow) -> tuple[float, int, str]:
            met, owed = row.weeks_met
            shown = sum(cell.counted for cell in row.cells if cell)
            return (-met / owed if owed else 0.0, -shown, row.office.name)

        grouped = (
            (cluster, sorted((r for r in self.rows if r.office.cluster is cluster), key=rank))
            for cluster in Cluster
        )
        return tuple((cluster, tuple(rows)) for cluster, rows in grouped if rows)


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What waits for a person when the report is made."""

    reviews: int
    reviews_overdue: int
    reviews_soon: int
    deliveries: int
    unconnected_offices: int


@dataclass(frozen=True, kw_only=True)
class WeekReport:
    """A region's week, frozen at `made_at`."""

    region_code: str
    region_name: str
    is_example: bool
    zone: str
    week: Week
    made_at: datetime
    running: bool
    working_days: int
    holidays: tuple[tuple[date, str], ...]
    rows: tuple[OfficeWeek, ...]
    totals: Totals
    previous: Totals
    matrix: Matrix
    decisions: Decisions
    logo: str = ""  # the digest of the region's logo at `made_at`; "": it has none
    seal: Seal | None = None  # of a closed week; not frozen, because it holds the digest of that

    @property
    def change(self) -> int:
        """How many more offices met it than the week before; negative: fewer."""
        return self.totals.met - self.previous.met

    @property
    def mix(self) -> Counter[str]:
        """How many contents of each kind really went out in the week, on official accounts."""
        not_real = (Uncounted.UNPROVED, Uncounted.NOT_UTAMA)
        contents = (content for row in self.rows for content in row.contents)
        return Counter(content.kind for content in contents if content.reason not in not_real)

    def counted_among(self, post_ids: Collection[int]) -> dict[int, tuple[OfficeName, Content]]:
        """Return those of some contents that count, by post id, with their offices."""
        return {
            content.post_id: (row.office, content)
            for row in self.rows
            for content in row.counted
            if content.post_id in post_ids
        }

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """The channels that anything went out on in the week."""
        found = {p for row in self.rows for content in row.contents for p in content.platforms}
        return tuple(sorted(found))

    @property
    def dormant(self) -> tuple[OfficeWeek, ...]:
        return tuple(row for row in self.rows if row.dormant)

    @property
    def change_words(self) -> tuple[str, int]:
        """Return `up`, `down` or `same`, and by how many offices."""
        return ("up" if self.change > 0 else "down" if self.change else "same"), abs(self.change)

    def with_status(self, *statuses: WeekStatus) -> tuple[OfficeWeek, ...]:
        return tuple(row for row in self.rows if row.tally.status in statuses)

    def clusters(self) -> tuple[tuple[Cluster, tuple[OfficeWeek, ...]], ...]:
        """Return the offices by cluster, in the fixed order of `Cluster`; no empty ones."""
        grouped = (
            (cluster, tuple(row for row in self.rows if row.office.cluster is cluster))
            for cluster in Cluster
        )
        return tuple((cluster, rows) for cluster, rows in grouped if rows)
