"""Starting, saving and copying a draft.

Every save names the version it was written on. A save on an older one is refused whole, so a
second tab, a colleague or a late autosave never overwrites what is newer.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from publisher.db import db
from publisher.errors import N_, Invalid, InvalidTransition, Outdated
from publisher.models.accounts import Account
from publisher.models.people import User
from publisher.models.posts import EDITABLE, Post, PostPicture, PostStatus, PostText
from publisher.platforms import DRIVERS
from publisher.workflow.composing.beginning import begin, publishable_accounts
from publisher.workflow.composing.fields import TEXT_FIELDS, Fields


class NotOurs(Invalid):
    """Accounts, platforms or pictures were named that this post cannot have."""

    message = N_("Pilihan akun, kanal, atau foto tidak sesuai dengan konten ini. Muat ulang.")


def new_post(*, actor: User, at: datetime) -> Post:
    """Return a new draft of the actor's office, with what is nearly always right filled in."""
    if actor.office is None:
        raise ValueError("only people of an office draft")
    post = begin(actor.office, actor=actor, at=at)
    db.session.flush()
    return post


def start(*, actor: User, at: datetime) -> Post:
    """Return the actor's draft that nobody has touched yet, or else a new one.

    Pressing "Buat konten" twice must not leave empty drafts behind.
    """
    untouched = (
        sa.select(Post)
        .where(Post.office_id == actor.office_id, Post.drafted_by_id == actor.id)
        .where(Post.status == PostStatus.DRAFT, Post.version == 1, Post.copied_from_id.is_(None))
        .where(Post.title == "", Post.what == "", Post.caption == "")
        .order_by(Post.id.desc())
        .limit(1)
    )
    return db.session.scalar(untouched) or new_post(actor=actor, at=at)


def check_editable(post: Post, version: int | None = None) -> None:
    """Make sure that a post may be edited, by somebody who saw `version` of it.

    :raises InvalidTransition: if it is no draft (any more)
    :raises Outdated: if it has changed since
    """
    if post.status not in EDITABLE:
        raise InvalidTransition("edit", post.status)
    if version is not None and version != post.version:
        raise Outdated


def save(
    post: Post, fields: Fields, *, actor: User, at: datetime, version: int | None = None
) -> bool:
    """Write down what was typed; return whether anything changed.

    :param version: the version the writer saw; None only where nobody else can be writing
    :raises Outdated: if it has changed since; nothing is overwritten
    :raises Invalid: if a text is too long, or accounts, platforms or pictures are not the post's
    """
    check_editable(post, version)
    fields = fields.cleaned()
    before = Fields.of(post)
    accounts = _accounts(post, fields.account_ids)
    if not set(fields.texts) <= set(DRIVERS) or not set(fields.alt_texts) <= set(before.alt_texts):
        raise NotOurs
    for name in (*TEXT_FIELDS, "kind", "language", "planned_at"):
        setattr(post, name, getattr(fields, name))
    if {account.id for account in post.accounts} != fields.account_ids:
        post.accounts = accounts
    _set_texts(post, fields)
    for picture in post.pictures:
        picture.alt_text = fields.alt_texts.get(picture.id, picture.alt_text)
    if changed := Fields.of(post) != before:
        touch(post, actor=actor, at=at)
    return changed


def touch(post: Post, *, actor: User, at: datetime) -> None:
    """Note an edit and write it, version and all.

    :raises Outdated: if another transaction was quicker
    """
    post.touch(actor=actor, at=at)
    flag_modified(post, "edited_at")  # two edits within one tick of the clock are still two
    try:
        db.session.flush()
    except StaleDataError as error:
        raise Outdated from error


def _accounts(post: Post, wanted: Collection[int]) -> list[Account]:
    """Return the accounts of these ids; they must be the office's own and publishable.

    One that the post already had may have been retired since: it can stay out, not come in.
    """
    allowed = publishable_accounts(post.office_id)
    if not set(wanted) <= {account.id for account in allowed}:
        raise NotOurs
    return [account for account in allowed if account.id in wanted]


def _set_texts(post: Post, fields: Fields) -> None:
    present = {own.platform: own for own in post.texts}
    for platform in present.keys() - fields.texts.keys():
        post.texts.remove(present[platform])
    for platform, text in fields.texts.items():
        if platform in present:
            present[platform].text = text
        else:
            post.texts.append(PostText(platform=platform, text=text))


def copy(post: Post, *, actor: User, at: datetime) -> Post:
    """Return a new draft with the texts and pictures of an old post, and no time."""
    new = new_post(actor=actor, at=at)
    for name in (*TEXT_FIELDS, "kind", "language"):
        setattr(new, name, getattr(post, name))
    new.texts = [PostText(platform=own.platform, text=own.text) for own in post.texts]
    new.pictures = [
        PostPicture(media=picture.media, position=position, alt_text=picture.alt_text)
        for position, picture in enumerate(post.pictures)
    ]
    chosen = {account.id for account in post.accounts}
    new.accounts = [account for account in new.accounts if account.id in chosen] or new.accounts
    new.copied_from_id = post.id
    db.session.flush()
    return new
