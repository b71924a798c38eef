"""An office's posters look as it chose, else as its region chose, else as Siar does."""

import pytest

from publisher.db import db
from publisher.models.looks import Look
from publisher.workflow import branding
from tests.conftest import NOW


@pytest.fixture
def store(app):
    return app.extensions["media_store"]


def test_before_anybody_has_chosen_a_poster_names_region_and_office(dinkes, store):
    theme = branding.theme_of(dinkes, store)

    assert (theme.region, theme.office) == ("Pemerintah Kabupaten Blora", "Dinas Kesehatan")
    assert theme.logo is None


def test_what_an_office_leaves_open_is_as_in_its_region(dinkes, dishub, sari, store):
    of_region = Look(region=dinkes.region, brand="#123456", accent="#ffcc00", motif="mega",
                     hashtag="#LaporBlora", set_by=sari, set_at=NOW)  # fmt: skip
    own = Look(region=dinkes.region, office=dinkes, motif="lurik", whatsapp="0812-3456-7890",
               set_by=sari, set_at=NOW)  # fmt: skip
    db.session.add_all([of_region, own])
    db.session.commit()

    theme, neighbour = branding.theme_of(dinkes, store), branding.theme_of(dishub, store)

    assert (theme.brand, theme.accent, theme.motif) == ("#123456", "#ffcc00", "lurik")
    assert theme.channels.hashtag == "#LaporBlora"
    assert theme.channels.whatsapp == "0812-3456-7890"
    assert (neighbour.motif, neighbour.channels.whatsapp) == ("mega", "")
