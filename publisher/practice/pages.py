"""What people see of the practice platforms: public timelines, and a page to order faults.

Nothing here is fetched from elsewhere, no script runs, and every picture is a file of the book.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from publisher.practice.consent import make_doors
from publisher.practice.desk import make_desk, own_origin, page_of
from publisher.practice.faults import KINDS, UnknownFault
from publisher.practice.instagram import code_of, post_of
from publisher.practice.records import PLATFORMS, Account, Post

if TYPE_CHECKING:
    from publisher.practice.app import PracticeApp

PER_PAGE = 20
#: Where accounts are on the real platforms, as far as their addresses begin alike.
_HOMES = {"x.com": "x", "www.instagram.com": "instagram", "www.tiktok.com": "tiktok"}

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]
_WIB = ZoneInfo("Asia/Jakarta")
_LIVELY = re.compile(r"(?<!\S)[#@]\w+|https?://\S+[\w/]")


def make_pages(app: "PracticeApp") -> Flask:
    """Return the pages and the control desk of one server."""
    pages = Flask(__name__)
    pages.json.sort_keys = False  # type: ignore[attr-defined]
    pages.config["MAX_CONTENT_LENGTH"] = 64 * 1024 * 1024
    pages.jinja_env.filters |= {"waktu": when, "hidup": lively, "inisial": initials}
    pages.jinja_env.filters["kode"] = code_of
    pages.jinja_env.globals |= {"page_of": page_of, "PLATFORMS": PLATFORMS}
    pages.register_blueprint(make_desk(app))
    pages.after_request(_secured)
    _timelines(pages, app)
    _permalinks(pages, app)
    _inbox(pages, app)
    _fault_page(pages, app)
    make_doors(pages, app)
    return pages


def _timelines(pages: Flask, app: "PracticeApp") -> None:
    @pages.get("/")
    def index() -> ResponseReturnValue:
        return render_template("index.html", accounts=_with_counts(app))

    @pages.get(f"/<any({', '.join(PLATFORMS)}):platform>/<handle>")
    def timeline(platform: str, handle: str) -> ResponseReturnValue:
        account = _account(app, platform, handle)
        page = max(1, request.args.get("halaman", 1, type=int))
        posts = app.ledger.posts(
            platform, account.remote_id, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE
        )
        return render_template(
            f"{platform}.html",
            account=account,
            posts=posts[:PER_PAGE],
            count=app.ledger.count(platform, account.remote_id),
            page=page,
            more=len(posts) > PER_PAGE,
            pending=len(app.tiktok.pending(account)) if platform == "tiktok" else 0,
        )

    hosts = ", ".join(f'"{host}"' for host in _HOMES)

    @pages.get(f"/<any({hosts}):host>/<handle>/")
    def home(host: str, handle: str) -> ResponseReturnValue:
        """Lead from where an account is on the real platform to its timeline here."""
        account = _account(app, _HOMES[host], handle.lstrip("@"))
        return redirect(page_of(account))

    @pages.get("/media/<digest>")
    def media(digest: str) -> ResponseReturnValue:
        found = app.ledger.file(digest)
        if found is None:
            abort(404)
        response = make_response(found[0])
        response.headers["Content-Type"] = found[1]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _permalinks(pages: Flask, app: "PracticeApp") -> None:
    @pages.get("/x/<handle>/status/<post_id>")
    @pages.get("/x.com/<handle>/status/<post_id>")
    def x_post(handle: str, post_id: str) -> ResponseReturnValue:  # noqa: ARG001 - X ignores it too
        return _one_post(app, "x", post_id)

    @pages.get("/facebook/<page>/posts/<number>")
    @pages.get("/www.facebook.com/<page>/posts/<number>")
    def facebook_post(page: str, number: str) -> ResponseReturnValue:
        account = _account(app, "facebook", page)
        return _one_post(app, "facebook", f"{account.remote_id}_{number}")

    @pages.get("/www.facebook.com/<post_id>")
    def facebook_post_by_id(post_id: str) -> ResponseReturnValue:
        if "_" not in post_id:  # that of a Page
            return redirect(page_of(_account(app, "facebook", post_id)))
        return _one_post(app, "facebook", post_id)

    @pages.get("/instagram/p/<code>")
    @pages.get("/www.instagram.com/p/<code>/")
    def instagram_post(code: str) -> ResponseReturnValue:
        return _one_post(app, "instagram", post_of(code))

    @pages.get("/tiktok/<handle>/photo/<post_id>")
    @pages.get("/www.tiktok.com/@<handle>/photo/<post_id>")
    def tiktok_post(handle: str, post_id: str) -> ResponseReturnValue:  # noqa: ARG001
        return _one_post(app, "tiktok", post_id)

    @pages.get("/telegram/<channel>/<number>")
    @pages.get("/t.me/<channel>/<number>")
    def telegram_post(channel: str, number: str) -> ResponseReturnValue:
        account = _account(app, "telegram", channel)
        own = app.ledger.posts("telegram", account.remote_id)
        found = (post.id for post in own if number == post.id.partition(",")[0])
        return _one_post(app, "telegram", next(found, ""))


def _inbox(pages: Flask, app: "PracticeApp") -> None:
    @pages.route("/tiktok/<handle>/kotak-masuk", methods=["GET", "POST"])
    def inbox(handle: str) -> ResponseReturnValue:
        """Show the drafts that wait for a person, or post one as the person does in the app."""
        account = _account(app, "tiktok", handle)
        drafts = app.tiktok.pending(account)
        if request.method == "POST":
            if request.headers.get("Origin") != own_origin():
                abort(403)
            wanted = [draft for draft in drafts if draft.id == request.form.get("draf")]
            post_id = wanted and app.tiktok.finish(wanted[0])
            return redirect(f"{page_of(account)}/photo/{post_id}", 303) if post_id else abort(404)
        return render_template("tiktok_inbox.html", account=account, drafts=drafts)


def _fault_page(pages: Flask, app: "PracticeApp") -> None:
    @pages.route("/gangguan", methods=["GET", "POST"])
    def faults() -> ResponseReturnValue:
        """Order a fault by hand, or take back those ordered."""
        wrong = None
        if request.method == "POST":
            if request.headers.get("Origin") != own_origin():
                abort(403)
            wrong = _order_by_hand(app)
            if wrong is None:
                return redirect(url_for("faults"), 303)
        known = app.ledger.accounts()
        names = {(one.platform, one.remote_id): one.display_name for one in known}
        page = render_template(
            "faults.html",
            accounts=known,
            names=names,
            kinds=KINDS,
            faults=app.faults.listed(),
            wrong=wrong,
        )
        return page, 422 if wrong else 200


def _order_by_hand(app: "PracticeApp") -> str | None:
    """Do what the form asks; return what was wrong with it, if anything."""
    if "bersihkan" in request.form:
        app.faults.clear(request.form.get("id", type=int))
        return None
    platform, _, account = request.form.get("akun", "").partition(":")
    order = {name: request.form.get(name, "") for name in ("kind", "times", "seconds")}
    try:
        app.faults.order({**order, "platform": platform, "account": account})
    except UnknownFault:
        return "Gangguan tidak dikenali, atau angkanya di luar batas. Tidak ada yang diubah."
    return None


def _account(app: "PracticeApp", platform: str, handle: str) -> Account:
    found = next(
        (
            one
            for one in app.ledger.accounts()
            if one.platform == platform and handle in (one.handle, one.remote_id)
        ),
        None,
    )
    return found or abort(404)


def _with_counts(app: "PracticeApp") -> list[tuple[Account, int, Post | None]]:
    listed = []
    for account in app.ledger.accounts():
        where = account.platform, account.remote_id
        latest = app.ledger.posts(*where, limit=1)
        listed.append((account, app.ledger.count(*where), latest[0] if latest else None))
    return listed


def _one_post(app: "PracticeApp", platform: str, post_id: str) -> ResponseReturnValue:
    posts = app.ledger.posts(platform, post_id=post_id)
    if not posts:
        return render_template("gone.html", platform=PLATFORMS[platform]), 404
    account = _account(app, platform, posts[0].account)
    return render_template(f"{platform}_post.html", account=account, post=posts[0])


def _secured(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def when(at: datetime) -> str:
    """Return a time as Indonesians write it.

    >>> when(datetime.fromisoformat("2026-11-21T02:05:00+00:00"))
    '21 Nov 2026 pukul 09.05 WIB'
    """
    local = at.astimezone(_WIB)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} pukul {local:%H.%M} WIB"


def lively(text: str) -> Markup:
    """Return a text with its hashtags, names and addresses set apart; everything is escaped."""
    parts, end = [], 0
    for match in _LIVELY.finditer(text):
        parts += [escape(text[end : match.start()])]
        parts += [Markup('<span class="lively">{}</span>').format(match[0])]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def initials(name: str) -> str:
    """Return the two letters that stand for a picture of an account.

    >>> initials("Dinas Kesehatan Kabupaten Blora")
    'DK'
    """
    return "".join(word[0] for word in name.split()[:2]).upper()
