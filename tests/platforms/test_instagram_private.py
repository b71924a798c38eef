"""Instagram's private API: instagrapi's real client, held to one request a time."""

import hashlib
import json
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import requests
from instagrapi import exceptions as ig
from PIL import Image

from publisher.platforms import http, logins, open_driver
from publisher.platforms.base import Outgoing, Picture, Receipt
from publisher.platforms.errors import AccountBlocked, OutcomeUnknown, Refused, TryLater
from publisher.platforms.instagram_private_client import DELAY_S, Client, OnceOnly, _translate
from publisher.practice import instagram_private as practised
from publisher.practice.instagram_private_login import error
from tests.platforms.parts import CREDENTIALS, Desk


@pytest.fixture
def desk(practice):
    return Desk("instagram_private", practice)


def jpeg(shade=200, size=(320, 320)):
    content = BytesIO()
    Image.new("L", size, shade).save(content, "JPEG")
    return content.getvalue()


def picture(alt_text="Kader menimbang balita.", shade=200, size=(320, 320)):
    return Picture(content=jpeg(shade, size), mime="image/jpeg", alt_text=alt_text, name="1.jpg")


POST = Outgoing(text="Imunisasi gratis di puskesmas.", pictures=(picture(),))


def now():
    return datetime.now(UTC)


def test_an_album_arrives_whole_byte_by_byte_with_its_alternative_texts(desk):
    shades = (10, 20, 30)
    pictures = tuple(picture(f"Foto {shade}", shade) for shade in shades)
    driver = desk.driver()

    receipt = driver.publish(driver.prepare(Outgoing(text="Posyandu.", pictures=pictures)))

    (post,) = desk.published()
    digests = [hashlib.sha256(jpeg(shade)).hexdigest() for shade in shades]
    assert [one["sha256"] for one in post["media"]] == digests
    assert [one["alt_text"] for one in post["media"]] == ["Foto 10", "Foto 20", "Foto 30"]
    assert (post["remote_id"], post["url"]) == (receipt.remote_id, receipt.url)


def test_the_official_api_shows_the_same_post(desk, practice):
    driver = desk.driver()
    receipt = driver.publish(driver.prepare(POST))

    (found,) = Desk("instagram", practice).driver().recent(now() - timedelta(minutes=5))

    assert (found.remote_id, found.url) == (receipt.remote_id, receipt.url)


def test_what_is_uploaded_is_announced_as_instagrapi_does(desk, tmp_path, monkeypatch):
    path = tmp_path / "1.jpg"
    path.write_bytes(jpeg())
    client = Client(json.loads(desk.credentials["settings"]))
    sent = []

    def post(url, data, headers, **_):
        sent.append((url, headers))
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"upload_id":"17","status":"ok"}'
        answer.request = requests.Request("POST", url).prepare()
        return answer

    monkeypatch.setattr(client.private, "post", post)
    client.photo_rupload(path, "17", to_album=True)
    client.upload(jpeg(), "17", in_album=True)

    (theirs, their_headers), (ours, our_headers) = sent
    assert theirs.rpartition("_")[0] == ours.rpartition("_")[0]
    assert set(their_headers) == set(our_headers)
    params = "X-Instagram-Rupload-Params"
    assert json.loads(their_headers[params]) == json.loads(our_headers[params])


@pytest.mark.parametrize("operation", ["publish", "upload", "read"])
def test_a_request_timeout_of_the_platform_is_not_answered_with_a_second_request(
    desk, monkeypatch, operation
):
    monkeypatch.setattr(
        practised.InstagramPrivate, "refusal", lambda *_: error(408, "Request Timeout")
    )
    driver = desk.driver()
    prepared = driver.prepare(POST)
    asked = len(desk.on_the_wire(operation))
    desk.fault("refused", on=operation)
    steps = {
        "publish": lambda: driver.publish(prepared),
        "upload": lambda: driver.prepare(POST),
        "read": driver.check,
    }

    with pytest.raises(OutcomeUnknown if operation == "publish" else TryLater):
        steps[operation]()

    assert len(desk.on_the_wire(operation)) == asked + 1


