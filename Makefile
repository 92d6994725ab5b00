# The commands a newcomer types; each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test up down test-kafka faults simulate simulate-mistakes check setup clean

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
	$(BIN)/pytest tests/architecture $(wildcard tests/contracts) tests/deploy/test_image.py tests/deploy/test_partner_contract.py

test: setup
	$(BIN)/pytest -m "not kafka" -n 3 --dist loadfile

# The same conformance suite, and what only Apache Kafka can show; needs Java 17 and Maven.
test-kafka: setup
	$(BIN)/pytest -m kafka

# The fault campaign on real servers; needs Java 17, Maven and cargo. Half an hour unless FAULTS_MINUTES says otherwise.
FAULTS_MINUTES ?= 30
FAULTS_RATE ?= 60
FAULTS_SEED ?= 1
faults: setup
	$(BIN)/python -m tests.faults.campaign --minutes $(FAULTS_MINUTES) --rate $(FAULTS_RATE) --seed $(FAULTS_SEED)

# The real services over twins in virtual time, seed by seed: SEEDS, FIRST_SEED, JOBS, COUNT=1; SEED=n tells one's story.
export SEEDS FIRST_SEED SEED JOBS COUNT RESTORE ONLY
simulate: setup
	@$(BIN)/python -m tests.simulation

# Each mistake of docs/simulation.md planted in turn, and the seeds until it is found.
simulate-mistakes: setup
	@$(BIN)/python -m tests.simulation.planted

clean:
	rm -rf .venv .run .cache
