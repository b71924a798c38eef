"""Who else has to decide before a post is approved, and that nothing goes out without them.

Wulan heads Dinas Kesehatan and signs; Budi and Rudi review.
"""

import threading
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from itsdangerous import BadSignature

from publisher.db import db
from publisher.errors import (
    DecisionMissing,
    FourEyes,
    Incomplete,
    Invalid,
    Outdated,
    PublisherError,
    SameDecider,
)
from publisher.models import asking
from publisher.models.audit import AuditEntry, first_broken_link
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.needs import Answer, NeededDecision, SignOffLink, Stage, Vacant
from publisher.models.neutrality import Neutrality
from publisher.models.notices import Notice
from publisher.models.people import Role, User
from publisher.models.places import Region
from publisher.models.posters import Poster
from publisher.models.posts import Post, PostStatus, ReturnReason
from publisher.platforms.base import Prepared
from publisher.typed import Unacceptable
from publisher.workflow import drafting, reviewing, scheduling, signing
from publisher.workflow.composing.neutral import blocked_words
from publisher.workflow.delivering import beginning, by_hand, claiming, loading, recording
from publisher.workflow.signing import lateness, rules
from publisher.workflow.signing.links import Fate
from tests.conftest import NOW, person
from tests.workflow.conftest import now_waits

LATER = NOW + timedelta(minutes=5)
HOUR = timedelta(hours=1)
TODAY = date(2026, 11, 23)
SECRET, BASE = "rahasia" * 5, "https://siar.contoh.go.id"


@pytest.fixture
def store(app):
    return app.extensions["media_store"]


@pytest.fixture
def rudi(blora):
    return person("Rudi", Role.REVIEWER, region=blora)


@pytest.fixture
def rule_is(blora, budi):
    """Return a function that sets the region's rule."""

    def rule_is(*, asked=True, vacant=Vacant.GO_ON, deputy=None, late_hours=24, at=NOW):
        data = signing.RuleData(
            asked=asked, vacant=vacant, deputy_id=deputy.id if deputy else None,
            late_hours=late_hours, link_hours=72,
        )  # fmt: skip
        seen = rules.stamp(signing.rule_of(blora))
        waits = signing.set_rule(blora, data, seen=seen, actor=budi, at=at)
        db.session.commit()
        return waits

    return rule_is


@pytest.fixture
def time_is(blora, budi):
    """Return a function that sets a time before an election; without days none."""

    def time_is(first=TODAY, last=TODAY, words=(), checklist=(), at=NOW):
        data = signing.TimeData(
            first=first, last=last, words=tuple(words), checklist=tuple(checklist)
        )
        seen = rules.stamp(signing.time_of(blora))
        held = signing.set_time(blora, data, seen=seen, actor=budi, at=at)
        db.session.commit()
        return held

    return time_is


@pytest.fixture
def submitted(make_post, store, sari):
    """Return a function that submits a post as its drafter does."""

    def submitted(**fields):
        post = make_post(**fields)
        drafting.submit(post, actor=sari, at=NOW, store=store, version=post.version)
        db.session.commit()
        return post

    return submitted


def approve(post, reviewer, store, *, at=LATER, **more):
    reviewing.approve(post, reviewer=reviewer, at=at, store=store, **more)
    made = scheduling.schedule(post, actor=reviewer, at=at)
    db.session.commit()
    return made


def kinds():
    """Return the notices there are: their kind, and whether they still ask for somebody."""
    rows = db.session.scalars(sa.select(Notice).order_by(Notice.id))
    return [(row.kind.value, row.resolved_at is None) for row in rows]


# -- the signature of the head -------------------------------------------------------------


def test_a_submitted_post_waits_for_its_head_and_then_for_the_reviewers(
    submitted, rule_is, wulan, budi, blora, store
):
    rule_is()
    post = submitted()

    assert [row.post.id for row in signing.unsigned(blora, at=LATER)] == [post.id]
    assert reviewing.waiting(blora, reviewer=budi, at=LATER).rows == []
    assert signing.waiting_for(wulan, at=LATER) == [post]
    assert kinds() == [("sign_off_asked", True)]
    with pytest.raises(DecisionMissing):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)
    db.session.rollback()

    signing.sign(post, person=wulan, at=LATER)
    db.session.commit()

    assert signing.waiting_for(wulan, at=LATER) == []
    assert [row.post for row in reviewing.waiting(blora, reviewer=budi, at=LATER).rows] == [post]
    assert kinds() == [("sign_off_asked", False), ("sign_off_answered", True)]
    assert len(approve(post, budi, store)) == 2
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["region.sign_off", "post.sign", "post.approve"]
    assert first_broken_link() is None


