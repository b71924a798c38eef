"""What people write to bots in private, and what bots answer: the chats of practice Telegram."""

import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
  no INTEGER PRIMARY KEY, bot TEXT, chat TEXT, name TEXT, by_bot INTEGER, text TEXT, at REAL);
CREATE INDEX IF NOT EXISTS message_chat ON message (bot, chat, no);
"""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a chat with a bot.

    :param chat: the number of the person's chat
    :param name: of the person
    """

    no: int
    chat: str
    name: str
    by_bot: bool
    text: str
    at: float


class Chats:
    """All chats of one server. Safe between threads; outlives it in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            folder / "chats.sqlite", isolation_level=None, check_same_thread=False, timeout=10
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def write(self, bot: str, chat: str, name: str, text: str) -> int:
        """Write to a bot as a person; return the number of the message."""
        return self._add(bot, chat, name, False, text)

    def answer(self, bot: str, chat: str, text: str) -> int | None:
        """Write to a person as a bot; None: they never wrote to it, so it may not."""
        known = self._do("SELECT name FROM message WHERE bot = ? AND chat = ? LIMIT 1", bot, chat)
        return self._add(bot, chat, known[0][0], True, text) if known else None

    def of_bot(self, bot: str, *, after: int = 0) -> list[Message]:
        """Return the messages of a bot, its own too, from number `after` on."""
        rows = self._do(
            "SELECT no, chat, name, by_bot, text, at FROM message WHERE bot = ? AND no >= ?"
            " ORDER BY no",
            bot,
            after,
        )
        return [
            Message(no=no, chat=chat, name=name, by_bot=bool(by_bot), text=text, at=at)
            for no, chat, name, by_bot, text, at in rows
        ]

    def _add(self, bot: str, chat: str, name: str, by_bot: bool, text: str) -> int:
        (row,) = self._do(
            "INSERT INTO message (bot, chat, name, by_bot, text, at) VALUES (?, ?, ?, ?, ?, ?)"
            " RETURNING no",
            bot, chat, name, by_bot, text, time.time(),
        )  # fmt: skip
        return int(row[0])

    def _do(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()
