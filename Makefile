# The commands a newcomer types; each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo up down check test test-kafka test-node simulate simulate-mistakes faults hostile bench accuracy second-opinion requirements schema clean

setup: .venv/.ready

.venv/.ready: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/redress demo

up: setup
	@$(BIN)/redress up

down: setup
	@$(BIN)/redress down

# Style, types, import rules, then what stands in files: source rules, contract snapshots, compose, image recipe.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -m "not node" tests/architecture $(wildcard tests/contracts) tests/deploy/test_image.py tests/deploy/test_partner_contract.py

test: setup
	$(BIN)/pytest -m "not kafka and not node" -n 3 --dist loadfile

# The same conformance suite, and what only Apache Kafka can show; needs Java 17 and Maven.
test-kafka: setup
	$(BIN)/pytest -m kafka

# What outsiders' own programs say of the published documents: @asyncapi/parser, Spectral; needs Node and npm.
test-node: setup
	$(BIN)/pytest -m node

# The fault campaign on real servers, then hostile input for longer; needs Java 17, Maven and cargo. Half an hour
# unless FAULTS_MINUTES says otherwise.
FAULTS_MINUTES ?= 30
FAULTS_RATE ?= 60
FAULTS_SEED ?= 1
FAULTS_MORE ?=
faults: setup
	$(BIN)/python -m tests.faults.campaign --minutes $(FAULTS_MINUTES) --rate $(FAULTS_RATE) --seed $(FAULTS_SEED) $(FAULTS_MORE)
	@$(MAKE) hostile

# Hostile input for longer than in make test; about so many minutes on two cores.
HOSTILE_MINUTES ?= 10
HOSTILE_SEED ?= 1
hostile: setup
	HOSTILE_MINUTES=$(HOSTILE_MINUTES) HOSTILE_SEED=$(HOSTILE_SEED) $(BIN)/pytest tests/hostile -n 2 --dist loadfile --timeout 7200

# How well complaints are read, on both halves of the texts, into docs/triage-accuracy.md.
accuracy: setup
	$(BIN)/python -m tests.accuracy.report

# Learns the second opinions anew from the development and practice texts: the same texts give the same weights.
second-opinion: setup
	$(BIN)/python -m tests.accuracy.learn
	$(BIN)/python -m tests.accuracy.learn_category

# Which requirement has which tests, into docs/requirements.md.
requirements: setup
	$(BIN)/python -m tests.requirements

# The JSON Schema of pack files, into docs/pack.schema.json.
schema: setup
	$(BIN)/redress pack schema > docs/pack.schema.json

# Speed on Apache Kafka and the Rust store; needs Java 17, Maven and cargo. BENCH=stage runs one part alone.
BENCH ?= road stage stored express door asking whole tables reading
bench: setup
	@for part in $(BENCH); do echo "== $$part" && $(BIN)/python -m tests.benchmarks.$$part || exit 1; done

# The real services over twins in virtual time, seed by seed: SEEDS, FIRST_SEED, JOBS, COUNT=1; SEED=n tells one's story.
export SEEDS FIRST_SEED SEED JOBS COUNT RESTORE ONLY
simulate: setup
	@$(BIN)/python -m tests.simulation

# Each mistake of docs/simulation.md planted in turn, and the seeds until it is found.
simulate-mistakes: setup
	@$(BIN)/python -m tests.simulation.planted

clean:
	rm -rf .venv .run .cache