def test_a_head_sends_back_with_reasons_and_a_new_submission_needs_a_new_signature(
    submitted, rule_is, wulan, sari, budi, store
):
    rule_is()
    post = submitted()
    with pytest.raises(Invalid):
        signing.send_back(post, person=wulan, at=LATER, reasons=[])
    with pytest.raises(Invalid):
        signing.send_back(post, person=wulan, at=LATER, reasons=[ReturnReason.LAINNYA], note=" ")

    reasons = [ReturnReason.SALAH_KETIK]
    signing.send_back(post, person=wulan, at=LATER, reasons=reasons, note="Judulnya.")
    db.session.commit()
    assert post.status is PostStatus.CHANGES_REQUESTED
    assert (post.events[-1].actor, post.events[-1].reasons) == (wulan, ["salah_ketik"])

    drafting.submit(post, actor=sari, at=LATER, store=store, version=post.version)
    db.session.commit()
    with pytest.raises(DecisionMissing):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)
    signing.sign(post, person=wulan, at=LATER + timedelta(minutes=1))
    reviewing.request_changes(post, reviewer=budi, at=LATER, reasons=reasons)
    drafting.submit(post, actor=sari, at=NOW + timedelta(hours=0.5), store=store,
                    version=post.version)  # fmt: skip
    assert asking.state(post, at=LATER).missing == [Stage.HEAD]  # a return voids a signature


def test_what_was_signed_is_what_is_approved(submitted, rule_is, wulan, sari, budi, store):
    rule_is()
    post = submitted()
    signing.sign(post, person=wulan, at=LATER)
    post.caption = "Sesudah ditandatangani diganti."
    post.touch(actor=sari, at=LATER)
    db.session.commit()

    with pytest.raises(DecisionMissing):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)


def test_only_who_heads_the_office_now_and_made_nothing_of_it_may_sign(
    submitted, rule_is, wulan, sari, tono, budi, dinkes, dishub
):
    rule_is(vacant=Vacant.WAIT)
    post = submitted()
    others = [sari, tono, budi, person("Candra", Role.HEAD, office=dishub)]
    former = person("Dewi", Role.HEAD, office=dinkes)
    former.acts_until = TODAY - timedelta(days=1)
    next_one = person("Eko", Role.HEAD, office=dinkes)
    next_one.acts_from = TODAY + timedelta(days=1)
    ended = person("Fitri", Role.HEAD, office=dinkes)
    ended.ended_at = NOW
    maker = person("Gita", Role.HEAD, office=dinkes)
    post.edited_by = maker
    db.session.commit()

    for somebody in [*others, former, next_one, ended, maker]:
        assert post not in signing.waiting_for(somebody, at=LATER)
        with pytest.raises(FourEyes):
            signing.sign(post, person=somebody, at=LATER)
        db.session.rollback()
    signing.sign(post, person=wulan, at=LATER)
    with pytest.raises(signing.AlreadyDecided, match="Wulan"):
        signing.sign(post, person=wulan, at=LATER)


def test_the_list_of_a_head_takes_as_many_queries_for_many_as_for_one(submitted, rule_is, wulan):
    def asked_for(count):
        db.session.expire_all()
        seen = []

        def note(*given):
            seen.append(given[2])

        sa.event.listen(db.engine, "before_cursor_execute", note)
        assert len(signing.waiting_for(wulan, at=LATER)) == count
        sa.event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    rule_is()
    submitted()
    for_one = asked_for(1)
    for _ in range(4):
        submitted()

    assert asked_for(5) == for_one


@pytest.mark.parametrize("vacant", Vacant)
def test_a_vacant_post_goes_on_is_signed_by_a_deputy_or_waits(
    submitted, rule_is, vacant, dishub, budi, store
):
    candra = person("Candra", Role.HEAD, office=dishub)
    rule_is(vacant=vacant, deputy=candra)
    post = submitted()
    found = signing.asked(post, at=LATER)

    if vacant is Vacant.GO_ON:
        assert found.passed
        assert len(approve(post, budi, store)) == 2
        return
    assert found.unsigned
    assert found.able == ([candra] if vacant is Vacant.DEPUTY else [])
    with pytest.raises(DecisionMissing):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)
    if vacant is Vacant.DEPUTY:
        assert signing.waiting_for(candra, at=LATER) == [post]
        signing.sign(post, person=candra, at=LATER)
        assert len(approve(post, budi, store)) == 2


