"""How the posters of each office look: what it and its region have chosen, merged and checked."""

from publisher.workflow.branding.emblems import (
    LogoNotKept,
    add_logo,
    keep_from_library,
    keep_logo,
    library_logos,
)
from publisher.workflow.branding.merging import (
    MOTIFS,
    LogoMissing,
    Looks,
    looks_of,
    merged,
    theme_of,
)
from publisher.workflow.branding.setting import (
    Choice,
    LookChanged,
    NotYourLook,
    Tried,
    find_logo,
    judged,
    logos_of,
    may_set,
    own_looks,
    set_look,
    tried,
)
from publisher.workflow.branding.trying import SHOWN, Shade, sample, shades

__all__ = [
    "MOTIFS",
    "SHOWN",
    "Choice",
    "LogoMissing",
    "LogoNotKept",
    "LookChanged",
    "Looks",
    "NotYourLook",
    "Shade",
    "Tried",
    "add_logo",
    "find_logo",
    "judged",
    "keep_from_library",
    "keep_logo",
    "library_logos",
    "logos_of",
    "looks_of",
    "may_set",
    "merged",
    "own_looks",
    "sample",
    "set_look",
    "shades",
    "theme_of",
    "tried",
]
