"""A real Chromium in front of a real Siar, its worker and its practice platforms.

Each process of the test run has its own of all of them, on loopback ports the system gave; each
test has its own kabupaten in it. Every page of every test is watched by the guard.
"""

import itertools
import re
import shutil

import pytest
from playwright.sync_api import expect

from publisher import create_app
from publisher.practice.server import PracticeServer
from tests.browser.cast import Cast
from tests.browser.guard import Guard
from tests.browser.siar import Siar
from tests.conftest import PASSWORD, settings

SIZES = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
    },
    "desktop": {"viewport": {"width": 1280, "height": 900}},
}
#: For what a busy machine may take; nothing here waits longer than it must.
PATIENCE_MS = 15_000

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_context_args(siar):
    return {
        "base_url": siar.url,
        "locale": "id-ID",
        "timezone_id": "Asia/Jakarta",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def practice(tmp_path_factory):
    with PracticeServer(tmp_path_factory.mktemp("practice")) as server:
        yield server


@pytest.fixture(scope="session")
def database(sqlite_template, tmp_path_factory):
    """The address of an empty database, built by the migrations."""
    path = tmp_path_factory.mktemp("siar") / "siar.sqlite"
    return f"sqlite:///{shutil.copy(sqlite_template, path)}"


@pytest.fixture(scope="session")
def backstage(database, compiled_templates, tmp_path_factory):
    """An application on the same rows and media as the server, to set the scene with."""
    app = create_app(settings(database, tmp_path_factory.mktemp("store")))
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture(scope="session")
def siar(backstage, practice, tmp_path_factory):
    given = {name: backstage.config[name] for name in ("SECRET_KEY", "VAULT_KEYS", "DATABASE_URL")}
    server = Siar(
        tmp_path_factory.mktemp("serve"),
        {
            **given,
            "MEDIA_URL": backstage.config["MEDIA_URL"],
            "PLATFORM_GATEWAY": practice.url,
            "SENDER_THREADS": "4",
            "SPACING_S": "0",
            "DEMO": "1",  # for the people on the sign-in page; nothing is loaded
        },
    )
    yield server
    server.stop()


@pytest.fixture(scope="session")
def numbers():
    return itertools.count(1)


@pytest.fixture
def cast(backstage, practice, numbers):
    return Cast(backstage, practice, next(numbers))


@pytest.fixture(autouse=True)
def guard(siar):
    """Fail the test on whatever no page may do, and on what the server's log complains of."""
    guard = Guard()
    yield guard
    assert not guard.complaints + siar.complaints()


@pytest.fixture(params=SIZES)
def size(request):
    """Run the test on a phone and on a desktop."""
    return request.param


@pytest.fixture
def new_context(new_context, guard):
    def watched(**options):
        context = new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        guard.watch(context)
        return context

    return watched


@pytest.fixture
def browser_of(new_context, request):
    """Return a function that gives a person a browser of their own, in which they are signed in;
    without the pages of signing in, which have tests of their own."""

    def browser_of(person, **options):
        page = stranger(new_context, request, **options)
        token = re.search(
            r'name="csrf_token"[^>]* value="([^"]+)"', page.request.get("/masuk").text()
        )
        typed = {"csrf_token": token[1], "email": person.email, "password": PASSWORD}
        answer = page.request.post("/masuk", form=typed, max_redirects=0)
        assert answer.status == 302, answer.text()
        return page

    return browser_of


@pytest.fixture
def page(new_context, request):
    """A browser in which nobody has signed in."""
    return stranger(new_context, request)


def stranger(new_context, request, **options):
    size = request.getfixturevalue("size") if "size" in request.fixturenames else "desktop"
    return new_context(**(SIZES[size] | options)).new_page()


def sign_in(page, person):
    page.goto("/masuk")
    page.get_by_label("Surel").fill(person.email)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.get_by_label(f"Menu pengguna: {person.name}")).to_be_visible()


def told(page, words):
    """Expect the page to say so at its top, and to read it out."""
    expect(page.locator("#messages")).to_contain_text(words)
    expect(page.locator("#announcer")).to_contain_text(words)
