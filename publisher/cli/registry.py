"""Commands for the registry: import lists from CSV files, let the first people in.

A file is imported whole or not at all. Every bad row is named on standard error with its line and
the reason, and the command ends with 1.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from publisher import clock
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.places import Office, Region
from publisher.workflow import registering

CSV_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

regions = AppGroup("regions", help="Regions (daerah): import a list.")
offices = AppGroup("offices", help="Offices (perangkat daerah): import a list.")
accounts = AppGroup("accounts", help="Official accounts (akun resmi): import a list.")
users = AppGroup("users", help="People: let somebody in.")

COMMANDS: tuple[click.Command, ...] = (regions, offices, accounts, users)


@regions.command("import")
@click.argument("file", type=CSV_FILE)
@click.option("--example", is_flag=True, help="Mark them as examples, on every page.")
def import_regions(file: Path, example: bool) -> None:
    """Add regions: code,name,kind[,kecamatan,kelurahan,desa]."""
    imported = _all_or_nothing(
        lambda: registering.import_regions(
            registering.read_regions(_content(file)), actor=None, at=clock.now(), is_example=example
        )
    )
    click.echo(f"{imported.regions} daerah ditambahkan.")


@offices.command("import")
@click.argument("file", type=CSV_FILE)
@click.option("--regions", "regions_file", type=CSV_FILE, help="Add the regions they need from it.")
@click.option("--example", is_flag=True, help="Mark added regions as examples, on every page.")
def import_offices(file: Path, regions_file: Path | None, example: bool) -> None:
    """Add offices: region_code,name,abbreviation,kind[,valid_from,valid_to,successor]."""
    imported = _all_or_nothing(
        lambda: registering.import_offices(
            registering.read_offices(
                _content(file), _content(regions_file) if regions_file else None
            ),
            actor=None,
            at=clock.now(),
            is_example=example,
        )
    )
    if imported.regions:
        click.echo(f"{imported.regions} daerah ditambahkan.")
    click.echo(f"{imported.offices} perangkat daerah ditambahkan.")


@accounts.command("import")
@click.argument("file", type=CSV_FILE)
def import_accounts(file: Path) -> None:
    """Add accounts: region_code, office_abbreviation, platform.

    Further columns: handle, display_name, standing, note.
    """
    imported = _all_or_nothing(
        lambda: registering.import_accounts(
            registering.read_accounts(_content(file)), actor=None, at=clock.now()
        )
    )
    click.echo(f"{imported.accounts} akun ditambahkan; semuanya belum disambungkan.")


@users.command("add")
@click.option("--region", "code", prompt="Kode daerah", help="Such as 33.16.")
@click.option("--name", prompt="Nama lengkap")
@click.option("--email", prompt="Surel")
@click.option("--role", prompt="Peran", type=click.Choice([role.value for role in Role]))
@click.option("--office", "abbreviation", default=None, help="Abbreviation, for drafter and head.")
@click.option("--position", default="", help="Jabatan.")
def add_user(
    code: str, name: str, email: str, role: str, abbreviation: str | None, position: str
) -> None:
    """Let a person in; print their one-time password, which is shown nowhere else."""
    region = db.session.scalar(sa.select(Region).where(Region.code == code))
    if region is None:
        _stop([f"Kode daerah {code} tidak dikenal."])
    if abbreviation is None and Role(role) in OFFICE_ROLES:
        abbreviation = click.prompt("Singkatan perangkat daerah")
    office = _office(region, abbreviation) if abbreviation else None
    data = registering.UserData(
        name=registering.tidy(name),
        email=registering.tidy(email),
        role=Role(role),
        office=office,
        position=registering.tidy(position),
    )
    password = registering.one_time_password()
    _all_or_nothing(
        registering.add_user, region, data, password=password, actor=None, at=clock.now()
    )
    click.echo(f"{data.name} dapat masuk dengan surel {data.email.lower()}.")
    click.echo(f"Kata sandi sekali pakai: {password}")
    click.echo("Sampaikan langsung kepada orangnya; kata sandi ini tidak ditampilkan lagi.")


def _content(file: Path) -> bytes:
    """Return what is in the file, but no more than it takes to see that it is too large."""
    with file.open("rb") as stream:
        return stream.read(registering.MAX_BYTES + 1)


def _all_or_nothing(step: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Take a step and commit it, or say everything that stands in its way and end with 1."""
    try:
        done = step(*args, **options)
        db.session.commit()
    except PublisherError as error:
        db.session.rollback()
        _stop([str(error), *_details(error)])
    else:
        return done


def _details(error: PublisherError) -> list[str]:
    match error:
        case registering.FileRefused():
            return [str(found) for found in error.faults]
        case registering.Unacceptable():
            return [
                f"{name}: {fault}" if name else str(fault) for name, fault in error.faults.items()
            ]
        case _:
            return []


def _office(region: Region, abbreviation: str) -> Office:
    wanted = abbreviation.casefold()
    for office in registering.current_offices(region, clock.now()):
        if office.abbreviation.casefold() == wanted:
            return office
    return _stop([f"Perangkat daerah “{abbreviation}” tidak dikenal di {region.code}."])


def _stop(lines: list[str]) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    raise SystemExit(1)
