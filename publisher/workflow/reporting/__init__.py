"""From published to counted: what an office owes in a week, what it showed, how it stands.

`obligations` and `rules` decide and touch no database; `rows` asks the database, a fixed number
of queries however many offices and weeks; `building` puts both into a frozen snapshot, from
which every form of the report is made.
"""

from publisher.workflow.reporting.ahead import (
    Intended,
    OfficePlan,
    PlanState,
    office_plan,
    region_plans,
)
from publisher.workflow.reporting.building import (
    WEEKS,
    OfficeDetail,
    office_detail,
    office_matrix,
    office_progress,
    read_week,
    region_matrix,
    region_progress,
    week_outline,
    week_report,
)
from publisher.workflow.reporting.openly import (
    PublicContent,
    PublicOffice,
    last_change,
    public_picture,
    public_region,
    public_week,
)

__all__ = [
    "WEEKS",
    "Intended",
    "OfficeDetail",
    "OfficePlan",
    "PlanState",
    "PublicContent",
    "PublicOffice",
    "last_change",
    "office_detail",
    "office_matrix",
    "office_plan",
    "office_progress",
    "public_picture",
    "public_region",
    "public_week",
    "read_week",
    "region_matrix",
    "region_plans",
    "region_progress",
    "week_outline",
    "week_report",
]
