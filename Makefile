# Every task of the repository. `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
T ?= tests

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q deploy services shared
	@touch $@

setup: .venv/ready ## virtual environment with the locked packages

run: setup ## the whole system with the sample region; prints the portal's address
	$(BIN)/hexie run

demo: setup ## the story of one enterprise and one site, told on the terminal
	$(BIN)/hexie demo

test: setup ## all five kinds of tests, on real servers
	$(BIN)/python -m tests.run $(T)

lint: setup ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: setup ## mypy, strict
	$(BIN)/mypy

check: setup ## lint, types, packs, and no drift of generated files
	@$(MAKE) --no-print-directory lint types
	$(BIN)/hexie pack lint
	$(BIN)/hexie pack test
	$(BIN)/python -m deploy.generate --check

schemas: setup ## regenerate OpenAPI, AsyncAPI, schemas, settings and message pages
	$(BIN)/python -m deploy.generate

bench: setup ## the figures, each beside its yardstick; writes build/bench.json
	$(BIN)/python -m tests.bench

EVENTS ?= 2000
KILLS ?= 20
chaos: setup ## kill everything at random and account for every event; writes build/chaos.json
	$(BIN)/python -m tests.chaos --events $(EVENTS) --kills $(KILLS)

trace: setup ## which test proves which obligation; writes docs/obligations.md
	$(BIN)/python -m tests.trace

fmt: setup ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: help setup run demo test lint types check schemas bench chaos trace fmt
