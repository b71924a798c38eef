"""What is written for many at once is what would have been written for each alone."""

from datetime import UTC, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.db import db
from publisher.models.advancing import notes_together, write_event, write_note
from publisher.models.deliveries import Attempt, DeliveryEvent, DeliveryStatus
from publisher.platforms.base import Prepared, Receipt
from publisher.workflow import scheduling
from publisher.workflow.delivering import beginning, claiming, loading, recording
from tests.conftest import NOW
from tests.workflow.plans import asked_for_each, first_asked

#: What a platform may say, and people may write: quotes, emoji, aksara Jawa, blanks of all kinds.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40) | st.sampled_from(
    [
        'ia berkata "siap"',
        "'; DROP TABLE post; --",
        "\\u0041\\",
        "{}",
        "null",
        "ꦱꦸꦒꦼꦁ 🎉",
        "1e5",
        "\n\t",
    ]
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=9))])
MOMENTS = st.builds(
    lambda past, zone: (NOW - past).astimezone(zone),
    st.timedeltas(timedelta(0), timedelta(days=9000)),
    ZONES,
)
NOTES = st.lists(
    st.fixed_dictionaries({"detail": TEXTS, "request_id": st.none() | TEXTS, "at": MOMENTS}),
    min_size=1, max_size=8,
)  # fmt: skip
_NOTE = sa.insert(Attempt.metadata.tables["attempt"])
#: Each example is taken back before the next.
EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def claimed(app, make_post, dinkes_x, dinkes_facebook):
    """Return the claims of a post's two deliveries, each with what is to be sent."""
    post = make_post("submit", "approve", planned_at=NOW, accounts=[dinkes_x, dinkes_facebook])
    scheduling.schedule(post, actor=post.approved_by, at=NOW)
    db.session.commit()
    claims = claiming.claim_due(at=NOW, owner="test", limit=10)
    db.session.commit()
    jobs = dict(loading.load(claims, vault=app.extensions["vault"]))
    db.session.rollback()
    assert len(jobs) == 2
    return jobs


@EXAMPLES
@given(notes=NOTES)
def test_what_is_noted_together_reads_like_what_is_noted_alone(claimed, notes):
    together, alone = noted(claimed, notes, together=True), noted(claimed, notes, together=False)

    assert together == alone
    assert [row.detail for row in together] == [note["detail"] for note in notes]
    assert [row.started_at for row in together] == [note["at"] for note in notes]


@EXAMPLES
@given(text=TEXTS, number=st.integers(1, 10**18), at=st.timedeltas(timedelta(), timedelta(0, 60)))
def test_deliveries_that_go_out_together_stand_as_if_each_had_gone_alone(claimed, text, number, at):
    begins = [
        beginning.Begin(
            job=job,
            prepared=Prepared(text=text, media_ids=("1", text), extra={text: text}),
            at=NOW + at,
        )
        for job in claimed.values()
    ]
    ends = [
        recording.End(
            claim=claim,
            outcome=Receipt(remote_id=f"{number}{claim.delivery_id}", url=f"https://x.com/{text}"),
            phase="publish",
            started_at=NOW + at,
            at=NOW + at,
        )
        for claim in claimed
    ]

    together = gone([begins, ends])
    alone = gone([*([each] for each in begins), *([each] for each in ends)])

    assert together == alone
    assert {row.status for row in together[0]} == {DeliveryStatus.PUBLISHED}


def test_events_stay_in_the_order_in_which_they_were_written(claimed):
    [first, _] = claimed
    steps = [f"langkah {number}" for number in range(50)]
    with notes_together():
        for step in steps:
            write_event(
                first.delivery_id, step, before=None, after=DeliveryStatus.PENDING,
                fence=1, at=NOW,
            )  # fmt: skip

    query = sa.select(DeliveryEvent.step).order_by(DeliveryEvent.id)
    assert list(db.session.scalars(query))[-50:] == steps


def test_many_begin_without_a_look_at_all_posts_and_deliveries(claimed):
    """Joined with all posts to find those that are still approved, it would take longer with each
    year of posts."""
    begins = [
        beginning.Begin(job=job, prepared=Prepared(text=""), at=NOW) for job in claimed.values()
    ]
    connection = db.session.connection()
    statement, values = first_asked(lambda: recording.write(begins))

    if connection.dialect.name == "postgresql":
        assert "post" in asked_for_each(statement, values)
    else:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        scanned = [row[-1] for row in plan if row[-1].startswith("SCAN")]
        assert {each.split()[1] for each in scanned} == {"said", "standing_stop"}  # few, always


def noted(claimed, notes, *, together):
    """Return what the history of a delivery says after `notes`, which are taken back again."""
    delivery_id = next(iter(claimed)).delivery_id
    rows = [
        {
            "delivery_id": delivery_id, "fence": 1, "phase": "publish", "started_at": note["at"],
            "ended_at": NOW, "outcome": "ok", "detail": note["detail"],
            "request_id": note["request_id"],
        }
        for note in notes
    ]  # fmt: skip
    if together:
        with notes_together():
            for row in rows:
                write_note(_NOTE, row)
    else:
        for row in rows:
            write_note(_NOTE, row)
    table = Attempt.metadata.tables["attempt"]
    wanted = [column for column in table.c if column.name != "id"]
    found = db.session.execute(sa.select(*wanted).order_by(table.c.id)).all()
    db.session.rollback()
    return found


def gone(batches):
    """Return how deliveries stand, and their history, after `batches`, which are taken back."""
    for batch in batches:
        assert all(recording.write(batch))
    found = []
    for name in ("delivery", "delivery_event", "attempt"):
        table = Attempt.metadata.tables[name]
        wanted = [column for column in table.c if name == "delivery" or column.name != "id"]
        rows = db.session.execute(sa.select(*wanted)).all()
        found.append(sorted(rows, key=repr))
    db.session.rollback()
    return found
