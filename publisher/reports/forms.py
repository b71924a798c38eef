"""All forms of a week's report, by name: what each is called, and what makes its bytes.

Every one is made from a report alone, so all that are made of one report say the same, and the
same report always gives the same bytes: of the media store only the logo is read that it names.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from publisher.errors import N_
from publisher.reports.snapshot import WeekReport
from publisher.storage import Store


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of the report.

    :ivar label: how people choose it; a gettext message id
    :ivar icon: a name of Bootstrap Icons
    :ivar size: about how many kB it has: of no office, and of each
    :ivar most: of more offices than these it has no more kB
    :ivar shown: whether a browser shows it; otherwise it is saved
    :ivar grows: whether it takes the longer to make the more offices there are
    """

    extension: str
    label: str
    icon: str
    mime: str
    render: Callable[[WeekReport, Store], bytes]
    size: tuple[float, float]
    most: int = sys.maxsize
    shown: bool = False
    grows: bool = False

    def about_kb(self, report: WeekReport) -> int:
        """Return about how large the file will be, before it is made."""
        base, each = self.size
        return max(1, round(base + each * min(len(report.rows), self.most)))

    def file_name(self, report: WeekReport) -> str:
        """Return such as Rekap-33.16-2026-W47.pdf; that of an example says so."""
        mark = "-contoh" if report.is_example else ""
        return f"Rekap-{report.region_code}-{report.week}{mark}.{self.extension}"


def _made_by(
    module: str, function: str = "render", *, logo: bool = False
) -> Callable[[WeekReport, Store], bytes]:
    """Return what makes a form, loaded with its libraries when the first one is made.

    :param logo: whether it shows the region's
    """

    def render(report: WeekReport, store: Store) -> bytes:
        make = getattr(import_module(f"publisher.reports.{module}"), function)
        made: bytes | str = make(report, _logo(report, store)) if logo else make(report)
        return made.encode() if isinstance(made, str) else made

    return render


def _logo(report: WeekReport, store: Store) -> bytes | None:
    from publisher.reports.logos import logo_of  # loads Pillow: only for whoever asks

    return logo_of(report, store)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMS: dict[str, Form] = {
    form.extension: form
    for form in (
        Form(
            extension="pdf",
            label=N_("Nota dinas"),
            icon="file-earmark-pdf",
            mime="application/pdf",
            render=_made_by("pdf", logo=True),
            size=(60, 6),
            most=400,
            grows=True,
            shown=True,
        ),
        Form(
            extension="png",
            label=N_("Gambar WhatsApp"),
            icon="image",
            mime="image/png",
            render=_made_by("picture", logo=True),
            size=(260, 0),
            shown=True,
        ),
        Form(
            extension="xlsx",
            label=N_("Buku kerja Excel"),
            icon="file-earmark-spreadsheet",
            mime=_XLSX,
            render=_made_by("xlsx"),
            size=(10, 0.45),
            grows=True,
        ),
        Form(
            extension="txt",
            label=N_("Teks WhatsApp"),
            icon="chat-text",
            mime="text/plain; charset=utf-8",
            render=_made_by("message"),
            size=(1, 0.01),
            shown=True,
        ),
        Form(
            extension="csv",
            label=N_("Rekap untuk lembar kerja"),
            icon="filetype-csv",
            mime="text/csv; charset=utf-8",
            render=_made_by("rekap"),
            size=(0.3, 0.18),
            grows=True,
        ),
        Form(
            extension="json",
            label=N_("Data untuk aplikasi lain"),
            icon="filetype-json",
            mime="application/json",
            render=_made_by("frozen", "to_json"),
            size=(1, 5.5),
            grows=True,
        ),
    )
}
