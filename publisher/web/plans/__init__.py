"""The week's plan: what each office has planned, until when, and approving it all at once."""

from publisher.web.plans import approvals, weeks
from publisher.web.plans.blueprint import bp

__all__ = ["approvals", "bp", "weeks"]
