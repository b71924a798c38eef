# Everything a person does with this repository. Each command sets up what it needs first and
# notices in an instant when that is done: stamps in .venv stand for what is installed.
#
#   make run                     the demo, on http://127.0.0.1:8000
#   make test ARGS="-k quota"    some tests
#   make bench NAME=due_500      one benchmark

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# -qq: what pip warns of is about the machine it runs on; errors still show.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
TRANSLATIONS := publisher/translations
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard $(TRANSLATIONS)/*/LC_MESSAGES/messages.po))
FONT := publisher/static/fonts/plus-jakarta-sans.woff2
BUILT := $(FONT) $(CATALOGUES)

.DEFAULT_GOAL := help
.PHONY: help run install test bench posters chaos lint lock setup messages fribidi dictionary chromium
.DELETE_ON_ERROR:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run $(BUILT) fribidi dictionary ## Start the demo with its practice platforms; Ctrl-C ends it
	@exec env DEMO=1 $(BIN)/flask --app wsgi serve --demo

install: $(VENV)/.run $(BUILT) fribidi dictionary ## Set up what Siar needs to run, start nothing

test: $(VENV)/.dev $(BUILT) fribidi dictionary chromium ## Run the whole suite; ARGS="…" goes to pytest
	@$(BIN)/pytest -n auto $(ARGS)

bench: $(VENV)/.dev $(BUILT) fribidi ## Run all benchmarks, or one: NAME=due_500
	@$(BIN)/python -m bench $(NAME)

posters: $(VENV)/.run $(BUILT) fribidi ## Draw an example of every poster into instance/posters, to look at
	@$(BIN)/python -m publisher.posters.sheet instance/posters

chaos: $(VENV)/.dev $(BUILT) fribidi ## Let all go wrong for ten minutes; SEED=… repeats, MINUTES=9
	@SEED=$(SEED) MINUTES=$(MINUTES) $(BIN)/python -m tests.chaos
	@EXAMPLES=$(or $(EXAMPLES),40) $(BIN)/pytest -q \
		tests/workflow/test_delivery_states.py -k "any_order and sqlite"

lint: $(VENV)/.dev ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(VENV)/.dev $(BUILT) fribidi dictionary chromium ## Set up everything for development, run nothing

# --ignore-dirs: left to itself, Babel passes over folders such as templates/_macros.
messages: $(VENV)/.dev ## Collect the texts of the screens into the translation catalogues
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ -k _l --ignore-dirs='.*' --sort-by-file \
		--add-location=file --project=Siar -o $(TRANSLATIONS)/messages.pot .
	@test -e $(TRANSLATIONS)/en || $(BIN)/pybabel -q init -l en -d $(TRANSLATIONS) \
		-i $(TRANSLATIONS)/messages.pot
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
		-d $(TRANSLATIONS) -i $(TRANSLATIONS)/messages.pot

# The locks. htmx comes from django-htmx, whose files we read by their path and never import,
# so Django and what only Django needs are left out, and everything is installed --no-deps:
# the locks are complete as they are. pip check complains about django-htmx; that is expected.
LEFT_OUT := django asgiref sqlparse
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes $(LEFT_OUT:%=--no-emit-package %) --custom-compile-command "make lock" -q

lock: $(VENV)/.dev ## Write requirements*.txt from pyproject.toml; ARGS=--upgrade for newer ones
	$(COMPILE) $(ARGS) -o requirements.txt
	$(COMPILE) $(ARGS) --group dev -o requirements-dev.txt

# --- What the commands above stand on -------------------------------------------------------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Siar needs Python 3.11 or newer. Name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call debian,python3-venv)
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt | $(VENV)/.made
	@echo "Installing what Siar runs on …"
	@$(PIP) --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/.made
	@echo "Installing what development and tests need …"
	@$(PIP) --no-deps --require-hashes -r $<
	@touch $@ $(VENV)/.run # the larger lock holds the smaller one; a test says so

# Either lock is enough to build these, so neither is asked for by name.
$(FONT): publisher/web/fonts.py
	@$(BIN)/python -I $< $@ # -I: its neighbours are not to be imported

%.mo: %.po
	@$(BIN)/pybabel -q compile -i $< -o $@

# $(call debian,PACKAGES) installs Debian packages, or says which ones to install and fails.
debian = { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $(1) …"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends $(1); } >/dev/null; \
	else echo "Missing: $(1). Please run: sudo apt-get install $(1)"; false; fi; }

# Pillow loads FriBiDi when it draws; without it, text has no kerning and Javanese is wrong.
# Siar still runs then, so this one never stops anybody.
fribidi:
	@! [ -x /sbin/ldconfig ] || /sbin/ldconfig -p | grep -q 'libfribidi\.so\.0' || \
		$(call debian,libfribidi0) || true

# Without it the spelling of posts is not checked; nobody is stopped either.
dictionary:
	@[ -e /usr/share/hunspell/id_ID.dic ] || $(call debian,hunspell-id) || true

chromium:
	@command -v chromium >/dev/null || $(call debian,chromium)
