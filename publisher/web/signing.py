"""The head's pages: what waits for their signature, one post, and their decision.

And the drafter's: a link to hand the head, as text for WhatsApp. It is made by a click and shown
once, on the page that answers it.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user

from publisher import clock
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.people import OFFICE_ROLES, Role, User
from publisher.models.posts import Post
from publisher.platforms import driver_class
from publisher.web import photos
from publisher.web.access import allow, form_version, get_post, me
from publisher.web.failures import sentence
from publisher.web.filters import tanggal_pendek, waktu
from publisher.web.forms_deciding import SendBackForm
from publisher.workflow import signing

bp = Blueprint("signing", __name__, url_prefix="/tanda-tangan")
#: px; as wide as a phone shows it, twice as fine.
WIDTH_PX = 960


@bp.get("")
@allow(Role.HEAD)
def index() -> str:
    at = clock.now()
    return render_template("signing/index.html", posts=signing.waiting_for(me(), at=at))


@bp.get("/menunggu")
@allow(Role.REVIEWER)
def unsigned() -> str:
    """Show reviewers what is not theirs to decide on yet, and for whom it waits."""
    g.zone = me().region.zone
    rows = signing.unsigned(me().region, at=clock.now())
    return render_template("signing/unsigned.html", rows=rows)


@bp.get("/<int:post_id>")
@allow(Role.HEAD)
def show(post_id: int) -> str:
    return _page(get_signable(post_id))


@bp.get("/<int:post_id>/gambar")
@allow(Role.HEAD)
def picture(post_id: int) -> Response:
    return picture_of(get_signable(post_id))


@bp.post("/<int:post_id>/setujui")
@allow(Role.HEAD)
def sign(post_id: int) -> Any:
    post = get_signable(post_id, version=form_version())
    signing.sign(post, person=me(), at=clock.now(), address=request.remote_addr or "")
    db.session.commit()
    flash(_("Ditandatangani. Konten kini ditelaah Kominfo."), "success")
    return redirect(url_for(".index"))


@bp.post("/<int:post_id>/kembalikan")
@allow(Role.HEAD)
def send_back(post_id: int) -> Any:
    post = get_signable(post_id, version=form_version())
    form = SendBackForm()
    if not form.validate():
        return _page(post, form), 422
    signing.send_back(
        post, person=me(), at=clock.now(), reasons=form.chosen(), note=form.note.data or "",
        address=request.remote_addr or "",
    )  # fmt: skip
    db.session.commit()
    flash(_("Konten dikembalikan kepada penyusunnya."), "success")
    return redirect(url_for(".index"))


@bp.post("/<int:post_id>/tautan")
@allow(Role.DRAFTER)
def make_link(post_id: int) -> Any:
    """Make a link for whoever may sign, and show it this once, as a text that is ready."""
    post = get_post(post_id, version=form_version())
    at = clock.now()
    person = _chosen(signing.asked(post, at=at).able)
    link = signing.sign_off_link(
        post, person, made_by=me(), at=at, secret_key=current_app.config["SECRET_KEY"],
        base_url=current_app.config["PUBLIC_URL"],
    )  # fmt: skip
    db.session.commit()
    newest = signing.standing_links(post, at=at)[0]
    text = link_text(post, person, link, until=waktu(newest.expires_at, post.office.region.zone))
    return render_template(
        "signing/link.html", post=post, person=person, text=text, until=newest.expires_at,
        whatsapp=f"https://wa.me/?text={quote(text)}",
    )  # fmt: skip


@bp.post("/<int:post_id>/tautan/cabut")
@allow(Role.DRAFTER, Role.HEAD)
def revoke(post_id: int) -> Any:
    post = get_post(post_id)
    count = signing.revoke_links(post, actor=me(), at=clock.now())
    db.session.commit()
    if count:
        flash(_("Semua tautan tanda tangan konten ini dicabut."), "success")
    else:
        flash(_("Tidak ada tautan yang masih berlaku."), "info")
    page = ".show" if me().role is Role.HEAD else "drafts.show"
    return redirect(url_for(page, post_id=post.id))


def link_text(post: Post, person: User, link: str, *, until: str) -> str:
    """Return what a drafter sends their head, in Indonesian whatever the language of the page."""
    when = waktu(post.planned_at, post.office.region.zone) if post.planned_at else "-"
    return (
        f"Yth. {person.name},\n\n"
        f"Mohon berkenan memeriksa dan menandatangani konten “{post.title}” yang direncanakan "
        f"tayang {when}:\n{link}\n\n"
        f"Tautan ini khusus untuk Bapak/Ibu, hanya dapat dipakai satu kali, dan berlaku sampai "
        f"{until}. Mohon tidak diteruskan. Terima kasih."
    )


def get_signable(post_id: int, *, version: int | None = None) -> Post:
    """Return a submitted post of one's own office, or one that one may sign as a deputy."""
    post = db.session.get(Post, post_id)
    if post is None or post.submitted_at is None:
        abort(404)
    if post.office_id != me().office_id and post not in signing.waiting_for(me(), at=clock.now()):
        abort(404)
    if version is not None and version != post.version:
        raise signing.AlreadyDecided
    return post


