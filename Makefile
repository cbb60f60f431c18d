# What each target does stands in README.md; `make help` lists them.
PYTHON ?= python3.11
BIN := .venv/bin
export RASA_TELEMETRY_ENABLED := false
export HF_HUB_OFFLINE := 1

.PHONY: help install install-dev run train test test-all soak check format eval bench audit lock clean
help:            ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*##/ —/'

install:
	@$(PYTHON) scripts/install.py
install-dev:
	@$(PYTHON) scripts/install.py --dev

run: install     ## install what is missing, train and index if inputs changed, serve
	@$(BIN)/groundwork serve
train: install   ## train the model and build the index, if their inputs changed
	@$(BIN)/groundwork train
test: install-dev ## the test suite
	@$(BIN)/groundwork train
	@$(BIN)/python -m scripts.test_needs
	@$(BIN)/python -m pytest -m "not long" -n 2 --dist loadgroup
test-all: install-dev ## that and the long ones
	@$(BIN)/groundwork train
	@$(BIN)/python -m scripts.test_needs
	@$(BIN)/python -m pytest
soak: install-dev ## 900 kills of a process that stores and 100 of the whole server: nothing lost, nothing doubled
	@$(BIN)/groundwork train
	@$(BIN)/python -m pytest -m long tests/store/test_kill.py tests/api/test_kills.py
check: install-dev ## format, lint, types, rasa data validate, content checks
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/rasa data validate 2>&1 | $(BIN)/python scripts/quiet.py
	@$(BIN)/python -m scripts.check_content
format: install-dev ## rewrite files in the project's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
eval: install-dev ## quality figures, as a table and in reports/eval.md
	@$(BIN)/groundwork train
	@$(BIN)/python -m scripts.eval
bench: install-dev ## speed and memory beside plain Rasa, as ratios
	@$(BIN)/groundwork train
	@$(BIN)/python -m scripts.bench
audit: install-dev ## known vulnerabilities among the pinned packages
	@$(BIN)/python -m scripts.audit
lock: install-dev ## resolve pyproject.toml anew
	@sh scripts/lock.sh
clean:           ## remove what can be made again
	rm -rf .cache models .pytest_cache .mypy_cache .ruff_cache
