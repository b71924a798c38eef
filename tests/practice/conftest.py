"""A practice server of its own for each test, and requests signed by hand."""

import pytest

from publisher.practice.server import PracticeServer
from tests.practice.parts import X_KEYS


@pytest.fixture
def practice(tmp_path):
    with PracticeServer(tmp_path / "practice") as server:
        yield server


@pytest.fixture
def dinkes(practice):
    """Dinas Kesehatan on both platforms; return the server."""
    practice.register(
        platform="x",
        remote_id="1700",
        handle="dinkesblora",
        display_name="Dinas Kesehatan",
        credentials=X_KEYS,
    )
    practice.register(
        platform="facebook",
        remote_id="555",
        handle="dinkesblora",
        display_name="Dinas Kesehatan",
        credentials={"page_id": "555", "page_token": "EAA-page"},
    )
    return practice
