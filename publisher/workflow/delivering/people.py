"""What people may do about a delivery. Each leaves an event with their name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, Invalid, InvalidTransition
from publisher.models import advancing, audit
from publisher.models.accounts import Account, AccountStatus
from publisher.models.advancing import advance
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus
from publisher.models.people import User
from publisher.models.posts import PostStatus
from publisher.models.proofs import NO_PROOF_WAITS
from publisher.platforms import PLATFORM_NAMES, driver_class
from publisher.workflow.composing import found
from publisher.workflow.delivering.claiming import LEASE
from publisher.workflow.delivering.holding import REASONS, ContentChanged

NEEDS_APPROVAL = N_(
    "Konten ini sudah berubah sejak disetujui, jadi tidak dapat dikirim lagi begitu saja. "
    "Ajukan kembali agar ditelaah."
)
NOT_PUBLISHABLE = N_("Akun ini bukan lagi akun utama kantor, jadi Siar tidak mengirim ke sana.")
WRONG_LINK = N_(
    "Tautan ini bukan tautan unggahan akun ini di %(platform)s. Salin alamat unggahannya, yang "
    "diawali https://%(host)s/…"
)
NO_PAGE = N_(
    "Tautan ini bukan alamat halaman di kanal ini. Salin alamat lengkapnya, yang diawali https://…"
)
LINK_USED = N_("Tautan ini sudah menjadi bukti unggahan lain. Salin tautan unggahan yang ini.")
TOO_SOON = N_(
    "Unggahan baru saja dikirim; platform mungkin masih memprosesnya. Tunggu dua menit, periksa "
    "akunnya sekali lagi, lalu putuskan."
)
RECONNECT = N_("Akun ini perlu disambungkan ulang dulu; sesudah itu unggahan dapat dikirim lagi.")
LINK_CHARS = 500
#: Siar looks twice by itself, the second time after five minutes.
PATIENCE = timedelta(minutes=10)
REASON_MISSING = N_("Tuliskan alasannya, agar rekan Anda tahu mengapa.")


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a person may safely do now.

    :param steps: of "prove", "not_out", "retry" and "cancel"
    :param hindrance: why it cannot be sent again, in Indonesian (a gettext message id), or "".
        That it is not out may be said all the same: else the queue behind it waits for ever
    """

    steps: frozenset[str]
    hindrance: str


def choices(delivery: Delivery, *, at: datetime) -> Choices:
    """Return what is safe in the present state of a delivery."""
    steps = {step for step in ("prove", "retry", "cancel") if delivery.can(step)}
    if delivery.status is DeliveryStatus.UNKNOWN and _is_a_persons_turn(delivery, at):
        steps.add("not_out")
    if delivery.handed_over_at is not None and _is_said_to_be_out(delivery):
        steps -= {"cancel", "retry"}  # a reviewer looks into it
    hindrance = _hindrance(delivery) if steps & {"retry", "not_out"} else ""
    if hindrance:
        steps -= {"retry", "not_out"} if hindrance == RECONNECT else {"retry"}
    return Choices(steps=frozenset(steps), hindrance=hindrance)


def _is_said_to_be_out(delivery: Delivery) -> bool:
    """Tell whether somebody filed a proof of it that nobody has decided on."""
    said = sa.select(Delivery.id).where(Delivery.id == delivery.id, ~NO_PROOF_WAITS)
    return db.session.scalar(said) is not None


def _is_a_persons_turn(delivery: Delivery, at: datetime) -> bool:
    """Tell whether Siar has given up looking, or had time enough for its own two looks."""
    begun = delivery.sending_at or at
    return delivery.next_at >= NEVER or at >= begun + PATIENCE


def _hindrance(delivery: Delivery) -> str:
    if hindrance := _not_allowed(delivery):
        return hindrance
    return RECONNECT if delivery.account.status is AccountStatus.RECONNECT else ""


def try_again(delivery: Delivery, *, actor: User, at: datetime, window: timedelta) -> None:
    """Queue a failed or missed delivery once more ("Coba lagi").

    :raises Invalid: if it may not be sent as it stands
    :raises InvalidTransition: also if somebody says that it is out
    """
    if hindrance := _not_allowed(delivery):
        raise Invalid(hindrance)
    _take(
        delivery, "retry", actor=actor, at=at, next_at=at, publish_by=at + window,
        handed_over_at=None, require=(NO_PROOF_WAITS, {}),
    )  # fmt: skip


