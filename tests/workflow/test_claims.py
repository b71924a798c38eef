"""Posts made without Siar: found, claimed by the office, and counted once at their real time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.clock import Week
from publisher.db import db
from publisher.errors import FourEyes, Invalid, InvalidTransition
from publisher.models.accounts import Standing
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.found import Claim, ClaimStatus, FoundPost
from publisher.models.notices import Notice, NoticeKind
from publisher.models.posts import PostKind
from publisher.models.weeks import Objection, ObjectionStatus
from publisher.platforms.base import Published
from publisher.platforms.errors import OutcomeUnknown
from publisher.reports import frozen
from publisher.reports.snapshot import Uncounted
from publisher.typed import Unacceptable
from publisher.workflow import adopting, closing, composing, reporting, scheduling
from publisher.workflow.adopting import common, filing
from publisher.workflow.delivering import people, taking_down
from publisher.workflow.reporting.judging import REPEATED_WITHIN
from tests.conftest import NOW, saved
from tests.weeks import rule, utc
from tests.workflow.conftest import bring

W47 = Week(2026, 47)
TUESDAY = utc(2026, 11, 17, 3, 0)
SUNDAY_NIGHT = utc(2026, 11, 15, 17, 30)  # Monday 00.30 WIB
HOUR = timedelta(hours=1)


def shown(number, at=TUESDAY, text="Donor darah di pendopo, 40 kantong."):
    link = f"https://x.com/dinkesblora/status/{number}"
    return Published(remote_id=str(number), url=link, text=text, published_at=at, picture_count=1)


@pytest.fixture
def found(dinkes_x):
    """Return a function that reads posts back from an account, and gives the last of them."""

    def found(*posts, account=dinkes_x, at=NOW):
        composing.collect(account, posts, at=at)
        db.session.commit()
        return db.session.scalar(sa.select(FoundPost).filter_by(remote_id=posts[-1].remote_id))

    return found


@pytest.fixture
def claim(sari):
    """Return a function that claims a found post for Sari's office."""

    def claim(post, title="Donor darah", kind=PostKind.LAYANAN, at=NOW):
        naming = adopting.Naming(title=title, kind=kind, gist="PMI, 17 November, pendopo")
        row = adopting.file(post, naming, actor=sari, at=at)
        db.session.commit()
        return row

    return claim


@pytest.fixture
def accept(budi):
    def accept(row, at=NOW):
        still_open = adopting.accept(row, reviewer=budi, at=at)
        db.session.commit()
        return still_open

    return accept


def row_of(office, week=W47):
    return reporting.office_detail(office, week, at=NOW).row


def faults(step):
    with pytest.raises(Unacceptable) as error:
        step()
    db.session.rollback()
    return error.value.message


def test_what_is_ours_or_not_official_or_long_ago_is_not_kept(
    found, dinkes_x, make_account, dinkes, planned
):
    planned(dinkes_x).remote_id = "7"
    db.session.commit()
    old = make_account(dinkes, "x", handle="lama", remote_id="1", standing=Standing.LAMA)

    found(shown(7), shown(8, NOW - composing.found.KEPT), shown(9, NOW + HOUR))
    found(shown(10), account=old)
    found(shown(11, text="Senam  lansia\n" + "a" * 400))

    kept = db.session.scalars(sa.select(FoundPost)).all()
    assert [post.remote_id for post in kept] == ["11"]
    assert kept[0].excerpt.startswith("Senam lansia aa")
    assert len(kept[0].excerpt) == composing.found.EXCERPT_CHARS


def test_old_posts_are_forgotten_unless_somebody_claimed_them(found, claim):
    claim(found(shown(1)))
    found(shown(2))
    found(shown(3, NOW + 50 * HOUR), at=NOW + composing.found.KEPT)

    kept = db.session.scalars(sa.select(FoundPost.remote_id).order_by(FoundPost.id))
    assert kept.all() == ["1", "3"]


