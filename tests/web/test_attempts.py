"""Guessing passwords is stopped, and nobody can lock anybody else out by guessing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from publisher import create_app
from publisher.db import db
from publisher.models.audit import AuditEntry
from publisher.web import attempts, security
from tests.conftest import NOW, PASSWORD, settings

HOSTILE, OFFICE = "203.0.113.66", "198.51.100.7"


@pytest.fixture
def app(database_url, tmp_path, compiled_templates):
    app = create_app({**settings(database_url, tmp_path), "RATELIMIT_ENABLED": True})
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def browser_at(app):
    """Return a function that gives a browser at an address."""

    def browser_at(address=OFFICE):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return client

    return browser_at


def try_in(client, email, password="tebakan yang salah"):
    return client.post("/masuk", data={"email": email, "password": password}).status_code


def address(number):
    return f"203.0.{number // 250}.{number % 250}"


def let_in(client, email):
    return try_in(client, email, PASSWORD)


def test_guessing_at_one_account_is_stopped(browser_at, ratna):
    guesser = browser_at(HOSTILE)

    answers = [try_in(guesser, ratna.email) for _ in range(8)]

    assert answers == [422] * 6 + [429] * 2


def test_after_that_even_the_right_password_has_to_wait(browser_at, ratna):
    guesser = browser_at(HOSTILE)
    for _ in range(6):
        try_in(guesser, ratna.email)

    assert let_in(guesser, ratna.email) == 429


def test_one_is_told_when_to_try_again_and_then_may(browser_at, ratna, clock):
    client = browser_at()
    for _ in range(6):
        try_in(client, ratna.email)

    page = client.post("/masuk", data={"email": ratna.email, "password": PASSWORD})
    assert "coba lagi pukul 09.16 WIB" in page.get_data(as_text=True)

    clock.shift(timedelta(minutes=16))
    assert let_in(client, ratna.email) == 302


def test_being_refused_does_not_make_the_wait_longer(browser_at, ratna, clock):
    client = browser_at()
    for _ in range(6):
        try_in(client, ratna.email)
    for _ in range(15):
        clock.shift(timedelta(minutes=1))
        try_in(client, ratna.email)

    clock.shift(timedelta(minutes=1))
    assert let_in(client, ratna.email) == 302


def test_one_hostile_address_keeps_nobody_else_out(browser_at, ratna):
    for _ in range(20):
        try_in(browser_at(HOSTILE), ratna.email)

    assert let_in(browser_at(OFFICE), ratna.email) == 302


def test_many_hostile_addresses_do_not_keep_out_a_browser_that_is_known(browser_at, ratna):
    own, new = browser_at(), browser_at("198.51.100.8")
    assert let_in(own, ratna.email) == 302
    own.post("/keluar")

    for number in range(45):
        try_in(browser_at(address(number)), ratna.email)

    assert let_in(new, ratna.email) == 429
    assert let_in(own, ratna.email) == 302


def test_strangers_together_are_stopped_too_and_it_heals_within_the_hour(browser_at, ratna, clock):
    answers = [try_in(browser_at(address(number)), ratna.email) for number in range(45)]
    assert answers == [422] * 40 + [429] * 5

    clock.shift(timedelta(minutes=61))
    assert let_in(browser_at("198.51.100.8"), ratna.email) == 302


def test_a_known_browser_has_limits_as_well(browser_at, ratna):
    own = browser_at()
    let_in(own, ratna.email)
    own.post("/keluar")

    answers = [try_in(own, ratna.email) for _ in range(12)]

    assert answers == [422] * 10 + [429] * 2


def test_knowing_one_person_does_not_make_a_browser_known_to_another(browser_at, sari, ratna):
    tonos = browser_at(HOSTILE)
    let_in(tonos, sari.email)
    tonos.post("/keluar")

    answers = [try_in(tonos, ratna.email) for _ in range(8)]

    assert answers == [422] * 6 + [429] * 2


def test_a_computer_of_an_office_knows_all_who_use_it(browser_at, sari, wulan, tono):
    shared = browser_at()
    for user in (sari, wulan, tono, sari):
        assert let_in(shared, user.email) == 302
        shared.post("/keluar")
    for number in range(45):
        try_in(browser_at(address(number)), wulan.email)

    assert let_in(shared, wulan.email) == 302


@pytest.mark.parametrize("forged", ["", "x", "WzEsImFiYyJd.abc.def"])
def test_a_forged_device_cookie_is_no_known_device(browser_at, ratna, forged):
    guesser = browser_at(HOSTILE)
    guesser.set_cookie(attempts.DEVICE_COOKIE, forged)

    assert [try_in(guesser, ratna.email) for _ in range(8)] == [422] * 6 + [429] * 2


def test_the_device_cookie_tells_a_script_nothing(browser_at, ratna):
    client = browser_at()
    let_in(client, ratna.email)

    cookie = client.get_cookie(attempts.DEVICE_COOKIE)
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_trying_one_password_on_many_accounts_is_stopped(browser_at):
    guesser = browser_at(HOSTILE)

    answers = [try_in(guesser, f"orang{number}@contoh.go.id") for number in range(42)]

    assert answers == [422] * 40 + [429] * 2


def test_an_ipv6_guesser_cannot_change_address_within_its_network(browser_at, ratna):
    answers = [
        try_in(browser_at(f"2001:db8:1:2::{number:x}"), ratna.email) for number in range(1, 9)
    ]

    assert answers == [422] * 6 + [429] * 2


def test_many_people_behind_one_address_sign_in_without_limit(browser_at, sari):
    assert [let_in(browser_at(), sari.email) for _ in range(45)] == [302] * 45


def test_an_unknown_email_is_limited_like_a_known_one(browser_at, ratna):
    known, unknown = browser_at(HOSTILE), browser_at("203.0.113.67")

    assert [try_in(known, ratna.email) for _ in range(8)] == [
        try_in(unknown, "tidak.ada@contoh.go.id") for _ in range(8)
    ]


def test_writing_the_email_otherwise_is_no_way_around(browser_at, ratna):
    guesser = browser_at(HOSTILE)
    spellings = [ratna.email, ratna.email.upper(), f" {ratna.email} ", ratna.email.title()] * 2

    assert [try_in(guesser, email) for email in spellings] == [422] * 6 + [429] * 2


def test_stopped_guessing_is_written_down_once(browser_at, ratna):
    for _ in range(9):
        try_in(browser_at(HOSTILE), ratna.email)

    entries = db.session.scalars(sa.select(AuditEntry)).all()
    assert [(entry.action, entry.subject, entry.details) for entry in entries] == [
        ("user.sign_in_blocked", f"user:{ratna.id}", {"address": HOSTILE})
    ]


def test_the_present_password_cannot_be_guessed_on_the_password_page(browser_at, sari):
    client = browser_at()
    let_in(client, sari.email)
    form = {"present": "tebakan", "new": "kuda lumping makan", "again": "kuda lumping makan"}

    answers = [client.post("/kata-sandi", data=form).status_code for _ in range(12)]

    assert answers == [422] * 10 + [429] * 2


def test_a_script_that_sends_without_pause_is_slowed_down(browser_at, monkeypatch):
    limit = int(security.WRITES.partition(" ")[0])
    client, other = browser_at(HOSTILE), browser_at(OFFICE)

    answers = [client.post("/bahasa", data={"bahasa": "id"}).status_code for _ in range(limit + 3)]

    assert answers == [302] * limit + [429] * 3
    assert client.get("/masuk").status_code == 200
    assert other.post("/bahasa", data={"bahasa": "id"}).status_code == 302


def test_an_account_is_not_tried_at_its_platform_until_it_is_locked(app, clock):
    with app.test_request_context():
        for _ in range(6):
            assert attempts.login_at_platform(7) is None
            clock.shift(timedelta(seconds=6))

        free_at = attempts.login_at_platform(7)
        assert NOW < free_at <= NOW + timedelta(minutes=16)
        assert attempts.login_at_platform(8) is None

        clock.move_to(free_at)
        assert attempts.login_at_platform(7) is None


def test_a_second_click_is_not_a_second_login_at_a_platform(app):
    with app.test_request_context():
        assert attempts.login_at_platform(7) is None
        assert attempts.login_at_platform(7) is not None
