"""What would become of each row of a plan: a draft, nothing because it is there, or what is wrong.

The same check makes the page that a person decides on, and runs again when they have decided.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.models.series import PlanRow
from publisher.tables import LineFault, Row, read_table
from publisher.typed import Fault
from publisher.workflow.batching.cells import read_day, read_kind, read_platforms, read_time
from publisher.workflow.composing.beginning import accounts_of
from publisher.workflow.composing.fields import LIMITS, clean

OFFICE = "perangkat_daerah"
REQUIRED = ("tanggal", "jam", "judul")
#: Column to the field of a draft that it fills.
TEXTS = {
    "judul": "title", "apa": "what", "siapa": "who", "kapan": "when", "di_mana": "where",
    "mengapa": "why", "bagaimana": "how", "manfaat": "benefit", "takarir": "caption",
    "tagar": "hashtags",
}  # fmt: skip
OPTIONAL = (OFFICE, "jenis", "kanal", *(name for name in TEXTS if name != "judul"))
#: A region of 140 offices plans some 500 posts a week.
MOST_ROWS = 1_000
#: A plan reaches no farther.
HORIZON = timedelta(days=366)
#: What was taken back may be made again.
GONE = (PostStatus.WITHDRAWN, PostStatus.REJECTED)

MISSING = N_("%(column)s kosong. Isi kolom ini.")
PAST = N_("%(column)s “%(value)s” sudah lewat. Pilih waktu yang akan datang.")
FAR = N_("%(column)s “%(value)s” lebih dari setahun lagi. Periksa tahunnya.")
TOO_LONG = N_("%(column)s terlalu panjang: paling banyak %(limit)s karakter.")
NO_OFFICE = N_("%(column)s “%(value)s” tidak dikenal. Tulis singkatannya seperti di registri.")
NOT_YOURS = N_("%(column)s “%(value)s” bukan perangkat daerah Anda.")
ENDED = N_("%(column)s “%(value)s” tidak ada lagi pada tanggal itu.")
TWICE = N_("sama dengan baris %(line)s. Hapus salah satunya.")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A file that was read: its rows, and what is wrong with those that could not be."""

    content: bytes
    rows: list[Row]
    faults: list[LineFault]


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    THERE = "there"
    FAULTY = "faulty"


