# The commands a newcomer types; each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test up down test-kafka faults bench check setup clean

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

# Speed on Apache Kafka and the Rust store; needs Java 17, Maven and cargo. BENCH=stage runs one part alone.
BENCH ?= road stage stored express door asking whole tables
bench: setup
	@for part in $(BENCH); do echo "== $$part" && $(BIN)/python -m tests.benchmarks.$$part || exit 1; done

clean:
	rm -rf .venv .run .cache