def say_not_out(
    delivery: Delivery, *, seen: int, actor: User, at: datetime, window: timedelta
) -> bool:
    """A person looked: an unknown outcome is not out ("Belum tayang").

    It is tried again as it is approved now. Where it is not, it has failed: nothing of it is out,
    and its account is free for the next.

    :param seen: the fence on the page they decided on; anything that happened since refuses it
    :returns: whether it is tried again
    :raises Invalid: while the platform may still be busy with it
    """
    if delivery.sending_at and at < delivery.sending_at + LEASE:
        raise Invalid(TOO_SOON)
    if hindrance := _not_allowed(delivery):
        reason = REASONS[ContentChanged] if hindrance == NEEDS_APPROVAL else hindrance
        _take(delivery, "fail", actor=actor, at=at, fence=seen, reason=reason)
        return False
    _take(
        delivery, "resume", actor=actor, at=at, fence=seen, next_at=max(at, delivery.due_at),
        publish_by=max(at, delivery.due_at) + window,
        resumed=delivery.resumed + 1,
    )  # fmt: skip
    return True


def cancel(delivery: Delivery, *, actor: User, at: datetime, reason: str) -> None:
    """Take a delivery out of the queue ("Batalkan").

    :raises InvalidTransition: if it is out, on its way, in doubt, or somebody says it is out
    """
    if not reason.strip():
        raise Invalid(REASON_MISSING)
    if not advancing.cancel(delivery.id, actor=actor, at=at, reason=reason.strip()):
        raise InvalidTransition("cancel", delivery.status)


def prove(delivery: Delivery, *, actor: User, at: datetime, link: str) -> None:
    """A reviewer has seen the post: it is out, and here is the link ("Tandai tayang").

    Its time is when it was sent, if nobody knew what came of that; otherwise somebody posted
    it by hand, and it is now.

    :raises Invalid: if the link does not belong to the account, or proves another post
    """
    link = link.strip()
    require_link_of(delivery.account, link)
    in_doubt = delivery.status is DeliveryStatus.UNKNOWN
    published_at = (delivery.doubtful_since or delivery.sending_at or at) if in_doubt else at
    _take(
        delivery, "prove", actor=actor, at=at, note=link, permalink=link, reason="",
        published_at=published_at, proved_by_id=actor.id,
    )  # fmt: skip
    audit.record(
        "delivery.proved", f"delivery:{delivery.id}", at=at, actor_id=actor.id,
        region_id=actor.region_id, link=link,
    )  # fmt: skip


def _take(
    delivery: Delivery, step: str, *, actor: User, at: datetime, note: str = "",
    reason: str = "", fence: int | None = None, **values: Any,
) -> None:  # fmt: skip
    taken = advance(
        delivery.id, step, at=at, actor=actor, fence=fence, note=note, reason=reason, **values
    )
    if not taken:
        raise InvalidTransition(step, delivery.status)


def _not_allowed(delivery: Delivery) -> str:
    """Return why it may not be sent again, or "".

    In doubt, it stood while its post was changed; approved for this account anew, it goes out as
    that says.
    """
    post, account = delivery.post, delivery.account
    as_planned = post.approved_digest == delivery.content_digest
    anew = delivery.status is DeliveryStatus.UNKNOWN and account in post.accounts
    if post.status is not PostStatus.APPROVED or not (as_planned or anew):
        return NEEDS_APPROVAL
    return "" if account.publishable else NOT_PUBLISHABLE


def require_link_of(account: Account, link: str) -> None:
    """Refuse what cannot be the address of a post on this account, or proves another already.

    :raises Invalid: if so
    """
    driver = driver_class(account.platform)
    if len(link) > LINK_CHARS or not driver.is_permalink(link, account.handle):
        platform, hosts = PLATFORM_NAMES[account.platform], driver.permalink_hosts
        if not hosts:
            raise Invalid(NO_PAGE)
        raise Invalid(WRONG_LINK, platform=platform, host=hosts[0])
    if found.is_recorded(account, link):
        raise Invalid(LINK_USED)
