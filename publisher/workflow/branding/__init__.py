"""How the posters of each office look: what it and its region have chosen, merged and checked."""

from publisher.workflow.branding.emblems import LogoNotKept, add_logo, keep_logo
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
    find_logo,
    judged,
    logos_of,
    may_set,
    set_look,
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
    "add_logo",
    "find_logo",
    "judged",
    "keep_logo",
    "logos_of",
    "looks_of",
    "may_set",
    "merged",
    "sample",
    "set_look",
    "shades",
    "theme_of",
]
