"""Everything the screens say in Indonesian they also say in English.

The sources are read by the very command of `make messages`, and pages are drawn with a
catalogue compiled here, so no test depends on a .mo that somebody built before.
"""

import contextlib
import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from flask_babel import force_locale
from jinja2 import Environment, nodes

from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.web import filters

ROOT = Path(__file__).parents[1]
ENGLISH = ROOT / "publisher/translations/en/LC_MESSAGES/messages.po"
AT = datetime(2026, 11, 21, 2, 5, tzinfo=UTC)
#: Names, and words that are the same in both languages.
SAME = {
    "%(column)s: %(fault)s", "%(name)s: “%(reason)s”", "%(others)s; %(own)s.",
    "%(platform)s · %(office)s", "Siar: %(name)s", "Siar: %(what)s", "Kawung",
    "Kominfo", "Logo", "Lurik", "Mega mendung", "Motif", "Operator", "Parang", "Poster", "Status",
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\}")
#: Words no Indonesian sentence does without, and no English one has.
INDONESIAN = re.compile(
    r"\b(yang|dan|atau|tidak|belum|sudah|untuk|dengan|dari|pada|oleh|ini|itu|akan|anda|pukul|"
    r"minggu|konten|akun|perangkat|daerah|tayang|kata sandi|masuk|lihat|semua|buat|pilih|situs)\b",
    re.IGNORECASE,
)
SPOKEN = ("alt", "aria-label", "placeholder", "title", "content")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The texts of the present sources, collected by the command of `make messages`."""
    recipe = subprocess.run(
        ["make", "--dry-run", "messages"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.replace("\\\n", " ")
    command = re.search(r"^\S*/(pybabel .*extract .*)$", recipe, re.MULTILINE)[1]
    template = tmp_path_factory.mktemp("texts") / "messages.pot"
    words = shlex.split(command)
    words[words.index("-o") + 1] = str(template)
    with contextlib.chdir(ROOT):
        CommandLineInterface().run(words)
    with template.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def english():
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """The folder of the catalogue as it is now, compiled as the Makefile does."""
    folder = tmp_path_factory.mktemp("translations")
    catalogue = folder / "en/LC_MESSAGES/messages.mo"
    catalogue.parent.mkdir(parents=True)
    CommandLineInterface().run(
        ["pybabel", "-q", "compile", "-i", str(ENGLISH), "-o", str(catalogue)]
    )
    return folder


@pytest.fixture
def app(app, compiled):
    app.extensions["babel"].translation_directories[:] = [str(compiled)]
    return app


def texts(catalogue):
    """Return {(context, Indonesian): its forms in the catalogue's language}."""
    found = {}
    for message in catalogue:
        if message.id:
            singular = message.id[0] if message.pluralizable else message.id
            forms = message.string if message.pluralizable else (message.string,)
            found[message.context, singular] = forms
    return found


# -- the catalogue -----------------------------------------------------------------------


def test_texts_are_collected_from_pages_macros_and_every_layer_below(sources):
    places = {place for message in sources for place, _ in message.locations}

    assert {
        "templates/base.html",
        "templates/_macros/status.html",
        "publisher/errors.py",
        "publisher/platforms/x_texts.py",
        "publisher/workflow/drafting/submitting.py",
        "publisher/web/forms_drafts.py",
    } <= places


def test_every_text_of_the_screens_is_in_the_english_catalogue_and_nothing_else(sources, english):
    assert sorted(texts(sources).keys() - texts(english).keys(), key=str) == []
    assert sorted(texts(english).keys() - texts(sources).keys(), key=str) == []
    assert list(english.obsolete) == []


def test_every_text_has_its_english_and_none_is_a_guess(english):
    assert [key for key, forms in texts(english).items() if not all(forms)] == []
    assert [message.id for message in english if message.id and message.fuzzy] == []


def test_the_english_keeps_every_placeholder(english):
    changed = [
        (indonesian, form)
        for (_, indonesian), forms in texts(english).items()
        for form in forms
        if sorted(PLACEHOLDER.findall(form)) != sorted(PLACEHOLDER.findall(indonesian))
    ]

    assert changed == []


def test_the_english_is_not_the_indonesian_over_again(english):
    assert {key[1] for key, forms in texts(english).items() if key[1] in forms} == SAME


def test_the_english_has_no_indonesian_words_in_it(english):
    left = [form for forms in texts(english).values() for form in forms if INDONESIAN.search(form)]

    assert left == []


# -- pages -------------------------------------------------------------------------------


class Spoken(HTMLParser):
    """What a page says: its text and the attributes that are read out or shown."""

    def __init__(self, page):
        super().__init__()
        self.said = []
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        # What is to be copied into a message is in the language of whoever gets it, and says so.
        self._silent = tag in ("script", "style") or ("lang", "id") in attrs
        self.said += [
            value or "" for name, value in attrs if name in SPOKEN or name.startswith("data-")
        ]

    def handle_data(self, data):
        if not self._silent:
            self.said.append(data)

    def indonesian(self):
        """Return what it still says in Indonesian; addresses in data- attributes are not said."""
        texts = (" ".join(text.split()) for text in self.said if not text.startswith("/"))
        return [text for text in texts if INDONESIAN.search(text)]


def said(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return Spoken(answer.get_data(as_text=True)).indonesian()


def test_the_switch_in_the_header_turns_the_page_to_english_and_back(app):
    client = app.test_client()

    def page():
        return client.get("/masuk").get_data(as_text=True)

    def switch(language):
        form = {"bahasa": language}
        return client.post("/bahasa", data=form, headers={"Referer": "http://localhost/masuk"})

    assert '<html lang="id"' in page()
    assert "Masuk ke Siar" in page()

    assert switch("en").location == "/masuk"
    assert '<html lang="en"' in page()
    assert 'value="en" lang="en" aria-pressed="true"' in page()
    assert "Sign in to Siar" in page()

    switch("id")
    assert '<html lang="id"' in page()
    assert "Masuk ke Siar" in page()


def test_the_sign_in_page_has_no_indonesian_left_in_english(app):
    client = app.test_client()
    assert len(said(client, "/masuk")) > 5

    client.set_cookie("locale", "en")

    assert said(client, "/masuk") == []


PLAIN = {
    "title": "Polio drops",
    "what": "Polio",
    "who": "Puskesmas Cepu",
    "when": "",
    "where": "Cepu",
    "benefit": "Polio",
    "caption": "Polio",
    "hashtags": "#Polio",
}


@pytest.fixture
def english_client_of(client_of):
    def english_client_of(user):
        client = client_of(user)
        client.set_cookie("locale", "en")
        return client

    return english_client_of


def list_pages(app):
    """Return the address of every page that needs nothing but its name."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments
    ]


@pytest.mark.parametrize(
    ("who", "place_of_work"),
    [("sari", "/konten"), ("budi", "/telaah"), ("heru", "/registri/pengguna")],
)
def test_no_list_or_form_has_indonesian_left_in_english(
    app, english_client_of, make_post, request, who, place_of_work
):
    make_post("submit", planned_at=datetime.now(UTC) + timedelta(days=1), **PLAIN)
    client = english_client_of(request.getfixturevalue(who))

    left = {}
    for address in list_pages(app):
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            left[address] = Spoken(answer.get_data(as_text=True)).indonesian()
    assert place_of_work in left
    assert {address: lines for address, lines in left.items() if lines} == {}


def test_the_pages_of_a_post_and_an_office_have_no_indonesian_left_in_english(
    english_client_of, make_post, sari, budi, dinkes, dinkes_x
):
    post = make_post("submit", **PLAIN)

    drafter, reviewer = english_client_of(sari), english_client_of(budi)
    assert said(drafter, f"/konten/{post.id}") == []
    assert said(drafter, f"/konten/{make_post(**PLAIN).id}/ubah") == []
    assert said(reviewer, f"/telaah/{post.id}") == []
    assert said(reviewer, f"/registri/perangkat-daerah/{dinkes.id}") == []
    assert said(reviewer, f"/registri/akun/{dinkes_x.id}") == []
    assert said(reviewer, f"/laporan/perangkat-daerah/{dinkes.id}") == []


def test_the_report_of_an_example_region_says_so_in_english(english_client_of, budi, blora, dinkes):
    blora.is_example = True
    db.session.commit()

    assert "Blora (example)" in english_client_of(budi).get("/laporan").get_data(as_text=True)


def test_a_refusal_is_said_in_english(english_client_of, sari):
    answer = english_client_of(sari).get("/telaah")

    assert answer.status_code == 403
    assert "You do not have permission" in answer.get_data(as_text=True)


# -- stored sentences --------------------------------------------------------------------


def test_no_page_takes_a_stored_sentence_for_a_pattern():
    stored = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / "templates").rglob("*.html")
        for call in Environment().parse(path.read_text()).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "_" and not call.dyn_kwargs
        if isinstance(call.args[0], nodes.Getattr)
    ]

    assert stored == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_a_platform_wrote_is_shown_as_it_stands(client_of, budi, dinkes_x, language):
    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.PAUSED, "Quota 90% used, %(soon)s"
    db.session.commit()
    client = client_of(budi)
    client.set_cookie("locale", language)

    page = client.get(f"/registri/akun/{dinkes_x.id}")

    assert page.status_code == 200
    assert "Quota 90% used, %(soon)s" in page.get_data(as_text=True)


def test_a_stored_sentence_of_ours_is_translated_and_none_stays_none(app):
    with app.test_request_context("/"), force_locale("en"):
        assert filters.kalimat("Persetujuan dibatalkan oleh penelaah.").startswith("Approval")
        assert filters.kalimat("") == ""


# -- times -------------------------------------------------------------------------------


def test_times_are_written_as_the_english_write_them(app):
    zone = "Asia/Jakarta"
    with app.test_request_context("/"), force_locale("en"):
        assert filters.pukul(AT, zone) == "09:05 WIB"
        assert filters.waktu(AT, zone) == "21 Nov 2026, 09:05 WIB"
        assert filters.sejak(AT - timedelta(hours=2), AT) == "2 hours ago"
        assert filters.sejak(AT + timedelta(minutes=5), AT) == "in 5 minutes"
