"""The week as a message for WhatsApp, in the words of somebody who reports to a leader.

Asterisks make bold there. Names lose what would be read as such a mark.
"""

from collections.abc import Iterator

from publisher.reports import sentences
from publisher.reports.snapshot import WeekReport
from publisher.reports.words import as_of, region_label

#: More names than these nobody reads in a chat; the others are counted, and in the files.
MOST_NAMES = 30
_MARKS = str.maketrans("", "", "*_~`")


def render(report: WeekReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: WeekReport) -> Iterator[str]:
    yield (
        f"Mohon izin melaporkan capaian publikasi mingguan perangkat daerah "
        f"*{_plain(region_label(report))}*, {sentences.week_words(report)}."
    )
    yield ""
    yield from _figures(report)
    behind = sentences.behind(report)
    if report.totals.obliged:
        yield ""
        yield from _names(
            f"{sentences.behind_title(report)}",
            [f"{_plain(one.name)}: {one.figure}. {_plain(one.why)}" for one in behind],
        )
    for title, said in (
        ("Tidak aktif (mati suri)", sentences.dormant(report)),
        ("Perlu keputusan", sentences.decisions(report)),
    ):
        if said:
            yield ""
            yield from _names(
                title, [_plain(one) for one in said], numbered=title != "Perlu keputusan"
            )
    yield ""
    state = "minggu masih berjalan; " if report.running else ""
    since = f"{state}{as_of(report)}."
    yield since[0].upper() + since[1:]
    yield "Demikian, mohon arahan. Terima kasih."


def _figures(report: WeekReport) -> Iterator[str]:
    if none := sentences.nothing_owed(report):
        yield none
    else:
        totals = report.totals
        share = sentences.percent(totals.met, totals.obliged)
        yield (
            f"*{totals.met} dari {totals.obliged}* {sentences.met_words(report)} ({share}%), "
            f"{sentences.change(report)}."
        )
        yield from (
            f"• {line.name}: {line.met} dari {line.owed}" for line in sentences.clusters(report)
        )
    yield f"Konten yang dihitung: {report.totals.contents}."
    yield from filter(None, (sentences.standing_not_judged(report), sentences.holidays(report)))


def _names(title: str, said: list[str], *, numbered: bool = True) -> Iterator[str]:
    yield f"*{title}{f' ({len(said)})' if numbered else ''}*"
    for number, line in enumerate(said[:MOST_NAMES], start=1):
        yield f"{number}. {line}" if numbered else f"• {line}"
    if len(said) > MOST_NAMES:
        yield f"… dan {len(said) - MOST_NAMES} lainnya"
    if not said:
        yield "Tidak ada."


def _plain(text: str) -> str:
    return sentences.one_line(text.translate(_MARKS))
