"""How offices stand in a week, and why contents count or do not: what reports tell apart."""

from enum import StrEnum


class WeekStatus(StrEnum):
    """How an office stands in a week. The words are in `_macros/status.html` and `words.py`."""

    MET = "met"
    ON_TRACK = "on_track"  # the week runs: what is planned will be enough
    AT_RISK = "at_risk"  # the week runs: what is planned will not be enough
    NOT_MET = "not_met"
    EXEMPT = "exempt"
    HOLIDAY = "holiday"
    URGED = "urged"  # the target is an appeal (imbauan): shown, held against nobody
    WATCHED = "watched"  # the target is only watched (pantau)
    NO_RULE = "no_rule"


#: Only these are held against, or for, an office: the "34" of "27 dari 34".
OBLIGED = frozenset({WeekStatus.MET, WeekStatus.ON_TRACK, WeekStatus.AT_RISK, WeekStatus.NOT_MET})


class Excuse(StrEnum):
    """Why an office is exempt in a week."""

    BEGAN = "began"
    ENDED = "ended"
    PLATFORM = "platform"
    DISPENSATION = "dispensation"


class Uncounted(StrEnum):
    """Why a content that is out does not count. The order is that in which it is asked."""

    OUTSIDE = "outside"  # it first went out in another week
    NO_OFFICE = "no_office"  # before the office began, or after it ended
    UNPROVED = "unproved"
    NOT_UTAMA = "not_utama"  # only on accounts that are not the official one
    TAKEN_DOWN = "taken_down"  # gone again before the week was over
    CHANNEL = "channel"  # only on channels that the rule does not count
    GREETING = "greeting"
    KIND = "kind"
    REPEAT = "repeat"  # says or shows what another content did shortly before


class Cluster(StrEnum):
    """Offices that may be compared with each other."""

    DINAS = "dinas"
    AGENCIES = "agencies"
    KECAMATAN = "kecamatan"
    KELURAHAN = "kelurahan"
    DESA = "desa"
