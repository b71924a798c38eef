"""The reviewer's pages: what waits, one post as each platform will show it, the decision.

Whatever stops a decision - somebody was quicker, the page is old, a platform would refuse - is
shown on the post's own page in its latest state, with the words that were typed.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask import url_for as url
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import begin_writing, db, read_only
from publisher.errors import PublisherError
from publisher.models.people import Role
from publisher.models.posts import Post, PostKind
from publisher.web import approving, beside, reminding
from publisher.web.access import allow, form_version, get_post, me
from publisher.web.current import spacing, store
from publisher.web.filters import kalimat, pukul, tanggal, waktu
from publisher.web.forms_deciding import ApproveForm, NoteForm, RejectForm, ReturnForm
from publisher.workflow import marking, reviewing
from publisher.workflow.informing import numbers

bp = Blueprint("reviews", __name__, url_prefix="/telaah")
#: What the names of the fields begin with that say why a post is returned.
RETURN = "kembalikan-"


def filtered() -> dict[str, Any]:
    """Return the filter of the queue that the reviewer walks through, as arguments of a link."""
    names = ("perangkat_daerah", "jenis")
    return {name: request.args[name] for name in names if request.args.get(name)}


def keep_filter(_endpoint: str, values: dict[str, Any]) -> None:
    """Let links from post to post keep the filter, on these pages and no others."""
    if request and request.blueprint in ("reviews", "marks") and "post_id" in values:
        for name, value in filtered().items():
            values.setdefault(name, value)


bp.url_defaults(keep_filter)


@bp.get("")
@allow(Role.REVIEWER)
def index() -> str:
    now = clock.now()
    queue = reviewing.waiting(
        me().region,
        reviewer=me(),
        at=now,
        office_id=request.args.get("perangkat_daerah", type=int),
        kind=request.args.get("jenis", type=_kind),
        page=request.args.get("page", 1, type=int),
    )
    refused = {row.post.id for row in queue.rows if reviewing.is_refused(row.post, store())}
    return render_template(
        "reviews/index.html", queue=queue, refused=refused, now=now, due=due, args=request.args
    )


@bp.get("/diputuskan")
@allow(Role.REVIEWER)
def decided() -> str:
    before_id = request.args.get("sebelum", type=int)
    rows, older = reviewing.decided(me().region, before_id=before_id)
    return render_template(
        "reviews/decided.html",
        rows=rows,
        older=older,
        newest=before_id is None,
        reminders=reminding.of_returned(rows, me().region),
        numbers=numbers.of_region(me().region),
    )


@bp.get("/<int:post_id>")
@allow(Role.REVIEWER)
def show(post_id: int) -> str:
    _note_seen(submitted(post_id))
    return page(submitted(post_id))


@bp.post("/<int:post_id>/setujui")
@allow(Role.REVIEWER)
def approve(post_id: int) -> Response:
    approving.make_pictures_ready([post_id])
    post, onward = _current(post_id)
    now = clock.now()
    at_once = bool(ApproveForm(prefix="setujui-").at_once.data)
    first, ticked = request.form.get("tahap") == "first", request.form.getlist("periksa")
    planned = approving.approve(post, at=now, at_once=at_once, first=first, ticked=ticked)
    said = _what_will_happen(post, len(planned), now)
    crowding = reviewing.crowding(post, at=now, spacing=spacing()) if planned else []
    db.session.commit()
    flash(" ".join([said, *(kalimat(each.message, each.values) for each in crowding)]), "success")
    return redirect(onward)


@bp.post("/<int:post_id>/kembalikan")
@allow(Role.REVIEWER)
def request_changes(post_id: int) -> Any:
    post, onward = _current(post_id)
    form = ReturnForm(prefix=RETURN)
    marks = marking.pending(post, reviewer=me())
    form.marked = bool(marks)
    if not form.validate():
        return page(post, returning=form), 422
    reviewing.request_changes(
        post,
        reviewer=me(),
        at=clock.now(),
        reasons=list(dict.fromkeys([*form.chosen(), *marking.reasons_of(marks)])),
        note=form.note.data or marking.other_reason(marks),
    )
    marking.send(marks, post.events[-1])
    db.session.commit()
    flash(_("Konten dikembalikan untuk perbaikan."), "success")
    return redirect(onward)


@bp.post("/<int:post_id>/tolak")
@allow(Role.REVIEWER)
def reject(post_id: int) -> Any:
    post, onward = _current(post_id)
    form = RejectForm(prefix="tolak-")
    if not form.validate():
        return page(post, rejecting=form), 422
    reviewing.reject(post, reviewer=me(), at=clock.now(), note=form.note.data)
    db.session.commit()
    flash(_("Konten ditolak."), "success")
    return redirect(onward)


@bp.post("/<int:post_id>/batalkan-persetujuan")
@allow(Role.REVIEWER)
def take_back(post_id: int) -> Any:
    post, _onward = _current(post_id)
    form = NoteForm(prefix="batal-")
    if not form.validate():
        return page(post, taking_back=form), 422
    stopped = reviewing.take_back(post, reviewer=me(), at=clock.now(), note=form.note.data)
    db.session.commit()
    flash(
        ngettext(
            "Persetujuan dibatalkan; %(num)s penayangan dihentikan.",
            "Persetujuan dibatalkan; %(num)s penayangan dihentikan.",
            stopped,
        ),
        "success",
    )
    return redirect(url(".show", post_id=post_id))


@bp.errorhandler(PublisherError)
def show_what_stopped_it(error: PublisherError) -> Any:
    """Show the post as it is now, why nothing was decided, and what was typed."""
    db.session.rollback()
    post = submitted((request.view_args or {})["post_id"])
    return page(post, stopped_by=error), error.status


def due(at: datetime | None, now: datetime) -> str:
    """Write when a post is due, nearest days by name: hari ini pukul 09.05 WIB."""
    if at is None:
        return _("belum dijadwalkan")
    days = (clock.in_zone(at, g.zone).date() - clock.in_zone(now, g.zone).date()).days
    names = {-1: _("kemarin"), 0: _("hari ini"), 1: _("besok")}
    return f"{names[days]} {pukul(at)}" if days in names else waktu(at)


def _kind(text: str) -> PostKind:
    return PostKind(text)


def submitted(post_id: int) -> Post:
    """Return a post that was submitted at least once: drafts are nobody's but the office's."""
    post = get_post(post_id)
    if post.submitted_at is None:
        abort(404)
    return post


def _current(post_id: int) -> tuple[Post, str]:
    """Return a post in the version on the person's page, held; and where to go afterwards."""
    post = submitted(post_id)
    reviewing.check_current(post, version=form_version())
    next_id = _neighbours(post).next_id
    return post, url(".show", post_id=next_id) if next_id else url(".index", **filtered())


