# Every target works from a clean clone with Python 3.11 to 3.13 and make.
# PYTHON=python3.12 chooses the interpreter, INPUT=features.csv the table of `make run`,
# NEWEST=1 the newest packages instead of those in constraints.txt, WORKERS=2 how many tests run at
# once (4: more than a small machine has cores, since many wait for other processes).

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
INPUT ?= ganglioside/data/example.csv
WORKERS ?= 4
BIN := .venv/bin
READY := .venv/.ready
SANITIZE := $(addprefix --nbval-sanitize-with ,$(wildcard tests/notebooks/sanitize.cfg))
SUITE := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --nbval-lax --nbval-current-env $(SANITIZE) tests notebooks

.DEFAULT_GOAL := help
.PHONY: help setup run test test-busy test-nightly test-lowest test-deploy check docs audit constraints bench classes compare picture lab app clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## Create .venv/ and install the project into it

$(READY): pyproject.toml constraints.txt .ci/install.py
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || { echo "Creating .venv with $(PYTHON)"; "$(PYTHON)" -m venv --clear .venv; }
	@$(BIN)/python .ci/install.py
	@touch $@

run: $(READY) ## Analyse the bundled example, or INPUT=path, and render its report
	@$(BIN)/ganglioside analyze "$(INPUT)" --report reports/output

test: $(READY) ## Run all tests
	@sh .ci/programs
	@$(SUITE)

test-busy: $(READY) ## Run them three times while others keep the cores busy: none may flicker
	@sh .ci/programs
	@$(BIN)/python .ci/busy.py $(SUITE)

test-nightly: $(READY) ## Run all tests with many more examples
	@sh .ci/programs
	@GANGLIOSIDE_TESTS=nightly $(SUITE)

test-lowest: $(READY) ## Run the tests without a browser, with the lowest versions allowed
	@$(BIN)/python -m venv --clear .venv-lowest
	@.venv-lowest/bin/python .ci/install.py lowest
	@.venv-lowest/bin/python -m pytest -n 2 --dist loadfile --ignore tests/browser tests

test-deploy: $(READY) ## Build image and machines, and try all ways to run a server; takes ten minutes
	@sh .ci/programs containers
	@GANGLIOSIDE_TESTS_DEPLOY=1 $(BIN)/python -m pytest tests/deploy

check: $(READY) ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

docs: $(READY) ## Build the documentation, offline, and check all of its links
	@$(BIN)/python .ci/docs.py

audit: $(READY) ## Look for known holes, dangerous code and licences that bind users
	@$(BIN)/python .ci/audit.py

constraints: $(READY) ## Write constraints.txt anew, from the newest versions
	@$(BIN)/python .ci/constraints.py

bench: $(READY) ## Measure the accuracy of the verdicts and keep the figures
	@$(BIN)/python tests/benchmarks/accuracy.py --levels easy,middle,hard,extreme --methods ganglioside,plain,oracle --out reports/benchmarks/accuracy.md
	@$(BIN)/python tests/benchmarks/stress.py --out reports/benchmarks/stress.md
	@$(BIN)/python tests/benchmarks/independent.py --tables 10 --out reports/benchmarks/independent.md

classes: $(READY) ## Measure the retention model on other lipid classes and columns
	@$(BIN)/python tests/benchmarks/other_classes.py --out reports/benchmarks/other_classes.md

compare: $(READY) ## Measure what is kept in reports/benchmarks anew, and tell what differs
	@$(BIN)/python tests/benchmarks/compare_kept.py

picture: $(READY) ## Draw the picture of the README again
	@$(BIN)/python -c "import ganglioside as gg; from ganglioside import charts; charts.save(charts.reduced_retention(gg.analyze(gg.example())), 'reports/images/example.svg')"

lab: $(READY) ## Open the notebooks in JupyterLab
	@$(BIN)/ganglioside lab

app: $(READY) ## Serve the web pages
	@$(BIN)/ganglioside app

clean: ## Remove the environment, builds and caches; reports stay
	rm -rf .venv .venv-lowest .venv-audit build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -type d -prune -exec rm -rf {} +
