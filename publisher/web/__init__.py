"""The pages. A view loads with an access check, takes one verb, commits, says so, and goes."""

from flask import Flask

from publisher.web import (
    access,
    assets,
    auth,
    broadcasts,
    calendar,
    claims,
    closing,
    deliveries,
    drafts,
    failures,
    filters,
    icons,
    ideas,
    leaders,
    library,
    locale,
    navigation,
    notices,
    pages,
    photos,
    proofs,
    public_pictures,
    registry,
    reports,
    request_log,
    reviews,
    security,
    stops,
    studio,
    takedowns,
)

BLUEPRINTS = (
    assets.bp,
    auth.bp,
    locale.bp,
    pages.bp,
    drafts.bp,
    studio.bp,
    photos.bp,
    library.bp,
    ideas.bp,
    public_pictures.bp,
    broadcasts.bp,
    reviews.bp,
    calendar.bp,
    deliveries.bp,
    proofs.bp,
    takedowns.bp,
    claims.bp,
    stops.bp,
    notices.bp,
    reports.bp,
    closing.bp,
    leaders.bp,
    *registry.BLUEPRINTS,
)


def init_app(app: Flask) -> None:
    """Add every page, and what stands before and around them."""
    locale.init_app(app)
    security.init_app(app)
    failures.init_app(app)
    request_log.init_app(app)
    auth.init_app(app)
    speaking = (assets, filters, icons, navigation, pages, deliveries, notices, broadcasts, stops)
    for part in speaking:
        part.init_app(app)
    app.before_request(access.guard)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