@dataclass(kw_only=True)
class Verdict:
    """One row and what becomes of it.

    :ivar there: the draft that the same row made before
    """

    line: int
    faults: list[Fault] = field(default_factory=list)
    title: str = ""
    office: Office | None = None
    moment: datetime | None = None
    kind: PostKind = PostKind.KEGIATAN
    accounts: list[Account] = field(default_factory=list)
    texts: Mapping[str, str] = field(default_factory=dict)
    there: int | None = None

    @property
    def fate(self) -> Fate:
        if self.faults:
            return Fate.FAULTY
        return Fate.NEW if self.there is None else Fate.THERE

    @property
    def key(self) -> str:
        """Return a digest of all that the row says."""
        said = [
            self.moment.isoformat() if self.moment else "",
            self.kind.value,
            sorted(account.id for account in self.accounts),
            sorted(self.texts.items()),
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A whole plan. In the order of its lines."""

    verdicts: list[Verdict]

    def of(self, fate: Fate) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.fate is fate]

    @property
    def new(self) -> list[Verdict]:
        return self.of(Fate.NEW)

    @property
    def there(self) -> list[Verdict]:
        return self.of(Fate.THERE)

    @property
    def faulty(self) -> list[Verdict]:
        return self.of(Fate.FAULTY)

    @property
    def sign(self) -> str:
        """Return a sign that changes when anything would become otherwise than was shown."""
        said = [[verdict.line, verdict.fate.value] for verdict in self.verdicts]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What rows are judged by."""

    actor: User
    at: datetime
    zone: str
    offices: Mapping[str, Office]  # by abbreviation, in small letters
    accounts: Mapping[int, list[Account]]


def read(content: bytes) -> Plan:
    """Read a file. Asks no database: no transaction needs to be open while a stranger's is read.

    :raises FileRefused: if the file as a whole cannot be read, or its columns are not ours
    """
    rows, findings = read_table(
        content, required=REQUIRED, optional=OPTIONAL, most=MOST_ROWS,
        longest=max(LIMITS.values()), tidied=lambda text: clean(text).strip(),
    )  # fmt: skip
    lines = {row.line for row in rows} | {fault.line for fault in findings.faults}
    if 0 in lines or len(lines) > MOST_ROWS:
        findings.stop_if_any()
    return Plan(content=content, rows=rows, faults=findings.faults)


def check(plan: Plan, *, actor: User, at: datetime) -> Checked:
    """Judge every row. A fixed number of queries, however many rows there are."""
    known = _known(actor, at)
    verdicts = {row.line: _judge(row, known) for row in plan.rows}
    for fault in plan.faults:
        _unread(verdicts, fault)
    ordered = [verdicts[line] for line in sorted(verdicts)]
    _find_twins(ordered)
    _find_there(ordered)
    return Checked(verdicts=ordered)


def _known(actor: User, at: datetime) -> _Known:
    query = sa.select(Office).where(Office.region_id == actor.region_id)
    if actor.office_id is not None:
        query = query.where(Office.id == actor.office_id)
    today = clock.in_zone(at, actor.region.zone).date()
    offices = {}
    for office in db.session.scalars(query.order_by(Office.id)):
        name = office.abbreviation.casefold()
        if name not in offices or office.exists_on(today):
            offices[name] = office
    accounts = accounts_of([office.id for office in offices.values()])
    return _Known(actor=actor, at=at, zone=actor.region.zone, offices=offices, accounts=accounts)


def _unread(verdicts: dict[int, Verdict], found: LineFault) -> None:
    verdict = verdicts.setdefault(found.line, Verdict(line=found.line))
    verdict.faults.append(found.fault)


def _judge(row: Row, known: _Known) -> Verdict:
    verdict = Verdict(line=row.line, title=row.cells["judul"])
    verdict.faults = [Fault(MISSING, {"column": name}) for name in REQUIRED if not row.cells[name]]
    _judge_texts(row, verdict)
    _judge_time(row, verdict, known)
    _judge_office(row, verdict, known)
    kind = read_kind("jenis", row.cells["jenis"])
    if isinstance(kind, Fault):
        verdict.faults.append(kind)
    else:
        verdict.kind = kind
    return verdict


def _judge_texts(row: Row, verdict: Verdict) -> None:
    verdict.texts = {field: row.cells[column] for column, field in TEXTS.items()}
    for column, name in TEXTS.items():
        if len(row.cells[column]) > LIMITS[name]:
            verdict.faults.append(Fault(TOO_LONG, {"column": column, "limit": LIMITS[name]}))


def _judge_time(row: Row, verdict: Verdict, known: _Known) -> None:
    if not (row.cells["tanggal"] and row.cells["jam"]):
        return
    day = read_day("tanggal", row.cells["tanggal"])
    hour = read_time("jam", row.cells["jam"], known.zone)
    wrong = [one for one in (day, hour) if isinstance(one, Fault)]
    verdict.faults += wrong
    if isinstance(day, Fault) or isinstance(hour, Fault):
        return
    verdict.moment = clock.from_local(datetime.combine(day, hour), known.zone)
    given = {"column": "tanggal", "value": f"{row.cells['tanggal']} {row.cells['jam']}"}
    if verdict.moment <= known.at:
        verdict.faults.append(Fault(PAST, given))
    elif verdict.moment > known.at + HORIZON:
        verdict.faults.append(Fault(FAR, given))


def _judge_office(row: Row, verdict: Verdict, known: _Known) -> None:
    name, own = row.cells[OFFICE], known.actor.office
    office = known.offices.get(name.casefold()) if name else own
    given = {"column": OFFICE, "value": name}
    if office is None:
        message = MISSING if not name else NO_OFFICE if own is None else NOT_YOURS
        verdict.faults.append(Fault(message, given))
        return
    verdict.office = office
    day = clock.in_zone(verdict.moment or known.at, known.zone).date()
    if not office.exists_on(day):
        verdict.faults.append(Fault(ENDED, {**given, "value": office.abbreviation}))
    there = known.accounts[office.id]
    chosen = read_platforms("kanal", row.cells["kanal"], {one.platform for one in there})
    if isinstance(chosen, Fault):
        verdict.faults.append(chosen)
    else:
        verdict.accounts = [one for one in there if one.platform in chosen]


def _find_twins(verdicts: list[Verdict]) -> None:
    lines: dict[tuple[int, str], int] = {}
    for verdict in verdicts:
        if verdict.office is None or verdict.faults:
            continue
        first = lines.setdefault((verdict.office.id, verdict.key), verdict.line)
        if first != verdict.line:
            verdict.faults.append(Fault(TWICE, {"line": first}))


def _find_there(verdicts: list[Verdict]) -> None:
    """Find the drafts that the same rows made before. One query."""
    keys = {verdict.key for verdict in verdicts if not verdict.faults}
    query = (
        sa.select(PlanRow.office_id, PlanRow.key, PlanRow.post_id)
        .join(Post, Post.id == PlanRow.post_id)
        .where(PlanRow.key.in_(keys), Post.status.not_in(GONE))
    )
    there = {(row.office_id, row.key): row.post_id for row in db.session.execute(query)}
    for verdict in verdicts:
        if verdict.office is not None and not verdict.faults:
            verdict.there = there.get((verdict.office.id, verdict.key))