@pytest.mark.parametrize(
    ("at", "week"), [(TUESDAY, W47), (SUNDAY_NIGHT, W47), (SUNDAY_NIGHT - HOUR, W47.previous())]
)
def test_an_accepted_claim_counts_at_its_real_time_and_everywhere_the_same(
    found, claim, accept, blora, dinkes, dinkes_x, at, week
):
    rule(blora, 1)
    post = found(shown(1, at))
    filed = claim(post)
    assert row_of(dinkes, week).tally.counted == 0  # until a reviewer has said so

    assert accept(filed)

    row = row_of(dinkes, week)
    assert (row.tally.counted, row.tally.uncounted) == (1, 0)
    [counted] = row.counted
    [proof] = counted.proofs
    assert (counted.title, counted.kind, counted.first_at) == ("Donor darah", "layanan", at)
    assert (counted.submitted_by, counted.approved_by) == ("Sari", "Budi")
    assert (proof.permalink, proof.claimed) == (post.permalink, True)
    assert reporting.region_matrix(blora, W47, at=NOW).column(week)[0].counted == 1
    report = reporting.week_report(blora, week, at=NOW)
    assert frozen.from_json(frozen.to_json(report)).rows[0].counted == row.counted
    # By hand, from the rows themselves.
    out = db.session.scalars(sa.select(Delivery).filter_by(status=DeliveryStatus.PUBLISHED)).all()
    assert [(each.remote_id, each.week) for each in out] == [("1", week.ordinal)]


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("donor  DARAH di pendopo, 40 kantong.", Uncounted.REPEAT),
        ("Donor darah di pendopo, 41 kantong.", None),
    ],
)
@pytest.mark.parametrize("claimed_first", [True, False])
def test_the_same_words_count_once_whichever_was_written_down_first(
    found, claim, accept, make_post, budi, dinkes, dinkes_x, says, reason, claimed_first
):
    def by_siar():
        publish(make_post, budi, dinkes_x, 2, says, TUESDAY + HOUR)

    def by_hand():
        accept(claim(found(shown(1))))

    for step in (by_hand, by_siar) if claimed_first else (by_siar, by_hand):
        step()

    assert [each.reason for each in row_of(dinkes).contents] == [None, reason]


def test_two_claims_with_the_same_words_count_once_and_a_greeting_never(
    found, claim, accept, dinkes
):
    for number, kind in ((1, PostKind.LAYANAN), (2, PostKind.LAYANAN), (3, PostKind.UCAPAN)):
        text = "Selamat hari jadi" if kind is PostKind.UCAPAN else "Donor darah"
        accept(claim(found(shown(number, TUESDAY + number * HOUR, text)), kind=kind))

    assert [each.reason for each in row_of(dinkes).contents] == [
        None, Uncounted.REPEAT, Uncounted.GREETING,
    ]  # fmt: skip


def test_a_post_is_claimed_once_and_again_only_after_a_refusal_or_a_withdrawal(
    found, claim, accept, sari, budi, dinkes
):
    post = found(shown(1))
    first = claim(post)
    assert faults(lambda: claim(post)) == filing.CLAIMED

    adopting.withdraw(first, actor=sari, at=NOW)
    second = claim(post)
    assert faults(lambda: adopting.decline(second, reason="", reviewer=budi, at=NOW))
    adopting.decline(second, reason="Ini milik PMI", reviewer=budi, at=NOW)
    third = claim(post)
    accept(third)

    assert faults(lambda: claim(post)) == filing.CLAIMED
    for step in (
        lambda: adopting.withdraw(third, actor=sari, at=NOW),
        lambda: adopting.accept(third, reviewer=budi, at=NOW),
        lambda: adopting.decline(first, reason="Keliru", reviewer=budi, at=NOW),
    ):
        with pytest.raises(InvalidTransition):
            step()
        db.session.rollback()
    statuses = [row.status for row in db.session.scalars(sa.select(Claim).order_by(Claim.id))]
    assert statuses == [ClaimStatus.WITHDRAWN, ClaimStatus.REFUSED, ClaimStatus.ACCEPTED]
    assert row_of(dinkes).tally.counted == 1
    [again] = adopting.found_in(dinkes, W47)
    assert (again.claim.id, again.claimable) == (third.id, False)


