"""Public addresses: what they show, to whom, and for how long."""

from datetime import timedelta

import pytest

from publisher.gallery import CLOCKS_APART, LASTS, Gallery, NoSuchPicture
from tests.conftest import NOW

DIGEST = "ab" * 32
GALLERY = Gallery("https://siar.blorakab.go.id/", "a secret of at least 32 characters")


def token_of(address):
    return address.removeprefix("https://siar.blorakab.go.id/publik/").removesuffix(".jpg")


TOKEN = token_of(GALLERY.address(DIGEST, "instagram", at=NOW))


def test_an_address_shows_one_picture_for_one_platform():
    shown = GALLERY.open(TOKEN, at=NOW)

    assert (shown.digest, shown.driver, shown.until) == (DIGEST, "instagram", NOW + LASTS)


def test_an_address_tells_nothing_of_the_picture_and_is_another_each_time():
    again = token_of(GALLERY.address(DIGEST, "instagram", at=NOW))

    assert again != TOKEN
    assert not any(part in TOKEN for part in (DIGEST[:16], "instagram", "abababab"))


def test_an_address_leads_somewhere_on_a_machine_whose_clock_is_behind():
    assert GALLERY.open(TOKEN, at=NOW - CLOCKS_APART)


def test_an_address_ends():
    assert GALLERY.open(TOKEN, at=NOW + LASTS - timedelta(seconds=1))
    with pytest.raises(NoSuchPicture):
        GALLERY.open(TOKEN, at=NOW + LASTS + timedelta(seconds=1))


@pytest.mark.parametrize("place", range(0, len(TOKEN) - 2, 7))
def test_no_letter_of_an_address_can_be_changed(place):
    letter = "A" if TOKEN[place] != "A" else "B"

    with pytest.raises(NoSuchPicture):
        GALLERY.open(TOKEN[:place] + letter + TOKEN[place + 1 :], at=NOW)


@pytest.mark.parametrize("wrong", ["", "x", TOKEN[:-8], TOKEN * 3, "é" * 120, "=" * 120, "A" * 140])
def test_what_is_no_address_of_ours_shows_nothing(wrong):
    with pytest.raises(NoSuchPicture):
        GALLERY.open(wrong, at=NOW)


def test_an_address_of_another_installation_shows_nothing():
    with pytest.raises(NoSuchPicture):
        Gallery("https://siar.blorakab.go.id", "another secret").open(TOKEN, at=NOW)
