"""Telegram's Bot API as its clients meet it: the token in the address, `ok` in every answer,
albums by `attach://`, no way to read a channel, and private chats with those who began one."""

import json
import math
import re
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, json_answer
from publisher.practice.chats import Chats, Message
from publisher.practice.ledger import Ledger
from publisher.practice.pictures import mime_of
from publisher.practice.records import Account, Post, now
from publisher.practice.wire import Call, Directory, Handler

_ADDRESS = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>\w+)")
_PHOTO_BYTES = 10 * 1024 * 1024
#: An album takes one number for each of its pictures.
_ALBUM = 10
_NOT_FOUND = (404, "Not Found")
#: As many updates as one answer holds.
_UPDATES = 100


class Refusal(Exception):
    """What is wrong with a request, as Telegram says it."""


class Telegram:
    """The practice Telegram. An account is a channel, and `credentials` hold its bot's token; or a
    bot that people write to, whose number is that of its token."""

    name = "telegram"
    hosts: tuple[str, ...] = ("api.telegram.org",)

    def __init__(self, ledger: Ledger, directory: Directory, chats: Chats) -> None:
        self._ledger = ledger
        self._chats = chats
        self._directory = directory
        self._methods: dict[str, tuple[str, Any]] = {
            "getMe": ("read", _get_me),
            "getUpdates": ("read", self._get_updates),
            "getChat": ("read", _get_chat),
            "getChatMember": ("read", _get_chat_member),
            "sendMessage": ("publish", self._send_message),
            "sendPhoto": ("publish", self._send_photo),
            "sendMediaGroup": ("publish", self._send_media_group),
            "deleteMessage": ("remove", self._delete_message),
        }

    def identify(self, request: Request) -> Account | Answer:
        """Return the channel that is meant; a bot may be the administrator of several."""
        token = _parts(request)["token"]
        account = self._directory.find(self.name, "bot_token", token)
        if account is None:
            return _error(401, "Unauthorized")
        chat = request.form.get("chat_id", "")
        meant = (chat.removeprefix("@"), chat)
        own = [one for one in self._directory.of_platform(self.name) if _is_of(one, token)]
        return next((one for one in own if one.handle in meant or one.remote_id in meant), account)

    def route(self, request: Request) -> tuple[str, Handler]:
        operation, handler = self._methods.get(_parts(request)["method"], ("", None))
        if handler is None:
            raise NotFound
        return operation, (lambda call: self._answered(handler, call))

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:
        match kind:
            case "no_id":
                return _ok({"date": int(now().timestamp()), "chat": _chat(account)})
            case "rate_limit":
                wait_s = math.ceil(seconds)
                more = {"parameters": {"retry_after": wait_s}}
                return _error(429, f"Too Many Requests: retry after {wait_s}", **more)
            case "refused" | "duplicate":
                return _error(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
            case "expired_token":
                return _error(401, "Unauthorized")
            case "blocked":
                return _error(403, "Forbidden: bot was kicked from the channel chat")
            case "outage":
                return json_answer({"ok": True}, 503)
        return _error(500, "Internal Server Error")

    def not_found(self) -> Answer:
        return _error(*_NOT_FOUND)

    def _answered(self, handler: Any, call: Call) -> Answer:
        chat = call.request.form.get("chat_id", "")
        if handler == self._send_message and _is_bot(call.account):
            return self._write(call, chat)
        of_no_chat = handler in (_get_me, self._get_updates)
        if not of_no_chat and not _is_chat(call.account, chat):
            return _error(400, "Bad Request: chat not found")
        try:
            return _ok(handler(call))
        except Refusal as error:
            return _error(400, f"Bad Request: {error}")

    # -- methods

    def _get_updates(self, call: Call) -> list[dict[str, Any]]:
        after = int(call.request.form.get("offset") or 0)
        messages = self._chats.of_bot(call.account.remote_id, after=after)
        return [_update(one) for one in messages if not one.by_bot][:_UPDATES]

    def _write(self, call: Call, chat: str) -> Answer:
        """Write to a person, who must have begun."""
        text = call.request.form.get("text", "")
        if not text.strip() or _units(text) > 4096:
            return _error(400, "Bad Request: message text is empty or too long")
        number = self._chats.answer(call.account.remote_id, chat, text)
        if number is None:
            return _error(403, "Forbidden: bot can't initiate conversation with a user")
        return _ok({"message_id": number, "chat": {"id": int(chat), "type": "private"}})

    def _send_message(self, call: Call) -> Any:
        text = call.request.form.get("text", "").strip()
        if not text:
            raise Refusal("message text is empty")
        if _units(text) > 4096:
            raise Refusal("message is too long")
        return self._publish(call, text, [])[0]

    def _send_photo(self, call: Call) -> Any:
        photo = call.request.files.get("photo")
        if photo is None:
            raise Refusal("there is no photo in the request")
        return self._publish(call, call.request.form.get("caption", ""), [photo.read()])[0]

    def _send_media_group(self, call: Call) -> Any:
        try:
            media = json.loads(call.request.form.get("media", ""))
            names = [str(one["media"]).removeprefix("attach://") for one in media]
            captions = [str(one.get("caption", "")) for one in media]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Refusal("can't parse media JSON object") from error
        if not 2 <= len(names) <= _ALBUM:
            raise Refusal("media must include 2-10 items")
        if not set(names) <= set(call.request.files):
            raise Refusal("wrong file identifier/HTTP URL specified")
        return self._publish(call, captions[0], [call.request.files[name].read() for name in names])

    def _publish(self, call: Call, text: str, pictures: list[bytes]) -> list[dict[str, Any]]:
        text = text.replace("\r\n", "\n").strip()
        if pictures and _units(text) > 1024:
            raise Refusal("message caption is too long")
        if not all(mime_of(one) and len(one) <= _PHOTO_BYTES for one in pictures):
            raise Refusal("IMAGE_PROCESS_FAILED")
        if call.account.credentials.get("can_post_messages") == "false":
            raise Refusal("need administrator rights in the channel chat")
        first, at = call.no * _ALBUM, now()
        numbers = [first + place for place in range(max(1, len(pictures)))]
        for number, content in zip(numbers, pictures, strict=False):
            self._ledger.keep_media(
                f"telegram/{number}", self.name, call.account.remote_id, content,
                str(mime_of(content)), "",
            )  # fmt: skip
        media_ids = [f"telegram/{number}" for number in numbers] if pictures else []
        self._ledger.publish(
            ",".join(map(str, numbers)), self.name, call.account.remote_id, text, media_ids,
            at=at, request_no=call.no,
        )  # fmt: skip
        chat, date = _chat(call.account), int(at.timestamp())
        return [{"message_id": number, "date": date, "chat": chat} for number in numbers]

    def _delete_message(self, call: Call) -> Any:
        number = call.request.form.get("message_id", "")
        posts = self._ledger.posts(self.name, call.account.remote_id, removed=True)
        meant = next((post for post in posts if number in post.id.split(",")), None)
        if meant is None or meant.removed_at:
            raise Refusal("message to delete not found")
        if is_last(meant, number):  # an album is gone when the last of its pictures is
            self._ledger.remove(meant.id)
        return True


# -- the shapes of Telegram


def permalink(account: Account, post_id: str) -> str:
    return f"https://t.me/{account.handle}/{post_id.partition(',')[0]}"


def is_last(post: Post, number: str) -> bool:
    return post.id.rpartition(",")[2] == number


def _parts(request: Request) -> re.Match[str]:
    found = _ADDRESS.fullmatch(request.path)
    if found is None:
        raise NotFound
    return found


def _is_of(account: Account, token: str) -> bool:
    return account.platform == Telegram.name and account.credentials.get("bot_token") == token


def _is_bot(account: Account) -> bool:
    """A channel says which channel it is; its id may look like any other number."""
    number = account.credentials["bot_token"].partition(":")[0]
    return "channel" not in account.credentials and number == account.remote_id


def _update(message: Message) -> dict[str, Any]:
    chat = {"id": int(message.chat), "type": "private", "first_name": message.name}
    said = {"message_id": message.no, "from": {**chat, "is_bot": False}, "chat": chat}
    return {
        "update_id": message.no,
        "message": {**said, "date": int(message.at), "text": message.text},
    }


def _is_chat(account: Account, chat: str) -> bool:
    return chat == account.remote_id or chat.lower() == f"@{account.handle}".lower()


def _chat(account: Account) -> dict[str, Any]:
    number = int(account.remote_id)
    shown = {"id": number, "title": account.display_name, "type": "channel"}
    return {**shown, "username": account.handle}


def _get_me(call: Call) -> dict[str, Any]:
    number = call.account.credentials["bot_token"].partition(":")[0]
    name = call.account.handle if _is_bot(call.account) else "siar_bot"
    return {"id": int(number), "is_bot": True, "first_name": "Siar", "username": name}


def _get_chat(call: Call) -> dict[str, Any]:
    return _chat(call.account)


def _get_chat_member(call: Call) -> dict[str, Any]:
    may = call.account.credentials.get("can_post_messages") != "false"
    return {"user": _get_me(call), "status": "administrator", "can_post_messages": may}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _ok(result: Any) -> Answer:
    return json_answer({"ok": True, "result": result})


def _error(status: int, description: str, **more: Any) -> Answer:
    said = {"ok": False, "error_code": status, "description": description, **more}
    return json_answer(said, status)
