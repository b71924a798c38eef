"""People of a region: who may sign in, in which role, for which office.

A person gets a password that Siar makes up and shows once; ending their access also ends the
sessions that are open. Rows stay, because names stand in history.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher import passwords
from publisher.db import db
from publisher.errors import N_
from publisher.models.people import OFFICE_ROLES, Role, User
from publisher.models.places import Office, OfficeKind, Region
from publisher.typed import Fault, Faults, refuse, text_fault
from publisher.workflow.registering.common import (
    NAME_CHARS,
    Page,
    apply,
    check_stamp,
    lock,
    lock_names,
    note,
    page_of,
)

EMAIL_CHARS = 254
#: Without what looks alike on paper: 0 and o, 1, i and l.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_CHARS = 4, 4  # 31**16 is about 79 bits


@dataclass(frozen=True, kw_only=True)
class UserData:
    """What an administrator may say about a person. Texts are tidy (`common.tidy`)."""

    name: str
    email: str
    role: Role
    office: Office | None = None
    area: Office | None = None  # the kecamatan of a camat
    position: str = ""  # jabatan, with "Plt." or "Plh." when acting
    acts_from: date | None = None
    acts_until: date | None = None


def one_time_password() -> str:
    """Return a new password that can be read out on the telephone: `k7mq-…`, 19 characters."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS)
    )


def add_user(
    region: Region, data: UserData, *, password: str, actor: User | None, at: datetime
) -> User:
    """Let a person in.

    :param password: kept as an argon2id hash only; show it once, to the person
    :raises Unacceptable: if a field is wrong, role and office do not match, or the address is
        in use
    :raises WeakPassword: if the password would be guessed
    """
    data = _with_plain_email(data)
    password_hash = passwords.hashed(password)  # takes its time, so before the lock
    lock(region.id, actor)
    lock_names()
    refuse(_faults(region, data, besides=None))
    passwords.check_strength(password, email=data.email)
    user = User(
        region=region, created_at=at, password_hash=password_hash, password_is_temporary=True
    )
    apply(user, data)
    db.session.add(user)
    note(
        "user.add",
        user,
        region.id,
        actor=actor,
        at=at,
        name=data.name,
        email=data.email,
        role=data.role.value,
        office=data.office.id if data.office else None,
    )
    return user


def edit_user(user: User, data: UserData, *, seen: str, actor: User, at: datetime) -> None:
    """Correct a person's data, or give them another role or office.

    :param seen: `common.stamp` of the user when the form was opened
    :raises Unacceptable: also if the actor would change their own role, or the region would be
        left without a reviewer
    """
    lock(user.region_id, actor)
    lock_names()
    check_stamp(user, seen)
    data = _with_plain_email(data)
    faults = _faults(user.region, data, besides=user.id)
    if data.role is not user.role:
        own = Fault(N_("Anda tidak dapat mengubah peran Anda sendiri."))
        role_fault = own if user.id == actor.id else _last_reviewer_fault(user)
        faults.update({"role": role_fault} if role_fault else {})
    refuse(faults)
    changed = apply(user, data)
    if changed:
        note("user.edit", user, user.region_id, actor=actor, at=at, changed=changed)


def end_user(user: User, *, actor: User, at: datetime) -> None:
    """End a person's access, in every browser at once.

    :raises Unacceptable: for oneself, and for the last reviewer of a region
    """
    lock(user.region_id, actor)
    if user.ended_at is not None:
        return
    own = Fault(N_("Anda tidak dapat mengakhiri akses Anda sendiri."))
    refuse({"": own if user.id == actor.id else _last_reviewer_fault(user)})
    user.ended_at = at
    count = user.end_sessions(at=at)
    note("user.end", user, user.region_id, actor=actor, at=at, sessions=count)


def restore_user(user: User, *, password: str, actor: User, at: datetime) -> None:
    """Let a person in again, with a new password."""
    password_hash = passwords.hashed(password)
    lock(user.region_id, actor)
    if user.ended_at is None:
        return
    user.ended_at = None
    user.password_hash, user.password_is_temporary = password_hash, True
    note("user.restore", user, user.region_id, actor=actor, at=at)


