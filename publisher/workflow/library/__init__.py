"""The library: an office's photos, logos and posters, with what they show and who may be shown.

Everything an office ever uploaded is in it, each picture once. A post or a poster takes from it
by the row; what lies in use somewhere cannot be thrown away.
"""

from publisher.workflow.library.filing import (
    LIMITS,
    Fields,
    InUse,
    add,
    archive,
    edit,
    forget,
    obstacle,
    pending,
    restore,
)
from publisher.workflow.library.searching import (
    KINDS,
    PAGE_SIZE,
    Entry,
    Found,
    Wanted,
    search,
)
from publisher.workflow.library.using import Uses, uses

__all__ = [
    "KINDS",
    "LIMITS",
    "PAGE_SIZE",
    "Entry",
    "Fields",
    "Found",
    "InUse",
    "Uses",
    "Wanted",
    "add",
    "archive",
    "edit",
    "forget",
    "obstacle",
    "pending",
    "restore",
    "search",
    "uses",
]
