"""The registry's rules: unique names, weeks that keep their target, nobody locked out."""

from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from publisher import passwords
from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.audit import AuditEntry, first_broken_link
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import Role, User, UserSession
from publisher.models.places import Office, OfficeKind
from publisher.workflow import registering, scheduling
from publisher.workflow.registering import AccountData, OfficeData, State, UserData
from publisher.workflow.registering.common import Changed, NotYours
from publisher.workflow.registering.quotas import For, nearest
from tests.conftest import NOW, office, person

PASSWORD = "kata-sandi-yang-panjang"
THIS_WEEK = Week.of(NOW, "Asia/Jakarta")


def data_of(abbreviation="Dinsos", **more):
    return OfficeData(
        **{
            "name": "Dinas Sosial",
            "abbreviation": abbreviation,
            "kind": OfficeKind.DINAS,
            **more,
        }
    )


def faults(step, *args, **options):
    """Return what a step refuses, by field."""
    with pytest.raises(registering.Unacceptable) as refused:
        step(*args, **options)
    return {name: str(fault) for name, fault in refused.value.faults.items()}


def actions():
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def count_queries():
    """Return a context in which the queries sent to the database are counted."""

    @contextmanager
    def counting():
        seen = SimpleNamespace()

        def on_execute(*_):
            seen.count += 1

        seen.count = 0
        sa.event.listen(db.engine, "before_cursor_execute", on_execute)
        yield seen
        sa.event.remove(db.engine, "before_cursor_execute", on_execute)

    return counting


# -- offices -------------------------------------------------------------------------------


def test_an_abbreviation_is_unique_in_its_region_however_it_is_written(blora, dinkes, budi):
    found = faults(registering.add_office, blora, data_of("DINKES"), actor=budi, at=NOW)

    assert found == {"abbreviation": "Singkatan Dinkes sudah dipakai oleh Dinas Kesehatan."}


def test_two_regions_may_use_one_abbreviation(rembang, dinkes, yuni):
    assert registering.add_office(rembang, data_of("Dinkes"), actor=yuni, at=NOW).id


def test_an_abbreviation_is_free_again_when_its_office_has_ended(blora, dinkes, budi):
    registering.retire_office(
        dinkes, last_day=date(2026, 11, 30), successor=None, actor=budi, at=NOW
    )

    early = data_of("Dinkes", valid_from=date(2026, 11, 30))
    later = data_of("Dinkes", valid_from=date(2026, 12, 1))

    assert faults(registering.add_office, blora, early, actor=budi, at=NOW)
    assert registering.add_office(blora, later, actor=budi, at=NOW).id


def test_reopening_is_refused_once_the_abbreviation_has_a_new_owner(blora, dinkes, budi):
    registering.retire_office(
        dinkes, last_day=date(2026, 11, 1), successor=None, actor=budi, at=NOW
    )
    new = data_of("dinkes", valid_from=date(2026, 11, 2))
    registering.add_office(blora, new, actor=budi, at=NOW)

    assert faults(registering.reopen_office, dinkes, actor=budi, at=NOW)
    assert dinkes.valid_to == date(2026, 11, 1)


def test_ending_and_reopening_an_office_loses_nothing(blora, dinkes, dishub, budi):
    registering.retire_office(
        dinkes, last_day=date(2026, 12, 31), successor=dishub, actor=budi, at=NOW
    )
    assert (dinkes.valid_to, dinkes.successor) == (date(2026, 12, 31), dishub)

    registering.reopen_office(dinkes, actor=budi, at=NOW)

    assert (dinkes.valid_to, dinkes.successor) == (None, None)
    assert actions() == ["office.retire", "office.reopen"]
    assert first_broken_link() is None


def test_an_office_does_not_end_before_it_starts(blora, budi):
    data = data_of(valid_from=date(2026, 6, 1))
    dinsos = registering.add_office(blora, data, actor=budi, at=NOW)

    found = faults(
        registering.retire_office,
        dinsos,
        last_day=date(2026, 5, 31),
        successor=None,
        actor=budi,
        at=NOW,
    )

    assert found == {"last_day": "Hari terakhir mendahului hari mulai berlaku."}


def test_no_office_follows_itself_not_even_round_a_corner(dinkes, dishub, budi):
    registering.retire_office(
        dinkes, last_day=date(2026, 12, 31), successor=dishub, actor=budi, at=NOW
    )

    for successor in (dinkes, dishub):
        assert "successor" in faults(
            registering.retire_office,
            dishub,
            last_day=date(2026, 6, 30),
            successor=successor,
            actor=budi,
            at=NOW,
        )


