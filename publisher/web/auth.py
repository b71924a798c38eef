"""Signing in and out, one's own sessions, one's own password."""

from datetime import timedelta
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from publisher import clock, passwords
from publisher.db import begin_writing, db, read_only
from publisher.errors import TooManyAttempts, WeakPassword, WrongCredentials
from publisher.models.people import User, UserSession
from publisher.web.access import me, public, signed_in
from publisher.web.attempts import Attempts, remember_device
from publisher.web.failures import sentence
from publisher.web.onward import own_page
from publisher.workflow import signing_in

bp = Blueprint("auth", __name__)

HOME = "/"


class Token(UserMixin):
    """What Flask-Login keeps in the cookie: the token of a session, never the id of a person."""

    def __init__(self, token: str) -> None:
        self.id = token


class SignInForm(FlaskForm):
    email = EmailField(
        _l("Surel"), [InputRequired(_l("Isi surel Anda.")), Length(max=254)], default=""
    )
    password = PasswordField(
        _l("Kata sandi"), [InputRequired(_l("Isi kata sandi Anda.")), Length(max=passwords.LONGEST)]
    )


class PasswordForm(FlaskForm):
    present = PasswordField(
        _l("Kata sandi sekarang"), [InputRequired(_l("Isi kata sandi Anda sekarang."))]
    )
    new = PasswordField(_l("Kata sandi baru"), [InputRequired(_l("Isi kata sandi baru."))])
    again = PasswordField(
        _l("Ulangi kata sandi baru"),
        [
            InputRequired(_l("Ketik sekali lagi kata sandi baru.")),
            EqualTo("new", _l("Kedua kata sandi baru tidak sama.")),
        ],
    )


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # phones change address; a session row can be ended instead
    manager.user_loader(_person_of)
    app.jinja_env.filters["nama_peramban"] = browser_name


