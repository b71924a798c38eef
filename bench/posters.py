"""Posters, beside headless Chromium and beside merely decoding and encoding the same photo.

Everything is measured in turns, round by round, so that a busy machine is busy for all alike.
Each round has words of its own, from the master that `photos.normalise` makes of a phone's photo:
what is kept of letters, motifs and codes helps here as much as it does in an office, no more.
"""

import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import cycle
from multiprocessing.synchronize import Barrier

from PIL import Image

from bench import page_shots
from bench.measure import Figure
from bench.photos import phone_photo
from publisher.posters import photos
from publisher.posters.contents import Photo
from publisher.posters.samples import samples
from publisher.posters.studio import QUALITY, Poster, draw
from publisher.posters.templates import FORMATS

ROUNDS = 9
#: How many posters each process draws while all cores draw.
EACH = 12
SAID = (
    ("Warga dan petugas bersihkan saluran sebelum musim hujan", "Desa Sumberejo"),
    ("Posyandu keliling menimbang 412 balita di sembilan dusun", "Kecamatan Karanganyar"),
    ("Pasar murah hadir lagi: beras, minyak, dan gula terjangkau", "Lapangan Tegalsari"),
    ("Jembatan gantung Kali Wadas selesai, sekolah kini lebih dekat", "Dusun Wadas Kidul"),
    ("Petani muda belajar pupuk organik dari sisa panen sendiri", "Balai Penyuluhan Jatirejo"),
)


def posters() -> list[Figure]:
    """An activity with its photo, in 1080×1350 and in all sizes."""
    master = photos.normalise(phone_photo()).content
    said = _said(master)
    with page_shots.shooting() as shoot:
        taken = _rounds(
            one=lambda: draw(next(said)),
            floor=lambda: _decode_and_encode(master),
            chromium=lambda: shoot(next(said), master),
            four=lambda: draw(next(said), tuple(FORMATS)),
        )
    four = statistics.median(taken["four"])
    return [
        Figure(name="poster_vs_chromium", value=_ratio(taken["chromium"], taken["one"]),
               unit="times", target=2.5, better="higher"),
        Figure(name="poster_vs_floor", value=_ratio(taken["one"], taken["floor"]), unit="times",
               target=2, better="lower"),
        Figure(name="poster_set_s", value=round(four, 2), unit="s", target=0.8, better="lower",
               floor=round(4 * statistics.median(taken["floor"]), 2)),
        *_on_all_cores(master),
        Figure(name="render_peak_mb", value=_apart(_peak_of_a_set, master), unit="MB", target=200,
               better="lower", floor=_apart(_peak_of_the_floor, master)),
    ]  # fmt: skip


def _said(master: bytes) -> Iterator[Poster]:
    """Return posters without end, neighbours with other words."""
    sample = samples()["kegiatan"]
    photo = (Photo(content=master),)
    for number, (headline, where) in enumerate(cycle(SAID)):
        body = f"Kegiatan ke-{number} diikuti {number * 37 % 911} warga dari {number % 9 + 2} desa."
        told = replace(sample.content, headline=headline, where=where, body=body, photos=photo)
        yield replace(sample, content=told)


def _decode_and_encode(master: bytes) -> None:
    with Image.open(BytesIO(master)) as image:
        image.crop((0, 0, 1080, 1350)).save(BytesIO(), "JPEG", quality=QUALITY, subsampling=0)


def _rounds(**works: Callable[[], object]) -> dict[str, list[float]]:
    """Return what each work took in each round, in seconds."""
    for work in works.values():
        work()  # warm: fonts, motifs, the page
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - started)
    return taken


def _ratio(upper: list[float], lower: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(upper, lower, strict=True)), 2)


def _on_all_cores(master: bytes) -> list[Figure]:
    """One process on each core: posters a second, beside as many Chromiums."""
    ours, theirs = (_per_second(work, master) for work in (_draw_many, _shoot_many))
    return [
        Figure(name="poster_cores_vs_chromium", value=round(ours / theirs, 2), unit="times",
               target=2.5, better="higher"),
        Figure(name="posters_per_s", value=round(ours, 1), unit="posters a second",
               target=10, better="higher", floor=round(theirs, 1)),
    ]  # fmt: skip


def _per_second(work: Callable[..., None], master: bytes) -> float:
    """Return how many posters all cores make in a second together, once all are warm."""
    context, cores = multiprocessing.get_context("spawn"), os.cpu_count() or 1
    ready = context.Barrier(cores + 1)
    crowd = [context.Process(target=work, args=(master, ready), daemon=True) for _ in range(cores)]
    for one in crowd:
        one.start()
    ready.wait(timeout=120)
    started = time.perf_counter()
    ready.wait(timeout=120)
    took = time.perf_counter() - started
    for one in crowd:
        one.join()
    return cores * EACH / took


def _draw_many(master: bytes, ready: Barrier) -> None:
    said = _said(master)
    _many(lambda: draw(next(said)), ready)


def _shoot_many(master: bytes, ready: Barrier) -> None:
    said = _said(master)
    with page_shots.shooting() as shoot:
        _many(lambda: shoot(next(said), master), ready)


def _many(work: Callable[[], object], ready: Barrier) -> None:
    work()
    ready.wait(timeout=120)
    for _ in range(EACH):
        work()
    ready.wait(timeout=120)


def _apart(work: Callable[[bytes], float], master: bytes) -> float:
    """Return what a function finds in a process of its own, which has done nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        return alone.apply(work, (master,))


def _peak_of_a_set(master: bytes) -> float:
    draw(next(_said(master)), tuple(FORMATS))
    return _peak_mb()


def _peak_of_the_floor(master: bytes) -> float:
    _decode_and_encode(master)
    return _peak_mb()


def _peak_mb() -> float:
    """Return the most memory this process has held, Python and libraries included."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
