"""By what a region's posts are checked, where it is the region's own choice."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model
from publisher.models.people import User
from publisher.models.places import Office, Region


class RubricWeight(Model):
    """How much one point of the rubric weighs in a region; without a row, as Siar has it."""

    __tablename__ = "rubric_weight"
    __table_args__ = (sa.CheckConstraint("weight BETWEEN 0 AND 100", name="weight_sensible"),)

    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), primary_key=True)
    #: A key of `checking.rubric.POINTS`.
    point: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    weight: Mapped[int] = mapped_column(sa.SmallInteger)


class Hotline(Model):
    """A number that may stand in posts: of a whole region, or of one office."""

    __tablename__ = "hotline"
    __table_args__ = (sa.UniqueConstraint("region_id", "number", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: None: of the region, for all its offices.
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    #: Digits alone, with the country's code: 62812…
    number: Mapped[str] = mapped_column(sa.String(20))
    label: Mapped[str]
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    added_by: Mapped[User] = relationship()
    added_at: Mapped[datetime]


class KnownWord(Model):
    """A word that is spelled rightly in a region, whatever the dictionary says."""

    __tablename__ = "known_word"
    __table_args__ = (sa.UniqueConstraint("region_id", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: In small letters.
    word: Mapped[str] = mapped_column(sa.String(40))
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    added_by: Mapped[User] = relationship()
    added_at: Mapped[datetime]
