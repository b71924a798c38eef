"""The shape of the code: imports only go down, each kind of deed has its place.

These read the source, deferred imports included. Each check is shown, at the end, to find what
it looks for.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from publisher import create_app
from publisher.db import db
from publisher.models.accounts import AccountStatus, Standing
from publisher.models.deliveries import DeliveryStatus
from publisher.models.people import Role
from publisher.models.posts import PostKind, PostStatus, ReturnReason
from tests.conftest import settings

ROOT = Path(__file__).resolve().parent.parent

#: Higher may import lower; names of one rank never import one another.
RANKS = {
    "": 10,  # create_app wires everything
    "cli": 9,  # starts the others
    "demo": 8,
    "web": 7,
    "worker": 7,
    "engine": 6,
    "workflow": 5,
    "models": 4,
    "platforms": 4,
    "reports": 4,
    "db": 3,
    "posters": 3,
    "practice": 3,
    "tables": 3,
    "workbooks": 2,
    "backup": 3,
    "vault": 2,
    "storage": 2,
    "gallery": 2,
    "mail": 2,
    "passwords": 2,
    "typed": 2,
    "errors": 1,
    "clock": 1,
}
MAY_COMMIT = {"web", "worker", "engine", "cli", "demo"}
CLIENT_LIBRARIES = ("tweepy", "instagrapi")
#: What every stage may import: what goes to a platform, and what is found in a text, is the same
#: for all of them. The second asks the first.
SHARED_STAGES = ("composing", "checking")
WALL_CLOCK = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
FILE_LINES = 350
FUNCTION_LINES = 60


class Module:
    """One file of the product, parsed."""

    def __init__(self, name, source):
        self.name = name  # "publisher.web.auth"
        self.parts = name.split(".")
        self.part = self.parts[1] if len(self.parts) > 1 else ""
        self.source = source
        self.tree = ast.parse(source)

    def imports(self):
        """Yield the full name of everything imported, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    base = ".".join([*self.parts[: -node.level], *([base] if base else [])])
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def own_imports(self):
        """Yield the parts of each import from the product itself."""
        for name in self.imports():
            if name.split(".")[0] == "publisher":
                yield name.split(".")

    def calls(self, method):
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == method
            for node in ast.walk(self.tree)
        )

    def mentions(self, pairs):
        """Tell whether one of `pairs` is written, as `a.b` or as `from a import b`."""
        written = {
            (node.value.id, node.attr)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        written |= {
            (node.value.attr, node.attr)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
        }
        imported = {tuple(name.split(".")[-2:]) for name in self.imports()}
        return bool((written | imported) & set(pairs))


def read(path):
    names = path.relative_to(ROOT).with_suffix("").parts
    names = names[:-1] if names[-1] == "__init__" else names
    return Module(".".join(names), path.read_text(encoding="utf-8"))


@cache
def product():
    return [read(path) for path in sorted((ROOT / "publisher").rglob("*.py"))]


def templates():
    return {
        str(path.relative_to(ROOT)): re.sub(
            r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        for path in sorted((ROOT / "templates").rglob("*.html"))
    }


@pytest.fixture(scope="module")
def wired(tmp_path_factory):
    folder = tmp_path_factory.mktemp("architecture")
    app = create_app(settings(f"sqlite:///{folder / 'none.sqlite'}", folder))
    yield app
    with app.app_context():
        db.engine.dispose()


# -- layers ------------------------------------------------------------------------------


def upward(module):
    """Return what a module imports that does not lie below it."""
    return sorted(
        f"{module.name} imports {'.'.join(target)}"
        for target in module.own_imports()
        if len(target) > 1
        and target[1] != module.part
        and target[1] in RANKS
        and RANKS[target[1]] >= RANKS[module.part]
    )


def test_every_part_of_the_product_has_a_rank():
    assert {module.part for module in product()} - set(RANKS) == set()


def test_imports_only_go_down():
    assert [line for module in product() for line in upward(module)] == []


def across_stages(module):
    """Return what a stage of the workflow imports of another stage."""
    if module.part != "workflow" or len(module.parts) < 3:
        return []
    stage = module.parts[2]
    others = {
        target[2]
        for target in module.own_imports()
        if target[1:2] == ["workflow"] and len(target) > 2
    } - {stage}
    allowed = set(SHARED_STAGES) - {stage} if stage != SHARED_STAGES[0] else set()
    return [f"{module.name} imports {other}" for other in sorted(others - allowed)]


def test_stages_of_the_workflow_never_import_one_another():
    assert [line for module in product() for line in across_stages(module)] == []


def test_the_practice_platforms_know_nothing_of_the_product():
    foreign = [
        f"{module.name} imports {'.'.join(target)}"
        for module in product()
        if module.part == "practice"
        for target in module.own_imports()
        if target[1:2] != ["practice"]
    ]
    assert foreign == []


def test_the_workflow_knows_no_flask():
    web_libraries = ("flask", "werkzeug", "wtforms")
    found = [
        f"{module.name} imports {name}"
        for module in product()
        if RANKS[module.part] <= RANKS["workflow"] and module.part not in ("practice", "db")
        for name in module.imports()
        if name.split(".")[0].startswith(web_libraries)
    ]
    assert found == []


# -- each deed in its place --------------------------------------------------------------


def test_only_the_outermost_parts_commit():
    assert {module.part for module in product() if module.calls("commit")} <= MAY_COMMIT


def reads_wall_clock(module):
    return module.mentions(WALL_CLOCK)


def test_only_the_clock_reads_the_time():
    readers = [module.name for module in product() if reads_wall_clock(module)]
    # The practice platforms are another house and have a clock of their own.
    ours = [name for name in readers if not name.startswith("publisher.practice")]
    assert ours == ["publisher.clock"]


def reads_environment(module):
    return module.mentions({("os", "environ"), ("os", "getenv"), ("os", "environb")})


def test_only_the_configuration_reads_the_environment():
    modules = [*product(), read(ROOT / "config.py"), read(ROOT / "wsgi.py")]
    assert [module.name for module in modules if reads_environment(module)] == ["config"]


@pytest.mark.parametrize("library", CLIENT_LIBRARIES)
def test_client_libraries_are_named_by_the_drivers_alone(library):
    named = {module.part for module in product() if library in module.source.lower()}
    assert named <= {"platforms"}


# -- size and manner ---------------------------------------------------------------------


def test_every_file_is_short():
    long = {
        module.name: lines
        for module in product()
        if (lines := module.source.count("\n")) >= FILE_LINES
    }
    assert long == {}


def functions(module):
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module.name}.{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_every_function_is_short():
    long = {
        name: lines
        for module in product()
        for name, lines in functions(module)
        if lines > FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_why_it_exists():
    silent = [
        module.name
        for module in product()
        if module.tree.body and not ast.get_docstring(module.tree)
    ]
    assert silent == []


# -- templates ---------------------------------------------------------------------------

#: What the content security policy would refuse, or what would get around escaping.
FORBIDDEN = {
    "an inline style": re.compile(r"<style\b|<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\s(on[a-z]+|hx-on[:\w-]*)\s*=", re.IGNORECASE),
    "a script address": re.compile(r"(?:href|src|action)\s*=\s*[\"']?javascript:", re.IGNORECASE),
    "another host": re.compile(
        r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//"
    ),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE),
}


def offences(text):
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_templates_hold_nothing_that_the_policy_refuses():
    assert {name: found for name, text in templates().items() if (found := offences(text))} == {}


def test_every_template_can_be_compiled(wired):
    names = [name.removeprefix("templates/") for name in templates()]
    assert len(names) > 20
    for name in names:
        wired.jinja_env.get_template(name)


def test_templates_only_lead_to_pages_that_exist(wired):
    asked = re.compile(r"""(?:url_for|has_endpoint)\(\s*["'](\w+\.\w+)["']""")
    planned = re.compile(r"""has_endpoint\(\s*["'](\w+\.\w+)["']""")
    missing = {
        (name, endpoint)
        for name, text in templates().items()
        for endpoint in asked.findall(text)
        if endpoint not in wired.view_functions and endpoint not in planned.findall(text)
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PostStatus, "POST"),
        (DeliveryStatus, "DELIVERY"),
        (AccountStatus, "ACCOUNT"),
        (Standing, "ACCOUNT"),
        (Role, "ROLES"),
        (ReturnReason, "REASONS"),
        (PostKind, "KINDS"),
    ],
)
def test_every_status_has_a_word(wired, kind, words):
    with wired.test_request_context():
        known = getattr(wired.jinja_env.get_template("_macros/status.html").module, words)
    assert {member.value for member in kind} - set(known) == set()


