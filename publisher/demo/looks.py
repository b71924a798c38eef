"""How posters of the demo look, and what its offices share in the idea bank."""

import io
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from PIL import Image, ImageDraw

from publisher.db import db
from publisher.demo.registry import Cast
from publisher.demo.texts import read
from publisher.models.ideas import Idea
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.storage import Store
from publisher.workflow import branding, designing, sharing
from publisher.workflow.designing import LIMITS, Design

_EMBLEM_PX = 400


def choose(cast: Cast, store: Store, *, at: datetime) -> None:
    """Let the region and some of its offices choose how their posters look."""
    told = read("looks")
    _choose(cast, None, told["region"], cast.reviewers[0], store, at)
    for name, look in told["offices"].items():
        office = cast.office(name)
        _choose(cast, office, look, cast.drafters[office.id], store, at)


def share(cast: Cast, *, at: datetime) -> None:
    """Let offices share posters of what was approved, and others take them up."""
    for told in read("looks")["ideas"]:
        office = cast.office(told["office"])
        post = _last_approved(office)
        if post is None:
            continue
        drafter = cast.drafters[office.id]
        shared_at = max(at - timedelta(days=9), post.approved_at or at)
        poster = designing.add(post, _design(told), position=0, actor=drafter, at=shared_at)
        idea = sharing.share(
            poster,
            worked=told["worked"],
            kind=PostKind(told["kind"]),
            with_photos=False,
            actor=drafter,
            at=shared_at,
        )
        if told.get("featured"):
            sharing.feature(idea, on=True, actor=cast.reviewers[0], at=at)
        for name in told["taken_by"]:
            _take(idea, cast.drafters[cast.office(name).id], at)


def _choose(
    cast: Cast,
    office: Office | None,
    look: dict[str, Any],
    actor: User,
    store: Store,
    at: datetime,
) -> None:
    chosen = {name: value for name, value in look.items() if name != "emblem"}
    if colour := look.get("emblem"):
        kept = branding.keep_logo(_emblem(colour, look["accent"]), store)
        logo = branding.add_logo(cast.region, office, kept, actor=actor, at=at)
        chosen["logo_id"] = logo.id
    branding.set_look(cast.region, office, branding.Choice(**chosen), seen=0, actor=actor, at=at)


def _emblem(ground: str, figure: str) -> bytes:
    """Return an invented emblem: real ones belong to their governments."""
    image = Image.new("RGBA", (_EMBLEM_PX, _EMBLEM_PX))
    pen = ImageDraw.Draw(image)
    pen.polygon([(60, 20), (340, 20), (340, 230), (200, 385), (60, 230)], fill="white")
    pen.polygon([(76, 36), (324, 36), (324, 224), (200, 361), (76, 224)], fill=ground)
    for angle in range(0, 360, 45):
        petal = Image.new("L", image.size)
        ImageDraw.Draw(petal).ellipse((182, 70, 218, 150), fill=255)
        image.paste(figure, (0, 0), petal.rotate(angle, center=(200, 160)))
    pen.ellipse((178, 138, 222, 182), fill="white")
    out = io.BytesIO()
    image.resize((200, 200), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _last_approved(office: Office) -> Post | None:
    query = sa.select(Post).where(Post.office_id == office.id, Post.status == PostStatus.APPROVED)
    return db.session.scalar(query.order_by(Post.approved_at.desc(), Post.id).limit(1))


def _design(told: dict[str, Any]) -> Design:
    rows = {"figures": tuple(tuple(row) for row in told.get("figures", ()))}
    texts = {name: told.get(name, "") for name in LIMITS}
    return Design(template=told["template"], texts=texts, rows=rows).cleaned()


def _take(idea: Idea, actor: User, at: datetime) -> None:
    """Begin a poster from an idea on a draft of the office, or else on its last post."""
    drafts = sharing.open_posts(actor.office_id or 0)
    post = drafts[0] if drafts else (_last_approved(actor.office) if actor.office else None)
    if post is None or designing.posters_of(post):
        return
    content = sharing.adapted(idea, Design(template=idea.template).cleaned().content)
    poster = designing.add(
        post, Design.read(idea.template, content).cleaned(), position=0, actor=actor, at=at
    )
    sharing.credit(idea, poster, actor=actor, at=at)