def picture_of(post: Post) -> Response:
    """Send a picture of a post as its first channel would get it; `?nomor=` counts from 1."""
    number = request.args.get("nomor", 1, type=int)
    if not 1 <= number <= len(post.pictures):
        abort(404)
    drivers = [account.driver for account in post.accounts]
    rules = driver_class(drivers[0]).limits if drivers else None
    return photos.sent(post.pictures[number - 1].media, rules, width=WIDTH_PX)


def said_by(post: Post) -> list[tuple[list[str], str]]:
    """Return each text that goes out, once, with the platforms it goes to."""
    texts: dict[str, list[str]] = {}
    for platform in post.platforms:
        texts.setdefault(post.text_for(platform), []).append(platform)
    return [(platforms, text) for text, platforms in texts.items()]


@bp.app_template_global("signatures_awaited")
def signatures_awaited() -> int:
    """Return how many posts wait for the person's own signature."""
    return len(signing.waiting_for(me(), at=clock.now()))


@bp.app_template_global("heads_awaited")
def heads_awaited() -> int:
    """Return how many posts of the person's region wait for their heads."""
    return signing.unsigned_count(me().region)


@bp.app_template_global("asked_of")
def asked_of(post: Post) -> signing.Asked:
    """Return which decisions a post needs, for the pages of drafters and reviewers."""
    return signing.asked(post, at=clock.now())


@bp.errorhandler(PublisherError)
def show_what_stopped_it(error: PublisherError) -> Any:
    """Show the post as it is now, and why nothing was decided."""
    db.session.rollback()
    post_id = (request.view_args or {})["post_id"]
    if me().role is Role.DRAFTER:
        flash(sentence(error), "danger")
        return redirect(url_for("drafts.show", post_id=get_post(post_id).id))
    return _page(get_signable(post_id), stopped_by=error), error.status


def _chosen(able: list[User]) -> User:
    """Return for whom the link is: the one that was chosen, or else the first."""
    if not able:
        raise signing.AlreadyDecided
    wanted = request.form.get("untuk", type=int)
    return next((person for person in able if person.id == wanted), able[0])


def _page(
    post: Post, form: SendBackForm | None = None, stopped_by: PublisherError | None = None
) -> str:
    at = clock.now()
    asked = signing.asked(post, at=at)
    g.zone = post.office.region.zone
    return render_template(
        "signing/show.html",
        post=post,
        asked=asked,
        texts=said_by(post),
        form=form or SendBackForm(formdata=None),
        stopped_by=stopped_by,
        may_sign=any(person.id == me().id for person in asked.able),
        links=signing.standing_links(post, at=at) if asked.unsigned else [],
        page_errors=bool(form and form.errors),
    )


def last_day(ends_at: datetime) -> str:
    """Write the last day of a time that ends with its midnight."""
    return tanggal_pendek(ends_at - timedelta(seconds=1), me().region.zone)


def init_app(app: Flask) -> None:
    app.jinja_env.filters["hari_terakhir"] = last_day

    @app.context_processor
    def neutrality() -> dict[str, Any]:
        """Tell those who write and approve that a time before an election is near or here."""
        if not current_user.is_authenticated or current_user.password_is_temporary:
            return {}
        if me().role not in OFFICE_ROLES | {Role.REVIEWER, Role.LEADER}:
            return {}
        at = clock.now()
        time = signing.concerning(me().region_id, at=at)
        return {"election": time, "election_began": time is not None and time.covers(at)}
