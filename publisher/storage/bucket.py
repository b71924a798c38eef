"""Media in an S3-compatible bucket, which any number of machines share without a common disk.

The client is obstore, which is Apache's object_store for Python: 7 MB and 40 ms where boto3 takes
27 MB and more than a second (measured 2026-11), no dependencies, and none of the checksums that
servers other than Amazon's stumble over. It is imported when the first picture is asked for: not
where media lie in a folder, and not before a server has forked (its threads do not survive that).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from publisher import clock
from publisher.storage.contract import Unreachable, digest_of, name_of, sealed, unsealed, verified
from publisher.storage.places import Bucket

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential, S3Store

T = TypeVar("T")

CONNECT_S = 5
#: For one request, its picture included: 15 MB at 4 Mbit/s.
REQUEST_S = 30
#: Every request here may be repeated: what is put under a name is always the same.
RETRIES = 2
#: After so long nothing is repeated any more.
RETRY_S = 15
#: So long a bucket that did not answer is not asked again: a page with a hundred pictures waits
#: for it once.
REST_S = 5
#: So many pictures that were seen there are remembered; some 2 MB.
REMEMBERED = 10_000
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_CERTIFICATE = re.compile(r"invalid peer certificate: \w+")


class BucketStore:
    """A store in a bucket, with the names of a `FolderStore` behind its prefix.

    That a picture was seen there is remembered, because pages ask again and again and nothing is
    ever deleted by the way; reading it asks always.
    """

    def __init__(self, bucket: Bucket, *, key_id: str, secret_key: str) -> None:
        self.bucket = bucket
        self._keys: S3Credential = {
            "access_key_id": key_id,
            "secret_access_key": secret_key,
            "expires_at": None,
        }
        self._seen: dict[str, None] = {}
        self._guard = threading.Lock()
        self._rests_until_s = 0.0

    def __repr__(self) -> str:
        return f"BucketStore({str(self.bucket)!r})"

    def put(self, content: bytes) -> str:
        """Send it even if it is there: that costs less than to ask, and mends what is damaged."""
        digest = digest_of(content)
        self._write(name_of(digest), content)
        self._remember(digest)
        return digest

    def get(self, digest: str) -> bytes:
        content = self._read(name_of(digest))
        if content is None:
            self._forget(digest)
            raise FileNotFoundError(f"media {digest} is not in {self.bucket}")
        self._remember(digest)
        return verified(content, digest)

    def exists(self, digest: str) -> bool:
        name = name_of(digest)
        if digest in self._seen:
            return True
        try:
            self._ask(lambda objects: objects.head(name))
        except FileNotFoundError:
            return False
        self._remember(digest)
        return True

    def derived(self, digest: str, variant: str, make: Callable[[bytes], bytes]) -> bytes:
        beside = f"{name_of(digest)}-{variant}"
        kept = unsealed(self._read(beside))
        if kept is None:
            kept = make(self.get(digest))
            self._write(beside, sealed(kept))
        return kept

    def delete(self, digest: str) -> None:
        name = name_of(digest)
        folder = name.rpartition("/")[0]
        self._forget(digest)
        found = self._ask(lambda objects: objects.list(folder).collect())
        names = [each["path"] for each in found]
        for each in names:
            if each == name or each.startswith(f"{name}-"):
                self._ask(lambda objects: objects.delete(each))  # noqa: B023 - carried out at once

    def _read(self, name: str) -> bytes | None:
        try:
            return self._ask(lambda objects: bytes(objects.get(name).bytes()))
        except FileNotFoundError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        # In one piece: parts of an upload that broke off would lie there, unseen and paid for.
        self._ask(lambda objects: objects.put(name, content, use_multipart=False))

    def _ask(self, question: Callable[[S3Store], T]) -> T:
        """Put one question to the bucket.

        What the client says is left out of the errors: it quotes the server's whole answer.

        :raises FileNotFoundError: if there is no such object
        :raises Unreachable: if the bucket does not answer, or refuses to
        """
        from obstore.exceptions import BaseError

        if clock.running_s() < self._rests_until_s:
            raise Unreachable(f"{self.bucket} did not answer a moment ago")
        try:
            return question(self._objects)
        except (BaseError, OSError) as error:
            told = str(error)
            if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in told:
                raise FileNotFoundError(f"not in {self.bucket}") from None
            if _is_silence(told):
                self._rests_until_s = clock.running_s() + REST_S
            raise Unreachable(f"{self.bucket}: {_reason(told)}") from None

    @cached_property
    def _objects(self) -> S3Store:
        from obstore.store import S3Store

        server: S3Config = {
            "region": self.bucket.region,
            "disable_bulk_delete": True,  # not every server can
        }
        if self.bucket.endpoint:
            server["endpoint"] = self.bucket.endpoint
        return S3Store(
            self.bucket.name,
            prefix=self.bucket.prefix or None,
            config=server,
            # Handed over by a call, they win over what the environment holds for other programs.
            credential_provider=lambda: self._keys,
            client_options={
                "allow_http": self.bucket.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_S),
                "timeout": timedelta(seconds=REQUEST_S),
                "user_agent": "Siar",
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_S)},
        )

    def _remember(self, digest: str) -> None:
        with self._guard:
            if len(self._seen) >= REMEMBERED:
                self._seen.pop(next(iter(self._seen)))
            self._seen[digest] = None

    def _forget(self, digest: str) -> None:
        with self._guard:
            self._seen.pop(digest, None)


def _is_silence(told: str) -> bool:
    """Return whether nobody answered, or only that something is out of order there."""
    status = _STATUS.search(told)
    return status is None or int(status[1]) >= 500


def _reason(told: str) -> str:
    """Return what an operator can do something with, and nothing that could be secret."""
    status, code = _STATUS.search(told), _CODE.search(told)
    if status:
        return f"answered {status[1]}" + (f" {code[1]}" if code else "")
    if certificate := _CERTIFICATE.search(told):
        return certificate[0]
    if "kind: Connect" in told:
        return "no connection"
    return "no answer in time" if "kind: Timeout" in told else "an answer that is no bucket's"
