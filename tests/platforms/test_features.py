"""The page about the platforms says what the code says."""

from pathlib import Path

import pytest

from publisher.platforms.__main__ import PARTS, written

PAGE = (Path(__file__).resolve().parents[2] / "docs/platforms.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", PARTS)
def test_what_is_generated_of_the_page_is_what_the_drivers_say(part):
    wanted = f"<!-- {part}: generated -->\n{PARTS[part]()}<!-- /{part} -->"

    assert wanted in PAGE, "run: python -m publisher.platforms docs/platforms.md"


def test_a_page_that_is_out_of_date_is_mended_and_the_rest_of_it_left_alone():
    row = next(line for line in PAGE.splitlines() if line.startswith("| Called"))

    assert written(PAGE.replace(row, "| Called | Friendster |")) == PAGE
