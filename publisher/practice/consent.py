"""Where somebody lets an app in: the platforms' consent pages, practised in the browser.

The page checks what the real ones check (app, redirect address, proof key) before it shows
anything, lets one choose as whom one is signed in, and sends the browser back with a code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flask import Flask, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from publisher.practice.desk import own_origin
from publisher.practice.grants import APPS, Grant
from publisher.practice.records import Account

if TYPE_CHECKING:
    from publisher.practice.app import PracticeApp

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: What each scope means to whoever allows it.
SCOPES = {
    "tweet.read": "Membaca unggahan",
    "tweet.write": "Menerbitkan dan menghapus unggahan",
    "users.read": "Membaca profil",
    "media.write": "Mengunggah gambar",
    "offline.access": "Tetap tersambung sampai Anda mencabutnya",
    "pages_show_list": "Melihat daftar Halaman yang Anda kelola",
    "pages_manage_posts": "Menerbitkan dan menghapus unggahan di Halaman",
    "pages_read_engagement": "Membaca unggahan Halaman",
    "instagram_basic": "Membaca profil dan unggahan Instagram",
    "instagram_content_publish": "Menerbitkan unggahan di Instagram",
    "instagram_business_basic": "Membaca profil dan unggahan Instagram",
    "instagram_business_content_publish": "Menerbitkan unggahan di Instagram",
    "user.info.basic": "Membaca nama dan foto profil",
    "user.info.profile": "Membaca nama akun",
    "video.upload": "Mengirim draf ke kotak masuk",
    "video.list": "Membaca daftar unggahan",
}


@dataclass(frozen=True, kw_only=True)
class Door:
    """One platform's consent page.

    :param platform: whose app it is, a key of `grants.APPS`
    :param client: what the platform calls the app's id in an address
    :param pkce: a proof key must be given (RFC 7636)
    :param several: one person may let an app in to several accounts at once
    """

    platform: str
    name: str
    path: str
    client: str = "client_id"
    separator: str = " "
    pkce: bool = False
    several: bool = False


DOORS = (
    Door(platform="x", name="X", path="/x.com/i/oauth2/authorize", pkce=True),
    Door(
        platform="facebook",
        name="Facebook",
        path="/www.facebook.com/v26.0/dialog/oauth",
        separator=",",
        several=True,
    ),
    Door(
        platform="instagram",
        name="Instagram",
        path="/www.instagram.com/oauth/authorize",
        separator=",",
    ),
    Door(
        platform="tiktok",
        name="TikTok",
        path="/www.tiktok.com/v2/auth/authorize/",
        client="client_key",
        separator=",",
    ),
)


class Misasked(ValueError):
    """An address no app of ours may send somebody to. Nothing is shown, nobody is sent back."""


def make_doors(pages: Flask, app: "PracticeApp") -> None:
    """Add the consent pages."""
    for door in DOORS:
        pages.add_url_rule(
            door.path,
            f"consent-{door.platform}",
            _view(door, app),
            methods=["GET", "POST"],
        )
    pages.register_error_handler(Misasked, _misasked)


def _view(door: Door, app: "PracticeApp") -> Callable[[], ResponseReturnValue]:
    def view() -> ResponseReturnValue:
        _check(door, request.args)
        accounts = accounts_for(door, request.args.get("scope", ""), app)
        if request.method == "POST":
            return _decide(door, accounts, app)
        return _page(door, accounts)

    return view


def accounts_for(door: Door, scope: str, app: "PracticeApp") -> list[Account]:
    """Return as whom one may be signed in; Instagram stands behind two doors."""
    platform = "instagram" if "instagram_basic" in scope else door.platform
    return [one for one in app.ledger.accounts() if one.platform == platform]


def _check(door: Door, given: Mapping[str, str]) -> None:
    """Refuse what the real page refuses.

    :raises Misasked: naming what is wrong
    """
    back = urlsplit(given.get("redirect_uri", ""))
    local = back.scheme == "http" and back.hostname in _LOOPBACK
    wrong = {
        door.client: given.get(door.client) != APPS[door.platform][0],
        "redirect_uri": not (local or back.scheme == "https") or bool(back.fragment),
        "response_type": given.get("response_type") != "code",
        "scope": not given.get("scope"),
        "state": not given.get("state"),
        "code_challenge": door.pkce and not 43 <= len(given.get("code_challenge", "")) <= 128,
        "code_challenge_method": door.pkce and given.get("code_challenge_method") != "S256",
    }
    if found := [name for name, is_wrong in wrong.items() if is_wrong]:
        raise Misasked(", ".join(found))


def _page(door: Door, accounts: list[Account], wrong: str = "") -> ResponseReturnValue:
    scopes = request.args["scope"].replace(door.separator, " ").split()
    page = render_template(
        "consent.html",
        door=door,
        accounts=accounts,
        scopes=[SCOPES.get(one, one) for one in scopes],
        back=urlsplit(request.args["redirect_uri"]).netloc,
        wrong=wrong,
    )
    response = make_response(page, 422 if wrong else 200)
    # Where the form leads to in the end is the app's own address, on another origin.
    parts = urlsplit(request.args["redirect_uri"])
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action 'self' {parts.scheme}://{parts.netloc}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def _decide(door: Door, accounts: list[Account], app: "PracticeApp") -> ResponseReturnValue:
    """Send the browser back: with a code, or with the word that it was denied."""
    if request.headers.get("Origin") != own_origin():
        abort(403)
    if "tolak" in request.form:
        return _back({"error": "access_denied"})
    known = {one.remote_id for one in accounts}
    chosen = tuple(one for one in request.form.getlist("akun") if one in known)
    if not chosen or (len(chosen) > 1 and not door.several):
        return _page(door, accounts, "Pilih akun lebih dulu.")
    grant = Grant(platform=door.platform, accounts=chosen, scope=request.args["scope"])
    code = app.grants.offer(
        grant,
        redirect_uri=request.args["redirect_uri"],
        challenge=request.args.get("code_challenge", "") if door.pkce else "",
    )
    return _back({"code": code})


def _back(answer: dict[str, str]) -> ResponseReturnValue:
    address = request.args["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    query = urlencode({**answer, "state": request.args["state"]})
    return redirect(f"{address}{joint}{query}", 302)


def _misasked(error: Misasked) -> ResponseReturnValue:
    return render_template("misasked.html", what=str(error)), 400
