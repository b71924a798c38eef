"""`python -m publisher.platforms docs/platforms.md`: write what is generated of that page."""

import sys
from pathlib import Path

from publisher.platforms import features

PARTS = {"features": features.table, "sources": features.sources}


def written(page: str) -> str:
    """Return the page with each part between its two marks made anew."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name}: generated -->\n", f"<!-- /{name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{make()}{end}{rest.partition(end)[2]}"
    return page


def main() -> None:
    path = Path(sys.argv[1])
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
