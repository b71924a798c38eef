"""Reads what people write to the Siar bot, and tells people by it."""

import logging
from datetime import timedelta

from flask import Flask
from flask_babel import gettext as _

from publisher.engine.steps import Steps
from publisher.engine.wording import Written
from publisher.models.letters import LetterStatus
from publisher.platforms.errors import OutcomeUnknown, PlatformError, Refused, TryLater
from publisher.platforms.telegram_bot import Bot, Unreachable
from publisher.workflow.informing import telegram
from publisher.workflow.informing.posting import Ended

log = logging.getLogger(__name__)

_S = LetterStatus


class Listener:
    """The bot of this installation, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._app = app
        self._steps = steps
        self._silent = False
        self._number = app.config["TELEGRAM_NOTICE_BOT"].partition(":")[0]

    def listen(self) -> None:
        """Read what was written since the last time, and answer it; unless another worker does,
        or Telegram keeps silent."""
        at = self._steps.now()
        known = self._steps.transact(lambda: telegram.take(self._number, at=at))
        if known is None:
            return
        name, after = known.name, known.next_update
        answers: list[tuple[str, str]] = []
        try:
            bot = self._bot()
            name = name or bot.name()
            messages = bot.read(after)
            for message in messages:  # one that was not heard out is read again
                answers += self._steps.transact(lambda: self._heard([message]))  # noqa: B023
                after = max(after, message.number + 1)
        except PlatformError as error:
            if not self._silent:  # once, not every round
                log.warning("the bot cannot be read: %s", error.detail)
            self._silent = True
        else:
            self._silent = False
        finally:
            self._steps.transact(
                lambda: telegram.give_back(self._number, name=name, next_update=after)
            )
        for chat, text in answers:
            self._answer(chat, text)

    def _heard(self, messages: list) -> list[tuple[str, str]]:
        heard = telegram.hear(messages, at=self._steps.now())
        return [(chat, _(said, **values)) for chat, said, values in heard]

    def _answer(self, chat: str, text: str) -> None:
        try:
            self._bot().say(chat, text)
        except PlatformError as error:  # what was asked for is done; the page says so as well
            log.warning("the bot could not answer: %s", error.detail)

    def hand_over(self, written: Written) -> Ended:
        """Tell somebody, and return how that ended."""
        try:
            self._bot().say(written.to, f"{written.subject}\n\n{written.text}")
        except Unreachable as error:
            return Ended(status=_S.REFUSED, error=error.detail, nobody_there=True)
        except OutcomeUnknown as error:
            return Ended(status=_S.UNSURE, error=error.detail)
        except Refused as error:
            return Ended(status=_S.REFUSED, error=error.detail)
        except TryLater as error:
            wait = timedelta(seconds=error.wait_s or 0)
            return Ended(status=_S.WAITING, error=error.detail, wait=wait)
        return Ended(status=_S.SENT)

    def _bot(self) -> Bot:
        return Bot(self._app.config["TELEGRAM_NOTICE_BOT"])
