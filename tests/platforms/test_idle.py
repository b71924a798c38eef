"""A process that opens no account pays for no client library."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("tweepy", "instagrapi", "authlib", "alembic")
SITE = "import wsgi, publisher.worker, publisher.engine.sender"
LOOKS = "from publisher.platforms import DRIVERS, driver_class; [driver_class(x) for x in DRIVERS]"


@pytest.mark.parametrize(
    ("does", "expected"),
    [
        (SITE, ""),
        (f"{LOOKS}; driver_class('x').length('Drs. Budi, M.Si')", ""),
        (f"{LOOKS}; driver_class('facebook').load()", ""),
        (f"{LOOKS}; driver_class('x').load()", "tweepy"),
        (f"{LOOKS}; driver_class('instagram_private').load()", "instagrapi"),
    ],
)
def test_client_libraries_are_imported_when_an_account_is_opened(tmp_path, does, expected):
    told = f"import sys; {does}; print(*[name for name in {LIBRARIES} if name in sys.modules])"
    said = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        env={"DEMO": "1", "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == expected