def test_a_rule_holds_at_once_for_what_waits_and_an_office_may_have_its_own(
    submitted, rule_is, wulan, budi, blora, dinkes, dishub, store
):
    post = submitted()
    assert rule_is() == 1
    assert signing.unsigned_count(blora) == 1
    own = {"deputy_id": None, "actor": budi, "at": NOW}
    assert signing.set_exception(dinkes, asked=False, **own) == 0
    assert signing.unsigned_count(blora) == 0
    assert kinds() == [("sign_off_asked", False)]
    assert signing.set_exception(dinkes, asked=None, **own) == 1
    assert rule_is(asked=False, at=LATER) == 0
    assert signing.set_exception(dinkes, asked=True, **own) == 1
    assert [row.office for row in signing.exceptions_of(blora)] == [dinkes]
    with pytest.raises(DecisionMissing):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)


def test_a_rule_is_checked_and_nobody_overwrites_another(blora, budi, rule_is, wulan, sari):
    rule_is()
    data = {"asked": True, "vacant": Vacant.DEPUTY, "late_hours": 24, "link_hours": 72}
    now = {"seen": rules.stamp(signing.rule_of(blora)), "actor": budi, "at": LATER}
    for wrong, field in (
        ({"deputy_id": None}, "deputy"),
        ({"deputy_id": sari.id}, "deputy"),
        ({"deputy_id": wulan.id, "late_hours": 0}, "late_hours"),
        ({"deputy_id": wulan.id, "link_hours": 999}, "link_hours"),
    ):
        with pytest.raises(Unacceptable) as refused:
            signing.set_rule(blora, signing.RuleData(**{**data, **wrong}), **now)
        assert list(refused.value.faults) == [field]
    right = signing.RuleData(**data, deputy_id=wulan.id)
    with pytest.raises(Outdated):
        signing.set_rule(blora, right, **{**now, "seen": "kemarin"})


def test_a_head_is_reminded_once_and_the_reviewers_are_told_once(
    submitted, rule_is, wulan, budi, store
):
    rule_is(late_hours=4)
    post = submitted(planned_at=NOW + timedelta(days=2))
    for hours in (1, 2, 2.5, 4, 5, 9):
        signing.look_around(at=NOW + timedelta(hours=hours))
        db.session.commit()

    asked, reminded, late = kinds()
    assert asked == reminded == ("sign_off_asked", True)
    assert late == ("sign_off_late", True)
    signing.sign(post, person=wulan, at=NOW + timedelta(hours=10))
    assert [open_ for _kind, open_ in kinds()] == [False, False, False, True]


def test_what_waits_for_a_head_who_leaves_goes_on_at_the_next_round(
    submitted, rule_is, wulan, budi, store
):
    rule_is()
    post = submitted(planned_at=NOW + timedelta(days=2))
    assert signing.look_around(at=LATER) is False
    assert signing.asked(post, at=LATER).unsigned
    wulan.ended_at = LATER
    db.session.commit()
    signing.look_around(at=LATER)
    db.session.commit()
    assert signing.asked(post, at=LATER).passed
    assert kinds() == [("sign_off_asked", False)]


def test_a_deadline_of_what_was_sent_back_ends_nothing_of_the_next_submission(
    submitted, rule_is, wulan, sari, budi, store
):
    rule_is(late_hours=24)
    post = submitted(planned_at=NOW + timedelta(days=4))
    return_for_a_typo(post, budi)
    later = NOW + timedelta(hours=20)
    drafting.submit(post, actor=sari, at=later, store=store, version=post.version)
    db.session.commit()

    signing.look_around(at=NOW + timedelta(hours=24, minutes=1))
    db.session.commit()

    assert kinds()[-1] == ("sign_off_asked", True)
    assert signing.waiting_for(wulan, at=NOW + timedelta(hours=25)) == [post]


def return_for_a_typo(post, reviewer):
    reasons = [ReturnReason.SALAH_KETIK]
    reviewing.request_changes(post, reviewer=reviewer, at=LATER, reasons=reasons)
    db.session.commit()


def test_what_is_over_is_seen_to_once(submitted, rule_is, wulan, sari, budi, store, monkeypatch):
    rule_is()
    post = submitted(planned_at=NOW + timedelta(days=4))
    return_for_a_typo(post, budi)
    drafting.submit(post, actor=sari, at=LATER, store=store, version=post.version)
    signing.sign(post, person=wulan, at=LATER)
    wulan.ended_at = LATER
    db.session.commit()
    monkeypatch.setattr(lateness, "BATCH", 1)

    for _ in range(2):
        assert not signing.look_around(at=LATER)  # else the worker would ask for ever
        db.session.commit()


