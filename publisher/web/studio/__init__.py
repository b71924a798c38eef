"""The poster studio: a page on which an office makes a poster while looking at it."""

from publisher.web.studio import actions, pages, pictures
from publisher.web.studio.blueprint import bp

__all__ = ["actions", "bp", "pages", "pictures"]
