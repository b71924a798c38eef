"""Every route, as every role, on rows of one's own and of others: made from the routes there are.

A route with an argument that is not in the tables below fails the tests: say there what it
names. Two offices in Blora, one in Rembang; a person of every role for each.
"""

import shutil
import sqlite3
from dataclasses import dataclass, field
from datetime import time, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from flask_login import current_user
from PIL import Image

from publisher import create_app
from publisher.clock import Week
from publisher.db import db
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim, FoundPost
from publisher.models.ideas import Idea
from publisher.models.letters import ReportRecipient
from publisher.models.looks import Logo
from publisher.models.marks import ReturnMark
from publisher.models.media import Media
from publisher.models.notices import Notice, NoticeKind
from publisher.models.people import OFFICE_ROLES, Role, User, UserSession
from publisher.models.plans import AccountPlan, PlanAim
from publisher.models.posters import Poster
from publisher.models.posts import Post, PostKind, PostPicture, ReturnReason
from publisher.models.proofs import Proof
from publisher.models.quotas import (
    CalendarDay,
    Dispensation,
    DispensationFile,
    QuotaRule,
    WorkPattern,
)
from publisher.models.series import CalendarFeed, PlanFile, Series
from publisher.models.themes import ThemeDay
from publisher.models.weeks import Objection
from publisher.models.yardsticks import Hotline
from publisher.web import failures
from publisher.web.access import PUBLIC, allow
from publisher.workflow import scheduling
from tests.conftest import NOW, PASSWORD, PASSWORD_HASH, saved, settings

#: Arguments that name a row of somebody: what they are called in `Rows`.
ROWS = {
    "post_id": "posts",
    "office_id": "offices",
    "account_id": "accounts",
    "user_id": "users",
    "delivery_id": "deliveries",
    "session_id": "sessions",
    "notice_id": "notices",
    "digest": "digests",
    "proof_id": "proofs",
    "day_id": "days",
    "theme_id": "themes",
    "pattern_id": "patterns",
    "dispensation_id": "dispensations",
    "objection_id": "objections",
    "found_post_id": "found_posts",
    "claim_id": "claims",
    "poster_id": "posters",
    "idea_id": "ideas",
    "media_id": "media",
    "logo_id": "logos",
    "plan_id": "plans",
    "series_id": "series",
    "plan_file_id": "plan_files",
    "feed_id": "feeds",
    "mark_id": "marks",
    "hotline_id": "hotlines",
    "recipient_id": "recipients",
}
#: Rows that one office shares with the others of its region.
SHARED = {"idea_id"}
#: Arguments that belong to nobody, each with a value that exists.
VALUES = {
    "week": str(Week.of(NOW, "Asia/Jakarta").previous()),
    "name": "siar.css",
    "token": "none-of-ours",
    "form": "csv",
    "shape": "portrait",
    "template": "kegiatan",
    "motif": "kawung",
    "code": "33.16",
}

#: Public pages that send one on to the sign-in page by nature.
LEAVING = {"auth.sign_out"}
#: Public pages for machines of our own, or that report that something is down.
HEALTH = {"pages.health"}
#: Pages that only a province has.
OF_A_PROVINCE = {"leaders.counties", "leaders.county"}
#: Who is told of other things than the notices here: leaders of regions, heads of signatures.
TOLD_OF_OTHERS = {
    (f"notices.{name}", role)
    for name in ("follow", "visit", "read")
    for role in (Role.LEADER, Role.HEAD)
}
#: Mail programs have no page of ours; the address itself proves who asks (RFC 8058).
WITHOUT_A_FORM = {"letters.leave"}


