"""Friendly words to offices whose plan of a week lacks something, for WhatsApp.

Written like `reminders`, which are about what went out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from publisher.clock import Week
from publisher.reports.reminders import greeting, listed, plain
from publisher.reports.words import moment, week_words


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks for the plan of which week, and until when.

    :ivar week: in words
    :ivar until: in words
    """

    region: str
    week: str
    until: str
    over: bool

    @classmethod
    def of(cls, region: str, week: Week, due_at: datetime, zone: str, now: datetime) -> Self:
        return cls(
            region=region,
            week=week_words(week),
            until=moment(due_at, zone),
            over=now >= due_at,
        )


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What an office lacks. :ivar drafts: begun, and not handed in"""

    office_id: int
    name: str
    missing: int
    required: int
    drafts: int = 0


def for_office(asking: Asking, gap: Gap, keepers: Collection[str]) -> str:
    """Return a message to one office."""
    drafts = f" {gap.drafts} draf sudah disusun; tinggal diajukan." if gap.drafts else ""
    return (
        f"{greeting(gap.name, keepers)}\n\n"
        f"Rencana publikasi {asking.week} masih kurang *{gap.missing} dari {gap.required}* konten."
        f"{drafts}\n\n{_wish(asking)}\n"
    )


def for_the_group(asking: Asking, gaps: Collection[Gap]) -> str:
    """Return one message that names them all."""
    return listed(
        f"Bapak/Ibu admin perangkat daerah *{plain(asking.region)}*, berikut yang rencananya "
        f"untuk {asking.week} belum lengkap:",
        [f"{plain(gap.name)}: kurang {gap.missing} dari {gap.required} konten" for gap in gaps],
        _wish(asking),
    )


def _wish(asking: Asking) -> str:
    if asking.over:
        return f"Tenggatnya {asking.until} sudah lewat. Mohon segera diajukan. Terima kasih."
    return f"Mohon diajukan paling lambat {asking.until}. Terima kasih."
