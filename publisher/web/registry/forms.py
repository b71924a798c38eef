"""The forms of the registry. They read what was typed; `workflow.registering` judges it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from publisher.models.accounts import Standing
from publisher.models.people import Role
from publisher.models.places import OfficeKind
from publisher.platforms.base import CredentialField
from publisher.workflow import registering

REQUIRED = InputRequired(_l("Wajib diisi."))
CHOOSE = InputRequired(_l("Pilih salah satu."))

OFFICE_KINDS = {
    OfficeKind.SEKRETARIAT: _l("Sekretariat"),
    OfficeKind.INSPEKTORAT: _l("Inspektorat"),
    OfficeKind.DINAS: _l("Dinas"),
    OfficeKind.BADAN: _l("Badan"),
    OfficeKind.SATUAN: _l("Satuan"),
    OfficeKind.RSUD: _l("RSUD"),
    OfficeKind.KECAMATAN: _l("Kecamatan"),
    OfficeKind.KELURAHAN: _l("Kelurahan"),
    OfficeKind.DESA: _l("Desa"),
}
STANDINGS = {
    Standing.UTAMA: _l("Akun utama: konten ditayangkan di sini dan dihitung"),
    Standing.GANDA: _l("Akun ganda: akun kedua di kanal yang sama, tidak dihitung"),
    Standing.LAMA: _l("Akun lama: tidak dipakai lagi oleh perangkat daerah"),
    Standing.TIRUAN: _l("Akun tiruan: mengatasnamakan perangkat daerah, perlu dilaporkan"),
}
ROLES = {
    Role.DRAFTER: _l("Admin OPD: menyusun konten untuk satu perangkat daerah"),
    Role.HEAD: _l("Kepala OPD: memeriksa konten perangkat daerahnya"),
    Role.REVIEWER: _l("Kominfo: menelaah konten dan mengelola registri"),
    Role.LEADER: _l("Pimpinan: membaca laporan capaian"),
    Role.OPERATOR: _l("Operator: mengelola akun, kunci, dan pengguna; tidak menyetujui konten"),
}


def options(words: Mapping[Any, Any]) -> list[SelectChoice]:
    """Return the choices of a field: what is sent, and the words for it."""
    return [SelectChoice(value=str(value), label=label) for value, label in words.items()]


class RegistryForm(FlaskForm):
    #: What the row looked like when the form was opened.
    seen = HiddenField()


class OfficeForm(RegistryForm):
    name = StringField(_l("Nama resmi"), [REQUIRED], description=_l("Misalnya Dinas Kesehatan."))
    abbreviation = StringField(
        _l("Singkatan"),
        [REQUIRED],
        description=_l("Seperti dipakai di daerah Anda, misalnya Dinkes. Tidak boleh kembar."),
    )
    kind = SelectField(_l("Jenis"), [CHOOSE], choices=options(OFFICE_KINDS))
    code = StringField(
        _l("Kode wilayah"),
        [Optional()],
        description=_l("Kecamatan, kelurahan, dan desa: kode Kemendagri, misalnya 33.16.09."),
    )
    valid_from = DateField(
        _l("Berlaku sejak"), [Optional()], description=_l("Kosongkan bila sudah lama ada.")
    )


class RetireOfficeForm(FlaskForm):
    last_day = DateField(
        _l("Hari terakhir"),
        [InputRequired(_l("Isi tanggal hari terakhir."))],
        description=_l("Hari terakhir perangkat daerah ini berlaku."),
    )
    successor = SelectField(
        _l("Penerus"),
        [Optional()],
        description=_l("Perangkat daerah yang meneruskan tugasnya, bila ada."),
    )


class AccountForm(RegistryForm):
    office = SelectField(_l("Perangkat daerah"), [CHOOSE])
    platform = SelectField(_l("Kanal"), [CHOOSE])
    handle = StringField(
        _l("Nama akun"),
        description=_l("Tanpa tanda @. Kosongkan bila kanalnya tidak memakai nama akun."),
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    display_name = StringField(
        _l("Nama yang tampil"), [REQUIRED], description=_l("Seperti dibaca warga di kanal itu.")
    )
    standing = RadioField(_l("Kedudukan"), [CHOOSE], choices=options(STANDINGS))
    note = TextAreaField(_l("Catatan"))


class UserForm(RegistryForm):
    name = StringField(_l("Nama lengkap"), [REQUIRED])
    email = EmailField(
        _l("Surel"), [REQUIRED, Length(max=254)], description=_l("Dipakai untuk masuk ke Siar.")
    )
    position = StringField(
        _l("Jabatan"), description=_l("Tulis Plt. atau Plh. di depan bila pejabat sementara.")
    )
    acts_from = DateField(_l("Menjabat sejak"), [Optional()])
    acts_until = DateField(
        _l("Menjabat sampai"),
        [Optional()],
        description=_l(
            "Untuk Plt. dan Plh.; di luar masa ini tidak dapat menandatangani. "
            "Kosongkan bila tetap."
        ),
    )
    role = RadioField(_l("Peran"), [CHOOSE], choices=options(ROLES))
    office = SelectField(
        _l("Perangkat daerah"),
        [Optional()],
        description=_l(
            "Wajib untuk Admin OPD dan Kepala OPD. Untuk camat pilih kecamatannya; kosongkan "
            "untuk peran lain."
        ),
    )


class ImportForm(FlaskForm):
    file = FileField(_l("Berkas CSV"), [FileRequired(_l("Pilih berkas CSV."))])


class HandoverForm(FlaskForm):
    taker = SelectField(_l("Diserahkan kepada"), [CHOOSE])
    remark = TextAreaField(
        _l("Keterangan"), description=_l("Misalnya nomor berita acara serah terima.")
    )


class ConfirmForm(FlaskForm):
    held = HiddenField(validators=[REQUIRED])


class LogInForm(FlaskForm):
    """A login at a platform. Nothing of it is stored, and the password is never shown again."""

    username = StringField(
        _l("Nama akun"),
        [REQUIRED, Length(max=100)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )
    password = PasswordField(
        _l("Kata sandi"),
        [REQUIRED, Length(max=200)],
        description=_l("Dipakai satu kali untuk masuk dan tidak disimpan."),
        render_kw={"autocomplete": "off"},
    )
    code = StringField(
        _l("Kode verifikasi"),
        [Optional(), Length(max=20)],
        description=_l("Bila verifikasi dua langkah aktif: enam angka, atau kode cadangan."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    phone = HiddenField()


class WayForm(FlaskForm):
    way = RadioField(_l("Cara"), [CHOOSE])
    agreed = BooleanField(
        _l("Saya memahami dan menerima risikonya."),
        description=_l("Hanya diperlukan untuk cara yang berisiko."),
    )


def credentials_form(fields: tuple[CredentialField, ...]) -> FlaskForm:
    """Return a form that asks for the credentials of a platform; secrets are never shown again."""
    controls = {field.name: _credential(field) for field in fields}
    return type("CredentialsForm", (FlaskForm,), controls)()


def _credential(field: CredentialField) -> StringField:
    kind = PasswordField if field.secret else StringField
    extra = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
    return kind(_l(field.label), [REQUIRED, Length(max=4000)], render_kw=extra)


def office_data(form: OfficeForm) -> registering.OfficeData:
    return registering.OfficeData(
        name=registering.tidy(form.name.data or ""),
        abbreviation=registering.tidy(form.abbreviation.data or ""),
        kind=OfficeKind(form.kind.data),
        code=registering.tidy(form.code.data or ""),
        valid_from=form.valid_from.data,
    )


def account_data(form: AccountForm) -> registering.AccountData:
    return registering.AccountData(
        handle=registering.tidy(form.handle.data or "").removeprefix("@"),
        display_name=registering.tidy(form.display_name.data or ""),
        standing=Standing(form.standing.data),
        note=registering.tidy(form.note.data or ""),
    )
