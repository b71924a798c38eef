"""Assets come from our own host, under addresses that may be kept for ever."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string, session

from publisher.web import assets
from publisher.web.icons import icon


@pytest.fixture
def app():
    app = Flask(__name__, static_folder=None)
    assets.init_app(app)
    app.register_blueprint(assets.bp)
    return app


@pytest.fixture
def address_of(app):
    """Return a function that gives an asset's address as a page would write it."""

    def address_of(name: str) -> str:
        with app.test_request_context():
            return render_template_string("{{ asset(name) }}", name=name)

    return address_of


@pytest.mark.parametrize(
    ("name", "contains", "kind"),
    [
        ("bootstrap.css", b"Bootstrap  v5.3.8", "text/css"),
        ("bootstrap.js", b"Bootstrap v5.3.8", "text/javascript"),
        ("popper.js", b"popperjs/core", "text/javascript"),
        ("htmx.js", b'version:"2.0.', "text/javascript"),
        ("siar.css", b"--paper", "text/css"),
        ("siar.js", b"announce", "text/javascript"),
        ("theme.js", b"siar-theme", "text/javascript"),
        ("favicon.svg", b"<svg", "image/svg+xml"),
    ],
)
def test_what_a_page_needs_is_served_by_us(app, address_of, name, contains, kind):
    answer = app.test_client().get(address_of(name))

    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert contains in answer.data


def test_an_address_with_the_right_hash_may_be_kept_for_ever(app, address_of):
    answer = app.test_client().get(address_of("siar.css"))

    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_a_page_from_before_an_update_still_finds_its_assets_but_keeps_nothing(app):
    answer = app.test_client().get("/aset/0123456789abcdef/siar.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["secret.py", "assets.py", "..%2Fassets.py", "bootstrap-icons.svg"]
)
def test_nothing_but_the_listed_assets_is_served(app, name):
    assert app.test_client().get(f"/aset/0123456789abcdef/{name}").status_code == 404


def test_what_a_shared_cache_keeps_has_nothing_to_do_with_who_asked(app, address_of):
    app.secret_key = "test"
    app.add_url_rule("/", "home", lambda: session["_user_id"])
    app.after_request(lambda response: session.get("_remember") or response)  # as Flask-Login
    client = app.test_client()
    with client.session_transaction() as signed_in:
        signed_in.permanent = True
        signed_in["_user_id"] = "sari"

    page, asset = client.get("/"), client.get(address_of("siar.css"))

    assert page.text == "sari"
    assert "Set-Cookie" in page.headers  # a permanent session is renewed by every page
    assert "Set-Cookie" not in asset.headers
    assert asset.headers["Vary"] == "Accept-Encoding"


def test_a_page_cannot_ask_for_an_asset_that_does_not_exist(address_of):
    with pytest.raises(KeyError):
        address_of("missing.css")


def test_text_is_packed_for_browsers_that_can_unpack_it(app, address_of):
    client, address = app.test_client(), address_of("bootstrap.css")

    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 4
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_a_browser_that_refuses_gzip_gets_plain_text(app, address_of):
    answer = app.test_client().get(address_of("siar.js"), headers={"Accept-Encoding": "gzip;q=0"})

    assert "Content-Encoding" not in answer.headers


@pytest.fixture
def static(monkeypatch, tmp_path):
    """A static folder with our style and, until a test adds one, no font."""
    for folder in ("css", "js", "img"):
        (tmp_path / folder).symlink_to(assets.STATIC / folder)
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    return tmp_path


def _sheet(app: Flask) -> str:
    return app.extensions["assets"]["siar.css"].body.decode()


def test_without_the_font_the_style_asks_for_no_file_that_is_not_there(static):
    app = Flask(__name__)
    assets.init_app(app)

    assert "@font-face" not in _sheet(app)


def test_the_font_is_found_where_the_style_says(static):
    (static / "fonts").mkdir()
    (static / "fonts" / "plus-jakarta-sans.woff2").write_bytes(b"wOF2 letters")
    app = Flask(__name__)
    assets.init_app(app)
    app.register_blueprint(assets.bp)

    sheet = _sheet(app)
    relative = re.search(r'url\("\.\./([^"]+)"\)', sheet)
    assert relative is not None
    answer = app.test_client().get(f"/aset/{relative[1]}")

    assert "font-display:swap" in sheet
    assert answer.data == b"wOF2 letters"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.mimetype == "font/woff2"


def test_no_asset_calls_another_host_or_a_source_map():
    app = Flask(__name__)
    assets.init_app(app)

    for asset in app.extensions["assets"].values():
        if asset.name.endswith((".css", ".js")):
            text = asset.body.decode()
            assert "sourceMappingURL" not in text
            assert not re.search(r"""(url\(|@import|from )\s*["']?(https?:)?//""", text), asset.name


def test_an_icon_is_written_into_the_page_and_hidden_from_screen_readers():
    drawn = icon("pencil-square")

    assert drawn.startswith("<svg")
    assert 'aria-hidden="true"' in drawn
    assert drawn.count("<path") == 2
    assert "symbol" not in drawn


@pytest.mark.parametrize("name", ["no-such-icon", "", '"><script>', "Pencil", "."])
def test_an_icon_that_does_not_exist_is_an_error_not_a_gap(name):
    with pytest.raises(LookupError):
        icon(name)


def test_every_icon_named_in_a_template_exists():
    templates = Path(__file__).parents[2] / "templates"
    named = {
        name
        for path in templates.rglob("*.html")
        for name in re.findall(r"""\bicon\(\s*["']([^"']+)["']""", path.read_text(encoding="utf-8"))
    }

    assert named
    for name in named:
        assert icon(name)
