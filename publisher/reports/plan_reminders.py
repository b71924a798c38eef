"""Friendly words to offices whose plan of a week lacks something, for WhatsApp.

Like `reminders`, which are about what went out: asterisks make bold there, and names lose what
would be read as such.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from publisher.clock import Week
from publisher.reports.sentences import one_line
from publisher.reports.words import long_days, moment

_MARKS = str.maketrans("", "", "*_~`")


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
            week=f"minggu ke-{week.number} ({long_days(week)})",
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
    whom = " dan ".join(map(_plain, keepers)) or "Bapak/Ibu admin"
    drafts = f" {gap.drafts} draf sudah disusun; tinggal diajukan." if gap.drafts else ""
    return (
        f"Yth. {whom}, {_plain(gap.name)}.\n\n"
        f"Rencana publikasi {asking.week} masih kurang *{gap.missing} dari {gap.required}* konten."
        f"{drafts}\n\n{_wish(asking)}\n"
    )


def for_the_group(asking: Asking, gaps: Collection[Gap]) -> str:
    """Return one message that names them all."""
    lines = [
        f"Bapak/Ibu admin perangkat daerah *{_plain(asking.region)}*, berikut yang rencananya "
        f"untuk {asking.week} belum lengkap:",
        "",
        *(
            f"{number}. {_plain(gap.name)}: kurang {gap.missing} dari {gap.required} konten"
            for number, gap in enumerate(gaps, start=1)
        ),
        "",
        _wish(asking),
    ]
    return "\n".join(lines) + "\n"


def _wish(asking: Asking) -> str:
    if asking.over:
        return f"Tenggatnya {asking.until} sudah lewat. Mohon segera diajukan. Terima kasih."
    return f"Mohon diajukan paling lambat {asking.until}. Terima kasih."


def _plain(text: str) -> str:
    return one_line(text.translate(_MARKS))
