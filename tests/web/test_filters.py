"""Dates, times and numbers as the people of three zones and two languages read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask, g
from flask_babel import Babel, force_locale
from wtforms import Form, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired

from publisher.clock import Week
from publisher.models.accounts import AccountStatus, Standing
from publisher.models.deliveries import DeliveryStatus
from publisher.models.people import Role
from publisher.models.posts import PostKind, PostStatus, ReturnReason
from publisher.web import filters, icons

TEMPLATES = Path(__file__).parents[2] / "templates"
AT = datetime(2026, 11, 21, 2, 5, tzinfo=UTC)


@pytest.fixture
def app():
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    Babel(app, default_locale="id", locale_selector=lambda: "id")
    filters.init_app(app)
    icons.init_app(app)
    app.add_url_rule("/", "pages.home", lambda: "")
    app.add_url_rule("/konten/7/sunting", "drafts.edit", lambda: "")
    return app


@pytest.fixture
def reader(app):
    """A request for a page in Indonesian."""
    with app.test_request_context("/"):
        yield g


def test_a_day_is_written_in_full_with_its_name(reader):
    assert filters.tanggal(AT, "Asia/Jakarta") == "Sabtu, 21 November 2026"


def test_a_moment_is_written_with_a_dot_and_the_name_of_its_zone(reader):
    assert filters.pukul(AT, "Asia/Jakarta") == "pukul 09.05 WIB"
    assert filters.waktu(AT, "Asia/Jakarta") == "21 Nov 2026 pukul 09.05 WIB"


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Jakarta", "21 Nov 2026 pukul 23.30 WIB"),
        ("Asia/Makassar", "22 Nov 2026 pukul 00.30 WITA"),
        ("Asia/Jayapura", "22 Nov 2026 pukul 01.30 WIT"),
    ],
)
def test_the_same_moment_may_be_another_day_in_another_zone(reader, zone, written):
    assert filters.waktu(datetime(2026, 11, 21, 16, 30, tzinfo=UTC), zone) == written


def test_without_a_zone_that_of_the_page_is_taken(reader):
    reader.zone = "Asia/Jayapura"

    assert filters.pukul(AT) == "pukul 11.05 WIT"


def test_a_date_without_a_time_is_never_moved_to_another_day(reader):
    assert filters.tanggal_pendek(date(2026, 1, 1), "Asia/Jayapura") == "1 Jan 2026"


@pytest.mark.parametrize(
    ("week", "written"),
    [
        ("2026-W47", "minggu ke\u201147 (16–22 Nov 2026)"),
        ("2026-W49", "minggu ke\u201149 (30 Nov–6 Des 2026)"),
        ("2026-W53", "minggu ke\u201153 (28 Des 2026–3 Jan 2027)"),
    ],
)
def test_a_week_repeats_neither_month_nor_year(reader, week, written):
    assert filters.minggu(Week.parse(week)) == written == filters.minggu(week)
    assert filters.kalimat("%(week)s", {"week": Week.parse(week)}) == written


@pytest.mark.parametrize(
    ("away", "written"),
    [
        (timedelta(minutes=5), "5 menit lagi"),
        (timedelta(hours=-2), "2 jam lalu"),
        (timedelta(days=-3), "3 hari lalu"),
        (timedelta(minutes=-90), "2 jam lalu"),
        (timedelta(seconds=-20), "baru saja"),
        (timedelta(seconds=20), "sebentar lagi"),
    ],
)
def test_how_long_ago_or_until_is_said_in_words(reader, away, written):
    assert filters.sejak(AT + away, AT) == written


def test_numbers_follow_the_language(reader):
    assert filters.angka(1234) == "1.234"
    assert filters.persen(0.875) == "88%"
    assert filters.persen(0.875, 1) == "87,5%"
    with force_locale("en"):
        assert filters.angka(1234) == "1,234"


def test_dates_follow_the_language(reader):
    with force_locale("en"):
        assert filters.tanggal(AT, "Asia/Jakarta") == "Saturday, 21 November 2026"
        assert filters.language() == "en"


def test_outside_a_page_everything_is_indonesian(app):
    with app.app_context():
        assert filters.tanggal_pendek(date(2026, 12, 1)) == "1 Des 2026"


@pytest.mark.parametrize(
    ("method", "referrer", "leads_to"),
    [
        ("GET", None, "http://localhost/konten/7"),
        ("POST", "http://localhost/konten/7/sunting?a=1", "/konten/7/sunting?a=1"),
        ("POST", "http://localhost.evil.example/", "http://localhost/"),
        ("POST", "//evil.example/", "http://localhost/"),
        ("POST", None, "http://localhost/"),
    ],
)
def test_the_way_back_from_an_error_never_leads_to_another_site(app, method, referrer, leads_to):
    headers = {"Referer": referrer} if referrer else {}
    with app.test_request_context("/konten/7", method=method, headers=headers):
        assert filters.way_back() == leads_to


class Draft(Form):
    title = StringField("Judul", [DataRequired("Tulis judul.")])
    kind = RadioField(
        "Jenis", [DataRequired("Pilih.")], choices=[SelectChoice("layanan", "Layanan")]
    )


def test_a_control_names_its_hint_counter_and_error(app):
    form = Draft()
    form.validate()

    attributes = filters.aria(form.title, "Apa?", {"autocomplete": "off"}, counter=True, rows=3)

    assert attributes == {
        "aria-describedby": "title-hint title-error title-counter",
        "aria-invalid": "true",
        "data-counter": "title-counter",
        "autocomplete": "off",
        "rows": 3,
    }


def test_a_control_without_hint_or_error_describes_nothing():
    assert filters.aria(Draft().title, "", {}) == {}


def _macros(app, name):
    return app.jinja_env.get_template(f"_macros/{name}.html").module


def test_the_summary_of_errors_links_to_the_controls_that_are_wrong(app, reader):
    form = Draft()
    form.validate()

    html = str(_macros(app, "forms").error_summary(form, [("Lampirkan foto.", "#photos")]))

    assert "Ada yang perlu diperbaiki" in html
    assert 'href="#title"' in html
    assert 'href="#kind-0"' in html  # the first choice of the group, which can take the focus
    assert 'href="#photos"' in html


def test_a_form_without_errors_has_no_summary(app, reader):
    assert "Ada yang perlu" not in str(_macros(app, "forms").error_summary(Draft()))


def test_what_people_typed_is_shown_as_text_not_as_markup(app, reader):
    html = str(_macros(app, "ui").page_header("<script>alert(1)</script>"))

    assert "<script>" not in html


@pytest.mark.parametrize(
    ("family", "statuses"),
    [
        ("POST", PostStatus),
        ("DELIVERY", DeliveryStatus),
        ("ACCOUNT", AccountStatus),
        ("ACCOUNT", Standing),
        ("ROLES", Role),
        ("REASONS", ReturnReason),
        ("KINDS", PostKind),
    ],
)
def test_every_status_of_the_models_has_a_word(app, reader, family, statuses):
    words = getattr(_macros(app, "status"), family)

    assert {status.value for status in statuses} <= set(words)


def test_a_badge_says_its_status_in_words_beside_an_icon(app, reader):
    html = str(_macros(app, "status").delivery_badge(DeliveryStatus.UNKNOWN))

    assert "Perlu dicek" in html
    assert "<svg" in html


def test_every_badge_finds_its_icon(app, reader):
    status = _macros(app, "status")
    for family, words in status.WORDS.items():
        for name in words:
            assert "<svg" in str(getattr(status, f"{family}_badge")(name))


@pytest.mark.parametrize(("language", "amount"), [("id", "0,200"), ("en", "0.200")])
def test_an_amount_in_a_stored_sentence_is_written_as_the_language_does(reader, language, amount):
    with force_locale(language):
        assert filters.kalimat("USD %(dear)s", {"dear": Decimal("0.200")}) == f"USD {amount}"
