"""Regions and offices from CSV files: all of a file or nothing of it.

Every row is checked, by itself, against the other rows and against the database, before the first
is stored; the person gets the whole list of what to mend, by line. A file is read before: no
transaction needs to be open while a stranger's is.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from publisher.db import Turn, db, wait_turn
from publisher.errors import N_
from publisher.models.people import User
from publisher.models.places import REGION_CODE, Office, OfficeKind, Region, RegionKind
from publisher.tables import FileRefused, Findings, Row
from publisher.typed import text_fault
from publisher.workflow.registering import offices
from publisher.workflow.registering.common import NAME_CHARS, apply, note
from publisher.workflow.registering.importing_common import (
    MALFORMED,
    THERE,
    TWICE,
    Imported,
    Known,
    Table,
    add_faults,
    known_regions,
    offices_there,
    read,
    region_of,
    word_of,
)

REGION_COLUMNS = ("code", "name", "kind")
REGION_EXTRAS = ("kecamatan", "kelurahan", "desa")  # counts; checked, not kept
OFFICE_COLUMNS = ("region_code", "name", "abbreviation", "kind")
OFFICE_EXTRAS = ("code", "valid_from", "valid_to", "successor")

#: First two digits of a region's code: provinces that are not on Jakarta time (Keppres 41/1987).
ZONES = {
    **dict.fromkeys(
        ("51", "52", "53", "63", "64", "65", *map(str, range(71, 77))), "Asia/Makassar"
    ),
    **dict.fromkeys(("81", "82", *map(str, range(91, 98))), "Asia/Jayapura"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_REGIONS_FILE = N_("Berkas daerah memuat kesalahan. Tidak ada data yang diubah.")


@dataclass(kw_only=True)
class _Draft:
    """An office of the file that is fit to be stored, and who follows it."""

    line: int
    region: Region
    data: offices.OfficeData
    successor: str
    follower: "Office | _Draft | None" = None
    office: Office = field(default_factory=Office)

    @property
    def key(self) -> tuple[str, str]:
        return self.region.code, self.data.abbreviation.casefold()

    @property
    def span(self) -> tuple[date | None, date | None]:
        return self.data.valid_from, self.data.valid_to


def read_regions(content: bytes) -> Table:
    """Read a file of regions (code, name, kind; kecamatan, kelurahan, desa). Asks no database.

    :raises FileRefused: if the file as a whole cannot be read, or its columns are not ours
    """
    return read(content, REGION_COLUMNS, REGION_EXTRAS)


def read_offices(content: bytes, regions: bytes | None = None) -> Table:
    """Read a file of offices (region_code, name, abbreviation, kind; valid_from, valid_to,
    successor, which is the abbreviation of another office of the region). Asks no database.

    :param regions: a file of regions; those the offices need and the database lacks are added
    :raises FileRefused: as `read_regions`; of the file of regions, naming every bad row
    """
    table = read(content, OFFICE_COLUMNS, OFFICE_EXTRAS)
    return replace(table, offered={region.code: region for region in _offered(regions)})


def import_regions(
    table: Table, *, actor: User | None, at: datetime, is_example: bool = False
) -> Imported:
    """Add the regions of a file, as `read_regions` gives it.

    :param is_example: they are for trying out, and every page says so
    :raises FileRefused: naming every bad row; nothing is stored then
    """
    found, findings = _regions_of(table)
    wait_turn(Turn.REGIONS)
    there = set(db.session.scalars(sa.select(Region.code)))
    for line, region in found:
        if region.code in there:
            findings.add(line, THERE, what=region.code)
    findings.stop_if_any()
    _store_regions([region for _, region in found], is_example, actor=actor, at=at)
    return Imported(regions=len(found))


def import_offices(
    table: Table,
    *,
    actor: User | None,
    at: datetime,
    only: Region | None = None,
    is_example: bool = False,
) -> Imported:
    """Add the offices of a file, as `read_offices` gives it.

    :param only: the one region a person may import for; None for the command line
    :raises FileRefused: naming every bad row; nothing is stored then
    """
    if table.offered:
        wait_turn(Turn.REGIONS)  # before any region is locked
    known, findings = known_regions(), table.findings()
    lookup = {**table.offered, **known}
    drafts = [draft for row in table.rows if (draft := _office_draft(row, lookup, only, findings))]
    there = offices_there({draft.region for draft in drafts} & set(known.values()), actor)
    _find_twins(drafts, there, findings)
    by_key = _grouped(drafts)
    for draft in drafts:
        _find_follower(draft, by_key, there, findings)
    findings.stop_if_any()
    new = list({d.region.code: d.region for d in drafts if d.region.code not in known}.values())
    _store_regions(new, is_example, actor=actor, at=at)
    _store_offices(drafts, actor=actor, at=at)
    return Imported(regions=len(new), offices=len(drafts))


# -- regions -------------------------------------------------------------------------------


def _regions_of(table: Table) -> tuple[list[tuple[int, Region]], Findings]:
    findings = table.findings()
    found, lines = [], dict[str, int]()
    for row in table.rows:
        region = _region_row(row, findings)
        if region is None:
            continue
        if region.code in lines:
            findings.add(row.line, TWICE, line=lines[region.code])
        lines.setdefault(region.code, row.line)
        found.append((row.line, region))
    return found, findings


def _region_row(row: Row, findings: Findings) -> Region | None:
    """Return a region that is in no session yet."""
    before = len(findings.faults)
    code, name = row.cells["code"], row.cells["name"]
    kind = word_of(row, "kind", RegionKind, findings)
    if not REGION_CODE.fullmatch(code):
        findings.add(row.line, MALFORMED, code=code)
    elif kind and code.count(".") != (0 if kind is RegionKind.PROVINSI else 1):
        message = N_("kode %(code)s bukan kode %(kind)s.")
        findings.add(row.line, message, code=code, kind=kind.value)
    fault = text_fault(name, NAME_CHARS)
    add_faults(row, {"name": fault} if fault else {}, findings)
    for column in REGION_EXTRAS:
        number = row.cells[column]
        if number and not (number.isascii() and number.isdigit()):
            message = N_("%(column)s “%(value)s” bukan bilangan.")
            findings.add(row.line, message, column=column, value=number)
    if kind is None or len(findings.faults) > before:
        return None
    return Region(code=code, name=name, kind=kind, zone=ZONES.get(code[:2], "Asia/Jakarta"))


def _offered(content: bytes | None) -> list[Region]:
    """Return the regions of a second file; its lines must not be taken for the first one's."""
    if content is None:
        return []
    try:
        found, findings = _regions_of(read_regions(content))
        findings.stop_if_any()
    except FileRefused as error:
        raise FileRefused(error.faults, _REGIONS_FILE) from error
    return [region for _, region in found]


