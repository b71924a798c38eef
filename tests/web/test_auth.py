"""Signing in and out in a browser, one's own sessions, one's own password."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
import structlog
import time_machine
from flask.sessions import SecureCookieSessionInterface

from publisher.db import db
from publisher.models.people import User, UserSession
from tests.conftest import NOW, PASSWORD

NEW_PASSWORD = "kuda lumping makan beling"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
)


def try_in(client, email, password=PASSWORD, **form):
    return client.post("/masuk", data={"email": email, "password": password, **form})


def text_of(answer):
    return answer.get_data(as_text=True)


def is_in(client):
    return client.get("/sesi").status_code == 200


def session_rows():
    return db.session.scalars(sa.select(UserSession).order_by(UserSession.id)).all()


def test_a_person_signs_in_and_out(app, sari):
    client = app.test_client()
    assert not is_in(client)

    assert try_in(client, "sari@contoh.go.id").status_code == 302
    assert is_in(client)

    assert client.post("/keluar").status_code == 302
    assert not is_in(client)


def test_a_cookie_kept_from_before_signing_out_opens_nothing(app, client_of, sari):
    client = client_of(sari)
    kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    client.post("/keluar")

    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], kept)
    assert not is_in(thief)


def test_the_cookie_names_a_session_and_never_a_person(app, client_of, sari):
    cookie = client_of(sari).get_cookie(app.config["SESSION_COOKIE_NAME"])
    content = SecureCookieSessionInterface().get_signing_serializer(app).loads(cookie.value)

    assert len(content["_user_id"]) >= 43
    assert str(sari.id) not in (content["_user_id"], content.get("user_id"))
    assert "contoh.go.id" not in json.dumps(content)
    assert cookie.http_only


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("sari@contoh.go.id", "salah sama sekali"),
        ("tidak.ada@contoh.go.id", PASSWORD),
        ("bukan surel", PASSWORD),
    ],
)
def test_what_was_wrong_is_not_told(app, sari, email, password):
    answer = try_in(app.test_client(), email, password)

    assert answer.status_code == 422
    assert "Surel atau kata sandi tidak cocok" in text_of(answer)
    assert f'value="{email}"' in text_of(answer)
    assert password not in text_of(answer)
    assert session_rows() == []


def test_empty_fields_are_named(app):
    answer = try_in(app.test_client(), "", "")

    assert answer.status_code == 422
    assert "Isi surel Anda." in text_of(answer)
    assert "Isi kata sandi Anda." in text_of(answer)


def test_a_person_whose_access_ended_is_out_at_once_and_stays_out(app, client_of, sari):
    client = client_of(sari)
    db.session.get(User, sari.id).ended_at = NOW
    db.session.commit()

    assert not is_in(client)
    assert try_in(app.test_client(), sari.email).status_code == 422


def test_a_session_is_over_after_the_days_that_settings_say(app, sari):
    with time_machine.travel(NOW, tick=False) as clock:
        client = app.test_client()
        try_in(client, sari.email)
        clock.shift(timedelta(days=7, seconds=-1))
        assert is_in(client)
        clock.shift(timedelta(seconds=1))
        assert not is_in(client)


def test_after_signing_in_one_is_where_one_wanted_to_go(app, sari):
    client = app.test_client()
    door = client.get("/kata-sandi?a=1&b=2").location
    assert door == "/masuk?lanjut=/kata-sandi?a%3D1%26b%3D2"

    page = text_of(client.get(door))
    assert 'name="lanjut" value="/kata-sandi?a=1&amp;b=2"' in page

    answer = try_in(client, sari.email, lanjut="/kata-sandi?a=1&b=2")
    assert answer.location == "/kata-sandi?a=1&b=2"
    assert client.get("/masuk?lanjut=/sesi").location == "/sesi"  # signed in already


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://jahat.example/sesi",
        "//jahat.example/sesi",
        "/\\jahat.example",
        "\\\\jahat.example",
        "/\t/jahat.example",
        "/\n/jahat.example",
        "///jahat.example",
        "javascript:alert(1)",
        "sesi",
        "/tidak-ada",
        "/keluar",  # takes forms only
        "/sesi\x00",
    ],
)
def test_nobody_is_sent_to_another_site_or_to_a_page_that_cannot_be_opened(app, sari, elsewhere):
    assert try_in(app.test_client(), sari.email, lanjut=elsewhere).location == "/"


def test_a_page_left_open_by_an_ended_session_says_so_and_comes_back(app, client_of, sari):
    client = client_of(sari)
    db.session.execute(sa.update(UserSession).values(ended_at=NOW))
    db.session.commit()

    answer = client.post("/sesi/akhiri-lainnya", headers={"Referer": "http://localhost/sesi"})

    assert answer.location == "/masuk?lanjut=/sesi"
    assert "Sesi Anda sudah berakhir" in text_of(client.get(answer.location))


@pytest.mark.parametrize("header", [{"HX-Request": "true"}, {"Accept": "application/json"}])
def test_a_script_whose_session_ended_keeps_its_page(app, header):
    answer = app.test_client().post("/sesi/akhiri-lainnya", headers=header)

    assert answer.status_code == 401
    assert "Sesi Anda sudah berakhir" in (answer.json or {}).get("message", text_of(answer))


def test_a_form_open_in_another_tab_stays_valid_when_the_same_person_signs_in_again(
    app, sari, tono
):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    sign_in(client, sari)
    written_in = token_of(client.get("/kata-sandi"))
    db.session.execute(sa.update(UserSession).values(ended_at=NOW))
    db.session.commit()

    sign_in(client, sari)
    assert client.post("/sesi/akhiri-lainnya", data={"csrf_token": written_in}).status_code == 302

    sign_in(client, tono)
    assert client.post("/sesi/akhiri-lainnya", data={"csrf_token": written_in}).status_code == 400


def sign_in(client, user):
    token = token_of(client.get("/bantuan-tidak-ada"))
    assert try_in(client, user.email, csrf_token=token).status_code == 302


def token_of(answer):
    return text_of(answer).partition('name="csrf-token" content="')[2].partition('"')[0]


def test_a_token_from_before_signing_in_is_worth_nothing_after(app, sari):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    planted = token_of(client.get("/masuk"))
    assert try_in(client, sari.email, csrf_token=planted).status_code == 302

    assert client.post("/keluar", data={"csrf_token": planted}).status_code == 400


def test_the_sessions_page_says_where_one_is_signed_in(app, sari):
    here, phone = app.test_client(), app.test_client()
    here.environ_base["HTTP_USER_AGENT"] = FIREFOX
    phone.environ_base |= {"HTTP_USER_AGENT": PHONE, "REMOTE_ADDR": "10.20.30.40"}
    try_in(here, sari.email)
    try_in(phone, sari.email)

    page = text_of(here.get("/sesi"))

    assert "Firefox, Linux" in page
    assert "Samsung Internet, Android" in page
    assert "10.20.30.40" in page
    assert page.count("Akhiri sesi ini") == 1
    assert page.count("Peramban ini<") == 1


def test_ending_a_session_signs_that_browser_out(app, client_of, sari):
    here, there = client_of(sari), client_of(sari)

    here.post(f"/sesi/{session_rows()[1].id}/akhiri")

    assert is_in(here)
    assert not is_in(there)


def test_a_session_of_somebody_else_does_not_exist(client_of, sari, wulan):
    sari_browser, wulan_browser = client_of(sari), client_of(wulan)

    assert wulan_browser.post(f"/sesi/{session_rows()[0].id}/akhiri").status_code == 404
    assert is_in(sari_browser)
    assert is_in(wulan_browser)


def test_ending_all_others_keeps_this_browser(client_of, sari):
    here, there, elsewhere = (client_of(sari) for _ in range(3))

    answer = here.post("/sesi/akhiri-lainnya", follow_redirects=True)

    assert "2 sesi lain sudah diakhiri." in text_of(answer)
    assert not is_in(there)
    assert not is_in(elsewhere)


def test_being_seen_is_written_by_pages_but_rarely(app, sari):
    with time_machine.travel(NOW, tick=False) as clock:
        client = app.test_client()
        try_in(client, sari.email)
        clock.shift(timedelta(minutes=4))
        client.get("/sesi")
        assert session_rows()[0].seen_at == NOW

        clock.shift(timedelta(minutes=1))
        client.environ_base["REMOTE_ADDR"] = "10.9.9.9"
        assert is_in(client)
        assert session_rows()[0].seen_at == NOW + timedelta(minutes=5)
        assert session_rows()[0].address == "10.9.9.9"


def test_changing_the_password_ends_other_sessions(app, client_of, sari):
    here, there = client_of(sari), client_of(sari)
    form = {"present": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD}

    assert here.post("/kata-sandi", data=form).location == "/sesi"

    assert is_in(here)
    assert not is_in(there)
    assert try_in(app.test_client(), sari.email).status_code == 422
    assert try_in(app.test_client(), sari.email, NEW_PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"present": "bukan yang ini"}, "Kata sandi sekarang tidak cocok."),
        ({"new": "pendek", "again": "pendek"}, "paling sedikit 12 karakter"),
        ({"again": "kuda lumping makan batu"}, "Kedua kata sandi baru tidak sama."),
        ({"new": "sari@contoh.go.id", "again": "sari@contoh.go.id"}, "sama dengan surel Anda"),
        ({"new": "", "again": ""}, "Isi kata sandi baru."),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said_beside_it(app, client_of, sari, change, said):
    form = {"present": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD, **change}

    answer = client_of(sari).post("/kata-sandi", data=form)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not any(value in text_of(answer) for value in form.values() if " " in value)
    assert try_in(app.test_client(), sari.email).status_code == 302


def test_demo_people_are_listed_in_a_demo_and_of_example_regions_alone(app, blora, sari, yuni):
    blora.is_example = True
    db.session.commit()
    assert "Sari" not in text_of(app.test_client().get("/masuk"))

    app.config["DEMO"] = True
    page = text_of(app.test_client().get("/masuk"))

    assert "Sari" in page
    assert "Dinas Kesehatan" in page
    assert "siar-demo-2026" in page
    assert "Yuni" not in page


def test_neither_logs_nor_pages_show_a_password_a_token_or_an_email(app, sari, caplog):
    client = app.test_client()
    caplog.set_level("DEBUG")
    with structlog.testing.capture_logs() as lines:
        try_in(client, sari.email, "rahasia-salah-ketik")
        try_in(client, sari.email, lanjut="/sesi")
        client.get("/sesi?kunci=rahasia-di-alamat")
        client.post("/kata-sandi", data={"present": "rahasia-lama", "new": "rahasia-baru-sekali"})

    assert [(line["method"], line["path"], line["status"], line["user"]) for line in lines] == [
        ("POST", "/masuk", 422, None),
        ("POST", "/masuk", 302, None),
        ("GET", "/sesi", 200, sari.id),
        ("POST", "/kata-sandi", 422, sari.id),
    ]
    told = repr(lines) + caplog.text
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    assert not [secret for secret in ("rahasia", PASSWORD, sari.email, cookie) if secret in told]


def test_a_made_up_password_opens_nothing_but_the_page_to_choose_ones_own(client_of, sari):
    sari.password_is_temporary = True
    db.session.commit()
    client = client_of(sari)

    for page in ("/", "/konten", "/sesi"):
        assert client.get(page).location == "/kata-sandi"
    own = "kata-sandi-pilihan-sari"
    chosen = {"present": PASSWORD, "new": own, "again": own}
    assert client.post("/kata-sandi", data=chosen).status_code == 302
    assert client.get("/konten").status_code == 200
