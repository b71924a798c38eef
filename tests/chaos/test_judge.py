"""Each promise the judge holds, broken once in a case that is otherwise in order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from publisher.models.accounts import Account
from publisher.models.deliveries import NEVER, Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.notices import Notice, NoticeKind
from publisher.models.posts import Post
from tests.chaos.judge import Case, Publication, judge
from tests.conftest import NOW

SOON = NOW + timedelta(minutes=1)
_S = DeliveryStatus


def delivery(number, status=_S.PUBLISHED):
    account = Account(id=number, platform="x", remote_id=f"7{number}", handle=f"din{number}")
    return Delivery(
        id=number, account=account, account_id=number, status=status, reason="",
        post=Post(caption=f"Kegiatan {number}", hashtags="", approved_at=NOW - timedelta(hours=1)),
        due_at=NOW, next_at=NOW, publish_by=NOW + timedelta(hours=6), created_at=NOW, fence=1,
        lookups=0, resumed=0, remote_id=f"9{number}" if status is _S.PUBLISHED else None,
    )  # fmt: skip


def publication(number, *, at=SOON, remote_id=None):
    return Publication(
        platform="x", account=f"7{number}", remote_id=remote_id or f"9{number}",
        text=f"Kegiatan {number}", at=at,
    )  # fmt: skip


def events(number, *steps):
    return [
        DeliveryEvent(delivery_id=number, step=step, before=before, after=after, fence=fence)
        for step, before, after, fence in steps
    ]


WHOLE_WAY = (
    ("plan", None, "pending", 0),
    ("claim", "pending", "claimed", 1),
    ("begin", "claimed", "sending", 1),
    ("publish", "sending", "published", 1),
)


def case(**changed):
    """Return a case in which two posts went out as they should; numbered, as events are."""
    sound = Case(
        deliveries=[delivery(1), delivery(2)],
        events=[*events(1, *WHOLE_WAY), *events(2, *WHOLE_WAY)],
        attempts=[],
        notices=[],
        book=[publication(1), publication(2)],
        refused_copies=0,
        broken_link=None,
    )
    made = replace(sound, **changed)
    for number, event in enumerate(made.events, start=1):
        event.id = number
    return made


def ended(status, **fields):
    """Return a case in which the second post ended as `status`, with a reason and a notice."""
    second = delivery(2, status)
    second.reason = "uji"
    for name, value in fields.items():
        setattr(second, name, value)
    way = (("plan", None, "pending", 0), ("end", "pending", status.value, 1))
    kind = NoticeKind(status.value) if status.value in set(NoticeKind) else None
    return case(
        deliveries=[delivery(1), second],
        events=[*events(1, *WHOLE_WAY), *events(2, *way)],
        notices=[Notice(delivery_id=2, kind=kind)] if kind else [],
        book=[publication(1)],
    )


def test_what_is_in_order_is_not_condemned():
    assert judge(case()) == []
    assert judge(ended(_S.MISSED)) == []
    assert judge(ended(_S.UNKNOWN, next_at=NEVER, resumed=2, lookups=2)) == []


TWICE = [publication(1), publication(2), publication(2, remote_id="99")]
BACKWARDS = (*WHOLE_WAY[:2], ("begin", "claimed", "sending", 0), WHOLE_WAY[3])
GAP = (*WHOLE_WAY[:2], WHOLE_WAY[3])


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: case(book=TWICE), "I1: delivery 2 is out 2 times"),
        (lambda: case(refused_copies=1), "I1: 1 copies were sent"),
        (lambda: ended(_S.SENDING), "I2: delivery 2 is still sending"),
        (lambda: ended(_S.PENDING), "I2: delivery 2 is still pending"),
        (lambda: ended(_S.UNKNOWN), "I2: delivery 2 is unknown, though it could be looked for"),
        (
            lambda: replace(
                ended(_S.UNKNOWN, next_at=NEVER, resumed=2, lookups=2),
                book=[publication(1), publication(2)],
            ),
            "I2: delivery 2 is unknown, though it is there",
        ),
        (lambda: case(book=[publication(1)]), "I3: delivery 2 is published"),
        (lambda: case(book=[*case().book, publication(3)]), "I3: ('x', '73', '93') is public"),
        (
            lambda: replace(ended(_S.FAILED), book=[publication(1), publication(2)]),
            "I4: delivery 2 is failed, and it is public",
        ),
        (
            lambda: case(events=[*events(1, *BACKWARDS), *events(2, *WHOLE_WAY)]),
            "I6: delivery 1: begin at 0 after 1",
        ),
        (
            lambda: case(events=[*events(1, *GAP), *events(2, *WHOLE_WAY)]),
            "I10: delivery 1: publish from sending",
        ),
        (
            lambda: case(book=[publication(1), publication(2, at=NOW - timedelta(seconds=1))]),
            "I7: delivery 2 was out 0:00:01 too early",
        ),
        (
            lambda: case(book=[publication(1), publication(2, at=NOW + timedelta(hours=7))]),
            "I7: delivery 2 was out 1:00:00 too late",
        ),
        (lambda: ended(_S.FAILED, reason=" "), "delivery 2 is failed without a reason"),
        (lambda: replace(ended(_S.MISSED), notices=[]), "is missed, and nobody was told"),
        (lambda: case(broken_link=7), "the audit chain is broken at 7"),
    ],
)  # fmt: skip
def test_each_broken_promise_is_seen(broken, said):
    assert any(said in line for line in judge(broken())), judge(broken())


def on_one_account(*steps):
    """Return a case in which both posts are for one account and take these (number, step)s."""
    first, second = delivery(1), delivery(2)
    second.account, second.account_id = first.account, 1
    second.due_at = NOW + timedelta(minutes=1)
    way = dict(zip(("plan", "claim", "begin", "publish"), WHOLE_WAY, strict=True))
    book = [publication(1), replace(publication(2, at=SOON), account="71")]
    taken = [event for number, step in steps for event in events(number, way[step])]
    return case(deliveries=[first, second], events=taken, book=book)


def test_two_posts_of_an_account_that_fly_together_are_seen():
    apart = [(n, step) for n in (1, 2) for step in ("plan", "claim", "begin", "publish")]
    together = [apart[0], apart[4], apart[1], apart[5], *apart[2:4], *apart[6:]]

    assert judge(on_one_account(*apart)) == []
    assert any(line.startswith("I5") for line in judge(on_one_account(*together)))


def test_posts_that_overtake_one_another_are_seen():
    overtaken = [(n, step) for n in (2, 1) for step in ("plan", "claim", "begin", "publish")]

    assert any(line.startswith("order") for line in judge(on_one_account(*overtaken)))
