"""The end of a week: it closes once, in order, and never changes; who disagrees says so before.

2026-W47 is 16 to 22 November 2026. In Blora it closes on Tuesday 24 November at 12.00 WIB, 05.00
UTC; objections are taken until Monday is over, 17.00 UTC.
"""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from PIL import Image

from publisher.clock import Week
from publisher.db import begin_writing, db, read_only
from publisher.engine.closing import Closer
from publisher.engine.steps import Steps
from publisher.errors import InvalidTransition
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import Delivery
from publisher.models.notices import Notice, NoticeKind
from publisher.models.people import User
from publisher.models.places import Region, lock_region
from publisher.models.weeks import ClosedWeek, ObjectionStatus, ReportFile
from publisher.reports import frozen
from publisher.reports.forms import FORMS
from publisher.typed import Unacceptable
from publisher.workflow import branding, closing, reporting
from publisher.workflow.closing import filing, timetable
from tests.weeks import content, rule, utc

W47 = Week(2026, 47)
THURSDAY = utc(2026, 11, 19, 3)
NEXT_MONDAY = utc(2026, 11, 23, 2)
LAST_MOMENT = utc(2026, 11, 23, 16, 59)
CLOSING = utc(2026, 11, 24, 5)


@pytest.fixture
def a_week(blora, dinkes, dishub, dinkes_x, sari, budi):
    """Dinas Kesehatan showed one content of two, Dinas Perhubungan nothing."""
    rule(blora)
    content(sari, budi, {dinkes_x: utc(2026, 11, 17, 3)})
    blora.closing_from = W47.monday
    db.session.commit()
    return blora


@pytest.fixture
def clock_at(app):
    """Return a function that lets a worker look what to close, at a moment."""

    def clock_at(moment):
        db.session.commit()
        steps = Steps(app, owner="test")
        steps.now = lambda: moment
        Closer(app, steps).close()
        db.session.expire_all()

    return clock_at


def close(region, *, by=None, at=CLOSING, week=W47, reason=""):
    report = reporting.week_report(region, week, at=at)
    return closing.close(region, report, by=by, at=at, reason=reason)


def correct(region, budi, *, seen=1, reason="Dua bukti menyusul", at=CLOSING):
    report = reporting.week_report(region, W47, at=at)
    return closing.correct(region, report, by=budi, at=at, reason=reason, seen=seen)


def object_to(office, actor, *, at=NEXT_MONDAY, text="Satu kegiatan kami belum dihitung."):
    return closing.file(office, W47, text=text, actor=actor, at=at)


def closed_weeks():
    return [str(row.week) for row in db.session.scalars(sa.select(ClosedWeek).order_by("monday"))]


def told(kind):
    return list(db.session.scalars(sa.select(Notice).where(Notice.kind == kind)))


# -- by the clock --------------------------------------------------------------------------


def test_the_clock_closes_a_week_at_its_hour_and_once(a_week, clock_at):
    clock_at(utc(2026, 11, 24, 4, 59))
    assert closed_weeks() == []

    clock_at(CLOSING)
    clock_at(utc(2026, 11, 24, 5, 1))

    [row] = db.session.scalars(sa.select(ClosedWeek))
    assert (row.week, row.version, row.closed_by, row.closed_at) == (W47, 1, None, CLOSING)
    assert row.digest == frozen.digest(row.snapshot.encode())
    assert db.session.scalar(sa.select(AuditEntry.action)) == "week.close"


def test_a_clock_that_was_down_closes_what_it_missed_in_order(a_week, clock_at):
    clock_at(utc(2026, 12, 2, 1))

    assert closed_weeks() == ["2026-W47", "2026-W48"]
    numbers = db.session.scalars(sa.select(ClosedWeek.id).order_by("monday")).all()
    assert numbers == sorted(numbers)


def test_weeks_before_the_region_began_are_never_closed(blora, clock_at):
    clock_at(NEXT_MONDAY)  # the first time that the clock sees Blora: in W48
    clock_at(CLOSING)
    assert closed_weeks() == []

    clock_at(utc(2026, 12, 1, 5))
    assert closed_weeks() == ["2026-W48"]


