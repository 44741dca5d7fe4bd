# `make help` lists the targets. Another Python: `make demo PYTHON=python3.12`.
PYTHON ?= python3
TORCH ?= torch==2.13.0
FUZZ ?= 1800
VENV := .venv
BIN := $(VENV)/bin
LOWEST := $(VENV)/lowest
PYTHONS ?= python3.12 python3.13 python3.14
PIP_INSTALL := -m pip --disable-pip-version-check --quiet install
PIP := $(BIN)/python $(PIP_INSTALL)
CODE := bptrace.py tracer tests benchmarks
EXTRAS := browser parquet plot notebook pytorch
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist worksteal
WITHOUT_EXTRAS := $(EXTRAS:%=--ignore tests/%)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long test-lowest test-pythons test-browser test-parquet test-plot test-notebook test-torch notebook lint type format bench mistakes errata equations pictures clean fuzz

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## */  \1\t/p' Makefile

demo: $(VENV)/.installed  ## trace the classic worked example
	$(BIN)/python -m tracer run configs/mazur.yaml

test: lint type  ## lint, types, and the tests but those of extras; with COVERAGE=1 what they cover, 95 % at least
	$(PYTEST) $(WITHOUT_EXTRAS) -m "not long" $(if $(COVERAGE),--cov --cov-fail-under 95)

test-long: $(VENV)/.installed-test  ## the rest of long lists, of which `make test` runs what stands for all
	$(PYTEST) $(WITHOUT_EXTRAS) -m long

test-lowest: $(VENV)/.installed-lowest  ## the tests of `make test`, with the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest --numprocesses 2 --dist worksteal $(WITHOUT_EXTRAS) -m "not long"

test-pythons: $(PYTHONS:%=$(VENV)/.other-%)  ## the same bytes from other Pythons, as many of PYTHONS as there are
	OTHER_PYTHONS="$$(ls $(PYTHONS:%=$(VENV)/%/bin/python) 2>/dev/null)" $(BIN)/python -m pytest -rs tests/test_determinism.py

test-browser: $(VENV)/.tried-browser  ## what is looked at in a browser, in the Chromium of this machine
	$(PYTEST) -rs tests/browser

test-plot: $(VENV)/.tried-plot  ## the curves that matplotlib draws
	$(BIN)/python -m pytest -rs tests/plot

test-parquet: $(VENV)/.tried-parquet  ## recordings that pyarrow writes
	$(BIN)/python -m pytest -rs tests/parquet

test-torch: $(VENV)/.tried-torch  ## recordings of PyTorch; another build of it: make test-torch TORCH=torch==2.1
	$(BIN)/python -m pytest -rs tests/pytorch

test-notebook: $(VENV)/.tried-notebook  ## the notebook of docs, and what notebooks show, in a kernel
	$(BIN)/python -m pytest -rs tests/notebook

lint: $(VENV)/.installed-test  ## style and common mistakes
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

type: $(VENV)/.installed-test  ## static types
	$(BIN)/python -m mypy

format: $(VENV)/.installed-test  ## put the code into its standard form
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: $(VENV)/.installed  ## speed beside others, of recordings and of whole commands, and how it grows
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.recording
	$(BIN)/python -m benchmarks.slopes
	$(BIN)/python -m benchmarks.processes

fuzz: $(VENV)/.installed-test  ## odd inputs of every kind, for FUZZ seconds (1800); writes the table of docs/reliability.md
	$(BIN)/python -m benchmarks.fuzz --seconds $(FUZZ) --write docs/reliability.md

mistakes: $(VENV)/.installed  ## how good `check` is; writes the tables of docs/checking.md
	$(BIN)/python -m benchmarks.mistakes --write docs/checking.md

errata: $(VENV)/.installed  ## the wrong published numbers; writes docs/errata.md
	$(BIN)/python -m benchmarks.errata docs/errata.md

equations: $(VENV)/.installed  ## the equations of docs/optimizers.md, as they are calculated
	$(BIN)/python -m benchmarks.equations --write docs/optimizers.md

pictures: $(VENV)/.installed  ## the pictures of README and docs, as they are drawn
	$(BIN)/python -m benchmarks.pictures docs/pictures

notebook: $(VENV)/.tried-notebook  ## the outputs of docs/notebook.ipynb, as they come out
	$(BIN)/python -m benchmarks.notebook docs/notebook.ipynb

clean:  ## remove builds and caches (the environment in .venv stays)
	rm -rf build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "bptrace needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Name another one: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Stamps: installed again only when pyproject.toml is newer.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed

# What is needed at run time, `>=` written as `==`: pyproject.toml is the only list of it.
$(VENV)/lowest.txt: pyproject.toml | $(BIN)/python
	$(BIN)/python -c 'import tomllib; \
	  needed = tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]; \
	  print("\n".join(needed).replace(">=", "=="))' > $@

# The lowest Python too, where there is one: for later ones the oldest NumPy has no wheels.
$(VENV)/.installed-lowest: $(VENV)/lowest.txt
	$$(python3.11 -c 'import ensurepip, sys; print(sys.executable)' || echo $(BIN)/python) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python $(PIP_INSTALL) --constraint $< --editable '.[test]'
	@touch $@

# With the packages of the main environment, so that only Python differs. pyenv shows all that it has.
$(VENV)/.other-%: $(VENV)/.installed-test
	$(BIN)/python -m pip freeze --exclude-editable >$(VENV)/frozen.txt
	PYENV_VERSION=$$(pyenv versions --bare 2>/dev/null | paste -sd:) $* -m venv --clear $(VENV)/$* \
	  && $(VENV)/$*/bin/python $(PIP_INSTALL) --constraint $(VENV)/frozen.txt --editable . && touch $@ \
	  || { rm -rf $(VENV)/$*; echo "no $* can be had here" >&2; }

# PyTorch can be gigabytes, by what else the newest build brings along: one version, and so many seconds.
$(VENV)/.tried-torch: $(VENV)/.installed-test
	timeout 300 $(PIP) '$(TORCH)' --editable '.[test,torch]' && touch $@ || echo "PyTorch can't be installed here" >&2

# An extra that can't be had here is no error: its tests are skipped, and say what is missing.
$(VENV)/.tried-%: $(VENV)/.installed-test
	$(PIP) --editable '.[test,$*]' && touch $@ || echo "what tests/$* needs can't be installed here" >&2
