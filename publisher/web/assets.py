"""Style, script, font and pictures of the pages, from our own host.

Bootstrap and htmx come out of installed wheels and are found by path: importing django-htmx
would need Django, and a second copy in the project would grow old unseen. Every address
carries a hash of the content, so a browser may keep it for ever and an update is seen at once.
"""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Request, Response, abort, current_app, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from publisher.web import access

FOLDER = "/aset/"
#: What everybody may read, and caches keep; see `web.broadcasts`.
OPEN_PAGES = "/siaran/"
STATIC = Path(__file__).parent.parent / "static"

#: One sheet is made of all: these first, then those of single page families, then paper.
#: A later one may overrule an earlier one.
FIRST_SHEETS = ("tokens.css", "siar.css", "parts.css")
LAST_SHEET = "print.css"

_BOOTSTRAP = "static/bootstrap5"
#: asset name: (package it lies in, path inside that package)
_FROM_WHEELS = {
    "bootstrap.css": ("flask_bootstrap", f"{_BOOTSTRAP}/css/bootstrap.min.css"),
    "bootstrap.js": ("flask_bootstrap", f"{_BOOTSTRAP}/js/bootstrap.min.js"),
    "popper.js": ("flask_bootstrap", f"{_BOOTSTRAP}/umd/popper.min.js"),
    "htmx.js": ("django_htmx", "static/django_htmx/htmx-2.min.js"),
}
_MIMETYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY = {".png", ".woff2"}

_FONT_FACE = """@font-face{{font-family:"Plus Jakarta Sans";font-style:{style};\
font-weight:200 800;font-display:swap;src:url("../{digest}/{name}") format("woff2")}}
"""

bp = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Asset:
    name: str
    body: bytes

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def gzipped(self) -> bytes | None:
        """The body packed once for all readers; None where packing gains nothing."""
        if Path(self.name).suffix in _PACKED_ALREADY:
            return None
        return gzip.compress(self.body, 9, mtime=0)


class NoSessionForAssets(SecureCookieSessionInterface):
    """Leaves the session out of answers that caches keep: no cookie in them, none they vary by.

    They get an empty one that is thrown away, so that a page which says what went wrong there can
    be written like any other.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return self.session_class() if _kept(request) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not _kept(request):
            super().save_session(app, session, response)


def _kept(asked: Request) -> bool:
    """Return whether caches keep the answer. Its endpoint is not known yet."""
    return asked.path.startswith((FOLDER, OPEN_PAGES))


def init_app(app: Flask) -> None:
    """Read the assets, and give templates `asset("siar.css")`."""
    app.extensions["assets"] = {asset.name: asset for asset in _collected()}
    app.jinja_env.globals["asset"] = asset_url
    app.session_interface = NoSessionForAssets()


def asset_url(name: str) -> str:
    """Return the address of an asset.

    :raises KeyError: if there is none of that name; a page must not ask for it
    """
    return url_for("assets.serve", digest=_assets()[name].digest, name=name)


@bp.get(f"{FOLDER}<digest>/<name>")
@access.public
def serve(digest: str, name: str) -> Response:
    """Send an asset; one asked for by an outdated hash is sent too, but not to be kept."""
    asset = _assets().get(name) or abort(404)
    response = Response(asset.body, content_type=_MIMETYPES[Path(name).suffix])
    if asset.gzipped is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0:
            response.set_data(asset.gzipped)
            response.content_encoding = "gzip"
    fresh = digest == asset.digest
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if fresh else "no-cache"
    )
    return response


def package_path(package: str, inside: str) -> Path:
    """Return the path of a file of an installed package, without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{package} is not installed")
    return Path(spec.origin).parent / inside


def _assets() -> dict[str, Asset]:
    return cast(dict[str, Asset], current_app.extensions["assets"])


def _collected() -> Iterator[Asset]:
    for name, (package, inside) in _FROM_WHEELS.items():
        yield Asset(name, _without_map(package_path(package, inside).read_bytes()))
    for folder, pattern in (("js", "*.js"), ("img", "*.svg"), ("img", "*.png")):
        for path in sorted((STATIC / folder).glob(pattern)):
            yield Asset(path.name, path.read_bytes())
    fonts = [Asset(path.name, path.read_bytes()) for path in _font_files()]
    yield from fonts
    yield Asset("siar.css", _sheet(fonts))


def _font_files() -> list[Path]:
    """Return the fonts that set-up has built; none is fine, the system's font steps in."""
    return sorted((STATIC / "fonts").glob("*.woff2"))


def _sheet(fonts: list[Asset]) -> bytes:
    faces = "".join(
        _FONT_FACE.format(
            style="italic" if "italic" in font.name.lower() else "normal",
            digest=font.digest,
            name=font.name,
        )
        for font in fonts
    )
    return faces.encode() + b"\n".join(path.read_bytes() for path in _sheets())


def _sheets() -> list[Path]:
    folder = STATIC / "css"
    first = [folder / name for name in FIRST_SHEETS]
    last = folder / LAST_SHEET
    families = sorted(path for path in folder.glob("*.css") if path not in {*first, last})
    return [*first, *families, last]


def _without_map(body: bytes) -> bytes:
    """Drop the last line that points to a source map we do not serve."""
    head, separator, tail = body.rpartition(b"\n")
    return head if separator and b"sourceMappingURL=" in tail else body
