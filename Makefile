# One command sets up and runs (`make run`), one sets up and tests (`make test`). Nothing but Python is needed.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: run test check lint types layers setup setup-dev lock translations triage-report faults bench-pages clean

run: $(VENV)/.ready
	$(BIN)/hotline demo

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n auto $(PYTEST_OPTIONS)

check: lint types layers test

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/djlint templates --lint --quiet

types: $(VENV)/.ready-dev
	$(BIN)/mypy

layers: $(VENV)/.ready-dev
	$(BIN)/lint-imports

setup: $(VENV)/.ready
setup-dev: $(VENV)/.ready-dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

# The packages first, each with the digest we tried it with; then this project itself.
$(VENV)/.ready: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.ready-dev: $(VENV)/bin/python requirements-dev.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.ready

# Needs `pip install uv` once; writes no address of any package registry.
lock:
	uv pip compile --universal --generate-hashes --no-annotate --no-header --quiet \
		--python-version 3.11 --extra scale --group build pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-annotate --no-header --quiet \
		--python-version 3.11 --extra scale --extra vectors --group build --group dev pyproject.toml -o requirements-dev.lock

translations: $(VENV)/.ready-dev
	$(BIN)/python -m hotline.translations.refresh

triage-report: $(VENV)/.ready-dev
	$(BIN)/python -m triage.evaluation report

# Breaks server, worker, database, disk, clock and provider in the middle of calls, and counts.
faults: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks.faults

# Every page and periodic job on archives of 1,000, 50,000 and 1,000,000 calls, on both databases.
# The archives (about 5 GB on each) are kept between runs; BENCH_OPTIONS="--sizes 1000,50000" makes it short.
bench-pages: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks.pages $(BENCH_OPTIONS)

clean:
	rm -rf $(VENV) build dist *.egg-info
