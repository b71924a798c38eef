"""Friendly words to who is still behind: one message an office, and one for the group.

Like `message`, for WhatsApp: asterisks make bold, and names lose what would be read as such.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from publisher.reports import sentences
from publisher.reports.snapshot import OfficeWeek, WeekReport, WeekStatus
from publisher.reports.words import region_label

_MARKS = str.maketrans("", "", "*_~`")


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """An office that has not reached its target.

    :ivar missing: how many contents it lacks
    :ivar planned: how many of them are approved and still to come
    :ivar keepers: who is in charge there
    """

    row: OfficeWeek
    missing: int
    planned: int
    keepers: tuple[str, ...]
    text: str


def reminders(report: WeekReport, keepers: dict[int, list[str]]) -> list[Reminder]:
    """Return who has to be reminded, who lacks most first.

    :param keepers: the names of who is in charge, by office
    """
    behind = report.with_status(WeekStatus.AT_RISK, WeekStatus.NOT_MET)
    ranked = sorted(behind, key=lambda row: (-row.tally.missing, row.office.name))
    return [_reminder(report, row, keepers.get(row.office.id, ())) for row in ranked]


def for_the_group(report: WeekReport, found: Collection[Reminder]) -> str:
    """Return one message that names them all."""
    return listed(
        f"Bapak/Ibu admin perangkat daerah *{plain(region_label(report))}*, berikut yang belum "
        f"mencapai target publikasi pada {sentences.week_words(report)}:",
        [f"{plain(one.row.office.name)}: kurang {one.missing} konten" for one in found],
        _wish(report),
    )


def _reminder(report: WeekReport, row: OfficeWeek, keepers: Collection[str]) -> Reminder:
    tally = row.tally
    planned = f" {tally.planned} konten lagi sudah terjadwal." if tally.planned else ""
    text = (
        f"{greeting(row.office.name, keepers)}\n\n"
        f"Pada {sentences.week_words(report)} baru *{tally.counted} dari {tally.required}* konten "
        f"yang tayang dan dihitung; kurang {tally.missing}.{planned}\n\n{_wish(report)}\n"
    )
    return Reminder(
        row=row, missing=tally.missing, planned=tally.planned, keepers=tuple(keepers), text=text
    )


def returned(
    office: str, title: str, said: str, address: str, keepers: Collection[str] = ()
) -> str:
    """Return a message to an office whose content waits for it to be mended.

    :param said: what the reviewer wrote; may be empty
    :param address: of the content in Siar
    """
    note = f" Catatan penelaah: {plain(said)}" if said else ""
    return (
        f"{greeting(office, keepers)}\n\n"
        f"Konten *{plain(title)}* dikembalikan untuk perbaikan.{note}\n\n"
        f"Mohon segera diperbaiki dan diajukan kembali: {address}\nTerima kasih.\n"
    )


def _wish(report: WeekReport) -> str:
    if report.running:
        return "Mohon diajukan sebelum minggu ini berakhir. Terima kasih."
    return (
        "Bila ada kegiatan yang sudah tayang tetapi belum dihitung, mohon disampaikan melalui "
        "sanggahan di Siar. Terima kasih."
    )


def greeting(office: str, keepers: Collection[str]) -> str:
    """Return the line that says to whom a message is.

    :param keepers: the names of who is in charge there
    """
    whom = " dan ".join(map(plain, keepers)) or "Bapak/Ibu admin"
    return f"Yth. {whom}, {plain(office)}."


def listed(intro: str, items: Iterable[str], wish: str) -> str:
    """Return a message that names several, numbered."""
    numbered = [f"{number}. {item}" for number, item in enumerate(items, start=1)]
    return "\n".join([intro, "", *numbered, "", wish]) + "\n"


def plain(text: str) -> str:
    """Return text on one line, without what would be read as a mark."""
    return sentences.one_line(text.translate(_MARKS))
