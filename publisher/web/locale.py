"""In which language a page speaks: Indonesian, or English for whoever asks for it."""

from typing import cast

from flask import Blueprint, Flask, Response, redirect, request
from flask_babel import Babel

from publisher.web.access import public
from publisher.web.onward import referring_page

LANGUAGES = ("id", "en")
COOKIE = "locale"
YEAR_S = 365 * 24 * 3600

bp = Blueprint("locale", __name__)


def init_app(app: Flask) -> None:
    Babel(app, default_locale="id", locale_selector=chosen)


def chosen() -> str:
    """Return the language of the person's cookie; Indonesian when it says anything else."""
    language = request.cookies.get(COOKIE, "id") if request else "id"
    return language if language in LANGUAGES else "id"


@bp.post("/bahasa")
@public
def switch() -> Response:
    """Keep the language for a year, also beyond signing out, and go back."""
    response = cast(Response, redirect(referring_page() or "/"))
    language = request.form.get("bahasa", "")
    if language in LANGUAGES:
        secure = request.is_secure
        response.set_cookie(COOKIE, language, YEAR_S, secure=secure, httponly=True, samesite="Lax")
    return response
