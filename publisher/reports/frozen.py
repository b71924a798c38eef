"""A report as bytes and back, without loss: what is kept of a closed week, and its JSON form.

Written and read by pydantic from the dataclasses of `snapshot` themselves, so a field that is
added there is kept here. The same report always gives the same bytes: UTF-8, no spaces, fields
in their order, moments in UTC. `digest` is taken over them.

`FORMAT` names the meaning of the fields. Fields may be added to it with a default, so that older
files are still read; whoever renames, removes or reinterprets one raises its number.
`flask report --schema` prints the schema.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from publisher.reports.snapshot import Tally, WeekReport

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORMAT: Literal["siar/laporan-minggu/1"] = "siar/laporan-minggu/1"


@dataclass(frozen=True, kw_only=True)
class Document:
    """The file: what its fields mean, and the report."""

    format: Literal["siar/laporan-minggu/1"]
    report: WeekReport


@cache
def _adapter() -> "TypeAdapter[Document]":
    from pydantic import TypeAdapter  # takes a tenth of a second to come: not at every start

    return TypeAdapter(Document)


@cache
def _figures() -> "TypeAdapter[dict[int, Tally]]":
    from pydantic import TypeAdapter

    return TypeAdapter(dict[int, Tally])


def to_json(report: WeekReport) -> bytes:
    """Return the report as canonical JSON."""
    document = Document(format=FORMAT, report=report)
    # What came later is not written where it says nothing: a week that was frozen before it came
    # is written as it was.
    left_out = {"seal"} if report.logo else {"seal", "logo"}
    return _adapter().dump_json(document, warnings="error", exclude={"report": left_out})


def from_json(content: bytes) -> WeekReport:
    """Return the report that `to_json` wrote.

    :raises ValueError: if it is no such file, is of another format, or misses something
    """
    return _adapter().validate_json(content).report


def figures_to_json(report: WeekReport) -> bytes:
    """Return the figures of each office of the report's week alone."""
    return _figures().dump_json({row.office.id: row.tally for row in report.rows}, warnings="error")


def figures_from_json(content: str | bytes) -> dict[int, Tally]:
    """Return by office what `figures_to_json` wrote."""
    return _figures().validate_json(content)


def digest(content: bytes) -> str:
    """Return the SHA-256 of what `to_json` returned, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def schema() -> dict[str, Any]:
    """Return the JSON schema of the file."""
    return _adapter().json_schema(mode="serialization") | {"title": "Laporan minggu Siar"}
