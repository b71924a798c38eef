"""What an error means to people, and setting an account aside so that it burns no more posts."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.errors import N_
from publisher.models import audit
from publisher.models.accounts import Account, AccountStatus
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery
from publisher.models.places import Office
from publisher.platforms.base import Prepared
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.texts import redact
from publisher.workflow.composing import Content
from publisher.workflow.delivering.claiming import Claim

DETAIL_CHARS = 500


class ContentChanged(Refused):
    """What would be sent is not what was approved."""


class ApprovedAnew(TryLater):
    """The post was approved again after this was planned: it has a new time, maybe a new text."""


class NotForAccount(Refused):
    """The post was approved again, and no longer for this account."""


class PictureUnreadable(TryLater):
    """A picture is not in the media store, or is no longer what was approved."""


class KeyMissing(TryLater):
    """The process was started without the key that opens the account: a fault of the installation
    that says nothing about the account."""


class Restored(PlatformError):
    """It was open in a backup that was brought back, and may have gone out since.

    :param content: what to look for on the account
    """

    def __init__(self, content: Content) -> None:
        self.content = content
        super().__init__("open in a restored backup")


REASONS: dict[type[PlatformError], str] = {
    Restored: N_(
        "Siar dipulihkan dari cadangan, dan unggahan ini mungkin sudah tayang sesudah cadangan "
        "itu dibuat. Siar memeriksanya di akun sebelum mengirim apa pun."
    ),
    ContentChanged: N_(
        "Isi berubah setelah disetujui, sehingga Siar tidak mengirimnya. Tidak ada yang tayang. "
        "Ajukan kembali agar ditelaah."
    ),
    NotForAccount: N_(
        "Konten disetujui kembali tanpa akun ini, jadi Siar tidak mengirimnya ke sini. "
        "Tidak ada yang tayang."
    ),
    PictureUnreadable: N_(
        "Foto konten ini tidak dapat dibaca dari penyimpanan, atau bukan lagi foto yang "
        "disetujui. Tidak ada yang tayang; Siar mencoba lagi dengan sendirinya."
    ),
    KeyMissing: N_(
        "Siar belum diberi kunci untuk membuka kredensial akun ini. Tidak ada yang tayang; Siar "
        "mencoba lagi dengan sendirinya. Operator perlu melengkapi VAULT_KEYS."
    ),
    Refused: N_(
        "Platform menolak unggahan ini. Tidak ada yang tayang. "
        "Perbaiki isinya, lalu ajukan kembali."
    ),
    TryLater: N_("Platform sedang tidak dapat dihubungi. Siar mencoba lagi dengan sendirinya."),
    AccountBlocked: N_(
        "Akun tidak dapat dipakai. Antreannya ditahan; Siar melanjutkan begitu akun pulih."
    ),
    OutcomeUnknown: N_(
        "Sambungan terputus setelah unggahan dikirim, sehingga belum diketahui apakah sudah "
        "tayang. Siar akan memeriksanya di akun; unggahan tidak dikirim ulang sebelum itu."
    ),
}

ALREADY_THERE = N_(
    "Platform menyatakan unggahan ini sudah ada. Siar sedang mencari tautannya di akun."
)


_DELIVERY, _ACCOUNT = Delivery.metadata.tables["delivery"], Account.metadata.tables["account"]
_OF = _DELIVERY.c.id == sa.bindparam("of")
_OF_DELIVERY = sa.update(_ACCOUNT).where(
    _ACCOUNT.c.id == sa.select(_DELIVERY.c.account_id).where(_OF).scalar_subquery()
)
_REST_UNTIL = _OF_DELIVERY.values(next_allowed_at=sa.bindparam("time", type_=UtcDateTime()))
_REST_WITH = _OF_DELIVERY.values(
    next_allowed_at=sa.select(_DELIVERY.c.next_at).where(_OF).scalar_subquery()
)


def hold_account(
    claim: Claim, error: PlatformError, *, until: datetime | None, since: datetime, at: datetime
) -> None:
    """Set the account aside, so that one expired session does not burn a week of posts.

    Only one that is in use: somebody may have disconnected or reconnected it meanwhile, or its
    token was renewed and the refused one was the old.

    :param since: when the attempt began whose credentials were refused
    """
    status = AccountStatus.PAUSED if until else AccountStatus.RECONNECT
    reason = REASONS[AccountBlocked if until is None else TryLater]
    renewed, ends_at = _ACCOUNT.c.renewed_at, _ACCOUNT.c.token_ends_at
    awaits_renewal = sa.and_(_ACCOUNT.c.renew_at.is_not(None), ends_at.is_not(None), ends_at <= at)
    same_token = sa.and_(sa.or_(renewed.is_(None), renewed < since), sa.not_(awaits_renewal))
    change = _OF_DELIVERY.where(_ACCOUNT.c.status == AccountStatus.ACTIVE, same_token).values(
        status=status, paused_until=until, paused_reason=reason
    )
    changed = db.session.execute(change, {"of": claim.delivery_id}).rowcount  # type: ignore[attr-defined]
    if changed:
        audit.record(
            "account.held",
            f"delivery:{claim.delivery_id}",
            at=at,
            region_id=_region_of(claim),
            status=status,
            until=until.isoformat() if until else None,
            detail=detail(error),
        )


def _region_of(claim: Claim) -> int | None:
    query = sa.select(Office.region_id).join(Delivery, Delivery.office_id == Office.id)
    return db.session.scalar(query.where(Delivery.id == claim.delivery_id))


def rest_accounts(until: Mapping[int, datetime]) -> None:
    """Let nothing start on the accounts of deliveries before a time.

    :param until: the time, by the id of the delivery
    """
    if until:
        rows = [{"of": delivery_id, "time": time} for delivery_id, time in until.items()]
        db.session.connection().execute(_REST_UNTIL, rows)


def rest_with(delivery_id: int) -> None:
    """Let the account's other posts wait as long as this one does, so that all go out in their
    order."""
    db.session.connection().execute(_REST_WITH, {"of": delivery_id})


def look_first(claim: Claim, error: Restored, *, at: datetime) -> bool:
    """Look on the account for what was claimed, as after an unknown outcome."""
    # What the platform called its pictures is not known, only how many there are.
    pictures = ("",) * len(error.content.pictures)
    return advance(
        claim.delivery_id,
        "recheck",
        at=at,
        fence=claim.fence,
        note=detail(error),
        reason=REASONS[Restored],
        next_at=at,
        lookups=0,
        prepared=dataclasses.asdict(Prepared(text=error.content.text, media_ids=pictures)),
    )


def detail(error: PlatformError) -> str:
    """Return what to keep of an error: short, storable, and without secrets."""
    return redact(error.detail)[:DETAIL_CHARS]
