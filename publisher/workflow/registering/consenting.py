"""Connecting by consent: somebody is sent to the platform, and comes back with its answer once.

What is under way stands in a row, bound to the account, the person and their session, for ten
minutes; whoever comes back otherwise is told so, and nothing is exchanged. `redeem` talks to the
platform and needs no database.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, BadSecret, PublisherError
from publisher.models.accounts import Account, ConsentErrand
from publisher.models.people import User, UserSession
from publisher.platforms.consent import (
    APP_SETTINGS,
    CONSENTS,
    App,
    AppRefused,
    Candidate,
    app_of,
    consent_class,
)
from publisher.platforms.errors import AccountBlocked, PlatformError, Refused
from publisher.platforms.portraits import portrait
from publisher.platforms.texts import redact
from publisher.typed import Unacceptable
from publisher.vault import Vault
from publisher.workflow.registering.common import lock
from publisher.workflow.registering.connecting import PATIENCE, check_identity

log = logging.getLogger(__name__)

#: Rows of errands that are over are kept this long, to tell a late answer from a forged one.
KEPT = timedelta(days=1)
#: Pictures are fetched one after another while a person waits: of more accounts none is shown.
PORTRAITS = 10
VERIFIER_BYTES = 48  # 64 characters; RFC 7636 wants 43 to 128
STATE_BYTES = 32


class NotUnderWay(PublisherError):
    """An answer that nobody here waits for: forged, of another person or browser, or repeated."""

    message = N_(
        "Jawaban platform ini tidak cocok dengan permintaan Anda, sudah pernah dipakai, atau sudah "
        "terlalu lama. Tidak ada yang disambungkan; mulai lagi dari halaman akun."
    )


class Denied(PublisherError):
    message = N_(
        "Izin tidak diberikan di halaman platform, jadi akun belum disambungkan. Tidak ada yang "
        "berubah."
    )


class NotGranted(PublisherError):
    message = N_(
        "Platform tidak memberikan izin yang diperlukan. Akun belum disambungkan; mulai lagi dari "
        "halaman akun. Keterangan: %(detail)s"
    )


class AppNotAccepted(PublisherError):
    message = N_(
        "Platform tidak mengenali aplikasi Siar. Operator perlu memeriksa %(settings)s. "
        "Akun belum disambungkan."
    )


class NoAnswer(PublisherError):
    message = N_(
        "Platform tidak menjawab saat izin Anda ditukar. Akun belum disambungkan; mulai lagi dari "
        "halaman akun beberapa menit lagi. Keterangan: %(detail)s"
    )


class NobodyFits(PublisherError):
    message = N_(
        "Anda memberi izin untuk akun lain, bukan %(wanted)s yang terdaftar. Tidak ada yang "
        "disimpan. Di halaman platform, masuklah sebagai akun yang terdaftar."
    )


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What somebody was sent for, once they are back."""

    account_id: int
    verifier: str

    def __repr__(self) -> str:
        return f"Errand(account_id={self.account_id})"


def by_consent(account: Account) -> bool:
    """Say whether accounts like this are connected on a page of their platform."""
    return account.driver in CONSENTS


def send_off(
    account: Account,
    app: App,
    *,
    redirect_uri: str,
    session: UserSession,
    vault: Vault,
    actor: User,
    at: datetime,
) -> str:
    """Return where to send the browser, and remember that it was sent."""
    lock(account.office.region_id, actor)
    state, verifier = secrets.token_urlsafe(STATE_BYTES), secrets.token_urlsafe(VERIFIER_BYTES)
    db.session.execute(sa.delete(ConsentErrand).where(ConsentErrand.until < at - KEPT))
    sealed = vault.seal({"verifier": verifier}, bound_to=_bond(account.id, actor.id))
    db.session.add(
        ConsentErrand(
            state_hash=_hash(state),
            account_id=account.id,
            user_id=actor.id,
            session_id=session.id,
            sealed=sealed,
            until=at + PATIENCE,
        )
    )
    consent = consent_class(account.driver)(app)
    return consent.address(redirect_uri=redirect_uri, state=state, verifier=verifier)


def come_back(
    state: str, *, session: UserSession, vault: Vault, actor: User, at: datetime
) -> Errand:
    """Return what somebody was sent for, once. Nothing comes back a second time.

    :raises NotUnderWay: if it is not theirs, of another browser, used already, or too old
    """
    ours = (
        sa.update(ConsentErrand)
        .where(
            ConsentErrand.state_hash == _hash(state),
            ConsentErrand.user_id == actor.id,
            ConsentErrand.session_id == session.id,
            ConsentErrand.used_at.is_(None),
            ConsentErrand.until >= at,
        )
        .values(used_at=at)
        .returning(ConsentErrand.account_id, ConsentErrand.sealed)
        .execution_options(synchronize_session=False)
    )
    row = db.session.execute(ours).one_or_none()
    if row is None:
        raise NotUnderWay
    try:
        opened = vault.open(row.sealed, bound_to=_bond(row.account_id, actor.id))
    except BadSecret as error:  # the keys were changed meanwhile
        raise NotUnderWay from error
    return Errand(account_id=row.account_id, verifier=opened["verifier"])


def redeem(
    driver: str, app: App, *, code: str, redirect_uri: str, verifier: str
) -> list[Candidate]:
    """Exchange the code, once, and ask whose it is. Takes seconds; needs no database.

    :raises PublisherError: saying what to do instead
    """
    consent = consent_class(driver)(app)
    try:
        found = consent.redeem(code=code, redirect_uri=redirect_uri, verifier=verifier)
    except AppRefused as error:
        names = " / ".join(app_settings(driver))
        raise AppNotAccepted(settings=names) from error
    except (Refused, AccountBlocked) as error:
        raise NotGranted(detail=redact(error.detail)) from error
    except PlatformError as error:
        raise NoAnswer(detail=redact(error.detail)) from error
    few = len(found) <= PORTRAITS
    return [replace(one, picture_url=portrait(one.picture_url) if few else "") for one in found]


def revoke(driver: str, app: App | None, credentials: Mapping[str, str]) -> bool:
    """Ask the platform to take back what it granted; say whether it did. Needs no database.

    As far as it goes: what the platform answers changes nothing here any more.
    """
    if app is None or not credentials:
        return False
    try:
        return consent_class(driver)(app).revoke(credentials)
    except PlatformError as error:
        log.warning("not revoked: %s", redact(error.detail))
        return False


def fitting(account: Account, candidates: list[Candidate]) -> list[Candidate]:
    """Return those of the candidates that may be the registered account.

    :raises Unacceptable: if there is one alone, and it is another account
    :raises NobodyFits: if there are several or none, and none is it
    """
    found = []
    for candidate in candidates:
        try:
            check_identity(account, candidate.health)
        except Unacceptable:
            if len(candidates) == 1:
                raise
        else:
            found.append(candidate)
    if not found:
        raise NobodyFits(wanted=account.label)
    return found


def app_settings(driver: str) -> tuple[str, ...]:
    """Return the names of the settings without which nobody can be sent to the platform."""
    return APP_SETTINGS.get(driver, ())


def app_for(account: Account, settings: Mapping[str, Any]) -> App | None:
    return app_of(account.driver, settings)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _bond(account_id: int, user_id: int) -> str:
    return f"consent:account:{account_id}:user:{user_id}"
