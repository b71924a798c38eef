"""Every page, as every role, on both sizes and in both themes: accessible, and wide enough.

The pages come from the application's own map of addresses, so a new page is looked at without
being named here; one whose address needs something unknown fails until `scene.py` knows it.
"""

import itertools
from collections import defaultdict
from html.parser import HTMLParser
from typing import ClassVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import url_for

from publisher.models.people import Role
from tests.browser.cast import Cast
from tests.browser.conftest import SIZES
from tests.browser.scene import build
from tests.conftest import PASSWORD

PEOPLE = {
    "budi": Role.REVIEWER,
    "ganjar": Role.LEADER,  # of the province
    "heru": Role.OPERATOR,
    "ratna": Role.LEADER,
    "sari": Role.DRAFTER,
    "wulan": Role.HEAD,
}
#: Addresses of files, of answers for machines, and of those that need a platform's word.
NO_PAGES = {
    "accounts.come_back", "assets.serve", "batches.template", "calendar.changes",
    "dispensations.letter", "pages.health",
    "pages.metrics", "photos.show",
    "health.table", "ideas.picture", "looks.example", "looks.examples", "looks.logo", "looks.motif",
    "notices.follow",
    "proofs.pictures", "reports.week_file", "signing.picture", "sign_link.picture",
    "studio.archive", "studio.picture", "studio.sample", "subscriptions.feed",
}  # fmt: skip
#: Open to everybody; here somebody looks who is signed in, which must make no difference.
OPEN_PAGES = {"broadcasts.region", "broadcasts.week", "letters.leave", "sign_link.show"}
#: What an address takes from the scene, where its name alone does not say it.
OWN_SAMPLES = {
    ("reviews.show", "post_id"): "submitted",
    ("drafts.edit", "post_id"): "editable",
    ("signing.show", "post_id"): "submitted",
    ("calendar.choose", "post_id"): "submitted",
    ("studio.edit", "post_id"): "designed",
    ("studio.gallery", "post_id"): "editable",
    ("studio.index", "post_id"): "editable",
    ("reports.office_week", "office_id"): "living_office_id",
    ("plans.office", "office_id"): "living_office_id",
}
QUERIES = {
    "calendar.index": ["tampil=bulan", "tampil=agenda", "status=problem", "jenis_pd=rsud"],
    "deliveries.index": [
        f"kelompok={group}" for group in ("berisiko", "menunggu", "tayang", "tidak-tayang")
    ],
    "library.index": ["arsip", "jenis=logo", "cari=tidakada"],
    "notices.index": ["semua=1"],
    "studio.edit": ["ukuran=story"],
    "drafts.index": ["status=draf", "status=arsip", "cari=tidakada"],
}
PARTS = 4
#: Each page is seen in both sizes and in both themes; each kind of page comes by in both ways.
VIEWS = (
    (("phone", "light"), ("desktop", "dark")),
    (("phone", "dark"), ("desktop", "light")),
)
AXE = Axe().axe_script
RULES = {"resultTypes": ["violations"], "preload": False, "iframes": False}
RUN_AXE = "async (rules) => (await axe.run(document, rules)).violations"
LOOK = """() => ({
  title: document.title, lang: document.documentElement.lang,
  h1: document.querySelectorAll("h1").length,
  tooWide: document.documentElement.scrollWidth - innerWidth,
})"""
OPEN_DETAILS = """() => {
  for (const details of document.querySelectorAll("details:not(.menu)")) details.open = true;
}"""
#: A change of theme arrives by an event and a transition, however short. Returns what is still
#: moving after two seconds.
SETTLE = """async (theme) => {
  const root = document.documentElement;
  const moving = () => document.getAnimations().filter((one) => one.playState === "running");
  const settled = () => root.dataset.bsTheme === theme && !moving().length;
  for (let i = 0; i < 100 && !settled(); i += 1) await new Promise((go) => setTimeout(go, 20));
  const found = moving().map((one) => one.effect.target.outerHTML);
  return settled() ? [] : [root.dataset.bsTheme, ...found];
}"""


@pytest.fixture(scope="session")
def scene(backstage, practice, siar, numbers):
    """The fullest kabupaten; only looked at, so that all tests may share it."""
    cast = Cast(backstage, practice, next(numbers), is_example=True)
    return cast, build(cast)


