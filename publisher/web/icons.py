"""Single icons, written into the page.

The sprite of the bootstrap-flask wheel holds 2,078 icons in 1.1 MB. A page uses a dozen, so
each is cut out when first asked for and the sprite itself is never sent.
"""

import re
from functools import cache

from flask import Flask
from markupsafe import Markup

from publisher.web.assets import package_path

_SPRITE = ("flask_bootstrap", "static/bootstrap5/icons/bootstrap-icons.svg")
_NAME = re.compile(r"[a-z0-9-]+")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["icon"] = icon
    app.jinja_env.globals["symbol"] = symbol


@cache
def icon(name: str, extra_class: str = "") -> Markup:
    """Return the Bootstrap icon `name` as inline SVG, in the colour and size of the text.

    It is hidden from screen readers: the words beside it must say everything.

    :raises LookupError: if Bootstrap Icons has none of that name
    """
    return Markup(  # noqa: S704 - our own installed file, not what people typed
        f'<svg class="icon {extra_class}" width="16" height="16" fill="currentColor" '
        f'aria-hidden="true" focusable="false" viewBox="0 0 16 16">{_shapes(name)}</svg>'
    )


@cache
def symbol(name: str, element_id: str) -> Markup:
    """Return the icon `name` to be drawn by `<use>`, for a page that shows it hundreds of times.

    :raises LookupError: as for `icon`
    """
    return Markup(  # noqa: S704 - as above
        f'<symbol id="{element_id}" viewBox="0 0 16 16">{_shapes(name)}</symbol>'
    )


@cache
def _shapes(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise LookupError(name)
    sprite = package_path(*_SPRITE).read_text(encoding="utf-8")
    found = re.search(rf'<symbol [^>]*id="{name}">(.*?)</symbol>', sprite, re.DOTALL)
    if found is None:
        raise LookupError(name)
    return found[1]
