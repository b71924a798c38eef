"""What may happen to deliveries, one after the other: how likely each is, and when it can."""

from datetime import timedelta

from hypothesis import strategies as st

from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.platforms.errors import AccountBlocked, Refused, TryLater

WINDOW = timedelta(hours=6)
#: What a platform answers to a request that it did not accept; it never will.
REFUSALS = {
    "later": lambda: TryLater("503"),
    "limit": lambda: TryLater("429", wait_s=300, whole_account=True),
    "refused": lambda: Refused("text"),
    "logged out": lambda: AccountBlocked("401"),
}
which = st.integers(0, 10)
refusals = st.sampled_from(sorted(REFUSALS))


class Deed:
    """Something that may happen: how likely it is, when it can, and what is drawn for it."""

    def __init__(self, weight, do, *, when, drawn):
        self.weight, self.do, self.when, self.drawn = weight, do, when, drawn

    def __repr__(self):
        return self.do.__name__


DEEDS = []


def deed(weight, *, when=lambda _: True, **drawn):
    def register(do):
        DEEDS.append(Deed(weight, do, when=when, drawn=drawn))
        return do

    return register


def pick(things, number):
    return things[number % len(things)]


def loaded(row):
    db.session.expire_all()
    return db.session.get(Delivery, row.id)


def take(things, number):
    return things.pop(number % len(things))
