"""Sharing a poster as an idea, taking it back, and what kominfo does with it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models.audit import record
from publisher.models.ideas import Idea
from publisher.models.media import Media
from publisher.models.people import Role, User
from publisher.models.places import lock_region
from publisher.models.posters import Poster
from publisher.models.posts import PostKind, PostStatus
from publisher.typed import Fault, refuse, text_fault, tidy
from publisher.workflow.checking import personal_data

WORKED_CHARS, REASON_CHARS = 280, 280
TITLE_CHARS = 120
#: The office's own: who speaks, and where citizens reach it. Others fill in theirs.
OWN = ("person", "role", "hashtag", "whatsapp", "link")


class CannotShare(PublisherError):
    message = N_(
        "Poster ini belum dapat dibagikan. Hanya poster dari konten yang sudah disetujui dapat "
        "masuk bank ide, masing-masing satu kali."
    )


class NotYourIdea(PublisherError):
    status = 403
    message = N_("Anda tidak dapat mengubah ide ini.")


class Ended(PublisherError):
    message = N_("Ide ini sudah tidak ada di bank ide.")


def can_share(poster: Poster, actor: User) -> bool:
    """Return whether a person may share a poster: their office's, of what was approved."""
    theirs = actor.role in (Role.DRAFTER, Role.HEAD) and actor.office_id == poster.office_id
    return theirs and poster.post.status is PostStatus.APPROVED


def share(
    poster: Poster, *, worked: str, kind: PostKind, with_photos: bool, actor: User, at: datetime
) -> Idea:
    """Put a copy of a poster into the idea bank.

    Names of people and the office's channels are left out. Photos go along only if whoever shares
    says that they may, and only those of which the library knows why they may be shown.

    :param worked: what worked, in a sentence
    :raises CannotShare: if it is not theirs, not approved, or shared already
    :raises Unacceptable: naming what is wrong; "content": it holds personal data
    """
    lock_region(actor.region_id)  # one idea a poster, however often its button is pressed
    if not can_share(poster, actor) or shared_as(poster):
        raise CannotShare
    told, content = tidy(worked), _copied(poster.content, with_photos=with_photos)
    refuse(
        {
            "worked": text_fault(told, WORKED_CHARS) or _personal_fault(told),
            "content": next(filter(None, map(_personal_fault, _texts(content))), None),
            "with_photos": _photos_fault(content, poster.office_id),
        }
    )
    idea = Idea(
        office_id=poster.office_id,
        post_id=poster.post_id,
        poster_id=poster.id,
        kind=kind,
        title=_title(poster),
        worked=told,
        template=poster.template,
        content=content,
        shared_by=actor,
        shared_at=at,
    )
    db.session.add(idea)
    _note("idea.shared", idea, actor, at, with_photos=with_photos)
    return idea


def shared_as(poster: Poster) -> Idea | None:
    """Return the idea a poster is now, if it is one."""
    query = sa.select(Idea).where(Idea.poster_id == poster.id, Idea.ended_at.is_(None))
    return db.session.scalar(query)


def take_back(idea: Idea, *, actor: User, at: datetime) -> None:
    """Let nobody take an idea up any more. What was made of it stays.

    :raises NotYourIdea, Ended:
    """
    if actor.role not in (Role.DRAFTER, Role.HEAD) or actor.office_id != idea.office_id:
        raise NotYourIdea
    _end(idea, actor, at, "")


def remove(idea: Idea, *, reason: str, actor: User, at: datetime) -> None:
    """Take an idea out of the bank as kominfo, and say why.

    :raises NotYourIdea, Ended, Unacceptable:
    """
    _check_reviewer(idea, actor)
    told = tidy(reason)
    refuse({"reason": text_fault(told, REASON_CHARS)})
    _end(idea, actor, at, told)


def feature(idea: Idea, *, on: bool, actor: User, at: datetime) -> None:
    """Show an idea first, or no longer.

    :raises NotYourIdea, Ended:
    """
    _check_reviewer(idea, actor)
    if idea.ended_at is not None:
        raise Ended
    idea.featured_at = at if on else None
    _note("idea.featured" if on else "idea.unfeatured", idea, actor, at)


def _check_reviewer(idea: Idea, actor: User) -> None:
    if actor.role is not Role.REVIEWER or actor.region_id != idea.office.region_id:
        raise NotYourIdea


def _end(idea: Idea, actor: User, at: datetime, reason: str) -> None:
    if idea.ended_at is not None:
        raise Ended
    idea.ended_at, idea.ended_by, idea.ended_reason = at, actor, reason
    idea.featured_at = None
    _note("idea.removed" if reason else "idea.taken_back", idea, actor, at, reason=reason)


def _note(action: str, idea: Idea, actor: User, at: datetime, **more: Any) -> None:
    db.session.flush()
    record(
        action, f"idea:{idea.id}", at=at, actor_id=actor.id, region_id=actor.region_id,
        office=idea.office_id, **more,
    )  # fmt: skip


def _copied(content: Mapping[str, Any], *, with_photos: bool) -> dict[str, Any]:
    photos = content.get("photos", []) if with_photos else []
    return {**content, **dict.fromkeys(OWN, ""), "photos": photos}


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield everything that can be read of a poster, rows of lists included."""
    for value in content.values():
        if isinstance(value, str):
            yield value
    for name in ("figures", "agenda"):
        for row in content.get(name, ()):
            yield " ".join(row)


def _title(poster: Poster) -> str:
    told = poster.content.get("headline") or poster.content.get("quote") or poster.post.title
    return tidy(str(told))[:TITLE_CHARS]


def _personal_fault(text: str) -> Fault | None:
    if found := personal_data(text):
        return Fault(
            N_("Ada %(found)s. Yang dibagikan tidak boleh memuat data pribadi."),
            {"found": Fault(found)},
        )
    return None


def _photos_fault(content: Mapping[str, Any], office_id: int) -> Fault | None:
    digests = {photo["digest"] for photo in content["photos"] if photo}
    query = sa.select(Media).where(Media.office_id == office_id, Media.digest.in_(digests))
    known = {media.digest for media in db.session.scalars(query) if not media.unchecked}
    if digests - known:
        return Fault(
            N_(
                "Periksa dulu foto poster ini di Pustaka: siapa yang tampak dan atas dasar apa "
                "boleh ditayangkan. Atau bagikan tanpa foto."
            )
        )
    return None