def test_a_successor_is_of_the_same_region_and_exists_the_day_after(blora, dinkes, dinlutkan, budi):
    later = registering.add_office(blora, data_of(valid_from=date(2027, 1, 2)), actor=budi, at=NOW)

    for successor in (dinlutkan, later):
        assert "successor" in faults(
            registering.retire_office,
            dinkes,
            last_day=date(2026, 12, 31),
            successor=successor,
            actor=budi,
            at=NOW,
        )


def test_a_change_on_an_old_page_is_refused(dinkes, budi):
    seen = registering.stamp(dinkes)
    registering.edit_office(dinkes, data_of("Dinkes"), seen=seen, actor=budi, at=NOW)

    with pytest.raises(Changed):
        registering.edit_office(dinkes, data_of("DKK"), seen=seen, actor=budi, at=NOW)


def test_nobody_changes_another_region(dinkes, yuni):
    with pytest.raises(NotYours):
        registering.edit_office(
            dinkes, data_of(), seen=registering.stamp(dinkes), actor=yuni, at=NOW
        )
    with pytest.raises(NotYours):
        registering.add_office(dinkes.region, data_of(), actor=yuni, at=NOW)


def test_the_list_of_offices_counts_accounts_people_and_target(
    blora, dinkes, dishub, sari, wulan, dinkes_x, budi
):
    registering.set_quota(blora, minimum=3, week=THIS_WEEK, actor=budi, at=NOW)
    registering.add_account(
        dinkes, "x", AccountData(handle="dinkes2", display_name="Dinkes 2"), actor=budi, at=NOW
    )

    found = registering.find_offices(blora, at=NOW, search="kesEhatan")

    assert [(r.office, r.accounts, r.accounts_ready, r.people, r.minimum) for r in found.rows] == [
        (dinkes, 2, 1, 2, 3)
    ]


def test_a_percent_sign_in_a_search_is_only_a_percent_sign(blora, dinkes):
    assert registering.find_offices(blora, at=NOW, search="%").rows == []


@pytest.mark.parametrize("page", [-1, 0, 1, 2, 99])
def test_any_page_number_gives_a_page(blora, page):
    for number in range(30):
        office(blora, f"Kecamatan {number:02}", f"Kec {number:02}", OfficeKind.KECAMATAN)

    found = registering.find_offices(blora, at=NOW, page=page)

    assert (found.pages, found.total) == (2, 30)
    assert len(found.rows) == (25 if page <= 1 else 5)


def test_a_list_of_offices_costs_the_same_however_long_it_is(blora, dinkes, count_queries):
    with count_queries() as few:
        registering.find_offices(blora, at=NOW)
    for number in range(20):
        office(blora, f"Kecamatan {number:02}", f"Kec {number:02}", OfficeKind.KECAMATAN)
    with count_queries() as many:
        registering.find_offices(blora, at=NOW)

    assert few.count == many.count < 10


# -- accounts ------------------------------------------------------------------------------


def test_a_new_account_is_waiting_to_be_connected(dinkes, budi):
    account = registering.add_account(
        dinkes, "x", AccountData(handle="dinkesblora", display_name="Dinkes"), actor=budi, at=NOW
    )

    assert account.status is AccountStatus.RECONNECT
    assert account.paused_reason == "Belum disambungkan"
    assert registering.state_of(account) is State.NEW


@pytest.mark.parametrize("handle", ["dinkes blora", "@dinkes", "dinkes.blora", "x" * 21, ""])
def test_a_handle_that_cannot_be_one_on_x_is_refused(dinkes, budi, handle):
    data = AccountData(handle=handle, display_name="Dinkes")

    assert "handle" in faults(registering.add_account, dinkes, "x", data, actor=budi, at=NOW)


def test_a_handle_belongs_to_one_account_of_its_platform(dinkes, dinlutkan, dinkes_x, budi, yuni):
    same = AccountData(handle=dinkes_x.handle.upper(), display_name="Tiruan")

    here = faults(registering.add_account, dinkes, "x", same, actor=budi, at=NOW)
    elsewhere = faults(registering.add_account, dinlutkan, "x", same, actor=yuni, at=NOW)

    assert here == {"handle": "Akun ini sudah terdaftar pada Dinas Kesehatan."}
    assert elsewhere == {"handle": "Akun ini sudah terdaftar di daerah lain."}
    assert registering.add_account(dinkes, "instagram", same, actor=budi, at=NOW).id


