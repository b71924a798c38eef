"""What `MEDIA_URL` may say: a folder, or a bucket and how to reach it."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

#: As Amazon, Ceph and MinIO name buckets; an @ or a : would be a key in the wrong place.
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
REGION = re.compile(r"[A-Za-z0-9-]{1,40}")
#: What a server that knows no regions goes by.
ANY_REGION = "us-east-1"
FORMS = "must be a folder, or s3://bucket/prefix?endpoint=https://…&region=…"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """An S3-compatible bucket.

    :param prefix: what all names in it begin with; may be empty
    :param endpoint: the server; empty for Amazon's own
    """

    name: str
    prefix: str
    endpoint: str
    region: str

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}"


def place(media_url: str) -> Bucket | Path:
    """Return where `MEDIA_URL` says that media lie; a folder may be a relative one.

    :raises ValueError: saying what the address must be, without quoting it
    """
    parts = urlsplit(media_url)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if "://" not in media_url:
        return Path(media_url)
    if parts.scheme != "s3":
        raise ValueError(FORMS)
    if not BUCKET.fullmatch(parts.netloc):
        raise ValueError(
            f"{FORMS}. The keys have names of their own: MEDIA_KEY_ID, MEDIA_SECRET_KEY"
        )
    asked = _asked(parts.query)
    return Bucket(
        name=parts.netloc,
        prefix=unquote(parts.path).strip("/"),
        endpoint=asked.get("endpoint", "").rstrip("/"),
        region=asked.get("region", ANY_REGION),
    )


def _asked(query: str) -> dict[str, str]:
    try:
        asked = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    except ValueError:
        raise ValueError(FORMS) from None
    if asked.keys() - {"endpoint", "region"}:
        raise ValueError(f"{FORMS}, and nothing else behind the question mark")
    if "endpoint" not in asked and "region" not in asked:
        raise ValueError("must say which endpoint, or for Amazon's own which region")
    server = urlsplit(asked.get("endpoint", "https://s3"))
    plain = not (server.username or server.query or server.fragment)
    if server.scheme not in {"http", "https"} or not server.hostname or not plain:
        raise ValueError("must have an endpoint such as https://s3.example.go.id")
    if not REGION.fullmatch(asked.get("region", ANY_REGION)):
        raise ValueError("must have a region such as ap-southeast-3")
    return asked
