"""What people see: timelines, alternative texts, a page to order faults, all under a strict CSP."""

import base64
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.practice.parts import PNG, attached, graph, own, photo, tweet, upload

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def lively(dinkes):
    """Both timelines with a picture each; return the server."""
    media_id = upload(dinkes).json()["data"]["id"]
    tweet(dinkes, "Posyandu #Sehat & <b>gratis</b>", [media_id])
    photo_id = photo(dinkes, alt_text_custom="Antrean ibu dan balita").json()["id"]
    graph(dinkes, "POST", "555/feed", data={"message": "Imunisasi", **attached(photo_id)})
    return dinkes


def paths(practice):
    posts = {post["platform"]: post for post in practice.ledger()}
    number = posts["facebook"]["remote_id"].partition("_")[2]
    return [
        "/",
        "/gangguan",
        "/x/dinkesblora",
        "/facebook/dinkesblora",
        f"/x/dinkesblora/status/{posts['x']['remote_id']}",
        f"/facebook/dinkesblora/posts/{number}",
    ]


def test_every_page_is_served_under_a_strict_policy(lively):
    for path in paths(lively):
        answer = own(lively, "GET", path)
        assert answer.status_code == 200, path
        assert answer.headers["Content-Security-Policy"] == CSP
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "bukan media sosial sungguhan" in answer.text
        assert "style=" not in answer.text
        assert "<script" not in answer.text


def test_the_timeline_shows_text_escaped_and_pictures_described(lively):
    x = own(lively, "GET", "/x/dinkesblora").text
    facebook = own(lively, "GET", "/facebook/dinkesblora").text

    assert "&amp; &lt;b&gt;gratis&lt;/b&gt;" in x
    assert 'class="lively">#Sehat<' in x
    assert 'alt="Antrean ibu dan balita"' in facebook
    digest = lively.ledger("x")[0]["media"][0]["sha256"]
    answer = own(lively, "GET", f"/media/{digest}")
    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")


def test_permalinks_of_the_real_platforms_lead_to_the_same_posts(lively):
    for post in lively.ledger():
        path = "/" + post["url"].removeprefix("https://")
        assert post["text"].split()[0] in own(lively, "GET", path).text
    x = lively.ledger("x")[0]["remote_id"]
    facebook = lively.ledger("facebook")[0]["remote_id"]
    assert own(lively, "GET", f"/x.com/i/status/{x}").status_code == 200
    assert own(lively, "GET", f"/www.facebook.com/{facebook}").status_code == 200


def test_a_post_that_was_taken_down_is_gone_for_people_too(lively):
    post_id = lively.ledger("facebook")[0]["remote_id"]
    graph(lively, "DELETE", post_id)

    answer = own(lively, "GET", f"/www.facebook.com/{post_id}")

    assert answer.status_code == 404
    assert "sudah diturunkan" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/x/nobody", "/facebook/nobody", "/media/abc", "/media/..%2fledger.sqlite", "/x/a/status/1",
     "/facebook/dinkesblora/posts/1", "/static/../app.py", "/nothing"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(dinkes, path):
    assert own(dinkes, "GET", path).status_code == 404


def test_a_long_timeline_has_pages(dinkes):
    at = datetime.now(UTC)
    posts = [
        {"platform": "x", "account": "1700", "text": f"Kegiatan {number}.", "at": at.isoformat()}
        for number in range(45)
    ]
    dinkes.remember(posts)

    counts = [
        own(dinkes, "GET", f"/x/dinkesblora?halaman={page}").text.count("<article")
        for page in (1, 2, 3, 4)
    ]
    assert counts == [20, 20, 5, 0]


def test_a_fault_is_ordered_and_taken_back_by_hand(dinkes):
    origin = {"Origin": dinkes.url}
    order = {"akun": "x:1700", "kind": "slow", "times": "2", "seconds": "3"}

    answer = own(dinkes, "POST", "/gangguan", data=order, headers=origin)
    assert answer.status_code == 303
    (fault,) = dinkes.faults()
    assert (fault["kind"], fault["times"], fault["seconds"]) == ("slow", 2, 3)
    assert "Dinas Kesehatan (X)" in own(dinkes, "GET", "/gangguan").text

    back = {"bersihkan": "1", "id": str(fault["id"])}
    own(dinkes, "POST", "/gangguan", data=back, headers=origin)
    assert dinkes.faults() == []


def test_a_form_that_makes_no_sense_says_so(dinkes):
    answer = own(
        dinkes, "POST", "/gangguan", data={"kind": "slow", "times": "x"},
        headers={"Origin": dinkes.url},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "Tidak ada yang diubah" in answer.text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_every_page_is_accessible_and_fits(lively, browser, width, scheme):
    many = [{"content": base64.b64encode(PNG).decode(), "alt_text": "Satu"}] * 4
    post = {"account": "1700", "text": "Empat", "at": datetime.now(UTC).isoformat()}
    lively.remember([{"platform": "x", **post, "pictures": many}])
    lively.order_fault("x", "1700", "drop_after")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in [*paths(lively), "/x/nobody/status/1"]:
        page.goto(lively.url + path)
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
    assert [one for one in said if "404" not in one] == []
