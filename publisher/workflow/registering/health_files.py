"""What is handed on of the registry's health: a table for a spreadsheet, a message for WhatsApp.

Written in Indonesian whatever language the page is read in: both leave Siar.
"""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from publisher.clock import day_words
from publisher.models.places import Region
from publisher.models.plans import AccountPlan
from publisher.reports.rekap import safe
from publisher.workflow.registering.ailments import AILMENTS, Finding, Health, OfficeHealth
from publisher.workflow.registering.plans import AIMS

COLUMNS = (
    "Perangkat Daerah", "Jenis temuan", "Temuan", "Sejak", "Berakhir", "Langkah berikutnya",
    "Penanggung jawab", "Rencana", "Dilaksanakan oleh", "Tenggat", "Lewat tenggat",
)  # fmt: skip


def csv_of(health: Health) -> bytes:
    """Return one row a finding, as Indonesian Excel opens it (see `reports.rekap`)."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in health.sick:
        for found in each.findings:
            writer.writerow([safe(cell) for cell in _cells(each, found, health.day)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def message_to(each: OfficeHealth, region: Region, day: date) -> str:
    """Return a message to who answers for an office's accounts, ready to be sent."""
    return "\n".join(_lines(each, region, day))


def _lines(each: OfficeHealth, region: Region, day: date) -> Iterator[str]:
    yield f"Yth. {', '.join(each.people)}" if each.people else "Yth. Bapak/Ibu pimpinan"
    yield each.office.name
    yield ""
    yield f"Mohon izin menyampaikan keadaan akun resmi per {day_words(day)}:"
    for number, found in enumerate(each.findings, start=1):
        yield f"{number}. {_sentence(found)}{_since(found)}"
        yield f"   Langkah berikutnya: {found.step}"
    for plan in each.plans.values():
        late = " (lewat tenggat)" if plan.overdue_on(day) else ""
        yield (
            f"Rencana untuk {plan.account.label}: {AIMS[plan.aim].lower()}, oleh "
            f"{plan.responsible.name}, paling lambat {day_words(plan.due_on)}{late}."
        )
    yield ""
    yield "Mohon ditindaklanjuti. Terima kasih."
    yield f"Kominfo {region.full_name}"


def _cells(each: OfficeHealth, found: Finding, day: date) -> Iterator[str]:
    plan = next((each.plans[one.id] for one in found.accounts if one.id in each.plans), None)
    yield each.office.name
    yield AILMENTS[found.ailment]
    yield _sentence(found)
    yield found.since.isoformat() if found.since else ""
    yield found.until.isoformat() if found.until else ""
    yield found.step
    yield ", ".join(each.people)
    yield from _plan_cells(plan, day) if plan else ("", "", "", "")


def _plan_cells(plan: AccountPlan, day: date) -> Iterator[str]:
    yield AIMS[plan.aim]
    yield plan.responsible.name
    yield plan.due_on.isoformat()
    yield "ya" if plan.overdue_on(day) else "tidak"


def _sentence(found: Finding) -> str:
    return found.message % found.values


def _since(found: Finding) -> str:
    if found.until is not None:
        return f" Berakhir {day_words(found.until)}."
    return f" Sejak {day_words(found.since)}." if found.since is not None else ""
