"""WhatsApp numbers that people gave for their work, so that a reminder opens the right chat."""

import re

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, Standing
from publisher.models.letters import LetterSetting
from publisher.models.people import Role, User
from publisher.models.places import Office, Region
from publisher.typed import Fault

#: With the country's code and without a plus, as wa.me takes it.
_NUMBER = re.compile(r"[1-9]\d{8,14}", re.ASCII)
_BETWEEN = re.compile(r"[\s().-]")
NO_NUMBER = Fault(N_("Tulis nomor WhatsApp seperti 0812 3456 7890, atau kosongkan."))


def plain(typed: str) -> str | None:
    """Return a number as wa.me takes it; "" for none, and None for what is no number.

    >>> plain("0812-3456-7890"), plain("+62 812 3456 7890"), plain(""), plain("nanti")
    ('6281234567890', '6281234567890', '', None)
    """
    bare = _BETWEEN.sub("", typed).removeprefix("+")
    if bare.startswith("0"):
        bare = f"62{bare[1:]}"
    return bare if not bare or _NUMBER.fullmatch(bare) else None


def of_region(region: Region) -> dict[int, str]:
    """Return by office the number of who is in charge: a keeper of an official account, else who
    drafts; of several the first by name."""
    given = sa.and_(LetterSetting.user_id == User.id, LetterSetting.whatsapp != "")
    of_offices = sa.select(Office.id).where(Office.region_id == region.id)
    keeping = (
        sa.select(Account.office_id, LetterSetting.whatsapp)
        .join(User, User.id == Account.keeper_id)
        .join(LetterSetting, given)
        .where(Account.office_id.in_(of_offices), Account.retired_at.is_(None))
        .where(Account.standing == Standing.UTAMA, User.ended_at.is_(None))
        .order_by(User.name.desc(), User.id.desc())
    )
    drafting = (
        sa.select(User.office_id, LetterSetting.whatsapp)
        .join(LetterSetting, given)
        .where(User.office_id.in_(of_offices), User.role == Role.DRAFTER)
        .where(User.ended_at.is_(None))
        .order_by(User.name.desc(), User.id.desc())
    )
    found: dict[int, str] = {}
    for query in (drafting, keeping):  # the last stays: the first by name, a keeper before others
        found |= {office: number for office, number in db.session.execute(query) if office}
    return found
