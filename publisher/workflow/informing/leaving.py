"""How to want no more letters: a sealed address that anybody who has the letter may use.

It names one person or address and one kind of letter, and does nothing else, so it need not
expire and asks for no password. Whoever leaves loses nothing: all stands in the app.
"""

from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer

from publisher.db import db
from publisher.models.letters import Channel, Letter, LetterKind, ReportRecipient
from publisher.models.people import User
from publisher.workflow.informing import settings


@dataclass(frozen=True)
class Leaving:
    """Who leaves, and which kind of letter."""

    to: User | ReportRecipient
    kind: LetterKind


def token(letter: Letter, *, secret_key: str) -> str:
    """Return what the address in a letter ends with."""
    whom = f"u{letter.user_id}" if letter.user_id else f"r{letter.recipient_id}"
    return str(_sealer(secret_key).dumps([whom, letter.kind.value]))


def read(token: str, *, secret_key: str) -> Leaving | None:
    """Return who leaves what; None: it is none of our addresses."""
    try:
        whom, kind = _sealer(secret_key).loads(token)
    except BadSignature:
        return None
    number = int(whom[1:])
    to = db.session.get(User, number) if whom[0] == "u" else db.session.get(ReportRecipient, number)
    return Leaving(to, LetterKind(kind)) if to else None


def leave(leaving: Leaving, *, at: datetime) -> None:
    """Send no more of them; doing so again changes nothing."""
    if isinstance(leaving.to, ReportRecipient):
        leaving.to.left_at = leaving.to.left_at or at
        return
    setting = settings.own(leaving.to)
    match leaving.kind:
        case LetterKind.NOW:
            setting.at_once = Channel.OFF
        case LetterKind.DIGEST:
            setting.digest = Channel.OFF
        case LetterKind.WEEK:
            setting.weekly = False


def has_left(leaving: Leaving) -> bool:
    if isinstance(leaving.to, ReportRecipient):
        return bool(leaving.to.left_at or leaving.to.removed_at)
    setting = settings.of(leaving.to)
    wanted = {
        LetterKind.NOW: setting.at_once is not Channel.OFF,
        LetterKind.DIGEST: setting.digest is not Channel.OFF,
        LetterKind.WEEK: setting.weekly,
    }
    return not wanted[leaving.kind]


def _sealer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="siar letters")
