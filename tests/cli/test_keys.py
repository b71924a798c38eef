"""Keys change without a credential being lost; a changed log is found."""

import base64

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.models import audit
from publisher.models.accounts import Account
from publisher.vault import Vault, key_id
from tests.conftest import NOW, credentials_for

OLD = "test:" + base64.b64encode(b"k" * 32).decode()
NEW = "baru:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def flask_command(app):
    def flask_command(*words):
        result = app.test_cli_runner().invoke(args=list(words))
        db.session.expire_all()
        return result

    return flask_command


def own_credentials(account):
    return credentials_for(account.platform, account.remote_id)


def opened(account, keys):
    return Vault(keys).open(account.credentials, bound_to=account.vault_name)


def test_rotating_puts_every_credential_under_the_first_key(
    app, dinkes_x, dinkes_facebook, flask_command
):
    app.extensions["vault"] = Vault(f"{NEW},{OLD}")

    result = flask_command("vault", "rotate")

    assert result.exit_code == 0, result.output
    assert "2 credentials" in result.output
    assert opened(dinkes_x, NEW) == own_credentials(dinkes_x)
    assert opened(dinkes_facebook, NEW) == own_credentials(dinkes_facebook)


def test_rotating_again_changes_nothing(app, dinkes_x, flask_command):
    app.extensions["vault"] = Vault(f"{NEW},{OLD}")
    flask_command("vault", "rotate")
    before = dinkes_x.credentials

    result = flask_command("vault", "rotate")

    assert "0 credentials" in result.output
    assert dinkes_x.credentials == before


def test_an_account_without_a_credential_is_left_alone(app, make_account, dinkes, flask_command):
    account = make_account(dinkes)
    account.status, account.credentials = "reconnect", None
    account.paused_reason = "Belum disambungkan"
    db.session.commit()

    assert "0 credentials" in flask_command("vault", "rotate").output


def test_a_credential_that_cannot_be_opened_is_named_and_stops_no_other(
    app, dinkes_x, dinkes_facebook, flask_command
):
    dinkes_x.credentials = Vault(NEW.replace("baru", "hilang")).seal({"a": "b"}, bound_to="x")
    db.session.commit()
    app.extensions["vault"] = Vault(f"{NEW},{OLD}")

    result = flask_command("vault", "rotate")

    assert result.exit_code == 1
    assert dinkes_x.vault_name in result.output
    assert key_id(dinkes_x.credentials) == "hilang"
    assert key_id(dinkes_facebook.credentials) == "baru"


def test_rotating_shows_no_secret(app, dinkes_x, flask_command):
    app.extensions["vault"] = Vault(f"{NEW},{OLD}")

    output = flask_command("vault", "rotate").output

    assert not any(secret in output for secret in own_credentials(dinkes_x).values())
    assert NEW.partition(":")[2] not in output


def test_every_account_is_reached_also_beyond_one_batch(
    app, dinkes, make_account, flask_command, monkeypatch
):
    monkeypatch.setattr("publisher.cli.keys.BATCH", 2)
    for number in range(5):
        make_account(dinkes, handle=f"akun_{number}").remote_id = f"id-{number}"
        db.session.commit()
    app.extensions["vault"] = Vault(f"{NEW},{OLD}")

    flask_command("vault", "rotate")

    tokens = db.session.scalars(sa.select(Account.credentials)).all()
    assert {key_id(token) for token in tokens} == {"baru"}


def test_an_untouched_log_is_confirmed(app, sari, flask_command):
    for number in range(3):
        audit.record("coba", f"user:{sari.id}", at=NOW, actor_id=sari.id, number=number)
    db.session.commit()

    result = flask_command("audit", "verify")

    assert result.exit_code == 0
    assert "3 entries" in result.output


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit_entry SET action = 'lain' WHERE id = 2",
        "UPDATE audit_entry SET actor_id = 99 WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 1",
    ],
)
def test_a_changed_log_is_found_at_its_first_broken_entry(app, sari, flask_command, harm):
    for number in range(3):
        audit.record("coba", f"user:{sari.id}", at=NOW, actor_id=sari.id, number=number)
    db.session.commit()
    db.session.execute(sa.text(harm))
    db.session.commit()

    result = flask_command("audit", "verify")

    assert result.exit_code == 1
    assert "entry 2" in result.output
