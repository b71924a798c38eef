"""The peer of the posters: a warm page of headless Chromium that is shown and photographed."""

import base64
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from publisher.posters.studio import QUALITY, Poster

Shoot = Callable[[Poster, bytes], bytes]


@contextmanager
def shooting() -> Iterator[Shoot]:
    """Yield what makes a screenshot of much the same poster, as JPEG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1080, "height": 1350})

        def shoot(poster: Poster, master: bytes) -> bytes:
            page.set_content(_html(poster, master))
            return page.screenshot(type="jpeg", quality=QUALITY)

        yield shoot
        browser.close()


def _html(poster: Poster, master: bytes) -> str:
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
