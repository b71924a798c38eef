"""Every page, as every role, on both sizes and in both themes: accessible, and wide enough.

The pages come from the application's own map of addresses, so a new page is looked at without
being named here; one whose address needs something unknown fails until `scene.py` knows it.
"""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import url_for

from publisher.models.people import Role
from tests.browser.cast import Cast
from tests.browser.conftest import SIZES
from tests.browser.scene import build

#: In this order: the first who may open a page sees it in every state, the others in one.
PEOPLE = {
    "budi": Role.REVIEWER,
    "heru": Role.OPERATOR,
    "ratna": Role.LEADER,
    "sari": Role.DRAFTER,
    "wulan": Role.HEAD,
}
#: Addresses of files and of answers for machines.
NO_PAGES = {
    "assets.serve", "pages.health", "pages.metrics", "photos.show", "reports.week_csv",
}  # fmt: skip
#: Forms look the same whatever they are about.
FORMS = {"accounts.edit", "accounts.connect", "offices.edit", "offices.retire", "users.edit"}
#: What an address takes from the scene, where its name alone does not say it.
OWN_SAMPLES = {
    ("reviews.show", "post_id"): "submitted",
    ("drafts.edit", "post_id"): "editable",
    ("reports.office_week", "office_id"): "living_office_id",
}
QUERIES = {
    "deliveries.index": ["kelompok=menunggu", "kelompok=tayang", "kelompok=batal"],
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


def tour(app, ids):
    """Return (who, address) for every page and everybody who may open it."""
    return [(who, path) for who, role in PEOPLE.items() for path in addresses(app, role, ids)]


def addresses(app, role, ids):
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=str):
            may = app.view_functions[rule.endpoint].access
            if "GET" not in rule.methods or rule.endpoint in NO_PAGES or role not in may:
                continue
            first = role is next(one for one in PEOPLE.values() if one in may)
            names = [OWN_SAMPLES.get((rule.endpoint, name), name) for name in rule.arguments]
            samples = [ids[name] for name in names]
            if not first or rule.endpoint in FORMS:
                samples = [sample[:1] for sample in samples]
            for values in itertools.product(*samples):
                path = url_for(rule.endpoint, **dict(zip(rule.arguments, values, strict=True)))
                queries = QUERIES.get(rule.endpoint, []) if first else []
                yield from [path, *(f"{path}?{query}" for query in queries)]


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
def test_every_page_is_accessible_and_fits(scene, browser_of, part):
    cast, ids = scene
    visits = tour(cast.app, ids)
    length = -(-len(visits) // PARTS)
    mine = visits[part * length : (part + 1) * length]
    views = VIEWS[part % 2]
    found = []
    for who, stops in itertools.groupby(mine, key=lambda visit: visit[0]):
        page = browser_of(getattr(cast, who))
        for _who, path in stops:
            show(page, *views[0])
            answer = page.goto(path)
            if answer.status != 200:
                found.append(f"{path}: {answer.status}")
            found += [f"{who} {path} {fault}" for fault in faults(page, views)]
            views = views[::-1]  # the next page begins as this one ended: a change costs time
        page.context.close()
    assert not found, "\n".join(found)
