"""The Siar bot: what it reads from people who write to it, and what it tells them.

Not a channel and no driver: nothing here is public. The token is part of every address, so no
address is ever shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from publisher.platforms import http
from publisher.platforms.errors import OutcomeUnknown, PlatformError, Refused, TryLater
from publisher.platforms.texts import without_secrets

#: What sendMessage takes (core.telegram.org/bots/api 10.1, read 2026-09-11), in UTF-16 units.
TEXT_UNITS = 4096
_BASE = "https://api.telegram.org"


class Unreachable(Refused):
    """The person has blocked the bot, or their chat does not exist any more."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a person wrote to the bot in private.

    :param number: of the update; reading on from the next one tells Telegram that it was read
    """

    number: int
    chat: str
    name: str
    text: str


class Bot:
    """One bot, by its token."""

    def __init__(self, token: str) -> None:
        self._secrets = (token, token.partition(":")[2])
        self._address = f"{_BASE}/bot{token}"
        self._session = http.session()

    def name(self) -> str:
        """Return the name in a link to it.

        :raises PlatformError: if it does not answer, or there is no such bot
        """
        return str(self._asked("getMe", {}).get("username", ""))

    def read(self, after: int) -> list[Message]:
        """Return what people wrote in private, from update `after` on, the oldest first.

        :raises PlatformError: if it cannot be read now
        """
        data = {"offset": str(after), "timeout": "0", "allowed_updates": '["message"]'}
        found = self._asked("getUpdates", data)
        return [message for one in found if (message := _message(one))]

    def say(self, chat: str, text: str) -> None:
        """Write to a person.

        :raises Unreachable: if they do not want to hear of it
        :raises OutcomeUnknown: if nobody can tell whether it reached them
        :raises PlatformError: otherwise
        """
        data = {"chat_id": chat, "text": shortened(text), "link_preview_options": _NO_PREVIEW}
        self._asked("sendMessage", data, public=True)

    def _asked(self, method: str, data: Mapping[str, str], *, public: bool = False) -> Any:
        try:
            response = self._session.post(f"{self._address}/{method}", data=data)
        except requests.RequestException as error:
            # `from None`: the cause names the address, and with it the token.
            raise http.translate(error, public=public) from None
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        answer = answer if isinstance(answer, dict) else {}
        if response.status_code == 200 and answer.get("ok") is True and "result" in answer:
            return answer["result"]
        raise self._refused(response.status_code, answer, public=public)

    def _refused(self, status: int, answer: Mapping[str, Any], *, public: bool) -> PlatformError:
        said = str(answer.get("description", ""))
        detail = without_secrets(f"Telegram {status}: {said}", self._secrets)
        if answer.get("ok") is not False:
            return (OutcomeUnknown if public else TryLater)(detail)
        if status == 403 or "chat not found" in said:
            return Unreachable(detail)
        if status == 429:
            wait_s = (answer.get("parameters") or {}).get("retry_after")
            return TryLater(detail, wait_s=wait_s if isinstance(wait_s, int) else None)
        return Refused(detail) if status in (400, 413) else TryLater(detail)


_NO_PREVIEW = '{"is_disabled": true}'


def shortened(text: str) -> str:
    """Return a text that one message takes, ended by "…" where it is longer.

    >>> len(shortened("a" * 5000))
    4096
    """
    while len(text.encode("utf-16-le")) // 2 > TEXT_UNITS:
        text = text[: TEXT_UNITS - 1] if len(text) > TEXT_UNITS else text[:-2]
        text = f"{text.removesuffix('…')}…"
    return text


def _message(update: Any) -> Message | None:
    """Return what somebody wrote in private; of anything else an empty text, so that it counts as
    read."""
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        return None
    said = update.get("message") or {}
    chat, who = said.get("chat") or {}, said.get("from") or {}
    private = chat.get("type") == "private"
    names = (str(who.get(part) or "") for part in ("first_name", "last_name"))
    return Message(
        number=update["update_id"],
        chat=str(chat.get("id", "")) if private else "",
        name=" ".join(filter(None, names))[:80],
        text=str(said.get("text") or "") if private else "",
    )
