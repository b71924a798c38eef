"""Before the reviewers: whether heads sign first, and what holds before an election."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import Optional

from publisher import clock
from publisher.errors import Outdated
from publisher.models.needs import Terms, Vacant
from publisher.models.neutrality import Neutrality
from publisher.models.people import Role
from publisher.typed import tidy
from publisher.web.access import allow, get_office, me
from publisher.web.failures import sentence
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    chosen_office,
    kept,
    office_words,
    region,
)
from publisher.web.registry.forms import CHOOSE, REQUIRED, options
from publisher.workflow import signing
from publisher.workflow.signing import rules, times

bp = blueprint("neutrality", "persetujuan")

VACANT = {
    Vacant.GO_ON: _l("Langsung ke Kominfo, dengan tanda “tanpa tanda tangan”"),
    Vacant.DEPUTY: _l("Ditandatangani pejabat yang ditunjuk di bawah ini"),
    Vacant.WAIT: _l("Menunggu sampai jabatannya terisi"),
}


class RuleForm(FlaskForm):
    seen = HiddenField()
    asked = BooleanField(
        _l("Konten ditandatangani kepala perangkat daerah sebelum ditelaah Kominfo")
    )
    vacant = RadioField(_l("Bila jabatan kepala kosong"), [CHOOSE], choices=options(VACANT))
    deputy = SelectField(_l("Pejabat yang ditunjuk"), [Optional()])
    late_hours = IntegerField(
        _l("Penelaah diberi tahu bila belum ditandatangani setelah (jam)"),
        [REQUIRED],
        description=_l("Kepala diingatkan sekali pada separuh waktunya."),
    )
    link_hours = IntegerField(_l("Tautan tanda tangan berlaku (jam)"), [REQUIRED])


class ExceptionForm(FlaskForm):
    office = SelectField(_l("Perangkat daerah"), [CHOOSE])
    asked = RadioField(
        _l("Tanda tangan kepala"),
        [CHOOSE],
        choices=options(
            {
                "yes": _l("Diperlukan"),
                "no": _l("Tidak diperlukan"),
                "region": _l("Mengikuti aturan daerah"),
            }
        ),
    )
    deputy = SelectField(_l("Pejabat yang ditunjuk bila jabatannya kosong"), [Optional()])


class TimeForm(FlaskForm):
    seen = HiddenField()
    first = DateField(_l("Hari pertama"), [Optional()])
    last = DateField(
        _l("Hari terakhir"), [Optional()], description=_l("Kosongkan keduanya bila tidak ada.")
    )
    words = TextAreaField(
        _l("Kata yang tidak boleh tayang"),
        [Optional()],
        description=_l(
            "Satu kata atau frasa per baris. Dicari sebagai kata utuh di takarir, teks "
            "alternatif, dan teks poster, tanpa membedakan huruf besar dan tanda baca huruf."
        ),
    )
    checklist = TextAreaField(
        _l("Daftar periksa"),
        [Optional()],
        description=_l("Satu butir per baris; kedua penelaah menandai semuanya."),
    )


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    return _index()


@bp.post("")
@allow(Role.REVIEWER)
def set_rule() -> Any:
    form = _rule_form()
    if form.validate_on_submit():
        data = signing.RuleData(
            asked=form.asked.data,
            vacant=Vacant(form.vacant.data),
            deputy_id=_number(form.deputy.data),
            late_hours=form.late_hours.data or 0,
            link_hours=form.link_hours.data or 0,
        )
        seen = form.seen.data or ""
        waiting = _taken(
            form,
            lambda: signing.set_rule(region(), data, seen=seen, actor=me(), at=clock.now()),
        )
        if waiting is not None:
            return _done(_kept(waiting), ".index")
    return answer(_index(rule_form=form), form)


@bp.route("/perangkat-daerah", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def exception() -> Any:
    form = _exception_form()
    if form.validate_on_submit():
        office = chosen_office(form.office.data)
        wanted = {"yes": True, "no": False, "region": None}[form.asked.data]
        if office is not None:
            deputy_id = _number(form.deputy.data)
            waiting = _taken(
                form,
                lambda: signing.set_exception(
                    get_office(office.id), asked=wanted, deputy_id=deputy_id, actor=me(),
                    at=clock.now(),
                ),
            )  # fmt: skip
            if waiting is not None:
                return _done(_kept(waiting), ".index")
    return answer(render_template("registry/neutrality/exception.html", form=form), form)


@bp.get("/netralitas")
@allow(*MANAGERS)
def time() -> str:
    return _time(_time_form())


@bp.post("/netralitas")
@allow(Role.REVIEWER)
def set_time() -> Any:
    form = _time_form()
    if form.validate_on_submit():
        data = signing.TimeData(
            first=form.first.data,
            last=form.last.data,
            words=_lines(form.words.data),
            checklist=_lines(form.checklist.data),
        )
        seen = form.seen.data or ""
        held = _taken(
            form,
            lambda: signing.set_time(region(), data, seen=seen, actor=me(), at=clock.now()),
        )
        if held is not None:
            return _done(_held(held), ".time")
    return answer(_time(form), form)


def _taken(form: FlaskForm, step: Any) -> int | None:
    """Take a step and commit it, or say beside the fields why not; nothing typed is lost."""
    try:
        done: int | None = kept(form, step)
    except Outdated as error:
        form.form_errors.append(sentence(error))
        return None
    return done


def _done(said: str, page: str) -> Any:
    flash(said, "success")
    return redirect(url_for(page))


def _kept(waiting: int) -> str:
    if not waiting:
        return _("Aturan disimpan.")
    return ngettext(
        "Aturan disimpan. %(num)s konten yang sudah diajukan menunggu tanda tangan.",
        "Aturan disimpan. %(num)s konten yang sudah diajukan menunggu tanda tangan.",
        waiting,
    )


def _held(held: int) -> str:
    if not held:
        return _("Pengaturan disimpan.")
    return ngettext(
        "Pengaturan disimpan. %(num)s konten yang sudah disetujui dan akan tayang pada masa itu "
        "ditahan sampai disetujui penelaah kedua.",
        "Pengaturan disimpan. %(num)s konten yang sudah disetujui dan akan tayang pada masa itu "
        "ditahan sampai disetujui penelaah kedua.",
        held,
    )


def _index(rule_form: RuleForm | None = None) -> str:
    return render_template(
        "registry/neutrality/index.html",
        form=rule_form or _rule_form(),
        rule=signing.rule_of(region()),
        exceptions=signing.exceptions_of(region()),
        may_set=me().role is Role.REVIEWER,
        unsigned=signing.unsigned_count(region()),
    )


def _time(form: TimeForm) -> str:
    at = clock.now()
    row = signing.time_of(region())
    return render_template(
        "registry/neutrality/time.html",
        form=form,
        row=row,
        days=times.days_of(row, region()),
        began=row is not None and row.covers(at),
        over=_is_over(row, at),
        may_set=me().role is Role.REVIEWER,
        reviewers=signing.reviewers_of(region()),
    )


def _rule_form() -> RuleForm:
    rule = signing.rule_of(region())
    holds = rule or Terms()
    form = RuleForm(
        data={
            "seen": rules.stamp(rule),
            "asked": holds.asked,
            "vacant": holds.vacant.value,
            "deputy": str(holds.deputy.id) if holds.deputy else "",
            "late_hours": holds.late_hours,
            "link_hours": holds.link_hours,
        }
    )
    form.deputy.choices = _deputies()
    return form


def _exception_form() -> ExceptionForm:
    form = ExceptionForm(data={"asked": "yes"})
    form.office.choices = options({"": _("Pilih perangkat daerah"), **office_words()})
    form.deputy.choices = _deputies()
    return form


def _deputies() -> Any:
    heads = signing.heads_of(region())
    return options(
        {
            "": _("Tidak ada"),
            **{str(p.id): f"{p.name} ({p.office.name})" for p in heads if p.office},
        }
    )


def _time_form() -> TimeForm:
    row, at = signing.time_of(region()), clock.now()
    first, last = (None, None) if _is_over(row, at) else times.days_of(row, region())
    return TimeForm(
        data={
            "seen": rules.stamp(row),
            "first": first,
            "last": last,
            "words": "\n".join(row.words) if row else "",
            "checklist": "\n".join(row.checklist) if row else "",
        }
    )


def _is_over(row: Neutrality | None, at: datetime) -> bool:
    return row is None or row.ends_at is None or row.ends_at <= at


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (tidy(line) for line in (text or "")[:100_000].splitlines())))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
