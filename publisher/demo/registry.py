"""The places, people, accounts and targets of the demo.

Invented people in real places: offices and kecamatan as press reports named them, all marked as
examples. Everybody has the same password, hashed once.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from publisher import passwords
from publisher.clock import Week
from publisher.db import db
from publisher.demo.book import Book
from publisher.demo.texts import read
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region
from publisher.vault import Vault
from publisher.workflow import registering

DATA = Path(__file__).resolve().parent.parent / "data"
REGION, NEIGHBOUR = "33.16", "33.17"
PASSWORD = "siar-demo-2026"  # noqa: S105 - the demo's own, shown on its sign-in page
TARGET, TARGETS = 2, {"Dinkes": 3}
#: Offices without any account, and such as have one platform only.
WITHOUT_ACCOUNTS = frozenset({"Setwan", "Kec. Kradenan"})
ONE_PLATFORM = {"Inspektorat": "facebook", "Kec. Todanan": "facebook", "Baperida": "x"}
#: Its session ended when its keeper moved on.
DISCONNECTED = ("Kec. Japah", "facebook")
SESSION_OVER = "Sesi berakhir; admin lama sudah pindah tugas. Sambungkan kembali."
#: X takes no longer names.
HANDLE_CHARS = 15


@dataclass(kw_only=True)
class Cast:
    """Who and what the stories of the demo need."""

    region: Region
    offices: list[Office]
    drafters: dict[int, User] = field(default_factory=dict)  # by office id
    reviewers: list[User] = field(default_factory=list)
    accounts: dict[int, list[Account]] = field(default_factory=dict)  # connected, by office id

    def office(self, abbreviation: str) -> Office:
        return next(one for one in self.offices if one.abbreviation == abbreviation)


def found(app: Flask, book: Book, *, week: Week, at: datetime) -> Cast:
    """Add everything that was there before the first post.

    :param week: from which targets hold
    :param at: when all of it was registered
    """
    _import(at)
    region = _region(REGION)
    _open_new_office(region, at=at, week=week.shifted(12))
    cast = Cast(region=region, offices=registering.current_offices(region, at))
    _add_people(cast, password=password(app), at=at)
    operator = db.session.scalars(sa.select(User).where(User.role == Role.OPERATOR)).one()
    _add_accounts(cast, app.extensions["vault"], book, connected_by=operator, at=at)
    _set_targets(cast, week=week, at=at)
    return cast


def password(app: Flask) -> str:
    return str(app.config.get("DEMO_PASSWORD", PASSWORD))


def _import(at: datetime) -> None:
    regions = (DATA / "jateng_regions.csv").read_bytes()
    offices = (DATA / "example_offices.csv").read_bytes()
    accounts = (DATA / "example_accounts.csv").read_bytes()
    registering.import_regions(regions, actor=None, at=at, is_example=True)
    registering.import_offices(offices, actor=None, at=at, is_example=True)
    registering.import_accounts(accounts, actor=None, at=at)


def _region(code: str) -> Region:
    return db.session.scalars(sa.select(Region).where(Region.code == code)).one()


def _open_new_office(region: Region, *, at: datetime, week: Week) -> None:
    """Add the office that began a few weeks ago."""
    data = registering.OfficeData(
        name="Dinas Perpustakaan dan Kearsipan",
        abbreviation="Dinpusip",
        kind=OfficeKind.DINAS,
        valid_from=week.monday,
        valid_to=None,
    )
    registering.add_office(region, data, actor=None, at=at)


# -- people --------------------------------------------------------------------------------


def _add_people(cast: Cast, *, password: str, at: datetime) -> None:
    told = read("people")
    password_hash = passwords.hashed(password)
    by_abbreviation = {office.abbreviation: office for office in cast.offices}
    drafters = [
        {"role": "drafter", "office": office, "name": name, "position": "Admin media sosial"}
        for office, name in told["drafters"].items()
    ]
    for person in [*told["person"], *drafters]:
        office = by_abbreviation.get(person.get("office", ""))
        user = User(
            name=person["name"],
            email=person.get("email") or _email(person["name"], office),
            role=Role(person["role"]),
            position=person["position"],
            region=_region(person["region"]) if "region" in person else cast.region,
            office=office,
            password_hash=password_hash,
            created_at=at,
        )
        db.session.add(user)
        _cast(cast, user)
    db.session.flush()


def _cast(cast: Cast, user: User) -> None:
    if user.role is Role.DRAFTER and user.office is not None:
        cast.drafters[user.office.id] = user
    elif user.role is Role.REVIEWER and user.region is cast.region:
        cast.reviewers.append(user)


def _email(name: str, office: Office | None) -> str:
    if office is None:
        raise ValueError(f"{name} has neither e-mail nor office")
    return f"{name.split()[0].lower()}@{_slug(office.abbreviation, '-')}.blora.contoh"


def _slug(name: str, separator: str = "") -> str:
    return separator.join(re.findall(r"[a-z0-9]+", name.lower()))


# -- accounts ------------------------------------------------------------------------------


def _add_accounts(
    cast: Cast, vault: Vault, book: Book, *, connected_by: User, at: datetime
) -> None:
    for office in cast.offices:
        cast.accounts[office.id] = [
            _main_account(office, platform)
            for platform in ("facebook", "x")
            if ONE_PLATFORM.get(office.abbreviation, platform) == platform
            and office.abbreviation not in WITHOUT_ACCOUNTS
        ]
    db.session.flush()
    connected = []
    for account in [one for some in cast.accounts.values() for one in some]:
        credentials = credentials_for(account)
        account.credentials = vault.seal(credentials, bound_to=account.vault_name)
        account.status, account.paused_reason = AccountStatus.ACTIVE, ""
        account.connected_at, account.connected_by = at, connected_by
        connected.append((account, credentials))
    book.register(connected)
    _end_session(cast)


def _main_account(office: Office, platform: str) -> Account:
    """Return the office's main account, the one of the imported list if it has one there."""
    query = sa.select(Account).where(
        Account.office_id == office.id,
        Account.platform == platform,
        Account.standing == Standing.UTAMA,
    )
    account = db.session.scalar(query)
    if account is None:
        account = Account(
            office=office,
            platform=platform,
            handle=_handle(office, platform),
            display_name=_display_name(office),
            standing=Standing.UTAMA,
            paused_reason="Belum disambungkan",
        )
        db.session.add(account)
    # The same number at every loading, so that the practice platforms know the account again.
    account.remote_id = str(10**9 + zlib.crc32(f"{platform}/{account.handle}".encode()))
    return account


