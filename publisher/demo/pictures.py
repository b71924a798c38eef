"""The posters and photos of the demo, drawn by processes that end.

Drawing takes more memory than serving.

Each is drawn once and shared by every post that names it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher.demo.texts import photos, posters
from publisher.storage import Store

#: px; as large as platforms show it on a phone, and half the work of 1080 × 1350.
SIZE = (864, 1080)
PHOTO_SIZE = (1280, 960)
PROCESSES = 2
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A poster or a photo in the media store."""

    digest: str
    title: str
    alt: str
    size_bytes: int
    width: int = SIZE[0]
    height: int = SIZE[1]


class Studio:
    """Draws all posters and photos while others do other work; `finished` waits for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = tempfile.TemporaryDirectory(prefix="siar-demo-")
        orders = [
            (key, {**_arguments(key), "seed": seed, "size": SIZE})
            for seed, key in enumerate(posters())
        ] + [
            (f"foto-{key}", {"kind": one["scene"], "seed": seed, "size": PHOTO_SIZE})
            for seed, (key, one) in enumerate(photos().items())
        ]
        self._drawers = [self._drawer(dict(orders[n::PROCESSES])) for n in range(PROCESSES)]

    def finished(self) -> tuple[dict[str, Picture], dict[str, Picture]]:
        """Return every poster and every photo, kept in the store, by its key.

        :raises CalledProcessError: if one could not be drawn
        """
        with self._folder:
            for drawer in self._drawers:
                if drawer.wait():
                    raise subprocess.CalledProcessError(drawer.returncode, drawer.args)
            drawn = {key: self._kept(key, one.title, one.alt) for key, one in posters().items()}
            taken = {
                key: self._kept(f"foto-{key}", one["title"], one["description"], PHOTO_SIZE)
                for key, one in photos().items()
            }
            return drawn, taken

    def _drawer(self, orders: Mapping[str, Any]) -> subprocess.Popen[str]:
        drawer = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "publisher.posters", self._folder.name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            text=True,
        )
        if drawer.stdin is not None:
            with drawer.stdin as orders_in:
                json.dump(orders, orders_in)
        return drawer

    def _kept(self, name: str, title: str, alt: str, size: tuple[int, int] = SIZE) -> Picture:
        content = (Path(self._folder.name) / name).read_bytes()
        return Picture(
            digest=self._store.put(content),
            title=title,
            alt=alt,
            size_bytes=len(content),
            width=size[0],
            height=size[1],
        )


def _arguments(key: str) -> dict[str, str]:
    poster = posters()[key]
    return {"kind": poster.scene, "title": poster.title, "office": poster.office}
