"""Platforms that fetch can only be shown what they can reach."""

import pytest

from publisher.platforms import http
from publisher.platforms.base import Outgoing, Picture
from publisher.platforms.errors import TryLater
from publisher.platforms.fetched import addresses


def post(*urls):
    pictures = (Picture(content=b"", mime="image/jpeg", alt_text="", name="", url=u) for u in urls)
    return Outgoing(text="Imunisasi", pictures=tuple(pictures))


@pytest.fixture(autouse=True)
def no_gateway():
    http.configure()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://siar.blorakab.go.id/publik/a.jpg",
        "https://127.0.0.1/publik/a.jpg",
        "https://[::1]/publik/a.jpg",
        "https://10.0.0.7/publik/a.jpg",
        "https://localhost/publik/a.jpg",
    ],
)
def test_an_address_that_no_platform_can_reach_is_said_before_anything_is_sent(url):
    with pytest.raises(TryLater):
        addresses(post("https://siar.blorakab.go.id/publik/1.jpg", url), "Instagram")


def test_a_proper_address_is_given_as_it_is():
    url = "https://siar.blorakab.go.id/publik/a.jpg"

    assert addresses(post(url, url), "TikTok") == [url, url]


def test_the_practice_platforms_reach_this_machine():
    http.configure("http://127.0.0.1:9")
    try:
        assert addresses(post("http://127.0.0.1:8000/publik/a.jpg"), "TikTok")
    finally:
        http.configure()
