"""Marking by plain forms, what the office sees of it, and the page of the yardsticks."""

import re

import pytest
import sqlalchemy as sa
import time_machine

from publisher.db import db
from publisher.models.marks import ReturnMark
from publisher.models.people import Role
from publisher.models.posts import PostKind, PostStatus
from publisher.workflow import checking
from tests.conftest import NOW, person
from tests.web.test_reviews import words

CAPTION = "Imunisasi gratis hari ini. Bawa buku KIA."


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_budi(client_of, budi):
    return client_of(budi)


@pytest.fixture
def post(make_post, picture):
    return make_post("submit", caption=CAPTION, pictures=[picture("Bidan menimbang balita.")])


def marks():
    return db.session.scalars(sa.select(ReturnMark).order_by(ReturnMark.id)).all()


def sentence(client, post, place="caption:1", query="", **data):
    sent = {"version": post.version, "tempat": place, "alasan": "salah_ketik", **data}
    return client.post(f"/telaah/{post.id}/tandai-kalimat{query}", data=sent)


def spot(client, post, **data):
    digest = post.pictures[0].media.digest
    sent = {"version": post.version, "gambar": digest}
    for name, value in {"alasan": "foto_buram", **data}.items():
        sent[name if name == "gambar" else f"{digest[:12]}-{name}"] = value
    return client.post(f"/telaah/{post.id}/tandai-gambar", data=sent)


def test_marks_need_no_script_and_no_further_reason_and_reach_the_office(
    as_budi, client_of, sari, post
):
    page = as_budi.get(f"/telaah/{post.id}").get_data(as_text=True)
    assert re.search(r'<label class="said__one" for="tempat-caption-1">Bawa buku KIA', page)
    assert re.search(r'type="radio" id="tempat-caption-1"[^>]*name="tempat"', page)
    assert sentence(as_budi, post, komentar="Sebut kartu keluarga juga.").status_code == 302
    assert spot(as_budi, post, bidang="3").status_code == 302
    assert spot(as_budi, post, x="120", y="880").status_code == 302
    assert [(one.x, one.y) for one in marks()] == [(None, None), (833, 167), (120, 880)]
    as_sari = client_of(sari)
    for unsent in (f"/konten/{post.id}", f"/telaah/{post.id}"):
        assert "Sebut kartu keluarga" not in as_sari.get(unsent).get_data(as_text=True)

    shown = words(as_budi.get(f"/telaah/{post.id}"))
    assert "3 tanda ikut terkirim" in shown
    answer = as_budi.post(f"/telaah/{post.id}/kembalikan", data={"version": post.version})
    assert answer.status_code == 302
    assert post.status is PostStatus.CHANGES_REQUESTED
    assert post.events[-1].reasons == ["salah_ketik", "foto_buram"]

    page = as_sari.get(f"/konten/{post.id}/ubah").get_data(as_text=True)
    assert page.count("Sebut kartu keluarga juga.") == 2  # in the list, and under the caption
    assert page.count('class="pin pin--open"') == 2
    assert "0 dari 3 beres." in page
    assert "Sebut kartu keluarga juga." in words(as_sari.get(f"/konten/{post.id}"))


def test_ticking_a_mark_keeps_what_is_typed_and_a_changed_sentence_shows_as_such(
    as_budi, client_of, sari, post
):
    sentence(as_budi, post, place="caption:0")
    sentence(as_budi, post, place="caption:1")
    as_budi.post(f"/telaah/{post.id}/kembalikan", data={"version": post.version})
    first, _second = marks()
    as_sari = client_of(sari)
    page = as_sari.get(f"/konten/{post.id}/ubah").get_data(as_text=True)
    form = {
        name: value.replace("&#39;", "'")
        for name, value in re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page)
        if name in {"title", "who", "when", "where", "hashtags"}
    }
    typed = {"caption": "Imunisasi gratis hari ini. Bawa kartu keluarga.", "what": "Imunisasi"}
    accounts = [account.id for account in post.accounts]
    sent = {**form, **typed, "version": post.version, "accounts": accounts}
    answer = as_sari.post(f"/konten/{post.id}/ubah", data={**sent, "aksi": f"beres-{first.id}"})

    assert answer.status_code == 302
    assert answer.location.endswith(f"#tanda-{first.id}")
    db.session.refresh(post)
    assert post.caption == typed["caption"]
    shown = words(as_sari.get(f"/konten/{post.id}/ubah"))
    assert "1 dari 2 beres." in shown
    assert "Sudah diubah" in shown


