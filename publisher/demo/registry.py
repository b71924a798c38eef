"""The places, people and targets of the demo.

Invented people in real places: offices and kecamatan as press reports named them, all marked as
examples. Everybody has the same password, hashed once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from publisher import passwords
from publisher.clock import Week
from publisher.db import db
from publisher.demo import accounts
from publisher.demo.book import Book
from publisher.demo.texts import read
from publisher.models.accounts import Account
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region
from publisher.workflow import registering

DATA = Path(__file__).resolve().parent.parent / "data"
REGION, NEIGHBOUR = "33.16", "33.17"
PASSWORD = "siar-demo-2026"  # noqa: S105 - the demo's own, shown on its sign-in page
TARGET, TARGETS = 2, {"Dinkes": 3}


@dataclass(kw_only=True)
class Cast:
    """Who and what the stories of the demo need."""

    region: Region
    offices: list[Office]
    drafters: dict[int, User] = field(default_factory=dict)  # by office id
    began: datetime  # before it there were only Facebook and X
    reviewers: list[User] = field(default_factory=list)
    accounts: dict[int, list[Account]] = field(default_factory=dict)  # in use, by office id

    def office(self, abbreviation: str) -> Office:
        return next(one for one in self.offices if one.abbreviation == abbreviation)

    def channels(self, office: Office, planned_at: datetime | None) -> list[Account]:
        """Return the accounts on which an office tells what it plans for a moment."""
        return [
            account
            for account in self.accounts[office.id]
            if accounts.takes_part(account, planned_at, since=self.began)
        ]

    def account(self, abbreviation: str, platform: str) -> Account:
        own = self.accounts[self.office(abbreviation).id]
        return next(one for one in own if one.platform == platform)


def found(app: Flask, book: Book, *, week: Week, at: datetime, now: datetime) -> Cast:
    """Add everything that was there before the first post, and accounts that came later.

    :param week: from which targets hold
    :param at: when all of it was registered
    """
    _import(at)
    region = _region(REGION)
    _open_new_office(region, at=at, week=week.shifted(12))
    began = at + timedelta(weeks=accounts.MORE_AFTER_WEEKS)
    cast = Cast(region=region, offices=registering.current_offices(region, at), began=began)
    _add_people(cast, password=password(app), at=at)
    operator = db.session.scalars(sa.select(User).where(User.role == Role.OPERATOR)).one()
    connecting = accounts.Connecting(app.extensions["vault"], operator, now=now)
    cast.accounts = connecting.connect_all(cast.offices, first=at, more=began)
    book.register(connecting.connected)
    _set_targets(cast, week=week, at=at)
    return cast


def password(app: Flask) -> str:
    return str(app.config.get("DEMO_PASSWORD", PASSWORD))


def _import(at: datetime) -> None:
    regions = (DATA / "jateng_regions.csv").read_bytes()
    offices = (DATA / "example_offices.csv").read_bytes()
    accounts = (DATA / "example_accounts.csv").read_bytes()
    registering.import_regions(
        registering.read_regions(regions), actor=None, at=at, is_example=True
    )
    registering.import_offices(
        registering.read_offices(offices), actor=None, at=at, is_example=True
    )
    registering.import_accounts(registering.read_accounts(accounts), actor=None, at=at)


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
    return f"{name.split()[0].lower()}@{accounts.slug(office.abbreviation, '-')}.blora.contoh"


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
            whose=registering.For(office=office),
        )
