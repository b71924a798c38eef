"""Posts of the demo, walked through their real steps by people who may take them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from publisher.db import db
from publisher.demo.journal import Journal
from publisher.demo.pictures import Picture
from publisher.demo.registry import Cast
from publisher.demo.texts import Content
from publisher.models.accounts import Account
from publisher.models.media import Media, MediaKind
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostPicture, PostStatus, PostText, ReturnReason


@dataclass(kw_only=True)
class Desk:
    """Where posts are written: people, pictures, and the journal of decisions."""

    cast: Cast
    pictures: dict[str, Picture]
    journal: Journal = field(default_factory=Journal)
    #: How many posts about the present an office has, so that no two tell the same.
    told: Counter[str] = field(default_factory=Counter)
    _media: dict[tuple[int, str], Media] = field(default_factory=dict)

    def draft(
        self,
        office: Office,
        content: Content,
        *,
        planned_at: datetime | None,
        at: datetime,
        accounts: Sequence[Account] | None = None,
    ) -> Post:
        """Return a new draft by the office's drafter, with its picture."""
        drafter = self.cast.drafters[office.id]
        post = Post(
            **content.fields,
            office=office,
            planned_at=planned_at,
            drafted_by=drafter,
            edited_by=drafter,
            created_at=at,
            edited_at=at,
            accounts=list(self.cast.channels(office, planned_at) if accounts is None else accounts),
            pictures=[self._picture(office, content.poster, drafter, at)],
            # Given, so that nobody needs the database for what cannot be there yet.
            status=PostStatus.DRAFT,
            texts=[],
            events=[],
        )
        if content.short is not None and "x" in post.platforms:
            post.texts = [PostText(platform="x", text=content.short)]
        db.session.add(post)
        return post

    def move(
        self,
        post: Post,
        step: str,
        *,
        at: datetime,
        reasons: tuple[ReturnReason, ...] = (),
        note: str = "",
        reviewer: User | None = None,
    ) -> None:
        """Take a step: the drafter's own, or a reviewer's who had no hand in it."""
        actor = post.drafted_by
        if step in ("approve", "request_changes", "reject"):
            actor = reviewer or self.reviewer_of(post)
        post.move(step, actor=actor, at=at, reasons=reasons, note=note)
        self.journal.note(step, post, actor=actor, at=at)

    def reviewer_of(self, post: Post) -> User:
        """Return who reviews this office this week: kominfo's people take turns."""
        turn = post.office.id + post.created_at.isocalendar().week
        return self.cast.reviewers[turn % len(self.cast.reviewers)]

    def pictures_of(self, post: Post) -> list[Picture]:
        by_digest = {picture.digest: picture for picture in self.pictures.values()}
        return [by_digest[one.media.digest] for one in post.pictures]

    def _picture(self, office: Office, key: str, drafter: User, at: datetime) -> PostPicture:
        picture = self.pictures[key]
        return PostPicture(
            media=self._media_of(office, picture, drafter, at), position=0, alt_text=picture.alt
        )

    def _media_of(self, office: Office, picture: Picture, drafter: User, at: datetime) -> Media:
        key = (office.id, picture.digest)
        if key not in self._media:
            self._media[key] = Media(
                office_id=office.id,
                digest=picture.digest,
                mime="image/jpeg",
                width=picture.width,
                height=picture.height,
                size_bytes=picture.size_bytes,
                uploaded_by=drafter,
                uploaded_at=at,
                kind=MediaKind.POSTER,
                title=picture.title,
                description=picture.alt,
            )
        return self._media[key]
