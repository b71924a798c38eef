"""How long the studio's preview takes to answer while somebody types, server side.

Every answer has saved what was typed, laid the poster out and drawn the size that is looked at.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from bench import pages, rows
from bench import stage as stages
from bench.measure import Figure
from publisher import clock
from publisher.db import db
from publisher.models.people import User
from publisher.models.posters import Poster
from publisher.posters.templates import templates
from publisher.posters.themes import Theme
from publisher.workflow import designing, drafting

ROUNDS = 12  # of every template
WARM_UP = 2


def preview() -> list[Figure]:
    """Each template with photos of 2400 px, a headline that grows letter by letter."""
    with stages.stage() as stage:
        posters = _posters(stage.app)
        times = _typed(stage.app, posters)
    return [
        Figure(name="preview_p95_ms", value=round(pages.p95(times) * 1000), unit="ms",
               target=250, better="lower", database="sqlite"),
    ]  # fmt: skip


def _posters(app: Flask) -> dict[str, tuple[str, dict[str, str]]]:
    """Return, for each template, the address of its poster and all that its form sends."""
    now = clock.now()
    _region, drafter, _reviewer = rows.add_region(now)
    drafter.password_hash = pages.hashed()
    post = drafting.new_post(actor=drafter, at=now)
    post.title, post.when, post.where = "Imunisasi gratis", "Senin, 23 November 2026", "Puskesmas"
    for shade in (90, 160):
        store = app.extensions["media_store"]
        drafting.attach_photo(post, _photo(shade), store=store, actor=drafter, at=now)
    theme = Theme(region="Pemerintah Kabupaten Blora", office="Dinas Uji")
    made = {name: _poster(name, designing.start(post, name, theme, actor=drafter, at=now), drafter)
            for name in templates()}  # fmt: skip
    db.session.commit()
    return made


def _poster(template: str, poster: Poster, drafter: User) -> tuple[str, dict[str, str]]:
    texts = {"quote": "Sekarang selesai dalam sehari.", "person": "Siti", "whatsapp": "0812-000"}
    texts |= {"figures-0-value": "96,2%", "figures-0-meaning": "cakupan imunisasi"}
    texts |= {"agenda-0-day": "Sen", "agenda-0-date": "23", "agenda-0-title": "Posyandu"}
    photos = {
        f"foto_{slot}": one["digest"] for slot, one in enumerate(poster.content["photos"]) if one
    }
    address = f"/konten/{poster.post_id}/poster/{poster.id}/pratinjau"
    known = {"template": template, "version": str(poster.version), "halaman": drafter.email[:8]}
    return address, known | texts | photos


def _photo(shade: int) -> bytes:
    coarse = Image.effect_noise((300, 225), shade).convert("RGB")
    out = BytesIO()
    coarse.resize((2400, 1800), Image.Resampling.BICUBIC).save(out, "JPEG", quality=88)
    return out.getvalue()


def _typed(app: Flask, posters: dict[str, tuple[str, dict[str, str]]]) -> list[float]:
    """Return what each answer took. In a thread of its own, as `pages` does."""

    def type_() -> list[float]:
        client = pages.signed_in(app, "sari@b.id")
        times = []
        for number in range(WARM_UP + ROUNDS):
            for address, known in posters.values():
                headline = "Imunisasi campak gratis untuk balita"[: 20 + number]
                taken = _once(client, address, known | {"headline": headline})
                times += [taken] if number >= WARM_UP else []
        return times

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(type_).result()


def _once(client: FlaskClient, address: str, sent: dict[str, str]) -> float:
    started = time.perf_counter()
    answer = client.post(address, data=sent, headers={"Accept": "application/json"})
    taken = time.perf_counter() - started
    assert answer.get_json()["image"], answer.get_json()["problems"]
    return taken
