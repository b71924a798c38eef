"""Taking an idea up: what of it goes into a new poster, and the credit.

Date, place, figures and channels are those of whoever takes it up: what they do not fill in, the
studio asks for, so that nobody publishes a neighbour's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models.ideas import Idea, IdeaUse
from publisher.models.media import Media
from publisher.models.people import User
from publisher.models.posters import Poster
from publisher.models.posts import EDITABLE, Post
from publisher.posters import previews
from publisher.posters.contents import Amount, Content, Entry, Photo
from publisher.posters.studio import Poster as Picture
from publisher.posters.templates import Template, templates
from publisher.posters.themes import Theme
from publisher.storage import Store
from publisher.workflow.composing.keeping import Kept, media_of
from publisher.workflow.sharing.giving import Ended

#: What an idea brings. All else a poster gets from the post it is made for.
BRINGS = ("label", "headline", "body", "how", "quote", "before", "after")
DRAFTS_OFFERED = 20


class OwnIdea(PublisherError):
    message = N_("Ini ide perangkat daerah Anda sendiri. Salin saja kontennya.")


def open_posts(office_id: int) -> list[Post]:
    """Return the posts of an office that may still be edited, the latest first."""
    query = sa.select(Post).where(Post.office_id == office_id, Post.status.in_(EDITABLE))
    return list(db.session.scalars(query.order_by(Post.edited_at.desc()).limit(DRAFTS_OFFERED)))


def check_takeable(idea: Idea, actor: User) -> None:
    """:raises Ended, OwnIdea:"""
    if idea.ended_at is not None or idea.template not in templates():
        raise Ended
    if actor.office_id == idea.office_id:
        raise OwnIdea


def adapted(idea: Idea, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a poster made of an idea.

    :param own: the content it has from its post, its photos included
    """
    told = {name: idea.content.get(name, "") for name in BRINGS}
    figures = [["", row[1]] for row in idea.content.get("figures", ())]
    agenda = [["", "", *row[2:3], ""] for row in idea.content.get("agenda", ())]
    photos = own.get("photos") or idea.content.get("photos", [])
    return {**own, **told, "figures": figures, "agenda": agenda, "photos": photos}


def take_photos(idea: Idea, *, actor: User, at: datetime) -> None:
    """Put the photos of an idea into the library of whoever takes it up, with their consent."""
    digests = {photo["digest"] for photo in idea.content.get("photos", ()) if photo}
    query = sa.select(Media).where(Media.office_id == idea.office_id, Media.digest.in_(digests))
    for given in db.session.scalars(query).all():
        _taken(given, idea, actor, at)


def _taken(given: Media, idea: Idea, actor: User, at: datetime) -> None:
    if actor.office is None:
        raise ValueError("only people of an office take ideas up")
    kept = Kept(
        digest=given.digest,
        mime=given.mime,
        width=given.width,
        height=given.height,
        size_bytes=given.size_bytes,
    )
    media = media_of(actor.office.id, kept, actor=actor, at=at, file_name=given.file_name)
    if media.uploaded_at != at:
        return  # theirs already
    for name in ("title", "description", "taken_on", "place", "consent", "consent_kept_at"):
        setattr(media, name, getattr(given, name))
    media.taken_by = given.taken_by or idea.office.name
    media.consent_note = f"Dari bank ide {idea.office.name}. {given.consent_note}".strip()


def credit(idea: Idea, poster: Poster, *, actor: User, at: datetime) -> IdeaUse:
    """Write down of which idea a poster was made."""
    check_takeable(idea, actor)
    use = IdeaUse(
        idea=idea,
        office_id=poster.office_id,
        post_id=poster.post_id,
        poster_id=poster.id,
        used_by=actor,
        used_at=at,
    )
    db.session.add(use)
    db.session.flush()
    return use


def picture(idea: Idea, theme: Theme, store: Store, width: int) -> bytes | None:
    """Return a JPEG of an idea, `width` px wide; None if it cannot be drawn any more.

    Where its photos were not shared there are drawn scenes instead.

    :param theme: of the office that shares it
    """
    template = templates().get(idea.template)
    if template is None:
        return None
    content = _content(idea, theme, _photos(idea, template, store))
    drawn = previews.preview(
        Picture(template=idea.template, theme=theme, content=content), "portrait", width
    )
    return drawn.pictures.get("portrait")


def _content(idea: Idea, theme: Theme, photos: tuple[Photo, ...]) -> Content:
    told = idea.content
    texts: dict[str, Any] = {name: told[name] for name in BRINGS if told.get(name)}
    texts |= {name: told[name] for name in ("badge", "when", "where") if told.get(name)}
    channels = theme.channels
    return Content(
        **texts,
        person="Nama warga",
        hashtag=channels.hashtag,
        whatsapp=channels.whatsapp or "0800-0000-0000",
        link=channels.link,
        figures=tuple(Amount(*row) for row in told.get("figures", ())),
        agenda=tuple(Entry(*row) for row in told.get("agenda", ())),
        photos=photos,
    )


def _photos(idea: Idea, template: Template, store: Store) -> tuple[Photo, ...]:
    shared = [photo for photo in idea.content.get("photos", ()) if photo]
    if shared:
        return tuple(
            Photo(content=store.get(one["digest"]), focus=(one["focus"][0], one["focus"][1]))
            for one in shared
        )
    if "photos" not in template.shows:
        return ()
    from publisher.posters.samples import drawn_photo  # draws photos: only for whoever asks

    scenes = (("balai", 1, 2), ("sawah", 2, 3))
    return tuple(
        Photo(content=drawn_photo(*scene), focus=(0.5, 0.5))
        for scene in scenes[: max(1, template.photos)]
    )