def test_a_redirect_is_not_followed(desk, monkeypatch):
    elsewhere = {"Location": "https://i.instagram.com/api/v1/media/configure/"}
    monkeypatch.setattr(
        practised.InstagramPrivate, "refusal", lambda *_: error(307, "", headers=elsewhere)
    )
    driver = desk.driver()
    prepared = driver.prepare(POST)
    desk.fault("refused", on="publish")

    with pytest.raises(OutcomeUnknown):
        driver.publish(prepared)

    assert len(desk.on_the_wire("publish")) == 1


def test_a_challenge_sets_the_account_aside_and_asks_nobody(desk):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    desk.fault("challenge", on="publish")

    with pytest.raises(AccountBlocked):
        driver.publish(prepared)


def test_pictures_that_instagram_has_forgotten_are_prepared_again(desk):
    driver = desk.driver()
    first = driver.prepare(POST)
    driver.publish(first)

    with pytest.raises(TryLater):
        driver.publish(first)

    assert len(desk.published()) == 1


def test_a_post_whose_caption_was_changed_is_found_by_its_upload(desk):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    receipt = driver.publish(prepared)
    changed = type(prepared)(**{**vars(prepared), "text": "Teks yang lain."})

    assert driver.find(changed, now()).remote_id == receipt.remote_id
    assert driver.find(changed, now(), {receipt.remote_id}) is None


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "17",
        {},
        {"pk": "17", "code": "a", "media_type": 1},
        {"pk": "x", "code": "a", "taken_at": 1, "media_type": 1},
        {"pk": "17", "code": "../../x", "taken_at": 1, "media_type": 1},
        {"pk": "17", "code": "a", "taken_at": 10**20, "media_type": 1},
        {"pk": "17", "code": "a", "taken_at": 1, "media_type": 1, "caption": "teks"},
        {"pk": "17", "code": "a", "taken_at": 1, "media_type": 8, "carousel_media": 7},
    ],
)
def test_an_odd_answer_is_neither_a_receipt_nor_an_empty_account(desk, monkeypatch, odd):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    page = {"items": [odd], "num_results": 1, "more_available": False, "media": odd}
    monkeypatch.setattr(driver._client, "private_request", lambda *_, **__: page)

    with pytest.raises(OutcomeUnknown):
        driver.publish(prepared)
    with pytest.raises(TryLater):
        driver.find(prepared, now())


def test_pinned_posts_do_not_end_the_reading(desk, monkeypatch):
    driver = desk.driver()
    moments = [now() - timedelta(days=90), *(now() - timedelta(minutes=n) for n in range(40))]
    items = [
        {"pk": str(n), "code": f"kode{n}", "taken_at": at.timestamp(), "media_type": 1}
        for n, at in enumerate(moments, 1)
    ]
    pages = iter(
        {
            "items": part,
            "num_results": len(part),
            "more_available": bool(rest),
            "next_max_id": "20_1700",
        }
        for part, rest in ((items[:20], True), (items[20:], False))
    )
    monkeypatch.setattr(driver._client, "private_request", lambda *_, **__: next(pages))

    found = driver.recent(now() - timedelta(days=1))

    assert [post.remote_id for post in found] == [str(n) for n in range(2, 42)]


def test_without_a_wait_of_its_own_a_limit_rests_the_account_for_hours(desk):
    driver = desk.driver()
    prepared = driver.prepare(POST)
    desk.fault("rate_limit", seconds=0, on="publish")

    with pytest.raises(TryLater) as caught:
        driver.publish(prepared)

    assert caught.value.whole_account
    assert caught.value.wait_s >= 3600


@pytest.mark.parametrize("pictures", [0, 11])
def test_a_post_has_one_to_ten_pictures(desk, pictures):
    with pytest.raises(Refused):
        desk.driver().prepare(Outgoing(text="Halo", pictures=(picture(),) * pictures))

    assert desk.on_the_wire("upload") == []