def renew_password(user: User, *, password: str, actor: User, at: datetime) -> None:
    """Replace a forgotten or leaked password; who is signed in with the old one is signed out.

    :raises Unacceptable: for oneself (there is a page for that), and for a person whose access
        has ended
    """
    password_hash = passwords.hashed(password)
    lock(user.region_id, actor)
    ended = Fault(N_("Akses pengguna ini sudah diakhiri."))
    own = Fault(N_("Ganti kata sandi Anda sendiri di halaman keamanan."))
    refuse({"": ended if user.ended_at else own if user.id == actor.id else None})
    user.password_hash, user.password_is_temporary = password_hash, True
    count = user.end_sessions(at=at)
    note("user.password", user, user.region_id, actor=actor, at=at, sessions=count)


def find_users(
    region: Region,
    *,
    search: str = "",
    role: Role | None = None,
    office_id: int | None = None,
    ended: bool = False,
    page: int = 1,
) -> Page[User]:
    """Return a page of people with their offices, by name, in two queries."""
    query = sa.select(User).outerjoin(Office, User.office_id == Office.id)
    query = query.where(User.region_id == region.id)
    query = query.where(User.ended_at.is_not(None) if ended else User.ended_at.is_(None))
    if role:
        query = query.where(User.role == role)
    if office_id is not None:
        query = query.where(User.office_id == office_id)
    if search:
        told = (User.name, User.email, User.position, Office.name, Office.abbreviation)
        query = query.where(sa.or_(*(c.icontains(search, autoescape=True) for c in told)))
    return page_of(query.options(joinedload(User.office)).order_by(User.name, User.id), page)


def _with_plain_email(data: UserData) -> UserData:
    return UserData(**{**data.__dict__, "email": data.email.lower()})


def _faults(region: Region, data: UserData, *, besides: int | None) -> Faults:
    found = {
        "name": text_fault(data.name, NAME_CHARS),
        "position": text_fault(data.position, NAME_CHARS, required=False),
        "email": _email_fault(data.email, besides),
        "office": _office_fault(region, data) or _area_fault(region, data),
        "acts_until": _days_fault(data),
    }
    return {name: fault for name, fault in found.items() if fault}


def _email_fault(email: str, besides: int | None) -> Fault | None:
    from email_validator import EmailNotValidError, validate_email  # only for whoever asks

    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        return Fault(N_("Tulis alamat surel seperti nama@contoh.go.id."))
    owner = db.session.scalar(sa.select(User.id).where(sa.func.lower(User.email) == email))
    if owner is not None and owner != besides:
        return Fault(N_("Alamat surel ini sudah dipakai pengguna lain."))
    return None


def _office_fault(region: Region, data: UserData) -> Fault | None:
    if data.role not in OFFICE_ROLES:
        return Fault(N_("Peran ini tidak terikat pada perangkat daerah.")) if data.office else None
    if data.office is None:
        return Fault(N_("Pilih perangkat daerah untuk peran ini."))
    if data.office.region_id != region.id:
        return Fault(N_("Perangkat daerah harus dari daerah yang sama."))
    return None


def _area_fault(region: Region, data: UserData) -> Fault | None:
    if data.area is None:
        return None
    if data.role is not Role.LEADER or data.area.region_id != region.id:
        return Fault(N_("Perangkat daerah harus dari daerah yang sama."))
    if data.area.kind is not OfficeKind.KECAMATAN or not data.area.code:
        return Fault(
            N_("Untuk camat, pilih kecamatan yang sudah berkode wilayah; pimpinan lain tanpa ini.")
        )
    return None


def _days_fault(data: UserData) -> Fault | None:
    if data.acts_from and data.acts_until and data.acts_until < data.acts_from:
        return Fault(N_("Hari terakhir mendahului hari pertama."))
    return None


def _last_reviewer_fault(user: User) -> Fault | None:
    """Return the fault of leaving a region without anybody who may approve."""
    others = sa.select(User.id).where(
        User.region_id == user.region_id,
        User.role == Role.REVIEWER,
        User.ended_at.is_(None),
        User.id != user.id,
    )
    if user.role is not Role.REVIEWER or db.session.scalar(others.limit(1)) is not None:
        return None
    return Fault(N_("Ini satu-satunya penelaah di daerah Anda. Tambahkan penelaah lain dahulu."))
