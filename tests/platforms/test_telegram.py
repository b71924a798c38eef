"""What only Telegram does: the token in the address, albums, and no way to read a channel."""

import logging
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest

from publisher.platforms import http, open_driver
from publisher.platforms.base import Outgoing, Receipt
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.telegram import Telegram
from publisher.platforms.texts import redact
from tests.platforms.parts import CREDENTIALS, POST, picture

TOKEN = CREDENTIALS["telegram"]["bot_token"]
ALBUM = Outgoing(text="Posyandu.", pictures=(picture(shade=1), picture(shade=2), picture(shade=3)))


def published(driver, outgoing=POST):
    return driver.publish(driver.prepare(outgoing))


@pytest.mark.parametrize(
    ("outgoing", "method"),
    [
        (Outgoing(text="Hanya teks."), "sendMessage"),
        (POST, "sendPhoto"),
        (ALBUM, "sendMediaGroup"),
    ],
)
def test_one_request_makes_the_post_public(telegram_desk, outgoing, method):
    receipt = published(telegram_desk.driver(), outgoing)

    (request,) = telegram_desk.practice.requests("telegram")
    assert request["line"].endswith(method)
    (post,) = telegram_desk.published()
    assert (post["text"], len(post["media"])) == (outgoing.text, len(outgoing.pictures))
    assert receipt.url == f"https://t.me/dinkesblora/{receipt.remote_id.split(',')[0]}"
    assert abs(receipt.published_at - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_link_leads_to_the_message_on_the_practice_platform(telegram_desk):
    receipt = published(telegram_desk.driver(), ALBUM)

    with urlopen(http.shown_at(receipt.url)) as page:
        assert "Posyandu." in page.read().decode()


def test_a_channel_without_a_name_has_links_with_its_number(telegram_desk):
    driver = telegram_desk.driver()

    receipt = driver._receipt(
        [{"message_id": 7, "date": 1_795_000_000, "chat": {"id": -1001234567890}}]
    )

    assert receipt.url == "https://t.me/c/1234567890/7"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("drop_after", OutcomeUnknown),
        ("half_answer", OutcomeUnknown),
        ("no_id", OutcomeUnknown),
        ("error_500", OutcomeUnknown),
        ("outage", OutcomeUnknown),
        ("refused", Refused),
        ("expired_token", AccountBlocked),
        ("blocked", AccountBlocked),
    ],
)
def test_a_fault_while_publishing_is_named_by_what_to_do_and_shows_no_token(
    telegram_desk, fault, error, caplog
):
    caplog.set_level(logging.DEBUG)
    driver = telegram_desk.driver()
    prepared = driver.prepare(POST)
    telegram_desk.fault(fault)

    with pytest.raises(PlatformError) as caught:
        driver.publish(prepared)

    assert type(caught.value) is error
    shown = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.detail} {caplog.text}"
    assert TOKEN not in shown
    assert TOKEN.partition(":")[2] not in shown


def test_whoever_logs_all_requests_does_not_log_the_token(telegram_desk, caplog):
    caplog.set_level(logging.DEBUG)

    published(telegram_desk.driver())

    assert "/sendPhoto" in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text


def test_the_wait_that_telegram_asks_for_is_passed_on(telegram_desk):
    driver = telegram_desk.driver()
    telegram_desk.fault("rate_limit", seconds=35)

    with pytest.raises(TryLater) as caught:
        published(driver)

    assert (caught.value.wait_s, caught.value.whole_account) == (35, True)
    assert telegram_desk.published() == []


def test_nothing_is_sent_by_a_driver_that_prepared_nothing(telegram_desk):
    prepared = telegram_desk.driver().prepare(POST)

    with pytest.raises(TryLater):
        telegram_desk.driver().publish(prepared)

    assert telegram_desk.practice.requests("telegram") == []


def test_a_channel_cannot_be_read_back(telegram_desk):
    driver = telegram_desk.driver()
    prepared = driver.prepare(POST)

    assert not Telegram.reads_back
    with pytest.raises(CannotTell):
        driver.find(prepared, datetime.now(UTC))
    with pytest.raises(CannotTell):
        driver.recent(datetime.now(UTC))


