"""The report of a closed week goes to the leaders of its region, as it is kept, once a version.

2026-W47 is 16 to 22 November 2026; in Blora it closes on Tuesday 24 November at 12.00 WIB.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from publisher.clock import Week
from publisher.db import db
from publisher.engine.closing import Closer
from publisher.engine.informing import Informer
from publisher.engine.steps import Steps
from publisher.models.letters import Letter, LetterKind, LetterStatus
from publisher.models.notices import NoticeKind
from publisher.models.people import Role
from publisher.models.weeks import ReportFile
from publisher.reports.forms import FORMS
from publisher.storage import Unreachable
from publisher.typed import Unacceptable
from publisher.workflow import closing, reporting
from publisher.workflow.informing import leaving, recipients, settings, trouble, weekly
from publisher.workflow.watching import inbox
from tests.conftest import NOW, person
from tests.weeks import content, rule, utc

W47 = Week(2026, 47)
CLOSING = utc(2026, 11, 24, 5)


@pytest.fixture
def a_week(blora, dinkes, dishub, dinkes_x, sari, budi, ratna):
    rule(blora)
    content(sari, budi, {dinkes_x: utc(2026, 11, 17, 3)})
    blora.closing_from = W47.monday
    db.session.commit()
    return blora


@pytest.fixture
def a_round(app, post_office):
    """Return a function that closes what is due, then sends what is due, at a moment."""

    def a_round(at=CLOSING):
        db.session.commit()
        steps = Steps(app, owner="test")
        steps.now = lambda: at
        Closer(app, steps).close()
        Informer(app, steps).inform()
        db.session.expire_all()
        return sorted(letter["To"] for letter in post_office.letters)

    return a_round


@pytest.fixture
def files(app):
    """Return a function that closes what is due and returns the files of it, by form."""

    def files():
        db.session.commit()
        steps = Steps(app, owner="test")
        steps.now = lambda: CLOSING
        Closer(app, steps).close()
        return {row.form: row for row in db.session.scalars(sa.select(ReportFile))}

    return files


def test_leaders_and_further_addresses_get_the_very_files_once_a_version(
    a_week, app, budi, ratna, yuni, a_round, post_office
):
    person("Surya", Role.LEADER, region=yuni.region)  # leads another region
    address = "ajudan@luar.contoh.id"
    for each in (address, ratna.email):  # on the list as well: one letter nevertheless
        recipients.add(a_week, each, actor=budi, at=NOW)

    assert a_round() == [address, ratna.email]
    assert a_round(CLOSING + timedelta(hours=1)) == [address, ratna.email]

    kept = {row.form: row for row in db.session.scalars(sa.select(ReportFile))}
    text = app.extensions["media_store"].get(kept["txt"].digest).decode().strip()
    for letter in post_office.letters:
        assert letter["Subject"].startswith("Laporan publikasi Kabupaten Blora")
        assert text in letter.get_body().get_content().replace("\r\n", "\n")
        found = {file.get_filename(): file for file in letter.iter_attachments()}
        assert set(found) == {kept["pdf"].name, kept["png"].name}
        for form in ("pdf", "png"):
            sent = found[kept[form].name]
            assert hashlib.sha256(sent.get_content()).hexdigest() == kept[form].digest
            assert sent.get_content_type() == kept[form].mime
        pages = PdfReader(BytesIO(found[kept["pdf"].name].get_content())).pages
        assert "Dinas Perhubungan" in " ".join(page.extract_text() for page in pages)


def test_a_correction_is_mailed_as_another_version_with_its_reason(
    a_week, budi, ratna, a_round, post_office
):
    a_round()
    report = reporting.week_report(a_week, W47, at=CLOSING)
    closing.correct(a_week, report, by=budi, at=CLOSING, reason="Dua bukti menyusul", seen=1)

    assert a_round() == [ratna.email] * 2
    first, second = post_office.letters
    assert second["Subject"].startswith("Koreksi laporan publikasi Kabupaten Blora")
    assert "Alasan koreksi: Dua bukti menyusul" in second.get_body().get_content()
    assert {file.get_filename() for file in second.iter_attachments()}.isdisjoint(
        file.get_filename() for file in first.iter_attachments()
    )


@pytest.mark.parametrize("happened", ["lost", "damaged"])
def test_a_file_that_the_media_store_lost_is_made_again_as_it_was(
    a_week, app, ratna, files, a_round, post_office, happened
):
    store = app.extensions["media_store"]
    for row in files().values():
        store.delete(row.digest)
        if happened == "damaged":
            store.path(row.digest).write_bytes(b"rusak")

    assert a_round() == [ratna.email]

    attached = [
        hashlib.sha256(file.get_content()).hexdigest()
        for file in post_office.letters[0].iter_attachments()
    ]
    assert sorted(attached) == sorted(files()[form].digest for form in ("pdf", "png"))
    for form in weekly.NEEDED:
        store.get(files()[form].digest)


def test_a_letter_whose_file_is_lost_for_good_is_tried_for_a_week_and_people_are_told(
    a_week, app, ratna, files, a_round, post_office, monkeypatch
):
    """An earlier version of Siar filed it: what is made now is not the same."""
    minute, attempts = timedelta(minutes=1), []
    earlier = replace(FORMS["txt"], render=lambda *_: b"Rekap versi lama")
    with monkeypatch.context() as patch:
        patch.setitem(FORMS, "txt", earlier)
        app.extensions["media_store"].delete(files()["txt"].digest)
    for minutes in (0, 1, 2, 4):
        assert a_round(CLOSING + minutes * minute) == []
        attempts.append(db.session.scalar(sa.select(Letter.attempts)))
    assert attempts == [1, 2, 2, 3]  # later each time
    held = trouble.of_region(a_week, at=CLOSING)
    assert (held.waiting, held.error) == (1, "txt is not in the media store")
    assert held.since == CLOSING

    over = CLOSING + timedelta(days=7, minutes=1)
    a_round(over)

    [given_up] = trouble.of_region(a_week, at=over).lost
    assert (given_up.kind, given_up.status) == (LetterKind.WEEK, LetterStatus.GIVEN_UP)
    a_round(over + timedelta(hours=19))
    [daily] = [
        one for one in post_office.letters
        if one["To"] == ratna.email and "ringkasan" in one["Subject"]
    ]  # fmt: skip
    assert "Sudah ditutup: minggu ke\u201147 (16–22 Nov 2026)" in daily.get_body().get_content()


def test_a_media_store_that_does_not_answer_costs_an_attempt_and_nothing_else(
    a_week, app, ratna, files, a_round, monkeypatch
):
    files()
    store = app.extensions["media_store"]

    def away(_digest):
        raise Unreachable("s3://media: no connection")

    with monkeypatch.context() as patch:
        patch.setattr(store, "get", away)
        assert a_round() == []
    assert trouble.of_region(a_week, at=CLOSING).error == "s3://media: no connection"

    assert a_round(CLOSING + timedelta(minutes=2)) == [ratna.email]


def test_leaders_and_reviewers_see_in_the_app_that_a_week_closed(
    a_week, budi, ratna, sari, a_round
):
    a_round()

    kinds = {
        user.name: [entry.notice.kind for entry in inbox.inbox(user, everything=True).entries]
        for user in (budi, ratna, sari)
    }
    closed = [NoticeKind.WEEK_CLOSED]
    assert kinds == {"Budi": closed, "Ratna": closed, "Sari": []}
    next_morning = CLOSING + timedelta(hours=19)
    assert a_round(next_morning) == sorted([ratna.email, budi.email])  # Ratna knows it already


@pytest.mark.parametrize("leaves", ["choice", "link"])
def test_who_wants_no_more_of_it_gets_no_more(
    a_week, app, budi, ratna, a_round, post_office, leaves
):
    row = recipients.add(a_week, "ajudan@luar.contoh.id", actor=budi, at=NOW)
    if leaves == "choice":
        settings.choose(ratna, settings.Choice(weekly=False))
        recipients.remove(row, actor=budi, at=NOW)
        assert a_round() == []
        return
    a_round()
    for letter in db.session.scalars(sa.select(Letter)).all():
        token = leaving.token(letter, secret_key=app.config["SECRET_KEY"])
        found = leaving.read(token, secret_key=app.config["SECRET_KEY"])
        assert leaving.read(token[:-2], secret_key=app.config["SECRET_KEY"]) is None
        leaving.leave(found, at=NOW)
        assert leaving.has_left(found)

    a_round(CLOSING + timedelta(days=7))
    of_weeks = sa.select(Letter.id).where(Letter.kind == LetterKind.WEEK)
    assert len(db.session.scalars(of_weeks).all()) == 2  # both of the week before


def test_an_address_is_added_once_and_must_be_one(a_week, budi):
    recipients.add(a_week, "Ajudan@luar.contoh.id", actor=budi, at=NOW)

    for wrong in ("ajudan@luar.contoh.id", "ajudan", "a@b\r\nBcc: c@d.id", ""):
        with pytest.raises(Unacceptable):
            recipients.add(a_week, wrong, actor=budi, at=NOW)
