"""What a person posts: handed over when it is due, and out only when its proof is verified."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.errors import FourEyes, Invalid, InvalidTransition
from publisher.models.advancing import advance, cancel_open
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import NEVER, DeliveryEvent, DeliveryStatus
from publisher.models.notices import Notice, NoticeKind
from publisher.models.proofs import Proof, ProofStatus
from publisher.platforms import BY_HAND, DRIVERS, driver_class
from publisher.platforms.base import Handover
from publisher.platforms.errors import OutcomeUnknown
from publisher.workflow import registering, reporting, watching
from publisher.workflow.delivering import by_hand, claiming, people, proving, restoring
from publisher.workflow.delivering.claiming import Claim
from tests.conftest import NOW
from tests.outcomes import record
from tests.workflow.conftest import bring

_S = DeliveryStatus
DRAFT = Handover(remote_id="p_pub_url~v2.17")


def test_a_draft_that_a_platform_keeps_waits_for_a_person(planned, dinkes_x):
    delivery = bring(planned(dinkes_x), DRAFT)

    assert delivery.status is _S.HANDED_OVER
    assert (delivery.remote_id, delivery.handed_over_at) == ("p_pub_url~v2.17", NOW)
    assert (delivery.next_at, delivery.publish_by) == (NEVER, NOW + by_hand.TIME_TO_PROVE)
    assert delivery.permalink is None


def test_an_answer_that_comes_after_the_doubt_still_tells_of_the_draft(planned, dinkes_x):
    delivery = bring(planned(dinkes_x), OutcomeUnknown("reset"))
    late = Claim(delivery_id=delivery.id, fence=delivery.fence - 1)

    record(late, DRAFT, phase="publish", started_at=NOW, at=NOW)
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is _S.HANDED_OVER
    steps = sa.select(DeliveryEvent.step).order_by(DeliveryEvent.id)
    assert db.session.scalars(steps).all()[-1] == "hand_over_late"


def test_what_is_handed_over_keeps_no_other_post_of_the_account_waiting(planned, dinkes_x):
    bring(planned(dinkes_x), DRAFT)
    second = planned(dinkes_x, caption="Kedua")
    db.session.commit()

    later = NOW + timedelta(minutes=10)
    (claim,) = claiming.claim_due(at=later, owner="test", limit=5)

    assert claim.delivery_id == second.id


@pytest.mark.parametrize(("seconds", "status"), [(-1, _S.HANDED_OVER), (0, _S.MISSED)])
def test_without_a_proof_it_is_missed_when_its_time_is_over(planned, dinkes_x, seconds, status):
    delivery = bring(planned(dinkes_x), DRAFT)

    by_hand.give_up_unproved(at=NOW + by_hand.TIME_TO_PROVE + timedelta(seconds=seconds))
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is status


def test_the_office_is_told_once_that_it_is_its_turn_and_again_when_it_was_missed(
    planned, dinkes_x
):
    delivery = bring(planned(dinkes_x), DRAFT)
    for minutes in (0, 1):
        watching.look_around(at=NOW + timedelta(minutes=minutes), late_after=timedelta(minutes=15))
    late = NOW + by_hand.TIME_TO_PROVE
    by_hand.give_up_unproved(at=late)
    watching.look_around(at=late, late_after=timedelta(minutes=15))

    notices = db.session.scalars(sa.select(Notice).order_by(Notice.id)).all()
    assert [(one.kind, one.delivery_id) for one in notices] == [
        (NoticeKind.HANDED_OVER, delivery.id),
        (NoticeKind.MISSED, delivery.id),
    ]
    assert [one.resolved_at is None for one in notices] == [False, True]
    assert notices[1].reason == by_hand.NEVER_PROVED


def test_what_a_person_has_is_not_called_late(planned, dinkes_x):
    bring(planned(dinkes_x), DRAFT)

    watching.look_around(at=NOW + timedelta(hours=5), late_after=timedelta(minutes=15))

    kinds = db.session.scalars(sa.select(Notice.kind)).all()
    assert kinds == [NoticeKind.HANDED_OVER]


# -- channels without any client


@pytest.fixture
def website(make_account, dinkes):
    return make_account(dinkes, "website", handle="dinkes.blorakab.go.id")


@pytest.fixture
def handed(planned, website):
    """A delivery for the office's website, handed over at NOW."""
    delivery = planned(website)
    assert by_hand.hand_over_due(at=NOW) == 1
    db.session.commit()
    db.session.refresh(delivery)
    return delivery


