"""The registry: offices, accounts, people and weekly targets of a region."""

from flask import Blueprint

from publisher.web.registry import (
    accounts,
    connections,
    consents,
    imports,
    leaving,
    logins,
    looks,
    offices,
    quotas,
    users,
)

# `connections`, `consents`, `leaving` and `logins` add pages to the blueprint of accounts,
# `imports` to that of offices.
PAGES = (offices, accounts, connections, consents, leaving, logins, imports, users, quotas, looks)

BLUEPRINTS: tuple[Blueprint, ...] = (offices.bp, accounts.bp, users.bp, quotas.bp, looks.bp)
