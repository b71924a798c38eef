"""Posts made without Siar: what an office's accounts show, its claims, and the reviewer's queue."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.found import FoundPost
from publisher.models.people import Role
from publisher.models.posts import PostKind
from publisher.typed import tidy
from publisher.web.access import allow, get_claim, get_found_post, get_office, me, signed_in
from publisher.web.filters import minggu
from publisher.web.forms_drafts import KIND_WORDS
from publisher.web.registry.common import answer, kept
from publisher.web.registry.forms import options
from publisher.web.reports import read_week
from publisher.workflow import adopting

bp = Blueprint("claims", __name__)
#: So much of how a post begins is offered as its title.
OFFERED_CHARS = 80


class ClaimForm(FlaskForm):
    """What a found post is about."""

    title = StringField(
        _l("Judul"),
        [InputRequired(_l("Wajib diisi.")), Length(max=adopting.TITLE_CHARS)],
        description=_l("Nama kegiatannya, seperti pada konten lain di laporan."),
    )
    kind = SelectField(
        _l("Jenis konten"), [InputRequired()], choices=options(KIND_WORDS), default="kegiatan"
    )
    gist = TextAreaField(
        _l("Ringkasan kegiatan"),
        [Optional(), Length(max=adopting.GIST_CHARS)],
        description=_l("Apa, siapa, kapan, dan di mana, dalam satu dua kalimat."),
    )


@bp.get("/laporan/perangkat-daerah/<int:office_id>/<week>/di-luar-siar")
@signed_in
def found(office_id: int, week: str) -> str:
    """List what the office's official accounts show of a week and Siar did not make."""
    office = get_office(office_id)
    g.zone = office.region.zone
    of_week = read_week(week, g.zone)
    posts = adopting.found_in(office, of_week)
    hindrances = {}
    if me().role is Role.DRAFTER:
        hindrances = {
            each.post.id: adopting.hindrance(each.post, office.region)
            for each in posts
            if each.claimable
        }
    return render_template(
        "claims/found.html",
        office=office,
        week=of_week,
        is_last=of_week == Week.of(clock.now(), g.zone),
        posts=posts,
        hindrances=hindrances,
    )


@bp.route("/unggahan-di-luar/<int:found_post_id>/klaim", methods=["GET", "POST"])
@allow(Role.DRAFTER)
def file(found_post_id: int) -> Any:
    """Say what a found post is about."""
    row = get_found_post(found_post_id)
    form = ClaimForm(data={"title": _offered(row.excerpt)})

    def step() -> Any:
        naming = adopting.Naming(
            title=tidy(form.title.data or ""),
            kind=PostKind(form.kind.data),
            gist=tidy(form.gist.data or ""),
        )
        return adopting.file(row, naming, actor=me(), at=clock.now())

    if form.validate_on_submit() and kept(form, step):
        flash(
            _("Klaim diajukan. Kominfo memeriksanya, lalu unggahan ini ikut dihitung."), "success"
        )
        return redirect(_page_of(get_found_post(found_post_id)))
    row = get_found_post(found_post_id)
    region = row.account.office.region
    g.zone = region.zone
    page = render_template(
        "claims/file.html",
        form=form,
        post=row,
        fault=None if form.errors else adopting.hindrance(row, region),
        back=_page_of(row),
    )
    return answer(page, form)


@bp.post("/klaim/<int:claim_id>/tarik")
@allow(Role.DRAFTER)
def withdraw(claim_id: int) -> Any:
    """Take a claim back."""
    claim = get_claim(claim_id)
    adopting.withdraw(claim, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Klaim ditarik kembali. Unggahannya dapat Anda klaim lagi."), "success")
    return redirect(_page_of(claim.found_post))


@bp.get("/klaim")
@allow(Role.REVIEWER)
def queue() -> str:
    """List the claims that wait for a decision."""
    page = max(1, request.args.get("page", 1, type=int))
    claims, has_more = adopting.queue(me(), page=page)
    return render_template("claims/queue.html", claims=claims, page=page, has_more=has_more)


@bp.post("/klaim/<int:claim_id>/terima")
@allow(Role.REVIEWER)
def accept(claim_id: int) -> Any:
    """It is a content of the office."""
    claim = get_claim(claim_id)
    still_open = adopting.accept(claim, reviewer=me(), at=clock.now())
    week = claim.found_post.week
    db.session.commit()
    if still_open:
        flash(_("Klaim diterima; unggahannya ikut dihitung."), "success")
        return redirect(url_for(".queue"))
    flash(
        _("Klaim diterima. %(week)s sudah ditutup: angkanya berubah bila Anda mengoreksinya di "
          "sini.", week=minggu(week)), "warning",
    )  # fmt: skip
    return redirect(url_for("closing.correct", week=week))


@bp.post("/klaim/<int:claim_id>/tolak")
@allow(Role.REVIEWER)
def decline(claim_id: int) -> Any:
    """It is not, or not what they say."""
    reason = tidy(request.form.get("alasan", ""))
    adopting.decline(get_claim(claim_id), reason=reason, reviewer=me(), at=clock.now())
    db.session.commit()
    flash(_("Klaim tidak diterima; kantornya membaca alasan Anda."), "success")
    return redirect(url_for(".queue"))


def _page_of(post: FoundPost) -> str:
    return url_for(".found", office_id=post.account.office_id, week=post.week)


def _offered(excerpt: str) -> str:
    """Return how a post begins, as a title to be corrected."""
    first = excerpt.split(". ")[0].removesuffix(".")
    return first if len(first) <= OFFERED_CHARS else first[:OFFERED_CHARS].rpartition(" ")[0]
