"""Telegram channels, through the Bot API with plain requests.

Telegram keeps no picture before it is posted, and no bot can read a channel back. So the pictures
travel in the publishing request itself, and an outcome that is not known stays so until a person
has looked at the channel. The token is part of every address: no address is ever shown.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, ClassVar, NoReturn

import requests

from publisher.errors import N_
from publisher.platforms import http
from publisher.platforms.base import (
    CredentialField,
    Credentials,
    Driver,
    Health,
    Limits,
    Outgoing,
    Picture,
    Prepared,
    Problem,
    Published,
    Receipt,
)
from publisher.platforms.captions import text_problems
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.pictures import picture_problems
from publisher.platforms.texts import normalise, without_secrets

CAPTION_CHARS = 1024

_BASE = "https://api.telegram.org"
_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_CHANNEL = re.compile(r"@?[A-Za-z]\w{3,}|-\d+", re.ASCII)
_REMOTE_ID = re.compile(r"\d+(,\d+)*", re.ASCII)
#: Before the number that links show, Telegram writes this for channels.
_CHANNEL_PREFIX = "-100"

# What Telegram says in words only, as "Bad Request: …" (core.telegram.org/bots/api, and the
# errors of tdlib/telegram-bot-api; read 2026-09).
_NO_ACCESS = ("chat not found", "rights", "write_forbidden", "admin_required", "kicked", "migrated")
_GONE = "message to delete not found"


class Telegram(Driver):
    """One channel, spoken to by a bot that is its administrator.

    Besides `credential_fields` it reads, where given, `user_id`: the channel's number, which
    stays the same when the channel gets another name.
    """

    name = "Telegram"
    limits = Limits(
        text_chars=4096,
        images=10,
        image_bytes=10 * 1024 * 1024,
        image_formats=("JPEG", "PNG"),
        min_aspect=Fraction(1, 20),
        max_aspect=Fraction(20),
        max_side_sum_px=10_000,
        alt_text_chars=None,
        spacing_s=3,  # "no more than one message per second"; an album counts each picture
        source="core.telegram.org/bots/api 10.1: sendMessage, sendPhoto, sendMediaGroup; bots/faq",
        read_on="2026-09-11",
    )
    permalink_hosts = ("t.me", "telegram.me")
    reads_back = False
    uploads_first = False
    credential_fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(name="bot_token", label=N_("Token bot, dari @BotFather")),
        CredentialField(
            name="channel", label=N_("Nama kanal (@…) atau nomornya (-100…)"), secret=False
        ),
    )

    def __init__(self, credentials: Credentials) -> None:
        token, channel = credentials.get("bot_token", ""), credentials.get("channel", "")
        if not (_TOKEN.fullmatch(token) and _CHANNEL.fullmatch(channel)):
            raise AccountBlocked("Telegram: the credentials are incomplete")
        named = channel if channel.startswith("-") else f"@{channel.removeprefix('@')}"
        self._channel = credentials.get("user_id") or named
        self._secrets = (token, token.partition(":")[2])
        self._bot = f"{_BASE}/bot{token}"
        self._session = http.session()
        self._pictures: tuple[Picture, ...] | None = None

    @classmethod
    def length(cls, text: str) -> int:
        """Count as Telegram's own clients do: in units of UTF-16."""
        return len(normalise(text).encode("utf-16-le")) // 2

    @classmethod
    def problems(cls, outgoing: Outgoing) -> list[Problem]:
        limit = CAPTION_CHARS if outgoing.pictures else cls.limits.text_chars
        return [
            *text_problems(outgoing, cls.name, limit=limit, length=cls.length),
            *picture_problems(outgoing, cls.name, cls.limits),
        ]

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:
        """Accept a message of this channel only, where the channel has a public name."""
        path = r"/(?:s/)?(\w+|c/\d+)/\d+/?"
        found = re.fullmatch(r"https://(?:www\.)?(?:t|telegram)\.me" + path, link.split("?")[0])
        return found is not None and (not handle or found[1].lower() == handle.lower())

    def prepare(self, outgoing: Outgoing) -> Prepared:
        """Keep the pictures for `publish`, which must follow on this very driver."""
        self._pictures = outgoing.pictures
        return Prepared(text=normalise(outgoing.text))

    def publish(self, prepared: Prepared) -> Receipt:
        if self._pictures is None:
            raise TryLater("Telegram: nothing was prepared on this driver")
        result = self._call(*_message(prepared.text, self._pictures), public=True)
        messages = result if isinstance(result, list) else [result]
        try:
            return self._receipt(messages)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise OutcomeUnknown("Telegram: accepted, but named no message") from error

    def find(
        self,
        prepared: Prepared,  # noqa: ARG002 - nothing can be looked for
        since: datetime,  # noqa: ARG002
        known: Collection[str] = (),  # noqa: ARG002
    ) -> NoReturn:
        raise CannotTell("Telegram: a bot cannot read a channel")

    def check(self) -> Health:
        """Ask whose channel it is, and whether the bot may post there."""
        bot = self._read("getMe", {})
        chat = self._read("getChat", {"chat_id": self._channel})
        asked = {"chat_id": str(chat.get("id")), "user_id": str(bot.get("id"))}
        member = self._read("getChatMember", asked)
        if chat.get("type") != "channel":
            raise AccountBlocked("Telegram: this is not a channel")
        may = member.get("status") == "creator" or member.get("can_post_messages") is True
        if not may:
            raise AccountBlocked("Telegram: the bot may not post in this channel")
        return Health(
            remote_id=asked["chat_id"],
            handle=str(chat.get("username", "")),
            display_name=str(chat.get("title", "")),
        )

    def recent(self, since: datetime) -> list[Published]:  # noqa: ARG002
        raise CannotTell("Telegram: a bot cannot read a channel")

    def remove(self, receipt: Receipt) -> None:
        """Delete every message of the post; Telegram refuses what is older than 48 hours unless
        the bot may delete the channel's messages."""
        if not _REMOTE_ID.fullmatch(receipt.remote_id):
            raise Refused("Telegram: not the number of a message")
        for message_id in receipt.remote_id.split(","):
            self._call("deleteMessage", {"message_id": message_id}, {}, gone_is_fine=True)

    # -- requests

    def _read(self, method: str, data: Mapping[str, str]) -> Mapping[str, Any]:
        found = self._call(method, data, {})
        if not (isinstance(found, dict) and found.get("id", found.get("status"))):
            raise TryLater(f"Telegram: no sense in the answer to {method}")
        return found

    def _call(
        self,
        method: str,
        data: Mapping[str, str],
        files: Mapping[str, tuple[str, bytes, str]],
        *,
        public: bool = False,
        gone_is_fine: bool = False,
    ) -> Any:
        """Make one request and return its `result`, or raise one of the platform errors."""
        body = {"chat_id": self._channel, **data}
        try:
            response = self._session.post(f"{self._bot}/{method}", data=body, files=files or None)
        except requests.RequestException as error:
            # `from None`: the cause names the address, and with it the token.
            raise http.translate(error, public=public) from None
        answer = _answer(response)
        if response.status_code == 200 and answer.get("ok") is True:
            return answer.get("result")
        if gone_is_fine and _GONE in str(answer.get("description", "")):
            return True
        raise self._translate(response.status_code, answer, public=public)

    def _translate(self, status: int, answer: Mapping[str, Any], *, public: bool) -> PlatformError:
        said = str(answer.get("description", ""))
        detail = without_secrets(f"Telegram {status}: {said}", self._secrets)
        if answer.get("ok") is not False:  # whoever answered, it was not the Bot API
            return (OutcomeUnknown if public else TryLater)(detail)
        if status == 429:
            return TryLater(detail, wait_s=_wait_s(answer), whole_account=True)
        # 404: there is no bot of this token; 403: it was taken out of the channel.
        if status in (401, 403, 404) or any(word in said.lower() for word in _NO_ACCESS):
            return AccountBlocked(detail)
        if status in (400, 413):
            return Refused(detail)
        return (OutcomeUnknown if public else TryLater)(detail)

    # -- answers

    def _receipt(self, messages: list[Mapping[str, Any]]) -> Receipt:
        numbers = [str(int(message["message_id"])) for message in messages]
        first = messages[0]
        return Receipt(
            remote_id=",".join(numbers),
            url=_permalink(first["chat"], numbers[0]),
            published_at=datetime.fromtimestamp(int(first["date"]), UTC),
        )


