"""Media are kept whole, once, under the name of their own content: in a folder, or in a bucket."""

import hashlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher import storage
from publisher.storage import FolderStore, Unreachable, open_store
from publisher.storage import bucket as bucket_module
from tests.buckets import KEY_ID, SECRET_KEY

POSTER = b"poster imunisasi"
DIGEST = hashlib.sha256(POSTER).hexdigest()
NAME = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
KEYS = {"key_id": KEY_ID, "secret_key": SECRET_KEY}


class InFolder:
    """A store, and what a person with access to its disk sees and does."""

    def __init__(self, folder):
        self.folder = folder

    def opened(self):
        return FolderStore(self.folder)

    def names(self):
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [str(path.relative_to(self.folder)) for path in files]

    def write(self, name, content):
        (self.folder / name).write_bytes(content)


class InBucket:
    def __init__(self, server, url):
        self.server, self.url = server, url

    def opened(self):
        return open_store(self.url, **KEYS)

    def names(self):
        names = self.server.names(self.url)
        return [name.removeprefix("media/kabupaten/") for name in names]

    def write(self, name, content):
        self.server.write(self.url, f"media/kabupaten/{name}", content)


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    if request.param == "folder":
        return InFolder(tmp_path / "media")
    server = request.getfixturevalue("bucket_server")
    return InBucket(server, server.new_bucket())


@pytest.fixture
def store(place):
    return place.opened()


def test_what_was_kept_comes_back_to_others_too(store, place):
    assert not store.exists(DIGEST)
    assert store.put(POSTER) == DIGEST

    for each in (store, place.opened()):
        assert each.exists(DIGEST)
        assert each.get(DIGEST) == POSTER


def test_the_same_content_is_kept_once_under_the_same_name_everywhere(store, place):
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(store.put, [POSTER] * 40))

    assert digests == {DIGEST}
    assert place.names() == [NAME]


def test_what_was_deleted_is_gone_and_deleting_again_is_no_error(store, place):
    neighbour = store.put(b"poster lain")
    store.put(POSTER)
    store.derived(DIGEST, "half", lambda content: content[:5])
    store.delete(DIGEST)
    store.delete(DIGEST)

    assert not store.exists(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.get(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.derived(DIGEST, "half", lambda content: content[:5])
    assert [name[-64:] for name in place.names()] == [neighbour]


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], f"{DIGEST}\n", f"/{DIGEST}"]
)
@pytest.mark.parametrize("verb", ["get", "exists", "delete"])
@pytest.mark.parametrize(
    "store",
    [FolderStore(Path("media")), open_store("s3://siar?endpoint=http://127.0.0.1:1", **KEYS)],
    ids=["folder", "bucket"],
)
def test_a_name_that_is_no_digest_reaches_nothing(store, verb, name):
    with pytest.raises(ValueError, match="digest"):
        getattr(store, verb)(name)


def test_content_that_was_changed_behind_our_back_is_not_handed_out(store, place):
    store.put(POSTER)
    place.write(NAME, b"poster lain")

    with pytest.raises(OSError, match="damaged"):
        store.get(DIGEST)
    with pytest.raises(OSError, match="damaged"):
        store.derived(DIGEST, "half", lambda content: content[:5])


@pytest.mark.parametrize("damaged", [b"poster lain", b"", POSTER[:5]])
def test_what_is_derived_is_made_once_and_made_anew_when_it_was_damaged(store, place, damaged):
    made = []

    def halved(content):
        made.append(content)
        return content[:5]

    store.put(POSTER)
    assert [each.derived(DIGEST, "half", halved) for each in (store, place.opened())] == [
        POSTER[:5]
    ] * 2
    assert made == [POSTER]

    place.write(f"{NAME}-half", damaged)

    assert store.derived(DIGEST, "half", halved) == POSTER[:5]
    assert made == [POSTER] * 2


def test_a_store_that_answers_has_no_fault(store):
    assert storage.fault(store) is None


# -- a folder ----------------------------------------------------------------------------


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full_disk(descriptor):
        raise OSError("No space left on device")

    place = InFolder(tmp_path)
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        place.opened().put(POSTER)

    assert not place.opened().exists(DIGEST)
    assert place.names() == []


def test_the_address_names_a_folder(tmp_path):
    inside, elsewhere = open_store("media/", tmp_path), open_store("/srv/siar", tmp_path)

    assert isinstance(inside, FolderStore)
    assert inside.folder == tmp_path / "media"
    assert str(elsewhere.folder) == "/srv/siar"
    assert str(open_store("file:///srv/foto%20siar", tmp_path).folder) == "/srv/foto siar"


def test_the_client_of_buckets_is_not_loaded_for_a_folder(tmp_path):
    code = (
        "import sys; from publisher.storage import open_store\n"
        f"store = open_store({str(tmp_path)!r}); assert store.get(store.put(b'a')) == b'a'\n"
        "open_store('s3://siar?region=ap-southeast-3', key_id='a', secret_key='b')\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'obstore'])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


# -- a bucket ----------------------------------------------------------------------------


class Server:
    """A server that answers every request alike, and remembers what it was asked."""

    def __init__(self):
        self.asked, self.status, self.code, self.hangs = [], 200, "", threading.Event()
        self.hangs.set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.asked.append((self.command, self.path, dict(self.headers)))
                server.hangs.wait(60)
                content = f"<Error><Code>{server.code}</Code><Secret>x</Secret></Error>".encode()
                self.send_response(server.status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_HEAD = do_PUT = do_DELETE = do_GET  # noqa: N815 - their names

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # somebody may have gone meanwhile
        self.url = f"s3://siar/foto?endpoint=http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.hangs.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.stop()


QUESTIONS = {
    "put": lambda store: store.put(POSTER),
    "get": lambda store: store.get(DIGEST),
    "exists": lambda store: store.exists(DIGEST),
    "derived": lambda store: store.derived(DIGEST, "half", lambda content: content),
    "delete": lambda store: store.delete(DIGEST),
}


@pytest.mark.parametrize("verb", QUESTIONS)
@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "SignatureDoesNotMatch", "answered 403"),
        (503, "SlowDown", "answered 503"),
        (301, "PermanentRedirect", "no bucket"),
    ],
)
def test_a_bucket_that_refuses_is_unreachable_and_says_why(
    server, monkeypatch, verb, status, code, reason
):
    monkeypatch.setattr(bucket_module, "RETRIES", 0)
    server.status, server.code = status, code

    with pytest.raises(Unreachable, match=reason) as caught:
        QUESTIONS[verb](open_store(server.url, **KEYS))

    assert caught.value.__suppress_context__
    for secret in (KEY_ID, SECRET_KEY, "Secret", "Signature="):
        assert secret not in str(caught.value)


