"""Ready WhatsApp messages to offices whose content came back and waits for them."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext as _

from publisher.models.places import Region
from publisher.models.posts import PostStatus
from publisher.reports import reminders
from publisher.workflow import closing, reviewing


def of_returned(rows: Iterable[reviewing.Decided], region: Region) -> dict[int, str]:
    """Return by event the message about each post that is still to be mended; of a post that came
    back several times, about the last."""
    keepers = closing.keepers(region)
    waiting: dict[int, reviewing.Decided] = {}
    for row in rows:
        if row.event.after is row.post.status is PostStatus.CHANGES_REQUESTED:
            waiting.setdefault(row.post.id, row)
    return {
        row.event.id: reminders.returned(
            row.post.office.name,
            row.post.title or _("Tanpa judul"),
            row.event.note,
            url_for("drafts.show", post_id=row.post.id, _external=True),
            keepers.get(row.post.office_id, ()),
        )
        for row in waiting.values()
    }
