"""Where a reviewer marks sentences and spots of pictures, one by one, before the return.

Each mark is kept at once, so a phone that rings loses none. Marks and decisions are one form: who
has begun another mark, or to write why the post is returned or rejected, finds it there after each
mark. What goes wrong is shown on the page of the post, with the words that were typed.
"""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.errors import N_, FourEyes, Invalid, PublisherError
from publisher.models.people import Role
from publisher.models.posts import Post, ReturnReason
from publisher.web import reviews, yardsticks
from publisher.web.access import allow, form_version, me
from publisher.workflow import marking, reviewing

bp = Blueprint("marks", __name__, url_prefix="/telaah")
bp.url_defaults(reviews.keep_filter)
bp.register_error_handler(PublisherError, reviews.show_what_stopped_it)
#: How the names of the fields end that hold something only if a person put it there.
_TYPED = (
    "tempat",
    "komentar",
    "periksa",
    "sekarang",
    "catatan",
    "yakin",
    f"{reviews.RETURN}alasan",
)


@bp.post("/<int:post_id>/tandai-kalimat")
@allow(Role.REVIEWER)
def sentence(post_id: int) -> Any:
    """Mark the sentence that was chosen from the list, or tapped."""
    post = _waiting(post_id)
    marking.mark_sentence(
        post, request.form.get("tempat", "")[:80], reviewer=me(), at=clock.now(), **_said()
    )
    return _kept(post, "tempat", "alasan", "komentar")


@bp.post("/<int:post_id>/tandai-gambar")
@allow(Role.REVIEWER)
def spot(post_id: int) -> Any:
    """Mark the spot that was tapped, or the middle of one of nine fields."""
    post = _waiting(post_id)
    digest = request.form.get("gambar", "")[:64]
    about = f"{digest[:12]}-"
    marking.mark_spot(post, digest, _spot(about), reviewer=me(), at=clock.now(), **_said(about))
    return _kept(post, "gambar", *(name for name in request.form if name.startswith(about)))


@bp.post("/<int:post_id>/hapus-tanda/<int:mark_id>")
@allow(Role.REVIEWER)
def rub_out(post_id: int, mark_id: int) -> Any:
    own = marking.pending(reviews.submitted(post_id), reviewer=me())
    if mark_id not in {shown.mark.id for shown in own}:
        abort(404)
    post = _waiting(post_id)
    marking.rub_out(post, mark_id, reviewer=me())
    db.session.commit()
    flash(_("Tanda dihapus."), "success")
    return _back(post)


@bp.post("/<int:post_id>/terima-kata")
@allow(Role.REVIEWER)
def learn(post_id: int) -> Any:
    """Take a word that was found in the post for right from now on."""
    post = reviews.submitted(post_id)
    said = yardsticks.learn(request.form.get("kata", ""))
    db.session.commit()
    flash(said, "success")
    return _back(post, "isi")


def _waiting(post_id: int) -> Post:
    """Return a post that the person may return, in the version on their page."""
    post = reviews.submitted(post_id)
    reviewing.check_current(post, version=form_version())
    if not post.can("request_changes"):
        raise Invalid(N_("Konten ini tidak lagi menunggu telaah, sehingga tidak dapat ditandai."))
    if not reviewing.may_decide(post, me()):
        raise FourEyes(N_("Anda tidak dapat menandai konten yang Anda susun sendiri."))
    return post


def _said(about: str = "") -> dict[str, Any]:
    """Return why something is marked.

    :param about: the picture that it is said of, as the names of its fields begin
    """
    reason = request.form.get(f"{about}alasan", "")
    if reason not in set(ReturnReason):
        raise Invalid(N_("Pilih alasan dari tanda ini."))
    return {"reason": ReturnReason(reason), "comment": request.form.get(f"{about}komentar", "")}


def _spot(about: str) -> tuple[int, int]:
    """Return the spot in thousandths: exact, or by one of nine fields where no script runs."""
    exact = [request.form.get(f"{about}{axis}", type=int) for axis in ("x", "y")]
    if exact[0] is not None and exact[1] is not None:
        return exact[0], exact[1]
    field = request.form.get(f"{about}bidang", 0, type=int)
    if field not in range(1, 10):
        raise Invalid(N_("Pilih bidang pada gambar."))
    return marking.third(field)


def _kept(post: Post, *fields: str) -> Any:
    """Keep the mark that was made of some fields."""
    db.session.commit()
    flash(_("Tanda disimpan. Perangkat daerah melihatnya setelah konten dikembalikan."), "success")
    return _back(post, done=fields)


def _back(post: Post, place: str = "tandai", done: Collection[str] = ()) -> Any:
    """Show the post again, with all that was typed on its page: that is kept nowhere else.

    :param done: the fields that are kept now
    """
    typed = {name: value for name, value in request.form.items() if name not in done}
    if any(value and name.endswith(_TYPED) for name, value in typed.items()):
        return reviews.page(post, typed_mark=typed)
    return redirect(url_for("reviews.show", post_id=post.id, _anchor=place))
