# What a person or CI runs here; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CACHE := $(or $(CLASSIC_TO_VPC_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/classic-to-vpc)
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv),$(CACHE)/uv/bin/uv)
PYTHON := .venv/bin/python
# Distributions build their interpreter with profile-guided optimization; version managers do not unless they are asked.
# The suite takes a sixth less of CPU time on it. BASE_PYTHON=python3.13 takes another.
BASE_PYTHON ?= $(shell /usr/bin/python3 -c 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")' \
	2>/dev/null)

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
SBOM ?= dist/sbom.cdx.json

ESTATE ?= simulator/estates/sample.yaml
STACK_CONFIG ?= Pulumi.dev.yaml

# ENGINE=least takes the oldest Pulumi that is accepted in place of the newest.
export TOOLCHAIN_ENGINE := $(or $(ENGINE),$(TOOLCHAIN_ENGINE))

.PHONY: help setup dev engine env demo simulator test test-quick lint format types docs record bench bench-verdict bench-kills lock sbom dist clean

help: ## List what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

$(CACHE)/uv/bin/uv:
	@echo "uv is not on PATH: installing uv $(UV_VERSION) into $(CACHE)/uv" >&2
	@python3 -m venv $(CACHE)/uv
	@$(CACHE)/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# The pack and the provider name a virtual environment of their own, as the official CLI expects of a published pack;
# in this checkout it is the same one.
# Byte-compiled here once: where PYTHONDONTWRITEBYTECODE is set, as in containers, each process would compile
# thousands of modules of its own otherwise. Left out is what no run imports (95 MB): services of pulumi_alicloud that
# nothing here uses, and the debugger, the lexers, the packaging tools and the self-tests that packages bring along.
NOT_COMPILED := pulumi_alicloud/(?!ecs/|vpc/|config/)[a-z0-9]+/|/(debugpy|setuptools)/|/pygments/(lexers|styles)/[a-z]|/SelfTest/
define install
	@echo "Python environment: installing what $(1) pins (a minute or two)" >&2
	@$(UV) venv --quiet --allow-existing --python '$(or $(BASE_PYTHON),>=3.11)' .venv
	@$(UV) pip sync --quiet --require-hashes $(1)
	@$(PYTHON) -m compileall -q -j 0 -x '$(NOT_COMPILED)' .venv/lib >&2 || true
	@ln -sfn ../.venv policies/venv
	@touch .venv/.installed
endef

# Once the developer's tools are there, they stay.
.venv/.installed: requirements.lock | $(UV)
	$(call install,$(if $(wildcard .venv/.dev),requirements-dev.lock,requirements.lock))

.venv/.dev: requirements-dev.lock | $(UV)
	$(call install,requirements-dev.lock)
	@touch $@

# The command itself; `make env` has the directory on PATH.
.venv/bin/preflight: | .venv/.installed
	@ln -sfn ../../preflight/command $@

setup: .venv/.installed .venv/bin/preflight ## Make the Python environment: what a user needs (some 320 MB).

dev: .venv/.dev ## Add what a developer needs: tests, lint, types (some 490 MB more).

engine: setup ## Find, download or build (12 to 25 minutes) the Pulumi engine and the alicloud plugin.
	@$(PYTHON) -m toolchain ensure >/dev/null

env: setup ## Print what a shell needs to preview and apply: eval "$(make env)".
	@$(PYTHON) -m toolchain shell || { echo false; exit 1; }

demo: setup ## Show the whole story on a simulated cloud. ESTATE=path STACK_CONFIG=path take others than the sample.
	@settings="$$($(PYTHON) -m toolchain env)" && eval "$$settings" && $(PYTHON) -m demo --estate $(ESTATE) --stack-config $(STACK_CONFIG)

simulator: setup ## Serve the simulated Alibaba Cloud on loopback (PORT=8815). STATE=path keeps its state there.
	@$(PYTHON) -m simulator serve --estate $(ESTATE) --port $(or $(PORT),8815) $(if $(STATE),--state $(STATE))

# Our own modules are compiled once, too, and not in each process that a test starts.
test test-quick: export PYTHONDONTWRITEBYTECODE =

test: dev engine ## Run all tests, those on the real engine too. ENGINE=least takes the oldest Pulumi that is accepted.
	@$(PYTHON) -m pytest -n $(or $(JOBS),4) --dist worksteal $(ARGS)

test-quick: dev ## Run the tests that need no engine.
	@$(PYTHON) -m pytest -n $(or $(JOBS),2) -m 'not engine' $(ARGS)

lint: dev ## Check style, imports between the rooms, and types.
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@.venv/bin/lint-imports --no-cache
	@$(PYTHON) -m mypy .
	@$(PYTHON) -m mypy docs/programs/python/__main__.py

format: dev ## Put the code into the project's format.
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

docs: dev ## Generate components/alimigrate, policies/rules.txt, and the generated files of docs.
	@$(PYTHON) -m docgen

record: dev engine ## Record anew the previews that tests/policies/test_recorded.py judges (some minutes).
	@$(PYTHON) -m tests.policies.recorded.record

bench: dev engine ## Measure, beside the build of 2026-11-28 and other peers (an hour).
	@for what in simulator plan rates pack checkov growth preview up; do $(PYTHON) -m bench.$$what || exit 1; done

bench-kills: dev ## Kill runs (about a minute each) where the last run ended. ARGS='--seed 17 --runs 1' plays one again.
	@$(PYTHON) -m bench.kills $(ARGS)

bench-verdict: dev ## Try the large proofs of the verdict (up to an hour). ARGS='--only answers' tries those of one kind.
	@$(PYTHON) -m bench.verdict $(ARGS)

lock: setup ## Pin the newest of everything: Python packages, the Go that builds, and the Pulumi engine.
	@$(UV) pip compile --quiet --universal --no-header --group dev pyproject.toml --generate-hashes --upgrade -o requirements-dev.lock
	@cp requirements-dev.lock requirements.lock   # whose pins the next command keeps
	@$(UV) pip compile --quiet --universal --no-header pyproject.toml --generate-hashes -o requirements.lock
	@$(UV) pip compile --quiet --universal --no-header --group pack --generate-hashes -c requirements.lock -o policies/requirements.txt
	@$(UV) pip compile --quiet --universal --no-header --group go --generate-hashes --upgrade -o toolchain/go.lock
	@$(PYTHON) -m toolchain.pin

# Its schema takes 10 s to check; VALIDATE=--no-validate leaves that out.
define write_sbom
	@mkdir -p $(dir $(SBOM))
	@$(PYTHON) -W ignore::UserWarning -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible \
		--no-validate -o $(SBOM) requirements.lock
	@$(PYTHON) -m toolchain.sbom $(SBOM) $(VALIDATE)
endef

sbom: dev ## Write what is pinned, packages and Go modules, as a CycloneDX document: SBOM=dist/sbom.cdx.json.
	$(write_sbom)

# From the commit, not from the work tree: what is ignored or not committed is never in it. TAG is held to the version.
dist: dev ## Pack the release into dist/: the project, the policy pack, the SBOM, and their digests.
	@test "$(or $(TAG),v$(VERSION))" = "v$(VERSION)" || { echo "the tag $(TAG) is not that of version $(VERSION)" >&2; exit 1; }
	@rm -rf dist && mkdir dist
	@git archive --format=tar.gz --prefix=classic-to-vpc-$(VERSION)/ -o dist/classic-to-vpc-$(VERSION).tar.gz HEAD
	@git -C policies archive --format=tar.gz --prefix=classic-to-vpc-preflight-$(VERSION)/ \
		-o ../dist/classic-to-vpc-preflight-$(VERSION).tar.gz HEAD .
	$(write_sbom)
	@cd dist && sha256sum -- * > SHA256SUMS

clean: ## Remove what was made here; the engine's cache stays.
	@rm -rf .venv policies/venv dist .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
