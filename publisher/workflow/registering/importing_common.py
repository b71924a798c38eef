"""What the imports of regions, offices and accounts share: a file that was read, and what is wrong
with its rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.people import User
from publisher.models.places import REGION_CODE, Office, Region
from publisher.tables import Findings, LineFault, Row, not_one_of, read_table
from publisher.typed import Faults
from publisher.workflow.registering.common import lock

MALFORMED = N_("kode daerah “%(code)s” tidak berbentuk seperti 33.16.")
_UNKNOWN = N_("kode daerah %(code)s tidak dikenal.")
_NOT_YOURS = N_("kode daerah %(code)s bukan daerah Anda.")
TWICE = N_("sama dengan baris %(line)s.")
THERE = N_("%(what)s sudah terdaftar.")
_COLUMN_FAULT = N_("%(column)s: %(fault)s")

Word = TypeVar("Word", bound=StrEnum)
#: The offices there are, by region code and abbreviation in small letters.
Known = dict[tuple[str, str], list[Office]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file that was read.

    :ivar faults: what is wrong with the rows that could not be
    :ivar offered: the regions of a second file, by code; they are in no session yet
    """

    rows: list[Row]
    faults: list[LineFault]
    offered: Mapping[str, Region] = field(default_factory=dict)

    def findings(self) -> Findings:
        """Return a list of faults that begins with these."""
        return Findings([*self.faults])


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many rows an import has added."""

    regions: int = 0
    offices: int = 0
    accounts: int = 0


def read(content: bytes, required: tuple[str, ...], optional: tuple[str, ...]) -> Table:
    rows, findings = read_table(content, required=required, optional=optional)
    return Table(rows=rows, faults=findings.faults)


def known_regions() -> dict[str, Region]:
    return {region.code: region for region in db.session.scalars(sa.select(Region))}


def offices_there(regions: Iterable[Region], actor: User | None) -> Known:
    """Return the offices of some regions, locked so that nobody adds one meanwhile."""
    found: Known = defaultdict(list)
    for region in sorted(regions, key=lambda region: region.id):
        lock(region.id, actor)
        for office in db.session.scalars(sa.select(Office).where(Office.region_id == region.id)):
            found[region.code, office.abbreviation.casefold()].append(office)
    return found


def region_of(
    row: Row, lookup: Mapping[str, Region], only: Region | None, findings: Findings
) -> Region | None:
    code = row.cells["region_code"]
    if not REGION_CODE.fullmatch(code):
        findings.add(row.line, MALFORMED, code=code)
    elif only is not None and code != only.code:
        findings.add(row.line, _NOT_YOURS, code=code)
    elif code not in lookup:
        findings.add(row.line, _UNKNOWN, code=code)
    else:
        return lookup[code]
    return None


def word_of(row: Row, column: str, words: type[Word], findings: Findings) -> Word | None:
    """Return the cell as one of `words`."""
    value = row.cells[column].lower()
    if value in list(words):
        return words(value)
    fault = not_one_of(column, row.cells[column], words)
    findings.add(row.line, fault.message, **fault.values)
    return None


def add_faults(row: Row, faults: Faults, findings: Findings) -> None:
    for column, fault in faults.items():
        findings.add(row.line, _COLUMN_FAULT, column=column, fault=fault)
