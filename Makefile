# The two commands a learner needs are `make lab` and `make test`; `make help` lists the rest.
# Everything runs from .venv, which the first command makes from the hash-locked requirements.

PYTHON ?= python3
PORT ?= 8000
LAB_ARGS ?=
MINE ?=
CORE_LOCKS := requirements/uv.txt requirements/core.txt
FIRST_PART := $(firstword $(sort $(wildcard notebooks/*/*.ipynb)) $(sort $(wildcard notebooks/*.ipynb)))
PROJECTS := $(wildcard packages/*/pyproject.toml)
# folders too: theirs is the time at which a file went
SUITES := pyproject.toml $(shell find packages -not -path '*/__pycache__*' -not -path '*/.*')
BIN := .venv/bin
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# modules of another Python are no business of ours
unexport PYTHONHOME PYTHONPATH
.PHONY: help setup lab test verify serve image format lint lock bench clean

help: ## show this list
	@echo "Ship the Model: from notebook to production, graded by tests"
	@echo
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'
	@echo
	@echo "  Settings: PYTHON=python3.12  PORT=8000  MINE=1  LAB_ARGS=\"--no-browser --port 8899\""

setup: .venv/ready ## make .venv with everything the course needs (the other commands do this themselves)

# the scripts in .venv name its folder: where that was moved, or its Python is gone, .venv is made anew
$(shell [ "$$(head -n 1 .venv/made-by 2> /dev/null)" = "$$(pwd -P)" ] && [ -x .venv/bin/python ] || rm -f .venv/ready)
.venv/ready: $(CORE_LOCKS) $(PROJECTS) $(wildcard requirements/actions/package-lock.json)
	@bash requirements/setup.sh "$(PYTHON)"

lab: .venv/ready ## open JupyterLab on the first lesson (LAB_ARGS passes through)
	@# its terminals find `course`, and one thread each suits two cores; .jupyter has the course's own settings
	@PATH="$(CURDIR)/.venv/bin:$$PATH" OMP_NUM_THREADS=1 \
	  JUPYTER_CONFIG_PATH="$(CURDIR)/.jupyter$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" \
	  $(BIN)/jupyter lab --LabApp.default_url="/lab/tree/$(FIRST_PART)?file-browser-path=/" $(LAB_ARGS)

test: .venv/ready ## grade what you have started; then quick suites of the packages, if these changed
	@status=0; $(BIN)/course test || status=$$?; echo; \
	if $(MAKE) -sq .venv/suites-passed; then echo "The packages have not changed since their suites passed."; \
	else $(MAKE) -s .venv/suites-passed || status=$$((status > 1 ? status : 1)); fi; \
	echo "Left out: the slow tests of the packages (servers under faults, fuzzing, watching), the lessons'"; \
	echo "notebooks and solutions, coverage and lint. make verify runs them all, .venv/bin/tox -e NAME one of:"; \
	echo "$$(sed -n 's/^env_list = //p' tox.ini)"; \
	exit $$status

.venv/suites-passed: .venv/ready $(SUITES)
	@.ci/quick_suites
	@touch $@

verify: .venv/ready ## everything a maintainer checks, slow tests too: suites with coverage, lessons, solutions, lint
	@$(BIN)/tox run

serve: .venv/ready ## train if there is no model, then serve it on PORT (MINE=1: with your passed answers in place)
	@MINE="$(MINE)" PORT="$(PORT)" bash deploy/serve.sh

image: .venv/ready ## build the container image of the service (MINE=1: with your passed answers in it)
	@MINE="$(MINE)" bash deploy/docker/build.sh

format: .venv/ready ## let black format packages, solutions, benchmarks and notebooks
	@$(BIN)/black -q packages solutions benchmarks notebooks exercises requirements deploy differential

lint: .venv/ready ## black --check and pylint, the notebooks too; licences
	@$(BIN)/tox run -e lint

lock: .venv/ready ## resolve requirements/*.in again into hash-locked *.txt; say what is old
	@bash requirements/lock.sh

bench: .venv/ready ## measure the speed of the service and of the grader (slow; wants a quiet machine)
	@bash benchmarks/run.sh

clean: ## remove what was built (the environment, models, caches); answers stay
	rm -rf .venv .tox build dist model .bench .coverage htmlcov
