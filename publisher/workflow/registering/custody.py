"""Serah terima: when the person in charge of an account changes, it is handed over in writing.

The platform knows nothing of it, so Siar says in plain words what has to be done there, and keeps
who gave it to whom and when.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, Custody
from publisher.models.people import User
from publisher.typed import Fault, refuse, text_fault
from publisher.workflow.registering.common import NOTE_CHARS, lock, note

#: What is done at the platform, in this order, by the driver's platform.
_EVERYWHERE = (
    N_("Ganti kata sandi akun, dan surel serta nomor telepon pemulihannya."),
    N_("Pindahkan verifikasi dua langkah ke ponsel pejabat baru."),
    N_("Keluarkan semua perangkat lain di pengaturan keamanan akun."),
)
_META = (
    N_("Jadikan pejabat baru admin Halaman di Meta Business Suite, dengan akun Facebook-nya."),
    N_("Cabut peran pejabat lama setelah pejabat baru dapat masuk."),
    N_("Sambungkan ulang akun ini di Siar dengan akun Facebook pejabat baru: izin yang lama ikut "
       "berakhir bersama peran pejabat lama."),
)  # fmt: skip
_STEPS: dict[str, tuple[str, ...]] = {
    "x": (*_EVERYWHERE, N_("Sambungkan ulang akun ini di Siar bila kata sandinya diganti.")),
    "facebook": _META,
    "instagram": (*_EVERYWHERE, *_META),
    "tiktok": (*_EVERYWHERE, N_("Sambungkan ulang akun ini di Siar dari akun TikTok itu.")),
    "telegram": (
        N_("Jadikan pejabat baru pemilik kanal, lalu keluarkan pejabat lama dari admin."),
        N_("Pindahkan bot lewat BotFather, atau buat token baru lalu sambungkan ulang di Siar."),
    ),
}


def steps_of(account: Account) -> tuple[str, ...]:
    """Return what has to be done at the platform, as sentences (gettext message ids)."""
    return _STEPS.get(account.platform, _EVERYWHERE)


def hand_over(account: Account, taker: User, *, remark: str, actor: User, at: datetime) -> Custody:
    """Put somebody else in charge of an account, and write down who gave it to whom.

    :param remark: such as the number of the minutes (berita acara)
    :raises Unacceptable: if the taker is not of this office or region, left, or has it already
    """
    lock(account.office.region_id, actor)
    refuse({"taker": _taker_fault(account, taker), "remark": _remark_fault(remark)})
    giver = account.keeper
    entry = Custody(
        account_id=account.id, giver=giver, taker=taker, at=at, noted_by=actor, note=remark
    )
    db.session.add(entry)
    account.keeper = taker
    note(
        "account.handover",
        account,
        account.office.region_id,
        actor=actor,
        at=at,
        giver=giver.id if giver else None,
        taker=taker.id,
        remark=remark,
    )
    return entry


def handovers(account: Account) -> list[Custody]:
    """Return the handovers of an account, newest first, in one query."""
    query = sa.select(Custody).where(Custody.account_id == account.id)
    people = (Custody.giver, Custody.taker, Custody.noted_by)
    query = query.options(*(joinedload(each) for each in people)).order_by(Custody.id.desc())
    return list(db.session.scalars(query))


def possible_keepers(account: Account) -> list[User]:
    """Return who may be in charge of an account: people of its office, and of the region."""
    query = sa.select(User).where(
        User.region_id == account.office.region_id,
        User.ended_at.is_(None),
        sa.or_(User.office_id == account.office_id, User.office_id.is_(None)),
    )
    return list(db.session.scalars(query.order_by(User.name, User.id)))


def duty_fault(account: Account, person: User) -> Fault | None:
    """Return why nobody may answer for an account in this person's name, if so."""
    if person.region_id != account.office.region_id or person.ended_at is not None:
        return Fault(N_("Pilih orang yang masih bertugas di daerah Anda."))
    if person.office_id is not None and person.office_id != account.office_id:
        return Fault(N_("Orang ini bertugas di perangkat daerah lain."))
    return None


def _taker_fault(account: Account, taker: User) -> Fault | None:
    if account.keeper_id == taker.id:
        return Fault(N_("Orang ini sudah menjadi penanggung jawab akun."))
    return duty_fault(account, taker)


def _remark_fault(remark: str) -> Fault | None:
    return text_fault(remark, NOTE_CHARS, required=False)