def test_the_last_day_of_an_acting_head_ends_at_midnight_of_the_region(
    submitted, rule_is, wulan, blora, store
):
    blora.zone, wulan.acts_until = "Asia/Jayapura", TODAY
    db.session.commit()
    rule_is()
    post = submitted(planned_at=NOW + timedelta(days=3))
    midnight = NOW.replace(hour=15, minute=0)

    for at, passed in ((midnight - timedelta(seconds=1), False), (midnight, True)):
        signing.look_around(at=at)
        db.session.commit()
        assert signing.asked(post, at=at).passed is passed


# -- a link --------------------------------------------------------------------------------


def link_for(post, head, maker=None, at=NOW):
    url = signing.sign_off_link(post, head, made_by=maker, at=at, secret_key=SECRET, base_url=BASE)
    db.session.commit()
    return url.rpartition("/")[2]


def opened(token, at=LATER, secret=SECRET):
    return signing.open_link(token, secret_key=secret, at=at)


def test_a_link_signs_once_and_then_leads_nowhere(submitted, rule_is, wulan, sari):
    rule_is()
    post = submitted()
    token, other = link_for(post, wulan, sari), link_for(post, wulan)
    found = opened(token)
    assert (found.fate, found.post, found.link.person) == (Fate.OPEN, post, wulan)

    signing.sign(post, person=wulan, at=LATER, link=found.link, address="10.0.0.1")
    db.session.commit()

    assert opened(token).fate is Fate.USED
    assert opened(other).fate is Fate.OVER
    row = signing.asked(post, at=LATER).head
    assert (row.answered_by, row.details["way"], row.details["maker"]) == (wulan, "link", "Sari")
    with pytest.raises(signing.AlreadyDecided):
        signing.sign(post, person=wulan, at=LATER, link=opened(other).link)
    stored = db.session.scalars(sa.select(SignOffLink.token_hash)).all()
    assert not any(hashed in token or token in hashed for hashed in stored)


@pytest.mark.parametrize(
    ("how", "fate"),
    [("expires", Fate.EXPIRED), ("revoked", Fate.REVOKED), ("withdrawn", Fate.OVER),
     ("changed", Fate.OVER), ("left", Fate.OVER)],
)  # fmt: skip
def test_a_link_ends_with_its_hours_its_post_its_person_or_a_word(
    submitted, rule_is, wulan, sari, how, fate
):
    rule_is()
    post = submitted()
    token = link_for(post, wulan, sari)
    at = LATER
    match how:
        case "expires":
            at = NOW + timedelta(hours=72)
        case "revoked":
            assert signing.revoke_links(post, actor=sari, at=LATER) == 1
        case "withdrawn":
            drafting.withdraw(post, actor=sari, at=LATER)
        case "changed":
            post.caption = "Lain dari yang diajukan."
        case "left":
            wulan.ended_at = NOW
    db.session.commit()

    assert opened(token, at).fate is fate


def test_a_link_that_was_made_up_or_changed_is_none_of_ours(submitted, rule_is, wulan):
    rule_is()
    token = link_for(submitted(), wulan)

    for wrong in ("", "kosong", token[:-1], f"a{token}", token.split(".")[0], "é" * 50):
        with pytest.raises(BadSignature):
            opened(wrong)
    with pytest.raises(BadSignature):
        opened(token, secret="lain" * 8)


def test_a_link_of_an_earlier_submission_signs_no_later_one(
    submitted, rule_is, wulan, sari, budi, store
):
    rule_is()
    post = submitted()
    link = opened(link_for(post, wulan, sari)).link  # and now somebody is quicker
    return_for_a_typo(post, budi)
    drafting.submit(post, actor=sari, at=LATER, store=store, version=post.version)
    db.session.commit()

    with pytest.raises(signing.AlreadyDecided):
        signing.sign(post, person=wulan, at=LATER, link=link)


def test_a_link_that_is_revoked_while_it_is_open_signs_nothing(submitted, rule_is, wulan, sari):
    rule_is()
    post = submitted()
    link = opened(link_for(post, wulan, sari)).link
    signing.revoke_links(post, actor=sari, at=LATER)  # leaves what is loaded as it was

    with pytest.raises(signing.AlreadyDecided):
        signing.sign(post, person=wulan, at=LATER, link=link)


def test_there_is_no_link_for_what_needs_none_or_for_somebody_else(
    submitted, rule_is, make_post, wulan, sari
):
    with pytest.raises(signing.AlreadyDecided):
        link_for(make_post("submit"), wulan)
    rule_is()
    with pytest.raises(FourEyes):
        link_for(submitted(), sari)


# -- before an election --------------------------------------------------------------------


