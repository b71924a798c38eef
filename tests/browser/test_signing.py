"""A head signs on a phone, by a link, without a password and without JavaScript."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from publisher import clock
from publisher.db import db
from publisher.models.people import User
from publisher.models.posts import Post
from publisher.workflow import signing
from tests.browser.conftest import stranger

PHONE = {"viewport": {"width": 390, "height": 844}}


def test_a_head_signs_on_a_phone_by_a_link_and_nothing_else_opens(
    cast, browser_of, new_context, request
):
    with cast.stage():
        budi = db.session.get(User, cast.budi.id)
        office = db.session.get(User, cast.sari.id).office
        signing.set_exception(office, asked=True, deputy_id=None, actor=budi, at=clock.now())
    post_id = cast.post("submit", title="Donor darah")
    sari = browser_of(cast.sari, **PHONE, java_script_enabled=False)
    sari.goto(f"/konten/{post_id}")
    expect(sari.get_by_text("Menunggu tanda tangan Wulan").first).to_be_visible()
    sari.get_by_role("button", name="Buat tautan tanda tangan").click()
    message = sari.get_by_label("Pesan untuk Wulan").input_value()
    path = urlsplit(next(word for word in message.split() if "/ttd/" in word)).path

    phone = stranger(new_context, request, **PHONE, java_script_enabled=False)
    phone.goto(path)
    expect(phone.get_by_role("heading", name="Donor darah")).to_be_visible()
    picture = phone.get_by_role("img", name="Bidan menimbang balita")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    assert phone.locator("main a, header a").count() == 0
    phone.get_by_text("Kembalikan kepada penyusun").click()
    phone.get_by_role("button", name="Kembalikan", exact=True).click()
    expect(phone.get_by_role("alert")).to_contain_text("Pilih sedikitnya satu alasan.")
    phone.get_by_role("button", name="Setuju dan tanda tangani").click()
    expect(phone.get_by_role("heading", name="Ditandatangani")).to_be_visible()

    with cast.stage():
        head = signing.asked(db.session.get(Post, post_id), at=clock.now()).head
        assert (head.answered_by_id, head.details["way"]) == (cast.wulan.id, "link")
    desk = browser_of(cast.budi)
    desk.goto(f"/telaah/{post_id}")
    expect(desk.get_by_text("Melalui tautan yang dibuat Sari")).to_be_visible()
    expect(desk.get_by_role("button", name="Setujui dan jadwalkan")).to_be_visible()
