"""The registry's health: what is found, since when, and what becomes of accounts."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import AccountStatus, Standing
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.plans import AccountPlan, PlanAim, PlanStatus
from publisher.typed import Unacceptable
from publisher.workflow import registering
from publisher.workflow.registering import Ailment
from publisher.workflow.registering.common import NotYours
from tests.conftest import NOW, saved

TODAY = date(2026, 11, 23)


def found(region, office=None):
    """Return what is wrong with each office, by its abbreviation."""
    sick = registering.health(region, at=NOW).sick
    by_office = {each.office.abbreviation: each.findings for each in sick}
    if office is None:
        return {name: [one.ailment for one in findings] for name, findings in by_office.items()}
    return by_office.get(office.abbreviation, ())


@pytest.fixture
def living(blora, dinkes, sari, dinkes_x):
    """Dinkes has one account on X, with a post of yesterday."""
    dinkes_x.last_post_at = NOW - timedelta(days=1)
    return saved(dinkes_x)


def published(post, account, at):
    return saved(
        Delivery(
            post=post, account=account, office=post.office, content_digest="0" * 64, due_at=at,
            next_at=at, publish_by=at, created_at=at, status=DeliveryStatus.PUBLISHED,
            published_at=at, permalink="https://x.com/dinkes_blora/status/1", remote_id="1",
        )
    )  # fmt: skip


def plan(account, actor, *, due_on=TODAY + timedelta(days=7), aim=PlanAim.REVIVE, responsible=None):
    data = registering.PlanData(aim=aim, responsible=responsible or actor, due_on=due_on)
    return saved(registering.make_plan(account, data, actor=actor, at=NOW))


def test_an_office_with_a_living_account_and_a_person_is_well(blora, living):
    assert found(blora) == {}


def test_an_office_without_account_or_person_is_named(blora, living, dishub):
    assert found(blora) == {"Dishub": [Ailment.NO_ACCOUNT, Ailment.NO_PERSON]}


def test_an_office_that_has_ended_is_not_named(blora, living, dishub):
    dishub.valid_to = TODAY - timedelta(days=1)
    saved(dishub)

    assert found(blora) == {}


@pytest.mark.parametrize(("days", "dormant"), [(27, False), (28, True)])
def test_an_account_is_dormant_after_the_days_of_its_region(blora, dinkes, living, days, dormant):
    living.last_post_at = NOW - timedelta(days=days)
    saved(living)

    assert (found(blora) == {"Dinkes": [Ailment.DORMANT]}) is dormant
    if dormant:
        [one] = found(blora, dinkes)
        assert one.since == TODAY - timedelta(days=28)
        assert "28 hari" in one.message % one.values


def test_what_siar_published_keeps_an_account_alive_before_it_is_read_back(
    blora, dinkes, living, make_post
):
    living.last_post_at = NOW - timedelta(days=90)
    published(make_post("submit", "approve", accounts=[living]), living, NOW - timedelta(days=2))

    silent = {account.platform for one in found(blora, dinkes) for account in one.accounts}
    assert silent == {"facebook"}


def test_a_region_sets_its_own_number_of_days(blora, budi, living):
    living.last_post_at = NOW - timedelta(days=10)
    registering.set_dormant_days(blora, 10, actor=budi, at=NOW)

    assert found(blora) == {"Dinkes": [Ailment.DORMANT]}
    with pytest.raises(Unacceptable):
        registering.set_dormant_days(blora, 6, actor=budi, at=NOW)


def test_a_new_account_gets_its_days_first(blora, living):
    living.last_post_at, living.connected_at = None, NOW - timedelta(days=3)
    saved(living)

    assert found(blora) == {}


def test_an_impostor_comes_first_and_is_not_called_a_second_account(
    blora, dinkes, living, make_account
):
    make_account(dinkes, "x", handle="dinkes_blora_asli", standing=Standing.TIRUAN, remote_id="9")

    assert found(blora) == {"Dinkes": [Ailment.IMPOSTOR]}


def test_several_accounts_on_one_platform_are_one_finding(blora, dinkes, living, make_account):
    make_account(dinkes, "x", handle="dinkesblora2", standing=Standing.GANDA, remote_id="9")
    make_account(dinkes, "x", handle="dkkblora", standing=Standing.LAMA, remote_id="10")

    [one] = found(blora, dinkes)

    assert one.ailment is Ailment.SEVERAL
    assert len(one.accounts) == one.values["count"] == 3


def test_a_connection_that_is_cut_or_soon_ends_is_named(blora, dinkes, living):
    living.token_ends_at = NOW + timedelta(days=5)
    saved(living)
    [one] = found(blora, dinkes)
    assert (one.ailment, one.until) == (Ailment.ENDING, TODAY + timedelta(days=5))

    living.status, living.paused_reason = AccountStatus.RECONNECT, "Sesi berakhir"
    living.connected_at, living.token_ends_at = NOW - timedelta(days=70), NOW - timedelta(days=10)
    saved(living)
    [one] = found(blora, dinkes)
    assert (one.ailment, one.since) == (Ailment.CUT, TODAY - timedelta(days=10))


def test_accounts_of_people_who_left_are_named_with_the_day(blora, dinkes, living, wulan, sari):
    living.keeper = sari
    sari.ended_at = NOW - timedelta(days=4)
    saved(sari)

    [one] = found(blora, dinkes)

    assert (one.ailment, one.since) == (Ailment.LEFT, TODAY - timedelta(days=4))
    assert "Sari" in one.message % one.values
    assert registering.health(blora, at=NOW).sick[0].people == ("Wulan",)


def test_another_regions_accounts_are_never_looked_at(blora, rembang, living, dinlutkan):
    assert found(blora) == {}
    assert list(found(rembang)) == ["Dinlutkan"]


def test_offices_with_a_late_plan_come_first(blora, budi, dishub, tono, living, make_account):
    quiet = make_account(dishub, "x")  # nothing known: dormant
    living.last_post_at = NOW - timedelta(days=90)
    plan(quiet, budi, due_on=TODAY)
    health = registering.health(blora, at=NOW)
    assert [each.office.abbreviation for each in health.sick] == ["Dinkes", "Dishub"]

    later = registering.health(blora, at=NOW + timedelta(days=1))

    assert [each.office.abbreviation for each in later.sick] == ["Dishub", "Dinkes"]
    assert [each.account for each in later.late_plans] == [quiet]


def test_the_list_is_narrowed_by_kind_office_and_plan(blora, budi, dishub, living):
    living.last_post_at = NOW - timedelta(days=90)
    plan(living, budi)
    health = registering.health(blora, at=NOW)

    assert health.counts == {Ailment.DORMANT: 1, Ailment.NO_ACCOUNT: 1, Ailment.NO_PERSON: 1}
    for wanted, names in (
        ({"ailment": Ailment.NO_PERSON}, ["Dishub"]),
        ({"search": "KESEHATAN"}, ["Dinkes"]),
        ({"planned": True}, ["Dinkes"]),
        ({"planned": False}, ["Dishub"]),
    ):
        assert [each.office.abbreviation for each in health.only(**wanted)] == names


def test_the_number_of_queries_does_not_grow(blora, dinkes, living, sari, make_account, statements):
    registering.health(blora, at=NOW)
    before = len(statements)
    for number in range(12):
        make_account(dinkes, "telegram", handle=f"kanal{number}", remote_id=f"7{number}")
    db.session.expire_all()
    _ = blora.id, blora.zone, blora.dormant_days
    statements.clear()

    registering.health(blora, at=NOW)

    assert len(statements) == before == 5


@pytest.fixture
def statements(app, blora):
    """The statements that are sent from now on; what is loaded already is forgotten first."""
    sent = []
    db.session.expire_all()
    _ = blora.id, blora.zone, blora.dormant_days

    def note(_connection, _cursor, statement, *_more):
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(db.engine, "before_cursor_execute", note)


# -- plans -------------------------------------------------------------------------------


def test_a_plan_ends_once_and_stays(budi, living):
    row = plan(living, budi)

    registering.end_plan(row, done=True, remark="Sudah hidup", actor=budi, at=NOW)
    db.session.commit()

    assert (row.status, row.ended_by, row.ended_note) == (PlanStatus.DONE, budi, "Sudah hidup")
    assert registering.past_plans(budi.region) == [row]
    with pytest.raises(Unacceptable):
        registering.end_plan(row, done=False, remark="Keliru", actor=budi, at=NOW)
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["plan.make", "plan.done"]


def test_an_account_has_one_plan_at_a_time(budi, living):
    first = plan(living, budi)
    with pytest.raises(Unacceptable):
        plan(living, budi)

    registering.end_plan(first, done=False, remark="Ganti rencana", actor=budi, at=NOW)
    plan(living, budi, aim=PlanAim.CLOSE)

    assert db.session.scalar(sa.select(sa.func.count(AccountPlan.id))) == 2


def test_a_plan_needs_a_coming_day_a_fitting_person_and_a_reason_to_be_given_up(
    budi, living, tono, yuni
):
    for wrong in (
        {"due_on": TODAY - timedelta(days=1)},
        {"due_on": TODAY + timedelta(days=400)},
        {"responsible": tono},
        {"responsible": yuni},
    ):
        with pytest.raises(Unacceptable):
            plan(living, budi, **wrong)
    row = plan(living, budi)
    with pytest.raises(Unacceptable):
        registering.end_plan(row, done=False, remark="", actor=budi, at=NOW)


def test_another_region_makes_and_ends_no_plan(yuni, budi, living):
    row = plan(living, budi)
    with pytest.raises(NotYours):
        plan(living, yuni)
    with pytest.raises(NotYours):
        registering.get_plan(yuni.region, row.id)


# -- files -------------------------------------------------------------------------------


def test_the_message_names_each_finding_its_step_and_the_plan(blora, budi, sari, living):
    living.last_post_at = NOW - timedelta(days=90)
    plan(living, budi, responsible=sari)
    [each] = registering.health(blora, at=NOW).sick

    text = registering.message_to(each, blora, TODAY)

    assert text.splitlines()[:2] == ["Yth. Sari", "Dinas Kesehatan"]
    for part in ("@dinkes_blora", "90 hari", "25 Agustus 2026", "hidupkan, oleh Sari",
                 "30 November 2026", "Kominfo Kabupaten Blora"):  # fmt: skip
        assert part in text


def test_no_cell_of_the_table_is_run_as_a_formula(blora, dinkes, living):
    dinkes.name = "=cmd()"
    living.last_post_at = NOW - timedelta(days=90)
    saved(dinkes)

    rows = registering.csv_of(registering.health(blora, at=NOW)).decode("utf-8-sig").splitlines()

    assert len(rows) == 2
    assert rows[1].startswith("'=cmd();Tidak aktif (mati suri);")
