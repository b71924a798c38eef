"""The accounts of the demo: what offices had from the start, and what some of them added later.

Everything is known to the practice platforms, with the same numbers and names at every loading,
so that they know an account again.
"""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.people import User
from publisher.models.places import Office
from publisher.vault import Vault
from publisher.workflow.registering.accounts import new_account

FIRST = ("facebook", "x")
#: Offices without any account, and such as have one platform only.
WITHOUT_ACCOUNTS = frozenset({"Setwan", "Kec. Kradenan"})
ONE_PLATFORM = {"Inspektorat": "facebook", "Kec. Todanan": "facebook", "Baperida": "x"}
#: What came later.
MORE = {
    "Dinkes": ("instagram", "tiktok", "telegram", "website", "whatsapp"),
    "Dinkominfo": ("instagram", "telegram", "website", "youtube"),
    "Dindukcapil": ("instagram", "website"),
    "Disdik": ("instagram", "whatsapp"),
    "DPUPR": ("telegram",),
}
MORE_AFTER_WEEKS = 10
#: How many of an office's posts go there too, where it is not all of them: each is some work.
SHARES = {"tiktok": 0.4, "whatsapp": 0.6, "website": 0.8, "youtube": 0.3}
#: Registered, and nobody has connected it yet: by which driver each will be spoken to. The second
#: is no professional account, so somebody has chosen the way that has risks.
NEVER_CONNECTED = {"Kec. Blora": "instagram", "DPUPR": "instagram_private"}
#: What the practice Instagram takes for the second, and its page says.
PASSWORD = "latihan-siar"  # noqa: S105 - opens nothing real
HOW_TO_LOG_IN = f"Akun latihan: sambungkan dengan kata sandi {PASSWORD}."
#: Its session ended when its keeper moved on.
DISCONNECTED = ("Kec. Japah", "facebook")
SESSION_OVER = "Sesi berakhir; admin lama sudah pindah tugas. Sambungkan kembali."
#: Its permission ends so soon that somebody is asked to connect it again.
ENDING, ENDS_IN, LASTS = ("Disdik", "instagram"), timedelta(days=6), timedelta(days=60)
SCOPES = "instagram_basic instagram_content_publish pages_read_engagement pages_show_list"
#: X takes no longer names.
HANDLE_CHARS = 15


def takes_part(account: Account, planned_at: datetime | None, *, since: datetime) -> bool:
    """Return whether a post of a moment goes to an account as well.

    :param since: when the later accounts came
    """
    if account.platform in FIRST or planned_at is None:
        return account.platform in FIRST
    rng = Random(f"{account.platform}/{account.office.abbreviation}/{planned_at}")  # noqa: S311
    return planned_at > since and rng.random() < SHARES.get(account.platform, 1)


class Connecting:
    """What the operator does, one account after another.

    :param now: when all of this is looked at: permissions end some time after it
    """

    def __init__(self, vault: Vault, operator: User, *, now: datetime) -> None:
        self._vault, self._operator, self._now = vault, operator, now
        #: What the practice platforms are to know: accounts, with what they are let in by.
        self.connected: list[tuple[Account, dict[str, str]]] = []

    def connect_all(
        self, offices: Sequence[Office], *, first: datetime, more: datetime
    ) -> dict[int, list[Account]]:
        """Register and connect the accounts of all offices; return those in use, by office id."""
        own = {
            office: [_first_account(office, name) for name in _first(office)] for office in offices
        }
        later = {
            office: [_later_account(office, name) for name in _more(office)] for office in offices
        }
        db.session.flush()
        for office in offices:
            for account in own[office]:
                self._connect(account, at=first)
            for account in later[office]:
                self._connect(account, at=more)
        for office in offices:
            self._leave_unconnected(office)
        return {office.id: own[office] + later[office] for office in offices}

    def _connect(self, account: Account, *, at: datetime) -> None:
        if account.by_hand:
            return
        credentials = credentials_for(account)
        account.credentials = self._vault.seal(credentials, bound_to=account.vault_name)
        account.status, account.paused_reason = AccountStatus.ACTIVE, ""
        account.connected_at, account.connected_by = at, self._operator
        if account.platform == "instagram":
            account.scopes, account.token_ends_at = SCOPES, self._now + LASTS
        key = (account.office.abbreviation, account.platform)
        if key == ENDING:
            account.token_ends_at = self._now + ENDS_IN
        if key == DISCONNECTED:
            account.status, account.paused_reason = AccountStatus.RECONNECT, SESSION_OVER
        self.connected.append((account, credentials))

    def _leave_unconnected(self, office: Office) -> None:
        """Register an account that its platform knows, and Siar may not use yet."""
        driver = NEVER_CONNECTED.get(office.abbreviation)
        if driver is None:
            return
        account = _later_account(office, driver.partition("_")[0])
        account.driver = driver
        account.note = HOW_TO_LOG_IN if driver == "instagram_private" else ""
        db.session.flush()
        self.connected.append((account, credentials_for(account)))


