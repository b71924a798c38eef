"""`python -m bench.one NAME`: run one benchmark in this process, print and keep its figures."""

import sys
from collections.abc import Callable, Iterable

from bench import (
    approving,
    calendars,
    counting,
    delivering,
    growth,
    leading,
    living,
    photos,
    posters,
    previews,
    refusing,
    reports,
    starting,
)
from bench.measure import Figure, keep

BENCHES: dict[str, Callable[[], Iterable[Figure]]] = {
    "due_500": delivering.due_500,
    "due_10000": delivering.due_10000,
    "dispatch_vs_floor": delivering.dispatch_vs_floor,
    "one_due_late_s": delivering.one_due_late_s,
    "tick_idle": living.tick_idle,
    "recovery": living.recovery,
    "claim_growth": growth.claim_growth,
    "leader_page_p95_ms": leading.leader_page,
    "rollup_ms": leading.rollup,
    "count_week_ms": counting.count_week,
    "calendar": calendars.calendar,
    "approve_200_s": approving.approve_200_s,
    "photo": photos.photo,
    "refused": refusing.refused,
    "posters": posters.posters,
    "preview": previews.preview,
    "forms_140_s": reports.forms_140_s,
    "xlsx_10000_s": reports.xlsx_10000_s,
    "start": starting.start,
}

if __name__ == "__main__":
    for figure in BENCHES[sys.argv[1]]():
        print(figure.line(), flush=True)
        keep(figure)
