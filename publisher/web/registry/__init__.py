"""The registry: offices, accounts, people and weekly targets of a region."""

from flask import Blueprint

from publisher.web.registry import (
    accounts,
    calendars,
    connections,
    consents,
    dispensations,
    health,
    imports,
    leaving,
    logins,
    looks,
    neutrality,
    offices,
    openness,
    quotas,
    themes,
    users,
)

# `connections`, `consents`, `leaving` and `logins` add pages to the blueprint of accounts,
# `imports` to that of offices.
PAGES = (
    offices, accounts, connections, consents, leaving, logins, imports, users, quotas, calendars,
    themes, dispensations, looks, health, neutrality, openness,
)  # fmt: skip

BLUEPRINTS: tuple[Blueprint, ...] = (
    offices.bp, accounts.bp, users.bp, quotas.bp, calendars.bp, themes.bp, dispensations.bp,
    looks.bp, health.bp, neutrality.bp, openness.bp,
)  # fmt: skip