@dataclass
class Rows:
    """The rows of one office, by kind; and words that stand in them and nowhere else."""

    posts: list = field(default_factory=list)
    offices: list = field(default_factory=list)
    accounts: list = field(default_factory=list)
    users: list = field(default_factory=list)
    deliveries: list = field(default_factory=list)
    sessions: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    digests: list = field(default_factory=list)
    proofs: list = field(default_factory=list)
    days: list = field(default_factory=list)
    themes: list = field(default_factory=list)
    patterns: list = field(default_factory=list)
    dispensations: list = field(default_factory=list)
    objections: list = field(default_factory=list)
    found_posts: list = field(default_factory=list)
    claims: list = field(default_factory=list)
    posters: list = field(default_factory=list)
    ideas: list = field(default_factory=list)
    media: list = field(default_factory=list)
    logos: list = field(default_factory=list)
    plans: list = field(default_factory=list)
    series: list = field(default_factory=list)
    plan_files: list = field(default_factory=list)
    feeds: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    hotlines: list = field(default_factory=list)
    recipients: list = field(default_factory=list)
    secrets: set = field(default_factory=set)


class World:
    """Two regions, three offices, and a browser for everybody."""

    def __init__(self, app, database):
        self.app = app
        self.database = database
        self.people = {}  # name: user id
        self.rows = {}  # office abbreviation: Rows
        self.cookies = {}

    def snapshot(self):
        db.session.remove()
        db.engine.dispose()  # closing the last connection empties the write-ahead log
        shutil.copy(self.database, f"{self.database}.kept")
        self.watch()

    def watch(self):
        """Keep a connection of its own: SQLite tells it when any other has changed something."""
        self.watcher = sqlite3.connect(self.database, isolation_level=None)
        self.version = self.watched()

    def watched(self):
        return self.watcher.execute("PRAGMA data_version").fetchone()

    def restore(self):
        """Bring the world back; most of the refused have changed nothing of it."""
        db.session.remove()
        if self.watched() == self.version:
            return
        self.watcher.close()
        db.engine.dispose()
        for ending in ("-wal", "-shm"):
            self.database.with_name(self.database.name + ending).unlink(missing_ok=True)
        shutil.copy(f"{self.database}.kept", self.database)
        self.watch()

    def ask(self, who, method, path):
        """Return the answer to `who`, or to nobody, with the world as it was before and after."""
        client = self.app.test_client()
        if who:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[who])
        answer = client.open(path, method=method)
        if method != "GET":
            self.restore()
        return answer


@pytest.fixture(autouse=True)
def on_monday_morning():
    """The clock of the world runs on from test to test: its people are signed in by it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory, sqlite_template, compiled_templates):
    folder = tmp_path_factory.mktemp("access")
    database = folder / "test.sqlite"
    shutil.copy(sqlite_template, database)
    app = create_app({**settings(f"sqlite:///{database}", folder), "PROPAGATE_EXCEPTIONS": False})
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context(), time_machine.travel(NOW, tick=True):
        world = World(app, database)
        furnish(world)
        world.snapshot()
        yield world
        world.watcher.close()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def refusals():
    """Let each person's page of a refusal be drawn once: there are thousands of refusals here."""
    draw, drawn = failures._page, {}

    def draw_once(status, **more):
        key = getattr(current_user, "id", None), status, *sorted(more.items())
        if key not in drawn:
            drawn[key] = draw(status, **more)
        return drawn[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failures, "_page", draw_once)
        yield


def furnish(world):
    from publisher.models.places import Office, OfficeKind, Region, RegionKind

    for code, region_name, abbreviations in (
        ("33.16", "Blora", ("Dinkes", "Dishub")),
        ("33.17", "Rembang", ("Dinlutkan",)),
    ):
        region = saved(Region(code=code, name=region_name, kind=RegionKind.KABUPATEN))
        above = [
            person(world, f"{role.value}-{region_name}", role, region)
            for role in Role
            if role not in OFFICE_ROLES
        ]
        for abbreviation in abbreviations:
            office = saved(
                Office(
                    region=region,
                    name=f"Kantor {abbreviation}",
                    abbreviation=abbreviation,
                    kind=OfficeKind.DINAS,
                )
            )
            world.rows[abbreviation] = fill(world, office, reviewer=above[0])


