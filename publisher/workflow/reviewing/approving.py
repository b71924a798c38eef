"""Approving: what must be true of a post, who else has to decide, and the approval itself.

Where two reviewers are asked for, the first approval is written down and the post waits; the
second is the approval. Whatever is missing is named, so that a list of many can say it of each.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.errors import (
    N_,
    DecisionMissing,
    Incomplete,
    Invalid,
    InvalidTransition,
    Outdated,
    SameDecider,
)
from publisher.models import asking
from publisher.models.asking import State
from publisher.models.needs import Answer, Stage
from publisher.models.neutrality import Neutrality
from publisher.models.people import User
from publisher.models.posts import Post
from publisher.storage import Store
from publisher.workflow import checking, composing
from publisher.workflow.reviewing.deciding import check_four_eyes, late, record, take


@dataclass(frozen=True, kw_only=True)
class Held:
    """What was looked up of a post that was locked together with others."""

    echoing: Sequence[Sequence[composing.Echo]]
    needs: State

    @property
    def alone(self) -> bool:
        """Return whether one reviewer's word is all it needs: nothing else is then written down,
        or taken back, on the way to it."""
        return not self.needs.needed and all(row.answer for row in self.needs.rows.values())

    @property
    def first_by_id(self) -> int | None:
        """Return who was the first of two reviewers, as long as another one has to decide."""
        if self.needs.next_of_reviewers is not Stage.SECOND:
            return None
        return self.needs.rows[Stage.FIRST].answered_by_id


def approve(
    post: Post,
    *,
    reviewer: User,
    at: datetime,
    store: Store,
    at_once: bool = False,
    held: Held | None = None,
    ticked: Collection[str] = (),
) -> None:
    """Approve: freeze what will be public, so that it can be scheduled.

    :param at_once: the reviewer knows that the planned time has passed and that it goes out now
    :param held: the post, in the version they saw, was locked with others before it was loaded
    :param ticked: what of the region's checklist they have ticked
    :raises Outdated, InvalidTransition: if somebody was quicker
    :raises FourEyes: if the reviewer had a hand in it, or has decided on it already
    :raises DecisionMissing: if its head has not signed, or another reviewer has to approve first
    :raises Incomplete: if a platform would certainly refuse it, it has nowhere to go, or it says
        a blocked word
    :raises Invalid: if its time has passed and nobody said that it may go out at once, or
        something of the checklist is not ticked
    """
    check_four_eyes(post, reviewer, held=held is not None)
    if held is None:
        composing.take_turns([post.office_id])
    if post.can("approve"):
        known = _ready(post, reviewer, at, store, at_once, ticked, held)
        if Stage.FIRST in known.missing:
            raise DecisionMissing(DecisionMissing.second)
        _answer(known, Stage.SECOND, reviewer, at, ticked)
    take(post, "approve", reviewer=reviewer, at=at)


def approve_first(
    post: Post,
    *,
    reviewer: User,
    at: datetime,
    store: Store,
    at_once: bool = False,
    held: Held | None = None,
    ticked: Collection[str] = (),
) -> None:
    """Approve as the first of two reviewers; the post then waits for another one.

    :raises Outdated: also if somebody else was the first
    :raises FourEyes, DecisionMissing, Incomplete, Invalid, InvalidTransition: as for `approve`
    """
    check_four_eyes(post, reviewer, held=held is not None)
    if not post.can("approve"):
        raise InvalidTransition("approve", post.status)
    known = _ready(post, reviewer, at, store, at_once, ticked, held)
    if known.next_of_reviewers is not Stage.FIRST:
        raise Outdated
    _answer(known, Stage.FIRST, reviewer, at, ticked)
    post.note("approve_first", actor=reviewer, at=at)
    record(
        post,
        "approve_first",
        actor=reviewer,
        at=at,
        version=post.version,
        digest=post.digest(),
        ticked=_of_list(known, ticked),
    )


def _ready(
    post: Post,
    reviewer: User,
    at: datetime,
    store: Store,
    at_once: bool,
    ticked: Collection[str],
    held: Held | None = None,
) -> State:
    """Return what the post needs, once nothing but a reviewer's word stands in its way."""
    known = asking.refresh(post, at=at, known=held.needs if held else None)
    if Stage.HEAD in known.missing:
        raise DecisionMissing(DecisionMissing.unsigned)
    if reviewer.id in {known.rows[stage].answered_by_id for stage in known.needed
                       if stage in known.rows}:  # fmt: skip
        raise SameDecider
    _must_be_publishable(post, store, at, held)
    if known.time:
        _must_be_neutral(post, known.time, ticked)
    if late(post, at) and not at_once:
        raise Invalid(
            N_(
                "Waktu tayang konten ini sudah lewat. Bila tetap disetujui, konten langsung "
                "tayang; tandai persetujuan Anda, lalu setujui kembali."
            )
        )
    return known


def _must_be_neutral(post: Post, time: Neutrality, ticked: Collection[str]) -> None:
    if said := composing.blocked_problems(post, time):
        words = sorted({str(problem.values["word"]) for problem in said})
        raise Incomplete(
            words,
            N_(
                "Masa netralitas pemilihan: konten ini memuat kata yang tidak boleh tayang "
                "(%(words)s). Kembalikan untuk perbaikan."
            ),
            words=", ".join(f"“{word}”" for word in words),
        )
    if not set(time.checklist) <= set(ticked):
        raise Invalid(
            N_(
                "Masa netralitas pemilihan: periksa dan tandai setiap butir daftar periksa, lalu "
                "setujui kembali."
            )
        )


def _answer(
    known: State, stage: Stage, reviewer: User, at: datetime, ticked: Collection[str]
) -> None:
    row = known.rows.get(stage)
    if row is None or stage not in known.needed:
        return
    told = _of_list(known, ticked)
    if not asking.answer(row, Answer.GIVEN, by=reviewer, at=at, ticked=told):
        raise Outdated


def _of_list(known: State, ticked: Collection[str]) -> list[str]:
    return [item for item in known.time.checklist if item in ticked] if known.time else []


def _must_be_publishable(post: Post, store: Store, at: datetime, held: Held | None) -> None:
    if not any(account.publishable for account in post.accounts):
        raise Incomplete(
            ["accounts"],
            N_("Konten ini tidak memiliki akun utama tujuan, sehingga tidak dapat disetujui."),
        )
    echoing = held.echoing if held else None
    refused = [
        problem.message % dict(problem.values)
        for found in composing.problems(post, store, at=at, echoing=echoing).values()
        for problem in found
        if problem.blocks
    ]
    if composing.unreadable(post, store):
        refused.append(composing.LOST.message)
    if forbidden := checking.unlawful(post):
        raise Incomplete([finding.message for finding in forbidden], forbidden[0].message)
    if refused:
        raise Incomplete(
            refused,
            N_(
                "Konten ini pasti ditolak oleh kanal tujuannya, sehingga tidak dapat disetujui. "
                "Lihat hasil pemeriksaan, lalu kembalikan untuk perbaikan."
            ),
        )