def test_a_platform_nobody_knows_is_refused(dinkes, budi):
    data = AccountData(handle="dinkes", display_name="Dinkes")

    assert "platform" in faults(
        registering.add_account, dinkes, "friendster", data, actor=budi, at=NOW
    )


@pytest.mark.parametrize("standing", [Standing.GANDA, Standing.LAMA, Standing.TIRUAN])
def test_what_is_planned_is_cancelled_when_an_account_is_not_the_main_one_any_more(
    make_post, dinkes_x, budi, standing
):
    scheduling.schedule(make_post("submit", "approve"), actor=budi, at=NOW)
    data = AccountData(
        handle=dinkes_x.handle, display_name=dinkes_x.display_name, standing=standing
    )

    registering.edit_account(dinkes_x, data, seen=registering.stamp(dinkes_x), actor=budi, at=NOW)

    rows = db.session.execute(sa.select(Delivery.account_id, Delivery.status)).all()
    left = {row.account_id: row.status for row in rows}
    assert left.pop(dinkes_x.id) is DeliveryStatus.CANCELLED
    assert set(left.values()) == {DeliveryStatus.PENDING}


def test_a_retired_account_keeps_no_credentials_and_comes_back_without_them(dinkes_x, budi):
    registering.retire_account(dinkes_x, actor=budi, at=NOW)
    assert dinkes_x.credentials is None
    assert registering.state_of(dinkes_x) is State.RETIRED

    registering.restore_account(dinkes_x, actor=budi, at=NOW)

    assert dinkes_x.retired_at is None
    assert dinkes_x.status is AccountStatus.RECONNECT
    assert actions() == ["account.retire", "account.restore"]


def test_a_retired_account_does_not_come_back_to_a_name_in_use(dinkes, dishub, dinkes_x, budi):
    registering.retire_account(dinkes_x, actor=budi, at=NOW)
    data = AccountData(handle=dinkes_x.handle, display_name="Dishub")
    registering.add_account(dishub, "x", data, actor=budi, at=NOW)

    assert "" in faults(registering.restore_account, dinkes_x, actor=budi, at=NOW)


def test_a_connected_account_does_not_change_its_name_by_typing(dinkes_x, budi):
    data = AccountData(handle="lain", display_name="Dinkes")

    found = faults(
        registering.edit_account,
        dinkes_x,
        data,
        seen=registering.stamp(dinkes_x),
        actor=budi,
        at=NOW,
    )

    assert set(found) == {"handle"}


def test_only_a_paused_account_is_resumed(dinkes_x, budi):
    assert "" in faults(registering.resume_account, dinkes_x, actor=budi, at=NOW)
    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.PAUSED, "Batas harian"
    dinkes_x.paused_until = NOW + timedelta(hours=1)

    registering.resume_account(dinkes_x, actor=budi, at=NOW)

    assert dinkes_x.status is AccountStatus.ACTIVE
    assert (dinkes_x.paused_reason, dinkes_x.paused_until) == ("", None)


def test_the_filter_by_state_says_the_same_as_the_badge(
    blora, dinkes, dishub, dinkes_x, dinkes_facebook, make_account, budi
):
    registering.disconnect(dinkes_facebook, actor=budi, at=NOW)
    dinkes_facebook.connected_at = NOW
    paused = make_account(dishub, "x")
    paused.status, paused.paused_reason = AccountStatus.PAUSED, "Batas harian"
    registering.retire_account(make_account(dishub, "facebook"), actor=budi, at=NOW)
    platforms = {"threads": Standing.UTAMA, "website": Standing.UTAMA, "facebook": Standing.LAMA}
    for platform, standing in platforms.items():
        data = AccountData(handle="lain", display_name="Lain", standing=standing)
        registering.add_account(dishub, platform, data, actor=budi, at=NOW)
    new = AccountData(handle="baru", display_name="Baru")
    registering.add_account(dishub, "x", new, actor=budi, at=NOW)
    db.session.commit()

    expected = {state: set() for state in State}
    for account in db.session.scalars(sa.select(Account)):
        expected[registering.state_of(account)].add(account)

    assert all(expected.values())
    for state, those in expected.items():
        assert set(registering.find_accounts(blora, state=state).rows) == those


