"""Before its time: would this delivery go out as things stand?

Checked the evening before and an hour before. `load` and `keep` touch the database and nothing
else, `ask` and `inspect` the network and the media store and nothing else, so no transaction is
open while a platform makes us wait. A platform is asked once per account, not per delivery.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from publisher import clock
from publisher.db import db
from publisher.errors import N_, BadSecret
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is
from publisher.models.places import Office
from publisher.models.posts import Post, PostPicture, PostStatus
from publisher.models.watch import Preflight, Slot
from publisher.platforms import PLATFORM_NAMES, driver_class, open_driver
from publisher.platforms.base import Problem
from publisher.platforms.errors import AccountBlocked, PlatformError, TryLater
from publisher.platforms.texts import redact
from publisher.storage import Store
from publisher.vault import Vault
from publisher.workflow import composing
from publisher.workflow.composing import Content, content
from publisher.workflow.watching import timetable
from publisher.workflow.watching.timetable import Check

log = logging.getLogger(__name__)

RECONNECT = N_("Akun perlu disambungkan ulang; sampai saat itu Siar tidak dapat mengirim ke sana.")
HELD = N_("Platform menahan akun ini sampai sesudah waktu tayang.")
SET_ASIDE = N_("Akun ini bukan lagi akun utama kantor, jadi Siar tidak mengirim ke sana.")
SEALED = N_(
    "Kredensial akun tidak dapat dibuka dengan kunci yang terpasang. Operator perlu memeriksa "
    "kuncinya, atau akun disambungkan ulang."
)
BLOCKED = N_("Platform menolak kredensial akun ini: %(detail)s. Sambungkan ulang akunnya.")
STRANGER = N_("Kredensial akun ini ternyata milik %(found)s. Sambungkan ulang akun yang terdaftar.")
SILENT = N_(
    "%(platform)s tidak menjawab saat diperiksa. Siar memeriksa lagi; biasanya pulih sendiri."
)
CHANGED = N_("Isi berubah setelah disetujui, sehingga Siar tidak akan mengirimnya. Ajukan kembali.")
UNREADABLE = N_(
    "Foto konten ini tidak dapat dibaca, atau bukan lagi foto yang disetujui. Ganti fotonya, "
    "lalu ajukan kembali."
)


@dataclass(frozen=True, kw_only=True)
class Risk:
    """One thing that would keep a delivery from going out.

    :param kind: "account", "platform" (heals by itself) or "content"
    :param message: gettext message id; `values` fill its %(name)s placeholders
    """

    kind: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Login:
    """An account as it stood when it was read. `credentials`: None if there is no use asking."""

    account_id: int
    platform: str
    driver: str
    remote_id: str | None
    status: AccountStatus
    sealed: str | None
    credentials: Mapping[str, str] | None
    #: What is known without asking anybody.
    known: Risk | None

    def __repr__(self) -> str:  # credentials stay out of logs
        return f"Login(account_id={self.account_id}, {self.driver})"


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A delivery to check, read at one moment."""

    check: Check
    account_id: int
    post_id: int
    office_id: int
    region_id: int
    #: Of its time, by the clocks of its region.
    day: date
    platform: str
    #: None when it changed after its approval.
    content: Content | None
    #: What is wrong with saying this on this account, beside all else that is said.
    repeated: list[Problem]
    #: The account is held, and for longer than until this is due.
    held: bool


@dataclass(frozen=True, kw_only=True)
class Round:
    """A batch of checks."""

    logins: list[Login]
    planned: list[Planned]


def load(taken: Iterable[Check], *, vault: Vault, at: datetime) -> Round:
    """Read what is to be checked; what is no longer planned is left out."""
    checks = {check.delivery_id: check for check in taken}
    query = (
        sa.select(Delivery)
        .where(Delivery.id.in_(checks), status_is(Delivery.status, DeliveryStatus.PENDING))
        .options(
            joinedload(Delivery.account),
            joinedload(Delivery.office).joinedload(Office.region),
            joinedload(Delivery.post).options(
                selectinload(Post.texts),
                selectinload(Post.accounts),
                selectinload(Post.pictures).joinedload(PostPicture.media),
            ),
        )
    )
    deliveries = list(db.session.scalars(query))
    accounts = {delivery.account_id: delivery.account for delivery in deliveries}
    return Round(
        logins=[_login(account, vault, at) for account in accounts.values()],
        planned=[
            _planned(delivery, checks[delivery.id], repeated)
            for delivery, repeated in zip(deliveries, _repeated(deliveries), strict=True)
        ],
    )


def _repeated(deliveries: list[Delivery]) -> list[list[Problem]]:
    plans = [
        composing.Plan(
            post_id=delivery.post_id,
            account_id=delivery.account_id,
            platform=delivery.account.platform,
            text=delivery.post.text_for(delivery.account.platform),
            at=delivery.due_at,
            zone=delivery.office.region.zone,
        )
        for delivery in deliveries
    ]
    return composing.repeats(plans)