def test_a_week_long_before_the_first_is_not_closed_for_the_clock_would_close_all_after_it(blora):
    timetable.begin(at=THURSDAY)

    assert closing.turn(blora, W47.previous(), at=THURSDAY) is None
    assert closing.turn(blora, Week(2026, 40), at=THURSDAY).values == {"week": W47}


def test_of_two_workers_that_found_the_same_week_the_second_finds_it_closed(a_week, clock_at):
    assert timetable.due(at=CLOSING) == [a_week.id]
    clock_at(CLOSING)

    assert timetable.take(a_week.id, at=CLOSING) is None
    with pytest.raises(sa.exc.IntegrityError):  # and the database would not have two
        closing.freezing._freeze(
            a_week, reporting.week_report(a_week, W47, at=CLOSING), number=1, by=None,
            at=CLOSING, reason="",
        )  # fmt: skip


def test_the_clock_waits_for_an_open_objection_and_tells_the_reviewers_once(
    a_week, clock_at, dinkes, sari, budi
):
    objection = object_to(dinkes, sari)
    db.session.commit()
    clock_at(CLOSING)
    clock_at(utc(2026, 11, 24, 6))
    assert closed_weeks() == []
    [notice] = told(NoticeKind.CLOSING_HELD)

    closing.decline(objection, answer="Tidak ada tautannya.", actor=budi, at=CLOSING)
    db.session.commit()
    clock_at(utc(2026, 11, 24, 7))

    assert closed_weeks() == ["2026-W47"]
    assert notice.resolved_at == utc(2026, 11, 24, 7)


# -- by hand -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "week", "word"),
    [
        (THURSDAY, W47, "masih berjalan"),
        (utc(2026, 12, 1, 5), W47.next(), "berurutan"),
        (CLOSING, W47, "sudah ditutup"),
    ],
)
def test_a_week_is_closed_after_it_in_its_turn_and_once(a_week, budi, at, week, word):
    if at != THURSDAY:
        a_week.closed_through = W47.sunday if word == "sudah ditutup" else W47.previous().sunday

    with pytest.raises(Unacceptable, match=word):
        close(a_week, by=budi, at=at, week=week)


def test_who_closes_early_or_over_an_objection_says_why_and_the_office_is_told(
    a_week, dinkes, sari, budi
):
    objection = object_to(dinkes, sari)
    with pytest.raises(Unacceptable) as refused:
        close(a_week, by=budi, at=LAST_MOMENT)
    assert list(refused.value.faults) == ["reason"]

    close(a_week, by=budi, at=LAST_MOMENT, reason="Laporan diminta Bupati")

    assert objection.status is ObjectionStatus.LAPSED
    assert objection.answer == "Laporan diminta Bupati"
    [notice] = told(NoticeKind.OBJECTION_ANSWERED)
    assert notice.office_id == dinkes.id


# -- what is closed stays ------------------------------------------------------------------


def test_a_closed_week_keeps_its_numbers_whatever_becomes_of_the_rows(
    a_week, dinkes, dinkes_x, sari, budi
):
    closed = close(a_week)
    db.session.commit()
    before = closed.snapshot

    content(sari, budi, {dinkes_x: utc(2026, 11, 18, 3)})  # a proof that came late

    assert closing.read(closed, newest=1).totals.met == 0
    assert reporting.week_report(a_week, W47, at=CLOSING).totals.met == 1  # what a correction is
    assert reporting.region_matrix(a_week, W47, at=CLOSING).column(W47)[0].counted == 1
    later = reporting.week_report(a_week, W47.next(), at=CLOSING)
    assert (later.previous.met, later.matrix.column(W47)[0].counted) == (0, 1)
    db.session.expire_all()
    assert closed.snapshot == before


def test_a_report_without_its_proofs_is_never_frozen(a_week):
    outline = reporting.week_outline(a_week, W47, at=CLOSING)
    with pytest.raises(ValueError, match="without its proofs"):
        closing.close(a_week, outline, by=None, at=CLOSING)


def test_the_database_lets_nobody_change_or_delete_what_is_closed(a_week):
    close(a_week)
    db.session.commit()

    for statement in (sa.update(ClosedWeek).values(digest="0" * 64), sa.delete(ClosedWeek)):
        with pytest.raises(sa.exc.DatabaseError, match="never changes"):
            db.session.execute(statement)
        db.session.rollback()