def _neighbours(post: Post) -> reviewing.Neighbours:
    wanted = filtered()
    return reviewing.neighbours(
        post,
        reviewer=me(),
        office_id=request.args.get("perangkat_daerah", type=int) if wanted else None,
        kind=request.args.get("jenis", type=_kind) if wanted else None,
    )


def _note_seen(post: Post) -> None:
    """Remember what the reviewer saw. The page itself is read without the writer's lock."""
    if reviewing.has_seen(post, reviewer=me()):
        return
    post_id = post.id
    begin_writing()
    reviewing.note_seen(submitted(post_id), reviewer=me(), at=clock.now())
    db.session.commit()
    read_only()


def page(post: Post, **given: Any) -> str:
    """Render the page of a post.

    :param given: a form that is to be shown with its errors, `stopped_by`, or `typed_mark`, what
        is in the fields of the marks
    """
    now = clock.now()
    planned = reviewing.deliveries_of(post)
    context = {
        "approving": ApproveForm(prefix="setujui-"),
        "returning": ReturnForm(prefix=RETURN),
        "rejecting": RejectForm(prefix="tolak-"),
        "taking_back": NoteForm(prefix="batal-"),
        "stopped_by": None,
        "typed_mark": request.form,
        **beside.checked(post, at=now),
        **beside.marked(post),
        **given,
    }
    return render_template(
        "reviews/show.html",
        post=post,
        look=reviewing.last_look(post, reviewer=me()),
        checks=reviewing.checks(post, store(), at=now, spacing=spacing()),
        history=reviewing.history(post),
        deliveries=planned,
        can_stop=any(delivery.can("cancel") for delivery in planned),
        neighbours=_neighbours(post),
        filters=filtered(),
        mine=not reviewing.may_decide(post, me()),
        late=reviewing.late(post, now),
        now=now,
        due=due,
        page_errors=any(getattr(form, "errors", None) for form in given.values()),
        **context,
    )


def _what_will_happen(post: Post, count: int, now: datetime) -> str:
    if post.can("approve"):
        return _("Persetujuan Anda dicatat. Konten ini menunggu penyetuju kedua.")
    if not count:
        return _("Disetujui. Tidak ada penayangan baru: konten ini sudah tayang di semua akunnya.")
    if reviewing.late(post, now):
        return ngettext(
            "Disetujui. Segera tayang di %(num)s akun.",
            "Disetujui. Segera tayang di %(num)s akun.",
            count,
        )
    at = post.planned_at
    assert at is not None  # noqa: S101 - else it would be late
    return ngettext(
        "Disetujui. Terjadwal di %(num)s akun, %(day)s %(time)s.",
        "Disetujui. Terjadwal di %(num)s akun, %(day)s %(time)s.",
        count,
        day=tanggal(at),
        time=pukul(at),
    )