def test_before_an_election_two_reviewers_approve_and_never_the_same(
    submitted, time_is, budi, rudi, sari, store
):
    time_is(checklist=["Tidak memuat calon", "Bukan program baru"])
    post = submitted()
    ticks = {"ticked": ["Bukan program baru", "Tidak memuat calon", "lainnya"]}
    with pytest.raises(DecisionMissing):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store, **ticks)
    with pytest.raises(Invalid, match="daftar periksa"):
        reviewing.approve_first(
            post, reviewer=budi, at=LATER, store=store, ticked=["Tidak memuat calon"]
        )
    db.session.rollback()

    reviewing.approve_first(post, reviewer=budi, at=LATER, store=store, **ticks)
    db.session.commit()
    assert post.status is PostStatus.IN_REVIEW
    for again in (reviewing.approve, reviewing.approve_first):
        with pytest.raises(SameDecider):
            again(post, reviewer=budi, at=LATER, store=store, **ticks)
    with pytest.raises(Outdated):
        reviewing.approve_first(post, reviewer=rudi, at=LATER, store=store, **ticks)
    with pytest.raises(Invalid):
        approve(post, rudi, store)
    approve(post, rudi, store, **ticks)

    rows = db.session.scalars(sa.select(NeededDecision).order_by(NeededDecision.id)).all()
    assert [(row.stage, row.answer, row.answered_by) for row in rows] == [
        (Stage.FIRST, Answer.GIVEN, budi), (Stage.SECOND, Answer.GIVEN, rudi),
    ]  # fmt: skip
    assert all(row.details["ticked"] == ["Tidak memuat calon", "Bukan program baru"]
               for row in rows)  # fmt: skip


READ_ALIKE = [
    ("Pilihlah CALÓN  Bupati!", ["calon bupati"]),
    ("calon\nbupati", ["calon bupati"]),
    ("ca\u200blon bupati", ["calon bupati"]),
    ("ｃａｌｏｎ ｂｕｐａｔｉ", ["calon bupati"]),
    ("Calonarang bupati, pencalonan bupati", []),
    ("#kampanye, kampanye.", ["Kampanyé"]),
    ("kampanyekan", []),
    ("Imunisasi gratis", []),
]


def test_blocked_words_are_found_as_people_read_them(make_post, time_is, blora):
    time_is(words=["calon bupati", "Kampanyé", "KAMPANYE", "  "])
    time, post = signing.time_of(blora), make_post(accounts=[])

    assert time.words == ["calon bupati", "Kampanyé"]  # alike counts once
    for text, found in READ_ALIKE:
        post.caption = text
        assert [each.word for each in blocked_words(post, time)] == found, text


def test_blocked_words_are_found_in_every_text_and_stop_submitting_and_approving(
    submitted, make_post, time_is, picture, budi, sari, store
):
    time_is(first=None, last=None, words=["petahana"])
    submitted(caption="Bersama petahana.", planned_at=NOW + timedelta(hours=3))  # not the time

    kept = picture("Petahana di podium.")
    post = make_post("submit", hashtags="#Petahana")
    post.pictures = [kept]
    content = {"headline": "Doa untuk PETAHANA", "agenda": [["1", "petahana"]], "photos": []}
    db.session.add(
        Poster(
            office=post.office, post=post, position=0, template="kegiatan", shapes=["portrait"],
            content=content, rendered={"portrait": kept.media.digest}, made_by=sari, made_at=NOW,
            edited_by=sari, edited_at=NOW,
        )
    )  # fmt: skip
    db.session.commit()
    time_is(words=["petahana"], at=LATER)

    places = {each.place for each in blocked_words(post, db.session.scalar(sa.select(Neutrality)))}
    assert places == {"takarir", "teks alternatif", "teks poster"}
    with pytest.raises(Incomplete, match="petahana"):
        reviewing.approve_first(post, reviewer=budi, at=LATER, store=store)
    draft = make_post(caption="Hidup petahana!")
    with pytest.raises(Incomplete) as stopped:
        drafting.submit(draft, actor=sari, at=NOW, store=store, version=draft.version)
    assert any("%(word)s" in problem for problem in stopped.value.problems)


def test_only_what_goes_out_within_the_days_is_asked_for_more(submitted, time_is, budi, store):
    time_is(first=TODAY + timedelta(days=2), last=TODAY + timedelta(days=3))
    before, after = (
        submitted(planned_at=NOW + timedelta(days=days), caption=f"Hari {days}.") for days in (1, 4)
    )
    within = submitted(planned_at=NOW + timedelta(days=2), caption="Di tengah.")

    for post in (before, after):
        assert len(approve(post, budi, store)) == 2
    with pytest.raises(DecisionMissing):
        approve(within, budi, store)