# -- people --------------------------------------------------------------------------------


def sari_data(**more):
    return UserData(**{"name": "Rina", "email": "Rina@Contoh.go.id", "role": Role.LEADER, **more})


def test_a_new_person_signs_in_with_a_password_that_is_kept_as_a_hash(blora, budi):
    password = registering.one_time_password()

    user = registering.add_user(blora, sari_data(), password=password, actor=budi, at=NOW)

    assert len(password) >= passwords.SHORTEST
    assert user.email == "rina@contoh.go.id"
    assert passwords.matches(password, user.password_hash)
    trail = db.session.scalars(sa.select(AuditEntry)).one()
    assert password not in str(trail.details)
    assert user.password_hash not in str(trail.details)


def test_no_two_one_time_passwords_are_alike():
    assert len({registering.one_time_password() for _ in range(200)}) == 200


def test_an_address_belongs_to_one_person_of_all_regions(rembang, budi, yuni):
    data = sari_data(email=budi.email.upper())

    assert "email" in faults(
        registering.add_user, rembang, data, password=PASSWORD, actor=yuni, at=NOW
    )


@pytest.mark.parametrize("email", ["", "rina", "rina@", "@contoh.go.id", "a b@contoh.go.id"])
def test_an_address_that_is_none_is_refused(blora, budi, email):
    data = sari_data(email=email)

    assert "email" in faults(
        registering.add_user, blora, data, password=PASSWORD, actor=budi, at=NOW
    )


@pytest.mark.parametrize("role", list(Role))
def test_an_office_goes_with_the_roles_of_an_office_alone(blora, dinkes, budi, role):
    of_office = role in {Role.DRAFTER, Role.HEAD}
    wrong = sari_data(role=role, office=None if of_office else dinkes)
    right = sari_data(role=role, office=dinkes if of_office else None)

    assert "office" in faults(
        registering.add_user, blora, wrong, password=PASSWORD, actor=budi, at=NOW
    )
    assert registering.add_user(blora, right, password=PASSWORD, actor=budi, at=NOW).id


def test_a_person_is_not_put_into_an_office_of_another_region(blora, dinlutkan, budi):
    data = sari_data(role=Role.DRAFTER, office=dinlutkan)

    assert "office" in faults(
        registering.add_user, blora, data, password=PASSWORD, actor=budi, at=NOW
    )


def session_of(user):
    row = UserSession(
        user=user, token_hash=f"{user.id:064}", created_at=NOW, seen_at=NOW, address="", browser=""
    )
    db.session.add(row)
    db.session.flush()
    return row


def test_ending_access_ends_every_session(sari, budi):
    row = session_of(sari)

    registering.end_user(sari, actor=budi, at=NOW)

    assert sari.ended_at == NOW
    assert row.ended_at == NOW


def test_a_new_password_ends_every_session(sari, heru):
    row = session_of(sari)

    registering.renew_password(sari, password=PASSWORD, actor=heru, at=NOW)

    assert row.ended_at == NOW
    assert passwords.matches(PASSWORD, sari.password_hash)


def test_nobody_ends_their_own_access(budi, blora):
    person("Citra", Role.REVIEWER, region=blora)

    assert "" in faults(registering.end_user, budi, actor=budi, at=NOW)


def test_a_region_keeps_its_last_reviewer(blora, rembang, budi, yuni, heru):
    assert "" in faults(registering.end_user, budi, actor=heru, at=NOW)

    person("Citra", Role.REVIEWER, region=blora)
    registering.end_user(budi, actor=heru, at=NOW)

    assert budi.ended_at == NOW


def test_the_last_reviewer_keeps_that_role(budi, heru):
    data = UserData(name=budi.name, email=budi.email, role=Role.LEADER)

    assert "role" in faults(
        registering.edit_user, budi, data, seen=registering.stamp(budi), actor=heru, at=NOW
    )


def test_nobody_gives_themselves_another_role(blora, heru, budi):
    data = UserData(name=heru.name, email=heru.email, role=Role.REVIEWER)

    assert "role" in faults(
        registering.edit_user, heru, data, seen=registering.stamp(heru), actor=heru, at=NOW
    )


