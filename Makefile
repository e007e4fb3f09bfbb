# make demo | quick | test | lint | engine | course | verify | release | site | bench | coverage | lock | clean

# Variables of the caller's shell that would change what Python, pip, pytest and Keras do here.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONOPTIMIZE PYTHONHASHSEED
unexport PIP_NO_COMPILE PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV PIP_CONSTRAINT PIP_NO_BINARY
unexport PYTEST_ADDOPTS COVERAGE_PROCESS_START COVERAGE_FILE KERAS_BACKEND VIRTUAL_ENV CDPATH
# TensorFlow without notices and without a GPU: the networks trained here are small.
export TF_CPP_MIN_LOG_LEVEL = 3
export CUDA_VISIBLE_DEVICES = -1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

SHELL := /bin/sh
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUITABLE)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/.ready

PYTEST = $(BIN)/python -m pytest --durations=10
# More than there are processors, for tests of time limits mostly wait.
WORKERS ?= 3

.PHONY: demo quick test lint engine course coverage verify release site bench lock clean

demo: $(READY)
	@$(BIN)/proctor demo

# Each part runs whatever another one found.
test: $(READY)
	@$(MAKE) --no-print-directory --keep-going --jobs=1 lint quick engine course

# Two minutes: what needs no jail, no nbgrader and no exercise.
quick: $(READY)
	$(PYTEST) tests/quick --numprocesses $(WORKERS) --dist loadfile

# Jails, nbgrader, clusters, attacks and commands; the tests of a file share what they have made, in one worker.
engine: $(READY)
	$(PYTEST) tests/engine --numprocesses $(WORKERS) --dist loadfile

# A sample of the exercises' proofs, in minutes; `make verify` proves all.
course: $(READY)
	$(PYTEST) tests/course

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Apart from `test`, for it makes the tests take half as much processor time again.
coverage: $(READY)
	@$(BIN)/coverage erase
	@$(MAKE) --no-print-directory --keep-going --jobs=1 quick engine course \
		PYTEST="$(BIN)/coverage run -m pytest --durations=10"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

verify: $(READY)
	$(BIN)/proctor verify

release: $(READY)
	$(BIN)/proctor release

# The pages of docs/ as a site, in build/site/; a link that leads nowhere is an error.
site: $(READY)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/site

bench: $(READY)
	$(BIN)/python -m benchmarks

# Needs uv (https://docs.astral.sh/uv/). Versions that are locked stay, unless UPGRADE=--upgrade.
lock:
	uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --extra grading --extra cluster --extra postgresql --group dev $(UPGRADE) \
		--no-header --no-emit-index-url --no-emit-find-links --output-file requirements.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* build dist demo docs/made
	find proctor tests graders benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c '$(SUITABLE)' 2>/dev/null || { \
		echo "Proctor needs Python 3.11, 3.12 or 3.13: install one, or name it with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv; install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "Installing into .venv: a few minutes, once."
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@# Modules that were installed without bytecode would be compiled again at each start.
	@$(BIN)/python -m compileall -q -j 0 .venv/lib proctor >/dev/null || true
	@touch $(READY)