def _message(
    text: str, pictures: tuple[Picture, ...]
) -> tuple[str, dict[str, str], dict[str, tuple[str, bytes, str]]]:
    """Return the method, the fields and the files that make a post of this shape."""
    if not pictures:
        return "sendMessage", {"text": text}, {}
    files = {
        f"picture{number}": (one.name, one.content, one.mime)
        for number, one in enumerate(pictures, 1)
    }
    if len(pictures) == 1:
        return "sendPhoto", {"caption": text}, {"photo": files["picture1"]}
    return "sendMediaGroup", {"media": json.dumps(list(_album(text, files)))}, files


def _album(text: str, files: Collection[str]) -> Iterator[dict[str, str]]:
    """Yield an album's pictures; the caption of the first is shown as that of the whole."""
    for number, name in enumerate(files):
        caption = {"caption": text} if text and number == 0 else {}
        yield {"type": "photo", "media": f"attach://{name}", **caption}


def _permalink(chat: Mapping[str, Any], message_id: str) -> str:
    if chat.get("username"):
        return f"https://t.me/{chat['username']}/{message_id}"
    return f"https://t.me/c/{str(chat['id']).removeprefix(_CHANNEL_PREFIX)}/{message_id}"


def _answer(response: requests.Response) -> Mapping[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _wait_s(answer: Mapping[str, Any]) -> int | None:
    asked = (answer.get("parameters") or {}).get("retry_after")
    return asked if isinstance(asked, int) else None
