"""The entries of the main menu, per role. One place, so that menu and routes agree."""

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from publisher.models.people import Role
from publisher.web.access import my_area

# endpoint, label, icon, roles; an entry is shown when its endpoint exists
ENTRIES = (
    ("pages.home", _l("Beranda"), "house", frozenset(Role) - {Role.LEADER}),
    ("leaders.index", _l("Capaian"), "patch-check", frozenset({Role.LEADER})),
    ("drafts.index", _l("Konten"), "file-earmark-text", frozenset({Role.DRAFTER, Role.HEAD})),
    ("signing.index", _l("Tanda tangan"), "pen", frozenset({Role.HEAD})),
    ("reviews.index", _l("Telaah"), "clipboard-check", frozenset({Role.REVIEWER})),
    (
        "calendar.index",
        _l("Kalender"),
        "calendar-week",
        frozenset({Role.DRAFTER, Role.HEAD, Role.REVIEWER}),
    ),
    (
        "plans.index",
        _l("Rencana"),
        "list-check",
        frozenset({Role.DRAFTER, Role.HEAD, Role.REVIEWER}),
    ),
    (
        "library.index",
        _l("Pustaka"),
        "images",
        frozenset({Role.DRAFTER, Role.HEAD, Role.REVIEWER}),
    ),
    (
        "deliveries.index",
        _l("Penayangan"),
        "send",
        frozenset({Role.DRAFTER, Role.HEAD, Role.REVIEWER, Role.OPERATOR}),
    ),
    ("reports.index", _l("Laporan"), "bar-chart", frozenset(Role)),
    ("offices.index", _l("Registri"), "building", frozenset({Role.REVIEWER, Role.OPERATOR})),
    ("health.index", _l("Kesehatan registri"), "heart-pulse", frozenset({Role.LEADER})),
)

#: What a phone shows at the thumb of those who have more entries than fit there; the rest is
#: under "Lainnya". Everybody else has all of theirs in the bar.
AT_THE_THUMB = {
    Role.DRAFTER: frozenset({"pages.home", "drafts.index", "calendar.index", "plans.index"}),
    Role.HEAD: frozenset({"pages.home", "drafts.index", "signing.index", "reports.index"}),
    Role.REVIEWER: frozenset({"pages.home", "reviews.index", "calendar.index", "plans.index"}),
}

#: Further parts of the registry, which has one entry.
REGISTRY = frozenset(
    {
        "accounts", "users", "quotas", "calendars", "dispensations", "looks", "health", "openness",
        "neutrality",
        "themes",
    }
)  # fmt: skip


#: Under which of the entries those parts lie: leaders read but one of them.
_REGISTRY_ENTRY = {role: "health" if role is Role.LEADER else "offices" for role in Role}


def entries() -> list[dict[str, Any]]:
    """Return the menu of the signed-in person; empty for everybody else."""
    if not current_user.is_authenticated:
        return []
    section = (request.endpoint or "").partition(".")[0]
    section = _REGISTRY_ENTRY[current_user.role] if section in REGISTRY else section
    section = "deliveries" if section in ("proofs", "takedowns", "stops") else section
    section = "library" if section == "ideas" else section
    section = "drafts" if section in ("studio", "series") else section
    section = "calendar" if section == "subscriptions" else section
    if section == "batches":
        section = "drafts" if current_user.office_id else "calendar"
    section = "reviews" if section in ("marks", "yardsticks") else section
    section = "reports" if section in ("closing", "claims") else section
    at_the_thumb = AT_THE_THUMB.get(current_user.role)
    return [
        {
            "label": label,
            "icon": icon,
            "url": url_for(endpoint),
            "active": endpoint.partition(".")[0] == section,
            "further": at_the_thumb is not None and endpoint not in at_the_thumb,
        }
        for endpoint, label, icon, roles in ENTRIES
        if current_user.role in roles
        and endpoint in current_app.view_functions
        and not (my_area() and endpoint == "health.index")
    ]


def init_app(app: Flask) -> None:
    @app.context_processor
    def navigation() -> dict[str, Any]:
        return {
            "navigation": entries(),
            "practice_mode": bool(app.config.get("PLATFORM_GATEWAY")),
        }
