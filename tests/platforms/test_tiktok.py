"""What is peculiar to TikTok: nothing becomes public by itself, a person finishes a draft."""

from datetime import UTC, datetime, timedelta

import pytest

from publisher.platforms.base import Outgoing, Picture, Prepared
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from publisher.platforms.tiktok import TikTok
from publisher.practice import tiktok as practice_tiktok
from tests.platforms.gallery import jpeg
from tests.platforms.parts import Desk


@pytest.fixture
def desk(practice):
    return Desk("tiktok", practice)


@pytest.fixture
def post(gallery):
    return Outgoing(text="Imunisasi gratis di puskesmas.", pictures=(gallery.picture(),))


@pytest.fixture
def no_wait(monkeypatch):
    """Nobody waits for a draft, but it is asked for as often."""
    monkeypatch.setattr(TikTok, "waits_s", (0, 0))


def now():
    return datetime.now(UTC)


def drafts(desk):
    return desk.practice.app.ledger.drafts("tiktok", "1700")


def with_number(prepared, handover):
    """Return what `find` needs, once the number of the draft is known."""
    extra = {**prepared.extra, "publish_id": handover.remote_id}
    return Prepared(text=prepared.text, extra=extra)


def test_a_post_lands_in_the_inbox_whole_and_nothing_is_public(desk, gallery):
    pictures = tuple(gallery.picture(shade=shade) for shade in (10, 20))
    driver = desk.driver()

    handover = driver.publish(driver.prepare(Outgoing(text="Posyandu 🎉", pictures=pictures)))

    (draft,) = drafts(desk)
    assert (draft.id, draft.text, len(draft.media_ids)) == (handover.remote_id, "Posyandu 🎉", 2)
    assert handover.request_id
    assert desk.published() == []


def test_a_finished_draft_is_found_by_its_number(desk, post):
    driver = desk.driver(handle="dinkesblora")
    prepared = driver.prepare(post)
    known = with_number(prepared, driver.publish(prepared))
    with pytest.raises(CannotTell, match="inbox"):
        driver.find(known, now())

    desk.practice.finish(drafts(desk)[0].id)
    receipt = driver.find(known, now())

    assert receipt.remote_id == desk.published()[0]["remote_id"]
    assert receipt.url == f"https://www.tiktok.com/@dinkesblora/photo/{receipt.remote_id}"


def test_without_the_number_of_the_draft_nobody_can_tell(desk, post):
    driver = desk.driver()
    prepared = driver.prepare(post)
    desk.fault("drop_after")
    with pytest.raises(OutcomeUnknown):
        driver.publish(prepared)

    with pytest.raises(CannotTell):
        driver.find(prepared, now())
    assert len(desk.on_the_wire("publish")) == 1


def test_a_token_of_somebody_else_leaves_no_draft(desk, post):
    with pytest.raises(AccountBlocked):
        desk.driver(open_id="1800").prepare(post)

    assert desk.on_the_wire("publish") == []


def test_a_photo_that_cannot_be_fetched_can_be_sent_anew(desk, gallery):
    picture = gallery.picture()
    driver = desk.driver()
    prepared = driver.prepare(Outgoing(text="Hilang.", pictures=(picture,)))
    gallery.files.clear()

    with pytest.raises(TryLater, match="photo_pull_failed"):
        driver.publish(prepared)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\x89PNG\r\n\x1a\n...", "file_format"), (jpeg(9, (1200, 1300)), "picture_size")],
)
def test_a_photo_that_tiktok_does_not_take_is_refused(desk, gallery, content, reason):
    picture = gallery.picture(content=content)
    driver = desk.driver()

    with pytest.raises(Refused, match=reason):
        driver.publish(driver.prepare(Outgoing(text="Tidak muat.", pictures=(picture,))))


def test_a_photo_outside_our_domain_is_a_matter_for_a_person(desk):
    picture = Picture(
        content=jpeg(), mime="image/jpeg", alt_text="", name="1.jpg",
        url="https://elsewhere.example/1.jpg",
    )  # fmt: skip
    driver = desk.driver()

    with pytest.raises(AccountBlocked, match="url_ownership_unverified"):
        driver.publish(driver.prepare(Outgoing(text="Curang.", pictures=(picture,))))


def test_a_draft_still_worked_on_is_handed_over_all_the_same(desk, post, no_wait):
    driver = desk.driver()
    prepared = driver.prepare(post)
    desk.fault("processing", times=0)

    handover = driver.publish(prepared)

    assert handover.remote_id == drafts(desk)[0].id
    with pytest.raises(TryLater):
        driver.find(with_number(prepared, handover), now())


def test_a_draft_whose_status_cannot_be_read_is_handed_over_all_the_same(desk, post):
    driver = desk.driver()
    prepared = driver.prepare(post)
    desk.fault("outage", on="read")

    assert driver.publish(prepared).remote_id == drafts(desk)[0].id


def test_a_draft_that_failed_later_is_not_there(desk, gallery):
    picture = gallery.picture(content=b"nothing that is a picture")
    driver = desk.driver()
    prepared = driver.prepare(Outgoing(text="Rusak.", pictures=(picture,)))
    desk.fault("outage", on="read")
    handover = driver.publish(prepared)

    assert driver.find(with_number(prepared, handover), now()) is None