def _handle(office: Office, platform: str) -> str:
    name = _slug(office.abbreviation.replace("Kec.", "Kecamatan" if platform != "x" else "Kec"))
    whole = f"{name}blora" if platform != "x" else f"{name}_blora"
    if platform != "x" or len(whole) <= HANDLE_CHARS:
        return whole
    return name[:HANDLE_CHARS]


def _display_name(office: Office) -> str:
    name = office.abbreviation.replace("Kec.", "Kecamatan")
    return name if name.endswith("Blora") else f"{name} Blora"


def credentials_for(account: Account) -> dict[str, str]:
    """Return what the practice platforms will take for this account's own."""
    known = {"user_id": str(account.remote_id), "handle": account.handle}
    if account.platform == "x":
        return known | {
            "consumer_key": "kunci-siar",
            "consumer_secret": "rahasia-kunci",
            "access_token": f"{account.remote_id}-token",
            "access_token_secret": f"rahasia-{account.remote_id}",
        }
    return known | {
        "page_id": str(account.remote_id),
        "page_token": f"rahasia-halaman-{account.remote_id}",
    }


def _end_session(cast: Cast) -> None:
    abbreviation, platform = DISCONNECTED
    for account in cast.accounts[cast.office(abbreviation).id]:
        if account.platform == platform:
            account.status, account.paused_reason = AccountStatus.RECONNECT, SESSION_OVER


def _set_targets(cast: Cast, *, week: Week, at: datetime) -> None:
    """Set targets: an office's own may begin this week only while the region has none."""
    wanted: Mapping[Office | None, int] = {
        **{cast.office(name): minimum for name, minimum in TARGETS.items()},
        None: TARGET,
    }
    for office, minimum in wanted.items():
        registering.set_quota(
            cast.region,
            minimum=minimum,
            week=week,
            actor=cast.reviewers[0],
            at=at,
            office=office,
        )
