"""The one place of HTTP settings: loopback gateway, verified TLS, time-outs, no second request."""

import json
import re
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from publisher.platforms import http, open_driver
from publisher.platforms.base import Outgoing, Prepared
from publisher.platforms.errors import CannotTell, OutcomeUnknown, TryLater
from publisher.practice.certificate import make_certificate
from publisher.practice.server import PracticeServer
from tests.platforms.conftest import SPOKEN_TO
from tests.platforms.parts import CREDENTIALS, ENTRIES, POST, Desk


@contextmanager
def serving(status=200, body=b"{}", headers=()):
    """Serve one answer on loopback, as the gateway; yield the requests that come in."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append((self.command, self.path, dict(self.headers)))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    http.configure(f"http://127.0.0.1:{server.server_port}", connect_s=1, read_s=1)
    try:
        yield seen
    finally:
        http.configure()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "gateway",
    [
        "http://example.org:80",
        "http://10.0.0.1:8001",
        "http://127.0.0.1",
        "ftp://127.0.0.1:8001",
        "127.0.0.1:8001",
        "http://127.0.0.1:8001/path",
        "http://127.0.0.1.evil.test:8001",
        "http://127.0.0.1:8001@evil.test:80",
        "http://user@127.0.0.1:8001",
    ],
)
def test_a_gateway_beyond_loopback_is_refused(gateway):
    with pytest.raises(ValueError, match="PLATFORM_GATEWAY"):
        http.configure(gateway)


@pytest.mark.parametrize("gateway", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1/"])
def test_a_gateway_on_loopback_is_taken(gateway):
    http.configure(gateway)
    http.configure()


def test_the_gateway_sees_the_original_path_and_host():
    with serving() as seen:
        http.session().get("https://api.twitter.com/2/users/me", params={"a": "b"})

    command, path, headers = seen[0]
    assert (command, path, headers["Host"]) == ("GET", "/2/users/me?a=b", "api.twitter.com")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed(method):
    with serving(302, headers=[("Location", "https://api.x.com/elsewhere")]) as seen:
        response = http.session().request(method, "https://api.x.com/2/tweets")

    assert response.status_code == 302
    assert len(seen) == 1


@pytest.mark.parametrize("name", SPOKEN_TO)
def test_a_redirect_while_publishing_is_an_unknown_outcome(name):
    with serving(307, headers=[("Location", "https://evil.test/")]) as seen:
        driver, ready = prepared_on(name)
        with pytest.raises(OutcomeUnknown):
            driver.publish(ready)
    assert len(seen) == 1


@pytest.mark.parametrize("name", SPOKEN_TO)
@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"[]"), (200, b""), (200, b'{"data": "x", "id": 7}'), (403, b"<html>"), (418, b"{}"),
     (500, b"[]"), (429, b"null")],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_an_unknown_outcome(name, status, body):
    with serving(status, body):
        driver, ready = prepared_on(name)
        with pytest.raises((OutcomeUnknown, TryLater)) as caught:
            driver.publish(ready)
    assert status == 429 or type(caught.value) is OutcomeUnknown


_AT = "2026-11-23T01:00:00+0000"
_SINCE = datetime(2026, 11, 1, tzinfo=UTC)
_GRAPH = {"id": "1", "permalink": "https://www.instagram.com/p/a/", "timestamp": _AT,
          "created_time": _AT}  # fmt: skip
_MORE = {"next": "https://graph.facebook.com/more"}
#: A page of somebody's posts, of which there are always more.
ENDLESS = {
    "x": {
        "data": [{"id": "1", "text": "Lain.", "created_at": _AT}],
        "meta": {"result_count": 1, "next_token": "n"},
    },
    "facebook": {"data": [_GRAPH], "paging": {**_MORE, "cursors": {"after": "n"}}},
    "instagram": {
        "status_code": "FINISHED", "data": [_GRAPH],
        "paging": {**_MORE, "cursors": {"after": "n"}},
    },
    "instagram_private": {
        "status": "ok",
        "items": [{"pk": "1", "code": "a", "taken_at": 1795000000, "media_type": 1}],
        "num_results": 1, "more_available": True, "next_max_id": "n",
    },
}  # fmt: skip
UNLED = {
    name: {**ENDLESS[name], "paging": {**_MORE, "cursors": None}}
    for name in ("facebook", "instagram")
}


@pytest.mark.parametrize(
    ("name", "listed"),
    [*ENDLESS.items(), *UNLED.items()],
    ids=[*ENDLESS, *(f"{n}, without cursor" for n in UNLED)],
)
def test_a_list_that_cannot_be_read_to_its_end_never_says_not_there(name, listed):
    """Twice "not there" lets a post be sent again."""
    with serving(body=json.dumps(listed).encode()):
        driver, ready = prepared_on(name)
        with pytest.raises(CannotTell):
            driver.find(ready, _SINCE)


_PHOTO = {"media_type": "photo", "target": {"id": "11"}}
PARTLY_SHOWN = {
    "x": {
        "data": [{"id": "1", "text": "Imunisasi https://t.co/a", "created_at": _AT,
                  "attachments": {"media_keys": ["3_11"]}}],
        "meta": {"result_count": 1},
    },
    "facebook": {
        "data": [{"id": "1", "message": "Imunisasi…", "created_time": _AT,
                  "attachments": {"data": [{"subattachments": {"data": [_PHOTO]}}]}}],
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "listed"), PARTLY_SHOWN.items())
def test_a_post_with_one_picture_of_ours_is_ours_though_the_others_are_not_shown(name, listed):
    """Not found twice, it would be sent again."""
    ready = Prepared(text="Imunisasi gratis.", media_ids=("11", "12"))
    with serving(body=json.dumps(listed).encode()):
        found = prepared_on(name)[0].find(ready, _SINCE)

    assert (found and found.remote_id) == "1"


def test_the_environment_can_send_nothing_elsewhere(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine api.x.com login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with serving() as seen:
        http.session().get("https://api.x.com/")

    assert "Authorization" not in seen[0][2]


def test_no_cookie_is_kept_between_requests():
    with serving(headers=[("Set-Cookie", "id=1; Path=/")]) as seen:
        session = http.session()
        session.get("https://api.x.com/")
        session.get("https://api.x.com/")

    assert "Cookie" not in seen[1][2]


def test_an_answer_without_end_is_not_swallowed():
    with serving(body=b"x" * (http.ANSWER_BYTES + 1)), pytest.raises(http.AnswerTooLarge):
        http.session().get("https://api.x.com/")


@pytest.mark.parametrize("safe", [False, True])
def test_what_is_large_may_take_longer_to_send_than_a_connection_may_to_come_about(tmp_path, safe):
    """The whole of a poster, on a slow line."""
    certificate, key = make_certificate(tmp_path / "tls")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if safe else None
    if context:
        context.load_cert_chain(certificate, key)
    poster = b"x" * 20_000_000  # more than any buffer on the way holds
    with reading_slowly(context, pause_s=1) as (port, got, _):
        scheme = "https" if safe else "http"
        http.configure(f"{scheme}://127.0.0.1:{port}", str(certificate), connect_s=0.4, read_s=5)
        answer = http.session().post("https://graph.facebook.com/photos", data=poster)
    http.configure()

    assert answer.status_code == 200
    assert got == [len(poster)]


def test_the_head_and_the_text_of_a_post_leave_together(tmp_path):
    certificate, key = make_certificate(tmp_path / "tls")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    text = b"status=Pelayanan+kependudukan+di+kecamatan"
    with reading_slowly(context, pause_s=0) as (port, _, first):
        http.configure(f"https://127.0.0.1:{port}", str(certificate))
        answer = http.session().post("https://api.x.com/2/tweets", data=text)
    http.configure()

    assert answer.status_code == 200
    assert [piece.endswith(b"\r\n\r\n" + text) for piece in first] == [True]


@contextmanager
def reading_slowly(context, *, pause_s):
    """Serve one request whose body is not read for a while; yield the port, how much of the body
    came, and the first piece: over TLS what the client sent at once."""
    got, first = [], []

    def serve():
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) if context else connection as line:
            first.append(line.recv(1024))
            head, _, body = first[0].partition(b"\r\n\r\n")
            wanted = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])
            threading.Event().wait(pause_s)
            read = len(body)
            while read < wanted and (part := line.recv(1 << 20)):
                read += len(part)
            got.append(read)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve)
        server.start()
        yield listener.getsockname()[1], got, first
        server.join(20)


def test_only_https_addresses_can_be_asked():
    with pytest.raises(requests.exceptions.InvalidSchema):
        http.session().get("http://api.x.com/")


def test_all_sessions_share_one_transport():
    one, two = http.session(), http.session()

    assert one.get_adapter("https://a.test") is two.get_adapter("https://b.test")


def test_a_certificate_nobody_vouches_for_means_nothing_was_sent(tmp_path):
    tls = make_certificate(tmp_path / "tls")
    with PracticeServer(tmp_path, tls=tls) as practice:
        practice.register(
            platform="facebook", remote_id="1700", handle="d", credentials=CREDENTIALS["facebook"]
        )
        http.configure(practice.url)
        stranger = open_driver("facebook", CREDENTIALS["facebook"])
        with pytest.raises(TryLater):
            stranger.publish(prepared_on("facebook")[1])
        assert practice.requests() == []

        http.configure(practice.url, str(tls[0]))
        driver = open_driver("facebook", CREDENTIALS["facebook"])
        driver.publish(driver.prepare(POST))
        assert len(practice.ledger()) == 1
    http.configure()


def test_the_certificates_are_loaded_once_for_any_number_of_sessions(tmp_path, monkeypatch):
    tls = make_certificate(tmp_path / "tls")
    with PracticeServer(tmp_path, tls=tls) as practice:
        http.configure(practice.url, str(tls[0]))

        assert http.session().get("https://api.x.com/2/nothing").status_code == 404

        def loaded_again(*_, **__):
            raise AssertionError("a CA bundle was loaded for one session")

        monkeypatch.setattr("ssl.SSLContext.load_verify_locations", loaded_again)
        monkeypatch.setattr("ssl.SSLContext.load_default_certs", loaded_again)
        for _ in range(3):
            assert http.session().get("https://api.x.com/2/nothing").status_code == 404
        http.configure("http://127.0.0.1:1")
    monkeypatch.undo()
    http.configure()


def test_a_permalink_is_shown_at_the_gateway_while_practising():
    http.configure("http://127.0.0.1:8001")
    assert http.shown_at("https://x.com/a/status/1") == "http://127.0.0.1:8001/x.com/a/status/1"
    http.configure()
    assert http.shown_at("https://x.com/a/status/1") == "https://x.com/a/status/1"


def prepared_on(name):
    """Return a driver, and a post it may publish, without a request where preparing sends one."""
    driver = Desk(name, None).driver()
    if ENTRIES[name].preparing is None:
        return driver, driver.prepare(Outgoing(text="Imunisasi gratis."))
    driver._shown_at = []  # where TikTok would have fetched the pictures
    pictures = json.dumps([[400, 400, "Balita."]])
    if name == "tiktok":
        driver._shown_at = []  # what opens pictures is in no `Prepared`
    extra = {"container": "1", "pictures": pictures}
    return driver, Prepared(text="Imunisasi gratis.", media_ids=("1",), extra=extra)
