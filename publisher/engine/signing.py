"""Keeps what posts need up to date: who is reminded of a signature, and what must be held.

Of several workers each takes the rows the others have not locked.
"""

from publisher.engine.steps import Steps
from publisher.workflow import signing

SIGN_EVERY_S = 20


class Signer:
    """Looks for signatures that are late and for posts that need a second reviewer."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def look(self) -> None:
        """Tell what is due and hold what may not go out, batch by batch."""
        at = self._steps.now()
        while self._steps.transact(lambda: signing.hold_back(at=at)):
            if self._steps.stopping.is_set():
                return
        while self._steps.transact(lambda: signing.look_around(at=at)):
            if self._steps.stopping.is_set():
                return