def test_access_comes_back_with_a_new_password(sari, budi):
    registering.end_user(sari, actor=budi, at=NOW)

    registering.restore_user(sari, password=PASSWORD, actor=budi, at=NOW)

    assert sari.ended_at is None
    assert passwords.matches(PASSWORD, sari.password_hash)


# -- targets -------------------------------------------------------------------------------


def minimum_in(region, week, office=None):
    rules = registering.rules_on(region.id, week.monday)
    rule = nearest(rules, office) if office else rules.get(None)
    return rule.minimum if rule else None


def test_the_first_target_may_hold_this_week(blora, budi):
    registering.set_quota(blora, minimum=2, week=THIS_WEEK, actor=budi, at=NOW)

    assert minimum_in(blora, THIS_WEEK) == 2
    assert minimum_in(blora, THIS_WEEK.previous()) is None


def test_a_change_leaves_past_and_present_weeks_as_they_were(blora, budi):
    registering.set_quota(blora, minimum=2, week=THIS_WEEK, actor=budi, at=NOW)
    next_week = THIS_WEEK.next()

    registering.set_quota(blora, minimum=5, week=next_week, actor=budi, at=NOW)

    assert [minimum_in(blora, w) for w in (THIS_WEEK, next_week, next_week.next())] == [2, 5, 5]
    assert "week" in faults(
        registering.set_quota, blora, minimum=1, week=THIS_WEEK, actor=budi, at=NOW
    )


@pytest.mark.parametrize("weeks", [-1, -60, 54])
def test_a_target_is_set_neither_for_the_past_nor_for_years_ahead(blora, budi, weeks):
    week = THIS_WEEK.shifted(weeks)

    assert "week" in faults(registering.set_quota, blora, minimum=1, week=week, actor=budi, at=NOW)


@pytest.mark.parametrize("minimum", [-1, 51])
def test_a_target_is_a_number_that_somebody_can_mean(blora, budi, minimum):
    assert "minimum" in faults(
        registering.set_quota, blora, minimum=minimum, week=THIS_WEEK, actor=budi, at=NOW
    )


def test_a_change_before_a_planned_change_holds_until_then(blora, budi):
    weeks = [THIS_WEEK.shifted(n) for n in range(6)]
    for week, minimum in ((weeks[0], 1), (weeks[4], 4), (weeks[2], 2)):
        registering.set_quota(blora, minimum=minimum, week=week, actor=budi, at=NOW)

    assert [minimum_in(blora, week) for week in weeks] == [1, 1, 2, 2, 4, 4]


def test_what_has_not_begun_is_corrected_in_place(blora, budi):
    for minimum in (3, 4):
        registering.set_quota(blora, minimum=minimum, week=THIS_WEEK.shifted(3), actor=budi, at=NOW)

    assert minimum_in(blora, THIS_WEEK.shifted(3)) == 4
    assert len(registering.targets(blora, at=NOW).planned) == 1


def test_an_office_has_its_own_target_until_that_ends(blora, dinkes, dishub, budi):
    weeks = [THIS_WEEK.shifted(n) for n in range(4)]
    registering.set_quota(blora, minimum=2, week=weeks[0], actor=budi, at=NOW)
    registering.set_quota(
        blora, whose=For(office=dinkes), minimum=7, week=weeks[1], actor=budi, at=NOW
    )

    registering.end_quota(blora, For(office=dinkes), week=weeks[3], actor=budi, at=NOW)

    assert [minimum_in(blora, week, dinkes) for week in weeks] == [2, 7, 7, 2]
    assert [minimum_in(blora, week, dishub) for week in weeks] == [2, 2, 2, 2]
    assert actions() == ["quota.set", "quota.set", "quota.end"]


def test_a_target_of_another_regions_office_is_not_set(blora, dinlutkan, budi):
    with pytest.raises(NotYours):
        registering.set_quota(
            blora, whose=For(office=dinlutkan), minimum=1, week=THIS_WEEK, actor=budi, at=NOW
        )


def test_nothing_of_the_registry_is_ever_deleted(blora, dinkes, dinkes_x, sari, budi):
    before = [
        db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in (Office, Account, User)
    ]
    registering.retire_account(dinkes_x, actor=budi, at=NOW)
    registering.end_user(sari, actor=budi, at=NOW)
    registering.retire_office(
        dinkes, last_day=date(2026, 11, 23), successor=None, actor=budi, at=NOW
    )
    db.session.commit()

    after = [
        db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in (Office, Account, User)
    ]
    assert after == before
