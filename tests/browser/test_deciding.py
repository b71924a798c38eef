"""Two people and one post: sent back, written anew, decided once."""

from playwright.sync_api import expect

from tests.browser.cast import ALT_TEXT
from tests.browser.conftest import told

BETTER = "Balita umur 9 bulan sampai 5 tahun terlindung dari campak dan rubela."


def test_returned_with_reasons_written_anew_and_shown_as_a_difference(cast, browser_of, size):
    post_id = cast.post("submit")
    budi = browser_of(cast.budi)
    budi.goto(f"/telaah/{post_id}")
    budi.get_by_text("Kembalikan untuk perbaikan").click()
    budi.get_by_label("Salah ketik").check()
    budi.get_by_label("Catatan untuk perangkat daerah").fill("Sebutkan umur balitanya.")
    budi.get_by_role("button", name="Kembalikan", exact=True).click()
    told(budi, "Konten dikembalikan untuk perbaikan.")

    sari = browser_of(cast.sari)
    sari.goto("/")
    expect(sari.get_by_text("Sebutkan umur balitanya.")).to_be_visible()
    sari.get_by_role("link", name="Imunisasi gratis di puskesmas").first.click()
    sari.get_by_role("link", name="Perbaiki konten").click()
    expect(sari.get_by_text("Diminta perbaikan oleh Budi")).to_be_visible()
    sari.get_by_label("Apa hasilnya bagi warga?").fill(BETTER)
    sari.get_by_role("button", name="Ajukan untuk ditelaah").click()
    told(sari, "Konten diajukan.")

    budi.goto("/telaah")
    budi.get_by_role("link", name="Imunisasi gratis di puskesmas").click()
    changes = budi.locator("#perubahan")
    expect(changes).to_contain_text("Manfaat bagi warga")
    expect(changes.locator("ins").first).to_be_visible()
    expect(changes).not_to_contain_text("Teks alternatif")
    expect(budi.locator("#riwayat")).to_contain_text("Sebutkan umur balitanya.")


def test_a_return_without_a_reason_says_so_and_keeps_the_words(cast, browser_of):
    budi = browser_of(cast.budi)
    budi.goto(f"/telaah/{cast.post('submit')}")
    budi.get_by_text("Kembalikan untuk perbaikan").click()
    budi.get_by_label("Catatan untuk perangkat daerah").fill("Umurnya?")
    budi.get_by_role("button", name="Kembalikan", exact=True).click()

    summary = budi.get_by_role("alert").filter(has_text="Ada yang perlu diperbaiki")
    expect(summary).to_be_focused()
    expect(budi.get_by_label("Catatan untuk perangkat daerah")).to_have_value("Umurnya?")


def test_an_old_page_decides_nothing(cast, browser_of):
    post_id = cast.post("submit")
    budi = browser_of(cast.budi)
    budi.goto(f"/telaah/{post_id}")
    cast.take("withdraw", post_id)
    budi.get_by_role("button", name="Setujui dan jadwalkan").click()

    told = budi.get_by_role("alert").filter(has_text="Keputusan belum disimpan")
    expect(told).to_contain_text("sudah ditarik kembali oleh Sari")
    expect(budi.get_by_role("button", name="Setujui dan jadwalkan")).to_have_count(0)


def test_two_tabs_of_a_reviewer_approve_once(cast, browser_of, practice):
    post_id = cast.post("submit")
    first = browser_of(cast.budi)
    first.goto(f"/telaah/{post_id}")
    second = first.context.new_page()
    second.goto(f"/telaah/{post_id}")
    first.get_by_role("button", name="Setujui dan jadwalkan").click()
    told(first, "Terjadwal di 2 akun")
    second.get_by_role("button", name="Setujui dan jadwalkan").click()
    expect(second.get_by_text("sudah disetujui oleh Budi").first).to_be_visible()

    cast.let_the_deliveries_come_due(post_id)
    cast.wait_until_out(post_id)
    for channel in (cast.x, cast.facebook):
        assert len(practice.ledger(channel.platform, channel.remote_id)) == 1


def test_a_post_whose_time_has_passed_goes_out_when_the_reviewer_says_so(
    cast, browser_of, practice
):
    post_id = cast.post("submit")
    cast.let_the_planned_time_come(post_id)
    budi = browser_of(cast.budi)
    budi.goto(f"/telaah/{post_id}")
    budi.get_by_role("button", name="Setujui dan tayangkan segera").click()
    expect(budi.get_by_text("Waktu tayang konten ini sudah lewat.").first).to_be_visible()
    budi.get_by_label("langsung tayang setelah disetujui").check()
    budi.get_by_role("button", name="Setujui dan tayangkan segera").click()
    told(budi, "Segera tayang di 2 akun.")

    cast.wait_until_out(post_id)
    budi.goto(f"{practice.url}/x/{cast.x.handle}")
    expect(budi.get_by_alt_text(ALT_TEXT)).to_have_count(1)
