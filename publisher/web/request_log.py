"""One line a request, with nothing secret in it: no query, no form, no cookie, no name."""

import logging
import sys
from typing import Any

import structlog
from flask import Flask, g, request
from werkzeug.wrappers import Response

from publisher import clock

log = structlog.get_logger("siar.request")


def init_app(app: Flask) -> None:
    level = logging.getLevelName(app.config.get("LOG_LEVEL", "INFO"))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    app.before_request(_start)
    app.after_request(_write)


def _start() -> None:
    g.started_s = clock.running_s()


def _write(response: Response) -> Response:
    if request.endpoint != "assets.serve":
        log.info("request", **_told(response))
    return response


def _path() -> str:
    """Return the path, but for a token in it: that is all one needs to open a public picture."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(token, "•••") if token else request.path


def _told(response: Response) -> dict[str, Any]:
    row = g.get("sign_in")
    started_s = g.get("started_s")
    return {
        "method": request.method,
        "path": _path(),
        "status": response.status_code,
        "ms": None if started_s is None else round((clock.running_s() - started_s) * 1000),
        "user": row.user_id if row else None,
    }
