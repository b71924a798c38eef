"""What a head sees who comes by a link: one post, and two buttons. No sign-in, no other page.

The link is the key, so it is all that is asked for: no cookie says who this is. Looking at it
changes nothing, whoever looks: previews of messengers and scanners of mail open every link.
The form carries a word made from the link, which another site cannot know; that keeps out forged
requests without a session, and without the Referer that these pages forbid.
"""

import hashlib
import hmac
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadSignature

from publisher import clock
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.asking import hands
from publisher.web.access import public
from publisher.web.attempts import links_are_guessed, people_of_this_browser, strange_link
from publisher.web.forms_deciding import SendBackForm
from publisher.web.signing import picture_of, said_by
from publisher.workflow import signing
from publisher.workflow.signing.links import PATH, Fate, Opened

bp = Blueprint("sign_link", __name__, url_prefix=PATH)

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}


@bp.get("/<token>")
@public
def show(token: str) -> Any:
    return _page(token, _opened(token))


@bp.get("/<token>/gambar")
@public
def picture(token: str) -> Response:
    opened = _opened(token)
    if opened.fate is not Fate.OPEN:
        abort(404)
    return picture_of(opened.post)


@bp.post("/<token>")
@public
def decide(token: str) -> Any:
    """Sign the post, or send it back; the link then leads nowhere."""
    given = request.form.get("kode", "").encode()
    if not hmac.compare_digest(given, form_word(token).encode()):
        abort(400)
    opened = _opened(token)
    if opened.fate is not Fate.OPEN or _not_for_this_browser(opened):
        return _page(token, opened, status=409)
    post, person, at = opened.post, opened.link.person, clock.now()
    how: dict[str, Any] = {"person": person, "at": at, "link": opened.link}
    how["address"] = request.remote_addr or ""
    form = SendBackForm()
    sends_back = request.form.get("keputusan") == "kembalikan"
    if sends_back and not form.validate():
        return _page(token, opened, form=form, status=422)
    try:
        if sends_back:
            signing.send_back(post, reasons=form.chosen(), note=form.note.data or "", **how)
        else:
            signing.sign(post, **how)
    except PublisherError as error:
        db.session.rollback()
        return _page(token, _opened(token), stopped_by=error, status=error.status)
    db.session.commit()
    return render_template("signing/done.html", post=post, sent_back=sends_back)


@bp.after_request
def keep_to_oneself(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


def form_word(token: str) -> str:
    return hashlib.sha256(f"form of {token}".encode()).hexdigest()[:32]


def _opened(token: str) -> Opened:
    """Return what a link leads to; whoever tries out many that are none of ours is turned away,
    but not who comes with one from the same network."""
    secret_key = current_app.config["SECRET_KEY"]
    try:
        opened = signing.open_link(token, secret_key=secret_key, at=clock.now())
    except BadSignature:
        if links_are_guessed():
            abort(429)
        strange_link()
        abort(404)
    if opened is None:
        abort(404)
    g.zone = opened.post.office.region.zone
    return opened


def _not_for_this_browser(opened: Opened) -> str:
    """Return why this browser may not use the link; "" if it may.

    Whoever drafted the post is handed the link to pass it on, and must not sign with it.
    """
    person = opened.link.person
    if current_user.is_authenticated and current_user.id != person.id:
        return _("Anda sedang masuk sebagai orang lain. Tautan ini hanya untuk %(name)s.",
                 name=person.name)  # fmt: skip
    known = people_of_this_browser()
    if known & hands(opened.post) and person.id not in known:
        return _(
            "Peramban ini dipakai oleh yang menyusun atau mengajukan konten ini. Bukalah tautan "
            "ini di ponsel %(name)s.",
            name=person.name,
        )
    return ""


def _page(
    token: str,
    opened: Opened,
    *,
    form: SendBackForm | None = None,
    stopped_by: PublisherError | None = None,
    status: int = 200,
) -> Any:
    """Show the post while it may be decided; afterwards only what became of the link."""
    if opened.fate is not Fate.OPEN:
        page = render_template("signing/over.html", fate=opened.fate.value, link=opened.link)
        return page, 410 if status == 200 else status
    page = render_template(
        "signing/by_link.html",
        post=opened.post,
        link=opened.link,
        token=token,
        word=form_word(token),
        texts=said_by(opened.post),
        form=form or SendBackForm(formdata=None),
        stopped_by=stopped_by,
        refused=_not_for_this_browser(opened),
        page_errors=bool(form and form.errors),
    )
    return page, status


def init_app(app: Flask) -> None:
    app.extensions["csrf"].exempt(decide)  # it asks for a word of its own
