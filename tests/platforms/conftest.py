"""The real drivers against the real practice platforms, over loopback HTTP.

Sari's office is Dinas Kesehatan, Tono's is Dinas Perhubungan; each has an account on X and a
Page on Facebook.
"""

import pytest

from publisher.platforms import http
from publisher.practice.fetching import Fetcher
from publisher.practice.server import PracticeServer
from tests.platforms.gallery import Gallery
from tests.platforms.parts import CREDENTIALS, READ_S, Desk


@pytest.fixture(scope="session")
def gallery():
    """From where the practice platforms fetch the pictures of offices."""
    gallery = Gallery()
    yield gallery
    gallery.close()


@pytest.fixture
def practice(tmp_path, gallery):
    with PracticeServer(tmp_path / "practice", fetcher=Fetcher(gallery.url)) as server:
        for platform, credentials in CREDENTIALS.items():
            server.register(
                platform=platform,
                remote_id="1700",
                handle="dinkesblora",
                display_name="Dinas Kesehatan",
                credentials=credentials,
            )
            server.register(
                platform=platform,
                remote_id="1800",
                handle="dishubblora",
                display_name="Dinas Perhubungan",
                credentials={name: f"tono-{name}" for name in credentials},
            )
        http.configure(server.url, connect_s=1, read_s=READ_S)
        yield server
        http.configure()


@pytest.fixture(params=["x", "facebook"])
def desk(request, practice):
    return Desk(request.param, practice)


@pytest.fixture
def x_desk(practice):
    return Desk("x", practice)


@pytest.fixture
def telegram_desk(practice):
    return Desk("telegram", practice)


@pytest.fixture
def facebook_desk(practice):
    return Desk("facebook", practice)