@pytest.fixture
def filed(handed, sari):
    return file(handed, sari)


LINK = "https://dinkes.blorakab.go.id/berita/imunisasi"
SOON = NOW + timedelta(minutes=30)


def file(delivery, actor, link=LINK, posted_at=SOON, at=SOON, screenshot=None):
    proof = proving.file(
        delivery, link=link, screenshot=screenshot, posted_at=posted_at, actor=actor, at=at
    )
    db.session.commit()
    db.session.refresh(delivery)
    return proof


def kinds_open():
    open_ones = sa.select(Notice.kind).where(Notice.resolved_at.is_(None)).order_by(Notice.id)
    return db.session.scalars(open_ones).all()


def test_every_driver_says_for_itself_whether_a_person_fills_its_channel():
    assert {name for name in DRIVERS if driver_class(name).by_hand} == BY_HAND


def test_no_sender_ever_takes_what_a_person_posts(planned, website):
    planned(website)

    assert claiming.claim_due(at=SOON, owner="test", limit=5) == []
    assert "website" not in claiming.drivers_in_use()


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(-1, _S.PENDING), (0, _S.HANDED_OVER), (6 * 3600 - 1, _S.HANDED_OVER), (6 * 3600, _S.PENDING)],
)
def test_it_is_handed_over_at_its_time_and_not_after_its_window(planned, website, seconds, status):
    delivery = planned(website)

    by_hand.hand_over_due(at=NOW + timedelta(seconds=seconds))
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is status


def test_what_a_backup_brings_back_is_looked_for_by_who_posts_it(planned, website):
    """They may have posted it since; told only that it is time, they would do it again."""
    delivery = planned(website)
    for change in restoring.hold_back(made_at=NOW - timedelta(hours=1), at=NOW):
        db.session.execute(change)
    by_hand.hand_over_due(at=NOW)
    db.session.commit()

    db.session.refresh(delivery)
    assert (delivery.status, delivery.reason) == (_S.HANDED_OVER, by_hand.RESTORED)


def test_what_siar_sends_itself_is_not_handed_over(planned, dinkes_x):
    planned(dinkes_x)

    assert by_hand.hand_over_due(at=NOW) == 0


def test_nothing_is_handed_over_to_an_account_out_of_use(planned, website):
    planned(website)
    website.retired_at = NOW
    db.session.commit()

    assert by_hand.hand_over_due(at=NOW) == 0


def test_a_filed_proof_waits_for_a_reviewer_and_is_not_missed_meanwhile(handed, filed):
    by_hand.give_up_unproved(at=NOW + timedelta(days=30))
    watching.look_around(at=SOON, late_after=timedelta(minutes=15))
    db.session.commit()

    db.session.refresh(handed)
    assert handed.status is _S.HANDED_OVER
    assert NoticeKind.PROOF_WAITING in kinds_open()


def test_a_verified_proof_publishes_with_its_link_at_the_time_it_was_posted(handed, filed, budi):
    proving.verify(filed, reviewer=budi, at=SOON + timedelta(hours=1))
    db.session.commit()

    db.session.refresh(handed)
    assert handed.status is _S.PUBLISHED
    assert (handed.permalink, handed.published_at) == (LINK, SOON)
    assert handed.proved_by_id == budi.id
    assert handed.account.last_post_at == SOON  # nobody can read such a channel back
    assert filed.status is ProofStatus.VERIFIED
    assert kinds_open() == []


def test_a_screenshot_alone_proves_without_any_link(handed, sari, budi, picture):
    media = picture("Layar").media
    proof = file(handed, sari, link="", screenshot=media)

    proving.verify(proof, reviewer=budi, at=SOON)
    db.session.commit()

    db.session.refresh(handed)
    assert (handed.status, handed.permalink) == (_S.PUBLISHED, None)


