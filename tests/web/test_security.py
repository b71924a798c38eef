"""What every answer carries, and what stands in front of every page."""

import re

import pytest
import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm.exc import StaleDataError

from publisher import create_app
from publisher.db import db
from publisher.errors import FourEyes, Invalid
from publisher.models.people import User
from publisher.models.places import Office, OfficeKind
from publisher.web.access import public
from tests.conftest import NOW, PASSWORD, settings

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SCRIPTED = [{"HX-Request": "true"}, {"Accept": "application/json"}]


@pytest.fixture
def app_with(database_url, tmp_path, compiled_templates):
    """Return a function that gives an app with other settings, on the same database."""
    apps = []

    def app_with(**more):
        apps.append(create_app({**settings(database_url, tmp_path), **more}))
        apps[-1].jinja_env.bytecode_cache = compiled_templates
        return apps[-1]

    yield app_with
    for app in apps:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def visit(app):
    """Return a function that lets a page do something, and gives what the visitor gets."""
    done = {}
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.route("/uji", methods=["GET", "POST"])
    @public
    def page():
        return done["deed"]() or "selesai"

    def visit(deed, method="POST", **more):
        done["deed"] = deed
        return app.test_client().open("/uji", method=method, **more)

    return visit


def raises(error):
    def deed():
        raise error

    return deed


def text_of(answer):
    return answer.get_data(as_text=True)


# -- headers -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/masuk", "/tidak-ada", "/sesi", "/sehat"])
def test_every_answer_carries_the_headers_that_protect_it(app, path):
    headers = app.test_client().get(path).headers

    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_pages_of_a_signed_in_person_are_kept_by_nobody(client_of, sari):
    assert client_of(sari).get("/sesi").headers["Cache-Control"] == "no-store"


def test_assets_may_be_kept(app):
    client = app.test_client()
    address = re.search(r'href="(/aset/[^"]+siar.css)"', text_of(client.get("/masuk")))[1]

    assert "immutable" in client.get(address).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "demanded"), [("https://siar.contoh.go.id", True), ("http://localhost", False)]
)
def test_https_is_demanded_where_people_come_by_https(app_with, address, demanded):
    app = app_with(PUBLIC_URL=address)

    headers = app.test_client().get("/masuk", base_url=address).headers

    assert ("Strict-Transport-Security" in headers) is demanded


# -- hosts and proxies -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("siar.contoh.go.id", 200),
        ("siar.contoh.go.id:8443", 200),
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("jahat.example", 400),
        ("siar.contoh.go.id.jahat.example", 400),
        ("jahat.example:80@siar.contoh.go.id", 400),
    ],
)
def test_only_our_own_names_are_answered(app_with, host, status):
    app = app_with(PUBLIC_URL="https://siar.contoh.go.id")

    answer = app.test_client().get("/masuk", headers={"Host": host})

    assert answer.status_code == status
    assert "jahat" not in text_of(answer)


def test_who_comes_by_an_unnamed_address_is_let_in_where_no_name_was_set(app_with):
    app = app_with(PUBLIC_URL="http://0.0.0.0:8000")

    assert app.test_client().get("/masuk", headers={"Host": "192.168.1.5"}).status_code == 200


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "10.0.0.9")])
def test_forwarded_addresses_are_believed_of_as_many_proxies_as_there_are(
    app_with, sari, proxies, address
):
    app, email = app_with(TRUSTED_PROXIES=proxies), sari.email
    db.session.rollback()

    app.test_client().post(
        "/masuk",
        data={"email": email, "password": PASSWORD},
        headers={"X-Forwarded-For": "1.2.3.4, 10.0.0.9"},
    )

    assert db.session.scalar(sa.text("SELECT address FROM user_session")) == address


# -- reading pages cannot write ----------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_that_is_read_cannot_write(visit, sari, method):
    def write():
        db.session.get(User, sari.id).name = "Diganti"
        db.session.commit()

    assert visit(write, method).status_code == 500
    assert db.session.get(User, sari.id).name == "Sari"


def test_a_form_that_is_sent_can_write(visit, sari):
    def write():
        db.session.get(User, sari.id).name = "Diganti"
        db.session.commit()

    assert visit(write).status_code == 200
    assert db.session.get(User, sari.id).name == "Diganti"


def test_what_was_not_committed_is_gone_when_something_fails(visit, sari):
    def write():
        db.session.get(User, sari.id).name = "Diganti"
        db.session.flush()
        raise Invalid

    assert visit(write).status_code == 422
    assert db.session.get(User, sari.id).name == "Sari"


# -- when something goes wrong -----------------------------------------------------------


def test_what_a_person_caused_is_said_on_the_page_they_came_from(app, visit):
    answer = visit(raises(FourEyes()), headers={"Referer": "http://localhost/masuk?a=1"})

    assert answer.status_code == 302
    assert answer.location == "/masuk?a=1"


@pytest.mark.parametrize(
    "referrer", [None, "https://jahat.example/masuk", "http://localhost/keluar"]
)
def test_without_a_page_to_go_back_to_the_error_is_a_page_with_its_status(app, visit, referrer):
    headers = {"Referer": referrer} if referrer else {}

    answer = visit(raises(FourEyes()), headers=headers)

    assert answer.status_code == 403
    assert FourEyes.message in text_of(answer)


