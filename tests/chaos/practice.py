"""`python -m tests.chaos.practice … FOLDER`: the practice platforms at the clock of a run."""

import sys
from pathlib import Path

from publisher.practice import __main__, records
from tests.chaos.clockwork import Orders

if __name__ == "__main__":
    clock = Orders.read(Path(sys.argv.pop())).clock

    class Clocked(records.datetime):
        @classmethod
        def now(cls, tz=None):
            return clock.now().astimezone(tz)

    records.datetime = Clocked
    __main__.main()
