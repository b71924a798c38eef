"""The forms of targets, working days and dispensations."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext  # a name that the catalogues are made by
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from publisher.models.places import OfficeKind
from publisher.models.quotas import Binding
from publisher.platforms import PLATFORM_NAMES
from publisher.typed import tidy
from publisher.web.forms_drafts import KIND_WORDS
from publisher.web.registry.forms import CHOOSE, OFFICE_KINDS, REQUIRED, options
from publisher.workflow import registering

BINDINGS = {
    Binding.WAJIB: _l("Wajib: perangkat daerah dinilai terpenuhi atau belum"),
    Binding.IMBAUAN: _l("Imbauan: ditampilkan, tidak dibebankan kepada siapa pun"),
    Binding.PANTAU: _l("Pantau: hanya dipantau, tidak dibebankan kepada siapa pun"),
}
BINDING_WORDS = {
    Binding.WAJIB: _l("Wajib"),
    Binding.IMBAUAN: _l("Imbauan"),
    Binding.PANTAU: _l("Pantau"),
}
EVERY_KIND = {
    OfficeKind.SEKRETARIAT: _l("Semua sekretariat"),
    OfficeKind.INSPEKTORAT: _l("Semua inspektorat"),
    OfficeKind.DINAS: _l("Semua dinas"),
    OfficeKind.BADAN: _l("Semua badan"),
    OfficeKind.SATUAN: _l("Semua satuan"),
    OfficeKind.RSUD: _l("Semua RSUD"),
    OfficeKind.KECAMATAN: _l("Semua kecamatan"),
    OfficeKind.KELURAHAN: _l("Semua kelurahan"),
    OfficeKind.DESA: _l("Semua desa"),
}
WEEKDAYS = {
    "1": _l("Senin"),
    "2": _l("Selasa"),
    "3": _l("Rabu"),
    "4": _l("Kamis"),
    "5": _l("Jumat"),
    "6": _l("Sabtu"),
    "7": pgettext("hari", "Minggu"),
}
LETTER_HINT = _l(
    "PDF, JPEG, atau PNG, paling besar 5 MB. Hanya Kominfo, perangkat daerahnya, dan pimpinan yang "
    "dapat mengunduhnya."
)
#: How a kind of offices is written in the list of whom a target is for.
KIND = "jenis-"


class Ticked(SelectMultipleField):
    """Any number of choices, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class QuotaForm(FlaskForm):
    office = SelectField(_l("Berlaku untuk"), [Optional()])
    minimum = IntegerField(
        _l("Jumlah konten per minggu"),
        [InputRequired(_l("Isi dengan bilangan."))],
        description=_l("Konten yang sama di beberapa kanal dihitung satu."),
    )
    binding = RadioField(_l("Sifat"), [Optional()], choices=options(BINDINGS))
    channels = Ticked(
        _l("Kanal yang dihitung"),
        [Optional()],
        choices=options({name: _l(word) for name, word in PLATFORM_NAMES.items()}),
        description=_l("Biarkan kosong bila semua kanal dihitung."),
    )
    kinds = Ticked(
        _l("Jenis konten yang dihitung"),
        [Optional()],
        choices=options(KIND_WORDS),
        description=_l("Biarkan kosong bila semua jenis dihitung, kecuali ucapan."),
    )
    holidays = RadioField(
        _l("Minggu dengan hari libur"),
        [Optional()],
        choices=options(
            {
                "prorata": _l("Target dikurangi menurut hari kerja, dibulatkan ke atas"),
                "penuh": _l("Target tetap penuh selama ada satu hari kerja"),
            }
        ),
    )
    week = SelectField(_l("Mulai berlaku"), [CHOOSE])

    def asks(self) -> registering.Asks:
        return registering.Asks(
            binding=Binding(self.binding.data or Binding.WAJIB),
            channels=tuple(self.channels.data or ()) or None,
            kinds=tuple(self.kinds.data or ()) or None,
            prorated=self.holidays.data != "penuh",
        )


class DayForm(FlaskForm):
    day = DateField(_l("Tanggal"), [InputRequired(_l("Isi tanggalnya."))])
    works = RadioField(
        _l("Hari ini"),
        [CHOOSE],
        choices=options(
            {
                "libur": _l("Libur di daerah ini, walaupun tidak libur nasional"),
                "kerja": _l("Hari kerja, walaupun libur nasional: digeser atau dibatalkan"),
            }
        ),
    )
    name = StringField(
        _l("Keterangan"), [REQUIRED], description=_l("Misalnya Hari Jadi Kabupaten Blora.")
    )
    source = StringField(
        _l("Dasar"),
        [REQUIRED],
        description=_l("Siapa yang menetapkan dan nomor keputusannya."),
    )


class PatternForm(FlaskForm):
    office = SelectField(_l("Perangkat daerah"), [CHOOSE])
    weekdays = Ticked(_l("Hari kerja"), [Optional()], choices=options(WEEKDAYS))
    holidays = RadioField(
        _l("Pada hari libur"),
        [CHOOSE],
        choices=options(
            {
                "libur": _l("Ikut libur"),
                "kerja": _l("Tetap bekerja, misalnya RSUD dan BPBD"),
            }
        ),
    )
    source = StringField(_l("Dasar"), [Optional()], description=_l("Nomor keputusan, bila ada."))
    week = SelectField(_l("Mulai berlaku"), [CHOOSE])


class DispensationForm(FlaskForm):
    office = SelectField(_l("Perangkat daerah"), [CHOOSE])
    first = SelectField(_l("Minggu pertama"), [CHOOSE])
    last = SelectField(_l("Minggu terakhir"), [CHOOSE])
    reason = TextAreaField(
        _l("Alasan"),
        [REQUIRED],
        description=_l("Ditampilkan dalam laporan pimpinan, misalnya kantor terdampak banjir."),
    )
    document = StringField(
        _l("Surat"), [REQUIRED], description=_l("Siapa yang memutuskan dan nomor suratnya.")
    )
    link = StringField(
        _l("Tautan surat"), [Optional()], description=_l("Alamat yang diawali https://.")
    )
    file = FileField(_l("Salinan surat"), [Optional()], description=LETTER_HINT)
    #: What was given with an earlier try, see `web.registry.dispensations`.
    kept = HiddenField()


class LetterForm(FlaskForm):
    file = FileField(_l("Salinan surat"), [REQUIRED], description=LETTER_HINT)


def whom(value: Any, office: Any) -> registering.For:
    """Read for whom a target is; `office` turns the rest into an office of the region."""
    if str(value or "").startswith(KIND):
        return registering.For(kind=OfficeKind(str(value).removeprefix(KIND)))
    return registering.For(office=office(value))


def whose_words(offices: dict[str, str]) -> dict[str, Any]:
    """Return for whom a target may be: the region, kinds of offices, offices."""
    kinds = {f"{KIND}{kind.value}": EVERY_KIND[kind] for kind in OFFICE_KINDS}
    return {"": _l("Seluruh daerah"), **kinds, **offices}


def typed(text: str | None) -> str:
    return tidy(text or "")
