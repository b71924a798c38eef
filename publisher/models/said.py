"""What posts say in public, as numbers, so that the same words are found again.

Apart from posts and deliveries: it is written once, when a post is planned, and costs nothing
while millions of rows are sent past it.
"""

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
