"""The commands that fill the registry: what they print, and how they end."""

import pytest
import sqlalchemy as sa

from publisher import passwords
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.people import Role, User
from publisher.models.places import Office, Region

REGIONS = "code,name,kind\n33.16,Blora,kabupaten\n33.17,Rembang,kabupaten\n"
OFFICES = "region_code,name,abbreviation,kind\n33.16,Dinas Kesehatan,Dinkes,dinas\n"
ACCOUNTS = "region_code,office_abbreviation,platform,handle\n33.16,Dinkes,x,dinkesblora\n"


@pytest.fixture
def flask(app):
    """Return a function that runs a flask command."""

    def flask(*arguments, **options):
        return app.test_cli_runner().invoke(args=[str(given) for given in arguments], **options)

    return flask


@pytest.fixture
def csv(tmp_path):
    """Return a function that writes a file."""

    def csv(name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return csv


def count(table):
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def test_the_three_imports_fill_an_empty_registry(flask, csv):
    regions = csv("regions.csv", REGIONS)

    answers = [
        flask("offices", "import", csv("offices.csv", OFFICES), "--regions", regions, "--example"),
        flask("accounts", "import", csv("accounts.csv", ACCOUNTS)),
    ]

    assert [answer.exit_code for answer in answers] == [0, 0]
    assert "1 perangkat daerah ditambahkan." in answers[0].output
    assert (count(Region), count(Office), count(Account)) == (1, 1, 1)
    assert db.session.scalars(sa.select(Region)).one().is_example


def test_a_bad_file_ends_with_one_and_names_the_rows(flask, csv, blora):
    content = OFFICES + "33.16,,X,dinas\n33.99,Dinas Sosial,Dinsos,dinas\n"

    answer = flask("offices", "import", csv("offices.csv", content))

    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[1:] == [
        "baris 3: name: Wajib diisi.",
        "baris 4: kode daerah 33.99 tidak dikenal.",
    ]
    assert count(Office) == 0


def test_regions_are_not_imported_twice(flask, csv):
    path = csv("regions.csv", REGIONS)

    assert [flask("regions", "import", path).exit_code for _ in range(2)] == [0, 1]
    assert count(Region) == 2


def add_user(flask, **options):
    given = {"region": "33.16", "name": "Rina", "email": "Rina@contoh.go.id", "role": "reviewer"}
    given |= options
    return flask("users", "add", *(part for name in given for part in (f"--{name}", given[name])))


def test_a_person_gets_a_password_that_works_and_is_printed_once(flask, blora):
    answer = add_user(flask)

    password = answer.output.split("Kata sandi sekali pakai: ")[1].splitlines()[0]
    user = db.session.scalars(sa.select(User)).one()
    assert (user.email, user.role) == ("rina@contoh.go.id", Role.REVIEWER)
    assert passwords.matches(password, user.password_hash)
    assert answer.output.count(password) == 1


def test_a_drafter_is_let_in_for_an_office(flask, dinkes):
    assert add_user(flask, role="drafter", office="DINKES").exit_code == 0
    assert db.session.scalars(sa.select(User)).one().office == dinkes


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"region": "33.99"}, "Kode daerah 33.99 tidak dikenal"),
        ({"role": "drafter", "office": "Entah"}, "“Entah” tidak dikenal"),
        ({"role": "leader", "office": "Dinkes"}, "tidak terikat"),
        ({"email": "rina"}, "nama@contoh.go.id"),
        ({"name": " "}, "name: Wajib diisi"),
    ],
)
def test_a_person_who_cannot_be_let_in_is_refused_with_the_reason(flask, dinkes, options, reason):
    answer = add_user(flask, **options)

    assert answer.exit_code == 1
    assert reason in answer.stderr
    assert "Kata sandi" not in answer.output
    assert count(User) == 0