@pytest.mark.parametrize("settings", ["", "{}", "[]", "null", '{"authorization_data": {}}', "{"])
def test_without_a_session_nothing_is_opened(desk, settings):
    with pytest.raises(AccountBlocked):
        desk.driver(settings=settings)


def test_another_accounts_session_is_noticed(desk):
    with pytest.raises(AccountBlocked):
        desk.driver(user_id="1800").check()


def test_a_session_that_changed_is_given_back_and_works(desk):
    driver = desk.driver()
    assert driver.changed_credentials() is None

    driver.check()

    changed = driver.changed_credentials()
    assert changed is not None
    assert desk.driver(**changed).check().handle == "dinkesblora"


def test_no_message_holds_the_session(desk):
    session = json.loads(desk.credentials["settings"])["authorization_data"]["sessionid"]
    driver = desk.driver()
    desk.fault("expired_token", on="read")

    with pytest.raises(AccountBlocked) as caught:
        driver.check()

    assert session not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_post_is_taken_down_once_and_for_all(desk):
    driver = desk.driver()
    receipt = driver.publish(driver.prepare(POST))

    driver.remove(receipt)
    driver.remove(receipt)

    assert driver.recent(now() - timedelta(hours=1)) == []
    with pytest.raises(Refused):
        driver.remove(Receipt(remote_id="../x", url="https://www.instagram.com/"))


# -- the client's settings ---------------------------------------------------------------


def test_the_client_asks_nobody_and_repeats_nothing(desk):
    client = desk.driver()._client

    assert client.handle_exception is None
    assert not client.with_challenge_flow
    assert client.session_retry_total == 0
    assert client.request_timeout == 0
    assert client.challenge_code_handler("dinkesblora", None) is None
    for session in (client.private, client.public, client.graphql):
        assert session.get_adapter("https://i.instagram.com/") is http.adapter()
        assert not session.trust_env
        assert session.verify is True


def test_a_new_phone_is_one_of_indonesia(practice):
    settings = Client().get_settings()

    assert settings["locale"] == "id_ID"
    assert (settings["country"], settings["country_code"]) == ("ID", 62)
    assert settings["timezone_offset"] == 7 * 3600
    assert "id_ID" in settings["user_agent"]


def test_at_instagram_itself_requests_keep_a_persons_pace(direct):
    assert Client().delay_range == list(DELAY_S)


@pytest.fixture
def direct():
    """No gateway: the transport is the one for Instagram itself."""
    http.configure(connect_s=0.5, read_s=0.5)
    yield
    http.configure()


def curl(url):
    """Send one request as at Instagram itself, through instagrapi's own transport."""
    transport = Client().private.get_adapter("https://i.instagram.com/")
    return transport.send(requests.Request("POST", url, data="x").prepare())


def test_a_server_that_never_answers_lets_go_of_the_thread(direct):
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(requests.RequestException) as caught:
        curl(f"http://127.0.0.1:{silent.getsockname()[1]}/api/v1/media/configure/")

    assert isinstance(http.translate(caught.value, public=True), OutcomeUnknown)


def test_where_nobody_listens_nothing_was_sent(direct):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(requests.RequestException) as caught:
        curl(f"http://127.0.0.1:{port}/api/v1/media/configure/")

    assert isinstance(http.translate(caught.value, public=True), TryLater)


