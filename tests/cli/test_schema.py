"""Bringing a database to the schema of the Siar that is installed."""

import sqlalchemy as sa

from publisher.cli import schema
from publisher.db import db


def test_an_older_siar_starts_on_the_database_of_a_newer_one_and_leaves_it_as_it_is(app, caplog):
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    db.session.commit()

    schema.migrate()

    assert db.session.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"
    assert "a newer Siar (schema 9999)" in caplog.text