def person(world, name, role, region, office=None):
    user = saved(
        User(
            name=name,
            email=f"{name.lower()}@contoh.go.id",
            role=role,
            region=region,
            office=office,
            password_hash=PASSWORD_HASH,
            created_at=NOW,
        )
    )
    client = world.app.test_client()
    email = user.email
    db.session.rollback()
    client.post("/masuk", data={"email": email, "password": PASSWORD})
    world.cookies[name] = client.get_cookie(world.app.config["SESSION_COOKIE_NAME"]).value
    world.people[name] = user.id
    return user


def fill(world, office, *, reviewer):
    """Return one row and more of every kind, all of this office."""
    name = office.abbreviation
    drafter = person(world, f"drafter-{name}", Role.DRAFTER, office.region, office)
    head = person(world, f"head-{name}", Role.HEAD, office.region, office)
    account = connected_account(world.app, office)
    media = stored_picture(world.app, office, drafter)
    posts = [
        post_of(drafter, account, media, steps, reviewer)
        for steps in (("submit",), ("submit", "approve"), ())
    ]
    deliveries = scheduling.schedule(posts[1], actor=reviewer, at=NOW)
    shown = out(post_of(drafter, account, media, ("submit", "approve"), reviewer), reviewer)
    proof = proof_of(drafter, post_of(drafter, account, media, ("submit", "approve"), reviewer))
    saved(
        QuotaRule(region=office.region, office=office, minimum=2, valid_from=NOW.date(), set_at=NOW)
    )
    claim = claim_of(account, drafter)
    posters = [poster_of(drafter, post) for post in posts]  # in the order of the posts
    return Rows(
        **working_days_of(office, reviewer),
        posters=[poster.id for poster in posters],
        ideas=[idea_of(drafter, posters[1]).id],
        media=[media.id],
        logos=[logo_of(drafter, media).id],
        plans=[plan_of(reviewer, account).id],
        series=[series_of(drafter).id],
        plan_files=[plan_file_of(one, office).id for one in (drafter, reviewer)],
        feeds=[feed_of(drafter).id],
        marks=[mark_of(reviewer, posts[0]).id],
        hotlines=[hotline_of(reviewer, office).id],
        recipients=[recipient_of(reviewer, office).id],
        posts=[post.id for post in posts],
        offices=[office.id],
        accounts=[account.id],
        users=[drafter.id, head.id],
        deliveries=[delivery.id for delivery in (*deliveries, shown)],
        digests=[media.digest],
        proofs=[proof.id],
        found_posts=[claim.found_post_id],
        claims=[claim.id],
        objections=[objection_of(drafter).id],
        notices=[notice_of(account, delivery).id for delivery in deliveries],
        sessions=list(db.session.scalars(sa.select(UserSession.id).filter_by(user_id=drafter.id))),
        secrets={f"Rahasia {name}", f"takarir {name}", f"akun_{name}", f"drafter-{name}"},
    )


def claim_of(account, drafter):
    found = FoundPost(
        account=account, remote_id="71", excerpt=f"Rahasia {drafter.office.abbreviation}",
        published_at=NOW - timedelta(days=7), found_at=NOW,
    )  # fmt: skip
    return saved(
        Claim(
            found_post=found, title=f"Rahasia {drafter.office.abbreviation}",
            kind=PostKind.KEGIATAN, filed_by=drafter, filed_at=NOW,
        )
    )  # fmt: skip


def out(post, reviewer):
    """Return the delivery of a post that is published."""
    (delivery,) = scheduling.schedule(post, actor=reviewer, at=NOW)
    lease = {"lease_owner": "w", "lease_until": NOW}
    assert advance(delivery.id, "claim", at=NOW, **lease)
    assert advance(delivery.id, "begin", at=NOW, **lease)
    link = f"https://x.com/{delivery.account.handle}/status/2"
    assert advance(delivery.id, "publish", at=NOW, permalink=link, published_at=NOW)
    return saved(delivery)


def poster_of(drafter, post):
    by = {"made_by": drafter, "made_at": NOW, "edited_by": drafter, "edited_at": NOW}
    secret = f"Rahasia {drafter.office.abbreviation}"
    return saved(
        Poster(
            office=drafter.office, post=post, position=0, template="kegiatan",
            shapes=["portrait"], content={"headline": secret}, **by,
        )
    )  # fmt: skip


