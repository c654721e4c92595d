# Everything a person or CI does with this project. Needs Python 3.11 or newer, git and make; the rest is
# installed below this folder (.venv and .local) from hash-pinned locks, and only when a lock has changed.

PYTHON ?= python3
PORT ?= 7860
ENV ?= dev
GIVEN_ENV = $(if $(filter command,$(origin ENV)),--env $(ENV))
LOCAL := .local
STAMPS := $(LOCAL)/stamps
UV := $(LOCAL)/tools/bin/uv
DEV := .venv/bin
CLOUD := $(LOCAL)/cloud
SAM := $(LOCAL)/sam
SCAN := $(LOCAL)/scan
CHROMIUM := $(LOCAL)/chromium
LIBRARIES := $(LOCAL)/libraries
NODE := $(LOCAL)/node
# The npm of this machine, or one that comes as a Python package.
NPM := $(or $(shell command -v npm 2>/dev/null),$(CURDIR)/$(NODE)/bin/npm)

export RUFF_CACHE_DIR := $(LOCAL)/cache/ruff
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= us-east-1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@ / { print "\n" substr($$0, 5) ":" } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' \
	  $(firstword $(MAKEFILE_LIST))

# A variable that is not set becomes an option with nothing behind its =, which the programs take for none.

##@ To see it run on this machine
.PHONY: demo run down logs invoke doctor

demo: environments ## everything once: two rounds, then stop
	@$(DEV)/python -m local demo --port $(PORT)

run: environments ## the same, and stay up until Ctrl-C (PORT=7960 for other ports)
	@$(DEV)/python -m local run --port $(PORT)

down: venv ## stop what runs
	@$(DEV)/python -m local down

logs: venv ## follow the functions' logs (DEPLOYMENT=id for one deployment's)
	@$(DEV)/python -m operate logs --deployment "$(DEPLOYMENT)"

invoke: venv ## run one function with an event file (FUNCTION=validator EVENT=events/round1.json)
	@$(DEV)/python -m operate invoke "$(FUNCTION)" "$(EVENT)"

doctor: venv ## say what is missing or wrong in .env and on this machine
	@$(DEV)/python -m operate doctor

##@ To run it in AWS (redrive and notify also locally)
.PHONY: deploy caller redrive notify

deploy: environments ## build and deploy (ENV=dev or prod), secrets from .env
	@$(DEV)/python -m operate deploy --env $(ENV)

caller: venv ## a secret of its own for a caller (EMAIL=..., ENV=dev, prod or local, REMOVE=1)
	@$(DEV)/python -m operate caller "$(EMAIL)" --env $(ENV) $(if $(REMOVE),--remove)

redrive: venv ## dead letters back to the queue (ENV=dev or prod; else the running local cloud's)
	@$(DEV)/python -m operate redrive $(GIVEN_ENV)

notify: venv ## notify an evaluation URL again (DEPLOYMENT=id; ENV=dev or prod, else the running local cloud)
	@$(DEV)/python -m operate notify "$(DEPLOYMENT)" $(GIVEN_ENV)

##@ To change it
.PHONY: lint test-fast test template bandit configuration
TESTS ?= tests
# On every processor, the tests of the local cloud one after the other; the slowest are named at the end.
PYTEST := $(DEV)/python -m pytest --numprocesses=auto --durations=25

lint: venv ## ruff and mypy
	@$(DEV)/ruff check .
	@$(DEV)/ruff format --check .
	@$(DEV)/mypy

test-fast: venv $(STAMPS)/browser ## all tests but those that need the local cloud (TESTS=tests/unit for some)
	@$(PYTEST) -m "not e2e and not scan" $(TESTS)

test: environments ## all tests but the template's scans
	@$(PYTEST) -m "not scan" $(TESTS)

template: venv $(STAMPS)/sam $(STAMPS)/scan ## the SAM template, as written and as CloudFormation gets it
	@$(SAM)/bin/sam validate --lint --template-file template.yaml
	@$(DEV)/python -m pytest -q tests/template

# What runs in AWS passes every check; what runs here starts programs, has known passwords and throws dice.
HERE := local operate layers/browser/fetch_packages.py
bandit: $(STAMPS)/scan ## bandit
	@$(SCAN)/bin/bandit -q -r layers functions --exclude layers/browser/fetch_packages.py
	@$(SCAN)/bin/bandit -q -r $(HERE) --skip B105,B311,B404,B603,B607

configuration: venv ## write the tables of docs/configuration.md, after a change in template.yaml
	@$(DEV)/python -m operate configuration

##@ To look for what breaks
.PHONY: burst simulate fuzz bench-browser
BURST_PORT ?= 7960

burst: environments ## 300 POSTs in 30 s while functions are killed (DEPLOYMENTS, SECONDS, CALLERS, KILL, SEED, GITHUB_LIMITS=1, BURST_PORT)
	@$(DEV)/python -m tests.burst --home $(LOCAL)/burst --port $(BURST_PORT) --deployments=$(DEPLOYMENTS) \
	  --seconds=$(SECONDS) --callers=$(CALLERS) --kill=$(KILL) --seed=$(SEED) --github-limits=$(GITHUB_LIMITS)

simulate: venv ## the simulation at length (SEEDS=10000; SEED=17 again; MATRIX=1; PAIRS=0 for all; FAIRNESS=300)
	@$(DEV)/python -m tests.simulation --seeds=$(SEEDS) --seed=$(SEED) --matrix=$(MATRIX) --pairs=$(PAIRS) \
	  --fairness=$(FAIRNESS)

