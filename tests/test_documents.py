"""The documents tell the truth: their links, commands, settings, addresses and words of buttons.

In the user guide bold, in the README curly quotes, mark what a person reads on the screen.
"""

import re
import shlex
import urllib.request
from functools import cache
from pathlib import Path

import click
import pytest
from flask.cli import FlaskGroup, ScriptInfo
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

import config
from publisher import create_app
from publisher.practice.server import PracticeServer
from tests.conftest import settings

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[(?:[^][]|\[[^]]*\])*\]\(([^()\s]+)\)")
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Names in code are no settings where code itself is explained.
FOR_OPERATORS = [file for file in DOCUMENTS if file.name != "CONTRIBUTING.md"]


def spans(text):
    return re.findall(r"`([^`\n]+)`", FENCED.sub("", text))


def code(text):
    """Return what is set as code, line by line."""
    lines = [line for block in FENCED.findall(text) for line in block.splitlines()]
    return [*spans(text), *lines]


def units():
    """Return what the systemd units start, as it would be typed."""
    text = "".join(file.read_text() for file in sorted(ROOT.glob("deploy/*.service")))
    return re.findall(r"^ExecStart=.*?/bin/(.+)$", text, re.MULTILINE)


def commands(beginning):
    """Return what follows `beginning` wherever a document or a systemd unit shows it."""
    found = set()
    shown = [line for document in DOCUMENTS for line in code(document.read_text())]
    for line in [*shown, *units()]:
        for part in re.split(r"&&|  #", line):
            if part.strip().startswith(beginning):
                found.add(part.strip().removeprefix(beginning).strip())
    return sorted(found)


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(document):
    text = FENCED.sub("", document.read_text())
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def test_every_link_and_picture_is_there():
    broken = []
    for document in DOCUMENTS:
        for target in LINK.findall(FENCED.sub("", document.read_text())):
            if re.match(r"https?:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (document.parent / path).resolve() if path else document
            inside = file.is_relative_to(ROOT) and file.exists()
            if not inside or (anchor and anchor not in anchors(file)):
                broken.append(f"{document.name}: {target}")

    assert broken == []


def test_what_is_shown_of_make_exists():
    targets = set(re.findall(r"^(\w+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {line.split()[0] for line in commands("make ") if line}

    assert asked >= {"run", "test", "install"}
    assert asked <= targets


@pytest.fixture(scope="module")
def siar(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    app = create_app(settings(f"sqlite:///{folder / 'siar.sqlite'}", folder))
    app.config["SERVER_NAME"] = "localhost"
    return app


@pytest.mark.parametrize("shown", commands("flask --app wsgi"))
def test_what_is_shown_of_flask_exists(siar, shown):
    words = shlex.split(shown)
    command = FlaskGroup(add_default_commands=False)
    context = click.Context(command, obj=ScriptInfo(create_app=lambda: siar))
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.get_command(context, words.pop(0))
        assert command is not None

    options = {option for parameter in command.params for option in parameter.opts}
    options |= {"--help"} if shown == "--help" else set()
    assert {word for word in words if word.startswith("-")} <= options
    assert shown == "--help" or not isinstance(command, click.Group)


def test_the_page_on_the_architecture_names_every_stage_and_what_the_engine_is_made_of():
    named = set(spans((ROOT / "docs/architecture.md").read_text()))
    stages = {path.stem for path in ROOT.glob("publisher/workflow/[!_]*")}
    engine = {path.name for path in ROOT.glob("publisher/engine/[!_]*.py")}

    assert len(stages) > 20
    assert (stages | engine) - named == set()


def test_every_setting_that_is_named_is_one():
    named = set()
    for document in FOR_OPERATORS:
        for line in code(document.read_text()):
            if match := re.fullmatch(r"([A-Z][A-Z_]{3,})(?:=\S*)?", line):
                named.add(match[1].removesuffix("_FILE"))

    assert named >= set(config.REQUIRED)
    assert named - {"NAME"} <= set(config.SETTINGS)  # NAME_FILE: any of them from a file


def test_the_test_command_of_the_readme_is_what_ci_runs():
    shown = re.search(r"^Test: `(.+)`$", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert shown is not None
    assert shown[1] in (ROOT / ".ci/run").read_text().splitlines()


def test_every_address_of_siar_that_is_named_answers(siar):
    routes = siar.url_map.bind("localhost")
    named = {
        span
        for document in DOCUMENTS
        for span in spans(document.read_text())
        if re.fullmatch(r"/[a-z/-]*", span)
    }

    assert "/sehat" in named
    for path in named:
        try:
            routes.match(path)
        except RequestRedirect:
            continue
        except NotFound:
            pytest.fail(f"there is no {path}")


def test_every_address_of_the_practice_platforms_that_is_named_answers(tmp_path):
    text = (ROOT / "README.md").read_text()
    paths = set(re.findall(r"<http://127\.0\.0\.1:8001(/?[\w/]*)>", text))

    assert "/gangguan" in paths
    with PracticeServer(tmp_path) as server:
        for path in paths:
            with urllib.request.urlopen(server.url + path) as answer:
                assert answer.status == 200


@cache
def said_on_screens():
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("publisher/**/*.html")]
    text = " ".join(file.read_text() for file in [*files, *ROOT.glob("publisher/**/*.py")])
    return re.sub(r"\s+", " ", text)


def words_of_the_screen():
    guide = FENCED.sub("", (ROOT / "docs/panduan.md").read_text())
    readme = FENCED.sub("", (ROOT / "README.md").read_text())
    bold = re.findall(r"\*\*([^*]+)\*\*", guide)
    quoted = re.findall(r"“([^”]+)”", readme)
    return sorted({" ".join(words.split()).rstrip(".:") for words in [*bold, *quoted]})


@pytest.mark.parametrize("words", words_of_the_screen())
def test_words_quoted_from_the_screen_are_on_a_screen(words):
    """At the beginning of a text, or as the whole of it: `"Setujui` or `>Setujui`."""
    assert re.search(rf"""["'>]{re.escape(words)}(?!\w)""", said_on_screens())


def test_documents_hold_nothing_of_the_machine_they_were_written_on():
    for document in DOCUMENTS:
        text = document.read_text()
        assert not re.search(r"/(?:home|root|Users|work|tmp)/|\.\./shared", text)
