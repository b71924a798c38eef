"""What the running application gives its pages: the media store, and spans from its settings."""

from datetime import timedelta
from typing import cast

from flask import current_app

from publisher.storage import Store


def store() -> Store:
    return cast(Store, current_app.extensions["media_store"])


def spacing() -> timedelta:
    """Return what lies at least between two posts of an account."""
    return timedelta(seconds=current_app.config["SPACING_S"])


def catch_up() -> timedelta:
    """Return how long after its time a post may still go out."""
    return timedelta(hours=current_app.config["CATCH_UP_HOURS"])