@pytest.fixture(scope="session")
def tour(scene):
    """Return (who, address): as few as show everything that any page shows to anybody."""
    cast, ids = scene
    seen, starts = defaultdict(dict), set()
    for who, role in PEOPLE.items():
        client = cast.app.test_client()
        client.post("/masuk", data={"email": getattr(cast, who).email, "password": PASSWORD})
        starts.add((who, "/"))  # each role has a menu of its own
        for endpoint, path in addresses(cast.app, role, ids):
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code in (200, 404), (who, path)  # 404: another office's
            parts = Parts.of(answer) if answer.status_code == 200 else set()
            seen[endpoint][who, path] = parts
    assert not {endpoint for endpoint, found in seen.items() if not any(found.values())}
    return sorted(starts.union(*map(fewest, seen.values())))


def fewest(pages):
    """Return as few of these pages as together have all the parts; the fullest come first.

    :param pages: the parts of each
    """
    chosen, missing = [], set().union(*pages.values())
    while missing:
        fullest = max(pages, key=lambda page: len(pages[page] & missing))
        chosen.append(fullest)
        missing -= pages[fullest]
    return chosen


class Parts(HTMLParser):
    """The elements of a page below <main>, each by its tag and classes and those around it."""

    EMPTY: ClassVar = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "use", "wbr"}

    def __init__(self):
        super().__init__()
        self.around, self.found = [], set()

    @classmethod
    def of(cls, answer):
        page = answer.get_data(as_text=True)
        parts = cls()
        parts.feed(page[page.index("<main") : page.index("</main>")])
        return parts.found

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs).get("class", ""))
        self.found.add((*self.around, element))
        if tag not in self.EMPTY:
            self.around.append(element)

    def handle_startendtag(self, tag, attrs):
        self.found.add((*self.around, (tag, dict(attrs).get("class", ""))))

    def handle_endtag(self, tag):
        while self.around and self.around.pop()[0] != tag:
            pass


def addresses(app, role, ids):
    """Return (endpoint, address) of what a role may open; some may be another office's."""
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=str):
            may = app.view_functions[rule.endpoint].access
            if rule.endpoint in OPEN_PAGES:
                may = {Role.REVIEWER}
            if "GET" not in rule.methods or rule.endpoint in NO_PAGES or role not in may:
                continue
            names = [OWN_SAMPLES.get((rule.endpoint, name), name) for name in rule.arguments]
            samples = [ids[name] for name in names]
            for values in itertools.product(*samples):
                path = url_for(rule.endpoint, **dict(zip(rule.arguments, values, strict=True)))
                queries = QUERIES.get(rule.endpoint, [])
                yield rule.endpoint, path
                yield from ((rule.endpoint, f"{path}?{query}") for query in queries)


def faults(page, views):
    """Return what is wrong with the page as it is seen in each of some sizes and themes."""
    page.evaluate(AXE)
    for size, theme in views:
        show(page, size, theme)
        found = [f"does not settle: {one[:200]}" for one in page.evaluate(SETTLE, theme)]
        found += [*_form(page), *violations(page, RULES)]
        yield from (f"{size}, {theme}: {fault}" for fault in found)


def show(page, size, theme):
    page.set_viewport_size(SIZES[size]["viewport"])
    page.emulate_media(color_scheme=theme)


def _form(page):
    before = page.evaluate(LOOK)
    if not before["title"].strip(" ·") or before["lang"] != "id" or before["h1"] != 1:
        yield f"title, lang, h1: {before}"
    page.evaluate(OPEN_DETAILS)
    too_wide = max(before["tooWide"], page.evaluate(LOOK)["tooWide"])
    if too_wide > 0:
        yield f"{too_wide} px too wide"


def violations(page, rules):
    for violation in page.evaluate(RUN_AXE, rules):
        for node in violation["nodes"]:
            why = [check["message"] for check in node["any"] + node["all"] + node["none"]]
            yield f"{violation['id']} at {node['target']}: {why} in {node['html'][:200]}"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(scene, tour, browser_of, part):
    cast, _ids = scene
    length = -(-len(tour) // PARTS)
    mine = tour[part * length : (part + 1) * length]
    views = VIEWS[part % 2]
    found = []
    for who, stops in itertools.groupby(mine, key=lambda visit: visit[0]):
        page = browser_of(getattr(cast, who))
        for _who, path in stops:
            show(page, *views[0])
            page.goto(path)
            found += [f"{who} {path} {fault}" for fault in faults(page, views)]
            views = views[::-1]  # the next page begins as this one ended: a change costs time
        page.context.close()
    assert not found, "\n".join(found)
