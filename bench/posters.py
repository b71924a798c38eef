"""Posters, beside headless Chromium and beside merely decoding and encoding the same photo."""

import base64
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from PIL import Image
from playwright.sync_api import sync_playwright

from bench.measure import Figure
from publisher.posters.contents import Photo
from publisher.posters.samples import samples
from publisher.posters.studio import QUALITY, Poster, draw
from publisher.posters.templates import FORMATS

ROUNDS = 9


def posters() -> list[Figure]:
    """The example of an activity, from a master of 1920 px."""
    master = _master()
    sample = samples()["kegiatan"]
    poster = replace(sample, content=replace(sample.content, photos=(Photo(content=master),)))
    one = _median(lambda: draw(poster))
    four = _median(lambda: draw(poster, tuple(FORMATS)))
    floor = _median(lambda: _decode_and_encode(master))
    chromium = _chromium_s(poster, master)
    return [
        Figure(name="poster_vs_chromium", value=round(chromium / one, 2), unit="times",
               target=2.5, better="higher"),
        Figure(name="poster_vs_floor", value=round(one / floor, 2), unit="times", target=2,
               better="lower"),
        Figure(name="poster_set_s", value=round(four, 2), unit="s", target=0.8, better="lower",
               floor=round(4 * floor, 2)),
    ]  # fmt: skip


def _master() -> bytes:
    coarse = Image.effect_noise((240, 180), 80).convert("RGB")
    out = BytesIO()
    coarse.resize((1920, 1440), Image.Resampling.BICUBIC).save(out, "JPEG", quality=88)
    return out.getvalue()


def _decode_and_encode(master: bytes) -> None:
    with Image.open(BytesIO(master)) as image:
        image.crop((0, 0, 1080, 1350)).save(BytesIO(), "JPEG", quality=QUALITY, subsampling=0)


def _chromium_s(poster: Poster, master: bytes) -> float:
    """Return what a warm page takes for a screenshot of much the same poster."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1080, "height": 1350})
        page_ = _page(poster, master)

        def shoot() -> None:
            page.set_content(page_)
            page.screenshot(type="jpeg", quality=QUALITY)

        found = _median(shoot)
        browser.close()
    return found


def _page(poster: Poster, master: bytes) -> str:
    said, look = poster.content, poster.theme
    photo = base64.b64encode(master).decode()
    return f"""<!doctype html><style>
      body {{ margin: 0; width: 1080px; height: 1350px; position: relative; color: white;
        background: {look.ground("ink")}; font: 500 34px sans-serif }}
      .photo {{ position: absolute; inset: 0 0 38% 0; background-size: cover;
        background-image: linear-gradient(transparent 30%, {look.ground("ink")}),
        url(data:image/jpeg;base64,{photo}) }}
      .text {{ position: absolute; left: 64px; right: 64px; bottom: 220px }}
      h1 {{ font-size: 80px; line-height: 1.1; text-wrap: balance }}
      .foot {{ position: absolute; inset: auto 0 0 0; height: 170px; padding: 30px 64px;
        background: {look.ground("brand")}; border-top: 6px solid {look.accent} }}
      </style><div class=photo></div><div class=text><b>{look.office}</b><h1>{said.headline}</h1>
      <p>{said.body}</p><p>{said.when}</p><p>{said.where}</p></div>
      <div class=foot>{look.channels.hashtag}<br>{look.channels.invitation}</div>"""


def _median(work: Callable[[], object]) -> float:
    work()  # warm: fonts, masks, motifs
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
