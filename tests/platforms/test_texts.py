"""One form of a text for counting, sending and finding."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from publisher.platforms.texts import fingerprint, normalise, without_secrets


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    once = normalise(text)

    assert normalise(once) == once
    assert "\r" not in once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text())
def test_blanks_at_any_place_do_not_change_a_fingerprint(text):
    assert fingerprint(f"  {text}\r\n") == fingerprint(text)
    assert fingerprint(fingerprint(text)) == fingerprint(text)


def test_different_words_have_different_fingerprints():
    assert fingerprint("Imunisasi gratis") != fingerprint("Imunisasi gratis.")


@given(st.text(), st.text(min_size=4, alphabet="abcdef0123456789"))
def test_no_secret_survives(text, secret):
    assert secret not in without_secrets(f"{text} {secret} {text}", (secret, ""))


def test_a_secret_inside_a_longer_one_leaves_no_rest():
    assert "rest" not in without_secrets("token-rest", ("token", "token-rest"))
