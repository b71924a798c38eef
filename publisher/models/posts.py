"""A post, and the one table that says how it may move."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, db, status_column
from publisher.errors import InvalidTransition
from publisher.models.accounts import Account
from publisher.models.media import Media
from publisher.models.people import User
from publisher.models.places import Office


class PostStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class PostKind(StrEnum):
    LAYANAN = "layanan"
    KEGIATAN = "kegiatan"
    PROGRAM = "program"
    TANGGAPAN_ADUAN = "tanggapan_aduan"
    AUDIENSI = "audiensi"
    SIARAN_LANGSUNG = "siaran_langsung"
    UCAPAN = "ucapan"


class Language(StrEnum):
    ID = "id"
    JV = "jv"
    SU = "su"
    OTHER = "other"


class ReturnReason(StrEnum):
    """Why a reviewer sends a post back."""

    FOTO_BURAM = "foto_buram"
    BELUM_5W1H = "belum_5w1h"
    DATA_PRIBADI = "data_pribadi"
    SALAH_KETIK = "salah_ketik"
    LOGO_IDENTITAS = "logo_identitas"
    BELUM_ADA_MANFAAT = "belum_ada_manfaat"
    LAINNYA = "lainnya"


EDITABLE = frozenset({PostStatus.DRAFT, PostStatus.CHANGES_REQUESTED})

# step: (statuses it may be taken from, status it leads to)
STEPS: dict[str, tuple[frozenset[PostStatus], PostStatus]] = {
    "submit": (EDITABLE, PostStatus.IN_REVIEW),
    "approve": (frozenset({PostStatus.IN_REVIEW}), PostStatus.APPROVED),
    "request_changes": (frozenset({PostStatus.IN_REVIEW}), PostStatus.CHANGES_REQUESTED),
    "reject": (frozenset({PostStatus.IN_REVIEW}), PostStatus.REJECTED),
    "reopen": (frozenset({PostStatus.APPROVED}), PostStatus.DRAFT),
    "hold": (frozenset({PostStatus.APPROVED}), PostStatus.IN_REVIEW),  # needs a further decision
    "withdraw": (EDITABLE | {PostStatus.IN_REVIEW}, PostStatus.WITHDRAWN),
}

#: The fields of the activity (5W1H and the result for citizens), in the order they are asked.
ACTIVITY_FIELDS = ("what", "who", "when", "where", "why", "how", "benefit")


def normalised(text: str) -> str:
    """Return text as it is counted, hashed and sent: NFC, "\\n" newlines, no outer space."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A picture of a post; its bytes are in the media store."""

    digest: str  # of the bytes
    mime: str
    alt_text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Public:
    """All of a post that will be public, apart from its row.

    :param own_texts: the text of each platform that has one of its own
    :param accounts: the id of each account, and its platform
    """

    caption: str
    hashtags: str
    own_texts: Mapping[str, str]
    pictures: tuple[Kept, ...]
    accounts: Mapping[int, str]

    def text_for(self, platform: str) -> str:
        """Return the whole text for a platform: its own if it has one, hashtags included."""
        if platform in self.own_texts:
            return normalised(self.own_texts[platform])
        return normalised(f"{self.caption.strip()}\n\n{self.hashtags.strip()}")

    def digest(self) -> str:
        """Return SHA-256, hex, over what will be public: texts, pictures, alt texts, accounts."""
        platforms = sorted(set(self.accounts.values()))
        public = {
            "texts": {platform: self.text_for(platform) for platform in platforms},
            "pictures": [[kept.digest, normalised(kept.alt_text)] for kept in self.pictures],
            "accounts": sorted(self.accounts),
        }
        canonical = json.dumps(public, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


class Post(Model):
    """One piece of weekly content of one office, for any number of accounts."""

    __tablename__ = "post"
    __table_args__ = (
        sa.CheckConstraint(
            "(status = 'approved') = (approved_by_id IS NOT NULL)", name="approver_if_approved"
        ),
        sa.CheckConstraint(
            "(status = 'approved') = (approved_digest IS NOT NULL)", name="digest_if_approved"
        ),
        sa.Index("ix__post__office_status", "office_id", "status", "planned_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office] = relationship()
    status: Mapped[PostStatus] = status_column(PostStatus, default=PostStatus.DRAFT)
    title: Mapped[str] = mapped_column(default="")
    kind: Mapped[PostKind] = status_column(PostKind, default=PostKind.KEGIATAN)
    language: Mapped[Language] = status_column(Language, default=Language.ID)
    what: Mapped[str] = mapped_column(default="")
    who: Mapped[str] = mapped_column(default="")
    when: Mapped[str] = mapped_column(default="")
    where: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    how: Mapped[str] = mapped_column(default="")
    benefit: Mapped[str] = mapped_column(default="")
    caption: Mapped[str] = mapped_column(default="")
    hashtags: Mapped[str] = mapped_column(default="")
    #: When it should go out. None: not planned yet.
    planned_at: Mapped[datetime | None]
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    edited_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    edited_by: Mapped[User] = relationship(foreign_keys=[edited_by_id])
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    approved_at: Mapped[datetime | None]
    #: SHA-256 over everything that will be public, as it stood when it was approved.
    approved_digest: Mapped[str | None] = mapped_column(sa.String(64))
    copied_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    #: Goes up on every save. A click on an older version is refused.
    version: Mapped[int] = mapped_column()

    texts: Mapped[list["PostText"]] = relationship(
        back_populates="post", cascade="all, delete-orphan", order_by="PostText.platform"
    )
    pictures: Mapped[list["PostPicture"]] = relationship(
        back_populates="post", cascade="all, delete-orphan", order_by="PostPicture.position"
    )
    accounts: Mapped[list[Account]] = relationship(
        secondary="post_account", order_by="Account.platform, Account.id"
    )
    events: Mapped[list["PostEvent"]] = relationship(back_populates="post", order_by="PostEvent.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def can(self, step: str) -> bool:
        return self.status in STEPS[step][0]

    def move(
        self,
        step: str,
        *,
        actor: User,
        at: datetime,
        note: str = "",
        reasons: tuple[ReturnReason, ...] = (),
    ) -> None:
        """Take `step`, and write down who took it, when, why, and what it was taken on.

        :raises InvalidTransition: if the step may not be taken from the present status
        """
        if not self.can(step):
            raise InvalidTransition(step, self.status)
        approved = step == "approve"
        digest = self.digest() if approved else None  # may load rows: before anything changes
        before, self.status = self.status, STEPS[step][1]
        self.approved_by = actor if approved else None
        self.approved_at = at if approved else None
        self.approved_digest = digest
        if step == "submit":
            self.submitted_at = at
        self.note(step, actor=actor, at=at, note=note, reasons=reasons, before=before)

    def note(
        self, step: str, *, actor: User, at: datetime, note: str = "",
        reasons: tuple[ReturnReason, ...] = (), before: PostStatus | None = None,
    ) -> None:  # fmt: skip
        """Write down what somebody did with it, and on what; by itself its status stays."""
        self.events.append(
            PostEvent(
                step=step,
                before=before or self.status,
                after=self.status,
                actor=actor,
                at=at,
                note=note,
                reasons=[reason.value for reason in reasons],
                content=self.content(),
            )
        )

    def touch(self, *, actor: User, at: datetime) -> None:
        """Note an edit. Also needed when only a text, picture or account changed: it is what
        raises `version`."""
        self.edited_by = actor
        self.edited_at = at

    def text_for(self, platform: str) -> str:
        return self.public.text_for(platform)

    @property
    def public(self) -> Public:
        return Public(
            caption=self.caption,
            hashtags=self.hashtags,
            own_texts={own.platform: own.text for own in self.texts},
            pictures=tuple(
                Kept(digest=each.media.digest, mime=each.media.mime, alt_text=each.alt_text)
                for each in self.pictures
            ),
            accounts={account.id: account.platform for account in self.accounts},
        )

    @property
    def platforms(self) -> list[str]:
        return sorted({account.platform for account in self.accounts})

    def content(self) -> dict[str, Any]:
        """Return all that a person reads or decides on, as JSON; for history and comparison."""
        fields = ("title", "kind", "language", *ACTIVITY_FIELDS, "caption", "hashtags")
        return {
            **{name: str(getattr(self, name)) for name in fields},
            "planned_at": self.planned_at.isoformat() if self.planned_at else None,
            "texts": {platform: self.text_for(platform) for platform in self.platforms},
            "pictures": [[picture.media.digest, picture.alt_text] for picture in self.pictures],
            "accounts": [[a.id, a.platform, a.label] for a in self.accounts],
        }

    def digest(self) -> str:
        return self.public.digest()


class PostText(Model):
    """The text for one platform, where it must differ from the caption."""

    __tablename__ = "post_text"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    post: Mapped[Post] = relationship(back_populates="texts")
    platform: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    text: Mapped[str]


class PostPicture(Model):
    """A picture of a post, its place in the row, and what it shows, in words."""

    __tablename__ = "post_picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post: Mapped[Post] = relationship(back_populates="pictures")
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id"), index=True)
    media: Mapped[Media] = relationship()
    position: Mapped[int]
    alt_text: Mapped[str] = mapped_column(default="")


post_account = sa.Table(
    "post_account",
    db.metadata,
    sa.Column("post_id", sa.ForeignKey("post.id"), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), primary_key=True, index=True),
)


class PostEvent(Model):
    """Who moved a post, when, why, and what it said. Rows are added and never changed."""

    __tablename__ = "post_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post: Mapped[Post] = relationship(back_populates="events")
    step: Mapped[str] = mapped_column(sa.String(32))
    before: Mapped[PostStatus] = status_column(PostStatus)
    after: Mapped[PostStatus] = mapped_column(
        sa.Enum(
            PostStatus,
            native_enum=False,
            create_constraint=True,
            name="post_status_after",
            length=32,
            values_callable=lambda members: [m.value for m in members],
        )
    )
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    actor: Mapped[User] = relationship()
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    reasons: Mapped[list[str]] = mapped_column(default=list)
    content: Mapped[dict[str, Any]]


class PostSeen(Model):
    """What a reviewer had in front of them, so that the next look shows what changed since."""

    __tablename__ = "post_seen"
    __table_args__ = (sa.UniqueConstraint("post_id", "user_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
