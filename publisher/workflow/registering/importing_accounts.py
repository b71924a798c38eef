"""Official accounts from a CSV file: all of a file or nothing of it. Nobody is connected yet."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, Standing
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.tables import Findings, Row
from publisher.typed import tidy
from publisher.workflow.registering import accounts
from publisher.workflow.registering.common import apply, lock_names, note, today
from publisher.workflow.registering.importing_common import (
    THERE,
    TWICE,
    Imported,
    Known,
    Table,
    add_faults,
    known_regions,
    offices_there,
    read,
    region_of,
    word_of,
)

ACCOUNT_COLUMNS = ("region_code", "office_abbreviation", "platform")
ACCOUNT_EXTRAS = ("handle", "display_name", "standing", "note")
_ALIASES = {"situs web": "website", "situs": "website", "twitter": "x"}

#: What may be there once only: a handle on its platform, or a name without one at its office.
Key = tuple[str, ...]


def read_accounts(content: bytes) -> Table:
    """Read a file of accounts (region_code, office_abbreviation, platform; handle, display_name,
    standing, note). Asks no database.

    :raises FileRefused: if the file as a whole cannot be read, or its columns are not ours
    """
    return read(content, ACCOUNT_COLUMNS, ACCOUNT_EXTRAS)


def import_accounts(
    table: Table, *, actor: User | None, at: datetime, only: Region | None = None
) -> Imported:
    """Add the accounts of a file, as `read_accounts` gives it.

    :param only: the one region a person may import for; None for the command line
    :raises FileRefused: naming every bad row; nothing is stored then
    """
    known, findings = known_regions(), table.findings()
    if only is not None:
        known = {only.code: only}
    codes = {row.cells["region_code"] for row in table.rows}
    there = offices_there([known[code] for code in codes if code in known], actor)
    lock_names()
    drafts = [(row.line, _draft(row, known, only, there, findings, at)) for row in table.rows]
    good = [(line, account) for line, account in drafts if account is not None]
    _find_twins(good, findings)
    findings.stop_if_any()
    _store([account for _, account in good], actor=actor, at=at)
    return Imported(accounts=len(good))


def _draft(
    row: Row,
    known: dict[str, Region],
    only: Region | None,
    there: Known,
    findings: Findings,
    at: datetime,
) -> Account | None:
    """Return an account that is in no session yet."""
    before = len(findings.faults)
    region = region_of(row, known, only, findings)
    office = _office(row, region, there, findings, at) if region else None
    platform = row.cells["platform"].lower()
    platform = _ALIASES.get(platform, platform)
    handle = row.cells["handle"].removeprefix("@")
    given = row.cells["standing"]
    standing = word_of(row, "standing", Standing, findings) if given else Standing.UTAMA
    data = accounts.AccountData(
        handle=handle,
        display_name=row.cells["display_name"] or handle,
        standing=standing or Standing.UTAMA,
        note=tidy(row.cells["note"]),
    )
    add_faults(row, accounts.faults_of(platform, data), findings)
    if office is None or len(findings.faults) > before:
        return None
    account = accounts.new_account(platform, office_id=office.id)
    apply(account, data)
    account.standing_at = at
    return account


def _office(
    row: Row, region: Region, there: Known, findings: Findings, at: datetime
) -> Office | None:
    """Return the office of that abbreviation, rather one that exists today than one of old."""
    abbreviation = row.cells["office_abbreviation"]
    found = there.get((region.code, abbreviation.casefold()), [])
    day = today(region, at)
    for office in sorted(found, key=lambda office: not office.exists_on(day)):
        return office
    message = N_("perangkat daerah “%(name)s” tidak dikenal di %(code)s.")
    findings.add(row.line, message, name=abbreviation, code=region.code)
    return None


def _find_twins(drafts: list[tuple[int, Account]], findings: Findings) -> None:
    there = _keys_there({account.platform for _, account in drafts})
    lines: dict[Key, int] = {}
    for line, account in drafts:
        key = _key(account.platform, account.handle, account.display_name, account.office_id)
        if key in there:
            findings.add(line, THERE, what=f"{account.platform} {account.label}")
        if key in lines:
            findings.add(line, TWICE, line=lines[key])
        lines.setdefault(key, line)


def _keys_there(platforms: set[str]) -> set[Key]:
    query = sa.select(
        Account.platform, Account.handle, Account.display_name, Account.office_id
    ).where(Account.platform.in_(platforms), Account.retired_at.is_(None))
    return {_key(*told) for told in db.session.execute(query)}


def _key(platform: str, handle: str, display_name: str, office_id: int) -> Key:
    if handle:
        return platform, handle.casefold()
    return platform, "", display_name.casefold(), str(office_id)


def _store(found: list[Account], *, actor: User | None, at: datetime) -> None:
    """Add the accounts; one audit entry per region names them all."""
    db.session.add_all(found)
    db.session.flush()
    added: dict[Region, list[str]] = defaultdict(list)
    for account in found:
        added[account.office.region].append(f"{account.platform}:{account.label}")
    for region, names in added.items():
        note("account.import", region, region.id, actor=actor, at=at, accounts=names)
