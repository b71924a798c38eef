"""What every form of a closed week says of its closing."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What a closed week says of its closing.

    :ivar version: 1, and one more for each correction
    :ivar newest: the newest version there is
    :ivar closed_by: the reviewer's name; "": by the clock
    :ivar digest: SHA-256 of the frozen report, which is also its JSON form
    :ivar reason: of the correction
    """

    version: int
    newest: int
    closed_at: datetime
    closed_by: str
    digest: str
    reason: str

    @property
    def short_digest(self) -> str:
        """Return enough of it to compare by eye."""
        return self.digest[:12]

    @property
    def is_old(self) -> bool:
        return self.version < self.newest