# -- routes ------------------------------------------------------------------------------


def test_every_route_declares_who_may_use_it(wired):
    silent = [
        rule.rule
        for rule in wired.url_map.iter_rules()
        if not isinstance(getattr(wired.view_functions[rule.endpoint], "access", None), frozenset)
    ]
    assert silent == []


# -- the checks themselves ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "source", "check"),
    [
        ("publisher.models.posts", "from publisher.web import auth", upward),
        ("publisher.models.posts", "def f():\n    import publisher.workflow.drafting", upward),
        ("publisher.models.posts", "from ..workflow import drafting", upward),
        ("publisher.reports.pdf", "from publisher import models", upward),
        ("publisher.web.auth", "from publisher.worker import Worker", upward),
        ("publisher.workflow.drafting", "from publisher.workflow import reviewing", across_stages),
        (
            "publisher.workflow.drafting.editing",
            "from publisher.workflow.reviewing.queue import waiting",
            across_stages,
        ),
        (
            "publisher.workflow.composing",
            "from publisher.workflow.drafting import save",
            across_stages,
        ),
        ("publisher.a", "import datetime\ndatetime.datetime.now()", reads_wall_clock),
        ("publisher.a", "from datetime import date\ndate.today()", reads_wall_clock),
        ("publisher.a", "from time import time\ntime()", reads_wall_clock),
        ("publisher.a", "import os\nos.environ['A']", reads_environment),
        ("publisher.a", "from os import getenv", reads_environment),
        ("publisher.a", "db.session.commit()", lambda module: module.calls("commit")),
    ],
)
def test_the_checks_of_code_find_what_they_look_for(name, source, check):
    assert check(Module(name, source))


def test_the_checks_of_code_leave_good_code_alone():
    good = Module(
        "publisher.workflow.drafting.editing",
        "from publisher.models.posts import Post\n"
        "from publisher.workflow import composing\n"
        "from publisher.workflow.drafting.fields import Field\n"
        "from publisher import clock\n",
    )
    checks = (upward, across_stages, reads_wall_clock, reads_environment)
    assert not any(check(good) for check in checks)


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color:red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<button onclick="go()">',
        '<div hx-on:click="go()">',
        '<a href="javascript:go()">',
        '<script src="https://cdn.example/x.js"></script>',
        '<link href="//cdn.example/x.css">',
        "{{ post.caption|safe }}",
    ],
)
def test_the_checks_of_templates_find_what_they_look_for(text):
    assert offences(text)


def test_the_checks_of_templates_leave_good_markup_alone():
    good = """<script src="{{ asset('siar.js') }}" defer></script><svg fill="red" x="1"></svg>
    <a href="{{ delivery.permalink }}" data-close>{{ _("Kondisi on=1") }}</a>"""
    assert offences(good) == []
