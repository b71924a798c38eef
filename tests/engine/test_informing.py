"""People are told outside of the app, each of each thing once, whatever dies in between.

Letters go to a real SMTP server on loopback. NOW is Monday 23 November 2026, 09.00 WIB.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.engine.informing import Informer
from publisher.engine.steps import Steps
from publisher.models.audience import concerned, is_for
from publisher.models.letters import (
    Channel,
    Letter,
    LetterKind,
    LetterNotice,
    LetterSetting,
    LetterStatus,
)
from publisher.models.notices import AT_ONCE, AUDIENCE, Notice, NoticeKind, NoticeRead, add_once
from publisher.models.people import Role, User
from publisher.workflow.informing import gathering, posting, settings, trouble
from publisher.workflow.informing.ways import Ways
from tests.conftest import NOW, person

HOUR = timedelta(hours=1)
SEVEN = NOW - 2 * HOUR  # 07.00 WIB
MAIL = Ways(mail=True)


@pytest.fixture
def a_round(app, post_office):
    """Return a function that does one round of a worker that has just started, at a moment."""

    def a_round(at=NOW, **changes):
        db.session.commit()
        steps = Steps(app, owner="test")
        steps.now = lambda: at
        informer = Informer(app, steps)
        for name, change in changes.items():
            setattr(informer, name, change)
        informer.inform()
        db.session.expire_all()
        return [letter["To"] for letter in post_office.letters]

    return a_round


def happens(kind, *, office=None, region=None, at=NOW, **fields):
    """Save a notice as the watch would."""
    number = db.session.scalar(sa.select(sa.func.count(Notice.id)))
    row = {
        "key": f"test:{number}", "kind": kind, "at": at, "details": {}, "reason": "",
        "region_id": (region or office.region).id if region or office else None,
        "office_id": office.id if office else None, **fields,
    }  # fmt: skip
    add_once(Notice, [row])
    db.session.commit()
    return db.session.scalar(sa.select(Notice).where(Notice.key == f"test:{number}"))


def statuses():
    return list(db.session.scalars(sa.select(Letter.status).order_by(Letter.id)))


def text_of(letter):
    return letter.get_body().get_content().replace("\r\n", "\n")


# -- at once -------------------------------------------------------------------------------


def test_what_needs_somebody_now_is_told_at_once_to_them_alone(
    sari, tono, budi, ratna, heru, agus, a_round, post_office, make_post
):
    post = make_post("submit")
    happens(
        NoticeKind.RETURNED, office=sari.office, post_id=post.id,
        reason="Catatan penelaah: %(note)s",
        details={"step": "request_changes", "note": "Tanggalnya <keliru> & 100% lama."},
    )  # fmt: skip
    happens(NoticeKind.PROOF_RETURNED, office=sari.office)  # may wait for the morning

    assert a_round() == [sari.email]
    assert a_round() == [sari.email]

    [letter] = post_office.letters
    assert letter["Subject"] == "Siar: Dikembalikan untuk perbaikan: Imunisasi gratis di puskesmas"
    text = text_of(letter)
    assert "Yth. Sari," in text
    assert "Catatan penelaah: Tanggalnya <keliru> & 100% lama." in text
    assert "http://localhost/pemberitahuan/1\n" in text
    assert "Bukti tayang" not in text
    assert letter["List-Unsubscribe"].startswith("<http://localhost/surel/berhenti/")


def test_a_worker_whose_turn_is_over_leaves_a_letter_to_the_next(
    sari, app, a_round, post_office, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    gathering.pass_on(at=NOW, ways=MAIL)
    db.session.commit()
    [stale] = posting.claim(at=NOW, limit=40)
    db.session.commit()
    later = NOW + posting.LEASE + timedelta(minutes=1)
    posting.recover(at=later)
    db.session.commit()
    assert a_round(later) == [sari.email]

    posting.drop(stale, at=later)
    db.session.commit()

    assert a_round(SEVEN + 24 * HOUR) == [sari.email]  # told once, and not in the morning again


def test_who_was_just_told_is_told_again_of_all_that_came_meanwhile(
    sari, a_round, post_office, make_post
):
    fields = {"office": sari.office, "post_id": make_post().id}
    happens(NoticeKind.RETURNED, **fields)
    a_round()
    for _ in range(3):
        happens(NoticeKind.RETURNED, **fields)
        a_round(NOW + timedelta(minutes=1))
    assert len(post_office.letters) == 1

    a_round(NOW + timedelta(minutes=10))

    _, second = post_office.letters
    assert second["Subject"] == "Siar: 3 hal memerlukan Anda sekarang"


def test_what_was_seen_or_settled_before_its_letter_went_is_not_told(sari, a_round, make_post):
    notices = [
        happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id) for _ in range(2)
    ]
    notices[0].resolved_at = NOW
    db.session.add(NoticeRead(user_id=sari.id, notice_id=notices[1].id, at=NOW))

    assert a_round() == []
    assert statuses() == [LetterStatus.DROPPED]


@pytest.mark.parametrize("kind", AUDIENCE)
def test_everybody_who_may_see_a_notice_is_concerned_by_it_and_nobody_else(
    kind, sari, wulan, tono, budi, ratna, heru, yuni, agus, blora, dinkes
):
    assert AT_ONCE.get(kind, frozenset()) <= AUDIENCE[kind]
    gone = person("Joko", Role.DRAFTER, office=dinkes)
    gone.ended_at = NOW
    places = [{"office": dinkes}, {"region": blora}, {}]
    for notice in [happens(kind, **place) for place in places]:
        told = set(db.session.scalars(sa.select(User.name).where(concerned(notice, Role))))
        sees = {
            user.name
            for user in db.session.scalars(sa.select(User).where(User.ended_at.is_(None)))
            if db.session.scalar(sa.select(Notice.id).where(Notice.id == notice.id, is_for(user)))
        }
        assert told == sees


# -- once, whatever happens ----------------------------------------------------------------


def test_two_rounds_at_once_tell_everybody_once(sari, app, a_round, post_office, make_post):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)

    def at_work():
        steps = Steps(app, owner="other")
        steps.now = lambda: NOW
        return Informer(app, steps)

    def meanwhile(claim):
        at_work().inform()  # a whole round of another, between this one's claim and its sending
        Informer._send(one, claim)

    one = at_work()
    a_round(_send=meanwhile)

    assert len(post_office.letters) == 1
    assert statuses() == [LetterStatus.SENT]


def test_a_worker_that_died_before_it_handed_a_letter_over_costs_a_while(
    sari, a_round, post_office, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    a_round(_send=lambda _claim: None)  # killed between the claim and the sending
    assert (statuses(), a_round()) == ([LetterStatus.CLAIMED], [])

    assert a_round(NOW + posting.LEASE + timedelta(seconds=1)) == [sari.email]


def test_a_letter_that_stops_every_worker_is_given_up_some_day_and_shown_until_then(
    sari, blora, a_round, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    for hours in range(12):
        a_round(NOW + hours * HOUR, _send=lambda _claim: None)
    assert trouble.of_region(blora, at=NOW).error == "its worker stopped"

    a_round(NOW + 13 * HOUR, _send=lambda _claim: None)

    assert statuses() == [LetterStatus.GIVEN_UP]


def test_a_letter_that_cannot_be_written_is_tried_later_each_time(sari, blora, a_round, make_post):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)

    def unwritable(_claim):
        raise KeyError("sari@contoh.go.id")

    for minutes in (0, 1, 2, 4, 5):
        a_round(NOW + timedelta(minutes=minutes), _written=unwritable)

    assert db.session.scalar(sa.select(Letter.attempts)) == 3
    assert trouble.of_region(blora, at=NOW).error == "KeyError"  # and nobody's address


def test_a_worker_that_died_while_handing_a_letter_over_leaves_it_for_good(
    sari, a_round, post_office, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)

    def killed(*_):
        raise SystemExit

    with pytest.raises(SystemExit):
        a_round(_hand_over=killed)
    for hours in (1, 5, 23):  # also the daily letter of tomorrow does not tell it again
        a_round(NOW + hours * HOUR)

    assert post_office.letters == []
    assert statuses()[0] is LetterStatus.UNSURE


def test_an_answer_that_was_lost_is_no_reason_to_send_it_again(
    sari, a_round, post_office, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    post_office.breaks_at = "data"
    a_round()
    post_office.breaks_at = ""

    assert a_round(NOW + HOUR) == [sari.email]
    assert statuses() == [LetterStatus.UNSURE]


def test_a_server_that_was_down_gets_every_letter_once_when_it_is_back(
    sari, tono, app, a_round, post_office, make_post
):
    for office in (sari.office, tono.office):
        happens(NoticeKind.RETURNED, office=office, post_id=make_post().id)
    app.config["MAIL_URL"] = "smtp://127.0.0.1:1"
    for minutes in (0, 1, 2, 4):
        a_round(NOW + timedelta(minutes=minutes))
    tried = db.session.scalars(sa.select(Letter.attempts)).all()
    assert max(tried) <= 3  # later each time

    app.config["MAIL_URL"] = post_office.url
    for minutes in (20, 21):
        a_round(NOW + timedelta(minutes=minutes))

    assert sorted(a_round(NOW + HOUR)) == [sari.email, tono.email]


def test_what_could_not_be_told_at_once_comes_with_the_daily_letter(
    sari, a_round, post_office, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    post_office.answer = "451 try later"
    for hours in range(14):
        a_round(NOW + hours * HOUR)
    assert statuses() == [LetterStatus.GIVEN_UP]
    post_office.answer = "250 OK"

    a_round(SEVEN + timedelta(days=1))

    [letter] = post_office.letters
    assert "Dikembalikan untuk perbaikan" in text_of(letter)


def test_an_address_that_does_not_exist_is_written_to_no_more_until_it_changes(
    sari, a_round, post_office, make_post
):
    fields = {"office": sari.office, "post_id": make_post().id}
    happens(NoticeKind.RETURNED, **fields)
    post_office.answer = "550 nobody here"
    a_round()
    post_office.answer = "250 OK"
    happens(NoticeKind.RETURNED, **fields)
    assert a_round(NOW + HOUR) == []
    assert (statuses(), settings.silent_since(settings.of(sari), sari)) == (
        [LetterStatus.REFUSED], NOW,
    )  # fmt: skip

    sari.email = "sari.baru@contoh.go.id"
    happens(NoticeKind.RETURNED, **fields)

    assert a_round(NOW + 2 * HOUR) == ["sari.baru@contoh.go.id"]


def test_a_letter_that_nobody_sent_in_time_is_not_sent_days_later(
    sari, a_round, post_office, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    gathering.pass_on(at=NOW, ways=MAIL)  # and then no worker for two days

    a_round(SEVEN + timedelta(days=2))

    [daily] = post_office.letters
    assert daily["Subject"].strip() == "Siar: ringkasan Rabu, 25 November 2026"
    assert statuses()[0] is LetterStatus.GIVEN_UP


def test_old_letters_are_forgotten_and_nothing_of_them_is_told_again(
    sari, a_round, post_office, make_post
):
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    a_round()
    later = NOW + posting.KEPT
    assert len(a_round(later)) == 1
    a_round(later + HOUR)

    assert LetterStatus.SENT not in statuses()
    assert len(post_office.letters) == 1


def test_without_a_mail_server_nothing_piles_up(sari, app, a_round, post_office, make_post):
    app.config["MAIL_URL"] = None
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    a_round()
    app.config["MAIL_URL"] = post_office.url

    assert a_round(NOW + HOUR) == []
    assert statuses() == []


# -- once a day ----------------------------------------------------------------------------


def test_the_daily_letter_tells_the_rest_once_and_counts_what_waits_now(
    sari, budi, a_round, post_office, make_post
):
    make_post("submit")
    make_post("submit", "request_changes")
    happens(NoticeKind.PROOF_WAITING, office=sari.office, at=NOW - 3 * HOUR)
    budi.created_at = sari.created_at = NOW - timedelta(days=3)
    assert a_round(SEVEN - timedelta(minutes=1)) == []

    assert sorted(a_round(SEVEN)) == [budi.email, sari.email]
    a_round(SEVEN + HOUR)  # of the same day
    to_budi = next(text_of(one) for one in post_office.letters if one["To"] == budi.email)
    to_sari = next(text_of(one) for one in post_office.letters if one["To"] == sari.email)
    assert "1 konten menunggu telaah" in to_budi
    assert "Bukti tayang menunggu diperiksa" in to_budi
    assert "1 konten dikembalikan untuk perbaikan" in to_sari
    assert "menunggu telaah" not in to_sari

    a_round(SEVEN + timedelta(days=1))
    newer = [text_of(one) for one in post_office.letters[2:] if one["To"] == budi.email]
    assert ["1 konten menunggu telaah" in text for text in newer] == [True]
    assert "Bukti tayang menunggu diperiksa" not in newer[0]


def test_seven_in_the_morning_is_that_of_the_region(
    sari, agus, rembang, a_round, post_office, make_post
):
    rembang.zone = "Asia/Jayapura"  # two hours ahead of Blora, all year
    for office in (sari.office, agus.office):
        happens(NoticeKind.PROOF_RETURNED, office=office, at=NOW)
    tomorrow = NOW + timedelta(days=1)

    told = {}
    for hour in range(16, 40):  # from 23.00 WIB on, which is already Tuesday 01.00 WIT
        at = tomorrow.replace(hour=0) + timedelta(hours=hour - 24)
        for address in a_round(at)[len(told) :]:
            told[address] = at
    day = tomorrow.replace(hour=0)
    assert told == {agus.email: day - 2 * HOUR, sari.email: day}
    days = dict(db.session.execute(sa.select(Letter.user_id, Letter.day)).all())
    assert set(days.values()) == {tomorrow.date()}


def test_a_worker_that_slept_through_the_hour_sends_it_by_day_but_not_at_night(
    sari, a_round, post_office
):
    happens(NoticeKind.PROOF_RETURNED, office=sari.office, at=NOW)
    a_round(SEVEN + timedelta(hours=23))  # 06.00 of the next day
    night = SEVEN + timedelta(hours=24 + 14)  # 21.00

    assert a_round(night) == []
    assert a_round(SEVEN + timedelta(days=2)) == [sari.email]

    settings.choose(sari, settings.Choice(digest_hour=10))
    happens(NoticeKind.PROOF_RETURNED, office=sari.office, at=NOW)
    db.session.commit()
    a_round(SEVEN + timedelta(days=3))
    assert len(a_round(SEVEN + timedelta(days=3, hours=6))) == 2  # at 13.00, for 10.00


@pytest.mark.parametrize(
    ("choice", "at_once", "daily"),
    [
        (settings.Choice(), 1, 1),
        (settings.Choice(at_once=Channel.OFF), 0, 1),
        (settings.Choice(digest=Channel.OFF), 1, 0),
    ],
)
def test_people_are_told_as_they_chose(sari, a_round, make_post, choice, at_once, daily):
    settings.choose(sari, choice)
    happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
    happens(NoticeKind.PROOF_RETURNED, office=sari.office)

    assert len(a_round()) == at_once
    assert len(a_round(SEVEN + timedelta(days=1))) == at_once + daily


def test_a_notice_that_was_told_while_the_daily_letter_was_written_is_not_told_twice(
    sari, a_round, post_office
):
    db.session.add(LetterSetting(user_id=sari.id, telegram_name="", at_once=Channel.OFF))
    notice = happens(NoticeKind.PROOF_RETURNED, office=sari.office)
    gathering.pass_on(at=NOW, ways=MAIL)
    gathering.add([
        gathering.row(f"{n}", LetterKind.DIGEST, Channel.MAIL, NOW, user_id=sari.id)
        for n in range(2)
    ])  # fmt: skip
    db.session.commit()
    first, second = posting.claim(at=NOW, limit=2)

    assert posting.begin(first, [notice.id], at=NOW)
    assert not posting.begin(second, [notice.id], at=NOW)
    assert posting.notices(posting.load(posting.claim(at=NOW, limit=1)[0]), at=NOW) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LetterNotice)) == 1


def test_what_people_typed_stands_in_a_letter_as_they_typed_it(
    sari, a_round, post_office, make_post
):
    post = make_post(title='Rapat <besar> & 100% "siap"\u2028Bcc: x')
    happens(NoticeKind.RETURNED, office=sari.office, post_id=post.id)
    a_round()

    [letter] = post_office.letters
    assert (
        letter["Subject"]
        .strip()
        .startswith('Siar: Dikembalikan untuk perbaikan: Rapat <besar> & 100% "s')
    )
    assert 'Rapat <besar> & 100% "siap"' in text_of(letter)
    assert letter["Bcc"] is None
