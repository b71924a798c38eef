"""`python -m bench [NAME …]`: run benchmarks one after the other, each in a process of its own.

So that one which hangs or fails stops no other, and leaves nothing running. `python -m bench
page` writes `docs/measurements.md` from what was measured.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from bench import page
from bench.measure import ROOT
from bench.one import BENCHES

#: The longest one benchmark may take.
LONGEST_S = 420


def main(names: list[str]) -> int:
    if names == ["page"]:
        return page.write()
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(BENCHES)}, page")
        return 2
    failed = [name for name in names or BENCHES if not _run(name)]
    if failed:
        print(f"Without a figure: {', '.join(failed)}")
    return 1 if failed else 0


def _run(name: str) -> bool:
    """Run one benchmark; return whether it came to its end. Nothing it started remains."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.one", name], cwd=ROOT, start_new_session=True
    )
    try:
        ended_well = process.wait(timeout=LONGEST_S) == 0
    except subprocess.TimeoutExpired:
        print(f"{name}: stopped after {LONGEST_S} s", flush=True)
        ended_well = False
    finally:
        with suppress(ProcessLookupError):  # all of them have ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    print(f"  ({name} took {time.monotonic() - started:.0f} s)", flush=True)
    return ended_well


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