def _store_regions(
    regions: list[Region], is_example: bool, *, actor: User | None, at: datetime
) -> None:
    for region in regions:
        region.is_example = is_example
        db.session.add(region)
        db.session.flush()
        note("region.add", region, region.id, actor=actor, at=at, code=region.code)


# -- offices -------------------------------------------------------------------------------


def _office_draft(
    row: Row, lookup: Mapping[str, Region], only: Region | None, findings: Findings
) -> _Draft | None:
    before = len(findings.faults)
    region = region_of(row, lookup, only, findings)
    kind = word_of(row, "kind", OfficeKind, findings)
    data = offices.OfficeData(
        name=row.cells["name"],
        abbreviation=row.cells["abbreviation"],
        kind=kind or OfficeKind.DINAS,
        code=row.cells["code"],
        valid_from=_day(row, "valid_from", findings),
        valid_to=_day(row, "valid_to", findings),
    )
    add_faults(row, offices.faults_of(data, region), findings)
    if row.cells["successor"] and not row.cells["valid_to"]:
        findings.add(row.line, N_("successor diisi, tetapi valid_to kosong."))
    if region is None or len(findings.faults) > before:
        return None
    return _Draft(line=row.line, region=region, data=data, successor=row.cells["successor"])


def _day(row: Row, column: str, findings: Findings) -> date | None:
    text = row.cells[column]
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # such as 2026-02-30
    message = N_("%(column)s “%(value)s” bukan tanggal seperti 2026-01-31.")
    findings.add(row.line, message, column=column, value=text)
    return None


def _find_twins(drafts: list[_Draft], there: Known, findings: Findings) -> None:
    """Name the rows whose abbreviation another office of the region has at the same time."""
    earlier: dict[tuple[str, str], list[_Draft]] = defaultdict(list)
    for draft in drafts:
        for other in earlier[draft.key]:
            if offices.overlap(draft.span, other.span):
                findings.add(draft.line, TWICE, line=other.line)
                break
        for office in there.get(draft.key, ()):
            if offices.overlap(draft.span, (office.valid_from, office.valid_to)):
                findings.add(draft.line, THERE, what=f"{office.abbreviation} ({office.name})")
        earlier[draft.key].append(draft)


def _grouped(drafts: list[_Draft]) -> dict[tuple[str, str], list[_Draft]]:
    groups: dict[tuple[str, str], list[_Draft]] = defaultdict(list)
    for draft in drafts:
        groups[draft.key].append(draft)
    return groups


def _find_follower(
    draft: _Draft, by_key: Mapping[tuple[str, str], list[_Draft]], there: Known, findings: Findings
) -> None:
    """Find the office that begins to follow on the day after, in the file or in the database.

    It outlives the one it follows, so nobody can follow themselves round a circle.
    """
    if not draft.successor or draft.data.valid_to is None or draft.data.valid_to == date.max:
        return
    key = draft.region.code, draft.successor.casefold()
    day = draft.data.valid_to + timedelta(days=1)
    found: list[Office | _Draft] = [*by_key.get(key, ()), *there.get(key, ())]
    span = {id(one): _span(one) for one in found}
    then = [one for one in found if offices.overlap(span[id(one)], (day, day))]
    if not found:
        findings.add(draft.line, N_("successor “%(name)s” tidak dikenal."), name=draft.successor)
    elif not then:
        message = N_("successor “%(name)s” tidak berlaku pada %(day)s.")
        findings.add(draft.line, message, name=draft.successor, day=day.isoformat())
    else:
        draft.follower = then[0]


def _span(one: "Office | _Draft") -> tuple[date | None, date | None]:
    return one.span if isinstance(one, _Draft) else (one.valid_from, one.valid_to)


def _store_offices(drafts: list[_Draft], *, actor: User | None, at: datetime) -> None:
    """Add the offices; one audit entry per region names them all."""
    for draft in drafts:
        draft.office.region = draft.region
        apply(draft.office, draft.data)
        follower = draft.follower
        draft.office.successor = follower.office if isinstance(follower, _Draft) else follower
        db.session.add(draft.office)
    added: dict[Region, list[str]] = defaultdict(list)
    for draft in drafts:
        added[draft.region].append(draft.data.abbreviation)
    for region, names in added.items():
        note("office.import", region, region.id, actor=actor, at=at, offices=names)
