"""What is peculiar to Facebook Pages: where the token travels, and what proves a post."""

import pytest

from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing, Picture
from publisher.platforms.errors import AccountBlocked, Refused
from tests.platforms.parts import POST, Desk, picture

Facebook = driver_class("facebook")


def test_the_token_never_stands_in_an_address(facebook_desk, monkeypatch):
    seen = []
    driver = facebook_desk.driver(app_secret="app-secret-ffff")
    send = driver._graph.session.send

    def watched(request, **given):
        seen.append(request.url)
        return send(request, **given)

    monkeypatch.setattr(driver._graph.session, "send", watched)
    driver.check()
    receipt = driver.publish(driver.prepare(POST))
    driver.find(driver.prepare(POST), receipt.published_at)
    driver.remove(receipt)

    secrets = (facebook_desk.credentials["page_token"], "app-secret-ffff")
    assert len(seen) >= 5
    assert not [url for url in seen if any(secret in url for secret in secrets)]


def test_an_app_that_demands_a_proof_gets_it(practice):
    credentials = {"page_id": "1900", "page_token": "EAA-proof", "app_secret": "app-secret-ffff"}
    practice.register(platform="facebook", remote_id="1900", handle="h", credentials=credentials)

    driver = Facebook(credentials)
    receipt = driver.publish(driver.prepare(POST))
    driver.remove(receipt)

    with pytest.raises(Refused):
        Facebook({**credentials, "app_secret": "wrong"}).check()


def test_a_post_read_back_has_metas_own_permalink(facebook_desk):
    driver = facebook_desk.driver()
    prepared = driver.prepare(POST)
    receipt = driver.publish(prepared)

    found = driver.find(prepared, receipt.published_at)

    assert receipt.url == f"https://www.facebook.com/{receipt.remote_id}"
    number = receipt.remote_id.partition("_")[2]
    assert found.url == f"https://www.facebook.com/dinkesblora/posts/{number}"


def test_a_throttled_page_without_a_figure_waits_half_an_hour(facebook_desk):
    driver = facebook_desk.driver()
    facebook_desk.fault("rate_limit")

    with pytest.raises(Exception, match="limit") as caught:
        driver.publish(driver.prepare(POST))

    assert caught.value.wait_s == 1800


def test_a_page_number_that_is_none_is_refused_before_any_request(facebook_desk: Desk):
    for wrong in ("../me", "12a", "1700/feed?x=", ""):
        with pytest.raises(AccountBlocked):
            facebook_desk.driver(page_id=wrong)
    assert facebook_desk.on_the_wire(None) == []


def test_an_empty_post_a_long_text_and_eleven_pictures_block():
    def blocks(text, *pictures):
        return any(one.blocks for one in Facebook.problems(Outgoing(text=text, pictures=pictures)))

    assert blocks("")
    assert blocks("a" * 63_207)
    assert blocks("Sebelas", *[picture()] * 11)
    assert blocks("WebP", Picture(content=b"x", mime="image/webp", alt_text="a", name="1.webp"))
    assert not blocks("Sepuluh", *[picture()] * 10)