@pytest.mark.parametrize("button", ["tandai-kalimat", "tandai-gambar", "terima-kata"])
def test_what_is_begun_beside_a_mark_or_a_word_outlives_it(as_budi, make_post, picture, button):
    post = make_post(
        "submit", caption="Kegaitan di Cepu.", pictures=[picture("Bidan."), picture("Balita.")]
    )
    first, second = (one.media.digest for one in post.pictures)
    begun = {
        "tolak-catatan": "Sudah tayang minggu lalu.",
        "tolak-yakin": "y",
        "kembalikan-catatan": "Ganti fotonya.",
        f"{second[:12]}-alasan": "data_pribadi",
        f"{second[:12]}-komentar": "Samarkan wajah anak.",
    }
    kept = {
        "tandai-kalimat": {"tempat": "caption:0", "alasan": "lainnya", "komentar": "Singkat."},
        "tandai-gambar": {
            "gambar": first,
            f"{first[:12]}-bidang": "3",
            f"{first[:12]}-alasan": "lainnya",
            f"{first[:12]}-komentar": "Singkat.",
        },
        "terima-kata": {"kata": "kegaitan"},
    }[button]

    answer = as_budi.post(
        f"/telaah/{post.id}/{button}", data={"version": post.version} | begun | kept
    )

    assert answer.status_code == 200
    for name in ("tolak-catatan", "kembalikan-catatan", f"{second[:12]}-komentar"):
        assert re.search(rf'<textarea[^>]*name="{name}"[^>]*>\s*{begun[name]}<', answer.text)
    assert re.search(r'<input checked[^>]*name="tolak-yakin"', answer.text)
    assert re.search(r'<details id="tolak" open>', answer.text)
    assert not re.search(r"<textarea[^>]*>\s*Singkat.<", answer.text)


def test_what_is_written_of_the_return_outlives_a_mark_and_a_mark_sent_twice_is_one(as_budi, post):
    begun = {"kembalikan-alasan": "foto_buram", "kembalikan-catatan": "Ganti fotonya."}
    for _ in range(2):
        answer = sentence(as_budi, post, komentar="Sebut KK.", **begun)
        assert answer.status_code == 200
        page = answer.get_data(as_text=True)
        assert re.search(r'<textarea[^>]*name="kembalikan-catatan"[^>]*>\s*Ganti fotonya.', page)
        assert re.search(r'value="foto_buram"[^>]*checked|checked[^>]*value="foto_buram"', page)
        assert "Tanda disimpan." in page
        assert not re.search(r'name="komentar"[^>]*>Sebut KK.', page)
    (mark,) = marks()
    rubbed = f"/telaah/{post.id}/hapus-tanda/{mark.id}"
    answer = as_budi.post(rubbed, data={"version": post.version, **begun})
    assert "Ganti fotonya." in answer.get_data(as_text=True)
    assert marks() == []


@pytest.mark.parametrize(
    ("form", "data", "status"),
    [
        ("sentence", {"tempat": "caption:9"}, 422),
        ("sentence", {"tempat": ""}, 422),
        ("sentence", {"alasan": "ngawur"}, 422),
        ("sentence", {"alasan": "lainnya", "komentar": " "}, 422),
        ("sentence", {"version": "0"}, 409),
        ("spot", {"bidang": "10"}, 422),
        ("spot", {"x": "2000", "y": "1"}, 422),
        ("spot", {"gambar": "0" * 64, "bidang": "1"}, 422),
        ("spot", {"bidang": "1" * 5000}, 422),
    ],
)
def test_a_mark_that_cannot_be_is_refused_with_what_was_typed(as_budi, post, form, data, status):
    send = {"sentence": sentence, "spot": spot}[form]

    answer = send(as_budi, post, **{"komentar": "Tolong dicek.", **data})

    assert answer.status_code == status
    if data.get("komentar") is None and form == "sentence":
        assert "Tolong dicek." in answer.get_data(as_text=True)
    if data.get("bidang") is None and form == "spot" and "gambar" not in data:
        assert 'data-axis="x" min="0" max="1000" step="10" value="2000"' in answer.text
    assert marks() == []