def test_five_drafts_that_wait_are_enough(desk, post):
    driver = desk.driver()
    for _ in range(5):
        driver.publish(driver.prepare(post))

    with pytest.raises(TryLater) as caught:
        driver.publish(driver.prepare(post))

    assert "too_many_pending" in caught.value.detail
    assert (caught.value.whole_account, caught.value.wait_s) == (True, 3600)


def test_six_requests_a_minute_are_enough(desk, post):
    driver = desk.driver()
    for _ in range(6):
        driver.publish(driver.prepare(post))
        desk.practice.finish(drafts(desk)[0].id)

    with pytest.raises(TryLater, match="rate_limit") as caught:
        driver.publish(driver.prepare(post))

    assert (caught.value.whole_account, caught.value.wait_s) == (True, 60)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("invalid_params", 400, Refused),
        ("access_token_invalid", 401, AccountBlocked),
        ("scope_not_authorized", 401, AccountBlocked),
        ("spam_risk_too_many_posts", 403, TryLater),
        ("spam_risk_too_many_pending_share", 403, TryLater),
        ("spam_risk_user_banned_from_posting", 403, AccountBlocked),
        ("reached_active_user_cap", 403, TryLater),
        ("unaudited_client_can_only_post_to_private_accounts", 403, AccountBlocked),
        ("url_ownership_unverified", 403, AccountBlocked),
        ("privacy_level_option_mismatch", 403, Refused),
        ("rate_limit_exceeded", 429, TryLater),
        ("something_new", 429, TryLater),
        ("something_new", 403, OutcomeUnknown),
        ("internal_error", 500, OutcomeUnknown),
    ],
)
def test_each_code_of_tiktok_says_what_to_do_next(desk, post, monkeypatch, code, status, expected):
    driver = desk.driver()
    prepared = driver.prepare(post)
    answer = practice_tiktok.error(code, "The token act.tiktok-token-hhhh", status)
    monkeypatch.setattr(practice_tiktok.TikTok, "refusal", lambda *_: answer)
    desk.fault("refused")

    with pytest.raises(expected) as caught:
        driver.publish(prepared)

    assert type(caught.value) is expected
    assert "hhhh" not in f"{caught.value.detail} {caught.value!r}"


@pytest.mark.parametrize("fault", ["drop_before", "cut_answer", "no_id"])
def test_an_answer_that_is_lost_is_unknown(desk, post, fault):
    driver = desk.driver()
    prepared = driver.prepare(post)
    desk.fault(fault, seconds=0.7)

    with pytest.raises(OutcomeUnknown):
        driver.publish(prepared)

    assert len(desk.on_the_wire("publish")) == 1


def test_recent_posts_are_read_to_their_end(desk):
    moments = [now() - timedelta(minutes=number) for number in range(45)]
    desk.practice.remember(
        [
            {"platform": "tiktok", "account": "1700", "text": f"{at}", "at": at.isoformat()}
            for at in moments
        ]
    )

    found = desk.driver().recent(now() - timedelta(hours=1))

    assert [one.text for one in found] == [f"{at}" for at in moments]
    assert len(desk.driver().recent(now() - timedelta(minutes=10, seconds=30))) == 11


def test_nobody_takes_a_post_down_through_the_api(desk, post):
    driver = desk.driver(handle="dinkesblora")
    prepared = driver.prepare(post)
    known = with_number(prepared, driver.publish(prepared))
    desk.practice.finish(drafts(desk)[0].id)

    with pytest.raises(Refused):
        driver.remove(driver.find(known, now()))


def test_a_permalink_is_one_of_a_post_of_the_account():
    for good in (
        "https://www.tiktok.com/@dinkesblora/photo/7567890123456789012?is_from_webapp=1",
        "https://www.tiktok.com/@DinkesBlora/video/7567890123456789012",
        "https://vt.tiktok.com/ZSabc123/",
    ):
        assert TikTok.is_permalink(good, "dinkesblora")
    for bad in (
        "https://www.tiktok.com/@dishubblora/photo/7567890123456789012",
        "https://www.tiktok.com/@dinkesblora",
        "https://vt.tiktok.com/",
        "https://tiktok.com.evil.example/@dinkesblora/photo/7567890123456789012",
        "http://www.tiktok.com/@dinkesblora/photo/7567890123456789012",
    ):
        assert not TikTok.is_permalink(bad, "dinkesblora")


def test_a_text_is_counted_in_utf_16_units():
    assert TikTok.length("a🎉") == 3
    fine = Picture(content=jpeg(), mime="image/jpeg", alt_text="", name="1.jpg")
    assert not TikTok.problems(Outgoing(text="a" * 4000, pictures=(fine,)))
    assert TikTok.problems(Outgoing(text="🎉" * 2001, pictures=(fine,)))


def test_what_is_stored_of_an_attempt_opens_no_picture(desk, gallery):
    picture = gallery.picture()

    prepared = desk.driver().prepare(Outgoing(text="Satu.", pictures=(picture,)))

    assert "http" not in repr(prepared)
    assert desk.on_the_wire("publish") == []


def test_nothing_is_sent_that_this_driver_has_not_prepared(desk, post):
    prepared = desk.driver().prepare(post)

    with pytest.raises(TryLater):
        desk.driver().publish(prepared)

    assert desk.on_the_wire("publish") == []
