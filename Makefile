# `make help` explains. Needs Python >= 3.11 with pip; node makes the pages more comfortable and may be missing.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
CORES := $(shell nproc 2>/dev/null || echo 2)
.DEFAULT_GOAL := help
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j2 --no-print-directory
endif
.PHONY: help install run test check deep lock clean frontend graphviz browser golang

help: ## Explain the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  PORT=8000  XIEZHI_HOME=folder  XIEZHI_DEMO=0  DATABASE_URL=postgresql://...  are heard by `make run` and by .venv/bin/xiezhi'

install: .venv/.installed frontend graphviz ## Set up .venv from the hash-pinned lock and build the front end; then .venv/bin/xiezhi works

run: install ## Start everything (database, server, worker) and print the address; Ctrl-C stops all of it
	@exec $(BIN)/xiezhi up

test: install .venv/.tools browser golang ## Run all tests (also what .ci/run calls)
	@$(BIN)/python -m pytest -n $(CORES) --dist loadgroup -m "not deep"

check: install .venv/.tools ## The quick look: style, types, layers, fast tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q .
	@$(BIN)/mypy src/xiezhi
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q -n $(CORES) -m "not slow and not deep and not e2e and not faults"

deep: install .venv/.tools browser golang ## The long runs: hundreds of kills, mutation, benchmarks (by hand)
	@$(BIN)/python -m pytest -n $(CORES) --dist loadgroup -m deep
	@$(BIN)/python benchmarks/requests.py --cases 3500 --cases 200000

lock: .venv/.tools ## Compile requirements*.in to the locks (names, versions, hashes; no addresses) and the front end's lock
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(PIP) install uv
	@$(BIN)/python -m uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements.in -o requirements.lock
	@$(BIN)/python -m uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements-dev.in -o requirements-dev.lock
	@if command -v npm >/dev/null; then cd frontend && npm install --package-lock-only --ignore-scripts --silent; fi

clean: ## Remove what was built; .venv and var/ (your data) stay
	@rm -rf src/xiezhi/site/static/dist frontend/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache artefacts
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- steps -----------------------------------------------------------------------------------------------------------

.venv/bin/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Xiezhi needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo 'making .venv' >&2
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "python could not make .venv: install its venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }

# The build backend is in the lock, so that the last step needs no network.
# An installation that was broken off may leave packages half written, on which pip stumbles: it is begun anew.
.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	@if [ -e .venv/.unfinished ]; then echo 'the last installation was broken off; beginning anew' >&2; rm -rf .venv; $(MAKE) -s .venv/bin/python; fi
	@touch .venv/.unfinished
	@echo 'installing what requirements.lock names' >&2
	@$(PIP) install --no-compile --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@rm -f .venv/.unfinished
	@touch $@

.venv/.tools: requirements-dev.lock .venv/.installed
	@if [ -e .venv/.unfinished ]; then echo 'the last installation was broken off; beginning anew' >&2; rm -rf .venv; $(MAKE) -s .venv/.installed; fi
	@echo 'installing the tools of tests' >&2
	@touch .venv/.unfinished
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@rm -f .venv/.unfinished
	@touch $@

FRONT := $(wildcard frontend/package-lock.json frontend/build.mjs frontend/ts/* frontend/css/*)
DIST := src/xiezhi/site/static/dist

frontend: ## Build the front end (node); without node the pages work without JavaScript
	@if ! command -v npm >/dev/null; then echo 'node is not here: the pages will work without JavaScript' >&2; \
	else $(MAKE) -s $(DIST)/xz.js || echo 'the front end could not be built: the pages will work without JavaScript' >&2; fi

frontend/node_modules/.installed: frontend/package-lock.json
	@echo 'installing the front end tools' >&2
	@cd frontend && npm ci --ignore-scripts --silent && touch node_modules/.installed

$(DIST)/xz.js: $(FRONT) | frontend/node_modules/.installed
	@cd frontend && node build.mjs >/dev/null && touch ../$@

# Draws the flowcharts of procedures. Without it they are told in words; nothing waits longer than two minutes for it.
graphviz:
	@if ! command -v dot >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo 'installing graphviz for the flowcharts' >&2; \
	  timeout 120 sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends graphviz >/dev/null' \
	  || echo 'graphviz could not be installed: flowcharts will be text' >&2; fi

# Tests drive a real browser, and look at pages set in real fonts. After graphviz: apt-get runs once at a time.
browser: graphviz
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo 'installing chromium and fonts for the tests' >&2; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    chromium fonts-noto-cjk fonts-lxgw-wenkai poppler-utils >/dev/null; } \
	  || echo 'chromium could not be installed: the browser tests will say so' >&2; fi

# A stranger's verifier of the public log is built on Go's own log library, from Debian's sources. After browser, for the same reason.
golang: browser
	@if ! { command -v go && test -d /usr/share/gocode/src/golang.org/x/mod/sumdb; } >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo 'installing go for the independent verifier of the log' >&2; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    golang-go golang-golang-x-mod-dev >/dev/null; } \
	  || echo 'go could not be installed: the tests of the independent verifier will say so' >&2; fi
