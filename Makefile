.PHONY: run test check bench soak
PY := .venv/bin/python
check: ; .venv/bin/ruff check . && .venv/bin/ruff format --check .
