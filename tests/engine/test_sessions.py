"""A session that goes on changing is kept, and never put in the place of a newer one."""

import json
from datetime import timedelta

import pytest

from publisher.db import db
from publisher.models.deliveries import DeliveryStatus
from publisher.practice.instagram_private_keys import session_id
from publisher.practice.records import Account as Practised
from publisher.workflow.delivering import keeping
from publisher.workflow.delivering.sending import Access


@pytest.fixture
def vault(app):
    return app.extensions["vault"]


@pytest.fixture
def dinkes_instagram(practice, vault, make_account, dinkes):
    """An account that Siar plays the phone of."""
    account = make_account(dinkes, "instagram", remote_id=f"8{len(practice.accounts()):06}")
    practised = Practised(
        platform="instagram",
        remote_id=account.remote_id,
        handle=account.handle,
        display_name=account.display_name,
        credentials={"username": account.handle, "password": f"sandi-{account.remote_id}"},
    )
    practice.register(**vars(practised))
    words = {"ds_user_id": account.remote_id, "sessionid": session_id(practised)}
    settings = json.dumps({"authorization_data": words})
    account.driver = "instagram_private"
    account.credentials = vault.seal({"settings": settings}, bound_to=account.vault_name)
    db.session.commit()
    return account


@pytest.fixture
def poster(due_post, dinkes_instagram, picture):
    return due_post(accounts=[dinkes_instagram], pictures=[picture("Kader menimbang balita.")])


def opened(vault, account):
    db.session.expire_all()
    return vault.open(account.credentials, bound_to=account.vault_name)


def access_to(vault, account):
    return Access(
        account_id=account.id,
        driver=account.driver,
        credentials=opened(vault, account),
        sealed=account.credentials,
        bound_to=account.vault_name,
    )


def test_after_a_post_the_session_is_kept_as_it_was_left(
    vault, poster, send_due, delivery_of, dinkes_instagram
):
    before = opened(vault, dinkes_instagram)

    send_due()

    after = opened(vault, dinkes_instagram)
    assert delivery_of(poster, dinkes_instagram).status is DeliveryStatus.PUBLISHED
    assert after["settings"] != before["settings"]
    kept, was = json.loads(after["settings"]), json.loads(before["settings"])
    assert kept["authorization_data"] == was["authorization_data"]
    assert kept["cookies"]


def test_after_a_look_the_session_is_kept_as_it_was_left(
    practice, vault, poster, send_due, look, delivery_of, dinkes_instagram
):
    practice.order_fault("instagram", dinkes_instagram.remote_id, "drop_after")
    send_due()
    before = opened(vault, dinkes_instagram)

    look(timedelta(minutes=1))

    assert delivery_of(poster, dinkes_instagram).status is DeliveryStatus.PUBLISHED
    assert opened(vault, dinkes_instagram)["settings"] != before["settings"]
    assert len(practice.ledger("instagram", dinkes_instagram.remote_id)) == 1


def test_a_newer_connection_is_never_overwritten(vault, dinkes_instagram):
    access = access_to(vault, dinkes_instagram)
    newer = vault.seal({"settings": "yang baru"}, bound_to=dinkes_instagram.vault_name)
    dinkes_instagram.credentials = newer
    db.session.commit()

    assert not keeping.keep(access, {"settings": "yang lama"}, vault=vault)

    assert opened(vault, dinkes_instagram) == {"settings": "yang baru"}


def test_what_did_not_change_of_the_credentials_stays(vault, dinkes_instagram):
    access = access_to(vault, dinkes_instagram)
    with_name = Access(**{**vars(access), "credentials": {"user_id": "17", "settings": "lama"}})

    assert keeping.keep(with_name, {"settings": "baru"}, vault=vault)

    assert opened(vault, dinkes_instagram) == {"user_id": "17", "settings": "baru"}


def test_a_driver_that_changes_nothing_writes_nothing(due_post, send_due, dinkes_x):
    due_post(accounts=[dinkes_x])
    before = dinkes_x.credentials

    send_due()

    assert dinkes_x.credentials == before
