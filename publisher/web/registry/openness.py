"""Whether everybody may read what the offices have published, and where."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import db
from publisher.web.access import allow, me
from publisher.web.registry.common import MANAGERS, blueprint, region
from publisher.workflow import registering

bp = blueprint("openness", "halaman-publik")


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    return render_template("registry/openness.html", region=region())


@bp.post("/buka")
@allow(*MANAGERS)
def open_page() -> Response:
    registering.open_page(region(), actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Halaman publik dibuka."), "success")
    return redirect(url_for(".index"))


@bp.post("/tutup")
@allow(*MANAGERS)
def close_page() -> Response:
    registering.close_page(region(), actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Halaman publik ditutup."), "success")
    return redirect(url_for(".index"))
