"""Sari sees what was posted without Siar and claims it; Budi decides."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.found import Claim, ClaimStatus, FoundPost
from publisher.platforms.base import Published
from publisher.workflow import closing, composing, reporting

LINK = "https://x.com/dinkesblora/status/71"
SAYS = "Posyandu <b>melati</b> buka Kamis. Bawa buku KIA."


@pytest.fixture
def found_id(dinkes_x, sari, budi):
    at = clock.now()
    sari.created_at = budi.created_at = at - timedelta(days=1)  # else they are not told
    post = Published(
        remote_id="71", url=LINK, text=SAYS, published_at=at - timedelta(seconds=1), picture_count=0
    )
    composing.collect(dinkes_x, [post], at=at)
    db.session.commit()
    return db.session.scalar(sa.select(FoundPost.id))


def pages(office, found_id):
    week = Week.of(db.session.get(FoundPost, found_id).published_at, "Asia/Jakarta")
    back = f"/laporan/perangkat-daerah/{office.id}/{week}"
    return back, f"{back}/di-luar-siar", f"/unggahan-di-luar/{found_id}/klaim"


def only_claim():
    db.session.rollback()
    return db.session.scalars(sa.select(Claim).order_by(Claim.id.desc())).first()


def test_a_claim_from_the_list_to_the_number(client_of, sari, budi, dinkes, found_id):
    week_page, listed, form = pages(dinkes, found_id)
    drafter, reviewer = client_of(sari), client_of(budi)

    assert "di-luar-siar" in drafter.get(week_page).text
    page = drafter.get(listed).text
    assert "Posyandu &lt;b&gt;melati&lt;/b&gt; buka Kamis." in page
    assert LINK in page
    assert 'value="Posyandu &lt;b&gt;melati&lt;/b&gt; buka Kamis"' in drafter.get(form).text

    gist = "Kader posyandu, Kamis, balai desa"
    typed = drafter.post(form, data={"title": " ", "kind": "layanan", "gist": gist})
    assert typed.status_code == 422
    assert gist in typed.text
    assert drafter.post(form, data={"title": "A" * 151, "kind": "layanan"}).status_code == 422
    assert drafter.post(form, data={"title": "Posyandu", "kind": "bukan"}).status_code == 422
    sent = drafter.post(form, data={"title": "Posyandu melati", "kind": "layanan", "gist": gist})
    assert sent.location == listed
    again = drafter.post(form, data={"title": "Sekali lagi", "kind": "layanan", "gist": gist})
    assert again.status_code == 422
    assert "sudah diklaim" in again.text

    queue = reviewer.get("/klaim").text
    assert "Posyandu melati" in queue
    assert gist in queue
    assert "mengklaim unggahan" in reviewer.get("/pemberitahuan").text
    claim_id = only_claim().id
    assert reviewer.post(f"/klaim/{claim_id}/terima").location == "/klaim"
    assert reviewer.post(f"/klaim/{claim_id}/terima").status_code == 409
    page = drafter.get(week_page).text
    assert "Di antaranya 1 unggahan di luar Siar" in page
    assert "klaim, tayang di luar Siar" in page
    assert "sudah diputuskan" in drafter.get("/pemberitahuan").text


def test_a_claim_is_withdrawn_or_refused_and_filed_again(client_of, sari, budi, dinkes, found_id):
    _, listed, form = pages(dinkes, found_id)
    drafter, reviewer = client_of(sari), client_of(budi)
    naming = {"title": "Posyandu", "kind": "layanan"}
    drafter.post(form, data=naming)
    drafter.post(f"/klaim/{only_claim().id}/tarik")
    drafter.post(form, data=naming)

    assert reviewer.post(f"/klaim/{only_claim().id}/tolak", data={}).status_code == 422
    reviewer.post(f"/klaim/{only_claim().id}/tolak", data={"alasan": "Bukan <kegiatan>"})

    assert only_claim().status is ClaimStatus.REFUSED
    page = drafter.get(listed).text
    assert "Bukan &lt;kegiatan&gt;" in page
    assert form in page


def test_what_was_claimed_in_time_leads_to_the_correction_of_its_closed_week(
    client_of, sari, budi, blora, dinkes, found_id
):
    week_page, _, form = pages(dinkes, found_id)
    week = week_page.rpartition("/")[2]
    client_of(sari).post(form, data={"title": "Posyandu", "kind": "layanan"})
    claim_id = only_claim().id
    with time_machine.travel(Week.parse(week).ends("Asia/Jakarta") + timedelta(hours=1)):
        at = clock.now()
        report = reporting.week_report(blora, Week.parse(week), at=at)
        closing.close(blora, report, by=budi, at=at, reason="Lebih awal")
        db.session.commit()

        accepted = client_of(budi).post(f"/klaim/{claim_id}/terima")

    assert accepted.location == f"/laporan/{week}/koreksi"