def idea_of(drafter, poster):
    return saved(
        Idea(
            office=drafter.office, post=poster.post, kind=PostKind.LAYANAN,
            title="Posyandu", worked="Warga datang", template="kegiatan",
            content={"headline": "Posyandu"}, shared_by=drafter, shared_at=NOW,
        )
    )  # fmt: skip


def logo_of(drafter, media):
    return saved(
        Logo(
            region=drafter.region, office=drafter.office, digest=media.digest, width=64, height=48,
            size_bytes=media.size_bytes, uploaded_by=drafter, uploaded_at=NOW,
        )
    )  # fmt: skip


def mark_of(reviewer, post):
    return saved(
        ReturnMark(
            post=post, reason=ReturnReason.LAINNYA, comment=f"Rahasia {post.office.abbreviation}",
            field="caption", quote=post.caption, noted_by=reviewer, noted_at=NOW,
        )
    )  # fmt: skip


def hotline_of(reviewer, office):
    return saved(
        Hotline(
            region=office.region, office=office, number=f"62812{office.id:08}",
            label=f"Rahasia {office.abbreviation}", added_by=reviewer, added_at=NOW,
        )
    )  # fmt: skip


def plan_of(reviewer, account):
    return saved(
        AccountPlan(
            account=account, aim=PlanAim.REVIVE, responsible=reviewer, due_on=NOW.date(),
            note=f"Rahasia {account.office.abbreviation}", made_by=reviewer, made_at=NOW,
        )
    )  # fmt: skip


def recipient_of(reviewer, office):
    """Return an address of the weekly report; it belongs to the region."""
    address = f"drafter-{office.abbreviation}@luar.contoh.id".lower()
    return saved(
        ReportRecipient(region=office.region, address=address, added_by=reviewer, added_at=NOW)
    )


def series_of(drafter):
    texts = {"title": f"Rahasia {drafter.office.abbreviation}", "kind": "layanan", "language": "id"}
    return saved(
        Series(
            office=drafter.office, owner=drafter, made_at=NOW, every_weeks=1, weekday=3,
            local_time=time(9), starts_on=NOW.date(), template=texts,
        )
    )  # fmt: skip


def plan_file_of(uploader, office):
    """Return a plan that waits; nobody sees it but whoever uploaded it."""
    content = f"tanggal,jam,judul\n25/11/2026,09.00,Rahasia {office.abbreviation}\n".encode()
    return saved(
        PlanFile(
            region=office.region, office=uploader.office, uploaded_by=uploader, uploaded_at=NOW,
            name="rencana.csv", digest="0" * 64, content=content,
        )
    )  # fmt: skip


def feed_of(drafter):
    token = f"{drafter.office_id:064d}"
    return saved(
        CalendarFeed(
            region=drafter.region, office=drafter.office, token_hash=token, made_by=drafter,
            made_at=NOW,
        )
    )  # fmt: skip


def objection_of(drafter):
    week = Week.of(NOW, "Asia/Jakarta").previous()
    secret = f"Rahasia {drafter.office.abbreviation}"
    return saved(
        Objection(
            office=drafter.office, monday=week.monday, text=secret,
            filed_by=drafter, filed_at=NOW, deadline=NOW,
        )
    )  # fmt: skip


def letter_of(office, reviewer):
    digest = db.session.scalar(sa.select(Media.digest).filter_by(office_id=office.id))
    return DispensationFile(digest=digest, mime="image/jpeg", name="surat.jpg", size_bytes=1,
                            added_by=reviewer, added_at=NOW)  # fmt: skip


