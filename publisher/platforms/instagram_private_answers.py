"""What Siar tells Instagram's private API about pictures, and reads from it about posts."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PIL import Image, UnidentifiedImageError

from publisher.platforms.base import Picture, Receipt
from publisher.platforms.errors import AccountBlocked, Refused

_ALBUM = 8  # media_type; 1 is a photo, 2 a video
_CODE = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    upload_id: str
    width: int
    height: int
    alt_text: str

    def described(self) -> dict[str, str]:
        return {"custom_accessibility_caption": self.alt_text} if self.alt_text else {}

    def in_album(self) -> dict[str, Any]:
        """Return it as a child of an album; instagrapi knows no alternative text there."""
        whole: dict[str, Any] = {"crop_original_size": [self.width, self.height]}
        whole |= {"crop_center": [0.0, -0.0], "crop_zoom": 1.0}
        size = {"source_width": self.width, "source_height": self.height}
        return {
            "upload_id": self.upload_id,
            "edits": json.dumps(whole),
            "extra": json.dumps(size),
            "scene_capture_type": "",
            "scene_type": None,
            **self.described(),
        }


@dataclass(frozen=True, kw_only=True)
class Post:
    remote_id: str
    url: str
    text: str
    at: datetime
    picture_count: int
    upload_id: str  # the number of its (first) upload, "" where Instagram does not tell it

    def receipt(self, request_id: str | None = None) -> Receipt:
        return Receipt(
            remote_id=self.remote_id, url=self.url, published_at=self.at, request_id=request_id
        )


def size_of(picture: Picture) -> tuple[int, int]:
    """Return width and height in pixels.

    :raises Refused: if it is no picture
    """
    try:
        with Image.open(io.BytesIO(picture.content)) as image:
            return image.size
    except (OSError, UnidentifiedImageError):
        raise Refused("Instagram: a picture that cannot be read") from None


def read_post(item: Any) -> Post:
    """Read one post.

    :raises ValueError: if it is not one, or names none
    """
    try:
        return _post(item)
    except (AttributeError, KeyError, TypeError, OverflowError, OSError) as error:
        raise ValueError("not a post") from error


def _post(item: Mapping[str, Any]) -> Post:
    remote_id, code = str(item["pk"]), item["code"]
    if not (remote_id.isdigit() and isinstance(code, str) and _CODE.fullmatch(code)):
        raise ValueError("a post without a number")
    children = item.get("carousel_media") or ()
    return Post(
        remote_id=remote_id,
        url=f"https://www.instagram.com/p/{code}/",
        text=str((item.get("caption") or {}).get("text") or ""),
        at=datetime.fromtimestamp(int(item["taken_at"]), UTC),
        picture_count=len(children) if item["media_type"] == _ALBUM else 1,
        upload_id=str(item.get("device_timestamp") or ""),
    )


def read_settings(stored: str) -> dict[str, Any]:
    """Read what the client library keeps of a session and its phone.

    :raises AccountBlocked: if it holds no session
    """
    try:
        settings = json.loads(stored)
        session = settings["authorization_data"]["sessionid"]
    except (KeyError, TypeError, ValueError):
        session = ""
    if not session:
        raise AccountBlocked("Instagram: there is no session; somebody must log in")
    return dict(settings)


def secrets_of(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what of a session may never be written down."""
    named = {**settings.get("authorization_data", {}), **settings.get("cookies", {})}
    named |= settings.get("usdid") or {}
    return tuple(str(value) for value in named.values() if len(str(value)) > 8)
