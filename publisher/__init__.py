"""Siar. `create_app` is the one place that wires everything.

Its imports stand inside it, so that `python -m publisher.practice`, a process of its own,
does not load the product it must know nothing of.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parent.parent


def create_app(config: Mapping[str, Any]) -> Flask:
    """Return the web application.

    :param config: what `config.load()` returns; tests pass their own
    """
    from flask import Flask

    from publisher import cli, gallery, models, storage, vault, web  # noqa: F401 - models: all tables
    from publisher.db import db, prepare_engine
    from publisher.platforms import http
    from publisher.posters import aksara, lettering
    from publisher.workflow.checking import spelling

    app = Flask(
        "publisher",
        root_path=str(ROOT / "publisher"),
        template_folder=str(ROOT / "templates"),
        static_folder=None,  # `web.assets` serves them, under the hash of what they are
    )
    app.config.from_mapping(config)
    app.config.setdefault("SQLALCHEMY_DATABASE_URI", app.config["DATABASE_URL"])
    # Parameters hold addresses and password hashes; an error in a log must not.
    engine = {"pool_size": 20, "max_overflow": 80, "hide_parameters": True}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    http.configure(app.config.get("PLATFORM_GATEWAY"), app.config.get("PLATFORM_GATEWAY_CA"))
    aksara.configure(app.config.get("AKSARA_FONT"))
    lettering.warn_if_plain()
    spelling.warn_if_unread()
    app.extensions["vault"] = vault.Vault(app.config["VAULT_KEYS"])
    app.extensions["media_store"] = storage.open_store(
        app.config["MEDIA_URL"],
        key_id=app.config.get("MEDIA_KEY_ID"),
        secret_key=app.config.get("MEDIA_SECRET_KEY"),
    )
    app.extensions["gallery"] = gallery.Gallery(app.config["PUBLIC_URL"], app.config["SECRET_KEY"])
    web.init_app(app)
    cli.init_app(app)
    return app
