"""What is said in public, by our posts and by others, as numbers: the same words are found again.

Apart from posts and deliveries: it is written once, when a post is planned, and costs nothing
while millions of rows are sent past it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from publisher.db import Model


class Said(Model):
    """The text of one post on one platform."""

    __tablename__ = "said"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    #: Part of a SHA-256, the same for the same words; see `composing.said`.
    text_key: Mapped[int] = mapped_column(sa.BigInteger, index=True)


class Heard(Model):
    """One post read back from an account, whoever made it; forgotten after a month."""

    __tablename__ = "heard"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    remote_id: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    #: As `Said.text_key`, of the words without links; None for a post without words.
    text_key: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    at: Mapped[datetime] = mapped_column(index=True)
