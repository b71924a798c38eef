"""The real drivers against the real practice platforms, over loopback HTTP.

Sari's office is Dinas Kesehatan, Tono's is Dinas Perhubungan; each has an account everywhere.
"""

import pytest

from publisher.platforms import DRIVERS, driver_class, http
from publisher.practice.fetching import Fetcher
from publisher.practice.server import PracticeServer
from tests.platforms.gallery import Gallery
from tests.platforms.parts import CREDENTIALS, Desk

SPOKEN_TO = [name for name in DRIVERS if not driver_class(name).by_hand]


@pytest.fixture(scope="session")
def gallery():
    """From where the practice platforms fetch the pictures of offices."""
    gallery = Gallery()
    yield gallery
    gallery.close()


@pytest.fixture
def practice(tmp_path, gallery):
    with PracticeServer(tmp_path / "practice", fetcher=Fetcher(gallery.url)) as server:
        server.register_all([account for name in CREDENTIALS for account in _accounts(name)])
        http.configure(server.url)  # as patient as ever: this machine may be busy
        yield server
        http.configure()


def _accounts(platform):
    credentials = CREDENTIALS[platform]
    for remote_id, handle, name, keys in (
        ("1700", "dinkesblora", "Dinas Kesehatan", credentials),
        ("1800", "dishubblora", "Dinas Perhubungan", {key: f"tono-{key}" for key in credentials}),
    ):
        yield {
            "platform": platform,
            "remote_id": remote_id,
            "handle": handle,
            "display_name": name,
            "credentials": keys,
        }


@pytest.fixture(params=SPOKEN_TO)
def desk(request, practice, gallery):
    """Every driver that speaks to its platform, one after the other."""
    return Desk(request.param, practice, gallery)


@pytest.fixture
def x_desk(practice):
    return Desk("x", practice)


@pytest.fixture
def telegram_desk(practice):
    return Desk("telegram", practice)


@pytest.fixture
def facebook_desk(practice):
    return Desk("facebook", practice)
