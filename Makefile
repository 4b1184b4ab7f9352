# The only front door. Everything is built into ignored folders: .venv, .cache, target, web/node_modules, web/dist, dist.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:

PYTHON ?= python3
PY := .venv/bin/python
# uv from the machine, or else the one that tools/get_uv.sh puts there.
export PATH := $(PATH):$(CURDIR)/.cache/uv/bin
export UV_PYTHON_DOWNLOADS := never
# PyO3 is built for the interpreter that runs the server.
export PYO3_PYTHON := $(CURDIR)/$(PY)

# Folders are listed too: their time changes when a file is added or removed.
RUST_INPUTS := Cargo.toml Cargo.lock $(shell find crates \( -path crates/loadgen -o -path crates/mls-peer -o -path crates/model \) -prune -o \( -name tests -o -name target \) -prune \
	-o \( -type d -o -name '*.rs' -o -name Cargo.toml \) -print 2>/dev/null)
WEB_INPUTS := $(shell find web/src -type d -o -type f 2>/dev/null) web/index.html web/vite.config.ts web/svelte.config.js \
	tools/precompress.mjs
# An engine whose file is gone is built again, whatever the stamp says.
ENGINE_GONE := $(if $(wildcard src/folkmoot/_sfu*.so),,FORCE)

# Here and not in the tests that use it: it takes longer than a test may.
BUILD_LOADGEN := cargo build --locked --quiet --package loadgen
# Members of a group for tests in Python: a Node program.
BUILD_DRIVERS := cd web && npx --no-install vite build --config drivers/vite.config.ts
BUILD_MLS_PEER := cargo build --locked --quiet --package mls-peer
# A media server that taps and lies, for stories; its own file, so that nothing else can start it.
BUILD_HOSTILE := tools/hostile_engine.sh .cache/hostile
MAKE_MEDIA := $(PY) tools/e2e_media.py
CANARY := PYTHONPATH=src $(PY) -m tools.canary
STORIES := cd web && npx --no-install playwright test -c e2e/playwright.config.ts

.PHONY: help run build wheel test test-full unit e2e canary lint format bench bench-forward bench-groups bench-mls bench-signalling bench-join bench-e2ee lock clean \
	tools browsers FORCE

help: ## Show this list
	@sed -nE 's/^([a-z][a-z0-9-]*):.*## (.*)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r verb text; do printf '  make %-18s %s\n' "$$verb" "$$text"; done

run: build ## Build what changed, then start the server at http://localhost:7880 (ARGS="--port 8000" is passed on)
	@exec .venv/bin/folkmoot serve $(ARGS)

build: .venv/.engine web/dist/index.html ## Build the media engine and the web client

wheel: build ## Build one wheel with everything in it, into dist/: installs without Rust and Node
	tools/build_wheel.sh dist

test: browsers build wheel ## Run every test that fits in 30 minutes
	cargo test --workspace --locked --quiet --features sfu-core/fault-hooks,sfu-core/hostile
	$(BUILD_MLS_PEER)
	cd web && npm run --silent test
	$(MAKE_MEDIA)
	$(BUILD_HOSTILE)
	$(STORIES)
	$(BUILD_LOADGEN)
	$(BUILD_DRIVERS)
	$(PY) -m pytest tests

test-full: browsers build wheel ## Run the same and the long runs: all seeds, soaks
	FOLKMOOT_TEST_FULL=1 cargo test --workspace --locked --quiet --features sfu-core/fault-hooks,sfu-core/hostile -- --include-ignored
	$(BUILD_MLS_PEER)
	cd web && FOLKMOOT_TEST_FULL=1 npm run --silent test
	$(MAKE_MEDIA)
	$(BUILD_HOSTILE)
	export FOLKMOOT_TEST_FULL=1; $(STORIES)
	$(BUILD_LOADGEN)
	$(BUILD_DRIVERS)
	$(PY) -m pytest tests -m "full or not full"
	$(CANARY)

unit: build ## Run the quick tests, under a minute once built
	cargo test --workspace --locked --quiet --lib
	$(BUILD_MLS_PEER)
	cd web && npm run --silent test
	$(PY) -m pytest tests/unit tests/docs

e2e: browsers build ## Hold meetings in real browsers (ARGS="share" picks stories by file, ARGS="-g mute" by title)
	$(MAKE_MEDIA)
	$(BUILD_HOSTILE)
	$(STORIES) $(ARGS)

canary: browsers build ## Plant secrets in a meeting and search all that the server had of it (ARGS="--keep DIR" keeps it)
	$(MAKE_MEDIA)
	$(BUILD_HOSTILE)
	$(CANARY) $(ARGS)

lint: build ## Check style, types, layers and sizes in all three languages
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	MYPYPATH=src $(PY) -m mypy.stubtest folkmoot._sfu
	PYTHONPATH=src .venv/bin/lint-imports --cache-dir .cache/import-linter
	$(PY) tools/check_boundaries.py
	$(PY) tools/check_file_size.py
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features --locked --quiet -- -D warnings
	cd web && npm run --silent lint && npm run --silent check
	@echo "lint: everything holds"

format: .venv/.synced web/node_modules/.installed ## Rewrite files in the house format
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix-only --exit-zero .
	cargo fmt --all
	cd web && npm run --silent lint -- --fix

bench: bench-forward bench-signalling bench-join bench-groups bench-mls bench-e2ee ## Run every benchmark; tables here, rows in bench/results

bench-forward: build ## Measure forwarding: packets per CPU-second, latency, loss
	cargo build --release --locked --quiet --package loadgen
	$(PY) -m bench.forward $(ARGS)

bench-signalling: build ## Measure signalling: idle sockets, ping, joins per second
	$(PY) -m bench.signalling $(ARGS)

bench-join: browsers build ## Measure joins in Chromium: from the click to the first picture
	$(MAKE_MEDIA)
	$(PY) -m bench.join $(ARGS)

bench-groups: build ## Measure the order of a meeting's group: commits per second, fan-out
	$(PY) -m bench.groups $(ARGS)

bench-mls: browsers build ## Measure group keys in Chromium: joins, commits, bytes, 50 who come at once
	$(PY) -m bench.mls $(ARGS)

bench-e2ee: browsers build ## Measure encrypted media in Chromium: frames, new keys, joins, crowds, delay
	$(MAKE_MEDIA)
	$(PY) -m bench.e2ee $(ARGS)

lock: tools ## Bring the three lock files in line with the manifests
	@tools/get_uv.sh
	uv lock
	cargo metadata --format-version 1 >/dev/null
	cd web && npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## Remove everything that was built; data stays
	rm -rf .venv .cache target web/node_modules web/dist dist src/folkmoot/web src/folkmoot/_sfu*.so

tools:
	@tools/check_tools.sh

browsers:
	@tools/check_browsers.sh

.venv/.synced: pyproject.toml uv.lock | tools
	@PYTHON=$(PYTHON) tools/get_uv.sh
	uv sync --locked --no-install-project --compile-bytecode --python $(PYTHON)
	@touch $@

.venv/.engine: .venv/.synced $(RUST_INPUTS) $(ENGINE_GONE)
	.venv/bin/maturin develop --release --locked --uv
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json web/patch_dependencies.js $(wildcard web/patches/*.patch) | tools
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	cd web && node patch_dependencies.js
	@touch $@

web/dist/index.html: web/node_modules/.installed $(WEB_INPUTS)
	cd web && npm run --silent build
	node tools/precompress.mjs web/dist
	@touch $@
