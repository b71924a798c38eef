"""Credentials open for their own account, with our keys, unchanged; for nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import BadSecret
from publisher.vault import Vault, key_id

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()
SECRET = {"access_token": "rahasia-Sari", "access_token_secret": "lebih-rahasia"}
HERS = "x:account:17"

words = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def vault():
    return Vault(NEW + "," + OLD)


@given(plain=st.dictionaries(words, words), bound_to=words)
def test_what_was_sealed_opens_as_it_was(plain, bound_to):
    vault = Vault(OLD)

    assert vault.open(vault.seal(plain, bound_to=bound_to), bound_to=bound_to) == plain


def test_a_sealed_secret_shows_nothing_of_itself(vault):
    token = vault.seal(SECRET, bound_to=HERS)

    assert "rahasia" not in token
    assert b"rahasia" not in base64.urlsafe_b64decode(token.rpartition(".")[2])
    assert token != vault.seal(SECRET, bound_to=HERS)


def test_a_secret_copied_to_another_account_does_not_open(vault):
    token = vault.seal(SECRET, bound_to=HERS)

    with pytest.raises(BadSecret):
        vault.open(token, bound_to="x:account:18")


@given(st.data())
def test_a_secret_changed_in_one_character_does_not_open(data):
    vault = Vault(NEW + "," + OLD)
    token = vault.seal(SECRET, bound_to=HERS)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(max_codepoint=0x17F).filter(lambda c: c != token[at]))

    with pytest.raises(BadSecret):
        vault.open(token[:at] + other + token[at + 1 :], bound_to=HERS)


@given(st.text())
def test_what_no_vault_sealed_is_refused(text):
    with pytest.raises(BadSecret):
        Vault(OLD).open(text, bound_to=HERS)


def test_the_first_key_seals_and_the_older_ones_still_open(vault):
    old = Vault(OLD).seal(SECRET, bound_to=HERS)

    assert vault.open(old, bound_to=HERS) == SECRET
    assert key_id(vault.seal(SECRET, bound_to=HERS)) == "k2"


def test_a_resealed_secret_needs_the_old_key_no_more(vault):
    old = Vault(OLD).seal(SECRET, bound_to=HERS)

    fresh = vault.reseal(old, bound_to=HERS)

    assert Vault(NEW).open(fresh, bound_to=HERS) == SECRET
    assert vault.reseal(fresh, bound_to=HERS) == fresh
    with pytest.raises(BadSecret):
        Vault(NEW).open(old, bound_to=HERS)


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "k1",
        "k1:",
        "k1:c2hvcnQ=",
        ":" + OLD.partition(":")[2],
        "a.b:" + OLD.partition(":")[2],
        "k1:not base64 at all but rahasia",
        OLD + ",",
        OLD + "," + OLD,
    ],
)
def test_keys_that_cannot_be_meant_are_refused_without_showing_them(keys):
    with pytest.raises(ValueError, match="VAULT_KEYS") as caught:
        Vault(keys)

    assert "rahasia" not in str(caught.value)
    assert OLD.partition(":")[2] not in str(caught.value)


def test_a_vault_never_shows_its_keys(vault):
    shown = repr(vault) + str(vault)

    assert shown == "<Vault of 2 keys>" * 2