def test_the_check_names_the_channel(telegram_desk):
    health = telegram_desk.driver().check()

    assert (health.remote_id, health.handle) == ("1700", "dinkesblora")
    assert health.display_name == "Dinas Kesehatan"


@pytest.mark.parametrize(
    ("credentials", "why"),
    [
        ({"channel": "@dishubblora"}, "chat not found"),
        ({"bot_token": "799999999:AAE-of-another-bot"}, "Unauthorized"),
    ],
)
def test_a_check_that_fails_says_why_and_not_with_which_token(telegram_desk, credentials, why):
    with pytest.raises(AccountBlocked, match=why) as caught:
        telegram_desk.driver(**credentials).check()

    assert "AAE" not in caught.value.detail


def test_a_bot_without_the_right_to_post_is_noticed(telegram_desk):
    telegram_desk.practice.register(
        platform="telegram", remote_id="1700", handle="dinkesblora",
        credentials={**telegram_desk.credentials, "can_post_messages": "false"},
    )  # fmt: skip
    driver = telegram_desk.driver()

    with pytest.raises(AccountBlocked, match="may not post"):
        driver.check()
    with pytest.raises(AccountBlocked, match="rights"):
        published(driver)
    assert telegram_desk.published() == []


def test_an_album_is_taken_down_whole_and_twice_is_fine(telegram_desk):
    driver = telegram_desk.driver()
    receipt = published(driver, ALBUM)

    driver.remove(receipt)
    driver.remove(receipt)

    assert telegram_desk.published()[0]["removed_at"]
    assert len(receipt.remote_id.split(",")) == 3


def test_what_is_too_old_to_be_deleted_is_refused(telegram_desk):
    driver = telegram_desk.driver()
    receipt = published(driver)
    telegram_desk.fault("refused", on="remove")

    with pytest.raises(Refused):
        driver.remove(receipt)
    with pytest.raises(Refused):
        driver.remove(Receipt(remote_id="1; drop", url=""))


@pytest.mark.parametrize(
    ("text", "pictures", "blocked"),
    [
        ("a" * 1024, 1, False),
        ("a" * 1025, 1, True),
        ("a" * 4096, 0, False),
        ("a" * 4097, 0, True),
        ("😀" * 512, 1, False),
        ("😀" * 513, 1, True),
        ("", 0, True),
    ],
)
def test_a_caption_is_shorter_than_a_text_alone(text, pictures, blocked):
    outgoing = Outgoing(text=text, pictures=(picture(),) * pictures)

    assert any(problem.blocks for problem in Telegram.problems(outgoing)) is blocked


def test_missing_alternative_texts_are_no_fault_where_none_are_kept():
    assert Telegram.problems(Outgoing(text="Halo", pictures=(picture(alt_text=""),))) == []


@pytest.mark.parametrize(
    ("link", "ours"),
    [
        ("https://t.me/dinkesblora/160", True),
        ("https://t.me/s/DinkesBlora/160", True),
        ("https://telegram.me/dinkesblora/160?single", True),
        ("https://t.me/dishubblora/160", False),
        ("https://t.me/dinkesblora", False),
        ("http://t.me/dinkesblora/160", False),
        ("https://t.me.evil.example/dinkesblora/160", False),
    ],
)
def test_a_link_proves_a_message_of_this_channel_only(link, ours):
    assert Telegram.is_permalink(link, "dinkesblora") is ours


def test_a_token_in_an_address_is_never_kept():
    said = f"HTTPSConnectionPool: /bot{TOKEN}/sendPhoto refused"

    assert TOKEN not in redact(said)
    assert "sendPhoto refused" in redact(said)


@pytest.mark.parametrize("broken", [{"bot_token": "abc"}, {"channel": "x y"}, {"bot_token": ""}])
def test_credentials_of_another_shape_need_a_person(broken):
    with pytest.raises(AccountBlocked):
        open_driver("telegram", {**CREDENTIALS["telegram"], **broken})
