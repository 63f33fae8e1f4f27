# kvchaos: the commands that people type. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The flags are the same wherever the release build is made, so that nothing is compiled twice.
RELEASE := -c release --static-swift-stdlib
KVCHAOS := .build/release/kvchaos
PLAN ?= chaos/redis-master-kill.yml

.PHONY: help
help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: images ## set everything up, kill a Redis master under load, print the verdict
	$(KVCHAOS) run $(PLAN)

ONLY ?=
.PHONY: unit
unit: ## the unit tests, no Docker; those of one module: make unit ONLY=ChaosPlanTests
	swift build --build-tests
	swift test --skip-build --skip ScenarioTests $(if $(ONLY),--filter $(ONLY))

.PHONY: check
check: lint unit ## what to run before a commit: lint and the unit tests

.PHONY: test
test: images ## unit tests, then the scenarios on the real stack, through `swift test`
	swift test --skip ScenarioTests
	swift test --skip-build --filter ScenarioTests

# Those that `make test` runs too, and the soak, which is run by hand.
CI_PLANS := $(patsubst %,chaos/%.yml,redis-master-kill rabbitmq-leader-kill sql-leader-kill worker-kill api-kill)
ALL_PLANS := $(filter-out $(CI_PLANS) chaos/soak.yml chaos/target.yml,$(sort $(wildcard chaos/*.yml)))
# TIER=redis, rabbitmq, sql, etcd: the plans named after it; TIER=rest: all others. The parts together are the whole.
TIERS := redis rabbitmq sql etcd
PLANS_OF_TIER := $(if $(filter rest,$(TIER)),$(filter-out $(TIERS:%=chaos/%-%.yml),$(ALL_PLANS)),$(filter chaos/$(TIER)-%,$(ALL_PLANS)))
CHAOS_PLANS ?= $(if $(TIER),$(PLANS_OF_TIER),$(ALL_PLANS))

.PHONY: chaos
chaos: images ## every plan that `make test` does not run, one after another, and the table results/PLANS.md
	$(KVCHAOS) run --table $(CHAOS_PLANS)

SOAK ?= 30m
.PHONY: soak
soak: images ## random faults on every tier for a while: make soak SOAK=2h
	$(KVCHAOS) run --for $(SOAK) chaos/soak.yml

.PHONY: test-api
test-api: ## other people's tools and a real browser against the API of the running stack
	scripts/test-api

.PHONY: images
images: ## packages, Docker, the release build and every image (idempotent)
	scripts/bootstrap --images

.PHONY: build
build: ## the release build of kvchaos, and of what runs in containers, with its images
	scripts/build

.PHONY: up down status
up: images ## start the stack and wait until the whole store answers
	$(KVCHAOS) up
down: ## remove the stack's containers, networks and volumes; images stay
	$(KVCHAOS) down
status: ## every container with its role now
	$(KVCHAOS) status

.PHONY: lint
lint: ## every check that needs no build: Swift, Bash, Python, YAML, plans, Dockerfiles, workflows, links
	scripts/lint

.PHONY: fix
fix: ## format Swift and Python, and wrap comments
	scripts/lint --fix

.PHONY: docs
docs: ## DocC of the libraries History and Consistency, in .build/docs
	scripts/docs

.PHONY: coverage tsan code-mutants
coverage: ## which lines the unit tests run, by module
	scripts/coverage $(ONLY)
tsan: ## the unit tests under ThreadSanitizer
	scripts/tsan $(ONLY)
code-mutants: ## break the code in known ways, and see the named tests fail (Tests/mutants.toml)
	scripts/mutants

.PHONY: bench
bench: ## performance tables (release build)
	scripts/bench

.PHONY: load
load: images ## the load test of 300 users on the real stack, and its table
	$(KVCHAOS) up
	$(KVCHAOS) load --users 300 --ramp 30s --loops 100 --baseline

.PHONY: cap
cap: images ## every cell of the CAP ledger again, and results/CAP.md (about half an hour; `kvchaos cap` goes on where it ended)
	$(KVCHAOS) up
	$(KVCHAOS) cap --again

DETECT ?=
.PHONY: detect
detect: images ## bugs planted on purpose, and what the suite catches of them (about two hours; goes on where it ended)
	scripts/build-planted
	$(KVCHAOS) up
	$(KVCHAOS) detect $(DETECT)

.PHONY: oracle mutants
ORACLE := .build/release/kvchaos-oracle
oracle: ## the checker against the executable contract, on 200,000 random histories
	swift build $(RELEASE) --product kvchaos-oracle
	$(ORACLE) histories --count 200000

MUTANTS ?= $(sort $(wildcard Tests/Checker/ContractOracleTests/Fixtures/runs/*.jsonl.gz))
mutants: ## real histories damaged in many ways, and the table in results/DETECTION.md
	swift build $(RELEASE) --product kvchaos-oracle
	swift build $(RELEASE) --product kvchaos
	$(ORACLE) mutants --each 25 --json results/mutants.json $(MUTANTS)
	$(KVCHAOS) detect --report > /dev/null
