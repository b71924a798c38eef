"""Timelines of platforms that fetch pictures, and the inbox where a person finishes a draft."""

from urllib.error import HTTPError

import pytest

from publisher.practice.fetching import Fetcher
from publisher.practice.instagram import code_of, permalink, post_of
from publisher.practice.server import PracticeServer
from tests.platforms.gallery import Gallery
from tests.practice.parts import own

INBOX = "/tiktok/dinkesblora/kotak-masuk"


@pytest.fixture(scope="module")
def gallery():
    gallery = Gallery()
    yield gallery
    gallery.close()


@pytest.fixture
def practice(tmp_path, gallery):
    with PracticeServer(tmp_path / "practice", fetcher=Fetcher(gallery.url)) as server:
        for platform, name in (("instagram", "token"), ("tiktok", "access_token")):
            server.register(
                platform=platform,
                remote_id="1700",
                handle="dinkesblora",
                display_name="Dinas Kesehatan",
                credentials={name: f"secret-{platform}"},
            )
        yield server


def leave_draft(practice, gallery, text="Posyandu <b>gratis</b>"):
    """Leave a draft in the inbox; return its number."""
    body = {
        "media_type": "PHOTO",
        "post_mode": "MEDIA_UPLOAD",
        "post_info": {"description": text},
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": [gallery.picture().url],
            "photo_cover_index": 0,
        },
    }
    headers = {"Host": "open.tiktokapis.com", "Authorization": "Bearer secret-tiktok"}
    answer = own(practice, "POST", "/v2/post/publish/content/init/", json=body, headers=headers)
    return answer.json()["data"]["publish_id"]


def test_a_draft_is_seen_in_the_inbox_alone_until_its_person_posts_it(practice, gallery):
    draft = leave_draft(practice, gallery)

    assert practice.ledger("tiktok") == []
    page = own(practice, "GET", INBOX).text
    assert "Posyandu &lt;b&gt;gratis&lt;/b&gt;" in page
    assert draft in page
    assert "(1 draf)" in own(practice, "GET", "/tiktok/dinkesblora").text

    answer = own(practice, "POST", INBOX, data={"draf": draft}, headers={"Origin": practice.url})

    (post,) = practice.ledger("tiktok")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/tiktok/dinkesblora/photo/{post['remote_id']}"
    assert own(practice, "GET", answer.headers["Location"]).status_code == 200
    assert "Tidak ada draf" in own(practice, "GET", INBOX).text


def test_another_page_cannot_post_a_draft(practice, gallery):
    draft = leave_draft(practice, gallery)

    for headers in ({"Origin": "https://evil.example"}, {}):
        answer = own(practice, "POST", INBOX, data={"draf": draft}, headers=headers)
        assert answer.status_code == 403
    assert practice.ledger("tiktok") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"post_info": None},
        {"post_info": {"description": 7}},
        {"post_info": {"title": "a" * 91}},
        {"post_info": {"description": "🎉" * 2001}},
        {"source_info": []},
        {"source_info": {"source": "PULL_FROM_URL", "photo_images": []}},
        {"source_info": {"source": "PULL_FROM_URL", "photo_images": ["x"] * 36}},
        {"media_type": "VIDEO"},
    ],
)
def test_a_draft_that_tiktok_does_not_understand_is_refused(practice, wrong):
    source = {"source": "PULL_FROM_URL", "photo_images": ["x"]}
    body = {"media_type": "PHOTO", "post_info": {}, "source_info": source, **wrong}
    headers = {"Host": "open.tiktokapis.com", "Authorization": "Bearer secret-tiktok"}

    answer = own(practice, "POST", "/v2/post/publish/content/init/", json=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_params")


def test_a_draft_is_posted_once_only(practice, gallery):
    draft = leave_draft(practice, gallery)

    practice.finish(draft)
    with pytest.raises(HTTPError):
        practice.finish(draft)

    assert len(practice.ledger("tiktok")) == 1


def test_drafts_and_containers_outlive_the_server(practice, gallery, tmp_path):
    draft = leave_draft(practice, gallery)
    practice.stop()

    with PracticeServer(tmp_path / "practice") as again:
        again.finish(draft)
        assert len(again.ledger("tiktok")) == 1


def test_the_code_in_an_address_leads_back_to_the_post(practice):
    (known,) = practice.remember(
        [{"platform": "instagram", "account": "1700", "text": "Vaksin", "at": "2026-11-01T01:00Z"}]
    )

    path = known["url"].removeprefix("https://")
    assert post_of(code_of(known["remote_id"])) == known["remote_id"]
    assert known["url"] == permalink(None, known["remote_id"])
    assert "Vaksin" in own(practice, "GET", f"/{path}").text
    assert own(practice, "GET", "/instagram/p/..%00").status_code == 404


@pytest.mark.parametrize("path", ["www.instagram.com/dinkesblora/", "www.tiktok.com/@dinkesblora/"])
def test_where_an_account_really_is_leads_to_its_timeline(practice, path):
    answer = own(practice, "GET", f"/{path}", allow_redirects=True)

    assert (answer.status_code, answer.url.endswith("m/dinkesblora")) == (200, "instagram" in path)


def test_pictures_are_fetched_from_this_machine_alone(gallery):
    for wrong in (
        "http://10.0.0.1:80",
        "https://127.0.0.1:1",
        "http://siar.blorakab.go.id",
        "ftp:",
    ):
        with pytest.raises(ValueError, match="this machine"):
            Fetcher("https://siar.blorakab.go.id", wrong)
    picture = gallery.picture()
    path = picture.url.removeprefix(gallery.url)
    fetcher = Fetcher("https://siar.blorakab.go.id", gallery.url)

    assert fetcher.fetch(f"https://siar.blorakab.go.id{path}", 10**6) == picture.content
    for url in (
        picture.url,
        f"http://siar.blorakab.go.id{path}",
        f"https://siar.blorakab.go.id.evil.example{path}",
        f"https://siar.blorakab.go.id@evil.example{path}",
        "https://siar.blorakab.go.id/nothing.jpg",
        "https://siar.blorakab.go.id/publik/é\r\nHost: x",
        "https://[siar.blorakab.go.id/",
        "",
    ):
        assert fetcher.fetch(url, 10**6) is None
    assert Fetcher().fetch(picture.url, 10**6) is None
