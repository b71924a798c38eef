"""The page of a region that everybody may read: official accounts, and what went out.

Closed until the region opens it. No sign-in, no cookie, nothing that depends on who asks, so that
every cache on the way may keep an answer for a while.
"""

from publisher.web.broadcasts.answers import init_app
from publisher.web.broadcasts.views import bp

__all__ = ["bp", "init_app"]
