"""What holds for every platform: a post arrives whole, once, and can be found again."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from publisher.platforms import DRIVERS, PLATFORM_NAMES, driver_class, open_driver
from publisher.platforms.base import Outgoing
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from tests.platforms.parts import POST, picture, png

# fault: (what the driver must say, whether the platform has the post all the same)
WHILE_PUBLISHING = {
    "slow": (OutcomeUnknown, True),
    "hang": (OutcomeUnknown, False),
    "drop_before": (OutcomeUnknown, False),
    "drop_after": (OutcomeUnknown, True),
    "half_answer": (OutcomeUnknown, True),
    "cut_answer": (OutcomeUnknown, True),
    "no_id": (OutcomeUnknown, True),
    "error_500": (OutcomeUnknown, False),
    "error_500_after": (OutcomeUnknown, True),
    "outage": (OutcomeUnknown, False),
    "rate_limit": (TryLater, False),
    "duplicate": (Refused, False),
    "refused": (Refused, False),
    "expired_token": (AccountBlocked, False),
    "blocked": (AccountBlocked, False),
}

# Nothing is public yet, so nothing can be unknown.
WHILE_PREPARING = {
    "slow": TryLater,
    "hang": TryLater,
    "drop_before": TryLater,
    "drop_after": TryLater,
    "half_answer": TryLater,
    "cut_answer": TryLater,
    "no_id": TryLater,
    "error_500": TryLater,
    "outage": TryLater,
    "rate_limit": TryLater,
    "refused": Refused,
    "expired_token": AccountBlocked,
    "blocked": AccountBlocked,
}


def now():
    return datetime.now(UTC)


def test_text_pictures_and_alternative_texts_arrive_in_order(desk):
    outgoing = Outgoing(
        text="Posyandu & imunisasi.\nDatanglah!",
        pictures=(picture("Antrean ibu dan balita.", 10), picture("", 20), picture("Vaksin.", 30)),
    )
    driver = desk.driver()

    receipt = driver.publish(driver.prepare(outgoing))

    (post,) = desk.published()
    assert (post["remote_id"], post["text"]) == (receipt.remote_id, outgoing.text)
    assert [one["alt_text"] for one in post["media"]] == ["Antrean ibu dan balita.", "", "Vaksin."]
    digests = [hashlib.sha256(png(shade)).hexdigest() for shade in (10, 20, 30)]
    assert [one["sha256"] for one in post["media"]] == digests


def test_a_text_without_pictures_is_published(desk):
    driver = desk.driver()

    driver.publish(driver.prepare(Outgoing(text="Hanya teks.")))

    assert [post["text"] for post in desk.published()] == ["Hanya teks."]


def test_pictures_without_text_are_published(desk):
    driver = desk.driver()

    driver.publish(driver.prepare(Outgoing(text="", pictures=(picture(),))))

    assert len(desk.published()[0]["media"]) == 1


def test_preparing_makes_nothing_public_and_may_be_repeated(desk):
    driver = desk.driver()

    first, second = driver.prepare(POST), driver.prepare(POST)
    assert desk.published() == []

    assert first.media_ids != second.media_ids
    driver.publish(second)
    assert len(desk.published()) == 1


def test_the_receipt_says_when_by_the_platforms_clock(desk):
    driver = desk.driver()

    receipt = driver.publish(driver.prepare(POST))

    assert abs(receipt.published_at - now()) < timedelta(seconds=5)
    assert receipt.request_id


@pytest.mark.parametrize("fault", WHILE_PUBLISHING)
def test_a_fault_while_publishing_is_named_by_what_to_do_next(desk, fault):
    expected, _ = WHILE_PUBLISHING[fault]
    driver = desk.driver()
    prepared = driver.prepare(POST)
    desk.fault(fault, seconds=0.7, on="publish")

    with pytest.raises(PlatformError) as caught:
        driver.publish(prepared)

    assert type(caught.value) is expected
    assert len(desk.on_the_wire("publish")) == 1


@pytest.mark.parametrize("fault", WHILE_PUBLISHING)
def test_reading_back_tells_whether_an_attempt_went_through(desk, fault):
    _, accepted = WHILE_PUBLISHING[fault]
    driver = desk.driver()
    prepared, started = driver.prepare(POST), now()
    desk.fault(fault, seconds=0.5, on="publish")
    with pytest.raises(PlatformError):
        driver.publish(prepared)

    receipt = driver.find(prepared, started)

    assert [post["remote_id"] for post in desk.published()] == (
        [receipt.remote_id] if receipt else []
    )
    assert (receipt is not None) is accepted


def test_a_request_that_is_applied_late_is_unknown_and_found_later(desk):
    driver = desk.driver()
    prepared, started = driver.prepare(POST), now()
    desk.fault("late", seconds=0.6)

    with pytest.raises(OutcomeUnknown):
        driver.publish(prepared)
    assert driver.find(prepared, started) is None

    _until(lambda: desk.published())
    assert driver.find(prepared, started) is not None


@pytest.mark.parametrize("fault", WHILE_PREPARING)
def test_a_fault_while_preparing_is_never_unknown(desk, fault):
    driver = desk.driver()
    desk.fault(fault, seconds=0.5, on="upload")

    with pytest.raises(PlatformError) as caught:
        driver.prepare(POST)

    assert type(caught.value) is WHILE_PREPARING[fault]
    assert len(desk.on_the_wire("upload")) == 1


@pytest.mark.parametrize("fault", ["drop_after", "half_answer", "error_500", "outage", "no_id"])
@pytest.mark.parametrize("reading", ["check", "recent", "find"])
def test_a_fault_while_reading_means_try_later_and_never_not_found(desk, fault, reading):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    driver.publish(prepared)
    desk.fault(fault, on="read")
    what = {
        "check": driver.check,
        "recent": lambda: driver.recent(now() - timedelta(days=1)),
        "find": lambda: driver.find(prepared, now()),
    }

    with pytest.raises(TryLater):
        what[reading]()


def test_the_wait_the_platform_asks_for_is_passed_on_for_the_whole_account(desk):
    driver = desk.driver()
    desk.fault("rate_limit", seconds=120)

    with pytest.raises(TryLater) as caught:
        driver.publish(driver.prepare(POST))

    assert 118 <= caught.value.wait_s <= 120
    assert caught.value.whole_account


def test_the_same_text_again_is_refused_as_a_duplicate(desk):
    driver = desk.driver()
    driver.publish(driver.prepare(POST))

    with pytest.raises(Refused) as caught:
        driver.publish(driver.prepare(POST))

    assert caught.value.duplicate
    assert len(desk.published()) == 1


def test_nothing_listening_means_nothing_was_sent(desk):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    desk.practice.stop()

    with pytest.raises(TryLater):
        driver.publish(prepared)


def test_a_post_of_the_same_text_from_before_is_not_taken_for_ours(desk):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    driver.publish(prepared)

    assert driver.find(driver.prepare(POST), now() + timedelta(minutes=5)) is None


def test_another_number_of_pictures_is_another_post(desk):
    driver = desk.driver()
    driver.publish(driver.prepare(Outgoing(text=POST.text)))

    assert driver.find(driver.prepare(POST), now()) is None


def test_what_the_platform_does_not_show_yet_is_not_found(desk):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    driver.publish(prepared)
    desk.fault("hidden", seconds=60)

    assert driver.find(prepared, now()) is None
    assert driver.find(prepared, now()) is not None


def test_recent_posts_come_newest_first_with_their_pictures_counted(desk):
    driver = desk.driver()
    driver.publish(driver.prepare(Outgoing(text="Pertama")))
    driver.publish(driver.prepare(Outgoing(text="Kedua", pictures=(picture(), picture()))))

    found = driver.recent(now() - timedelta(hours=1))

    assert [post.picture_count for post in found] == [2, 0]
    assert found[0].text.startswith("Kedua")
    assert found[0].published_at.tzinfo is not None


def test_a_long_timeline_is_read_to_its_end(desk):
    history = [
        {
            "platform": desk.platform,
            "account": "1700",
            "text": f"Kegiatan {number}",
            "at": (now() - timedelta(minutes=number)).isoformat(),
        }
        for number in range(130)
    ]
    desk.practice.remember(history)

    assert len(desk.driver().recent(now() - timedelta(days=1))) == 130


def test_taking_down_twice_is_fine(desk):
    driver = desk.driver()
    receipt = driver.publish(driver.prepare(POST))

    driver.remove(receipt)
    driver.remove(receipt)

    assert desk.published()[0]["removed_at"]
    assert driver.recent(now() - timedelta(hours=1)) == []


def test_checking_names_the_account_the_credentials_belong_to(desk):
    health = desk.driver().check()

    assert (health.remote_id, health.handle) == ("1700", "dinkesblora")
    assert health.display_name == "Dinas Kesehatan"


def test_credentials_of_another_account_are_noticed(desk):
    other = {"x": {"user_id": "1800"}, "facebook": {"page_id": "1800"}}[desk.platform]

    with pytest.raises(AccountBlocked):
        desk.driver(**other).check()


def test_every_wrong_secret_blocks_the_account_and_is_never_shown(desk, caplog):
    caplog.set_level("DEBUG")
    for name in desk.credentials:
        if name == "page_id":
            continue
        planted = f"1700-planted-{name}"
        with pytest.raises(AccountBlocked) as caught:
            desk.driver(**{name: planted}).prepare(POST)
        shown = [str(caught.value), repr(caught.value), caught.value.detail]
        cause = caught.value.__cause__ or caught.value.__context__
        shown += [] if caught.value.__suppress_context__ else [str(cause)]
        assert not [text for text in shown if "planted" in text]
    assert desk.published() == []
    assert "secret" not in caplog.text.replace("secret=", "")


@pytest.mark.parametrize("kind", ["error_500", "refused", "expired_token", "drop_after", "outage"])
def test_no_error_shows_a_secret(desk, kind):
    driver = desk.driver()
    desk.fault(kind, on="publish")

    with pytest.raises(PlatformError) as caught:
        driver.publish(driver.prepare(POST))

    public = {"1700"}
    for secret in set(desk.credentials.values()) - public:
        assert secret not in f"{caught.value.detail} {caught.value!r}"


def test_incomplete_credentials_need_a_person(desk):
    for name in desk.credentials:
        with pytest.raises(AccountBlocked):
            desk.driver(**{name: ""})


def test_every_platform_has_a_driver_and_a_name():
    assert set(DRIVERS) == set(PLATFORM_NAMES)
    for platform, name in PLATFORM_NAMES.items():
        driver = driver_class(platform)
        assert driver.name == name
        assert driver.limits.source
        assert driver.limits.read_on
        assert driver.credential_fields


def test_an_unknown_platform_is_a_key_error():
    with pytest.raises(KeyError):
        open_driver("friendster", {})


def _until(happened, seconds=2.0):
    deadline = now() + timedelta(seconds=seconds)
    while not happened():
        assert now() < deadline, "it never happened"
