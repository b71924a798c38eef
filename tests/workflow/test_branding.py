"""An office's posters look as it chose, else as its region chose, else as Siar does."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw

from publisher.db import db
from publisher.models.audit import AuditEntry
from publisher.models.looks import Look
from publisher.posters.emblems import LogoNotTransparent, LogoTooSmall
from publisher.posters.themes import Theme
from publisher.typed import Unacceptable
from publisher.workflow import branding
from publisher.workflow.branding.channels import whatsapp
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


# -- choosing ----------------------------------------------------------------------------


def choose(office, actor, *, region=None, seen=0, **choice):
    look = branding.set_look(
        region or office.region, office, branding.Choice(**choice), seen=seen, actor=actor, at=NOW
    )
    db.session.commit()
    return look


def test_what_an_office_chose_is_kept_as_it_is_printed(dinkes, sari, store):
    choose(
        dinkes, sari, name=" Dinkes  Blora ", brand="#0F6B4F", accent="#FFCC4D", motif="parang",
        hashtag="LaporDinkes", whatsapp="+62 812 3456 7890", link="blora.go.id/aduan",
    )  # fmt: skip

    theme = branding.theme_of(dinkes, store)

    assert (theme.office, theme.brand, theme.motif) == ("Dinkes Blora", "#0f6b4f", "parang")
    told = theme.channels
    assert (told.hashtag, told.whatsapp) == ("#LaporDinkes", "0812-3456-7890")
    assert told.link == "https://blora.go.id/aduan"


def test_colours_that_the_region_holds_show_at_every_office_until_it_lets_go(
    dinkes, blora, sari, budi, store
):
    choose(dinkes, sari, brand="#0f6b4f", accent="#ffcc4d", hashtag="#Dinkes")
    colours = {"brand": "#9b1c31", "accent": "#ffcf66", "hashtag": "#Blora"}
    held = choose(None, budi, region=blora, **colours, holds_for_all=True)

    theme = branding.theme_of(dinkes, store)
    assert (theme.brand, theme.channels.hashtag) == ("#9b1c31", "#Dinkes")

    choose(None, budi, region=blora, seen=held.version, **colours)
    assert branding.theme_of(dinkes, store).brand == "#0f6b4f"


def test_who_may_choose(blora, dinkes, dishub, sari, wulan, tono, budi, heru, ratna, yuni):
    may = {
        (user.name, office.abbreviation if office else None)
        for user in (sari, wulan, tono, budi, heru, ratna, yuni)
        for office in (None, dinkes, dishub)
        if branding.may_set(user, blora, office)
    }

    assert may == {
        ("Sari", "Dinkes"), ("Wulan", "Dinkes"), ("Tono", "Dishub"),
        *((name, office) for name in ("Budi", "Heru") for office in (None, "Dinkes", "Dishub")),
    }  # fmt: skip
    with pytest.raises(branding.NotYourLook):
        choose(dishub, sari, hashtag="#Dishub")


def test_a_page_that_is_older_than_the_last_choice_is_refused(dinkes, sari, wulan):
    first = choose(dinkes, sari, hashtag="#Satu")
    choose(dinkes, wulan, seen=first.version, hashtag="#Dua")

    with pytest.raises(branding.LookChanged):
        choose(dinkes, sari, seen=1, hashtag="#Tiga")


def test_every_change_is_in_the_audit_trail(dinkes, sari):
    first = choose(dinkes, sari, hashtag="#Satu")
    choose(dinkes, sari, seen=first.version, hashtag="#Dua", motif="mega")

    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.actor_id, entry.region_id) == ("look.set", sari.id, sari.region_id)
    assert entry.details == {
        "office": dinkes.id, "hashtag": ["#Satu", "#Dua"], "motif": [None, "mega"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("hashtag", "#lapor blora"),
        ("hashtag", "#2026"),
        ("whatsapp", "110"),
        ("whatsapp", "+1 555 123 4567"),
        ("link", "javascript:alert(1)"),
        ("link", "https://contoh.go.id/" + "x" * 140),  # no phone would read the code
        ("invitation", "Sampaikan aduan 中"),  # the poster's font does not have it
        ("name", "Pemberdayaan Masyarakat dan Desa, " * 5),
        ("brand", "red"),
        ("motif", "truntum"),
        ("logo_id", 999),
    ],
)
def test_what_no_poster_can_show_is_named_by_its_field(dinkes, sari, field, typed):
    with pytest.raises(Unacceptable) as refused:
        choose(dinkes, sari, **{"brand": "#0f6b4f", "accent": "#ffcc4d", field: typed})

    assert set(refused.value.faults) == {field}


@pytest.mark.parametrize(
    "typed",
    ["0812 3456 7890", "+62 812-3456-7890", "6281234567890", "(0812) 3456.7890",
     "https://wa.me/6281234567890"],
)  # fmt: skip
def test_a_number_is_printed_as_citizens_dial_it(typed):
    assert whatsapp(typed) == ("0812-3456-7890", None)


# -- emblems -----------------------------------------------------------------------------


def png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def shield(size=(400, 400)):
    image = Image.new("RGBA", size)
    ImageDraw.Draw(image).ellipse((100, 60, 300, 260), fill="#c8102e")
    return image


def uploaded(store, office, actor):
    kept = branding.keep_logo(png(shield()), store)
    logo = branding.add_logo(office.region, office, kept, actor=actor, at=NOW)
    db.session.commit()
    return logo


def test_an_emblem_is_kept_without_the_empty_edges_around_it(dinkes, sari, store):
    logo = uploaded(store, dinkes, sari)
    choose(dinkes, sari, logo_id=logo.id)

    shown = Image.open(io.BytesIO(branding.theme_of(dinkes, store).logo))

    assert (shown.mode, shown.size) == ("RGBA", (201, 201))
    assert uploaded(store, dinkes, sari).id == logo.id


def test_an_emblem_of_a_neighbour_cannot_be_chosen(dinkes, dishub, sari, tono, store):
    logo = uploaded(store, dishub, tono)

    with pytest.raises(Unacceptable):
        choose(dinkes, sari, logo_id=logo.id)


@pytest.mark.parametrize(
    ("image", "error"),
    [
        (Image.new("RGB", (400, 400), "white"), LogoNotTransparent),
        (Image.new("RGBA", (400, 400), (200, 0, 0, 255)), LogoNotTransparent),
        (Image.new("RGBA", (400, 400)), LogoNotTransparent),
        (shield().resize((80, 80)), LogoTooSmall),
    ],
)
def test_what_would_look_bad_on_a_poster_is_refused(store, image, error):
    with pytest.raises(error):
        branding.keep_logo(png(image), store)


def test_an_emblem_that_is_lost_stops_the_poster_instead_of_changing_it(dinkes, sari, store):
    logo = uploaded(store, dinkes, sari)
    choose(dinkes, sari, logo_id=logo.id)
    store.delete(logo.digest)

    with pytest.raises(branding.LogoMissing):
        branding.theme_of(dinkes, store)


# -- colours -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("brand", "accent", "changes"),
    [
        ("#0b3d4a", "#ffcf66", ("same", "same")),
        ("#ffe600", "#ffffff", ("darker", "same")),  # white could not be read on yellow
        ("#0f5c6e", "#10404c", ("same", "lighter")),
    ],
)
def test_colours_that_cannot_be_read_are_changed_just_so_much(brand, accent, changes):
    theme = Theme(region="Blora", office="Dinkes", brand=brand, accent=accent)

    told = branding.shades(theme)

    assert (told["brand"].change, told["accent"].change) == changes
    assert min(shade.contrast for shade in told.values()) >= 4.5
