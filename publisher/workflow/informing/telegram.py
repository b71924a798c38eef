"""How a chat becomes somebody's: a code, shown to who is signed in, comes back from their Telegram.

The code is good once and for a quarter of an hour, and only its hash is kept. Who has it could
read that person's notices, so the page says not to pass it on. Of several workers one reads at a
time, by a lease; how far it read is kept with what it made of it.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_
from publisher.models.letters import BotReading, Channel, LetterSetting
from publisher.models.notices import add_once
from publisher.models.people import User
from publisher.platforms.telegram_bot import Message
from publisher.workflow.informing import settings

CODE_LASTS = timedelta(minutes=15)
#: Longer than one reading takes.
LEASE = timedelta(minutes=2)
CONNECTED = N_(
    "Telegram ini terhubung ke Siar sebagai %(name)s. Pemberitahuan yang segera datang ke sini. "
    "Kirim /stop untuk memutuskannya."
)
UNKNOWN = N_(
    "Kode ini tidak berlaku (lagi). Buka Siar, pilih menu Surel dan Telegram, "
    "lalu Hubungkan Telegram."
)
STOPPED = N_("Telegram ini tidak lagi terhubung ke Siar. Pemberitahuan datang lewat surel.")
HELP = N_(
    "Bot ini menyampaikan pemberitahuan Siar dan tidak membaca pesan lain. "
    "Kirim /stop untuk berhenti menerimanya."
)


def offer(user: User, *, at: datetime) -> str:
    """Return a new code for a person; the one before is good for nothing any more."""
    code = secrets.token_urlsafe(24)
    setting = settings.own(user)
    setting.code_hash, setting.code_until = _hash(code), at + CODE_LASTS
    return code


def bot_name(number: str) -> str:
    """Return the name of the bot that a worker learned; "" before it did."""
    row = db.session.get(BotReading, number)
    return row.name if row else ""


def take(number: str, *, at: datetime) -> BotReading | None:
    """Return how far the bot was read, and keep others from reading on; None: another does."""
    add_once(BotReading, [{"bot": number, "name": "", "next_update": 0}])
    free = sa.or_(BotReading.lease_until.is_(None), BotReading.lease_until < at)
    change = (
        sa.update(BotReading)
        .where(BotReading.bot == number, free)
        .values(lease_until=at + LEASE)
        .returning(BotReading.bot)
        .execution_options(synchronize_session=False)
    )
    if db.session.scalar(change) is None:
        return None
    row = db.session.get_one(BotReading, number, populate_existing=True)
    db.session.expunge(row)
    return row


def give_back(number: str, *, name: str, next_update: int) -> None:
    change = sa.update(BotReading).where(BotReading.bot == number)
    values = {"lease_until": None, "name": name, "next_update": next_update}
    db.session.execute(change.values(**values))


def hear(messages: Collection[Message], *, at: datetime) -> list[tuple[str, str, dict[str, str]]]:
    """Do what people asked the bot for; return for each chat what to answer: a message id and
    what fills it."""
    return [(one.chat, *_heard(one, at)) for one in messages if one.chat and one.text]


def _heard(message: Message, at: datetime) -> tuple[str, dict[str, str]]:
    command, _, code = message.text.strip().partition(" ")
    if command == "/stop":
        return _stop(message.chat)
    if command != "/start" or not code:
        return HELP, {}
    query = (
        sa.select(LetterSetting)
        .where(LetterSetting.code_hash == _hash(code.strip()), LetterSetting.code_until > at)
        .options(joinedload(LetterSetting.user))
        .with_for_update(of=LetterSetting)
    )
    setting = db.session.scalar(query)
    if setting is None or setting.user.ended_at:
        return UNKNOWN, {}
    setting.code_hash, setting.code_until = None, None
    setting.telegram_chat, setting.telegram_name = message.chat, message.name
    setting.telegram_since = at
    if setting.at_once is Channel.MAIL:
        setting.at_once = Channel.TELEGRAM
    return CONNECTED, {"name": setting.user.name}


def _stop(chat: str) -> tuple[str, dict[str, str]]:
    query = sa.select(LetterSetting).where(LetterSetting.telegram_chat == chat)
    for setting in db.session.scalars(query.options(joinedload(LetterSetting.user))).all():
        settings.disconnect(setting.user)
    return STOPPED, {}


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
