"""One form of a text for counting, sending and finding."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.platforms.texts import HIDDEN, fingerprint, normalise, redact, without_secrets


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


@pytest.mark.parametrize(
    "message",
    [
        "Authorization: Bearer RAHASIA.77-x ignored",
        'OAuth oauth_consumer_key="RAHASIA", oauth_nonce="a", oauth_signature="RAHASIA%3D"',
        "GET /me?access_token=RAHASIA77&fields=id failed",
        "next=https%3A%2F%2Fgraph/?access_token%3DRAHASIA77",
        "access_token\n=\nRAHASIA77",
        '{"page_token":"RAHASIA","id":"12"}',
        "{'client_secret' : 'a RAHASIA b'}",
        "appsecret_proof=RAHASIA",
        "https://admin:RAHASIA@proxy.example/x",
        "Set-Cookie: lang=id; sessionid=RAHASIA",
        "Malformed access token 7788-RAHASIAxyz",
        "password: RAHASIA1",
        "Basic UkFIQVNJQQ==RAHASIA",
        "eyJhbGciRAHASIA.eyJzdWIiRAHASIA.RAHASIA",
        "see EAABsbCS1iHgBORAHASIA77 for more",
        "370773112-GmHxRAHASIA77KxYf9oAl was revoked",
        "a1B2" * 8 + "RAHASIA",
    ],
)
def test_whatever_a_platform_echoes_no_secret_is_stored(message):
    told = redact(message)

    assert "RAHASIA" not in told
    assert HIDDEN in told


@pytest.mark.parametrize(
    "message",
    [
        "X 403: You are not permitted: oauth1 app permissions, see https://docs.x.com/oauth",
        "Facebook 400: (#506) Duplicate status message code=506 fbtrace_id=AbCdEf123",
        "Session has expired on Monday, 23-Nov-26 02:00:00 PST.",
        "https://www.facebook.com/1234567890_9876543210",
        "ConnectTimeout before an answer could be read",
    ],
)
def test_what_helps_to_understand_an_error_stays(message):
    assert redact(message) == message


@given(st.text())
def test_what_was_redacted_is_one_line_and_stays_as_it_is(text):
    told = redact(text)

    assert told.isprintable()
    assert redact(told) == told
