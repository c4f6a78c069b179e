# Two commands: make demo, make test. A fresh machine needs python3, make and the package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
SERVE ?= 1
PORT ?= 8000
DEMO_HOME ?= var/demo
COVERAGE := var/coverage

.PHONY: demo test check bench wheel assets lock format corpus-table clocks-table test-postgres browser clean help

help:
	@echo "make demo    make up a hospital group, import its exports, show the result (SERVE=0 stops before serving)"
	@echo "make test    install what tests need and run them all"
	@echo "make check   lint, types, import contracts"
	@echo "make bench   benchmarks, each with its limit or a named peer"
	@echo "make wheel   one wheel with the assets inside"

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@scripts/install $(PY) requirements/run.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml $(VENV)/run.stamp
	@scripts/install $(PY) requirements/dev.txt
	@touch $@

assets: $(VENV)/run.stamp
	@$(PY) -m garrison.web.build

demo: assets
	@$(BIN)/garrison demo --home $(DEMO_HOME) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve,)

browser: $(VENV)/dev.stamp
	@scripts/browser

test: $(VENV)/dev.stamp assets browser
	@rm -rf $(COVERAGE) && mkdir -p $(COVERAGE)
	@$(PY) -m coverage run -m pytest -n 2 --dist loadfile -q
	@$(MAKE) --no-print-directory test-postgres
	@$(PY) -m coverage combine -q
	@$(PY) -m tests.kit.coverage_floors $(COVERAGE)/data || echo "Coverage is below its floors: said here, not yet a failure."

test-postgres: $(VENV)/dev.stamp
	@if [ -n "$$GARRISON_TEST_POSTGRES" ]; then \
	  echo "The same tests on PostgreSQL:"; \
	  GARRISON_TEST_RING=postgres $(PY) -m pytest -n 2 --dist loadfile -q tests/core tests/apps tests/web tests/journeys -m "not browser"; \
	elif [ "$$CI" = "true" ]; then \
	  echo "CI needs GARRISON_TEST_POSTGRES, the address of a PostgreSQL server"; exit 1; \
	else \
	  echo "PostgreSQL ring not run: GARRISON_TEST_POSTGRES names no server"; \
	fi

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/dev.stamp
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

bench: $(VENV)/dev.stamp assets
	@$(PY) -m bench

wheel: $(VENV)/dev.stamp assets
	@$(PY) -m build --wheel --no-isolation --outdir dist

clocks-table: $(VENV)/dev.stamp
	@$(PY) -m tests.kit.clocks_table > docs/reference/clocks.md

corpus-table: $(VENV)/dev.stamp
	@$(PY) -m tests.kit.corpus_table > docs/reference/corpus.md

lock:
	$(BIN)/uv pip compile --generate-hashes --no-header --no-annotate --universal --extra build pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --generate-hashes --no-header --no-annotate --universal --extra build --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt

clean:
	rm -rf var dist build node_modules