def test_a_correction_is_a_new_version_with_its_reason_and_the_old_one_stays(
    a_week, dinkes_x, sari, budi
):
    first = close(a_week)
    content(sari, budi, {dinkes_x: utc(2026, 11, 18, 3)})

    second = correct(a_week, budi)

    assert [row.version for row in closing.versions(a_week, W47)] == [2, 1]
    old, new = closing.read(first, newest=2), closing.read(second, newest=2)
    assert (old.totals.met, new.totals.met) == (0, 1)
    assert old.seal.is_old
    assert not new.seal.is_old
    assert new.seal.reason == "Dua bukti menyusul"
    assert reporting.region_matrix(a_week, W47, at=CLOSING).column(W47)[0].counted == 2


def test_a_correction_needs_a_reason_and_the_version_that_was_seen(a_week, budi):
    close(a_week)
    with pytest.raises(Unacceptable) as refused:
        correct(a_week, budi, reason="")
    assert list(refused.value.faults) == ["reason"]

    correct(a_week, budi)
    with pytest.raises(Unacceptable, match="baru saja dikoreksi"):
        correct(a_week, budi, seen=1)


# -- objections ----------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "late"), [(THURSDAY, False), (LAST_MOMENT, False), (CLOSING, True)])
def test_an_office_objects_until_the_deadline(a_week, dinkes, sari, at, late):
    if late:
        with pytest.raises(Unacceptable, match="sudah lewat"):
            object_to(dinkes, sari, at=at)
        return
    objection = object_to(dinkes, sari, at=at)

    assert objection.deadline == utc(2026, 11, 23, 17)
    [notice] = told(NoticeKind.OBJECTION_FILED)
    assert notice.region_id == a_week.id


def test_an_office_has_one_open_objection_and_may_object_again_once_it_is_answered(
    a_week, dinkes, sari, budi
):
    objection = object_to(dinkes, sari)
    with pytest.raises(Unacceptable, match="menunggu jawaban"):
        object_to(dinkes, sari)

    closing.accept(objection, answer="Bukti diverifikasi.", actor=budi, at=NEXT_MONDAY)
    object_to(dinkes, sari, text="Satu lagi.")

    assert [one.status for one in closing.objections_of(dinkes, W47)] == ["open", "accepted"]
    assert told(NoticeKind.OBJECTION_FILED)[0].resolved_at == NEXT_MONDAY


def test_an_objection_is_answered_once_and_in_words(a_week, dinkes, sari, budi):
    objection = object_to(dinkes, sari)
    with pytest.raises(Unacceptable):
        closing.decline(objection, answer="", actor=budi, at=NEXT_MONDAY)

    closing.decline(objection, answer="Tayang di minggu lain.", actor=budi, at=NEXT_MONDAY)
    db.session.flush()

    with pytest.raises(InvalidTransition):
        closing.accept(objection, answer="Ya", actor=budi, at=NEXT_MONDAY)


def test_offices_cannot_object_to_a_week_after_it_is_closed(a_week):
    data = timetable.Settings(day=2, hour=12, objection_days=2)
    with pytest.raises(Unacceptable):
        closing.set_timetable(a_week, data, actor=None, at=NEXT_MONDAY)


def test_what_waits_for_somebody_is_counted_before_a_week_closes(a_week, dinkes, sari, dinkes_x):
    object_to(dinkes, sari)
    doubtful = db.session.scalars(sa.select(Delivery)).one()
    assert doubtful.account_id == dinkes_x.id

    found = closing.waiting(a_week, W47)

    assert (len(found.objections), found.doubtful, found.proofs) == (1, 0, 0)
    assert closing.keepers(a_week) == {dinkes.id: ["Sari"]}
    assert db.session.get(Region, a_week.id).closed_through is None


# -- files ---------------------------------------------------------------------------------