def test_what_was_approved_before_and_would_go_out_within_is_held(
    submitted, time_is, budi, rudi, store, dinkes_x
):
    post = submitted(planned_at=NOW + timedelta(days=1))
    other = submitted(planned_at=NOW + timedelta(days=5), caption="Sesudahnya.")
    approve(post, budi, store)
    approve(other, budi, store)

    assert time_is(last=TODAY + timedelta(days=2), at=LATER) == 1

    db.session.refresh(post)
    assert (post.status, other.status) == (PostStatus.IN_REVIEW, PostStatus.APPROVED)
    found = signing.asked(post, at=LATER)
    assert (found.first.answered_by, found.state.missing) == (budi, [Stage.SECOND])
    assert open_deliveries(post) == 0
    assert signing.hold_back(at=LATER) == 0
    with pytest.raises(SameDecider):
        approve(post, budi, store)
    db.session.rollback()
    assert len(approve(post, rudi, store)) == 2
    assert signing.hold_back(at=LATER) == 0


def test_what_an_office_is_posting_by_hand_is_not_asked_of_it_twice(
    submitted, budi, rudi, time_is, store, dinkes, dinkes_x, make_account
):
    site = make_account(dinkes, "website")
    post = submitted(planned_at=NOW + HOUR, accounts=[dinkes_x, site])
    approve(post, budi, store)
    due = NOW + HOUR
    by_hand.hand_over_due(at=due)
    db.session.commit()

    assert time_is(at=due + timedelta(minutes=5)) == 1
    approve(post, rudi, store, at=due + timedelta(minutes=10), at_once=True)

    by_status = sa.select(Delivery.status).where(Delivery.account_id == site.id)
    assert list(db.session.scalars(by_status)) == [DeliveryStatus.HANDED_OVER]
    [again] = db.session.scalars(
        sa.select(Delivery).where(
            Delivery.account_id == dinkes_x.id, Delivery.status == DeliveryStatus.PENDING
        )
    )
    assert again.due_at == due + timedelta(minutes=10)


def test_when_one_reviewer_is_enough_again_the_first_of_two_may_be_the_one(
    submitted, budi, time_is, store
):
    post = submitted(planned_at=NOW + 5 * HOUR)
    approve(post, budi, store)
    time_is()
    db.session.refresh(post)
    with pytest.raises(SameDecider):
        approve(post, budi, store, at=NOW + HOUR)
    db.session.rollback()
    time_is(first=None, last=None, at=NOW + HOUR)

    assert approve(post, budi, store, at=NOW + 2 * HOUR)


def test_nothing_begins_within_the_days_without_a_second_reviewer(
    app, planned, blora, budi, dinkes_x
):
    """Whatever brought it there: a late start, a retry, a time that was set this second; and
    whatever other posts have got."""
    delivery = planned(dinkes_x)
    twice_approved = planned(dinkes_x, caption="Sudah disetujui dua kali.")
    post = twice_approved.post
    db.session.add(
        NeededDecision(
            post=post, stage=Stage.SECOND, submitted_at=post.submitted_at,
            digest=post.approved_digest, asked_at=NOW, answer=Answer.GIVEN, answered_at=NOW,
            answered_by=budi,
        )
    )  # fmt: skip
    db.session.commit()
    (claim,) = claiming.claim_due(at=NOW, owner="test", limit=1)
    (_, job), *_ = loading.load([claim], vault=app.extensions["vault"])
    db.session.add(
        Neutrality(
            region=blora, starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(days=1),
            words=[], checklist=[], set_by=budi, set_at=NOW,
        )
    )  # fmt: skip
    db.session.commit()

    intent = beginning.Begin(job=job, prepared=Prepared(text=""), at=NOW)
    assert recording.write([intent]) == [False]
    assert signing.hold_back(at=NOW, only_due=True) == 1
    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.CANCELLED
    assert twice_approved.status is DeliveryStatus.PENDING


def open_deliveries(post):
    query = sa.select(sa.func.count()).where(
        Delivery.post_id == post.id, Delivery.status != DeliveryStatus.CANCELLED
    )
    return db.session.scalar(query)


def test_a_time_is_checked(time_is):
    for change, field in (
        ({"first": None}, "first"),
        ({"last": None}, "last"),
        ({"last": TODAY - timedelta(days=1)}, "last"),
        ({"first": TODAY - timedelta(days=9), "last": TODAY - timedelta(days=8)}, "last"),
        ({"last": TODAY + timedelta(days=400)}, "last"),
        ({"words": ("x" * 81,)}, "words"),
        ({"checklist": tuple(map(str, range(21)))}, "checklist"),
    ):
        with pytest.raises(Unacceptable) as refused:
            time_is(**change)
        assert list(refused.value.faults) == [field]