def working_days_of(office, reviewer):
    """Return a day of the region, working days of the office, and an exemption of it."""
    by = {"set_by": reviewer, "set_at": NOW}
    secret = f"Rahasia {office.abbreviation}"
    day = NOW.date() + timedelta(days=office.id)
    until = NOW.date() + timedelta(days=6)
    return {
        "days": [
            saved(
                CalendarDay(
                    region=office.region, day=day, works=False, name="Libur", source="SK", **by
                )
            ).id
        ],
        "themes": [
            saved(ThemeDay(region=office.region, name="Kamis Jawa", weekday=4, **by)).id,
        ],
        "patterns": [
            saved(
                WorkPattern(
                    office=office, weekdays="12345", rests_on_holidays=True, source=secret,
                    valid_from=NOW.date(), **by,
                )
            ).id
        ],
        "dispensations": [
            saved(
                Dispensation(
                    office=office, valid_from=NOW.date(), valid_to=until, reason=secret,
                    granted_by=reviewer, granted_at=NOW, file=letter_of(office, reviewer),
                )
            ).id
        ],
    }  # fmt: skip


def connected_account(app, office):
    from publisher.models.accounts import Account, AccountStatus

    account = saved(
        Account(
            office=office,
            platform="x",
            handle=f"akun_{office.abbreviation}",
            display_name=office.abbreviation,
            remote_id=f"100{office.id}",
            paused_reason="Belum disambungkan",
        )
    )
    account.credentials = app.extensions["vault"].seal(
        {"access_token": "x"}, bound_to=account.vault_name
    )
    account.status = AccountStatus.ACTIVE
    account.paused_reason = ""
    return saved(account)


def proof_of(drafter, post):
    """Return a proof that waits, of what a person posted."""
    (delivery,) = scheduling.schedule(post, actor=drafter, at=NOW)
    advance(delivery.id, "hand_over", at=NOW, handed_over_at=NOW, reason="Sudah waktunya")
    link = f"https://x.com/{delivery.account.handle}/status/1"
    return saved(Proof(delivery=delivery, link=link, posted_at=NOW, filed_by=drafter, filed_at=NOW))


def notice_of(account, delivery):
    """Return a notice of a kind that everybody is told who is told anything."""
    return saved(
        Notice(
            key=f"delivery:{delivery.id}",
            kind=NoticeKind.RISK,
            at=NOW,
            region_id=account.office.region_id,
            office=account.office,
            delivery=delivery,
            reason="Berisiko",
        )
    )


def stored_picture(app, office, drafter):
    content = BytesIO()
    Image.new("RGB", (64, 48), (office.id * 40, 90, 90)).save(content, "JPEG")
    return saved(
        Media(
            office_id=office.id,
            digest=app.extensions["media_store"].put(content.getvalue()),
            mime="image/jpeg",
            width=64,
            height=48,
            size_bytes=len(content.getvalue()),
            uploaded_by=drafter,
            uploaded_at=NOW,
        )
    )


def post_of(drafter, account, media, steps, reviewer):
    post = Post(
        office=drafter.office,
        title=f"Rahasia {drafter.office.abbreviation}",
        what="Imunisasi gratis",
        caption=f"takarir {drafter.office.abbreviation}",
        planned_at=NOW,
        drafted_by=drafter,
        edited_by=drafter,
        created_at=NOW,
        edited_at=NOW,
    )
    post.accounts = [account]
    post.pictures = [PostPicture(media=media, position=0, alt_text="Foto")]
    db.session.add(post)
    db.session.flush()
    for step in steps:
        post.move(step, actor=reviewer if step == "approve" else drafter, at=NOW)
    return saved(post)


# -- the routes --------------------------------------------------------------------------


