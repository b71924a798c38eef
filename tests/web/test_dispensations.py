"""A dispensation with a copy of its letter: who may have it, and what was typed stays."""

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.quotas import Dispensation, DispensationFile
from publisher.workflow import closing, reporting
from publisher.workflow.registering import documents
from publisher.workflow.registering.documents import NoDocument

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer\n%%EOF\n"
GIVE = "/registri/dispensasi/beri"


def picture(kind="JPEG"):
    content = BytesIO()
    Image.new("RGB", (300, 400), "white").save(content, kind)
    return content.getvalue()


def last_week():
    return Week.of(clock.now(), "Asia/Jakarta").previous()


def typed(office, content=None, name="surat sekda.pdf", **more):
    fields = {
        "office": office.id, "first": last_week(), "last": last_week(),
        "reason": "Kantor terdampak banjir", "document": "Sekda 400/12",
    }  # fmt: skip
    return fields | more | ({} if content is None else {"file": (BytesIO(content), name)})


def only():
    db.session.rollback()
    return db.session.scalars(sa.select(Dispensation)).one()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html><script>alert(1)</script>", b"%PDF-1.7 cut off", b"MZ\x90" + PDF,
        picture()[:200], PDF + b"\0" * documents.MOST_BYTES, b"<svg xmlns='a'></svg>",
    ],
    ids=["empty", "page", "cut PDF", "program", "cut picture", "huge", "svg"],
)  # fmt: skip
def test_only_a_whole_letter_is_kept(app, content):
    with pytest.raises(NoDocument):
        documents.keep(content, "surat.pdf", app.extensions["media_store"])


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/jpeg")])
def test_a_photo_of_a_letter_is_cleaned(app, kind, mime):
    kept = documents.keep(picture(kind), "\u202e../surat.png", app.extensions["media_store"])

    assert (kept.mime, kept.name) == (mime, "../surat.png")


def test_a_letter_stays_through_a_mistake_and_goes_to_those_concerned_alone(
    client_of, budi, ratna, sari, wulan, tono, heru, yuni, dinkes
):
    reviewer = client_of(budi)
    page = reviewer.post(GIVE, data=typed(dinkes, PDF, reason=""))
    assert page.status_code == 422
    assert "Sudah terlampir: surat sekda.pdf" in page.text
    token = page.text.split('name="kept" type="hidden" value="')[1].split('"')[0]
    forged = reviewer.post(GIVE, data=typed(dinkes, reason="", kept=token[:-2] + "AA"))
    assert "Sudah terlampir" not in forged.text
    assert reviewer.post(GIVE, data=typed(dinkes, b"MZ", "surat.exe")).status_code == 422
    assert reviewer.post(GIVE, data=typed(dinkes, kept=token)).status_code == 302

    letter = f"/registri/dispensasi/{only().id}/surat"
    for person in (budi, ratna, sari, wulan):
        answer = client_of(person).get(letter)
        assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for person, status in ((tono, 404), (yuni, 404), (heru, 403)):
        assert client_of(person).get(letter).status_code == status
    week_page = f"/laporan/perangkat-daerah/{dinkes.id}/{last_week()}"
    assert letter in client_of(sari).get(week_page).text

    other = f"/registri/dispensasi/{only().id}/surat/unggah"
    assert reviewer.get(other).status_code == 200
    assert reviewer.post(other, data={}).status_code == 422
    reviewer.post(other, data={"file": (BytesIO(picture()), "foto.jpg")})
    assert reviewer.get(letter).mimetype == "image/jpeg"
    assert client_of(yuni).get(other).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DispensationFile)) == 1


def test_who_grants_for_a_closed_week_is_led_to_its_correction(client_of, budi, blora, dinkes):
    at = clock.now() - timedelta(seconds=1)
    report = reporting.week_report(blora, last_week(), at=at)
    closing.close(blora, report, by=budi, at=at, reason="Lebih awal")
    db.session.commit()
    reviewer = client_of(budi)

    granted = reviewer.post(GIVE, data=typed(dinkes))

    correction = f"/laporan/{last_week()}/koreksi?dispensasi={only().id}"
    assert granted.location == correction
    page = reviewer.get(correction).text
    assert "Dispensasi Dinas Kesehatan: Kantor terdampak banjir (Sekda 400/12)" in page
    assert correction in reviewer.get("/registri/dispensasi").text
    assert reviewer.get(f"/laporan/{last_week()}/koreksi?dispensasi=99").status_code == 404
    reviewer.post(correction, data={"reason": "Dispensasi", "version": 1})
    assert correction not in reviewer.get("/registri/dispensasi").text
