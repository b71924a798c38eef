"""The media store: bytes under the SHA-256 of themselves.

What a reviewer approved is named by its digest, so it can neither change unnoticed nor be kept
twice. A folder serves one machine, a bucket many; `Store` is all the rest of Siar knows of them.
"""

from pathlib import Path

from publisher.storage.bucket import BucketStore
from publisher.storage.contract import DIGEST, Store, Unreachable
from publisher.storage.folder import FolderStore, sync
from publisher.storage.places import Bucket, place

ROOT = Path(__file__).resolve().parent.parent.parent
#: The digest of nothing that was ever kept: to ask whether a store answers at all.
NOTHING = "0" * 64

__all__ = [
    "DIGEST",
    "Bucket",
    "BucketStore",
    "FolderStore",
    "Store",
    "Unreachable",
    "fault",
    "open_store",
    "place",
    "sync",
]


def open_store(
    media_url: str, root: Path = ROOT, *, key_id: str | None = None, secret_key: str | None = None
) -> Store:
    """Return the store that `MEDIA_URL` names. Nothing is asked of it yet.

    :param media_url: a folder, absolute or below `root`; `file:///a/folder`; or
        `s3://bucket/prefix?endpoint=https://…&region=…`
    :param key_id, secret_key: for a bucket
    :raises ValueError: for a kind of store we do not have
    """
    where = place(media_url)
    if isinstance(where, Bucket):
        return BucketStore(where, key_id=key_id or "", secret_key=secret_key or "")
    return FolderStore(root / where)


def fault(store: Store) -> str | None:
    """Return why media cannot be read or looked for, or None if they can.

    Reads rather than looks: only then a server says that there is no such bucket.
    """
    try:
        store.get(NOTHING)
    except FileNotFoundError:
        return None
    except OSError as error:
        return str(error)
    return None