def test_instagrapi_is_imported_when_a_driver_is_opened_and_not_before():
    code = (
        "import sys; from publisher import create_app; from publisher.platforms import *;"
        "from publisher.platforms import DRIVERS, driver_class, drivers_of, logins;"
        "kinds = [driver_class(driver) for driver in DRIVERS];"
        "assert all(kind.limits and kind.way for kind in kinds);"
        "assert 'instagrapi' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# -- errors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raised", "meaning"),
    [
        (ig.FeedbackRequired, AccountBlocked),
        (ig.LoginRequired, AccountBlocked),
        (ig.ChallengeRequired, AccountBlocked),
        (ig.AccountSuspended, AccountBlocked),
        (ig.ClientUnauthorizedError, AccountBlocked),
        (ig.ClientForbiddenError, AccountBlocked),
        (ig.TwoFactorRequired, AccountBlocked),
        (ig.BadPassword, AccountBlocked),
        (ig.SentryBlock, AccountBlocked),
        (ig.ClientNeedsUpgradeError, AccountBlocked),
        (ig.PleaseWaitFewMinutes, TryLater),
        (ig.RateLimitError, TryLater),
        (ig.ClientThrottledError, TryLater),
        (ig.ClientBadRequestError, Refused),
        (ig.UnknownError, Refused),
        (ig.MediaUnavailable, Refused),
        (ig.ClientError, OutcomeUnknown),
        (ig.ClientJSONDecodeError, OutcomeUnknown),
        (ig.ClientConnectionError, OutcomeUnknown),
        (OnceOnly, OutcomeUnknown),
        (KeyError, OutcomeUnknown),
    ],
)
def test_each_error_of_instagrapi_says_what_to_do_next(raised, meaning):
    told = _translate(raised("apa saja"), None, (), public=True)

    assert type(told) is meaning


def every_error():
    found, left = set(), [ig.ClientError]
    while left:
        kind = left.pop()
        found.add(kind)
        left += kind.__subclasses__()
    return sorted(found - {ig.ClientError}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("raised", every_error(), ids=lambda kind: kind.__name__)
def test_before_anything_is_public_no_error_of_instagrapi_is_unknown(raised):
    told = _translate(raised("apa saja"), None, (), public=False)

    assert type(told) in (TryLater, Refused, AccountBlocked)


# -- logging in --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raised", "wanted"),
    [
        (ig.TwoFactorRequired("Two-factor authentication required"), "code"),
        (ig.ChallengeRequired("Challenge code required. Provide it"), "code"),
        (ig.ChallengeRequired("challenge_required"), "app"),
        (ig.RecaptchaChallengeForm("captcha"), "app"),
        (ig.ClientError("missing entrypoint context_data"), "app"),
        (ig.BadPassword("The password you entered is incorrect"), "password"),
        (ig.ProxyAddressIsBlocked("no such name"), "password"),
        (ig.ClientError("CAA login did not return a session"), "password"),
    ],
)
def test_what_a_login_wants_of_a_person_is_told_apart(practice, monkeypatch, raised, wanted):
    monkeypatch.setattr(Client, "login", lambda *_, **__: _raise(raised))

    with pytest.raises(logins.Unfinished) as caught:
        logins.log_in("instagram_private", logins.Typed(username="dinkes", password="rahasia-17"))

    assert caught.value.wanted == wanted
    assert json.loads(caught.value.phone)["uuids"]


def _raise(error):
    raise error


def test_neither_password_nor_code_stands_in_any_message(practice, monkeypatch):
    echo = ig.BadPassword("The password rahasia-17 of dinkes with code 482911 is wrong")
    monkeypatch.setattr(Client, "login", lambda *_, **__: _raise(echo))
    typed = logins.Typed(username="dinkes", password="rahasia-17", code="482911")

    with pytest.raises(logins.Unfinished) as caught:
        logins.log_in("instagram_private", typed)

    told = f"{caught.value} {caught.value.detail} {typed!r} {caught.value.phone}"
    assert "rahasia-17" not in told
    assert "482911" not in told


def test_one_login_sends_the_password_twice_at_most(practice):
    typed = logins.Typed(username="dinkesblora", password="bukan-ini")

    with pytest.raises(logins.Unfinished):
        logins.log_in("instagram_private", typed)

    lines = [one["line"] for one in practice.requests("instagram", operation="login")]
    assert sum("send_login_request" in line or "accounts/login" in line for line in lines) == 2


def test_a_login_leaves_a_session_without_the_password(practice):
    typed = logins.Typed(username="dinkesblora", password=CREDENTIALS["instagram"]["password"])

    kept = logins.log_in("instagram_private", typed)

    assert typed.password not in kept["settings"]
    assert open_driver("instagram_private", kept).check().remote_id == "1700"