# -- whatever happens ----------------------------------------------------------------------


class Walk:
    """One post, through whatever its people may do in any order; and what must be true of it,
    counted apart from the product."""

    def __init__(self, world, seed):
        self.random, self.at, self.world = Random(seed), NOW, world
        self.rule_is, self.time_is = world["rule_is"], world["time_is"]
        self.asked = self.governed = False
        self.post = world["make_post"](
            planned_at=NOW + timedelta(hours=4), caption=f"Imunisasi {seed}."
        )
        self.signed, self.approvers, self.begun = False, [], 0

    def step(self):
        self.at += timedelta(minutes=1)
        name = self.random.choice(
            ["submit"] * 3 + ["sign"] * 3 + ["first"] * 2 + ["approve"] * 3 + ["begin"] * 2
            + ["send_back", "ask", "govern", "request_changes", "reopen", "hold"]
        )  # fmt: skip
        try:
            getattr(self, name)()
        except PublisherError:
            db.session.rollback()
        db.session.commit()

    def submit(self):
        store, post = self.world["store"], self.post
        drafting.submit(
            post, actor=self.world["sari"], at=self.at, store=store, version=post.version
        )
        self.signed, self.approvers = False, []

    def sign(self):
        signing.sign(self.post, person=self.world["wulan"], at=self.at)
        self.signed = True

    def send_back(self):
        reasons = [ReturnReason.FOTO_BURAM]
        signing.send_back(self.post, person=self.world["wulan"], at=self.at, reasons=reasons)

    def ask(self):
        self.asked = self.random.random() < 0.7
        self.rule_is(asked=self.asked, vacant=Vacant.WAIT, at=self.at)

    def govern(self):
        self.governed = not self.governed
        self.time_is(TODAY if self.governed else None, TODAY if self.governed else None, at=self.at)

    def reviewer(self):
        return self.world[self.random.choice(["budi", "rudi"])]

    def first(self):
        who, store = self.reviewer(), self.world["store"]
        reviewing.approve_first(self.post, reviewer=who, at=self.at, store=store)
        self.approvers = [who]

    def approve(self):
        who, store = self.reviewer(), self.world["store"]
        reviewing.approve(self.post, reviewer=who, at=self.at, store=store)
        scheduling.schedule(self.post, actor=who, at=self.at)
        self.approvers = [one for one in [*self.approvers, who] if one][-2:]
        assert self.signed or not self.asked
        assert len(set(self.approvers)) == 2 or not self.governed

    def request_changes(self):
        reasons = [ReturnReason.FOTO_BURAM]
        who = self.reviewer()
        reviewing.request_changes(self.post, reviewer=who, at=self.at, reasons=reasons)

    def reopen(self):
        drafting.reopen(self.post, actor=self.world["sari"], at=self.at)

    def hold(self):
        signing.hold_back(at=self.at)

    def begin(self):
        """Let the time come, and a worker try to send."""
        change = sa.update(Delivery).where(
            Delivery.post_id == self.post.id, Delivery.status == DeliveryStatus.PENDING
        )
        db.session.execute(change.values(due_at=self.at, next_at=self.at))
        claims = claiming.claim_due(at=self.at, owner="walk", limit=5)
        for _claim, job in loading.load(claims, vault=self.world["vault"]):
            intent = beginning.Begin(job=job, prepared=Prepared(text=""), at=self.at)
            if recording.write([intent]) == [True]:
                self.begun += 1
                assert len(set(self.approvers)) == 2 or not self.governed


def test_whatever_happens_nothing_goes_out_that_lacks_a_decision(
    app, make_post, store, sari, wulan, budi, rudi, rule_is, time_is, make_account, dinkes
):
    def own_post(**given):
        number = len(walks)
        account = make_account(dinkes, "x", handle=f"akun{number}", remote_id=f"99{number}")
        return make_post(accounts=[account], **given)

    world = {
        "make_post": own_post, "store": store, "sari": sari, "wulan": wulan, "budi": budi,
        "rudi": rudi, "rule_is": rule_is, "time_is": time_is, "vault": app.extensions["vault"],
    }  # fmt: skip
    walks = []
    for seed in (2, 4, 10):  # short ones that get far
        rule_is(asked=False, vacant=Vacant.WAIT, at=NOW + timedelta(seconds=seed))
        time_is(None, None, at=NOW + timedelta(seconds=seed))
        walks.append(Walk(world, seed))
        for _ in range(30):
            walks[-1].step()

    assert sum(walk.begun for walk in walks) > 1  # else it would prove nothing
    assert sum(len(walk.approvers) == 2 for walk in walks) > 1
    assert first_broken_link() is None


