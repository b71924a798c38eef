"""Pages are asked for on Monday morning, whenever the tests run.

The cast and its posts live around `NOW`. Where the machine's own date came in, a session, a week
or a time to publish would sooner or later be over.
"""

import pytest
import time_machine

from tests.conftest import NOW


@pytest.fixture(autouse=True)
def on_monday_morning():
    with time_machine.travel(NOW, tick=True):
        yield
