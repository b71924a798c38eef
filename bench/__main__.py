"""`python -m bench [NAME …]`: run benchmarks, print what they found, keep it."""

import sys
from collections.abc import Callable

from bench import delivering, pages, photos, starting
from bench.measure import Figure, keep

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "due_500": delivering.due_500,
    "dispatch_vs_floor": delivering.dispatch_vs_floor,
    "one_due_late_s": delivering.one_due_late_s,
    "leader_page": pages.leader_page,
    "photo": photos.photo,
    "start": starting.start,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(BENCHES)}")
        return 2
    for name in names or BENCHES:
        figures = BENCHES[name]()
        for figure in figures:
            print(figure.line(), flush=True)
        keep(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
