"""How well the registry is: what is wrong with the accounts of a region, office by office.

DOMAIN's first need is one known, living account for each office, with one named person in charge;
its fifth is that leaders see where there is none. Everything found here is said in a sentence,
with since when and what to do next. Five queries, however many offices and accounts.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, Standing
from publisher.models.deliveries import Delivery
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.typed import Fault, refuse
from publisher.workflow.registering.accounts import State, platform_names, state_of
from publisher.workflow.registering.ailments import (
    ORDER,
    Ailment,
    Finding,
    Health,
    OfficeHealth,
)
from publisher.workflow.registering.attention import NEXT, Need, need_of
from publisher.workflow.registering.common import lock, note, today
from publisher.workflow.registering.plans import open_plans

FEWEST_DAYS, MOST_DAYS = 7, 365


#: What an account needs of a person, as an ailment and as a sentence.
_OF_NEED: dict[Need, tuple[Ailment, str]] = {
    Need.CONNECT: (Ailment.CUT, N_("Akun %(platform)s %(account)s belum pernah disambungkan.")),
    Need.RECONNECT: (Ailment.CUT, N_("Sambungan akun %(platform)s %(account)s terputus.")),
    Need.RESUME: (Ailment.CUT, N_("Akun %(platform)s %(account)s dijeda dan menunggu orang.")),
    Need.ENDING: (Ailment.ENDING, N_("Izin akun %(platform)s %(account)s segera berakhir.")),
}
_CONNECTOR_LEFT = N_(
    "%(name)s, yang menyambungkan akun %(platform)s %(account)s, sudah tidak bertugas."
)
_KEEPER_LEFT = N_("%(name)s, penanggung jawab akun %(platform)s %(account)s, sudah tidak bertugas.")
_SILENT = N_("Akun %(platform)s %(account)s tidak menayangkan apa pun selama %(days)s hari.")
_NEVER = N_("Belum ada unggahan yang tercatat di akun %(platform)s %(account)s.")
_IMPOSTOR = N_("Akun %(platform)s %(account)s mengatasnamakan perangkat daerah ini.")
_SEVERAL = N_("Ada %(count)s akun %(platform)s: %(accounts)s.")
_STEPS = {
    Ailment.IMPOSTOR: N_(
        "Laporkan ke kanalnya dan beri tahu warga; nonaktifkan di registri bila sudah hilang."
    ),
    Ailment.NO_ACCOUNT: N_(
        "Daftarkan akun resminya, atau tetapkan salah satu akun yang ada sebagai akun utama."
    ),
    Ailment.NO_PERSON: N_("Tambahkan Admin OPD di bagian Pengguna."),
    Ailment.DORMANT: N_("Hidupkan dengan konten minggu ini, atau gabungkan atau tutup akunnya."),
    Ailment.SEVERAL: N_("Pilih satu akun utama; gabungkan atau tutup yang lain."),
}


def set_dormant_days(region: Region, days: int, *, actor: User, at: datetime) -> None:
    """Say after how many days without a post an account is called tidak aktif (mati suri).

    :raises Unacceptable: if it is fewer than a week or more than a year
    """
    lock(region.id, actor)
    limits = {"fewest": FEWEST_DAYS, "most": MOST_DAYS}
    outside = not FEWEST_DAYS <= days <= MOST_DAYS
    refuse(
        {"days": Fault(N_("Isi antara %(fewest)s dan %(most)s hari."), limits) if outside else None}
    )
    before, region.dormant_days = region.dormant_days, days
    if before != days:
        note("region.dormant_days", region, region.id, actor=actor, at=at, changed=[before, days])


def health(region: Region, *, at: datetime) -> Health:
    """Return what is wrong in a region. Five queries."""
    day = today(region, at)
    facts = _Facts(region, at)
    found = (facts.office(office) for office in facts.offices)
    return Health(
        day=day,
        offices=len(facts.offices),
        sick=tuple(sorted((each for each in found if each.findings), key=lambda each: each.rank)),
        plans=tuple(facts.plans),
    )


class _Facts:
    """What a fixed number of queries brings together."""

    def __init__(self, region: Region, at: datetime) -> None:
        self.region, self.at, self.day = region, at, today(region, at)
        offices = sa.select(Office).where(Office.region_id == region.id).order_by(Office.name)
        existing = (one for one in db.session.scalars(offices) if one.exists_on(self.day))
        self.offices = list(existing)
        self.accounts = _accounts(region)
        self.people = _people(region)
        self.last = _last_posts(region)
        self.plans = open_plans(region)

    def office(self, office: Office) -> OfficeHealth:
        accounts = self.accounts[office.id]
        ids = {account.id for account in accounts}
        plans = {plan.account_id: plan for plan in self.plans if plan.account_id in ids}
        people = self.in_charge(office, accounts)
        return OfficeHealth(
            office=office,
            findings=tuple(
                sorted(self.findings(office, accounts, people), key=lambda f: ORDER[f.ailment])
            ),
            people=people,
            plans=plans,
            late=any(plan.overdue_on(self.day) for plan in plans.values()),
        )

    def in_charge(self, office: Office, accounts: list[Account]) -> tuple[str, ...]:
        keepers = (account.keeper for account in accounts)
        living = [one.name for one in keepers if one is not None and one.ended_at is None]
        return tuple(dict.fromkeys([*living, *self.people[office.id]]))

    def findings(
        self, office: Office, accounts: list[Account], people: tuple[str, ...]
    ) -> Iterator[Finding]:
        if not any(account.standing is Standing.UTAMA for account in accounts):
            yield _finding(Ailment.NO_ACCOUNT, N_("Belum ada akun resmi utama yang terdaftar."),
                           since=office.valid_from)  # fmt: skip
        if not people:
            yield _finding(Ailment.NO_PERSON, N_("Belum ada penanggung jawab yang bertugas."),
                           since=office.valid_from)  # fmt: skip
        for account in accounts:
            yield from self.of_account(account)
        yield from _several(accounts)

    def of_account(self, account: Account) -> Iterator[Finding]:
        if account.standing is Standing.TIRUAN:
            since = self.local(account.standing_at)
            yield _finding(Ailment.IMPOSTOR, _IMPOSTOR, account, since=since)
        if account.standing is Standing.UTAMA:
            yield from self.connection(account)
            yield from self.people_who_left(account)
            yield from self.silence(account)

    def connection(self, account: Account) -> Iterator[Finding]:
        need = need_of(account, at=self.at)
        if need is None or need not in _OF_NEED:
            return
        ailment, message = _OF_NEED[need]
        ends = account.token_ends_at
        since = account.standing_at if need is Need.CONNECT else None
        if need is Need.RECONNECT and ends is not None and ends <= self.at:
            since = ends
        until = self.local(ends) if need is Need.ENDING else None
        yield _finding(ailment, message, account, step=NEXT[need], since=self.local(since),
                       until=until)  # fmt: skip

    def people_who_left(self, account: Account) -> Iterator[Finding]:
        for person, need, message in (
            (account.connected_by, Need.CONNECTOR_LEFT, _CONNECTOR_LEFT),
            (account.keeper, Need.KEEPER_LEFT, _KEEPER_LEFT),
        ):
            if person is not None and person.ended_at is not None:
                since = self.local(person.ended_at)
                yield _finding(Ailment.LEFT, message, account, step=NEXT[need], since=since,
                               name=person.name)  # fmt: skip

    def silence(self, account: Account) -> Iterator[Finding]:
        """A new account gets as many days before it is called silent."""
        if state_of(account) in (State.LISTED, State.NEW):
            return  # nobody reads it, or nothing can have been posted by us
        posts = (account.last_post_at, self.last.get(account.id))
        last = max((one for one in posts if one is not None), default=None)
        since = self.local(last or account.connected_at or account.standing_at)
        days = None if since is None else (self.day - since).days
        if days is None or days >= self.region.dormant_days:
            message = _NEVER if last is None else _SILENT
            yield _finding(Ailment.DORMANT, message, account, since=since, days=days)

    def local(self, at: datetime | None) -> date | None:
        return None if at is None else clock.in_zone(at, self.region.zone).date()


def _finding(
    ailment: Ailment,
    message: str,
    account: Account | None = None,
    *,
    step: str = "",
    since: date | None = None,
    until: date | None = None,
    **values: Any,
) -> Finding:
    if account is not None:
        values |= {"platform": platform_names()[account.platform], "account": account.label}
    return Finding(
        ailment=ailment,
        message=message,
        step=step or _STEPS[ailment],
        values=values,
        accounts=(account,) if account is not None else (),
        since=since,
        until=until,
    )


def _several(accounts: list[Account]) -> Iterator[Finding]:
    """More than one account on a platform, impostors aside: citizens cannot tell which is real."""
    by_platform: defaultdict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        if account.standing is not Standing.TIRUAN:
            by_platform[account.platform].append(account)
    for platform, same in by_platform.items():
        if platform == "lainnya" or len(same) < 2:  # that name stands for many platforms
            continue
        since = max((one.standing_at for one in same if one.standing_at), default=None)
        yield Finding(
            ailment=Ailment.SEVERAL,
            message=_SEVERAL,
            step=_STEPS[Ailment.SEVERAL],
            values={
                "count": len(same),
                "platform": platform_names()[platform],
                "accounts": ", ".join(account.label for account in same),
            },
            accounts=tuple(same),
            since=since.date() if since else None,
        )


def _accounts(region: Region) -> defaultdict[int, list[Account]]:
    query = (
        sa.select(Account)
        .join(Office, Office.id == Account.office_id)
        .where(Office.region_id == region.id, Account.retired_at.is_(None))
        .options(joinedload(Account.keeper), joinedload(Account.connected_by))
        .order_by(Account.platform, Account.standing.desc(), Account.id)
    )
    found: defaultdict[int, list[Account]] = defaultdict(list)
    for account in db.session.scalars(query):
        found[account.office_id].append(account)
    return found


def _people(region: Region) -> defaultdict[int, list[str]]:
    query = sa.select(User.office_id, User.name).where(
        User.region_id == region.id, User.office_id.is_not(None), User.ended_at.is_(None)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for office_id, name in db.session.execute(query.order_by(User.role, User.name)):
        if office_id is not None:
            found[office_id].append(name)
    return found


def _last_posts(region: Region) -> dict[int, datetime]:
    """Return when Siar last published on each account, newest first until one is found."""
    published: sa.ColumnElement[bool] = sa.literal_column("delivery.status = 'published'")
    latest = (
        sa.select(Delivery.published_at)
        .where(Delivery.office_id == Account.office_id, Delivery.account_id == Account.id)
        .where(published)
        .order_by(Delivery.published_at.desc())
        .limit(1)
        .correlate(Account)
        .scalar_subquery()
    )
    query = (
        sa.select(Account.id, latest)
        .join(Office, Office.id == Account.office_id)
        .where(Office.region_id == region.id, Account.retired_at.is_(None))
    )
    return {account_id: at for account_id, at in db.session.execute(query) if at is not None}
