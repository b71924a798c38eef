"""A password proves a person; a session row says where they are signed in, and can be ended."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher import passwords
from publisher.db import db
from publisher.errors import WeakPassword, WrongCredentials
from publisher.models import audit
from publisher.models.people import Role, UserSession
from publisher.workflow import signing_in
from tests.conftest import NOW, PASSWORD

WEEK = timedelta(days=7)
REAL_HASHER = passwords._hasher
NEW_PASSWORD = "kuda lumping makan beling"


@pytest.fixture
def begin(app):
    """Return a function that signs somebody in and gives the token."""

    def begin(user, *, at=NOW):
        token = signing_in.begin(user, PASSWORD, address="10.1.2.3", browser="Firefox", at=at)
        db.session.commit()
        return token

    return begin


@pytest.fixture
def as_in_production(cheap_passwords, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)
    return REAL_HASHER


def found(token, *, at=NOW):
    return signing_in.find(token, lasting=WEEK, at=at)


def test_the_right_password_lets_a_person_in(sari):
    assert signing_in.authenticate(sari, PASSWORD) is sari


def test_an_email_is_found_however_it_is_written(sari):
    assert signing_in.person_with("  Sari@Contoh.GO.id ") is sari


@pytest.mark.parametrize("password", ["", "salah", PASSWORD.upper(), PASSWORD + " ", "x" * 5000])
def test_a_wrong_password_lets_nobody_in(sari, password):
    with pytest.raises(WrongCredentials):
        signing_in.authenticate(sari, password)


def test_nobody_has_no_password(app):
    with pytest.raises(WrongCredentials):
        signing_in.authenticate(None, "no password of anybody")


def test_a_person_whose_access_ended_is_refused_in_the_same_words(sari):
    sari.ended_at = NOW
    with pytest.raises(WrongCredentials) as ended:
        signing_in.authenticate(sari, PASSWORD)
    with pytest.raises(WrongCredentials) as unknown:
        signing_in.authenticate(None, PASSWORD)
    assert str(ended.value) == str(unknown.value)


def test_an_unknown_email_costs_a_whole_verification_too(app, as_in_production, monkeypatch):
    verified = []

    class Counting:
        hash = as_in_production.hash

        def verify(self, password_hash, password):
            verified.append(password_hash)
            return as_in_production.verify(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    passwords._nobodys_hash.cache_clear()

    with pytest.raises(WrongCredentials):
        signing_in.authenticate(None, "tebakan yang panjang")

    assert [password_hash.split("$")[3] for password_hash in verified] == ["m=19456,t=2,p=1"]


def test_an_old_hash_is_renewed_when_its_person_signs_in(as_in_production, sari, begin):
    assert passwords.outdated(sari.password_hash)

    begin(sari)

    assert not passwords.outdated(sari.password_hash)
    assert signing_in.authenticate(sari, PASSWORD) is sari


def test_a_token_is_kept_as_its_hash_alone(sari, begin):
    token = begin(sari)

    row = db.session.scalars(sa.select(UserSession)).one()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 43  # 256 bits
    told = db.session.scalars(sa.select(audit.AuditEntry)).all()
    assert token not in repr([(entry.subject, entry.details) for entry in told])


def test_a_session_lasts_as_long_as_settings_say_and_no_longer(sari, begin):
    token = begin(sari)

    assert found(token, at=NOW + WEEK - timedelta(seconds=1)).user is sari
    assert found(token, at=NOW + WEEK) is None


def test_an_ended_session_opens_nothing(sari, begin):
    token = begin(sari)
    row = found(token)

    signing_in.end(row, at=NOW)
    signing_in.end(row, at=NOW + timedelta(hours=1))
    db.session.commit()

    assert found(token) is None
    assert row.ended_at == NOW


def test_sessions_of_a_person_whose_access_ended_are_over(sari, begin):
    token = begin(sari)
    sari.ended_at = NOW
    db.session.commit()

    assert found(token) is None


@pytest.mark.parametrize("token", ["", "apa saja", "' OR 1=1 --"])
def test_an_invented_token_opens_nothing(sari, begin, token):
    begin(sari)
    assert found(token) is None


def test_ending_the_others_keeps_this_browser_and_other_people(sari, tono, begin):
    here, there, tonos = begin(sari), begin(sari), begin(tono)

    assert signing_in.end_others(found(here), at=NOW) == 1
    db.session.commit()

    assert found(here)
    assert found(tonos)
    assert found(there) is None


def test_one_sees_ones_own_open_sessions_the_latest_first(sari, tono, begin):
    begin(sari, at=NOW - WEEK)
    early, late, ended = (begin(sari, at=NOW + timedelta(minutes=m)) for m in (0, 2, 1))
    begin(tono)
    signing_in.end(found(ended), at=NOW)

    listed = signing_in.sessions_of(sari, lasting=WEEK, at=NOW + timedelta(minutes=3))

    assert listed == [found(late), found(early)]


def test_being_seen_is_written_down_every_five_minutes_at_most(sari, begin):
    row = found(begin(sari))

    assert not signing_in.needs_seen(row, at=NOW + timedelta(minutes=4, seconds=59))
    assert signing_in.needs_seen(row, at=NOW + timedelta(minutes=5))


def test_a_new_password_replaces_the_old_and_ends_other_sessions(sari, begin):
    here, there = begin(sari), begin(sari)

    signing_in.change_password(found(here), PASSWORD, NEW_PASSWORD, at=NOW)
    db.session.commit()

    assert signing_in.authenticate(sari, NEW_PASSWORD)
    with pytest.raises(WrongCredentials):
        signing_in.authenticate(sari, PASSWORD)
    assert found(here)
    assert found(there) is None


def test_a_password_is_changed_only_by_who_knows_the_present_one(sari, begin):
    row = found(begin(sari))
    with pytest.raises(WrongCredentials):
        signing_in.change_password(row, "tebakan saja", NEW_PASSWORD, at=NOW)
    assert signing_in.authenticate(sari, PASSWORD)


@pytest.mark.parametrize(
    "weak",
    [
        "pendek",
        "sebelas-hur",
        "sari@contoh.go.id",
        "SARI@contoh.go.id2026",
        "contoh.go.id",
        "aaaaaaaaaaaaaaaa",
        "x" * 1025,
    ],
)
def test_a_password_that_would_be_guessed_is_refused(sari, begin, weak):
    row = found(begin(sari))
    with pytest.raises(WeakPassword):
        signing_in.change_password(row, PASSWORD, weak, at=NOW)


def test_twelve_characters_of_any_script_are_a_password():
    passwords.check_strength("ꦲꦏ꧀ꦱꦫ ꦗꦮ ꦧꦭꦺꦴꦫ", email="sari@contoh.go.id")


def test_a_password_is_the_same_however_a_keyboard_composes_it():
    assert passwords.matches("kafe\u0301 di alun-alun", passwords.hashed("kafé di alun-alun"))


def test_deeds_at_the_door_are_in_the_audit_log(sari, begin):
    row = found(begin(sari))
    signing_in.change_password(row, PASSWORD, NEW_PASSWORD, at=NOW)
    signing_in.record_blocked(sari, address="203.0.113.9", at=NOW)
    signing_in.end(row, at=NOW)
    db.session.commit()

    entries = db.session.scalars(sa.select(audit.AuditEntry).order_by(audit.AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "user.signed_in",
        "user.changed_password",
        "user.sign_in_blocked",
        "user.signed_out",
    ]
    assert {entry.subject for entry in entries} == {f"user:{sari.id}"}
    assert NEW_PASSWORD not in repr([entry.details for entry in entries])
    assert audit.first_broken_link() is None


def test_a_demo_lists_people_of_example_regions_by_role(sari, budi, yuni, wulan, blora):
    assert signing_in.demo_people() == {}
    blora.is_example = True
    wulan.ended_at = NOW
    db.session.commit()

    assert signing_in.demo_people() == {Role.DRAFTER: [sari], Role.REVIEWER: [budi]}
