"""People draft, approve, reopen and approve anew what is delivered."""

from datetime import timedelta

from hypothesis import strategies as st

from publisher.db import db
from publisher.models.advancing import cancel_open
from publisher.models.posts import Post, PostStatus
from publisher.workflow import scheduling
from tests.workflow import delivery_world
from tests.workflow.delivery_deeds import WINDOW, deed, pick, which

MOST_POSTS = 5


class Writing:
    @deed(
        2,
        deed=st.sampled_from(["plan", "plan", "reopen", "approve", "approve changed"]),
        which=which,
        minutes=st.sampled_from([0, 0, 1, 20]),
        window=st.sampled_from([WINDOW, WINDOW, timedelta(minutes=10)]),
    )
    def write(self, deed, which, minutes, window):
        if deed == "plan" and len(delivery_world.posts()) < MOST_POSTS:
            self.plan(which, minutes, window)
        elif deed == "reopen" and self._posts(PostStatus.APPROVED):
            self.reopen(which)
        elif deed.startswith("approve") and self._posts(PostStatus.DRAFT):
            self.approve_again(which, changed=deed.endswith("changed"))

    def plan(self, account, minutes, window):
        post = Post(
            office=self.sari.office, title="Kegiatan", drafted_by=self.sari, edited_by=self.sari,
            caption=f"Kegiatan {len(delivery_world.posts())}", created_at=self.world.now,
            edited_at=self.world.now, planned_at=self.world.now + timedelta(minutes=minutes),
        )  # fmt: skip
        post.accounts = [pick(self.accounts, account)]
        db.session.add(post)
        db.session.flush()
        self._approve(post, window)

    def reopen(self, post):
        post = pick(self._posts(PostStatus.APPROVED), post)
        post.move("reopen", actor=self.sari, at=self.world.now)
        cancel_open(post, actor=self.sari, at=self.world.now, reason="diubah")
        db.session.commit()

    def approve_again(self, post, changed):
        post = pick(self._posts(PostStatus.DRAFT), post)
        if changed:
            post.caption += " (diperbaiki)"
            post.touch(actor=self.sari, at=self.world.now)
        self._approve(post, WINDOW)

    def _approve(self, post, window):
        post.move("submit", actor=self.sari, at=self.world.now)
        post.move("approve", actor=self.budi, at=self.world.now)
        scheduling.schedule(post, actor=self.budi, at=self.world.now, catch_up=window)
        db.session.commit()

    def _posts(self, status):
        return [post for post in delivery_world.posts() if post.status is status]
