"""Decisions before the reviewers' own: the signature of the head of an office, and what a region
asks for before an election.

`deciding` signs or sends back, `links` lets a head do so on a phone without a password, `rules`
and `times` are what a region has set, `listing` is what waits for whom, `lateness` tells of what
waits too long, and `holding` takes back what was approved before it needed a second reviewer.
"""

from publisher.workflow.signing.deciding import AlreadyDecided, send_back, sign
from publisher.workflow.signing.holding import hold_all, hold_back
from publisher.workflow.signing.lateness import look_around
from publisher.workflow.signing.links import (
    Opened,
    open_link,
    revoke_links,
    sign_off_link,
    standing_links,
)
from publisher.workflow.signing.listing import (
    Asked,
    Unsigned,
    asked,
    unsigned,
    unsigned_count,
    waiting_for,
)
from publisher.workflow.signing.rules import (
    RuleData,
    exceptions_of,
    heads_of,
    rule_of,
    set_exception,
    set_rule,
)
from publisher.workflow.signing.times import TimeData, concerning, reviewers_of, set_time, time_of

__all__ = [
    "AlreadyDecided",
    "Asked",
    "Opened",
    "RuleData",
    "TimeData",
    "Unsigned",
    "asked",
    "concerning",
    "exceptions_of",
    "heads_of",
    "hold_all",
    "hold_back",
    "look_around",
    "open_link",
    "reviewers_of",
    "revoke_links",
    "rule_of",
    "send_back",
    "set_exception",
    "set_rule",
    "set_time",
    "sign",
    "sign_off_link",
    "standing_links",
    "time_of",
    "unsigned",
    "unsigned_count",
    "waiting_for",
]
