"""Tells people outside of the app, in rounds: writes letters as rows, then sends those that are
due. Any number of workers may do so at once, each letter is claimed by one.

A mail server that is away is asked once a round; the letters wait. What is handed over is told
apart in `publisher.mail`: what the server may not have taken is tried again, what it may have is
not.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask

from publisher import mail
from publisher.engine.listening import Listener
from publisher.engine.steps import Steps
from publisher.engine.wording import BODY, TEXT, File, Writer, Written
from publisher.models.letters import Channel, LetterStatus
from publisher.reports.snapshot import WeekReport
from publisher.storage import Store, Unreachable
from publisher.workflow import closing
from publisher.workflow.closing import filing
from publisher.workflow.informing import gathering, posting, weekly
from publisher.workflow.informing.posting import Claim, Ended
from publisher.workflow.informing.ways import Ways

log = logging.getLogger(__name__)

INFORM_EVERY_S = 10
SEND_THREADS = 4
BATCH = 40
_S = LetterStatus


class Informer:
    """Writes and sends letters, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._app = app
        self._steps = steps
        self._writer = Writer(app)
        self._mailbox = _mailbox(app)
        self._bot = Listener(app, steps) if app.config.get("TELEGRAM_NOTICE_BOT") else None
        self._away = False

    @property
    def ways(self) -> Ways:
        return Ways(mail=self._mailbox is not None, telegram=self._bot is not None)

    def inform(self) -> None:
        """Write what is to be written, send what is due, a commit for each."""
        if self._bot:
            self._bot.listen()
        self._gather()
        if not self.ways:
            return
        self._away = False
        while not self._away and not self._steps.stopping.is_set():
            at = self._steps.now()
            claims = self._steps.transact(lambda: posting.claim(at=at, limit=BATCH))  # noqa: B023
            if not claims:
                return
            with ThreadPoolExecutor(SEND_THREADS, thread_name_prefix="letter") as pool:
                list(pool.map(self._safely, claims))

    def _gather(self) -> None:
        at, ways = self._steps.now(), self.ways
        self._steps.transact(lambda: posting.recover(at=at))
        self._steps.transact(lambda: posting.forget_old(at=at))
        while self._steps.transact(lambda: gathering.pass_on(at=at, ways=ways)):
            pass
        self._steps.transact(lambda: gathering.begin_digests(at=at, ways=ways))
        self._steps.transact(lambda: weekly.write(at=at, ways=ways))

    def _safely(self, claim: Claim) -> None:
        """Send one; what stops that before it is handed over is one more vain attempt, and harms
        no other. What stops it later leaves it to its lease: nobody knows how it ended."""
        try:
            self._send(claim)
        except Exception as error:
            log.exception("letter %s failed", claim.letter_id)
            at, ended = self._steps.now(), Ended(status=_S.WAITING, error=_why(error))
            self._steps.transact(lambda: posting.end(claim, ended, at=at, before=_S.CLAIMED))

    def _send(self, claim: Claim) -> None:
        if self._away or self._steps.stopping.is_set():
            self._steps.transact(lambda: posting.put_back(claim))
            return
        at = self._steps.now()
        written = self._steps.transact(lambda: self._written(claim))
        if written is None:
            self._steps.transact(lambda: posting.drop(claim, at=at))
            return
        contents = [self._content(file) for file in written.files]
        if not self._steps.transact(lambda: posting.begin(claim, written.notice_ids, at=at)):
            return
        ended = self._hand_over(written, contents)
        at = self._steps.now()
        self._steps.transact(lambda: posting.end(claim, ended, at=at))
        log.info("letter %s: %s", claim.letter_id, ended.status)

    def _written(self, claim: Claim) -> Written | None:
        letter = posting.load(claim)
        return self._writer.write(letter, at=self._steps.now()) if letter else None

    def _content(self, file: File) -> bytes:
        store: Store = self._app.extensions["media_store"]

        def frozen() -> WeekReport:
            return self._steps.transact(lambda: closing.read_id(file.closed_id), read_only=True)

        return filing.content(file.form, file.digest, store, frozen)

    def _hand_over(self, written: Written, contents: list[bytes]) -> Ended:
        if written.channel is Channel.TELEGRAM and self._bot:
            return self._bot.hand_over(written)
        if written.channel is not Channel.MAIL or self._mailbox is None:
            return Ended(status=_S.WAITING, error="no way there", wait=timedelta(hours=1))
        try:
            self._mailbox.send(_letter(written, contents), at=self._steps.now())
        except mail.NoSuchRecipient as error:
            return Ended(status=_S.REFUSED, error=str(error), nobody_there=True)
        except mail.Refused as error:
            return Ended(status=_S.REFUSED, error=str(error))
        except mail.Unclear as error:
            return Ended(status=_S.UNSURE, error=str(error))
        except mail.NotSent as error:
            self._away = self._away or isinstance(error, mail.Away)
            return Ended(status=_S.WAITING, error=str(error))
        return Ended(status=_S.SENT)


def _letter(written: Written, contents: list[bytes]) -> mail.Letter:
    text, attached = written.text, []
    for file, content in zip(written.files, contents, strict=True):
        if file.form == TEXT:
            text = text.replace(BODY, content.decode().strip())
        else:
            attached.append(mail.Attachment(name=file.name, mime=file.mime, content=content))
    return mail.Letter(
        to=written.to, subject=written.subject, text=text, about=written.key,
        attachments=tuple(attached), leave_url=written.leave_url,
    )  # fmt: skip


def _why(error: Exception) -> str:
    """Return what may be kept of a failure: nothing of rows, addresses or folders."""
    return str(error) if isinstance(error, (filing.Lost, Unreachable)) else type(error).__name__


def _mailbox(app: Flask) -> mail.Mailbox | None:
    url = app.config.get("MAIL_URL")
    return mail.Mailbox(mail.server(url), app.config["MAIL_FROM"]) if url else None