def test_a_bucket_that_is_not_there_is_not_taken_for_lost_pictures(bucket_server):
    store = open_store(f"s3://tidak-ada?endpoint={bucket_server.address}", **KEYS)

    with pytest.raises(Unreachable, match="NoSuchBucket"):
        store.get(DIGEST)
    with pytest.raises(Unreachable, match="NoSuchBucket"):
        store.put(POSTER)
    assert storage.fault(store) == "s3://tidak-ada/: answered 404 NoSuchBucket"


def test_a_bucket_that_keeps_silent_is_given_up_and_left_alone_for_a_while(server, monkeypatch):
    monkeypatch.setattr(bucket_module, "REQUEST_S", 0.2)
    monkeypatch.setattr(bucket_module, "REST_S", 600)
    monkeypatch.setattr(bucket_module, "RETRIES", 0)
    store = open_store(server.url, **KEYS)
    server.hangs.clear()
    with pytest.raises(Unreachable, match="no answer in time"):
        store.get(DIGEST)
    for ask in QUESTIONS.values():
        with pytest.raises(Unreachable, match="a moment ago"):
            ask(store)

    later = bucket_module.clock.running_s() + bucket_module.REST_S
    monkeypatch.setattr(bucket_module.clock, "running_s", lambda: later)

    with pytest.raises(Unreachable, match="no answer in time"):
        store.get(DIGEST)


def test_nobody_at_the_address_is_unreachable(monkeypatch):
    monkeypatch.setattr(bucket_module, "REST_S", 600)
    store = open_store("s3://siar?endpoint=http://127.0.0.1:1", **KEYS)

    with pytest.raises(Unreachable, match="no connection"):
        store.get(DIGEST)
    assert storage.fault(store) == "s3://siar/ did not answer a moment ago"


def test_reading_and_keeping_are_repeated_a_few_times_only(server):
    server.status = 500
    for ask in ("get", "put"):
        server.asked.clear()
        with pytest.raises(Unreachable, match="answered 500"):
            QUESTIONS[ask](open_store(server.url, **KEYS))
        assert len(server.asked) == 1 + bucket_module.RETRIES


def test_keys_are_those_of_the_settings_whatever_the_environment_holds(server, monkeypatch):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION"):
        monkeypatch.setenv(f"AWS_{name}", "lain")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    server.status = 404

    assert not open_store(f"{server.url}&region=id-jakarta", **KEYS).exists(DIGEST)

    ((method, path, headers),) = server.asked
    assert (method, path) == ("HEAD", f"/siar/foto/{NAME}")
    assert f"Credential={KEY_ID}/" in headers["authorization"]
    assert "/id-jakarta/s3/" in headers["authorization"]
    assert "lain" not in str(headers)
    assert SECRET_KEY not in str(headers)


def test_what_was_seen_is_not_asked_for_again_until_it_is_missed(bucket_server, bucket_url):
    store = open_store(bucket_url, **KEYS)
    store.put(POSTER)
    bucket_server.empty(bucket_url)

    assert store.exists(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.get(DIGEST)
    assert not store.exists(DIGEST)


def test_the_address_names_a_bucket_and_shows_no_keys():
    store = open_store("s3://siar/foto/?endpoint=https://s3.example.go.id/", **KEYS)

    assert (store.bucket.name, store.bucket.prefix) == ("siar", "foto")
    assert store.bucket.endpoint == "https://s3.example.go.id"
    assert repr(store) == "BucketStore('s3://siar/foto')"
    amazon = open_store("s3://siar?region=ap-southeast-3", **KEYS).bucket
    assert (amazon.endpoint, amazon.prefix, amazon.region) == ("", "", "ap-southeast-3")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("gs://siar/foto", "a folder, or s3://"),
        ("https://s3.example.go.id/siar", "a folder, or s3://"),
        ("s3:///foto?endpoint=https://s3.example.go.id", "keys have names"),
        ("s3://KUNCI:RAHASIA@siar/foto?region=x", "MEDIA_KEY_ID, MEDIA_SECRET_KEY"),
        ("s3://siar", "which endpoint"),
        ("s3://siar?endpoint", "region="),
        ("s3://siar?endpoint=s3.example.go.id", "https://s3.example.go.id"),
        ("s3://siar?endpoint=https://KUNCI:RAHASIA@s3.example.go.id", "https://s3.example.go.id"),
        ("s3://siar?endpoint=https://s3.example.go.id&secret=RAHASIA", "nothing else"),
        ("s3://siar?region=jakarta raya", "ap-southeast-3"),
    ],
)
def test_an_address_that_cannot_be_used_says_what_it_must_be_and_is_not_quoted(url, told):
    with pytest.raises(ValueError, match=told) as caught:
        open_store(url, **KEYS)
    assert "RAHASIA" not in str(caught.value)
