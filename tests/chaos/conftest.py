"""The databases a short run may be played on: copies, as all tests get them."""

import pytest

from tests.chaos import stages


@pytest.fixture
def sqlite(sqlite_template, tmp_path):
    with stages.sqlite(sqlite_template, tmp_path) as ground:
        yield ground


@pytest.fixture
def postgres(postgres_server):
    with stages.postgres(postgres_server) as ground:
        yield ground


@pytest.fixture
def celery(postgres_server):
    with stages.celery(postgres_server) as ground:
        yield ground


@pytest.fixture(params=["sqlite", "postgres", "celery"])
def ground(request):
    return request.getfixturevalue(request.param)
