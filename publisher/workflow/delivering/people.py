"""What people may do about a delivery. Each leaves an event with their name."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from publisher.errors import N_, Invalid, InvalidTransition
from publisher.models import audit
from publisher.models.deliveries import Delivery, advance
from publisher.models.people import User
from publisher.models.posts import PostStatus
from publisher.platforms import PLATFORM_NAMES, driver_class

NEEDS_APPROVAL = N_(
    "Konten ini sudah berubah sejak disetujui, jadi tidak dapat dikirim lagi begitu saja. "
    "Ajukan kembali agar ditelaah."
)
NOT_PUBLISHABLE = N_("Akun ini bukan lagi akun utama kantor, jadi Siar tidak mengirim ke sana.")
WRONG_LINK = N_(
    "Tautan ini bukan tautan unggahan di %(platform)s. Salin alamat unggahannya, yang diawali "
    "https://%(host)s/…"
)
REASON_MISSING = N_("Tuliskan alasannya, agar rekan Anda tahu mengapa.")


def try_again(delivery: Delivery, *, actor: User, at: datetime, window: timedelta) -> None:
    """Queue a failed or missed delivery once more ("Coba lagi")."""
    _require_approved(delivery)
    _take(delivery, "retry", actor=actor, at=at, next_at=at, publish_by=at + window)


def say_not_out(delivery: Delivery, *, actor: User, at: datetime, window: timedelta) -> None:
    """A person looked: an unknown outcome is not out ("Belum tayang"). It is tried again."""
    _require_approved(delivery)
    _take(delivery, "resume", actor=actor, at=at, next_at=at, publish_by=at + window)


def cancel(delivery: Delivery, *, actor: User, at: datetime, reason: str) -> None:
    """Take a delivery out of the queue ("Batalkan").

    :raises InvalidTransition: if it is out, on its way or in doubt
    """
    if not reason.strip():
        raise Invalid(REASON_MISSING)
    _take(delivery, "cancel", actor=actor, at=at, reason=reason.strip(), note=reason.strip())


def prove(delivery: Delivery, *, actor: User, at: datetime, link: str) -> None:
    """A reviewer has seen the post: it is out, and here is the link ("Tandai tayang").

    Its time is when it was sent, if it was; otherwise now.

    :raises Invalid: if the link does not belong to the platform
    """
    link = link.strip()
    _require_link_of(delivery.account.platform, link)
    published_at = delivery.sending_at or at
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
    reason: str = "", **values: Any,
) -> None:  # fmt: skip
    if not advance(delivery.id, step, at=at, actor=actor, note=note, reason=reason, **values):
        raise InvalidTransition(step, delivery.status)


def _require_approved(delivery: Delivery) -> None:
    post = delivery.post
    if post.status is not PostStatus.APPROVED or post.approved_digest != delivery.content_digest:
        raise Invalid(NEEDS_APPROVAL)
    if not delivery.account.publishable:
        raise Invalid(NOT_PUBLISHABLE)


def _require_link_of(platform: str, link: str) -> None:
    hosts = driver_class(platform).permalink_hosts
    parts = urlsplit(link)
    genuine = parts.scheme == "https" and (parts.hostname or "").removeprefix("www.") in hosts
    if not genuine or len(parts.path) < 2 or len(link) > 500:
        raise Invalid(WRONG_LINK, platform=PLATFORM_NAMES[platform], host=hosts[0])
