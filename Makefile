# Needs Python 3.11 to 3.14 and make; everything else it gets itself. `make` alone shows the verbs.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
ROOMS := domain integrations tasks flows deployments

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help demo test check faults partners bench lock clean

help: ## toont deze lijst
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## start alles met een verzonnen regio en blijft aan (CHECK=1: controleert en stopt)
	$(PY) -m deployments demo $(if $(filter-out 0,$(CHECK)),--check)

test: $(READY) ## draait de tests (ARGS="..." gaat mee naar pytest)
	$(PY) -m pytest -n 2 --dist loadscope --session-timeout 3600 $(ARGS)

check: $(READY) ## controleert opmaak, stijl, typen, lagen en afhankelijkheden
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy $(ROOMS) tests $(dir $(firstword $(wildcard benchmarks/*.py)))
	$(VENV)/bin/lint-imports
	$(PY) -m deptry .

faults: $(READY) ## draait het hele storingsprogramma (FAULT_SEED=getal kiest het toeval)
	@test -d tests/faults || { echo "Er zijn geen storingsproeven (tests/faults); er is niets gedraaid." >&2; exit 1; }
	FAULT_TIER=full $(PY) -m pytest -m "not alone" -n 3 --dist loadscope --timeout 1500 tests/faults $(ARGS)
	FAULT_TIER=full $(PY) -m pytest -m alone --timeout 1500 tests/faults $(ARGS)

partners: $(READY) ## draait alle proeven van de koppelingen met partners (FAULT_SEED=getal kiest het toeval)
	FAULT_TIER=full $(PY) -m pytest -n 2 --dist loadscope --timeout 1800 tests/partners $(ARGS)

bench: $(READY) ## meet de snelheid (per meting een regel JSON)
	@test -f benchmarks/__main__.py || { echo "Er zijn geen metingen (benchmarks); er is niets gemeten." >&2; exit 1; }
	@$(PY) -m benchmarks $(ARGS)

lock: $(READY) ## maakt de lock-bestanden opnieuw (ARGS=--upgrade: met de nieuwste versies)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" .ci/lock $(ARGS)

clean: ## verwijdert alles wat make heeft gemaakt
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(ROOMS) tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The lock is complete, so pip need not resolve (--no-deps); what is never imported need not be compiled.
$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 15) else \
		"ketenregie heeft Python 3.11 tot en met 3.14 nodig, dit is %d.%d. Kies een andere: make PYTHON=python3.12" % v)'
	@echo "De omgeving wordt klaargezet; de eerste keer duurt dat ongeveer een minuut."
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements-dev.lock
	@$(PY) -m pip install --quiet --no-compile --no-deps --no-build-isolation --editable .
	@touch $(READY)
