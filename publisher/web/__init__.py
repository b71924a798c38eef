"""The pages. A view loads with an access check, takes one verb, commits, says so, and goes."""

from flask import Flask

from publisher.web import (
    access,
    assets,
    auth,
    deliveries,
    drafts,
    filters,
    icons,
    navigation,
    pages,
    photos,
    registry,
    reports,
    reviews,
    security,
)

BLUEPRINTS = (
    assets.bp,
    auth.bp,
    pages.bp,
    drafts.bp,
    photos.bp,
    reviews.bp,
    deliveries.bp,
    reports.bp,
    *registry.BLUEPRINTS,
)


def init_app(app: Flask) -> None:
    """Add every page, and what stands before and around them."""
    security.init_app(app)
    auth.init_app(app)
    for part in (assets, filters, icons, navigation, pages):
        part.init_app(app)
    app.before_request(access.guard)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
