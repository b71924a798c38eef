"""The registry: offices, accounts, people and weekly targets of a region."""

from flask import Blueprint

from publisher.web.registry import accounts, connections, consents, imports, offices, quotas, users

# `connections`, `consents` and `imports` add pages to the blueprints of accounts and offices.
PAGES = (offices, accounts, connections, consents, imports, users, quotas)

BLUEPRINTS: tuple[Blueprint, ...] = (offices.bp, accounts.bp, users.bp, quotas.bp)
