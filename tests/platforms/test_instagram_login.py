"""What is peculiar to Instagram's own login: another host, and it is asked who "me" is."""

from publisher.platforms import driver_class
from publisher.practice.wire import Wire
from tests.platforms.parts import Desk


def test_it_speaks_to_instagrams_own_host_alone(practice, gallery, monkeypatch):
    desk, hosts = Desk("instagram_login", practice, gallery), set()
    answer = Wire.answer
    monkeypatch.setattr(Wire, "answer", lambda *given: hosts.add(given[2].host) or answer(*given))
    driver = desk.driver()

    assert driver.check().remote_id == "1700"  # `id` is another number there
    receipt = driver.publish(driver.prepare(desk.post()))
    assert [post.remote_id for post in driver.recent(receipt.published_at)] == [receipt.remote_id]

    assert hosts == {"graph.instagram.com"}


def test_what_it_allows_is_what_instagram_allows():
    assert driver_class("instagram_login").limits == driver_class("instagram").limits
