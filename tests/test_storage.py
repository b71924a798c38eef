"""Media are kept whole, once, under the name of their own content."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from publisher.storage import FolderStore, open_store

POSTER = b"poster imunisasi"
DIGEST = hashlib.sha256(POSTER).hexdigest()


@pytest.fixture
def store(tmp_path):
    return open_store("media", tmp_path)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_kept_comes_back(store):
    assert store.put(POSTER) == DIGEST
    assert store.get(DIGEST) == POSTER
    assert store.exists(DIGEST)


def test_the_same_content_is_kept_once(store, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(store.put, [POSTER] * 40))

    assert digests == {DIGEST}
    assert [path.name for path in files(tmp_path)] == [DIGEST]


def test_what_was_deleted_is_gone_and_deleting_again_is_no_error(store):
    store.put(POSTER)
    store.delete(DIGEST)
    store.delete(DIGEST)

    assert not store.exists(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.get(DIGEST)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], f"{DIGEST}\n", f"/{DIGEST}"]
)
@pytest.mark.parametrize("verb", ["get", "exists", "delete"])
def test_a_name_that_is_no_digest_reaches_no_file(store, verb, name):
    with pytest.raises(ValueError, match="digest"):
        getattr(store, verb)(name)


def test_content_that_was_changed_on_disk_is_not_handed_out(store):
    store.put(POSTER)
    store.path(DIGEST).write_bytes(b"poster lain")

    with pytest.raises(OSError, match="damaged"):
        store.get(DIGEST)


def test_what_is_derived_is_made_once_and_made_anew_when_it_was_damaged(store):
    made = []

    def halved(content):
        made.append(content)
        return content[:5]

    store.put(POSTER)
    assert [store.derived(DIGEST, "half", halved) for _ in range(2)] == [POSTER[:5]] * 2
    assert made == [POSTER]

    store.path(DIGEST).with_name(f"{DIGEST}-half").write_bytes(b"poster lain")

    assert store.derived(DIGEST, "half", halved) == POSTER[:5]
    assert made == [POSTER] * 2


def test_a_write_that_fails_leaves_nothing_behind(store, tmp_path, monkeypatch):
    def full_disk(descriptor):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        store.put(POSTER)

    assert not store.exists(DIGEST)
    assert files(tmp_path) == []


def test_the_address_names_a_folder(tmp_path):
    inside, elsewhere = open_store("media/", tmp_path), open_store("/srv/siar", tmp_path)

    assert isinstance(inside, FolderStore)
    assert inside.folder == tmp_path / "media"
    assert str(elsewhere.folder) == "/srv/siar"
    assert str(open_store("file:///srv/foto%20siar", tmp_path).folder) == "/srv/foto siar"


def test_a_store_we_do_not_have_is_named_at_the_start(tmp_path):
    with pytest.raises(ValueError, match="s3://"):
        open_store("s3://bucket/siar", tmp_path)
