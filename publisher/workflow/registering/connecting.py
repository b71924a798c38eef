"""Connecting an account: who is it really, is it the registered one, then seal its credentials.

The platform is asked in `identify`, which takes and gives values and needs no database, so that
no transaction is open meanwhile. Between the answer and the person's "yes" the credentials wait
on the page itself, sealed for this account and this person, for ten minutes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from publisher.errors import N_, BadSecret, PublisherError
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.people import User
from publisher.platforms import driver_class, open_driver
from publisher.platforms.base import Health
from publisher.platforms.errors import AccountBlocked, PlatformError
from publisher.typed import Fault, Unacceptable, refuse
from publisher.vault import Vault
from publisher.workflow.registering.accounts import (
    drop_credentials,
    remote_id_fault,
    supported,
)
from publisher.workflow.registering.common import lock, lock_names, note
from publisher.workflow.registering.lasting import Lasting

PATIENCE = timedelta(minutes=10)
DISCONNECTED = N_("Sambungan diputus oleh pengelola")
_WANTED = N_(
    "Kredensial ini milik %(found)s, bukan %(wanted)s yang terdaftar. Tidak ada yang disimpan."
)
_REFUSED = N_(
    "Platform menolak kredensial ini. Salin ulang seluruhnya, lalu coba lagi. "
    "Keterangan: %(detail)s"
)
_UNREACHABLE = N_(
    "Platform tidak dapat dihubungi saat ini. Tidak ada yang disimpan; coba beberapa menit lagi. "
    "Keterangan: %(detail)s"
)


class TooLate(PublisherError):
    """The confirmation is too old, was made for something else, or was tampered with."""

    message = N_(
        "Konfirmasi ini tidak berlaku lagi. Akun belum disambungkan; mulai lagi dari halaman akun."
    )


def connectable(account: Account) -> bool:
    main = account.standing is Standing.UTAMA and account.retired_at is None
    return main and supported(account.platform) and not account.by_hand


def identify(driver: str, credentials: Mapping[str, str]) -> Health:
    """Ask the platform who the credentials belong to. Takes seconds; needs no database.

    :raises Unacceptable: naming each missing field, or what the platform answered
    """
    fields = driver_class(driver).credential_fields
    missing = Fault(N_("Wajib diisi."))
    refuse({field.name: None if credentials.get(field.name) else missing for field in fields})
    try:
        return open_driver(driver, credentials).check()
    except PlatformError as error:
        raise refuse_because(error) from error


def refuse_because(error: PlatformError) -> Unacceptable:
    """Return what to tell the person who tries to connect."""
    refused = isinstance(error, AccountBlocked) and error.until is None
    return Unacceptable(
        {"": Fault(_REFUSED if refused else _UNREACHABLE, {"detail": error.detail})}
    )


def check_identity(account: Account, health: Health) -> None:
    """Accept only the account that is registered.

    The platform's number decides once it is known: names change. Until then the name must agree.

    :raises Unacceptable: if it is another account, or one that is registered elsewhere
    """
    refuse({"": _stranger_fault(account, health) or remote_id_fault(account, health.remote_id)})


def hold(
    account: Account,
    credentials: Mapping[str, str],
    health: Health,
    *,
    vault: Vault,
    actor: User,
    at: datetime,
    lasting: Lasting = Lasting(),
) -> str:
    """Return credentials and answer in one sealed word, for the page that asks to confirm."""
    waiting = {
        "lasting": lasting.written(),
        "credentials": json.dumps(dict(credentials)),
        "health": json.dumps(asdict(health)),
        "until": (at + PATIENCE).isoformat(),
    }
    return vault.seal(waiting, bound_to=_waiting_name(account, actor))


def connect(account: Account, held: str, *, vault: Vault, actor: User, at: datetime) -> None:
    """Seal the credentials that a person has confirmed, and let the account publish.

    :param held: what `hold` returned
    :raises TooLate: if it is not for this account and person, or older than ten minutes
    :raises Unacceptable: if the account cannot be connected, or is not the registered one
    """
    lock(account.office.region_id, actor)
    lock_names()
    no = Fault(N_("Akun ini tidak dapat disambungkan: bukan akun utama, atau tidak dipakai lagi."))
    refuse({"": None if connectable(account) else no})
    credentials, health, lasting = _released(account, held, vault=vault, actor=actor, at=at)
    check_identity(account, health)
    # Drivers read these where they help: whose timeline to read back, readable permalinks.
    whole = {**credentials, "user_id": health.remote_id, "handle": health.handle}
    account.remote_id = health.remote_id
    account.handle = health.handle or account.handle
    account.credentials = vault.seal(whole, bound_to=account.vault_name)
    account.status, account.paused_reason, account.paused_until = AccountStatus.ACTIVE, "", None
    account.connected_at, account.connected_by = at, actor
    account.scopes, account.renewed_at = "", None
    lasting.put_in(account)
    note(
        "account.connect",
        account,
        account.office.region_id,
        actor=actor,
        at=at,
        remote_id=health.remote_id,
        handle=health.handle,
    )


def disconnect(account: Account, *, actor: User, at: datetime) -> None:
    """Forget the credentials. What is planned waits for a new connection, or is missed.

    :raises Unacceptable: if it is not connected
    """
    lock(account.office.region_id, actor)
    never = Fault(N_("Akun ini tidak sedang tersambung."))
    refuse({"": never if account.credentials is None else None})
    drop_credentials(account, DISCONNECTED)
    note("account.disconnect", account, account.office.region_id, actor=actor, at=at)


def _stranger_fault(account: Account, health: Health) -> Fault | None:
    found = f"@{health.handle}" if health.handle else f"“{health.display_name}”"
    same_name = health.handle.lower() == account.handle.lower()
    if account.remote_id is not None and health.remote_id != account.remote_id:
        wanted = f"{account.label} (nomor {account.remote_id})"
        return Fault(_WANTED, {"found": f"{found} (nomor {health.remote_id})", "wanted": wanted})
    if account.remote_id is None and account.handle and not same_name:
        return Fault(_WANTED, {"found": found, "wanted": account.label})
    return None


def _released(
    account: Account, held: str, *, vault: Vault, actor: User, at: datetime
) -> tuple[dict[str, str], Health, Lasting]:
    try:
        waiting = vault.open(held, bound_to=_waiting_name(account, actor))
    except BadSecret as error:
        raise TooLate from error
    if at > datetime.fromisoformat(waiting["until"]):
        raise TooLate
    health = Health(**json.loads(waiting["health"]))
    return json.loads(waiting["credentials"]), health, Lasting.read(waiting["lasting"])


def _waiting_name(account: Account, actor: User) -> str:
    return f"{account.vault_name}:{account.driver}:waiting:{actor.id}"