def test_nobody_decides_on_their_own_claim(found, budi):
    naming = adopting.Naming(title="Donor darah", kind=PostKind.LAYANAN)
    own = adopting.file(found(shown(1)), naming, actor=budi, at=NOW)

    for decide in (
        lambda: adopting.accept(own, reviewer=budi, at=NOW),
        lambda: adopting.decline(own, reason="Keliru", reviewer=budi, at=NOW),
    ):
        with pytest.raises(FourEyes):
            decide()
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        own.status, own.decided_by, own.reason = ClaimStatus.REFUSED, budi, "Keliru"


def test_those_who_can_act_are_told_once(found, claim, accept, budi):
    accept(claim(found(shown(1))))
    adopting.decline(claim(found(shown(2, text="Lain"))), reason="Buram", reviewer=budi, at=NOW)
    db.session.commit()

    notices = db.session.scalars(sa.select(Notice).order_by(Notice.id)).all()
    assert [(each.kind, each.resolved_at is None) for each in notices] == [
        (NoticeKind.CLAIM_FILED, False),
        (NoticeKind.CLAIM_ANSWERED, True),
    ] * 2
    assert notices[3].details["because"] == "Buram"


def test_what_may_be_a_delivery_in_doubt_is_neither_claimed_nor_accepted(
    found, claim, accept, planned, dinkes_x
):
    """Counted as something else, it would not be found by the look for it, and sent once more."""
    early = claim(found(shown(1)))
    delivery = bring(planned(dinkes_x), OutcomeUnknown("reset"))

    assert faults(lambda: claim(found(shown(2)))) == common.IN_DOUBT
    assert faults(lambda: accept(early)) == common.IN_DOUBT

    delivery.status, delivery.reason = DeliveryStatus.FAILED, "Tidak ada di akun"
    db.session.commit()
    same = shown(3, NOW, delivery.post.text_for("x").upper())
    assert faults(lambda: claim(found(same))) == common.IS_APPROVED
    assert accept(early)


def test_what_is_proved_by_a_shared_link_is_not_counted_again_as_found(
    found, claim, planned, dinkes_x, budi
):
    delivery = planned(dinkes_x)
    later = delivery.due_at + 7 * HOUR
    assert advance(delivery.id, "miss", at=later, fence=delivery.fence, reason="Terlewat")
    db.session.refresh(delivery)
    shared = "https://twitter.com/i/status/1001?s=20"
    people.prove(delivery, actor=budi, at=later, link=shared)
    db.session.commit()

    assert faults(lambda: claim(found(shown(1001)))) == common.IS_OURS
    with pytest.raises(Invalid, match=people.LINK_USED):
        people.require_link_of(dinkes_x, "https://x.com/i/status/1001")


def test_what_turned_out_to_be_ours_is_no_claim(found, claim, accept, planned, dinkes, dinkes_x):
    post = found(shown(1))
    filed = claim(post)
    content_of = planned(dinkes_x)
    content_of.remote_id = "1"
    db.session.commit()

    assert faults(lambda: accept(filed)) == common.IS_OURS
    filed.status, filed.delivery_id = ClaimStatus.WITHDRAWN, None
    db.session.commit()
    assert faults(lambda: claim(post)) == common.IS_OURS
    assert adopting.count_found(dinkes, W47) == 1  # because it was claimed once


