"""How the posters of each office look: what it and its region have chosen, merged and checked."""

from publisher.workflow.branding.merging import LogoMissing, theme_of

__all__ = ["LogoMissing", "theme_of"]
