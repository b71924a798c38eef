"""Who may open which page, and whose rows they get there.

Every view says who may use it, with `allow(...)` or `public`; a view that says nothing cannot
be opened by anybody. Rows are loaded only by the `get_…` functions below: a row of another
office or region does not exist for the person who asks.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from publisher.db import Model, db
from publisher.errors import Outdated, SignedOut
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim, FoundPost
from publisher.models.media import Media, MediaKind
from publisher.models.people import OFFICE_ROLES, Role, User
from publisher.models.places import Office
from publisher.models.posts import Post
from publisher.models.proofs import Proof
from publisher.models.series import CalendarFeed, PlanFile, Series
from publisher.web.onward import referring_page

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Model)

#: A view open to everybody, signed in or not.
PUBLIC: frozenset[Role] = frozenset()
ANY_ROLE = frozenset(Role)

#: All that somebody may do before they have chosen a password of their own.
WITH_A_TEMPORARY_PASSWORD = frozenset({"auth.password", "auth.sign_out"})


def allow(*roles: Role) -> Callable[[View], View]:
    """Declare that a view is for these roles alone."""
    if not roles:
        raise ValueError("a view for nobody; for everybody there is `public`")

    def declare(view: View) -> View:
        view.access = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return declare


def of_an_area(view: View) -> View:
    """Declare that a view for leaders shows a camat their own area, and nothing beyond it."""
    view.of_an_area = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Declare that a view is for everybody."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Declare that a view is for everybody who is signed in."""
    return allow(*Role)(view)


def me() -> User:
    """Return the person who is signed in; only for views that are not public."""
    return cast(User, current_user._get_current_object())


def guard() -> Response | None:
    """Refuse what the view does not allow. Runs before every request."""
    if request.endpoint is None:
        return None  # no such page: Flask answers 404
    access = getattr(current_app.view_functions[request.endpoint], "access", None)
    if access is None:
        raise RuntimeError(f"{request.endpoint} does not say who may use it")
    if access == PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _to_the_door()
    if me().role not in access:
        abort(403)
    if my_area() and access != ANY_ROLE and not _shows_an_area(request.endpoint):
        abort(404)
    if me().password_is_temporary and request.endpoint not in WITH_A_TEMPORARY_PASSWORD:
        flash(_("Kata sandi Anda masih sementara. Pilih kata sandi Anda sendiri dulu."), "warning")
        return redirect(url_for("auth.password"))
    return None


def my_area() -> Office | None:
    """Return the kecamatan whose camat is signed in; None for everybody else."""
    user = me()
    return user.area if user.role is Role.LEADER else None


def _shows_an_area(endpoint: str) -> bool:
    return getattr(current_app.view_functions[endpoint], "of_an_area", False)


def _to_the_door() -> Response:
    """Ask who is there, and come back afterwards to where they were.

    :raises SignedOut: to a script, which keeps its page and what was typed there
    """
    if by_script():
        raise SignedOut
    if request.method == "GET":
        return redirect(url_for("auth.sign_in", lanjut=request.full_path.rstrip("?")))
    flash(_(SignedOut.message), "warning")
    return redirect(url_for("auth.sign_in", lanjut=referring_page()))


def by_script() -> bool:
    """Tell whether htmx or a script of ours asks, which cannot show a whole page."""
    wants_json = request.accept_mimetypes.best == "application/json"
    return wants_json or "HX-Request" in request.headers


def sees_office(office: Office) -> bool:
    """Return whether the office is within what the signed-in person may see."""
    user = me()
    if user.role in OFFICE_ROLES:
        return office.id == user.office_id
    if (area := my_area()) is not None:
        return office.lies_in(area)
    return office.region_id == user.region_id


def _in_sight(model: type[Row], row_id: int, office_of: Callable[[Row], Office]) -> Row:
    """Return a row of an office that the signed-in person may see; for them there is no other."""
    row = db.session.get(model, row_id)
    if row is None or not sees_office(office_of(row)):
        abort(404)
    return row


def get_office(office_id: int) -> Office:
    return _in_sight(Office, office_id, lambda office: office)


def get_post(post_id: int, *, version: int | None = None) -> Post:
    """Return a post the signed-in person may see.

    :param version: the version that was on the page when they clicked
    :raises Outdated: if it has changed since
    """
    post = _in_sight(Post, post_id, lambda post: post.office)
    if version is not None and version != post.version:
        raise Outdated
    return post


def get_account(account_id: int) -> Account:
    return _in_sight(Account, account_id, lambda account: account.office)


def get_delivery(delivery_id: int) -> Delivery:
    return _in_sight(Delivery, delivery_id, lambda delivery: delivery.office)


def get_proof(proof_id: int) -> Proof:
    return _in_sight(Proof, proof_id, lambda proof: proof.delivery.office)


def get_found_post(found_post_id: int) -> FoundPost:
    return _in_sight(FoundPost, found_post_id, lambda found: found.account.office)


def get_claim(claim_id: int) -> Claim:
    return _in_sight(Claim, claim_id, lambda claim: claim.found_post.account.office)


def get_media(media_id: int) -> Media:
    """Return a picture of a library; a screenshot that proves a post is in none."""
    media = _in_sight(Media, media_id, lambda media: media.office)
    if media.kind is MediaKind.PROOF:
        abort(404)
    return media


def get_series(series_id: int) -> Series:
    return _in_sight(Series, series_id, lambda series: series.office)


def get_plan_file(plan_file_id: int) -> PlanFile:
    """Return a plan that the signed-in person uploaded for where they work now; nobody else's
    exists, nor what they uploaded for an office they have left."""
    file = db.session.get(PlanFile, plan_file_id)
    if file is None or file.uploaded_by_id != me().id:
        abort(404)
    if (file.region_id, file.office_id) != (me().region_id, me().office_id):
        abort(404)
    return file


def get_calendar_feed(feed_id: int) -> CalendarFeed:
    """Return an address of calendar programs that the signed-in person may end."""
    feed = db.session.get(CalendarFeed, feed_id)
    if feed is None or feed.region_id != me().region_id:
        abort(404)
    if me().role in OFFICE_ROLES and feed.office_id != me().office_id:
        abort(404)
    return feed


def get_user(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None or user.region_id != me().region_id:
        abort(404)
    return user


def form_version() -> int:
    """Return the version in the form; a missing one counts as outdated."""
    return request.form.get("version", type=int, default=0)
