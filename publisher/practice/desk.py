"""The control desk, as JSON: accounts, faults, the book. Used by tests, benches and the demo."""

import base64
import binascii
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from publisher.practice.faults import LONGEST_S, UnknownFault
from publisher.practice.history import BadHistory, permalink, seed, seed_draft
from publisher.practice.records import Account, Post

if TYPE_CHECKING:
    from publisher.practice.app import PracticeApp


def make_desk(app: "PracticeApp") -> Blueprint:
    """Return the desk's addresses, all below `/kendali/`."""
    desk = Blueprint("desk", __name__, url_prefix="/kendali")
    desk.before_request(_ours_only)
    desk.register_error_handler(UnknownFault, _refused)
    desk.register_error_handler(BadHistory, _refused)
    _accounts(desk, app)
    _faults(desk, app)
    _book(desk, app)
    return desk


def _accounts(desk: Blueprint, app: "PracticeApp") -> None:
    @desk.get("/akun")
    def list_accounts() -> ResponseReturnValue:
        return jsonify(accounts=[_account_json(one) for one in app.ledger.accounts()])

    @desk.post("/akun")
    def register() -> ResponseReturnValue:
        """Register one account, or each of a list."""
        body = request.get_json()
        given = body if isinstance(body, list) else [body]
        try:
            accounts = [Account.read(one) for one in given]
        except ValueError as error:
            return _refused(error)
        app.register(*accounts)
        return jsonify(registered=len(accounts)), 201

    @desk.post("/riwayat")
    def remember() -> ResponseReturnValue:
        """Put posts of the past into the book."""
        posts = [_seeded(app, one) for one in request.get_json()["posts"]]
        return jsonify(posts=posts), 201


def _faults(desk: Blueprint, app: "PracticeApp") -> None:
    @desk.get("/gangguan")
    def list_faults() -> ResponseReturnValue:
        return jsonify(faults=app.faults.listed())

    @desk.post("/gangguan")
    def order() -> ResponseReturnValue:
        return jsonify(id=app.faults.order(request.get_json()).id), 201

    @desk.delete("/gangguan")
    def clear() -> ResponseReturnValue:
        app.faults.clear(request.args.get("id", type=int))
        return jsonify(cleared=True)

    @desk.post("/draf")
    def finish_draft() -> ResponseReturnValue:
        """Do what the person does with whom TikTok left a draft."""
        draft = app.ledger.draft(str(request.get_json()["draft_id"]))
        post_id = draft and app.tiktok.finish(draft)
        return jsonify(remote_id=post_id) if post_id else abort(404)

    @desk.post("/obrolan")
    def write_to_bot() -> ResponseReturnValue:
        """Write to a Telegram bot in private, as a person does."""
        said = {name: str(request.get_json()[name]) for name in ("bot", "chat", "name", "text")}
        return jsonify(number=app.chats.write(**said)), 201

    @desk.get("/obrolan")
    def chats() -> ResponseReturnValue:
        """Return all messages of a bot, its own too."""
        return jsonify(messages=[vars(one) for one in app.chats.of_bot(request.args["bot"])])

    @desk.post("/kembar")
    def duplicates() -> ResponseReturnValue:
        app.ledger.refuses_duplicates = bool(request.get_json()["refused"])
        return jsonify(refused=app.ledger.refuses_duplicates)

    @desk.post("/jeda")
    def latency() -> ResponseReturnValue:
        milliseconds = float(request.get_json()["milliseconds"])
        if not 0 <= milliseconds <= LONGEST_S * 1000:
            abort(400)
        app.wire.latency_s = milliseconds / 1000
        return jsonify(milliseconds=milliseconds)


def _book(desk: Blueprint, app: "PracticeApp") -> None:
    @desk.get("/buku")
    def book() -> ResponseReturnValue:
        accounts = {(one.platform, one.remote_id): one for one in app.ledger.accounts()}
        posts = app.ledger.posts(*_chosen(), removed=True)[::-1]
        return jsonify(
            publications=[
                _post_json(post, accounts[post.platform, post.account]) for post in posts
            ],
            per_text=Counter(post.text for post in posts),
        )

    @desk.get("/permintaan")
    def requests() -> ResponseReturnValue:
        return jsonify(requests=app.ledger.requests(*_chosen()))


def _chosen() -> tuple[str | None, str | None]:
    return request.args.get("platform"), request.args.get("account")


def _ours_only() -> None:
    """Refuse what another site makes a browser send: changes are JSON, from our own pages."""
    if request.method != "GET" and request.headers.get("Origin", own_origin()) != own_origin():
        abort(403)
    if request.method == "POST" and not request.is_json:
        abort(415)


def own_origin() -> str:
    """Return this server's own origin, as the browser at the other end sees it."""
    return request.host_url.rstrip("/")


def _refused(error: Exception) -> ResponseReturnValue:
    return jsonify(error=str(error)), 400


def _account_json(account: Account) -> dict[str, str]:
    shown = {name: value for name, value in vars(account).items() if name != "credentials"}
    return {**shown, "page": page_of(account)}


def page_of(account: Account) -> str:
    """Return the path of an account's public timeline here."""
    return f"/{account.platform}/{account.handle}"


def _seeded(app: "PracticeApp", given: dict[str, Any]) -> dict[str, str]:
    try:
        at = datetime.fromisoformat(given["at"])
        pictures = [
            (_content(app, one), str(one.get("alt_text", ""))) for one in given.get("pictures", ())
        ]
        where = str(given["platform"]), str(given["account"]), str(given["text"])
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise BadHistory(f"a post needs platform, account, text, at: {error}") from error
    if at.tzinfo is None:
        raise BadHistory("at must say its zone")
    if given.get("draft"):
        return {"remote_id": seed_draft(app.ledger, where[1], where[2], at, pictures), "url": ""}
    remote_id, url = seed(app.ledger, *where, at, pictures)
    return {"remote_id": remote_id, "url": url}


def _content(app: "PracticeApp", picture: dict[str, Any]) -> bytes:
    """Return the bytes of a picture: given here, or named by the SHA-256 of one in the book."""
    if "sha256" not in picture:
        return base64.b64decode(picture["content"], validate=True)
    found = app.ledger.file(str(picture["sha256"]))
    if found is None:
        raise BadHistory("no picture of this SHA-256 is in the book")
    return found[0]


def _post_json(post: Post, account: Account) -> dict[str, Any]:
    return {
        "platform": post.platform,
        "account": post.account,
        "remote_id": post.id,
        "url": permalink(account, post.id),
        "text": post.text,
        "at": post.at.isoformat(),
        "request_no": post.request_no,
        "removed_at": post.removed_at and post.removed_at.isoformat(),
        "media": [vars(one) for one in post.media],
    }
