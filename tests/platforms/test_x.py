"""What is peculiar to X: weighted length, titles that become links, texts given back changed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing, Picture
from publisher.platforms.errors import AccountBlocked, TryLater
from publisher.platforms.x_texts import COUNTABLE_CHARS, our_fingerprint, their_fingerprint
from publisher.practice.x import _as_shown
from tests.platforms.parts import POST, picture

X = driver_class("x")

PLAIN = ["Imunisasi", "gratis", "&", "sehat", "<baik>", "Drs.", "#Sehat", "ya,", "(hadir)", "08.00"]
LINKS = ["M.Si", "S.Ag", "A.Md", "blorakab.go.id", "https://blorakab.go.id/a?b=1"]
WORDS = st.sampled_from([*PLAIN, *LINKS, "👩‍👩‍👧", "é", "e\u0301"])


def messages(text, *pictures):
    return [(one.message, one.blocks) for one in X.problems(Outgoing(text=text, pictures=pictures))]


def blocking(text, *pictures):
    return [message for message, blocks in messages(text, *pictures) if blocks]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Drs. Budi, M.Si", 34),
        ("https://blorakab.go.id/berita/imunisasi-gratis-2026", 23),
        ("👩‍👩‍👧", 2),
        ("e\u0301", 1),
        ("a\r\nb", 3),
        ("", 0),
    ],
)
def test_length_is_counted_as_x_counts(text, length):
    assert X.length(text) == length


@given(st.text(max_size=2000))
def test_any_text_is_counted_and_judged_without_failing(text):
    assert X.length(text) >= 0
    X.problems(Outgoing(text=text))


def test_a_hostile_text_is_not_counted_for_seconds():
    started = time.process_time()

    assert X.length("kab." * 20_000) > 280
    assert blocking("kab." * 20_000)

    assert time.process_time() - started < 1


def test_a_text_just_below_the_guard_is_still_counted():
    assert X.length("https://a.id/" + "x" * (COUNTABLE_CHARS - 20)) == 23


def test_too_long_blocks_and_just_fitting_does_not():
    assert not blocking("a" * 280)
    assert blocking("a" * 281)


def test_an_empty_post_blocks():
    assert blocking(" \n")
    assert not blocking("", picture())


def test_five_pictures_block():
    assert blocking("Lima", *[picture()] * 5)


@pytest.mark.parametrize(
    "wrong",
    [
        Picture(content=b"x" * (5 * 1024 * 1024 + 1), mime="image/png", alt_text="a", name="1.png"),
        Picture(content=b"BM", mime="image/bmp", alt_text="a", name="1.bmp"),
        Picture(content=b"x", mime="image/png", alt_text="a" * 1001, name="1.png"),
    ],
)
def test_a_picture_x_would_refuse_blocks(wrong):
    assert blocking("Satu", wrong)


def test_a_missing_alternative_text_warns_without_blocking():
    assert [blocks for _, blocks in messages("Satu", picture(""))] == [False]


def test_titles_that_become_links_warn_by_name():
    problems = X.problems(Outgoing(text="Oleh Budi, M.Si, Siti, S.Ag, dan Tono, S.Pd"))

    assert {"titles": "M.Si, S.Ag"} in [one.values for one in problems]
    assert not any(one.blocks for one in problems)


def test_an_ordinary_address_warns_of_its_price_only():
    assert len(messages("Baca https://blorakab.go.id")) == 1


def test_every_message_can_be_filled_in():
    for text in ("a" * 300, "M.Si", "", "\ufffe"):
        for problem in X.problems(Outgoing(text=text, pictures=(picture("a" * 1001),) * 5)):
            assert problem.message % problem.values


@given(st.lists(WORDS, min_size=1, max_size=12), st.booleans())
def test_a_text_is_recognised_as_x_gives_it_back(words, has_media):
    text = " ".join(words)

    assert their_fingerprint(_as_shown("1", text, has_media)) == our_fingerprint(text)


def test_a_post_full_of_links_and_signs_is_found(x_desk):
    driver = x_desk.driver()
    text = "Drs. Budi, M.Si & tim <3\r\nhttps://blorakab.go.id/a?b=1&c=2 #Sehat"
    prepared = driver.prepare(Outgoing(text=text, pictures=(picture(),)))
    receipt = driver.publish(prepared)

    assert driver.find(prepared, receipt.published_at).remote_id == receipt.remote_id


def test_the_permalink_names_the_handle_where_it_is_known(x_desk):
    named, nameless = x_desk.driver(handle="@dinkesblora"), x_desk.driver()

    receipt = named.publish(named.prepare(POST))

    assert receipt.url == f"https://x.com/dinkesblora/status/{receipt.remote_id}"
    assert nameless.find(nameless.prepare(POST), receipt.published_at).url.startswith(
        "https://x.com/i/status/"
    )


def test_a_picture_the_platform_has_dropped_meanwhile_is_prepared_again(x_desk):
    driver = x_desk.driver()
    prepared = driver.prepare(POST)
    driver.publish(prepared)

    with pytest.raises(TryLater):  # the picture is on another post by now
        driver.publish(type(prepared)(text="Lain", media_ids=prepared.media_ids))


def test_the_account_number_is_asked_for_where_the_token_does_not_tell(practice, x_desk):
    credentials = {**x_desk.credentials, "access_token": "token-without-number"}
    practice.register(platform="x", remote_id="1700", handle="dinkesblora", credentials=credentials)
    driver = x_desk.driver(access_token="token-without-number")
    prepared = driver.prepare(POST)
    receipt = driver.publish(prepared)

    assert driver.find(prepared, receipt.published_at) is not None


def test_an_account_cannot_use_pictures_of_another(practice, x_desk):
    other = {name: f"tono-{name}" for name in x_desk.credentials}
    tono = driver_class("x")(other)
    prepared = x_desk.driver().prepare(POST)

    with pytest.raises(TryLater):
        tono.publish(prepared)
    assert practice.ledger("x") == []


def test_a_suspended_account_is_blocked_while_reading_too(x_desk):
    x_desk.fault("blocked")

    with pytest.raises(AccountBlocked):
        x_desk.driver().check()
