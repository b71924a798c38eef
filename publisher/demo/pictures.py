"""The posters of the demo, drawn by processes that end: drawing takes more memory than serving.

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

from publisher.demo.texts import posters
from publisher.storage import Store

#: px; as large as platforms show it on a phone, and half the work of 1080 × 1350.
SIZE = (864, 1080)
PROCESSES = 2
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A poster in the media store."""

    digest: str
    alt: str
    size_bytes: int
    width: int = SIZE[0]
    height: int = SIZE[1]


class Studio:
    """Draws all posters while somebody else does other work; `finished` waits for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = tempfile.TemporaryDirectory(prefix="siar-demo-")
        orders = [
            (key, {**_arguments(key), "seed": seed, "size": SIZE})
            for seed, key in enumerate(posters())
        ]
        self._drawers = [self._drawer(dict(orders[n::PROCESSES])) for n in range(PROCESSES)]

    def finished(self) -> dict[str, Picture]:
        """Return every poster, kept in the store, by its key.

        :raises CalledProcessError: if one could not be drawn
        """
        with self._folder:
            for drawer in self._drawers:
                if drawer.wait():
                    raise subprocess.CalledProcessError(drawer.returncode, drawer.args)
            return {key: self._kept(key) for key in posters()}

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

    def _kept(self, key: str) -> Picture:
        content = (Path(self._folder.name) / key).read_bytes()
        return Picture(
            digest=self._store.put(content), alt=posters()[key].alt, size_bytes=len(content)
        )


def _arguments(key: str) -> dict[str, str]:
    poster = posters()[key]
    return {"kind": poster.scene, "title": poster.title, "office": poster.office}