@bp.route("/masuk", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Ask who is there. A wrong password costs no write and says nothing about the e-mail."""
    onward = own_page(request.values.get("lanjut"))
    form = SignInForm()
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(onward or HOME)
    status = 200
    if request.method == "POST":
        read_only()
        status = 422
        if form.validate_on_submit():
            try:
                return _let_in(form, onward)
            except (WrongCredentials, TooManyAttempts) as error:
                status = error.status
                form.form_errors.append(sentence(error))
    return _page(form, onward), status


@bp.post("/keluar")
@public
def sign_out() -> Response:
    """End the session of this browser; signed out already is fine as well."""
    if current_user.is_authenticated:
        signing_in.end(_own_session(), at=clock.now())
        db.session.commit()
    logout_user()
    session.clear()
    flash(_("Anda telah keluar."), "success")
    return redirect(url_for("auth.sign_in"))


@bp.get("/sesi")
@signed_in
def sessions() -> str:
    rows = signing_in.sessions_of(me(), lasting=_lasting(), at=clock.now())
    return render_template("auth/sessions.html", sessions=rows, this=_own_session())


@bp.post("/sesi/<int:session_id>/akhiri")
@signed_in
def end_session(session_id: int) -> Response:
    row = db.session.get(UserSession, session_id)
    if row is None or row.user_id != me().id:
        abort(404)
    signing_in.end(row, at=clock.now())
    db.session.commit()
    flash(_("Sesi itu sudah diakhiri."), "success")
    return redirect(url_for(".sessions"))


@bp.post("/sesi/akhiri-lainnya")
@signed_in
def end_other_sessions() -> Response:
    count = signing_in.end_others(_own_session(), at=clock.now())
    db.session.commit()
    if count:
        flash(_("%(count)s sesi lain sudah diakhiri.", count=count), "success")
    else:
        flash(_("Tidak ada sesi lain."), "info")
    return redirect(url_for(".sessions"))


@bp.route("/kata-sandi", methods=["GET", "POST"])
@signed_in
def password() -> Any:
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_page(form), 422 if form.errors else 200
    attempts = Attempts(me().email, me())
    attempts.check()
    try:
        signing_in.change_password(_own_session(), form.present.data, form.new.data, at=clock.now())
    except WrongCredentials:
        attempts.failed()
        form.present.errors = [_("Kata sandi sekarang tidak cocok.")]
        return _password_page(form), 422
    except WeakPassword as error:
        form.new.errors = [sentence(error)]
        return _password_page(form), 422
    db.session.commit()
    flash(_("Kata sandi sudah diganti. Semua sesi lain sudah diakhiri."), "success")
    return redirect(url_for(".sessions"))


#: What a browser's own description of itself contains, most telling first.
_BROWSERS = (
    ("Edg", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(description: str) -> str:
    """Return a browser's user-agent line in words a person knows: "Chrome, Android"."""
    names = [
        next((name for sign, name in known if sign in description), None)
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in names if name) or _("Peramban tidak dikenal")


def _let_in(form: SignInForm, onward: str | None) -> Response:
    """Check the password, then begin a session and leave the old cookie's content behind.

    :raises WrongCredentials: and counts the failure
    :raises TooManyAttempts: before the password is looked at
    """
    user = signing_in.person_with(form.email.data)
    attempts = Attempts(form.email.data, user)
    attempts.check()
    try:
        user = signing_in.authenticate(user, form.password.data)
    except WrongCredentials:
        if attempts.failed():
            _note_blocked(user)
        raise
    attempts.succeeded()
    token = _begin(user, form.password.data)
    _renew_cookie(user, token)
    response = redirect(onward or HOME)
    remember_device(response, user)
    return response


def _begin(user: User, password: str) -> str:
    begin_writing()
    token = signing_in.begin(
        user,
        password,
        address=request.remote_addr or "",
        browser=request.user_agent.string,
        at=clock.now(),
    )
    db.session.commit()
    return token


def _renew_cookie(user: User, token: str) -> None:
    """Put the token into a cookie that keeps nothing of what was in it.

    The one exception: where the same person was signed in before, forms that are still open in
    another tab stay valid, so that a session that ends while somebody writes costs no word.
    """
    before = session.get("_user_id", "")
    kept = session.get("csrf_token") if signing_in.belongs_to(before, user) else None
    session.clear()
    session.permanent = True
    if kept:
        session["csrf_token"] = kept
    login_user(Token(token))


def _note_blocked(user: User | None) -> None:
    begin_writing()
    signing_in.record_blocked(user, address=request.remote_addr or "", at=clock.now())
    db.session.commit()
    read_only()


def _person_of(token: str) -> User | None:
    """Return who is signed in with the token of a cookie, noting now and then that they are."""
    at = clock.now()
    row = signing_in.find(token, lasting=_lasting(), at=at)
    if row is None:
        return None
    if request.method in ("GET", "HEAD") and signing_in.needs_seen(row, at=at):
        begin_writing()
        signing_in.mark_seen(row, address=request.remote_addr or "", at=at)
        db.session.commit()
        read_only()
        row = signing_in.find(token, lasting=_lasting(), at=at)
    g.sign_in = row
    return row.user if row else None


def _own_session() -> UserSession:
    me()  # loads it
    return cast(UserSession, g.sign_in)


def _lasting() -> timedelta:
    return timedelta(days=current_app.config["SESSION_DAYS"])


def _page(form: SignInForm, onward: str | None) -> str:
    demo = bool(current_app.config.get("DEMO"))
    return render_template(
        "auth/sign_in.html",
        form=form,
        onward=onward,
        demo_people=signing_in.demo_people() if demo else {},
        demo_password=current_app.config.get("DEMO_PASSWORD", "siar-demo-2026") if demo else "",
    )


def _password_page(form: PasswordForm) -> str:
    return render_template("auth/password.html", form=form, shortest=passwords.SHORTEST)