def routes(app):
    """Return (endpoint, method, rule) of everything that can be asked for."""
    return [
        (rule.endpoint, method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def access_of(app, endpoint):
    return app.view_functions[endpoint].access


def address(app, rule, arguments):
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return adapter.build(rule.endpoint, arguments)


def own_addresses(app, rule, rows):
    """Return addresses of own rows: at least one of them must exist."""
    count = max((len(getattr(rows, ROWS[name])) for name in rule.arguments & set(ROWS)), default=1)
    return [address(app, rule, arguments_of(rule, rows, number)) for number in range(count)]


def arguments_of(rule, rows, number=0):
    arguments = {}
    for name in rule.arguments:
        if name in ROWS:
            ids = getattr(rows, ROWS[name])
            arguments[name] = ids[number % len(ids)]
        else:
            arguments[name] = VALUES[name]
    return arguments


def foreign_addresses(app, rule, own, foreign, *, neighbours):
    """Return addresses in which one argument after the other names a row of somebody else."""
    return [
        address(app, rule, {**arguments_of(rule, own), name: row_id})
        for name in sorted(rule.arguments & set(ROWS) - (SHARED if neighbours else set()))
        for row_id in getattr(foreign, ROWS[name])
    ]


PEOPLE = [  # who, of which office or for which office of their region
    ("drafter-Dinkes", Role.DRAFTER, "Dinkes"),
    ("head-Dinkes", Role.HEAD, "Dinkes"),
    ("reviewer-Blora", Role.REVIEWER, "Dinkes"),
    ("leader-Blora", Role.LEADER, "Dinkes"),
    ("operator-Blora", Role.OPERATOR, "Dinkes"),
    ("drafter-Dishub", Role.DRAFTER, "Dishub"),
    ("head-Dishub", Role.HEAD, "Dishub"),
    ("drafter-Dinlutkan", Role.DRAFTER, "Dinlutkan"),
    ("head-Dinlutkan", Role.HEAD, "Dinlutkan"),
    ("reviewer-Rembang", Role.REVIEWER, "Dinlutkan"),
    ("leader-Rembang", Role.LEADER, "Dinlutkan"),
    ("operator-Rembang", Role.OPERATOR, "Dinlutkan"),
]
OF_BLORA = PEOPLE[:5]


def own_rows(world, who, office):
    """Return the rows of the office; sessions are those of the person alone."""
    rows = world.rows[office]
    query = sa.select(UserSession.id).where(UserSession.user_id == world.people[who])
    return Rows(**{**rows.__dict__, "sessions": list(db.session.scalars(query))})


def others(role, office):
    """Return the offices whose rows must not exist for a person."""
    if role in OFFICE_ROLES:
        return [name for name in ("Dinkes", "Dishub", "Dinlutkan") if name != office]
    return ["Dinkes", "Dishub"] if office == "Dinlutkan" else ["Dinlutkan"]


# -- what must hold ----------------------------------------------------------------------


def test_every_argument_of_a_route_is_known_here(world):
    known = set(ROWS) | set(VALUES)
    unknown = {
        (rule.rule, *(rule.arguments - known))
        for _, _, rule in routes(world.app)
        if rule.arguments - known
    }
    assert unknown == set(), "say in ROWS or VALUES what these arguments name"


def test_nobody_sees_more_than_the_public_pages_before_signing_in(world):
    wrong = []
    for endpoint, method, rule in routes(world.app):
        for path in own_addresses(world.app, rule, world.rows["Dinkes"])[:1]:
            answer = world.ask(None, method, path)
            to_the_door = answer.status_code == 302 and answer.location.startswith("/masuk")
            if access_of(world.app, endpoint) != PUBLIC:
                fine = to_the_door
            else:
                down = answer.status_code == 503 and endpoint in HEALTH
                fine = endpoint in LEAVING or down or (answer.status_code < 500 and not to_the_door)
            if not fine:
                wrong.append((endpoint, method, path, answer.status_code, answer.location))
    assert wrong == []


@pytest.mark.parametrize(("who", "role", "office"), OF_BLORA)
def test_a_role_that_is_not_named_is_refused(world, who, role, office):
    wrong = []
    rows = own_rows(world, who, office)
    for endpoint, method, rule in routes(world.app):
        access = access_of(world.app, endpoint)
        if access == PUBLIC or role in access:
            continue
        answer = world.ask(who, method, own_addresses(world.app, rule, rows)[0])
        if answer.status_code != 403:
            wrong.append((endpoint, method, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(("who", "role", "office"), OF_BLORA)
def test_a_role_that_is_named_finds_its_own_rows(world, who, role, office):
    wrong = []
    rows = own_rows(world, who, office)
    for endpoint, method, rule in routes(world.app):
        if role not in access_of(world.app, endpoint) or endpoint in OF_A_PROVINCE:
            continue
        if (endpoint, role) in TOLD_OF_OTHERS:
            continue
        statuses = {
            world.ask(who, method, path).status_code
            for path in own_addresses(world.app, rule, rows)
        }
        if statuses <= {404} or statuses & {401, 403, 405} or max(statuses) >= 500:
            wrong.append((endpoint, method, statuses))
    assert wrong == []


@pytest.mark.parametrize(("who", "role", "office"), PEOPLE)
def test_a_row_of_somebody_else_does_not_exist(world, who, role, office):
    wrong = []
    own = own_rows(world, who, office)
    for endpoint, method, rule in routes(world.app):
        if role not in access_of(world.app, endpoint):
            continue
        for other in others(role, office):
            neighbours = "Dinlutkan" not in {other, office}
            foreign = world.rows[other]
            for path in foreign_addresses(world.app, rule, own, foreign, neighbours=neighbours):
                status = world.ask(who, method, path).status_code
                if status != 404:
                    wrong.append((endpoint, method, path, status))
    assert wrong == []


@pytest.mark.parametrize(("who", "role", "office"), PEOPLE)
def test_no_page_tells_anything_of_somebody_else(world, who, role, office):
    told = []
    own = own_rows(world, who, office)
    secrets = set().union(*(world.rows[name].secrets for name in others(role, office)))
    for endpoint, method, rule in routes(world.app):
        if method != "GET" or role not in access_of(world.app, endpoint):
            continue
        for path in own_addresses(world.app, rule, own):
            page = world.ask(who, "GET", path).data
            told += [(endpoint, path, secret) for secret in secrets if secret.encode() in page]
    assert told == []


def test_the_secrets_of_an_office_do_stand_on_its_own_pages(world):
    """Else the test above would prove nothing."""
    own = own_rows(world, "drafter-Dinkes", "Dinkes")
    pages = b"".join(
        world.ask("drafter-Dinkes", "GET", path).data
        for endpoint, method, rule in routes(world.app)
        if method == "GET" and Role.DRAFTER in access_of(world.app, endpoint)
        for path in own_addresses(world.app, rule, own)
    )
    unseen = {secret for secret in world.rows["Dinkes"].secrets if secret.encode() not in pages}
    assert unseen == set()


def test_nothing_can_be_changed_without_the_token_of_a_form(world):
    world.app.config["WTF_CSRF_ENABLED"] = True
    try:
        unguarded = [
            (endpoint, method)
            for endpoint, method, rule in routes(world.app)
            if method != "GET"
            and endpoint not in WITHOUT_A_FORM
            and world.ask(
                None, method, own_addresses(world.app, rule, world.rows["Dinkes"])[0]
            ).status_code
            != 400
        ]
    finally:
        world.app.config["WTF_CSRF_ENABLED"] = False
    assert unguarded == []


def test_reading_a_page_changes_nothing(world):
    before = counts()
    for who, role, office in OF_BLORA:
        own = own_rows(world, who, office)
        for endpoint, method, rule in routes(world.app):
            if method == "GET" and role in access_of(world.app, endpoint):
                world.ask(who, "GET", own_addresses(world.app, rule, own)[0])
    after = counts()
    changed = {name for name in before if before[name] != after[name]}
    # What a reviewer had before them, and which notice a letter led to, is kept on purpose.
    assert changed <= {"post_seen", "notice_read"}


def counts():
    db.session.rollback()
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in db.metadata.sorted_tables
    }


def test_a_page_for_no_role_at_all_cannot_be_declared():
    with pytest.raises(ValueError, match="public"):
        allow()


def test_a_page_that_does_not_say_who_may_use_it_cannot_be_opened(app, client_of, sari):
    app.add_url_rule("/tanpa-keterangan", "forgotten", lambda: "terbuka")

    with pytest.raises(RuntimeError, match="forgotten"):
        client_of(sari).get("/tanpa-keterangan")


def test_a_delivery_of_the_world_exists(world):
    """Else its routes would be walked with nothing."""
    assert all(rows.deliveries for rows in world.rows.values())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 9
