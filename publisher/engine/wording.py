"""What letters say: the templates of `letters/`, filled from rows within a transaction.

The first line of each is its subject. Sentences about notices are those of the app.
"""

import html
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g

from publisher.models.letters import Channel, Letter, LetterKind
from publisher.models.people import Role, User
from publisher.models.places import Region
from publisher.models.weeks import ReportFile
from publisher.workflow import adopting, closing, signing
from publisher.workflow.closing import filing
from publisher.workflow.delivering import board, proving
from publisher.workflow.drafting import listing
from publisher.workflow.informing import leaving, posting, weekly
from publisher.workflow.reviewing import queue
from publisher.workflow.watching import inbox

#: Of the files of a closed week the one that is the letter itself; the others come with it.
TEXT = "txt"
#: Where the text of a report goes, once it is read; nobody can type this.
BODY = "\x00"


@dataclass(frozen=True, kw_only=True)
class File:
    """A kept file, named without its row: it is read when no transaction is open."""

    closed_id: int
    form: str
    name: str
    mime: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """A letter that could be sent now.

    :param to: an address, or a chat
    :param notice_ids: all that it tells of
    :param files: that come with it; of the report of a week the first is what it says
    """

    channel: Channel
    to: str
    key: str
    subject: str
    text: str
    notice_ids: list[int]
    files: list[File]
    leave_url: str


class Writer:
    """Writes letters for one installation."""

    def __init__(self, app: Flask) -> None:
        base = urlsplit(app.config["PUBLIC_URL"])
        self._app = app
        self._addresses = app.url_map.bind(
            base.netloc, script_name=base.path or "/", url_scheme=base.scheme
        )

    def write(self, letter: Letter, *, at: datetime) -> Written | None:
        """Return what a letter says now; None: nothing any more, or to nobody."""
        to = posting.address(letter)
        if to is None:
            return None
        found = self._week(letter) if letter.kind is LetterKind.WEEK else self._news(letter, at)
        if not found:
            return None
        notice_ids, files = found.pop("notice_ids"), found.pop("files")
        leave_url = self._leave_url(letter)
        filled = self._filled(letter, leave_url=leave_url, **found)
        subject, _, text = filled.partition("\n")
        return Written(
            channel=letter.channel, to=to, key=letter.key, subject=subject.strip(),
            text=text.strip() + "\n", notice_ids=notice_ids, files=files,
            leave_url=leave_url,
        )  # fmt: skip

    def _news(self, letter: Letter, at: datetime) -> dict[str, Any] | None:
        user = letter.user
        if user is None:
            return None
        entries = inbox.entries(user, posting.notices(letter, at=at))
        of_day = letter.kind is LetterKind.DIGEST
        waits = _waiting(user, at) if of_day else {}
        if not entries and not any(waits.values()):
            return None
        return {
            "region": user.region,
            "entries": entries[: posting.NAMED],
            "more": max(0, len(entries) - posting.NAMED),
            "waits": [(what, count) for what, count in waits.items() if count],
            "notice_ids": [entry.notice.id for entry in entries],
            "files": [],
        }

    def _week(self, letter: Letter) -> dict[str, Any] | None:
        week = letter.closed_week
        if week is None:
            return None
        files = [filing.kept(week, form) for form in weekly.NEEDED]
        there = [_file(row) for row in files if row is not None]
        if len(there) < len(files):
            raise LookupError(f"closed week {week.id} lacks a file")
        return {
            "region": week.region,
            "closed": week,
            "body": BODY,
            "newest": closing.versions(week.region, week.week)[0].version,
            "notice_ids": posting.notices(letter, at=week.closed_at) if letter.user_id else [],
            "files": there,
        }

    def _filled(self, letter: Letter, *, region: Region, **found: Any) -> str:
        g.zone = region.zone
        name = "week" if letter.kind is LetterKind.WEEK else "news"
        template = self._app.jinja_env.get_template(f"letters/{name}.txt")
        return template.render(
            user=letter.user,
            region=region,
            of_day=letter.day,
            by_mail=letter.channel is Channel.MAIL,
            address=self._address,
            plain=html.unescape,
            **found,
        )

    def _address(self, endpoint: str, **values: Any) -> str:
        return self._addresses.build(endpoint, values, force_external=True)

    def _leave_url(self, letter: Letter) -> str:
        if letter.channel is not Channel.MAIL:
            return ""
        token = leaving.token(letter, secret_key=self._app.config["SECRET_KEY"])
        return self._address("letters.leave", token=token)


def _file(row: ReportFile) -> File:
    return File(
        closed_id=row.closed_week_id, form=row.form, name=row.name, mime=row.mime,
        digest=row.digest,
    )  # fmt: skip


def _waiting(user: User, at: datetime) -> dict[str, int]:
    """Return what waits for a person, counted now."""
    if user.role is Role.LEADER:
        return {}
    if user.role is Role.HEAD:
        return {"signatures": len(signing.waiting_for(user, at=at))}
    waits = {"deliveries": board.count(user, at=at)[board.Group.NEEDS_PERSON]}
    if user.role is Role.REVIEWER:
        waits |= {
            "reviews": queue.count(user.region),
            "proofs": proving.count_waiting(user),
            "claims": adopting.count_waiting(user),
            "objections": len(closing.filed(user.region, waiting=True)),
        }
    if user.office_id is not None:
        waits["returned"] = listing.count_returned(user.office_id)
    return waits
