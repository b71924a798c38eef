"""Two who save the same for the first time at the same moment: both are served, or one is told.

The second begins when the first has written and has not committed, so it sees nothing of it.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.errors import Invalid
from publisher.models.accounts import Account
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.ideas import Idea
from publisher.models.letters import Channel, LetterSetting, ReportRecipient
from publisher.models.looks import Logo
from publisher.models.people import Role, User
from publisher.models.places import Office, Region
from publisher.models.posters import Poster
from publisher.models.posts import PostKind
from publisher.models.standing_out import Takedown
from publisher.models.yardsticks import Hotline, KnownWord, RubricWeight
from publisher.platforms.base import Receipt
from publisher.posters.themes import Theme
from publisher.typed import Unacceptable
from publisher.workflow import (
    branding,
    checking,
    designing,
    registering,
    sharing,
)
from publisher.workflow.composing.keeping import Kept
from publisher.workflow.delivering import taking_down
from publisher.workflow.informing import recipients, settings
from publisher.workflow.sharing.giving import CannotShare
from tests.conftest import NOW, person
from tests.workflow.conftest import all_of, bring


def test_what_a_person_chooses_twice_at_once_is_as_they_chose_last(at_once, sari):
    who = sari.id

    def choose(*, second):
        user = db.session.get(User, who)
        settings.of(user)  # the page has looked before
        settings.choose(user, settings.Choice(digest_hour=9 if second else 8, weekly=second))

    assert at_once(choose) == [None, None]
    [row] = all_of(LetterSetting)
    assert (row.user_id, row.digest_hour, row.weekly) == (who, 9, True)


def test_nothing_of_what_the_other_has_just_chosen_is_lost(at_once, sari):
    who = sari.id
    settings.choose(sari, settings.Choice(digest=Channel.OFF))
    db.session.commit()

    def choose(*, second):
        user = db.session.get(User, who)
        shown = settings.of(user)
        settings.choose(user, settings.Choice(digest=Channel.OFF if second else Channel.MAIL))
        assert shown.digest is (Channel.OFF if second else Channel.MAIL)

    assert at_once(choose) == [None, None]
    assert [row.digest for row in all_of(LetterSetting)] == [Channel.OFF]


def test_the_weights_are_those_that_were_set_last_and_the_trail_says_what_they_were(at_once, budi):
    who = budi.id

    def weigh(*, second):
        user = db.session.get(User, who)
        wanted = dict.fromkeys(checking.weights(user.region_id), 7 if second else 5)
        checking.set_weights(user.region, wanted, actor=user, at=NOW)

    assert at_once(weigh) == [None, None]
    assert {row.weight for row in all_of(RubricWeight)} == {7}
    last = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()[-1]
    assert set(last.details["before"].values()) == {5}


@pytest.mark.parametrize(
    ("add", "model", "stopped"),
    [
        (lambda user: checking.add_words(user.region, "posyandu", actor=user, at=NOW), KnownWord,
         None),
        (lambda user: checking.add_hotline(
            user.region, "0812-3456-7890", "Puskesmas", office=db.session.get(Office, 1),
            actor=user, at=NOW,
        ), Hotline, None),
        (lambda user: recipients.add(user.region, "a@luar.contoh.id", actor=user, at=NOW),
         ReportRecipient, Unacceptable),
        (lambda user: branding.add_logo(
            user.region, None,
            Kept(digest="a" * 64, mime="image/png", width=1, height=1, size_bytes=1),
            actor=user, at=NOW,
        ), Logo, None),
    ],
    ids=["word", "hotline", "recipient", "logo"],
)  # fmt: skip
def test_what_two_add_to_a_region_at_once_is_there_once(at_once, dinkes, budi, add, model, stopped):
    who = budi.id

    assert at_once(lambda *, second: add(db.session.get(User, who))) == [None, stopped]  # noqa: ARG005
    assert len(all_of(model)) == 1
    assert len(all_of(AuditEntry)) == (0 if model is Logo else 1)


@pytest.mark.parametrize("also", ["add", "import"])
def test_of_two_regions_that_register_one_account_at_once_one_is_told(
    at_once, dinkes, dinlutkan, also
):
    offices = [dinkes.id, dinlutkan.id]

    def register(*, second):
        office = db.session.get(Office, offices[second])
        handle = "DINKES" if second else "dinkes"  # platforms do not tell them apart
        if second and also == "import":
            table = registering.read_accounts(
                "region_code,office_abbreviation,platform,handle\n"
                f"{office.region.code},{office.abbreviation},x,{handle}\n".encode()
            )
            registering.import_accounts(table, actor=None, at=NOW, only=office.region)
            return
        data = registering.AccountData(handle=handle, display_name="Dinas Kesehatan")
        registering.add_account(office, "x", data, actor=None, at=NOW)

    stopped = {"add": Unacceptable, "import": registering.FileRefused}[also]
    assert at_once(register) == [None, stopped]
    assert [account.handle for account in all_of(Account)] == ["dinkes"]


@pytest.mark.parametrize("also", ["regions", "offices with regions"])
def test_of_two_imports_of_one_region_at_once_one_is_told_or_adds_to_it(at_once, app, also):
    region = b"code,name,kind\n33.18,Pati,kabupaten\n"

    def bring(*, second):
        if second and also == "regions":
            registering.import_regions(registering.read_regions(region), actor=None, at=NOW)
            return
        office = "Satpol PP,Satpol PP,satuan" if second else "Dinas Sosial,Dinsos,dinas"
        rows = f"region_code,name,abbreviation,kind\n33.18,{office}\n".encode()
        registering.import_offices(registering.read_offices(rows, region), actor=None, at=NOW)

    told = registering.FileRefused if also == "regions" else None
    assert at_once(bring) == [None, told]
    assert [region.code for region in all_of(Region)] == ["33.18"]
    assert len(all_of(Office)) == (2 if told is None else 1)


def test_of_two_regions_that_bring_an_account_and_a_new_one_of_its_name_one_is_told(
    at_once, dinkes, dinlutkan
):
    data = registering.AccountData(handle="dinkes", display_name="Dinas Kesehatan")
    old = registering.add_account(dinkes, "x", data, actor=None, at=NOW)
    operator = person("Ratih", Role.OPERATOR, region=dinkes.region)
    registering.retire_account(old, actor=operator, at=NOW)
    db.session.commit()
    which, where, who = old.id, dinlutkan.id, operator.id

    def register(*, second):
        if second:
            actor = db.session.get(User, who)
            registering.restore_account(db.session.get(Account, which), actor=actor, at=NOW)
        else:
            registering.add_account(db.session.get(Office, where), "x", data, actor=None, at=NOW)

    assert at_once(register) == [None, Unacceptable]


def test_of_two_regions_that_let_one_address_in_at_once_one_is_told(at_once, blora, dinlutkan):
    regions = [blora.id, dinlutkan.region_id]

    def add(*, second):
        region = db.session.get(Region, regions[second])
        data = registering.UserData(name="Dewi", email="Dewi@contoh.id", role=Role.OPERATOR)
        registering.add_user(region, data, password="embun-pagi-2026", actor=None, at=NOW)

    assert at_once(add) == [None, Unacceptable]
    assert len([user for user in all_of(User) if user.name == "Dewi"]) == 1


@pytest.fixture
def out(planned, dinkes_x):
    """A delivery that is out."""
    delivery = bring(planned(dinkes_x), Receipt(remote_id="1", url="https://x.com/a/status/1"))
    assert delivery.status is DeliveryStatus.PUBLISHED
    return delivery


def test_a_takedown_that_two_note_at_once_is_noted_once(at_once, out, budi):
    which, who = out.id, budi.id

    def note(*, second):
        taking_down.take_down(
            db.session.get(Delivery, which), down_at=NOW, reason=f"Salah foto {second}",
            actor=db.session.get(User, who), at=NOW,
        )  # fmt: skip

    assert at_once(note) == [None, Invalid]
    assert [row.reason for row in all_of(Takedown)] == ["Salah foto False"]


def test_a_takedown_that_two_take_back_at_once_is_taken_back_once(at_once, out, budi):
    which, who = out.id, budi.id
    down = taking_down.take_down(out, down_at=NOW, reason="Salah foto", actor=budi, at=NOW)
    seen = down.noted_at.isoformat()
    db.session.commit()

    def put_back(*, second):
        delivery, actor = db.session.get(Delivery, which), db.session.get(User, who)
        taking_down.put_back(delivery, seen=seen, actor=actor, at=NOW)

    assert at_once(put_back) == [None, None]
    assert all_of(Takedown) == []
    told = [entry.action for entry in all_of(AuditEntry)]
    assert told.count("delivery.put_back") == 1


def test_a_takedown_that_was_noted_anew_is_not_taken_back_by_who_saw_the_old_one(out, budi):
    noted = {"down_at": NOW, "actor": budi}
    old = taking_down.take_down(out, **noted, reason="Salah foto", at=NOW)
    seen, later = old.noted_at.isoformat(), NOW + timedelta(minutes=5)
    taking_down.put_back(out, seen=seen, actor=budi, at=later)
    db.session.flush()
    taking_down.take_down(out, **noted, reason="Ada data pribadi", at=later)

    with pytest.raises(Invalid, match="sekali lagi"):
        taking_down.put_back(out, seen=seen, actor=budi, at=later)
    assert [row.reason for row in all_of(Takedown)] == ["Ada data pribadi"]


def test_a_poster_that_two_share_at_once_is_one_idea(at_once, make_post, sari):
    post = make_post()
    theme = Theme(region="Pemerintah Kabupaten Blora", office="Dinas Kesehatan")
    poster = designing.start(post, "layanan", theme, actor=sari, at=NOW)
    post.move("submit", actor=sari, at=NOW)
    post.move("approve", actor=sari, at=NOW)  # who does is others' business
    db.session.commit()
    which, who = poster.id, sari.id

    def share(*, second):
        sharing.share(
            db.session.get(Poster, which), worked="Pendaftaran naik.", kind=PostKind.LAYANAN,
            with_photos=False, actor=db.session.get(User, who), at=NOW,
        )  # fmt: skip

    assert at_once(share) == [None, CannotShare]
    assert len(all_of(Idea)) == 1
