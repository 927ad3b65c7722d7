# Two commands for a new machine: `make demo` and `make test`. Both can be run again at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Hundreds of short processes would compile the project's modules anew, each a quarter of a second.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lint unit docs prove clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   the real aider on real tasks, graded, scored, with pages (no key, no Docker needed)"
	@echo "make test   linters, types, import floors, all tests (of long matrices a few rows)"
	@echo "make docs   the documentation as a site, in build/docs"
	@echo "make prove  everything in full, before a release (hours, needs Docker)"
	@echo "make clean  remove the virtual environment and what was built"

# A stamp is newer than pyproject.toml: an unchanged project installs nothing. Where `cab` does not start (half of
# it is gone, or the directory was moved), there is no stamp.
ifneq ($(wildcard $(VENV)/.core),)
$(shell $(BIN)/cab --version >/dev/null 2>&1 || rm -f $(VENV)/.core $(VENV)/.dev)
endif

$(VENV)/.core: pyproject.toml
	@sh scripts/make-venv $(PYTHON) $(VENV)
	@echo "==> installing cab and what it needs"
	@$(BIN)/python -m pip install -q -e . 2> $(VENV)/pip.log || { cat $(VENV)/pip.log >&2; exit 1; }
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@echo "==> installing the tools for tests"
	@$(BIN)/python -m pip install -q -e '.[dev]' 2> $(VENV)/pip.log || { cat $(VENV)/pip.log >&2; exit 1; }
	@touch $@

demo: $(VENV)/.core
	@$(BIN)/cab demo

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/pytest -q -m "not aider and not slow and not prove"

# Three workers keep two processors busy: many tests wait for a container, a limit or a browser. Each begins with a part
# of all tests, in order, so that what the tests of a file share is made once; who is done takes over from the others.
# The slowest are named at the end.
test: lint
	$(BIN)/pytest -n 3 --dist worksteal --durations=25

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# Everything in full, before a release: hundreds of cells, twenty kills, every CLI x scripted model x task, every row
# of each long matrix, every CLI x odd prompt and odd endpoint, a small real model behind each (700 MB in the cache),
# and the full grid of the simulations that hold the statistics.
prove: $(VENV)/.dev
	CAB_REQUIRE_DOCKER=1 CAB_PROVE_CELLS=200 $(BIN)/pytest -q tests/runtimes/docker/test_images.py -k many_cells
	CAB_REQUIRE_DOCKER=1 $(BIN)/python -m tests.prove
	CAB_REQUIRE_DOCKER=1 $(BIN)/pytest -q -m prove