def _first(office: Office) -> list[str]:
    if office.abbreviation in WITHOUT_ACCOUNTS:
        return []
    return [one for one in FIRST if ONE_PLATFORM.get(office.abbreviation, one) == one]


def _more(office: Office) -> Sequence[str]:
    return MORE.get(office.abbreviation, ())


def _first_account(office: Office, platform: str) -> Account:
    """Return the office's main account, the one of the imported list if it has one there."""
    query = sa.select(Account).where(
        Account.office_id == office.id,
        Account.platform == platform,
        Account.standing == Standing.UTAMA,
    )
    account = db.session.scalar(query)
    if account is None:
        account = new_account(platform, office=office, display_name=_display_name(office))
        account.handle = _handle(office, platform)
        db.session.add(account)
    account.remote_id = _number(account)
    return account


def _later_account(office: Office, platform: str) -> Account:
    account = new_account(platform, office=office, display_name=_display_name(office))
    if not account.by_hand:
        account.handle = _handle(office, platform)
        account.remote_id = _number(account)
    elif platform == "website":
        account.handle = f"{slug(office.abbreviation)}.blora.contoh"
    db.session.add(account)
    return account


def _number(account: Account) -> str:
    number = str(10**9 + zlib.crc32(f"{account.platform}/{account.handle}".encode()))
    return f"-100{number}" if account.platform == "telegram" else number


def _handle(office: Office, platform: str) -> str:
    name = slug(office.abbreviation.replace("Kec.", "Kecamatan" if platform != "x" else "Kec"))
    if platform != "x":
        return name if name.endswith("blora") else f"{name}blora"
    whole = f"{name}_blora"
    if len(whole) <= HANDLE_CHARS:
        return whole
    return name[:HANDLE_CHARS]


def slug(name: str, separator: str = "") -> str:
    return separator.join(re.findall(r"[a-z0-9]+", name.lower()))


def _display_name(office: Office) -> str:
    name = office.abbreviation.replace("Kec.", "Kecamatan")
    return name if name.endswith("Blora") else f"{name} Blora"


def credentials_for(account: Account) -> dict[str, str]:
    """Return what the practice platforms will take for this account's own."""
    number = str(account.remote_id)
    known = {"user_id": number, "handle": account.handle}
    return known | _SECRETS[account.platform](number, account.handle)


def _of_x(number: str, handle: str) -> dict[str, str]:  # noqa: ARG001
    return {
        "consumer_key": "kunci-siar",
        "consumer_secret": "rahasia-kunci",
        "access_token": f"{number}-token",
        "access_token_secret": f"rahasia-{number}",
    }


_SECRETS: Mapping[str, Callable[[str, str], dict[str, str]]] = {
    "x": _of_x,
    "facebook": lambda number, _: {"page_id": number, "page_token": f"rahasia-halaman-{number}"},
    "instagram": lambda number, handle: {
        "ig_id": number,
        "token": f"rahasia-instagram-{number}",
        "username": handle,
        "password": PASSWORD,
    },
    "tiktok": lambda number, _: {"open_id": number, "access_token": f"rahasia-tiktok-{number}"},
    "telegram": lambda number, handle: {
        "bot_token": f"{number[4:]}:rahasia-telegram",
        "channel": f"@{handle}",
    },
}
