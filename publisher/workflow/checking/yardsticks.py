"""What a region chose for its checks: weights of the rubric, hotlines, words it knows.

Two people may set them at the same moment: each goes by what the other has left.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_, Invalid
from publisher.models import audit
from publisher.models.people import User
from publisher.models.places import Office, Region, lock_region
from publisher.models.yardsticks import Hotline, KnownWord, RubricWeight
from publisher.workflow.checking.personal import international
from publisher.workflow.checking.rubric import POINTS
from publisher.workflow.checking.spelling import WORD

MAX_HOTLINES = 500
MAX_WORDS = 5000
WORD_CHARS = 40
LABEL_CHARS = 80


@dataclass(frozen=True, kw_only=True)
class Yardsticks:
    """What one post is checked by. See `publisher.models.yardsticks`."""

    weights: Mapping[str, int]
    numbers: frozenset[str]
    words: frozenset[str]


def yardsticks(office: Office) -> Yardsticks:
    """Return by what the posts of an office are checked. Three queries."""
    own = sa.or_(Hotline.office_id.is_(None), Hotline.office_id == office.id)
    numbers = sa.select(Hotline.number).where(Hotline.region_id == office.region_id, own)
    words = sa.select(KnownWord.word).where(KnownWord.region_id == office.region_id)
    return Yardsticks(
        weights=weights(office.region_id),
        numbers=frozenset(db.session.scalars(numbers)),
        words=frozenset(db.session.scalars(words)),
    )


def weights(region_id: int) -> dict[str, int]:
    """Return the weight of every point, in the order in which they are shown."""
    query = sa.select(RubricWeight).where(RubricWeight.region_id == region_id)
    own = {row.point: row.weight for row in db.session.scalars(query)}
    return {point.name: own.get(point.name, point.weight) for point in POINTS}


def set_weights(region: Region, wanted: Mapping[str, int], *, actor: User, at: datetime) -> None:
    """Let the rubric weigh otherwise from now on.

    :raises Invalid: if a weight is no number of 0 to 100, or all are 0
    """
    names = {point.name for point in POINTS}
    if set(wanted) != names or not all(0 <= weight <= 100 for weight in wanted.values()):
        raise Invalid(N_("Bobot setiap butir adalah bilangan bulat dari 0 sampai 100."))
    if not any(wanted.values()):
        raise Invalid(N_("Sedikitnya satu butir harus berbobot lebih dari 0."))
    lock_region(region.id)
    before = weights(region.id)
    db.session.execute(sa.delete(RubricWeight).where(RubricWeight.region_id == region.id))
    db.session.add_all(
        RubricWeight(region_id=region.id, point=name, weight=weight)
        for name, weight in wanted.items()
    )
    _write_down("rubric.weigh", region, actor, at, before=before, after=dict(wanted))


def hotlines(region: Region) -> Sequence[Hotline]:
    query = (
        sa.select(Hotline)
        .where(Hotline.region_id == region.id)
        .options(joinedload(Hotline.office), joinedload(Hotline.added_by))
        .order_by(Hotline.office_id.isnot(None), Hotline.label, Hotline.id)
    )
    return db.session.scalars(query).all()


def add_hotline(
    region: Region, number: str, label: str, *, office: Office | None, actor: User, at: datetime
) -> None:
    """Let a number stand in the posts of a region, or of one office of it.

    :raises Invalid: if it is no telephone number, has no name, or there are too many
    """
    digits, label = international(number), " ".join(label.split())[:LABEL_CHARS]
    if not re.fullmatch(r"\d{9,15}", digits):
        raise Invalid(N_("Tulis nomor telepon lengkap, misalnya 0812-3456-7890."))
    if not label:
        raise Invalid(N_("Tulis nama layanan dari nomor ini."))
    lock_region(region.id)
    known = hotlines(region)
    office_id = office.id if office else None
    if any(one.number == digits and one.office_id == office_id for one in known):
        return
    if len(known) >= MAX_HOTLINES:
        raise Invalid(N_("Daftar nomor layanan sudah penuh. Hapus yang tidak dipakai lagi."))
    db.session.add(
        Hotline(
            region=region, office=office, number=digits, label=label, added_by=actor, added_at=at
        )
    )
    _write_down("hotline.add", region, actor, at, number=digits, label=label)


def remove_hotline(region: Region, hotline_id: int, *, actor: User, at: datetime) -> bool:
    """Return whether there was such a number of this region."""
    lock_region(region.id)
    row = db.session.get(Hotline, hotline_id, populate_existing=True)
    if row is None or row.region_id != region.id:
        return False
    _write_down("hotline.remove", region, actor, at, number=row.number, label=row.label)
    db.session.delete(row)
    return True


def words(region: Region) -> Sequence[str]:
    query = sa.select(KnownWord.word).where(KnownWord.region_id == region.id)
    return db.session.scalars(query.order_by(KnownWord.word)).all()


def add_words(region: Region, text: str, *, actor: User, at: datetime) -> int:
    """Learn every word of a text; return how many were new.

    :raises Invalid: if there is no word in it, or there would be too many
    """
    told = dict.fromkeys(word.casefold() for word in WORD.findall(text) if _fits(word))
    if not told:
        raise Invalid(N_("Tulis sedikitnya satu kata, paling panjang 40 huruf."))
    lock_region(region.id)
    known = set(words(region))
    new = [word for word in told if word not in known]
    if len(known) + len(new) > MAX_WORDS:
        raise Invalid(N_("Daftar kata sudah penuh. Hapus yang tidak dipakai lagi."))
    db.session.add_all(
        KnownWord(region=region, word=word, added_by=actor, added_at=at) for word in new
    )
    if new:
        _write_down("word.add", region, actor, at, words=new[:50], count=len(new))
    return len(new)


def remove_word(region: Region, word: str, *, actor: User, at: datetime) -> bool:
    """Return whether the region knew this word."""
    query = sa.delete(KnownWord).where(KnownWord.region_id == region.id, KnownWord.word == word)
    gone = bool(db.session.execute(query).rowcount)  # type: ignore[attr-defined]
    if gone:
        _write_down("word.remove", region, actor, at, word=word)
    return gone


def _fits(word: str) -> bool:
    return len(word) <= WORD_CHARS


def _write_down(action: str, region: Region, actor: User, at: datetime, **details: object) -> None:
    audit.record(
        action, f"region:{region.id}", at=at, actor_id=actor.id, region_id=region.id, **details
    )