def test_a_closed_week_takes_no_claim_but_for_an_objection_that_was_right(
    found, claim, accept, blora, dinkes, sari, budi
):
    rule(blora, 1)
    early, late = found(shown(1)), found(shown(2, text="Lain"))
    waiting = claim(early)
    assert closing.waiting(blora, W47).claims == 1
    report = reporting.week_report(blora, W47, at=NOW)
    closing.close(blora, report, by=budi, at=NOW, reason="Lebih awal")
    db.session.commit()

    assert faults(lambda: claim(late)) == filing.CLOSED
    assert accept(waiting) is False  # filed in time: it enters by a correction
    closed = closing.latest(blora, W47)
    assert closing.read(closed, newest=1).rows[0].tally.counted == 0
    anew = reporting.week_report(blora, W47, at=NOW)
    closing.correct(blora, anew, by=budi, at=NOW, reason="Klaim diterima", seen=1)
    db.session.commit()
    closed = closing.latest(blora, W47)
    assert closing.read(closed, newest=2).rows[0].tally.counted == 1

    saved(Objection(
        office=dinkes, monday=W47.monday, text="Ada satu lagi", filed_by=sari, filed_at=TUESDAY,
        deadline=NOW, status=ObjectionStatus.ACCEPTED, answer="Benar", answered_by=budi,
        answered_at=NOW,
    ))  # fmt: skip
    assert accept(claim(late)) is False


def test_a_claimed_content_is_judged_by_the_life_of_its_office_and_taken_down_like_all_others(
    found, claim, accept, dinkes, budi
):
    accept(claim(found(shown(1))))
    delivery = db.session.scalar(sa.select(Delivery))
    down = {"down_at": TUESDAY + HOUR, "reason": "Salah foto", "actor": budi, "at": NOW}
    taking_down.take_down(delivery, **down)
    db.session.commit()
    assert [each.reason for each in row_of(dinkes).contents] == [Uncounted.TAKEN_DOWN]

    dinkes.valid_from = TUESDAY.date() + timedelta(days=1)
    db.session.commit()
    assert [each.reason for each in row_of(dinkes).contents] == [Uncounted.NO_OFFICE]


WAYS = ("siar", "accepted", "waiting", "refused")
SAYINGS = st.lists(
    st.tuples(
        st.sampled_from(WAYS),
        st.sampled_from(["Donor darah", "Senam lansia"]),
        st.integers(0, 45 * 24),
    ),
    max_size=3,
    unique_by=lambda each: each[2],
)


def test_every_number_with_claims_in_it_equals_a_recount_from_the_raw_rows(
    found, claim, accept, make_post, budi, blora, dinkes, dinkes_x
):
    """Of those out, whoever made them, the first with its words within 30 days counts."""

    @given(SAYINGS)
    @settings(
        max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def check(sayings):
        forget_everything()
        for number, (way, words, hours) in enumerate(sayings, start=1):
            at = NOW - timedelta(hours=hours + 1)
            if way == "siar":
                publish(make_post, budi, dinkes_x, number, words, at)
                continue
            filed = claim(found(shown(number, at, words)))
            if way == "accepted":
                accept(filed)
            elif way == "refused":
                adopting.decline(filed, reason="Keliru", reviewer=budi, at=NOW)
        out = [
            (NOW - timedelta(hours=hours + 1), words)
            for way, words, hours in sayings
            if way in ("siar", "accepted")
        ]
        counted = [
            at
            for at, words in out
            if not any(w == words and timedelta() < at - b <= REPEATED_WITHIN for b, w in out)
        ]
        for cell in reporting.region_matrix(blora, W47.next(), at=NOW).rows[0].cells:
            expected = sum(Week.of(at, "Asia/Jakarta") == cell.week for at in counted)
            assert cell.counted == expected, cell.week
            assert cell.counted == row_of(dinkes, cell.week).tally.counted

    check()


def publish(make_post, budi, account, number, words, at):
    post = make_post(
        "submit", "approve", caption=words, hashtags="", accounts=[account], planned_at=at
    )
    [delivery] = scheduling.schedule(post, actor=budi, at=at)
    delivery.status, delivery.published_at = DeliveryStatus.PUBLISHED, at
    delivery.permalink = f"https://x.com/dinkesblora/status/{number}"
    delivery.remote_id = str(number)
    db.session.commit()


def forget_everything():
    tables = (
        "claim", "found_post", "notice", "said", "twin", "delivery_event", "delivery",
        "post_event", "post_account", "post_picture", "post_text", "post",
    )  # fmt: skip
    for table in tables:
        db.session.execute(sa.text(f"DELETE FROM {table}"))
    db.session.commit()
    db.session.expire_all()