# -- at once -------------------------------------------------------------------------------


class Paused:
    """Lets a thread wait within a function until it is told to go on."""

    def __init__(self, monkeypatch, module, name, *, after=False):
        self.reached, self.go = threading.Event(), threading.Event()
        real = getattr(module, name)

        def paused(*given, **named):
            result = real(*given, **named) if after else None
            if threading.current_thread() is not threading.main_thread():
                self.reached.set()
                assert self.go.wait(60)
            return result if after else real(*given, **named)

        monkeypatch.setattr(module, name, paused)


@contextmanager
def beside(app, deed):
    """Do something in a transaction of another thread; its fault, if any, is raised at the end."""
    faults = []

    def run():
        with app.app_context():
            try:
                deed()
                db.session.commit()
            except Exception as error:  # noqa: BLE001 - handed on
                db.session.rollback()
                faults.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join(60)
    assert (thread.is_alive(), faults) == (False, [])


@pytest.fixture
def many_write(database_url):
    if not database_url.startswith("postgres"):
        pytest.skip("SQLite has one writer")


def test_what_is_submitted_while_the_rule_is_set_needs_what_it_says(
    many_write, app, make_post, sari, budi, wulan, store, blora, monkeypatch
):
    post = make_post(planned_at=NOW + timedelta(days=3))
    post_id, sari_id, budi_id, blora_id = post.id, sari.id, budi.id, blora.id
    db.session.commit()
    asked = Paused(monkeypatch, asking, "refresh", after=True)
    ruled = threading.Event()

    def submit():
        own, actor = db.session.get(Post, post_id), db.session.get(User, sari_id)
        drafting.submit(own, actor=actor, at=NOW, store=store, version=own.version)

    def rule():
        data = signing.RuleData(
            asked=True, vacant=Vacant.WAIT, deputy_id=None, late_hours=24, link_hours=72
        )
        region, actor = db.session.get(Region, blora_id), db.session.get(User, budi_id)
        signing.set_rule(region, data, seen="", actor=actor, at=NOW)
        db.session.commit()
        ruled.set()

    with beside(app, submit):
        assert asked.reached.wait(60)
        with beside(app, rule):
            now_waits(ruled.is_set)
            asked.go.set()

    db.session.expire_all()
    assert signing.waiting_for(wulan, at=LATER) == [db.session.get(Post, post_id)]


def test_a_rule_and_an_approval_wait_for_each_other_in_one_order(
    many_write, app, submitted, budi, store, blora, monkeypatch
):
    post_id, budi_id, blora_id = submitted().id, budi.id, blora.id
    db.session.commit()
    recorded = Paused(monkeypatch, reviewing.deciding, "record")
    looking = Paused(monkeypatch, rules, "refresh_waiting")

    def approve_it():
        post, reviewer = db.session.get(Post, post_id), db.session.get(User, budi_id)
        reviewing.approve(post, reviewer=reviewer, at=LATER, store=store)

    def rule():
        data = signing.RuleData(
            asked=True, vacant=Vacant.WAIT, deputy_id=None, late_hours=24, link_hours=72
        )
        region, actor = db.session.get(Region, blora_id), db.session.get(User, budi_id)
        signing.set_rule(region, data, seen="", actor=actor, at=LATER)

    with beside(app, approve_it):
        assert recorded.reached.wait(60)
        with beside(app, rule):
            assert looking.reached.wait(60)
            looking.go.set()
            now_waits(lambda: False)
            recorded.go.set()

    db.session.expire_all()
    assert db.session.get(Post, post_id).status is PostStatus.APPROVED


def test_a_reminder_and_a_signature_wait_for_each_other_in_one_order(
    many_write, app, submitted, rule_is, wulan, monkeypatch
):
    rule_is(late_hours=24)
    post = submitted(planned_at=NOW + timedelta(days=4))
    post_id, wulan_id, at = post.id, wulan.id, NOW + timedelta(hours=13)
    db.session.commit()
    reminds = Paused(monkeypatch, asking, "ask_again")

    def remind():
        signing.look_around(at=at)

    with beside(app, remind):
        assert reminds.reached.wait(60)
        done = threading.Event()

        def sign():
            own, head = db.session.get(Post, post_id), db.session.get(User, wulan_id)
            signing.sign(own, person=head, at=at)
            done.set()

        with beside(app, sign):
            now_waits(done.is_set)
            reminds.go.set()

    db.session.expire_all()
    assert [kind for kind, open_ in kinds() if open_] == ["sign_off_answered"]
