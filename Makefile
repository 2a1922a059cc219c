# Targets build what they need: a virtual environment in .venv, and the package in it, installed for editing.

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,\
  $(shell command -v $(name) >/dev/null && $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
SWIFT ?= swift
export SWIFT

VENV := .venv
RUN := $(VENV)/bin/python
EXTENSION := python/swiftestimator/_native.abi3.so
SOURCES := Package.swift $(shell find -L Sources python/build_support -name '*.swift' -o -name '*.[ch]' -o -name '*.map' -o -name 'native.py')
SWIFT_FOLDERS := Package.swift Sources Tests $(wildcard Benchmarks)
PYTHON_FOLDERS := python $(wildcard examples benchmarks)

.DEFAULT_GOAL := help
.PHONY: help demo test swift-test python-test lint format bench smoke clean python swift

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(EXTENSION) ## Train a digit classifier, and evaluate and export it
	$(RUN) -m swiftestimator examples/digits.py

test: swift-test python-test ## Run all tests

swift-test: swift ## Run the engine's tests
	$(SWIFT) test

python-test: $(EXTENSION) ## Run the package's tests
	$(RUN) -m pytest

lint: swift $(VENV)/tools ## Check the style of the sources
	$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_FOLDERS)
	$(VENV)/bin/ruff check $(PYTHON_FOLDERS)
	$(VENV)/bin/ruff format --check $(PYTHON_FOLDERS)

format: swift $(VENV)/tools ## Rewrite the sources in that style
	$(SWIFT) format format --in-place --parallel --recursive $(SWIFT_FOLDERS)
	$(VENV)/bin/ruff check --fix $(PYTHON_FOLDERS)
	$(VENV)/bin/ruff format $(PYTHON_FOLDERS)

bench: $(EXTENSION) ## Measure the speed of calls and of training
	@for program in benchmarks/*.py; do echo "==> $$program"; $(RUN) $$program || exit 1; done

smoke: $(EXTENSION) ## Run the package on emulated older processors (needs qemu-user)
	python/build_support/smoke_wheel.sh $(RUN)

clean: ## Remove everything that was built
	rm -rf $(VENV) build dist .build python/*.egg-info $(EXTENSION)
	find python examples benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

python:
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or newer is missing: install it, or set PYTHON to its path" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: PYTHON=$(PYTHON) is not Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "error: $(PYTHON) cannot make virtual environments: install python3-venv" >&2; exit 1; }

swift: | python
	@$(PYTHON) python/build_support/native.py --check

$(VENV)/tools: | python
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check 'ruff==0.14.*'
	@touch $@

$(VENV)/ready: setup.cfg pyproject.toml | $(VENV)/tools swift
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(EXTENSION): $(SOURCES) | $(VENV)/ready
	$(RUN) python/build_support/native.py
	@touch $@
