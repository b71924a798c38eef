"""The main menu: on a phone at most five entries at the thumb, and the others under one of them."""

import re

import pytest

FURTHER = r'<li class="mainnav__further"><a href="([^"]+)"'
PANEL = r'<a class="menu__item" href="([^"]+)"(?: aria-current="page")?>'


@pytest.mark.parametrize("who", ["sari", "wulan", "budi", "ratna", "heru"])
def test_at_most_five_entries_stand_at_the_thumb_and_none_is_lost(request, client_of, who):
    client = client_of(request.getfixturevalue(who))
    page = client.get("/", follow_redirects=True).get_data(as_text=True)
    (menu,) = re.findall(r'<nav class="mainnav".*?</nav>', page, re.S)

    there, further = menu.count("mainnav__label"), re.findall(FURTHER, menu)
    assert there - len(further) <= 5
    assert re.findall(PANEL, menu) == further


def test_the_entry_of_the_others_tells_which_of_them_is_open(client_of, budi):
    page = client_of(budi).get("/registri/akun").get_data(as_text=True)

    (summary,) = re.findall(r'<summary aria-current="true">.*?</summary>', page)
    assert "Lainnya</span>" in summary
    assert ": Registri</span>" in summary
