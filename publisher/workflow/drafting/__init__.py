"""Drafting: an office writes down what it did, and hands it over to review.

Leaves behind a post `in_review`. Edits happen in draft and after a return only, always on the
version the writer saw, and always of the writer's own office: callers load the post with an
access check, these verbs check everything that comes with it.
"""

from publisher.workflow.composing.beginning import publishable_accounts
from publisher.workflow.composing.fields import LIMITS, MAX_PICTURES, TEXT_FIELDS, Fields, TooLong
from publisher.workflow.drafting.captions import Proposal, propose
from publisher.workflow.drafting.checking import Check, advice, check, sketch
from publisher.workflow.drafting.editing import (
    NotOurs,
    check_editable,
    copy,
    new_post,
    save,
    start,
)
from publisher.workflow.drafting.listing import (
    Group,
    Listing,
    Outcome,
    Row,
    deliveries,
    drafts_among,
    history,
    outcome,
    page,
    prefetch,
    returned,
)
from publisher.workflow.drafting.pictures import (
    SHOWABLE,
    Kept,
    NoSuchPhoto,
    SamePhoto,
    TooManyPhotos,
    attach,
    attach_photo,
    choose,
    keep,
    remove,
    restore,
    shift,
    visible_media,
)
from publisher.workflow.drafting.posters import arrange_posters, put_poster, take_poster_off
from publisher.workflow.drafting.submitting import (
    NEEDED,
    Gap,
    gaps,
    reopen,
    submit,
    withdraw,
)

__all__ = [
    "LIMITS",
    "MAX_PICTURES",
    "NEEDED",
    "SHOWABLE",
    "TEXT_FIELDS",
    "Check",
    "Fields",
    "Gap",
    "Group",
    "Kept",
    "Listing",
    "NoSuchPhoto",
    "NotOurs",
    "Outcome",
    "Proposal",
    "Row",
    "SamePhoto",
    "TooLong",
    "TooManyPhotos",
    "advice",
    "arrange_posters",
    "attach",
    "attach_photo",
    "check",
    "check_editable",
    "choose",
    "copy",
    "deliveries",
    "drafts_among",
    "gaps",
    "history",
    "keep",
    "new_post",
    "outcome",
    "page",
    "prefetch",
    "propose",
    "publishable_accounts",
    "put_poster",
    "remove",
    "reopen",
    "restore",
    "returned",
    "save",
    "shift",
    "sketch",
    "start",
    "submit",
    "take_poster_off",
    "visible_media",
    "withdraw",
]
