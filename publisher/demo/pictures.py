"""The posters of the demo, drawn in processes that end: drawing takes more memory than serving.

Each is drawn once and shared by every post that names it.
"""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from publisher.demo.texts import Poster, posters
from publisher.posters.scenes import scene
from publisher.storage import Store

#: px; as large as platforms show it on a phone, and half the work of 1080 × 1350.
SIZE = (864, 1080)
PROCESSES = 2


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
        context = multiprocessing.get_context("spawn")  # a fork would copy threads' locks
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=context)
        self._drawings = {
            key: self._pool.submit(_drawn, poster, seed)
            for seed, (key, poster) in enumerate(posters().items())
        }

    def finished(self) -> dict[str, Picture]:
        """Return every poster, kept in the store, by its key."""
        with self._pool:
            return {key: self._kept(key, drawn.result) for key, drawn in self._drawings.items()}

    def _kept(self, key: str, drawing: Callable[[], bytes]) -> Picture:
        content = drawing()
        return Picture(
            digest=self._store.put(content), alt=posters()[key].alt, size_bytes=len(content)
        )


def _drawn(poster: Poster, seed: int) -> bytes:
    return scene(poster.scene, title=poster.title, office=poster.office, seed=seed, size=SIZE)