def test_only_a_verified_proof_counts_and_its_picture_is_shown(handed, sari, budi, picture):
    def counted():
        week = Week.of(NOW, handed.office.region.zone)
        row = reporting.office_detail(handed.office, week, at=SOON).row
        assert row.tally.counted == len(row.counted)
        return row.counted

    proof = file(handed, sari, link="", screenshot=picture("Layar").media)
    assert counted() == ()

    proving.verify(proof, reviewer=budi, at=SOON)
    db.session.commit()

    (content,) = counted()
    (shown,) = content.proofs
    assert (shown.permalink, shown.screenshot) == ("", proof.screenshot.digest)


def test_nothing_is_published_without_any_proof(handed):
    with pytest.raises(sa.exc.IntegrityError):
        advance(handed.id, "verify", at=NOW, published_at=NOW)


def test_a_proof_that_was_returned_tells_why_and_another_may_be_filed(handed, filed, sari, budi):
    proving.send_back(filed, reason="Tautannya ke berita lain", reviewer=budi, at=SOON)
    db.session.commit()

    db.session.refresh(handed)
    assert (handed.status, handed.publish_by) == (_S.HANDED_OVER, SOON + by_hand.TIME_TO_PROVE)
    assert kinds_open() == [NoticeKind.PROOF_RETURNED]
    again = file(handed, sari, link=f"{LINK}-2")
    proving.verify(again, reviewer=budi, at=SOON)
    assert [one.status for one in proving.proofs_of(handed)] == [
        ProofStatus.VERIFIED,
        ProofStatus.RETURNED,
    ]


def test_nobody_decides_on_their_own_proof(handed, budi):
    proof = file(handed, budi)

    with pytest.raises(FourEyes):
        proving.verify(proof, reviewer=budi, at=SOON)
    with pytest.raises(FourEyes):
        proving.send_back(proof, reason="x", reviewer=budi, at=SOON)
    db.session.execute(sa.text("UPDATE proof SET reason = 'x'"))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(
            sa.update(Proof).values(status=ProofStatus.VERIFIED, decided_by_id=budi.id)
        )


def test_a_proof_is_decided_once(filed, budi):
    proving.verify(filed, reviewer=budi, at=SOON)
    db.session.commit()

    for decide in (
        lambda: proving.verify(filed, reviewer=budi, at=SOON),
        lambda: proving.send_back(filed, reason="x", reviewer=budi, at=SOON),
    ):
        with pytest.raises(InvalidTransition):
            decide()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"link": "", "screenshot": None}, proving.NOTHING_SHOWN),
        ({"link": "https://blorakab.go.id/berita"}, people.NO_PAGE),
        ({"link": "javascript:alert(1)"}, people.NO_PAGE),
        ({"posted_at": SOON + timedelta(minutes=6)}, proving.NOT_YET),
        ({"posted_at": NOW - timedelta(hours=2)}, proving.TOO_EARLY),
    ],
)
def test_a_proof_that_cannot_be_is_refused_with_what_to_change(handed, sari, changes, message):
    with pytest.raises(Invalid) as caught:
        file(handed, sari, **changes)

    assert caught.value.message == message
    assert proving.waiting_proof(handed) is None


def test_a_link_proves_one_post_only(planned, website, handed, filed, sari, budi):
    proving.verify(filed, reviewer=budi, at=SOON)
    other = planned(website, caption="Kegiatan lain")
    by_hand.hand_over_due(at=NOW)
    db.session.commit()
    db.session.refresh(other)

    with pytest.raises(Invalid) as caught:
        file(other, sari)

    assert caught.value.message == people.LINK_USED


def test_two_of_an_office_cannot_both_file(handed, filed, sari):
    with pytest.raises(Invalid) as caught:
        file(handed, sari, link=f"{LINK}-2")

    assert caught.value.message == proving.ALREADY_FILED


def test_what_somebody_says_is_out_is_not_cancelled_by_an_edit(handed, filed, sari, budi):
    cancel_open(handed.post, actor=sari, at=SOON, reason="diubah")
    with pytest.raises(InvalidTransition):
        people.cancel(handed, actor=budi, at=SOON, reason="batal")

    db.session.refresh(handed)
    assert handed.status is _S.HANDED_OVER


def test_without_a_proof_an_edit_takes_it_back_from_the_person(handed, sari):
    cancel_open(handed.post, actor=sari, at=SOON, reason="diubah")

    db.session.refresh(handed)
    assert handed.status is _S.CANCELLED


