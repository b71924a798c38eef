"""Who is at the door: passwords checked, sessions begun, found, seen and ended.

Checking a password writes nothing and may take its time; beginning a session writes. Views keep
the two apart so that nobody who guesses passwords holds the database's one writer.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher import passwords
from publisher.db import db
from publisher.errors import WrongCredentials
from publisher.models import audit
from publisher.models.people import Role, User, UserSession
from publisher.models.places import Region

TOKEN_BYTES = 32
#: How far `seen_at` may lag behind: a write for every page would be one too many.
SEEN_STEP = timedelta(minutes=5)
BROWSER_CHARACTERS = 300


def person_with(email: str) -> User | None:
    """Return who signs in with `email`, however it is written."""
    return db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))


def authenticate(user: User | None, password: str) -> User:
    """Return `user` if this is their password; nobody's password takes as long to refuse.

    :raises WrongCredentials: whatever is wrong, in the same words
    """
    allowed = user is not None and user.ended_at is None
    right = passwords.matches(password, user.password_hash if user else None)
    if user is None or not allowed or not right:
        raise WrongCredentials
    return user


def begin(user: User, password: str, *, address: str, browser: str, at: datetime) -> str:
    """Begin a session after `authenticate`; return its token, which is stored nowhere here."""
    if passwords.outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = UserSession(
        user=user,
        token_hash=_digest(token),
        created_at=at,
        seen_at=at,
        address=address,
        browser=browser[:BROWSER_CHARACTERS],
    )
    db.session.add(row)
    db.session.flush()
    _record("user.signed_in", user, row, at=at)
    return token


def find(token: str, *, lasting: timedelta, at: datetime) -> UserSession | None:
    """Return the open session of `token`, its person, office and region loaded.

    None if it was ended, is older than `lasting`, or its person may not sign in any more.
    """
    query = (
        sa.select(UserSession)
        .where(UserSession.token_hash == _digest(token), UserSession.ended_at.is_(None))
        .options(
            joinedload(UserSession.user).joinedload(User.office),
            joinedload(UserSession.user).joinedload(User.region),
        )
    )
    row = db.session.scalar(query)
    if row is None or row.created_at + lasting <= at or row.user.ended_at is not None:
        return None
    return row


def belongs_to(token: str, user: User) -> bool:
    """Tell whether `token` is of a session of this person, ended or not."""
    query = sa.select(UserSession.user_id).where(UserSession.token_hash == _digest(token))
    return db.session.scalar(query) == user.id


def needs_seen(row: UserSession, *, at: datetime) -> bool:
    """Tell whether `seen_at` lags so far behind that it is worth a write."""
    return at - row.seen_at >= SEEN_STEP


def mark_seen(row: UserSession, *, address: str, at: datetime) -> None:
    row.seen_at = at
    row.address = address


def end(row: UserSession, *, at: datetime) -> None:
    """Sign one browser out; ending it again changes nothing."""
    if row.ended_at is None:
        row.ended_at = at
        _record("user.signed_out", row.user, row, at=at)


def end_others(row: UserSession, *, at: datetime) -> int:
    """Sign the person of `row` out of every other browser; return of how many."""
    count = row.user.end_sessions(at=at, keep=row)
    if count:
        _record("user.signed_out_elsewhere", row.user, row, at=at, sessions=count)
    return count


def sessions_of(user: User, *, lasting: timedelta, at: datetime) -> list[UserSession]:
    """Return the open sessions of a person, the one seen last first."""
    query = (
        sa.select(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.ended_at.is_(None),
            UserSession.created_at > at - lasting,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    )
    return list(db.session.scalars(query))


def change_password(row: UserSession, present: str, new: str, *, at: datetime) -> None:
    """Give the person of `row` a new password and sign them out of every other browser.

    :raises WrongCredentials: if `present` is not their password
    :raises WeakPassword: if `new` would be guessed
    """
    user = authenticate(row.user, present)
    passwords.check_strength(new, email=user.email)
    user.password_hash, user.password_is_temporary = passwords.hashed(new), False
    count = user.end_sessions(at=at, keep=row)
    _record("user.changed_password", user, row, at=at, sessions=count)


def record_blocked(user: User | None, *, address: str, at: datetime) -> None:
    """Note that wrong passwords were stopped: at whose account, and from where."""
    audit.record(
        "user.sign_in_blocked",
        f"user:{user.id}" if user else "user:unknown",
        at=at,
        region_id=user.region_id if user else None,
        address=address,
    )


def demo_people() -> dict[Role, list[User]]:
    """Return who may be tried in a demo, by role: people of example regions alone."""
    query = (
        sa.select(User)
        .join(User.region)
        .where(Region.is_example, User.ended_at.is_(None))
        .options(joinedload(User.office), joinedload(User.region))
        .order_by(User.region_id, User.id)
    )
    people: dict[Role, list[User]] = {role: [] for role in Role}
    for user in db.session.scalars(query):
        people[user.role].append(user)
    return {role: users for role, users in people.items() if users}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(action: str, user: User, row: UserSession, *, at: datetime, **details: int) -> None:
    audit.record(
        action,
        f"user:{user.id}",
        at=at,
        actor_id=user.id,
        region_id=user.region_id,
        session=row.id,
        **details,
    )
