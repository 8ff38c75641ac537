# Two commands for a new machine: `make demo` and `make test`. Everything they need goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help demo test test-long lint types imports unit browser bench captcha-attack captcha-train format clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@sh tests/prepare.sh venv "$(PYTHON)"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[standalone]'
	@touch $@

$(INSTALLED): $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo ## a small news site with the four widgets and the desk, on http://127.0.0.1:8000
	@$(BIN)/python -m examples.demo

test: $(INSTALLED) ## everything: lint, types, import rules, all tests
	@sh tests/prepare.sh test
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line lint types imports unit browser

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

imports: $(INSTALLED)
	$(BIN)/lint-imports --no-cache

unit: $(INSTALLED)
	$(BIN)/python -m pytest --ignore tests/browser

browser: $(INSTALLED) # in a process of its own: the browser's driver keeps an event loop running
	$(BIN)/python -m pytest tests/browser

test-long: $(INSTALLED) ## the long runs that make test leaves out
	@sh tests/prepare.sh test
	$(BIN)/python -m pytest -m long --ignore tests/browser
	$(BIN)/python -m pytest -m long tests/browser

# Each in an environment of its own: both are imported as `captcha`. One is served too, as fast as can be.
$(VENV)/beside/django-simple-captcha: SERVERS := 'uvicorn[standard]' gunicorn
$(VENV)/beside/%: $(BIN)/python
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check $* $(SERVERS)

bench: $(INSTALLED) $(VENV)/beside/captcha $(VENV)/beside/django-simple-captcha ## the numbers of docs/explanation/performance.md, as a table with ratios
	@sh tests/prepare.sh bench
	$(BIN)/python -m benchmarks

captcha-attack: $(INSTALLED) ## what programs read of the captcha's pictures, beside those of other libraries
	@sh tests/prepare.sh attack
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[attack]'
	$(BIN)/python -m benchmarks.captcha attack

captcha-train: $(INSTALLED) ## what a reader reads of them that was trained on thousands of them
	@sh tests/prepare.sh train
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[train]'
	$(BIN)/python -m benchmarks.captcha train

format: $(INSTALLED) ## let the formatter have its way
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove what the commands made
	rm -rf $(VENV) .cache demo-data benchmarks/results
