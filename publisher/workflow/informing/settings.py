"""How a person wants to be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.db import db
from publisher.errors import N_
from publisher.models.letters import DIGEST_HOUR, Channel, LetterSetting
from publisher.models.notices import add_once
from publisher.models.people import User
from publisher.typed import Fault, refuse
from publisher.workflow.informing import numbers

#: Hours of the region's clock at which a daily letter may come.
HOURS = range(5, 20)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody chose.

    :param digest_hour: of their region's clock
    :param weekly: whether a leader gets the report of each closed week
    :param whatsapp: their number for work, as they typed it; may be left out
    """

    at_once: Channel = Channel.MAIL
    digest: Channel = Channel.MAIL
    digest_hour: int = DIGEST_HOUR
    weekly: bool = True
    whatsapp: str = ""


def of(user: User) -> LetterSetting:
    """Return how a person wants to be told; if they never said, as everybody is. Writes
    nothing."""
    return db.session.get(LetterSetting, user.id) or LetterSetting(**_as_everybody(user))


def own(user: User) -> LetterSetting:
    """Return the row of a person as it stands now, adding it if they never said anything. Nobody
    else changes it until the transaction ends."""
    add_once(LetterSetting, [_as_everybody(user)])
    return db.session.get_one(LetterSetting, user.id, with_for_update=True, populate_existing=True)


def _as_everybody(user: User) -> dict[str, Any]:
    return {"user_id": user.id, "telegram_name": "", **vars(Choice())}


def choose(user: User, choice: Choice) -> None:
    """Tell a person so from now on.

    :raises Unacceptable: for an hour that is none, or Telegram that is not connected
    """
    setting = own(user)
    apart = Fault(N_("Telegram Anda belum terhubung. Hubungkan dulu, lalu pilih lagi."))
    number = numbers.plain(choice.whatsapp)
    no_hour = Fault(N_("Pilih salah satu jam."))
    faults = {
        name: apart if way is Channel.TELEGRAM and not setting.telegram_chat else None
        for name, way in {"at_once": choice.at_once, "digest": choice.digest}.items()
    }
    faults["digest_hour"] = None if choice.digest_hour in HOURS else no_hour
    refuse(faults | {"whatsapp": numbers.NO_NUMBER if number is None else None})
    setting.whatsapp = number or ""
    setting.at_once, setting.digest = choice.at_once, choice.digest
    setting.digest_hour, setting.weekly = choice.digest_hour, choice.weekly


def try_again(user: User) -> None:
    """Write to a person's address again, although its server said that it does not exist."""
    setting = own(user)
    setting.refused_address, setting.refused_at = None, None


def disconnect(user: User) -> None:
    """Send nothing more to a person's Telegram; what came there comes by e-mail again."""
    setting = own(user)
    setting.telegram_chat, setting.telegram_since, setting.telegram_name = None, None, ""
    setting.code_hash, setting.code_until = None, None
    setting.at_once = Channel.MAIL if setting.at_once is Channel.TELEGRAM else setting.at_once
    setting.digest = Channel.MAIL if setting.digest is Channel.TELEGRAM else setting.digest


def silent_since(setting: LetterSetting, user: User) -> datetime | None:
    """Return since when a person's address is known not to exist; None: it is not."""
    return setting.refused_at if setting.refused_address == user.email else None
