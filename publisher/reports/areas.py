"""The report of a region, as far as it is about one kecamatan: what its camat reads.

Only looked at: what is frozen, kept and handed on is the region's.
"""

import dataclasses
from collections.abc import Collection

from publisher.reports.snapshot import Decisions, Matrix, Totals, WeekReport

_NOTHING = Decisions(
    reviews=0, reviews_overdue=0, reviews_soon=0, deliveries=0, unconnected_offices=0
)


def matrix_of(matrix: Matrix, office_ids: Collection[int]) -> Matrix:
    rows = tuple(row for row in matrix.rows if row.office.id in office_ids)
    return dataclasses.replace(matrix, rows=rows)


def report_of(report: WeekReport, name: str, office_ids: Collection[int]) -> WeekReport:
    """Return the report with these offices alone, and no word of what waits in the region."""
    matrix = matrix_of(report.matrix, office_ids)
    return dataclasses.replace(
        report,
        region_name=f"{name}, {report.region_name}",
        rows=tuple(row for row in report.rows if row.office.id in office_ids),
        matrix=matrix,
        totals=Totals.of(matrix.column(report.week)),
        previous=Totals.of(matrix.column(report.week.previous())),
        decisions=_NOTHING,
    )