def test_the_sentence_of_an_error_waits_on_the_page_one_is_sent_back_to(app, visit):
    client = app.test_client()
    visit(raises(FourEyes()))
    client.post("/uji", headers={"Referer": "http://localhost/masuk"})

    assert FourEyes.message in text_of(client.get("/masuk"))


@pytest.mark.parametrize("headers", SCRIPTED)
def test_a_script_gets_the_sentence_and_the_status(visit, headers):
    answer = visit(raises(Invalid("<b>%(name)s</b>", name="x")), headers=headers)

    assert answer.status_code == 422
    if answer.is_json:
        assert answer.json == {"message": "<b>x</b>"}
    else:
        assert text_of(answer) == "&lt;b&gt;x&lt;/b&gt;"


def test_a_row_saved_by_two_at_once_counts_as_outdated(visit):
    answer = visit(raises(StaleDataError("0 rows matched")))

    assert answer.status_code == 409
    assert "telah diubah setelah halaman Anda dibuka" in text_of(answer)


@pytest.mark.parametrize("address", ["/konten/{}", "/pustaka/{}", "/pustaka/lengkapi?id={}"])
def test_a_number_larger_than_any_row_has_is_no_fault_of_ours(client_of, sari, address):
    assert client_of(sari).get(address.format(10**30)).status_code == 404


@pytest.mark.parametrize(("sqlstate", "status"), [("22003", 404), ("22001", 500)])
def test_a_number_too_large_is_no_row_but_a_text_too_long_is_our_fault(visit, sqlstate, status):
    error = Exception()
    error.sqlstate = sqlstate

    assert visit(raises(sa.exc.DataError("SELECT 1", {}, error))).status_code == status


def test_a_broken_rule_of_the_database_is_a_fault_of_ours(visit, dinkes):
    def write():
        db.session.add(
            Office(
                region_id=dinkes.region_id,
                name="Kembar",
                abbreviation=dinkes.abbreviation,
                kind=OfficeKind.DINAS,
            )
        )
        db.session.commit()

    assert visit(write).status_code == 500


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
@pytest.mark.parametrize("headers", [{}, *SCRIPTED])
def test_every_error_says_what_happened_in_our_words(visit, code, headers):
    answer = visit(lambda: abort(code), "GET", headers=headers)

    assert answer.status_code == code
    assert "Traceback" not in text_of(answer)
    if not headers:
        assert "· Siar</title>" in text_of(answer)


def test_the_page_for_our_own_faults_needs_no_database(app, client_of, sari, visit):
    client = client_of(sari)
    visit(lambda: 1 / 0)
    db.session.execute(sa.text("ALTER TABLE user_session RENAME TO hilang"))
    db.session.commit()

    answer = client.get("/sesi")

    assert answer.status_code == 500
    assert "Kesalahannya di pihak kami" in text_of(answer)
    assert "hilang" not in text_of(answer)


# -- csrf --------------------------------------------------------------------------------


def test_a_form_without_its_token_changes_nothing_and_says_how_to_save_what_was_typed(
    app, client_of, sari
):
    client = client_of(sari)
    app.config["WTF_CSRF_ENABLED"] = True

    answer = client.post("/keluar")

    assert answer.status_code == 400
    assert "salin dahulu" in text_of(answer)
    assert client.get("/sesi").status_code == 200


@pytest.mark.parametrize("headers", SCRIPTED)
def test_a_script_without_its_token_is_told_so(app, headers):
    app.config["WTF_CSRF_ENABLED"] = True

    answer = app.test_client().post("/bahasa", headers=headers)

    assert answer.status_code == 400
    assert "terlalu lama terbuka" in (answer.json or {}).get("message", text_of(answer))


# -- language ----------------------------------------------------------------------------


def test_the_language_is_kept_beyond_the_session_and_brings_one_back(app, sari):
    client = app.test_client()

    answer = client.post(
        "/bahasa", data={"bahasa": "en"}, headers={"Referer": "http://localhost/masuk?lanjut=/sesi"}
    )

    assert answer.location == "/masuk?lanjut=/sesi"
    assert '<html lang="en"' in text_of(client.get("/masuk"))
    client.post("/masuk", data={"email": sari.email, "password": PASSWORD})
    client.post("/keluar")
    assert '<html lang="en"' in text_of(client.get("/masuk"))


@pytest.mark.parametrize("language", ["", "fr", "../id", "id\r\nSet-Cookie: a=b"])
def test_only_our_two_languages_are_spoken(app, language):
    client = app.test_client()

    client.post("/bahasa", data={"bahasa": language})
    client.set_cookie("locale", "fr")

    assert '<html lang="id"' in text_of(client.get("/masuk"))


def test_times_are_those_of_the_region(app, client_of, sari, blora):
    blora.zone = "Asia/Makassar"
    db.session.commit()
    client = client_of(sari)
    db.session.execute(sa.text("UPDATE user_session SET created_at = :at"), {"at": NOW})
    db.session.commit()

    assert "WITA" in text_of(client.get("/sesi"))