def test_the_files_of_a_closed_week_are_made_once_and_stay_byte_for_byte(
    app, a_week, clock_at, dinkes_x, sari, budi
):
    clock_at(CLOSING)
    store = app.extensions["media_store"]
    files = {row.form: row for row in db.session.scalars(sa.select(ReportFile))}
    assert files.keys() == FORMS.keys()
    before = {form: store.get(row.digest) for form, row in files.items()}
    [closed] = closing.versions(a_week, W47)
    assert frozen.digest(before["json"]) == closed.digest
    assert f"sidik {closed.digest[:12]}" in before["txt"].decode()

    content(sari, budi, {dinkes_x: utc(2026, 11, 18, 3)})
    made = filing.make(closing.read(closed, newest=1), "txt", store)
    filing.keep(closed.id, made, at=CLOSING)  # another worker was second
    correct(a_week, budi)
    clock_at(utc(2026, 11, 25, 1))

    for form, row in files.items():
        assert filing.kept(closed, form).digest == row.digest
        assert store.get(row.digest) == before[form]
    [newest, _] = closing.versions(a_week, W47)
    assert filing.kept(newest, "pdf").name == "Rekap-33.16-2026-W47-v2.pdf"
    assert "1 dari 2" in store.get(filing.kept(newest, "txt").digest).decode()


def test_a_file_is_the_same_before_and_after_its_week_is_corrected(app, a_week, budi):
    """So what was made late, of a version that was corrected already, can be made again."""
    store, closed = app.extensions["media_store"], close(a_week)
    before = {form: filing.make(closing.read_id(closed.id), form, store) for form in FORMS}

    correct(a_week, budi)

    assert closing.read_id(closed.id).seal.is_old
    for form, made in before.items():
        assert filing.make(closing.read_id(closed.id), form, store) == made
        store.delete(made.digest)
        content = filing.content(form, made.digest, store, lambda: closing.read_id(closed.id))
        assert len(content) == made.size_bytes


def test_a_closed_week_keeps_the_logo_it_was_closed_with(app, a_week, budi):
    """Also where a file of it is made only afterwards."""
    store = app.extensions["media_store"]
    earlier = chosen_logo(a_week, budi, store, "#0b6b3a", seen=0)
    row = close(a_week)
    before = {form: FORMS[form].render(closing.read(row, newest=1), store) for form in FORMS}

    later = chosen_logo(a_week, budi, store, "#c8102e", seen=1)

    report = closing.read(row, newest=1)
    assert (report.logo, reporting.week_report(a_week, W47, at=CLOSING).logo) == (earlier, later)
    assert {form: FORMS[form].render(report, store) for form in FORMS} == before
    assert correct(a_week, budi).snapshot.count(later) == 1


def chosen_logo(region, actor, store, colour, *, seen):
    """Let the region choose a logo; return its digest."""
    image, out = Image.new("RGBA", (200, 200)), io.BytesIO()
    image.paste(colour, (50, 20, 150, 180))
    image.save(out, "PNG")
    logo = branding.add_logo(
        region, None, branding.keep_logo(out.getvalue(), store), actor=actor, at=NEXT_MONDAY
    )
    choice = branding.Choice(logo_id=logo.id)
    branding.set_look(region, None, choice, seen=seen, actor=actor, at=NEXT_MONDAY)
    return logo.digest


def test_of_clocks_and_a_reviewer_who_close_at_the_same_moment_one_does(app, a_week, budi):
    """All of them have seen that the week is due, or open, before any of them has closed it."""
    region_id, reviewer_id = a_week.id, budi.id
    db.session.commit()
    together = threading.Barrier(3, timeout=60)

    def by_clock():
        steps = Steps(app, owner="test")
        steps.now = lambda: CLOSING
        assert steps.transact(lambda: timetable.due(at=CLOSING), read_only=True) == [region_id]
        together.wait()
        return steps.transact(lambda: Closer(app, steps)._close(region_id))

    def by_hand():
        with app.app_context():
            read_only()
            assert closing.latest(db.session.get(Region, region_id), W47) is None
            db.session.rollback()
            together.wait()
            begin_writing()
            region, reviewer = lock_region(region_id), db.session.get(User, reviewer_id)
            try:
                close(region, by=reviewer)
            except Unacceptable:
                db.session.rollback()
                return False
            db.session.commit()
            return True

    with ThreadPoolExecutor(3) as pool:
        closers = [pool.submit(each) for each in (by_clock, by_clock, by_hand)]
        won = [each.result(timeout=120) for each in closers]

    assert sorted(won) == [False, False, True]
    db.session.expire_all()
    assert [row.version for row in db.session.scalars(sa.select(ClosedWeek))] == [1]
    entries = sa.select(sa.func.count()).where(AuditEntry.action == "week.close")
    assert db.session.scalar(entries) == 1
