# make run      everything on a fresh machine, then the system at http://127.0.0.1:8000
# make test     everything on a fresh machine, then all checks and tests (PARTS="ruff mypy" for some)
# make bench    the benchmarks; JSON under benchmarks/results (BENCH="pdq upload" for some, QUICK=1)
# make lint     only the checks that need no running system
# make schema   writes the API's schema and the types that the pages get from it
# make lock     writes constraints.txt anew from pyproject.toml
# make clean    takes away what was installed and built here; the data folder stays
#
# PORT=9000 changes the address, CVD_DATA_DIR=/srv/cvd moves the data.

.PHONY: run test bench lint schema lock clean environment dev-environment frontend
.DEFAULT_GOAL := run

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
# A build with CUDA where there is an NVIDIA driver.
GPU := $(if $(shell command -v nvidia-smi 2>/dev/null),--gpu)
FRONTEND_SOURCES := $(shell find frontend -name node_modules -prune -o -name dist -prune \
    -o -name e2e -prune -o -name test-results -prune -o -type f -print 2>/dev/null)

run: environment frontend
	@exec $(PYTHON) manage.py up

test: dev-environment frontend
	@$(PYTHON) -m tools.checks $(PARTS)

lint: dev-environment frontend/node_modules/.stamp
	@$(PYTHON) -m tools.checks ruff format mypy quality openapi types frontend-lint

bench: dev-environment
	@$(PYTHON) -m tools.bench $(if $(QUICK),--quick) $(BENCH)

schema: environment frontend/node_modules/.stamp
	@$(PYTHON) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml
	@cd frontend && npm run --silent types

environment: .venv/.installed
dev-environment: .venv/.installed-dev
frontend: frontend/dist/.stamp

# python -m pip and never the pip script: its first line cannot hold every path.
.venv/.installed: pyproject.toml constraints.txt tools/requirements.py
	@python=$$(sh tools/find_python.sh) && echo "Making .venv with $$python" && "$$python" -m venv .venv \
	    || { echo "the environment cannot be made (Debian: apt install python3-venv)" >&2; exit 1; }
	@$(PYTHON) tools/requirements.py $(GPU) > .venv/requirements.txt
	@echo "Installing packages (some hundred megabytes the first time)"
	@$(PIP) install --only-binary=:all: -c constraints.txt -r .venv/requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed
	@$(PYTHON) tools/requirements.py --dev $(GPU) > .venv/requirements.txt
	@echo "Installing the tools of the tests"
	@$(PIP) install --only-binary=:all: -c constraints.txt -r .venv/requirements.txt
	@$(PYTHON) tools/requirements.py --peers $(GPU) > .venv/requirements.txt
	@$(PIP) install -c constraints.txt -r .venv/requirements.txt || echo "pdqhash needs a C++ compiler:" \
	    "comparisons with it are left out" >&2
	@touch $@

frontend/node_modules/.stamp: frontend/package.json frontend/package-lock.json
	@sh tools/find_node.sh
	@echo "Installing the tools of the pages"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/.stamp: frontend/node_modules/.stamp $(FRONTEND_SOURCES)
	@echo "Building the pages"
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@

# Without what only a build of torch for CUDA brings, nor the name of the build: it fits them all.
lock:
	@folder=$$(mktemp -d) && "$$(sh tools/find_python.sh)" -m venv "$$folder" \
	    && "$$folder/bin/python" tools/requirements.py --dev --peers > "$$folder/wanted.txt" \
	    && "$$folder/bin/python" -m pip --quiet install -r "$$folder/wanted.txt" \
	    && { echo "# Every package at the version that was tested; written by make lock"; \
	         "$$folder/bin/python" -m pip freeze | grep -v -i -E "^(nvidia|cuda|triton)" | sed "s/+.*//"; } \
	    > constraints.txt; rm -rf "$$folder"

clean:
	@rm -rf .venv frontend/node_modules frontend/dist frontend/test-results .mypy_cache .ruff_cache \
	    .pytest_cache .hypothesis .import_linter_cache test-results benchmarks/results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
