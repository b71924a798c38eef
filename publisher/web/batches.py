"""Plans that come as a table: look at every row first, then make the drafts, or undo it.

The file waits on the server between the two, so nobody chooses it twice.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response

from publisher import clock
from publisher.clock import zone_name
from publisher.db import db
from publisher.errors import N_
from publisher.models.people import Role
from publisher.models.series import PlanFile, PlanFileStatus
from publisher.tables import MAX_BYTES, FileRefused
from publisher.web.access import allow, get_plan_file, me
from publisher.web.filters import tanggal
from publisher.web.registry.common import say
from publisher.workflow import batching
from publisher.workflow.batching import OFFICE, OPTIONAL, REQUIRED, Checked

bp = Blueprint("batches", __name__, url_prefix="/impor-rencana")

UPLOADERS = (Role.DRAFTER, Role.REVIEWER)
#: Rows on a page; the rest is counted.
SHOWN = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
#: What to write into each column.
NOTES = {
    "tanggal": N_("Wajib. Misalnya 23/11/2026, 23 November 2026, atau Senin, 23 November 2026."),
    "jam": N_("Wajib. Misalnya 09.00, menurut zona waktu daerah."),
    "judul": N_("Wajib. Judul konten."),
    OFFICE: N_("Singkatan perangkat daerah seperti di registri. Admin OPD boleh mengosongkannya."),
    "jenis": N_(
        "layanan, kegiatan, program, tanggapan aduan, audiensi, siaran langsung, atau ucapan. "
        "Kosong berarti kegiatan."
    ),
    "kanal": N_("Misalnya Instagram, Facebook. Kosong berarti semua kanal perangkat daerah."),
    "apa": N_("Apa kegiatannya."),
    "siapa": N_("Siapa yang melaksanakan. Kosong berarti nama perangkat daerah."),
    "kapan": N_("Kapan kegiatannya berlangsung."),
    "di_mana": N_("Di mana kegiatannya."),
    "mengapa": N_("Mengapa diadakan."),
    "bagaimana": N_("Bagaimana pelaksanaannya."),
    "manfaat": N_("Apa hasilnya bagi warga."),
    "takarir": N_("Takarir yang akan tayang."),
    "tagar": N_("Tagar, misalnya #BloraSehat."),
}
SENT_ALREADY = _l("Semua baris berkas ini sudah menjadi draf. Tidak ada yang dibuat lagi.")


class PlanForm(FlaskForm):
    file = FileField(_l("Berkas rencana"), [FileRequired(_l("Pilih berkas XLSX atau CSV."))])


@bp.get("")
@allow(*UPLOADERS)
def index() -> str:
    return _page(PlanForm())


@bp.post("")
@allow(*UPLOADERS)
def upload() -> Any:
    """Look at a file. What could become drafts waits for a decision."""
    form = PlanForm()
    if not form.validate_on_submit():
        return _page(form), 422
    content = form.file.data.stream.read(MAX_BYTES + 1)
    name = form.file.data.filename or ""
    db.session.rollback()  # no transaction is open while a stranger's file is read
    try:
        plan = batching.read(content)
        checked, file = batching.look(plan, name, actor=me(), at=clock.now())
    except FileRefused as error:
        db.session.rollback()
        faults = [(found.line, say(found.fault)) for found in error.faults[:SHOWN]]
        form.form_errors.append(_("Berkas tidak dapat dibaca. Tidak ada draf yang dibuat."))
        return _page(form, faults=faults), 422
    if file is not None:
        db.session.commit()
        return redirect(url_for(".show", plan_file_id=file.id))
    db.session.rollback()
    if checked.faulty:
        form.form_errors.append(
            _("Tidak ada baris yang dapat menjadi draf. Tidak ada yang dibuat.")
        )
        return _page(form, checked=checked), 422
    flash(str(SENT_ALREADY), "info")
    return redirect(url_for(".index"), code=303)


@bp.get("/<int:plan_file_id>")
@allow(*UPLOADERS)
def show(plan_file_id: int) -> str:
    file = get_plan_file(plan_file_id)
    if file.status is not PlanFileStatus.CHECKED:
        return _result(file)
    plan = batching.read(batching.content_of(file))
    checked = batching.check(plan, actor=me(), at=clock.now())
    return render_template("batches/check.html", file=file, **_shown(checked))


@bp.post("/<int:plan_file_id>/buat")
@allow(*UPLOADERS)
def use(plan_file_id: int) -> Response:
    """Make the drafts: of the whole file, or of the rows that are right."""
    content = batching.content_of(get_plan_file(plan_file_id))
    db.session.rollback()
    plan = batching.read(content)
    count = batching.use(
        get_plan_file(plan_file_id),
        plan,
        whole=request.form.get("baris") != "benar",
        seen=request.form.get("tanda", ""),
        actor=me(),
        at=clock.now(),
    )
    db.session.commit()
    flash(_("%(count)s draf dibuat.", count=count), "success")
    return redirect(url_for(".show", plan_file_id=plan_file_id))


@bp.post("/<int:plan_file_id>/urungkan")
@allow(*UPLOADERS)
def undo(plan_file_id: int) -> Response:
    count = batching.undo(get_plan_file(plan_file_id), actor=me(), at=clock.now())
    db.session.commit()
    flash(
        _("%(count)s draf ditarik kembali. Berkas yang sama dapat diimpor lagi.", count=count),
        "success",
    )
    return redirect(url_for(".show", plan_file_id=plan_file_id))


@bp.get("/contoh.<form>")
@allow(*UPLOADERS)
def template(form: str) -> Response:
    """Send an empty plan with an example of one row."""
    from publisher.reports import plan_forms  # loads XlsxWriter, which most never need

    if form not in FORMS:
        abort(404)
    columns = [*REQUIRED, *OPTIONAL]
    if me().office_id is not None:
        columns.remove(OFFICE)
    rows = [[_example().get(column, "") for column in columns]]
    notes = [(column, _(NOTES[column])) for column in columns]
    made = (
        plan_forms.xlsx(columns, rows, notes) if form == "xlsx" else plan_forms.table(columns, rows)
    )
    response = Response(made, mimetype=FORMS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="rencana-mingguan.{form}"'
    return response


def _example() -> dict[str, str]:
    day = clock.in_zone(clock.now(), g.zone).date() + timedelta(days=7)
    return {
        "tanggal": f"{day:%d/%m/%Y}",
        "jam": "09.00",
        "judul": "Contoh: Posyandu balita",
        OFFICE: "Dinkes",
        "jenis": "layanan",
        "apa": "Penimbangan dan imunisasi balita",
        "kapan": tanggal(day),
        "di_mana": "Balai desa",
        "manfaat": "Tumbuh kembang balita terpantau",
    }


def _page(form: PlanForm, *, checked: Checked | None = None, faults: Any = ()) -> str:
    notes = {name: text for name, text in NOTES.items() if name != OFFICE or _for_all()}
    return render_template(
        "batches/index.html",
        form=form,
        faults=faults,
        files=batching.used(me()),
        notes=notes,
        required=REQUIRED,
        most=batching.MOST_ROWS,
        **_shown(checked or Checked(verdicts=[])),
    )


def _result(file: PlanFile) -> str:
    return render_template(
        "batches/result.html",
        file=file,
        rows=batching.rows(file),
        untouched=len(batching.untouched(file)),
        for_all=_for_all(),
    )


def _shown(checked: Checked) -> dict[str, Any]:
    """Return what a page shows of a check, the rows with faults first."""
    faulty = [
        (verdict, [(fault.values.get("column", ""), say(fault)) for fault in verdict.faults])
        for verdict in checked.faulty[:SHOWN]
    ]
    return {
        "checked": checked,
        "faulty": faulty,
        "right": checked.new[:SHOWN],
        "zone_name": zone_name(g.zone),
        "for_all": _for_all(),
    }


def _for_all() -> bool:
    return me().role is Role.REVIEWER
