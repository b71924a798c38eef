"""Who may decide on what, once, on which version; and what a reviewer has in front of them."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from publisher.db import db
from publisher.errors import FourEyes, Incomplete, Invalid, InvalidTransition, Outdated
from publisher.models.accounts import Standing
from publisher.models.advancing import advance
from publisher.models.audit import AuditEntry, first_broken_link
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import Role
from publisher.models.posts import (
    Post,
    PostEvent,
    PostKind,
    PostSeen,
    PostStatus,
    ReturnReason,
)
from publisher.workflow import reviewing, scheduling
from publisher.workflow.reviewing.comparing import WORDS_AT_MOST, pieces
from tests.conftest import NOW, person

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def store(app):
    return app.extensions["media_store"]


@pytest.fixture
def rudi(blora):
    """A second reviewer of Blora."""
    return person("Rudi", Role.REVIEWER, region=blora)


@pytest.fixture
def add_picture(picture):
    """Return a function that puts a new picture into a post, without saving it."""

    def add_picture(post, alt_text="Balita diimunisasi."):
        added = picture(alt_text, seed=len(post.pictures) + 1)
        post.pictures.append(added)
        return added

    return add_picture


def edit(post, actor, **fields):
    """Change a post as its office would between two reviews."""
    for name, value in fields.items():
        setattr(post, name, value)
    post.touch(actor=actor, at=LATER)
    db.session.commit()


def resubmit(post, actor, **fields):
    edit(post, actor, **fields)
    post.move("submit", actor=actor, at=LATER)
    db.session.commit()


# -- deciding ----------------------------------------------------------------------------


def test_an_approved_post_is_frozen_under_the_name_of_its_reviewer(make_post, budi, store):
    post = make_post("submit")

    reviewing.approve(post, reviewer=budi, at=LATER, store=store)
    db.session.commit()

    assert post.status is PostStatus.APPROVED
    assert (post.approved_by, post.approved_at) == (budi, LATER)
    assert post.approved_digest == post.digest()


def test_every_decision_is_in_the_audit_trail_with_what_it_was_taken_on(make_post, budi, store):
    post = make_post("submit")
    seen_version, digest = post.version, post.digest()

    reviewing.approve(post, reviewer=budi, at=LATER, store=store)
    db.session.commit()

    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.subject) == ("post.approve", f"post:{post.id}")
    assert (entry.actor_id, entry.region_id) == (budi.id, budi.region_id)
    assert entry.details == {"version": seen_version, "digest": digest, "reasons": []}
    assert first_broken_link() is None


def test_a_returned_post_says_why(make_post, budi):
    post = make_post("submit")
    reasons = [ReturnReason.FOTO_BURAM, ReturnReason.SALAH_KETIK]

    reviewing.request_changes(
        post, reviewer=budi, at=LATER, reasons=reasons, note="  Foto kedua buram. "
    )
    db.session.commit()

    event = post.events[-1]
    assert post.status is PostStatus.CHANGES_REQUESTED
    assert event.reasons == ["foto_buram", "salah_ketik"]
    assert event.note == "Foto kedua buram."


@pytest.mark.parametrize(
    ("reasons", "note"),
    [([], "Perbaiki."), ([ReturnReason.LAINNYA], ""), ([ReturnReason.LAINNYA], "  \n")],
)
def test_nothing_is_returned_without_saying_why(make_post, budi, reasons, note):
    post = make_post("submit")

    with pytest.raises(Invalid):
        reviewing.request_changes(post, reviewer=budi, at=LATER, reasons=reasons, note=note)

    assert post.status is PostStatus.IN_REVIEW


def test_nothing_is_rejected_without_a_word(make_post, budi):
    post = make_post("submit")

    with pytest.raises(Invalid):
        reviewing.reject(post, reviewer=budi, at=LATER, note=" ")
    reviewing.reject(post, reviewer=budi, at=LATER, note="Bukan kegiatan dinas.")

    assert post.status is PostStatus.REJECTED


def decide(step, post, reviewer, store, at=LATER):
    match step:
        case "approve":
            reviewing.approve(post, reviewer=reviewer, at=at, store=store)
        case "request_changes":
            reviewing.request_changes(
                post, reviewer=reviewer, at=at, reasons=[ReturnReason.BELUM_5W1H]
            )
        case "reject":
            reviewing.reject(post, reviewer=reviewer, at=at, note="Bukan kegiatan dinas.")


@pytest.mark.parametrize("step", reviewing.DECISIONS)
@pytest.mark.parametrize("part", ["drafted_by", "edited_by", "submitted"])
def test_nobody_decides_on_what_they_had_a_hand_in(make_post, budi, store, step, part):
    post = make_post() if part == "submitted" else make_post("submit", **{part: budi})
    if part == "submitted":
        post.move("submit", actor=budi, at=NOW)
        db.session.commit()

    with pytest.raises(FourEyes):
        decide(step, post, budi, store)

    db.session.rollback()
    assert post.status is PostStatus.IN_REVIEW
    assert not reviewing.may_decide(post, budi)


@pytest.mark.parametrize("step", reviewing.DECISIONS)
@pytest.mark.parametrize("taken", [["submit", "approve"], ["submit", "reject"], []])
def test_only_what_waits_can_be_decided(make_post, budi, store, step, taken):
    post = make_post(*taken)
    before = len(post.events)

    with pytest.raises(InvalidTransition):
        decide(step, post, budi, store)

    db.session.rollback()
    assert len(post.events) == before


def test_what_a_platform_would_refuse_cannot_be_approved(make_post, budi, store):
    post = make_post("submit", caption="Imunisasi " * 60)  # far beyond what X takes

    with pytest.raises(Incomplete) as refused:
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)

    assert refused.value.problems
    assert post.status is PostStatus.IN_REVIEW
    assert reviewing.is_refused(post, store)
    assert reviewing.checks(post, store, at=LATER)[0].blocks


def test_what_has_no_account_to_go_to_cannot_be_approved(make_post, budi, store, dinkes_x):
    dinkes_x.standing = Standing.LAMA
    post = make_post("submit", accounts=[dinkes_x])

    with pytest.raises(Incomplete):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)


def test_a_picture_that_cannot_be_read_blocks_approval_and_no_page(
    make_post, budi, store, add_picture
):
    post = make_post()
    store.delete(add_picture(post).media.digest)
    resubmit(post, post.drafted_by)

    assert any(check.blocks for check in reviewing.checks(post, store, at=LATER))
    with pytest.raises(Incomplete):
        reviewing.approve(post, reviewer=budi, at=LATER, store=store)


@pytest.mark.parametrize("planned_at", [NOW - timedelta(minutes=1), NOW, None])
def test_what_would_go_out_at_once_needs_a_word_of_the_reviewer(make_post, budi, store, planned_at):
    post = make_post("submit", planned_at=planned_at)

    with pytest.raises(Invalid):
        reviewing.approve(post, reviewer=budi, at=NOW, store=store)
    reviewing.approve(post, reviewer=budi, at=NOW, store=store, at_once=True)

    assert post.status is PostStatus.APPROVED


# -- taking an approval back --------------------------------------------------------------


def approved(make_post, budi, store, **fields):
    post = make_post("submit", **fields)
    reviewing.approve(post, reviewer=budi, at=NOW, store=store)
    planned = scheduling.schedule(post, actor=budi, at=NOW)
    db.session.commit()
    return post, planned


def test_an_approval_can_be_taken_back_before_anything_is_out(make_post, budi, rudi, store):
    post, planned = approved(make_post, budi, store)

    stopped = reviewing.take_back(post, reviewer=rudi, at=LATER, note="Data belum final.")
    db.session.commit()

    assert stopped == len(planned) == 2
    assert post.status is PostStatus.DRAFT
    assert post.events[-1].note == "Data belum final."
    assert {d.status for d in db.session.scalars(sa.select(Delivery))} == {DeliveryStatus.CANCELLED}


def test_what_is_out_stays_out_when_an_approval_is_taken_back(make_post, budi, store):
    post, (first, second) = approved(make_post, budi, store)
    publish(first)

    assert reviewing.take_back(post, reviewer=budi, at=LATER, note="Salah tanggal.") == 1
    db.session.commit()

    assert first.status is DeliveryStatus.PUBLISHED
    assert second.status is DeliveryStatus.CANCELLED


def test_an_approval_stands_when_nothing_can_be_stopped_any_more(make_post, budi, store):
    post, planned = approved(make_post, budi, store)
    for delivery in planned:
        publish(delivery)

    with pytest.raises(Invalid):
        reviewing.take_back(post, reviewer=budi, at=LATER, note="Salah tanggal.")

    db.session.rollback()
    assert post.status is PostStatus.APPROVED


def test_an_approval_is_not_taken_back_without_a_word(make_post, budi, store):
    post, _ = approved(make_post, budi, store)

    with pytest.raises(Invalid):
        reviewing.take_back(post, reviewer=budi, at=LATER, note="")


def publish(delivery):
    lease = NOW + timedelta(minutes=2)
    assert advance(delivery.id, "claim", at=NOW, lease_until=lease, fence=delivery.fence)
    assert advance(delivery.id, "begin", at=NOW, lease_until=lease)
    assert advance(delivery.id, "publish", at=NOW, permalink="https://x.com/i/1", published_at=NOW)
    db.session.commit()


# -- races -------------------------------------------------------------------------------


def test_of_many_who_decide_at_once_exactly_one_does(app, make_post, blora, store):
    reviewers = [person(f"Penelaah{n}", Role.REVIEWER, region=blora).id for n in range(6)]
    post = make_post("submit")
    post_id, version = post.id, post.version
    db.session.remove()
    start = threading.Barrier(len(reviewers))
    outcomes = []

    def decide_now(number, reviewer_id):
        with app.app_context():
            start.wait()
            try:
                mine = db.session.get(Post, post_id)
                reviewing.check_current(mine, version=version)
                step = reviewing.DECISIONS[number % 3]
                decide(step, mine, db.session.get(type(mine.drafted_by), reviewer_id), store, NOW)
                db.session.commit()
                outcomes.append(step)
            except Outdated as error:
                db.session.rollback()
                outcomes.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=decide_now, args=pair) for pair in enumerate(reviewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert len(outcomes) == len(reviewers)
    taken = [outcome for outcome in outcomes if isinstance(outcome, str)]
    steps = db.session.scalars(sa.select(PostEvent.step).where(PostEvent.step != "submit")).all()
    assert taken == steps
    assert len(taken) == 1
    assert all("oleh Penelaah" in str(o) for o in outcomes if isinstance(o, Outdated))


def test_the_second_of_two_reviewers_hears_who_was_quicker(app, make_post, budi, rudi, store):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets no second writer read before the first has committed")
    post = make_post("submit")
    with db.session.no_autoflush, sa.orm.Session(db.engine) as other:
        theirs = other.get(Post, post.id)
        theirs.move("approve", actor=other.merge(rudi, load=True), at=LATER)
        assert post.status is PostStatus.IN_REVIEW  # loaded before the other committed
        other.commit()

    with pytest.raises(
        Outdated, match=r"disetujui oleh Rudi pada 23 November 2026 pukul 09\.05 WIB"
    ):
        reviewing.request_changes(post, reviewer=budi, at=LATER, reasons=[ReturnReason.BELUM_5W1H])


def test_a_post_edited_after_it_was_opened_cannot_be_decided(make_post, sari, budi):
    post = make_post("submit")
    opened = post.version
    post.move("withdraw", actor=sari, at=LATER)
    db.session.commit()

    with pytest.raises(Outdated, match="ditarik kembali oleh Sari"):
        reviewing.check_current(post, version=opened)


def test_a_post_that_came_back_in_another_version_is_outdated(make_post, sari, budi):
    post = make_post("submit")
    opened = post.version
    reviewing.request_changes(post, reviewer=budi, at=NOW, reasons=[ReturnReason.BELUM_5W1H])
    resubmit(post, sari, caption="Imunisasi gratis sampai Jumat.")

    with pytest.raises(Outdated) as outdated:
        reviewing.check_current(post, version=opened)

    assert outdated.value.message == Outdated.message
    reviewing.check_current(post, version=post.version)


# -- the queue ---------------------------------------------------------------------------


def ids(queue):
    return [row.post.id for row in queue.rows]


def test_the_queue_shows_the_oldest_due_first_and_the_unplanned_last(make_post, blora, budi):
    soon = make_post("submit", planned_at=NOW + timedelta(hours=2))
    unplanned = make_post("submit", planned_at=None)
    late = make_post("submit", planned_at=NOW - timedelta(hours=2))
    make_post()
    make_post("submit", "approve")

    queue = reviewing.waiting(blora, reviewer=budi, at=NOW)

    assert ids(queue) == [late.id, soon.id, unplanned.id]
    assert (queue.total, queue.late) == (3, 1)


def test_a_queue_holds_only_its_own_region(make_post, rembang, yuni, agus, make_account):
    account = make_account(agus.office)
    theirs = make_post(
        "submit", office=agus.office, drafted_by=agus, edited_by=agus, accounts=[account]
    )
    make_post("submit")

    assert ids(reviewing.waiting(rembang, reviewer=yuni, at=NOW)) == [theirs.id]


def test_the_queue_can_be_narrowed_to_an_office_and_a_kind(make_post, blora, budi, tono):
    health = make_post("submit")
    event = make_post("submit", kind=PostKind.KEGIATAN)
    road = make_post("submit", office=tono.office, drafted_by=tono, edited_by=tono, accounts=[])

    def narrowed(**filters):
        return ids(reviewing.waiting(blora, reviewer=budi, at=NOW, **filters))

    assert narrowed(office_id=tono.office_id) == [road.id]
    assert narrowed(kind=PostKind.KEGIATAN) == [event.id]
    assert narrowed(kind=PostKind.LAYANAN, office_id=health.office_id) == [health.id]
    everything = reviewing.waiting(blora, reviewer=budi, at=NOW, kind=PostKind.UCAPAN)
    assert (everything.rows, everything.matching, everything.total) == ([], 0, 3)
    assert [(office.name, n) for office, n in everything.offices] == [
        ("Dinas Kesehatan", 2),
        ("Dinas Perhubungan", 1),
    ]


def test_the_queue_marks_what_the_reviewer_made_and_who_submitted(make_post, blora, budi):
    mine = make_post("submit", edited_by=budi)
    others = make_post("submit", planned_at=NOW + timedelta(hours=2))

    rows = reviewing.waiting(blora, reviewer=budi, at=NOW).rows

    assert [(row.post.id, row.mine) for row in rows] == [(mine.id, True), (others.id, False)]
    assert {row.submitted_by for row in rows} == {"Sari"}


def test_the_queue_costs_the_same_queries_however_many_wait(
    make_post, blora, budi, add_picture, count_queries
):
    def cost():
        db.session.expire_all()
        with count_queries() as queries:
            for row in reviewing.waiting(blora, reviewer=budi, at=NOW).rows:
                _ = [p.media.digest for p in row.post.pictures], row.post.digest()
                _ = row.post.office.region.zone
        return len(queries)

    add_picture(make_post("submit"))
    db.session.commit()
    with_one = cost()
    for _ in range(15):
        add_picture(make_post("submit"))
    db.session.commit()

    assert cost() == with_one <= 10


@pytest.fixture
def count_queries(app):
    from contextlib import contextmanager

    @contextmanager
    def count_queries():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)

    return count_queries


def test_a_page_too_far_is_the_last_one(make_post, blora, budi, monkeypatch):
    monkeypatch.setattr(reviewing.queue, "PAGE", 2)
    posts = [make_post("submit") for _ in range(3)]

    queue = reviewing.waiting(blora, reviewer=budi, at=NOW, page=99)

    assert (queue.page, queue.pages, ids(queue)) == (2, 2, [posts[2].id])


def test_neighbours_follow_the_queue_and_leave_out_the_reviewers_own(make_post, budi):
    first, own, last = (
        make_post("submit", planned_at=NOW + timedelta(hours=hours), **fields)
        for hours, fields in [(1, {}), (2, {"edited_by": budi}), (3, {})]
    )

    at_first = reviewing.neighbours(first, reviewer=budi)

    assert (at_first.position, at_first.total) == (1, 2)
    assert (at_first.previous_id, at_first.next_id) == (None, last.id)
    assert reviewing.neighbours(own, reviewer=budi).previous_id == first.id
    assert reviewing.neighbours(last, reviewer=budi).next_id is None


def test_decisions_are_listed_newest_first_and_page_by_page(make_post, blora, yuni, budi):
    posts = [make_post("submit", step) for step in reviewing.DECISIONS]

    newest, older = reviewing.decided(blora, limit=2)
    oldest, end = reviewing.decided(blora, before_id=older, limit=2)

    assert [row.post.id for row in newest + oldest] == [post.id for post in reversed(posts)]
    assert end is None
    assert reviewing.decided(yuni.region) == ([], None)


# -- what was seen before ----------------------------------------------------------------


def test_a_post_nobody_looked_at_has_no_earlier_look(make_post, budi):
    assert reviewing.last_look(make_post("submit"), reviewer=budi) is None


def test_a_second_look_shows_what_changed_since_the_first(make_post, sari, budi):
    post = make_post("submit")
    reviewing.note_seen(post, reviewer=budi, at=NOW)
    reviewing.request_changes(post, reviewer=budi, at=NOW, reasons=[ReturnReason.SALAH_KETIK])
    resubmit(post, sari, caption="Imunisasi gratis untuk bayi di semua puskesmas hari ini.")
    reviewing.note_seen(post, reviewer=budi, at=LATER)
    db.session.commit()

    look = reviewing.last_look(post, reviewer=budi)

    assert (look.at, look.by) == (NOW, None)
    (change,) = look.changes.texts
    assert change.platforms == ("facebook", "x")
    assert [(p.sign, p.text) for p in change.pieces if p.sign != "same"] == [
        ("gone", "balita"),
        ("new", "bayi"),
    ]


def test_who_never_saw_it_is_shown_what_changed_since_the_last_decision(
    make_post, sari, budi, rudi
):
    post = make_post("submit", "request_changes")
    resubmit(post, sari, title="Imunisasi gratis pekan ini")

    look = reviewing.last_look(post, reviewer=rudi)

    assert look.by == budi
    assert [change.name for change in look.changes.texts] == ["title"]


def test_opening_the_same_version_twice_is_noted_once(make_post, budi):
    post = make_post("submit")

    assert reviewing.note_seen(post, reviewer=budi, at=NOW)
    db.session.commit()
    assert not reviewing.note_seen(post, reviewer=budi, at=LATER)

    assert reviewing.has_seen(post, reviewer=budi)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PostSeen)) == 1


def test_a_decision_alone_changes_nothing_to_read(make_post, budi, store):
    post = make_post("submit")
    reviewing.note_seen(post, reviewer=budi, at=NOW)
    reviewing.approve(post, reviewer=budi, at=NOW, store=store)
    db.session.commit()

    look = reviewing.last_look(post, reviewer=budi)

    assert look is not None
    assert not look.changes


def test_changed_pictures_accounts_and_times_are_named(
    make_post, sari, budi, add_picture, dinkes_x
):
    post = make_post()
    kept, gone = add_picture(post, "Antrean"), add_picture(post, "Spanduk")
    resubmit(post, sari)
    before = post.content()
    post.pictures.remove(gone)
    kept.alt_text = "Antrean balita"
    add_picture(post, "Bidan")
    post.accounts = [dinkes_x]
    edit(post, sari, planned_at=NOW + timedelta(days=1))

    changes = reviewing.compare(before, post.content())

    assert [(p.sign, p.number) for p in changes.pictures] == [
        ("gone", 2),
        ("described", 1),
        ("new", 2),
    ]
    assert [label for _, _, label in changes.accounts.gone] == ["@dinkes_blora"]
    assert changes.accounts.new == ()
    assert changes.time.after - changes.time.before == timedelta(hours=23)
    assert not changes.texts


WORDS = st.lists(st.sampled_from(["imunisasi", "gratis", "balita", ",", "\n", "é", "<b>"])).map(
    " ".join
)


@given(before=WORDS | st.text(max_size=200), after=WORDS | st.text(max_size=200))
def test_a_difference_holds_both_texts_whole(before, after):
    told = pieces(before, after)

    assert "".join(p.text for p in told if p.sign != "new") == before
    assert "".join(p.text for p in told if p.sign != "gone") == after
    assert all(p.text for p in told)


def test_an_enormous_text_is_compared_by_lines():
    before = "\n".join(f"baris {n} tetap" for n in range(WORDS_AT_MOST))

    told = pieces(before, before.replace("baris 7 tetap", "baris 7 berubah"))

    assert [p.text for p in told if p.sign == "new"] == ["baris 7 berubah\n"]


def test_checks_name_what_is_missing_and_what_blocks_comes_first(
    make_post, store, add_picture, dinkes_facebook
):
    post = make_post(planned_at=NOW)
    dinkes_facebook.standing = Standing.GANDA
    add_picture(post, alt_text="")
    resubmit(post, post.drafted_by, caption="Imunisasi " * 60)

    found = reviewing.checks(post, store, at=NOW)
    told = " ".join(check.message % dict(check.values) for check in found)

    assert found[0].blocks
    assert "teks alternatif" in told
    assert "bukan lagi akun utama" in told
    assert "Waktu tayang sudah lewat" in told