fuzz: venv ## fuzz the API's handlers (REQUESTS=10000, SEED=N for the same again)
	@$(DEV)/python -m tests.fuzz --requests=$(REQUESTS) --seed=$(SEED)

bench-browser: venv $(STAMPS)/browser ## seconds, memory, sizes and cost of a visit of the browser
	@$(DEV)/python -m tests.browser.bench

##@ What all of these run in
.PHONY: venv environments browser lock prices

venv: $(STAMPS)/dev ## the development environment (.venv): tests, lint, the local servers

environments: $(STAMPS)/dev $(STAMPS)/cloud $(STAMPS)/sam $(STAMPS)/browser

$(UV): requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1): run make with PYTHON=python3.12 (or your own)."; exit 1; }
	@echo "installing uv into $(LOCAL)/tools"
	@$(PYTHON) -m venv $(LOCAL)/tools || \
	  { echo "Python's venv module is missing: install it (Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@$(LOCAL)/tools/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# $(call environment,FOLDER,LOCK): make the environment what its lock says, and say how long it took.
define environment
	@mkdir -p $(STAMPS)
	@echo "installing $(2) into $(1)"
	@[ -x $(1)/bin/python ] || $(UV) venv -q --python $(PYTHON) $(1)
	@start=$$(date +%s); $(UV) pip sync -q --python $(1)/bin/python --require-hashes $(2) && \
	  echo "installed $(2) in $$(($$(date +%s) - start)) s"
endef

# What .venv gets beside its packages: `deployer` and `local` to import from any folder, and byte code in one
# place, since what lies in functions/ is deployed.
define PROJECT_PTH
$(CURDIR)/layers/core
$(CURDIR)
import sys; sys.pycache_prefix = "$(CURDIR)/$(LOCAL)/cache/pycache"
endef
export PROJECT_PTH

$(STAMPS)/dev: requirements/dev.txt Makefile | $(UV)
	$(call environment,.venv,$<)
	@echo "$$PROJECT_PTH" > $$($(DEV)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth
	@touch $@

$(STAMPS)/cloud: requirements/cloud.txt | $(UV)
	$(call environment,$(CLOUD),$<)
	@touch $@

$(STAMPS)/sam: requirements/sam.txt | $(UV)
	$(call environment,$(SAM),$<)
	@touch $@

$(STAMPS)/scan: requirements/scan.txt | $(UV)
	$(call environment,$(SCAN),$<)
	@touch $@

$(STAMPS)/node: requirements/node.txt | $(UV)
	$(call environment,$(NODE),$<)
	@touch $@

browser: $(STAMPS)/browser ## Chromium and the libraries of sample pages, from npm, as their locks pin them

FETCH := layers/browser/fetch_packages.py
CHROMIUM_LOCK := layers/browser/package-lock.json
LIBRARIES_LOCK := local/libraries/package-lock.json

NPM_IS_HERE := $(if $(wildcard $(NPM)),,$(STAMPS)/node)

$(STAMPS)/browser: $(FETCH) $(CHROMIUM_LOCK) $(LIBRARIES_LOCK) | $(NPM_IS_HERE)
	@mkdir -p $(STAMPS)
	@echo "fetching Chromium into $(CHROMIUM)"
	@PATH="$(dir $(NPM)):$$PATH" NPM="$(NPM)" $(PYTHON) $(FETCH) $(CHROMIUM_LOCK) $(CHROMIUM)
	@PATH="$(dir $(NPM)):$$PATH" NPM="$(NPM)" $(PYTHON) $(FETCH) $(LIBRARIES_LOCK) $(LIBRARIES)
	@touch $@

COMPILE = $(UV) pip compile -q --universal --generate-hashes --python-version 3.11 --no-annotate \
  --custom-compile-command "make lock" $(UPGRADE)
# The Lambda runtime ships these; a further layer also leaves out what the dependencies layer has. It is named like
# the extra that it holds.
LAMBDA_HAS := --no-emit-package boto3 --no-emit-package botocore --no-emit-package s3transfer
FURTHER_LAYERS = $(filter-out dependencies browser,$(patsubst layers/%/requirements.txt,%,$(wildcard layers/*/requirements.txt)))
LAYER = $(COMPILE) pyproject.toml --constraints requirements/dev.txt $(LAMBDA_HAS)

prices: | $(UV) ## the providers' prices anew, from the newest genai-prices on PyPI
	@$(UV) run --quiet --no-project --isolated --with genai-prices python operate/price_list.py

lock: | $(UV) $(NPM_IS_HERE) ## pin the dependencies with hashes (UPGRADE=--upgrade for the newest)
	$(COMPILE) --group bootstrap -o requirements/bootstrap.txt
	$(COMPILE) --group cloud -o requirements/cloud.txt
	$(COMPILE) --group sam -o requirements/sam.txt
	$(COMPILE) --group scan -o requirements/scan.txt
	$(COMPILE) --group node -o requirements/node.txt
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(LAYER) -o layers/dependencies/requirements.txt
	$(COMPILE) --group browser --constraints requirements/dev.txt $(LAMBDA_HAS) -o layers/browser/requirements.txt
	shared=$$(sed -n 's/^\([a-zA-Z0-9._-]*\)==.*/--no-emit-package \1/p' layers/dependencies/requirements.txt); \
	for extra in $(FURTHER_LAYERS); do \
	  $(LAYER) --extra $$extra $$shared -o layers/$$extra/requirements.txt; done
	for lock in $(CHROMIUM_LOCK) $(LIBRARIES_LOCK); do \
	  PATH="$(dir $(NPM)):$$PATH" $(NPM) install --silent --package-lock-only --ignore-scripts \
	    --omit-lockfile-registry-resolved --prefix $$(dirname $$lock); done
