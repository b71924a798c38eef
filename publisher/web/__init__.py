"""The pages. A view loads with an access check, takes one verb, commits, says so, and goes."""

from flask import Flask

from publisher.web import (
    access,
    assets,
    auth,
    batches,
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
    letters,
    library,
    locale,
    marks,
    navigation,
    notices,
    pages,
    photos,
    plans,
    proofs,
    public_pictures,
    registry,
    report_files,
    request_log,
    reviews,
    security,
    series,
    sign_link,
    signing,
    stops,
    studio,
    subscriptions,
    takedowns,
    yardsticks,
)

BLUEPRINTS = (
    assets.bp,
    auth.bp,
    locale.bp,
    pages.bp,
    drafts.bp,
    series.bp,
    batches.bp,
    studio.bp,
    photos.bp,
    library.bp,
    ideas.bp,
    public_pictures.bp,
    broadcasts.bp,
    reviews.bp,
    marks.bp,
    yardsticks.bp,
    calendar.bp,
    subscriptions.bp,
    plans.bp,
    deliveries.bp,
    proofs.bp,
    takedowns.bp,
    claims.bp,
    stops.bp,
    signing.bp,
    sign_link.bp,
    notices.bp,
    letters.bp,
    report_files.bp,
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
    speaking = (
        assets, filters, icons, navigation, pages, deliveries, notices, letters, broadcasts, stops,
        signing, sign_link,
    )  # fmt: skip
    for part in speaking:
        part.init_app(app)
    app.before_request(access.guard)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
