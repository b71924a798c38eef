"""What is peculiar to Instagram: containers, fetched pictures, and proof by the container."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing, Picture
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from publisher.platforms.instagram import Instagram
from publisher.practice import graph
from tests.platforms.gallery import jpeg
from tests.platforms.parts import Desk


@pytest.fixture
def desk(practice):
    return Desk("instagram", practice)


@pytest.fixture
def post(gallery):
    return Outgoing(text="Imunisasi gratis di puskesmas.", pictures=(gallery.picture(),))


@pytest.fixture
def no_wait(monkeypatch):
    """Nobody waits for containers, but they are asked for as often."""
    monkeypatch.setattr(Instagram, "waits_s", (0, 0, 0))


def now():
    return datetime.now(UTC)


def test_one_picture_arrives_with_caption_and_alternative_text(desk, gallery):
    picture = gallery.picture("Antrean ibu dan balita.", shade=10)
    driver = desk.driver()

    receipt = driver.publish(driver.prepare(Outgoing(text="Posyandu.", pictures=(picture,))))

    (published,) = desk.published()
    assert (published["remote_id"], published["text"]) == (receipt.remote_id, "Posyandu.")
    assert [one["alt_text"] for one in published["media"]] == ["Antrean ibu dan balita."]
    assert [one["sha256"] for one in published["media"]] == [hashlib.sha256(jpeg(10)).hexdigest()]
    assert receipt.url.startswith("https://www.instagram.com/p/")
    assert Instagram.is_permalink(receipt.url, "dinkesblora")
    assert abs(receipt.published_at - now()) < timedelta(seconds=5)


def test_several_pictures_become_one_carousel_in_order(desk, gallery):
    pictures = tuple(gallery.picture(f"Gambar {shade}", shade=shade) for shade in (10, 20, 30))
    driver = desk.driver()

    prepared = driver.prepare(Outgoing(text="Tiga.", pictures=pictures))
    driver.publish(prepared)

    (published,) = desk.published()
    digests = [hashlib.sha256(jpeg(shade)).hexdigest() for shade in (10, 20, 30)]
    assert [one["sha256"] for one in published["media"]] == digests
    assert [one["alt_text"] for one in published["media"]] == [
        "Gambar 10",
        "Gambar 20",
        "Gambar 30",
    ]
    assert len(prepared.media_ids) == 3
    assert prepared.extra["container"] not in prepared.media_ids


@pytest.mark.parametrize("count", [1, 3])
def test_the_container_proves_a_publication_whose_answer_was_lost(desk, gallery, count):
    pictures = tuple(gallery.picture() for _ in range(count))
    driver = desk.driver()
    prepared, started = driver.prepare(Outgoing(text="Satu.", pictures=pictures)), now()
    desk.fault("drop_after")
    with pytest.raises(OutcomeUnknown):
        driver.publish(prepared)

    found = driver.find(prepared, started)

    assert [found.remote_id] == [one["remote_id"] for one in desk.published()]


def test_a_post_that_is_public_but_not_listed_is_never_called_missing(desk, post, monkeypatch):
    driver = desk.driver()
    prepared, started = driver.prepare(post), now()
    driver.publish(prepared)
    _list_nothing(desk.practice.app.ledger, monkeypatch)

    with pytest.raises(TryLater):
        driver.find(prepared, started)
    with pytest.raises(CannotTell):
        driver.find(prepared, started - timedelta(hours=2))


def _list_nothing(ledger, monkeypatch):
    """Let the practice Instagram show an empty list, while containers tell the truth."""
    posts = ledger.posts

    def unless_listed(*given, **wanted):
        return [] if "limit" in wanted else posts(*given, **wanted)

    monkeypatch.setattr(ledger, "posts", unless_listed)


def test_a_publication_whose_address_cannot_be_read_is_unknown_and_then_found(desk, post):
    driver = desk.driver()
    prepared, started = driver.prepare(post), now()
    desk.fault("outage", on="read")

    with pytest.raises(OutcomeUnknown, match="published as"):
        driver.publish(prepared)

    assert len(desk.on_the_wire("publish")) == 1
    assert driver.find(prepared, started).remote_id == desk.published()[0]["remote_id"]


def test_a_container_still_worked_on_is_waited_for(desk, post, no_wait):
    desk.fault("processing", times=2)

    # the first read asks for the cap, the next two for the container
    driver = desk.driver()
    driver.publish(driver.prepare(post))

    assert len(desk.published()) == 1


def test_a_container_that_takes_too_long_is_made_anew_later(desk, post, no_wait):
    desk.fault("processing", times=0)

    with pytest.raises(TryLater, match="still works"):
        desk.driver().prepare(post)

    assert desk.published() == []


def test_a_picture_that_cannot_be_fetched_can_be_tried_again(desk, gallery):
    picture = gallery.picture()
    gallery.files.clear()

    with pytest.raises(TryLater, match="2207052"):
        desk.driver().prepare(Outgoing(text="Hilang.", pictures=(picture,)))


def test_a_picture_outside_our_own_address_is_never_fetched(desk, gallery):
    for url in ("http://127.0.0.1:9/etc/passwd", gallery.url + ".evil.example/1.jpg", "file:///x"):
        picture = Picture(content=b"", mime="image/jpeg", alt_text="", name="1.jpg", url=url)
        with pytest.raises(TryLater):
            desk.driver().prepare(Outgoing(text="Curang.", pictures=(picture,)))
    assert desk.published() == []


def test_a_picture_without_an_address_sends_nothing(desk):
    picture = Picture(content=jpeg(), mime="image/jpeg", alt_text="", name="1.jpg")

    with pytest.raises(TryLater):
        desk.driver().prepare(Outgoing(text="Tanpa alamat.", pictures=(picture,)))

    assert desk.on_the_wire("upload") == []


@pytest.mark.parametrize(
    ("content", "subcode"),
    [(b"\x89PNG\r\n\x1a\n....", "2207005"), (jpeg(9, (100, 300)), "2207009")],
)
def test_a_picture_that_instagram_does_not_take_is_refused(desk, gallery, content, subcode):
    picture = gallery.picture(content=content)

    with pytest.raises(Refused, match=subcode):
        desk.driver().prepare(Outgoing(text="Tidak muat.", pictures=(picture,)))


def test_a_caption_too_long_is_refused(desk, gallery):
    with pytest.raises(Refused, match="2207010"):
        desk.driver().prepare(Outgoing(text="a" * 2201, pictures=(gallery.picture(),)))


def test_what_is_used_up_today_waits_for_the_whole_account(desk, post):
    history = [
        {"platform": "instagram", "account": "1700", "text": f"{one}", "at": now().isoformat()}
        for one in range(100)
    ]
    desk.practice.remember(history)

    with pytest.raises(TryLater) as caught:
        desk.driver().prepare(post)

    assert (caught.value.whole_account, caught.value.wait_s) == (True, 3600)
    assert desk.on_the_wire("upload") == []


def test_a_container_is_published_once_only(desk, post):
    driver = desk.driver()
    prepared = driver.prepare(post)
    driver.publish(prepared)

    with pytest.raises(TryLater):
        driver.publish(prepared)

    assert len(desk.published()) == 1


@pytest.mark.parametrize(
    ("subcode", "public", "expected"),
    [
        (2207052, False, TryLater),
        (2207004, False, Refused),
        (2207005, False, Refused),
        (2207009, False, Refused),
        (2207010, False, Refused),
        (2207028, False, Refused),
        (2207008, False, TryLater),
        (2207008, True, OutcomeUnknown),
        (2207001, True, OutcomeUnknown),
        (2207027, True, TryLater),
        (2207020, True, TryLater),
        (2207042, True, TryLater),
        (2207050, True, AccountBlocked),
        (2207051, True, AccountBlocked),
    ],
)
def test_each_code_of_instagram_says_what_to_do_next(desk, post, monkeypatch, subcode, public,
                                                     expected):  # fmt: skip
    driver = desk.driver()
    prepared = driver.prepare(post) if public else None
    monkeypatch.setattr(
        graph.Graph,
        "refusal",
        lambda *_: graph.error(4, "Of Instagram's own", error_subcode=subcode),
    )
    desk.fault("refused", on="publish" if public else "upload")

    with pytest.raises(expected) as caught:
        driver.publish(prepared) if public else driver.prepare(post)

    assert type(caught.value) is expected
    assert str(subcode) in caught.value.detail


def test_a_token_of_another_account_is_noticed(desk):
    with pytest.raises(AccountBlocked):
        desk.driver(ig_id="1800").check()


def test_recent_posts_count_their_pictures_newest_first(desk, gallery):
    driver = desk.driver()
    for text, count in (("Pertama", 1), ("Kedua", 2)):
        pictures = tuple(gallery.picture() for _ in range(count))
        driver.publish(driver.prepare(Outgoing(text=text, pictures=pictures)))

    found = driver.recent(now() - timedelta(hours=1))

    assert [(one.text, one.picture_count) for one in found] == [("Kedua", 2), ("Pertama", 1)]
    assert driver.recent(now() + timedelta(minutes=1)) == []


def test_taking_down_twice_is_fine(desk, post):
    driver = desk.driver()
    receipt = driver.publish(driver.prepare(post))

    driver.remove(receipt)
    driver.remove(receipt)

    assert desk.published()[0]["removed_at"]
    assert driver.recent(now() - timedelta(hours=1)) == []


def test_a_permalink_is_one_of_a_post():
    driver = driver_class("instagram")
    for good in ("/p/CuZAKjjtW_W/", "/dinkesblora/p/CuZAKjjtW_W", "/reel/CuZAKjjtW_W/"):
        assert driver.is_permalink(f"https://www.instagram.com{good}", "dinkesblora")
    for bad in ("/dinkesblora/", "/p/", "/explore/tags/x/", "/"):
        assert not driver.is_permalink(f"https://www.instagram.com{bad}", "dinkesblora")
    assert not driver.is_permalink("https://instagram.com.evil.example/p/abc/", "dinkesblora")


def test_no_picture_and_a_long_caption_block():
    def blocks(text, *pictures):
        return any(one.blocks for one in Instagram.problems(Outgoing(text=text, pictures=pictures)))

    fine = Picture(content=jpeg(), mime="image/jpeg", alt_text="Balita.", name="1.jpg")
    assert blocks("Tanpa gambar")
    assert blocks("a" * 2201, fine)
    assert not blocks("a" * 2200, fine)