def test_only_who_may_decide_marks_and_only_while_it_waits(client_of, budi, yuni, make_post, blora):
    own = make_post("submit", drafted_by=budi, caption=CAPTION)
    decided = make_post("submit", "approve", caption=CAPTION)
    as_budi = client_of(budi)

    assert sentence(as_budi, own).status_code == 403
    assert sentence(as_budi, decided).status_code == 422
    waiting = make_post("submit", caption=CAPTION)
    assert sentence(client_of(yuni), waiting).status_code == 404
    rudi = client_of(person("Rudi", Role.REVIEWER, region=blora))
    sentence(as_budi, waiting)
    (mark,) = marks()
    path = f"/telaah/{waiting.id}/hapus-tanda/{mark.id}"
    assert rudi.post(path, data={"version": waiting.version}).status_code == 404
    assert as_budi.post(path, data={"version": waiting.version}).status_code == 302
    assert marks() == []


def test_the_filter_stays_from_post_to_post_and_after_the_decision(as_budi, make_post):
    first = make_post("submit", kind=PostKind.LAYANAN)
    make_post("submit", kind=PostKind.PROGRAM)
    last = make_post("submit", kind=PostKind.LAYANAN)

    page = as_budi.get(f"/telaah/{first.id}?jenis=layanan").get_data(as_text=True)
    assert f'rel="next" href="/telaah/{last.id}?jenis=layanan"' in page
    assert "1 dari 2" in page
    answer = sentence(as_budi, first, "caption:0", "?jenis=layanan")
    assert answer.location == f"/telaah/{first.id}?jenis=layanan#tandai"
    path = f"/telaah/{first.id}/kembalikan?jenis=layanan"
    answer = as_budi.post(path, data={"version": first.version})
    assert answer.location == f"/telaah/{last.id}?jenis=layanan"
    lost = as_budi.get(f"/telaah/{last.id}?jenis=ngawur&perangkat_daerah=x")
    assert lost.status_code == 200


def test_drafter_and_reviewer_read_the_same_findings_and_score(as_budi, client_of, sari, make_post):
    post = make_post("submit", caption="Kegaitan di Cepu, hubungi 0812-3456-7890.")
    reviewer = words(as_budi.get(f"/telaah/{post.id}"))
    post.status = PostStatus.DRAFT
    db.session.commit()
    drafter = words(client_of(sari).get(f"/konten/{post.id}/ubah"))

    for told in (
        "“kegaitan” tidak ada dalam kamus.",
        "Ada nomor ponsel.",
        "4 dari 6 unsur terisi.",
    ):
        assert told in reviewer
        assert told in drafter
    (score,) = re.findall(r"Nilai rubrik (\d+) dari 100", reviewer)
    assert f"Nilai rubrik: {score} dari 100" in drafter


def test_kominfo_sets_the_yardsticks_and_loses_no_word_of_a_mistake(as_budi, blora, make_post):
    page = words(as_budi.get("/telaah/patokan"))
    assert "Jumlah sekarang: 100." in page
    weights = dict.fromkeys(checking.weights(blora.id), 10)
    assert as_budi.post("/telaah/patokan/bobot", data=weights).status_code == 302
    assert "Jumlah sekarang: 60." in words(as_budi.get("/telaah/patokan"))
    wrong = as_budi.post("/telaah/patokan/bobot", data={**weights, "use": "-3"})
    assert wrong.status_code == 422
    assert 'value="-3"' in wrong.get_data(as_text=True)

    wrong = as_budi.post("/telaah/patokan/nomor", data={"nomor": "112", "layanan": "Darurat"})
    assert wrong.status_code == 422
    assert 'value="Darurat"' in wrong.get_data(as_text=True)
    as_budi.post("/telaah/patokan/nomor", data={"nomor": "0812 3456 7890", "layanan": "Aduan"})
    (hotline,) = checking.hotlines(blora)
    assert "+6281234567890 Aduan" in words(as_budi.get("/telaah/patokan"))
    assert as_budi.post(f"/telaah/patokan/nomor/{hotline.id}/hapus").status_code == 302
    assert checking.hotlines(blora) == []

    post = make_post("submit")
    answer = as_budi.post(f"/telaah/{post.id}/terima-kata", data={"kata": "ngapak"})
    assert answer.location == f"/telaah/{post.id}#isi"
    assert list(checking.words(blora)) == ["ngapak"]
    as_budi.post("/telaah/patokan/kata/hapus", data={"kata": "ngapak"})
    assert list(checking.words(blora)) == []
