"""The page on which a region and its offices choose how their posters look."""

import io

import pytest
from PIL import Image, ImageDraw

from publisher.db import db
from publisher.models.looks import Logo, Look
from publisher.models.media import MediaKind
from publisher.workflow import branding
from publisher.workflow.composing.keeping import keep, media_of
from tests.conftest import NOW

REGION, OWN = "/registri/tampilan/daerah", "/registri/tampilan/{}"


def chosen(**more):
    """What the form sends."""
    told = {"version": "0", "aksi": "simpan", "own_colours": "y", "brand": "#9b1c31"}
    return {**told, "accent": "#ffcf66", "motif": "mega", "logo_id": "", **more}


def logo_file():
    image = Image.new("RGBA", (300, 300))
    ImageDraw.Draw(image).ellipse((20, 20, 280, 280), fill="#c8102e")
    out = io.BytesIO()
    image.save(out, "PNG")
    return io.BytesIO(out.getvalue()), "logo.png"


@pytest.fixture
def theme(app, dinkes):
    def theme():
        db.session.rollback()
        return branding.theme_of(dinkes, app.extensions["media_store"])

    return theme


def test_an_office_chooses_its_own_look(client_of, dinkes, sari, theme):
    answer = client_of(sari).post(OWN.format(dinkes.id), data=chosen(hashtag="LaporDinkes"))

    assert answer.status_code == 302
    assert (theme().brand, theme().motif) == ("#9b1c31", "mega")
    assert theme().channels.hashtag == "#LaporDinkes"


def test_colours_left_to_the_region_are_not_kept(client_of, dinkes, sari, theme):
    told = chosen()
    del told["own_colours"]

    client_of(sari).post(OWN.format(dinkes.id), data=told)

    assert db.session.query(Look).one().brand is None
    assert theme().motif == "mega"


def test_kominfo_chooses_for_the_region(client_of, budi, theme):
    page = client_of(budi)

    assert page.post(REGION, data=chosen(holds_for_all="y")).status_code == 302
    assert theme().brand == "#9b1c31"
    assert "Budi" in page.get("/registri/tampilan").get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("sari", "daerah", 403),
        ("tono", "dinkes", 404),
        ("agus", "dinkes", 404),
        ("yuni", "dinkes", 404),
        ("ratna", "dinkes", 403),
    ],
)
def test_nobody_else_chooses(client_of, request, dinkes, name, path, status):
    page = client_of(request.getfixturevalue(name))
    address = REGION if path == "daerah" else OWN.format(dinkes.id)

    for asked in (address, f"{address}/contoh", f"{address}/contoh/capaian.jpg"):
        assert page.get(asked).status_code == status
    assert page.post(address, data=chosen()).status_code == status
    assert db.session.query(Look).count() == 0


def test_the_examples_show_what_is_on_the_page_and_nothing_is_kept(client_of, dinkes, sari):
    page = client_of(sari)

    part = page.get(
        OWN.format(dinkes.id) + "/contoh",
        query_string={"own_colours": "y", "brand": "#ffe600", "accent": "#ffffff", "link": "x"},
    ).get_data(as_text=True)

    assert "digelapkan menjadi" in part
    assert "Isian yang belum benar tidak ikut digambar." in part
    address = part.split('<img src="')[1].split('"')[0].replace("&amp;", "&")
    picture = page.get(address)
    assert Image.open(io.BytesIO(picture.data)).size == (480, 600)
    assert "immutable" in picture.headers["Cache-Control"]
    assert db.session.query(Look).count() == 0


def test_without_script_a_button_shows_the_examples_and_keeps_what_was_typed(
    client_of, dinkes, sari
):
    told = chosen(aksi="lihat", name="Dinkes Blora", link="javascript:1")

    answer = client_of(sari).post(OWN.format(dinkes.id), data=told)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Dinkes Blora"' in text
    assert 'id="link-error"' in text
    assert "motif=mega" in text
    assert db.session.query(Look).count() == 0


def test_a_pair_of_colours_is_chosen_by_a_button(client_of, dinkes, sari):
    told = chosen(palet="hijau")
    del told["aksi"], told["own_colours"]

    text = client_of(sari).post(OWN.format(dinkes.id), data=told).get_data(as_text=True)

    assert 'value="#0f6b4f"' in text


def test_a_logo_that_is_uploaded_is_chosen_and_saved_with_the_rest(client_of, dinkes, sari, theme):
    page, address = client_of(sari), OWN.format(dinkes.id)

    shown = page.post(address, data=chosen(aksi="unggah", file=logo_file()))
    logo = db.session.query(Logo).one()
    assert f'value="{logo.id}" checked' in shown.get_data(as_text=True)
    assert theme().logo is None

    page.post(address, data=chosen(logo_id=str(logo.id)))
    assert theme().logo is not None


def test_a_logo_that_would_look_bad_is_refused_beside_its_field(client_of, dinkes, sari):
    opaque = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(opaque, "JPEG")
    opaque.seek(0)

    answer = client_of(sari).post(
        OWN.format(dinkes.id), data=chosen(file=(opaque, "logo.jpg"), hashtag="#Dinkes")
    )

    assert answer.status_code == 422
    assert "transparan" in answer.get_data(as_text=True).split('id="file-error"')[1]
    assert 'value="#Dinkes"' in answer.get_data(as_text=True)
    assert db.session.query(Look).count() == 0


def test_a_logo_is_seen_by_its_office_and_the_region_alone(
    client_of, dinkes, sari, tono, budi, yuni
):
    client_of(sari).post(OWN.format(dinkes.id), data=chosen(aksi="unggah", file=logo_file()))
    address = f"/registri/tampilan/logo/{db.session.query(Logo).one().id}.png"

    seen = {
        user.name: client_of(user).get(address).status_code for user in (sari, tono, budi, yuni)
    }

    assert seen == {"Sari": 200, "Tono": 404, "Budi": 200, "Yuni": 404}


def test_an_older_page_does_not_overwrite_a_newer_choice(client_of, dinkes, sari, wulan, theme):
    address = OWN.format(dinkes.id)
    client_of(sari).post(address, data=chosen(hashtag="#Satu"))

    answer = client_of(wulan).post(address, data=chosen(hashtag="#Dua"), follow_redirects=True)

    assert theme().channels.hashtag == "#Satu"
    assert "telah diubah orang lain" in answer.get_data(as_text=True)


def test_a_logo_of_the_library_can_be_chosen_by_its_office_alone(
    app, client_of, dinkes, dishub, sari, tono, theme
):
    store, content = app.extensions["media_store"], logo_file()[0].read()
    kept = keep(content, store, kind=MediaKind.LOGO)
    media = media_of(dinkes.id, kept, actor=sari, at=NOW, kind=MediaKind.LOGO)
    db.session.commit()
    media_id, address = media.id, OWN.format(dinkes.id)

    foreign = client_of(tono).post(OWN.format(dishub.id), data=chosen(pustaka=str(media_id)))
    assert foreign.status_code == 404

    page = client_of(sari)
    shown = page.post(address, data=chosen(aksi="lihat", pustaka=str(media_id)))
    assert "checked" in shown.get_data(as_text=True).split('name="logo_id" value="1"')[1][:40]
    page.post(address, data=chosen(logo_id="1"))
    assert theme().logo is not None