def test_a_false_proof_of_a_text_that_was_changed_leaves_nothing_to_post(handed, filed, sari, budi):
    handed.post.move("reopen", actor=sari, at=SOON)
    db.session.commit()

    proving.send_back(filed, reason="Bukan unggahan ini", reviewer=budi, at=SOON)
    db.session.commit()

    db.session.refresh(handed)
    assert (handed.status, handed.reason) == (_S.CANCELLED, proving.CHANGED)


def test_a_proof_that_comes_after_the_time_still_counts(handed, sari, budi):
    late = NOW + by_hand.TIME_TO_PROVE
    by_hand.give_up_unproved(at=late)
    db.session.commit()
    db.session.refresh(handed)

    proof = file(handed, sari, at=late)
    proving.verify(proof, reviewer=budi, at=late)
    db.session.commit()

    db.session.refresh(handed)
    assert (handed.status, handed.published_at) == (_S.PUBLISHED, SOON)


def test_what_somebody_says_is_out_is_not_handed_over_a_second_time(handed, sari, budi):
    """Missed, then said to be out: trying again would ask for a second copy of it."""
    late = NOW + by_hand.TIME_TO_PROVE + timedelta(minutes=1)
    by_hand.give_up_unproved(at=late)
    db.session.commit()
    db.session.refresh(handed)
    assert "retry" in people.choices(handed, at=late).steps
    proof = file(handed, sari, at=late)

    assert "retry" not in people.choices(handed, at=late).steps
    with pytest.raises(InvalidTransition):
        people.try_again(handed, actor=sari, at=late, window=timedelta(hours=6))

    proving.send_back(proof, reason="Bukan unggahan ini", reviewer=budi, at=late)
    assert "retry" in people.choices(handed, at=late).steps


def test_every_step_is_audited_and_names_who_took_it(filed, sari, budi):
    proving.send_back(filed, reason="Buram", reviewer=budi, at=SOON)
    db.session.commit()

    query = sa.select(AuditEntry).where(AuditEntry.action.startswith("proof."))
    entries = db.session.scalars(query.order_by(AuditEntry.id)).all()
    assert [(one.action, one.actor_id) for one in entries] == [
        ("proof.filed", sari.id),
        ("proof.returned", budi.id),
    ]


def test_the_queue_holds_the_proofs_of_the_reviewers_own_region(filed, budi, yuni):
    assert proving.queue(budi) == ([filed], False)
    assert proving.count_waiting(budi) == 1
    assert proving.queue(yuni) == ([], False)


@pytest.mark.parametrize(
    ("platform", "link", "ours"),
    [
        ("whatsapp", "https://whatsapp.com/channel/0029VaAbC-d/123", True),
        ("whatsapp", "https://www.whatsapp.com/channel/0029VaAbC/1", True),
        ("whatsapp", "https://whatsapp.com/channel/0029VaAbC", False),
        ("youtube", "https://www.youtube.com/post/UgkxAbC", True),
        ("youtube", "https://youtube.com.evil.example/post/1", False),
        ("website", "http://www.dinkes.go.id/a", True),
        ("website", "https://dinkes.go.id.evil.example/a", False),
        ("website", "ftp://dinkes.go.id/a", False),
        ("lainnya", "https://radio.example/siaran/7", True),
        ("lainnya", "data:text/html,x", False),
    ],
)
def test_a_link_must_be_one_of_its_channel(platform, link, ours):
    assert driver_class(platform).is_permalink(link, "dinkes.go.id") is ours


def test_an_account_that_a_person_fills_is_ready_without_credentials(dinkes, budi):
    data = registering.AccountData(handle="dinkes.blorakab.go.id", display_name="Situs Dinkes")
    account = registering.add_account(dinkes, "website", data, actor=budi, at=NOW)
    db.session.commit()

    assert registering.state_of(account) is registering.State.BY_HAND
    assert not registering.connectable(account)
    found = registering.find_accounts(dinkes.region, state=registering.State.BY_HAND)
    assert found.rows == [account]
    registering.retire_account(account, actor=budi, at=NOW)
    registering.restore_account(account, actor=budi, at=NOW)
    db.session.commit()
    assert registering.state_of(account) is registering.State.BY_HAND


def test_no_account_is_usable_without_credentials_unless_a_person_fills_it(dinkes_x):
    dinkes_x.credentials = None

    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