def _planned(delivery: Delivery, check: Check, repeated: list[Problem]) -> Planned:
    post, account = delivery.post, delivery.account
    region = delivery.office.region
    approved = post.status is PostStatus.APPROVED and post.digest() == delivery.content_digest
    until = account.paused_until
    paused = account.status is AccountStatus.PAUSED
    return Planned(
        check=check,
        account_id=account.id,
        post_id=post.id,
        office_id=delivery.office_id,
        region_id=region.id,
        day=clock.in_zone(delivery.due_at, region.zone).date(),
        platform=account.platform,
        content=content(post.public, account.platform, account.driver) if approved else None,
        repeated=repeated,
        held=paused and (until is None or until > delivery.due_at),
    )


def _login(account: Account, vault: Vault, at: datetime) -> Login:
    known, credentials = None, None
    if not account.publishable:
        known = Risk(kind="account", message=SET_ASIDE)
    elif account.status is AccountStatus.RECONNECT:
        known = Risk(kind="account", message=RECONNECT)
    elif not account.awaits_renewal(at):
        try:
            opened = vault.open(account.credentials or "", bound_to=account.vault_name)
            credentials = {"handle": account.handle, **opened}
        except BadSecret:
            known = Risk(kind="account", message=SEALED)
    return Login(
        account_id=account.id,
        platform=account.platform,
        driver=account.driver,
        remote_id=account.remote_id,
        status=account.status,
        sealed=account.credentials,
        credentials=credentials,
        known=known,
    )


def ask(login: Login) -> Risk | PlatformError | None:
    """Ask the platform whose credentials these are; None when all is well.

    :returns: what is wrong with the account, or what the platform said instead
    """
    if login.known or login.credentials is None:
        return login.known
    if login.status is AccountStatus.PAUSED:
        return None  # it asked for a rest; asking now would lengthen it
    try:
        health = open_driver(login.driver, login.credentials).check()
    except PlatformError as error:
        return error
    except Exception as error:  # a fault of a driver must not end the round of all others
        log.exception("driver failed")
        return TryLater(f"{type(error).__name__} in the driver")
    if login.remote_id is not None and health.remote_id != login.remote_id:
        found = f"@{health.handle}" if health.handle else health.display_name or health.remote_id
        return Risk(kind="account", message=STRANGER, values={"found": found})
    return None


def of_account(login: Login, answer: Risk | PlatformError | None) -> Risk | None:
    """Return what an answer means for the deliveries of the account."""
    match answer:
        case AccountBlocked(until=None):
            values = {"detail": redact(answer.detail).rstrip(".")}
            return Risk(kind="account", message=BLOCKED, values=values)
        case PlatformError():
            values = {"platform": PLATFORM_NAMES[login.platform]}
            return Risk(kind="platform", message=SILENT, values=values)
    return answer


def inspect(planned: Planned, store: Store) -> list[Risk]:
    """Return what is wrong with the delivery itself: its text, its limits, its photos' bytes."""
    held = [Risk(kind="account", message=HELD)] if planned.held else []
    return held + _of_content(planned, store)


def _of_content(planned: Planned, store: Store) -> list[Risk]:
    if planned.content is None:
        return [Risk(kind="content", message=CHANGED)]
    try:
        outgoing = planned.content.read(store)
    except (OSError, ValueError):
        return [Risk(kind="content", message=UNREADABLE)]
    found = driver_class(planned.content.driver).problems(outgoing)
    return [
        Risk(kind="content", message=problem.message, values=dict(problem.values))
        for problem in [*found, *planned.repeated]
        if problem.blocks
    ]


Found = list[tuple[Planned, list[Risk]]]


def keep(found: Found, *, at: datetime) -> None:
    """Write down what checks found; a risk that healed is gone with it."""
    for planned, risks in found:
        of_delivery = Preflight.delivery_id == planned.check.delivery_id
        values = {
            "checked_at": at,
            "risks": [asdict(risk) for risk in risks],
            "risk_count": len(risks),
        }
        change = sa.update(Preflight).where(of_delivery, Preflight.slot == planned.check.slot)
        db.session.execute(change.values(values).execution_options(synchronize_session=False))
        if planned.check.slot is Slot.HOUR:  # what was seen the evening before is over
            earlier = sa.update(Preflight).where(of_delivery, Preflight.slot == Slot.EVENING)
            db.session.execute(
                earlier.values(risk_count=0).execution_options(synchronize_session=False)
            )


def drop_stale() -> None:
    """Forget the risks of what is no longer planned."""
    waiting = sa.exists().where(
        Delivery.id == Preflight.delivery_id, Delivery.status == DeliveryStatus.PENDING
    )
    change = sa.update(Preflight).where(timetable.is_open(), ~waiting).values(risk_count=0)
    db.session.execute(change.execution_options(synchronize_session=False))
