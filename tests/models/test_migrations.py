"""The migrations and the models say the same, and every step can be taken back."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from publisher.backup import BackupError, facts
from publisher.cli import schema
from publisher.db import db


def test_the_migrations_build_exactly_what_the_models_describe(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_migration_can_be_taken_back(app):
    schema.prepare(app)
    downgrade(revision="base")
    assert set(sa.inspect(db.engine).get_table_names()) == {"alembic_version"}
    with db.engine.connect() as connection, pytest.raises(BackupError, match="not set up"):
        facts.read(connection)

    upgrade()
    assert set(sa.inspect(db.engine).get_table_names()) > {"post", "delivery"}
