"""The texts of a series: what stands for the date, and filling it in.

Dates are written in Indonesian, whatever language the page of the drafter has: they are published.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from babel.dates import format_date

from publisher import clock
from publisher.clock import Week
from publisher.errors import N_
from publisher.models.places import Office
from publisher.typed import Fault
from publisher.workflow.composing.fields import LIMITS, TEXT_FIELDS, clean

#: Every placeholder, and what it becomes, for the page.
PLACEHOLDERS = {
    "tanggal": N_("tanggalnya, misalnya Senin, 23 November 2026"),
    "hari": N_("nama harinya"),
    "bulan": N_("nama bulannya"),
    "tahun": N_("tahunnya"),
    "jam": N_("jam tayangnya, misalnya 09.00 WIB"),
    "minggu": N_("nomor minggunya, misalnya 48"),
    "kantor": N_("nama perangkat daerah"),
}
_PLACEHOLDER = re.compile(r"\{\s*(\w+)\s*\}")
_UNKNOWN = N_("Penanda {%(name)s} tidak dikenal. Pilihannya: %(choices)s.")
_TOO_LONG = N_("Terlalu panjang setelah penandanya diisi: paling banyak %(limit)s karakter.")
#: As long as a date gets.
_LONGEST_DAY = date(2026, 9, 30)


def words(office: Office, day: date, at: time) -> dict[str, str]:
    """Return what each placeholder becomes on a day."""
    zone = clock.zone_name(office.region.zone)
    return {
        "tanggal": format_date(day, "EEEE, d MMMM yyyy", locale="id"),
        "hari": format_date(day, "EEEE", locale="id"),
        "bulan": format_date(day, "MMMM", locale="id"),
        "tahun": str(day.year),
        "jam": f"{at:%H.%M} {zone}",
        "minggu": str(Week.of_day(day).number),
        "kantor": office.name,
    }


def filled(texts: Mapping[str, str], office: Office, moment: datetime) -> dict[str, str]:
    """Return the texts of one draft, never longer than a draft may be.

    :param moment: when it is planned
    """
    local = clock.in_zone(moment, office.region.zone)
    known = words(office, local.date(), local.time())
    return {name: _fill(texts.get(name, ""), known)[: LIMITS[name]] for name in TEXT_FIELDS}


def text_faults(texts: Mapping[str, str], office: Office) -> dict[str, Fault | None]:
    """Return what is wrong with the texts of a series, by field."""
    longest = words(office, _LONGEST_DAY, time(23, 59))
    return {name: _fault(texts.get(name, ""), LIMITS[name], longest) for name in TEXT_FIELDS}


def cleaned(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: clean(texts.get(name, "")).strip() for name in TEXT_FIELDS}


def _fill(text: str, known: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: known.get(found[1].lower(), found[0]), text)


def _fault(text: str, limit: int, longest: Mapping[str, str]) -> Fault | None:
    for name in _PLACEHOLDER.findall(text):
        if name.lower() not in PLACEHOLDERS:
            choices = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            return Fault(_UNKNOWN, {"name": name, "choices": choices})
    if len(_fill(text, longest)) > limit:
        return Fault(_TOO_LONG, {"limit": limit})
    return None
