# lvsd: `make` alone lists the targets.

# The project's own Node and tools first; set-up alone must run under the machine's npm.
system_path := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

PREFIX ?= /usr
DESTDIR ?=
RUNS ?= 20000
SECONDS ?= 60

inner_tests = $(sort $(shell find test -name '*.test.ts' -not -path 'test/lab/*'))
lab_tests = $(sort $(shell find test/lab -name '*.test.ts' 2>/dev/null))
cache = node_modules/.cache/lvsd
sources = $(shell find src -name '*.ts' -o -name '*.css') build/bundle.ts build/console-assets.ts package-lock.json

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: ## install what is missing: Debian packages (no service gets started), the pinned Node, libraries
	@PATH='$(system_path)' build/setup.sh test

# The demo needs no server programs of all the protocols that checks speak.
.PHONY: setup-lab
setup-lab:
	@PATH='$(system_path)' build/setup.sh lab

.PHONY: check
check: ## format, lint, types and every test but the lab's: the fast inner loop, no root
	@$(MAKE) --no-print-directory -j3 check-style check-types check-tests

.PHONY: check-style
check-style:
	biome ci --error-on-warnings .

# What is known of unchanged files is kept, so that a second run takes a second.
.PHONY: check-types
check-types:
	tsc --incremental --tsBuildInfoFile $(cache)/types.tsbuildinfo
	tsc -p src/console/assets

.PHONY: check-tests
check-tests:
	node build/run-tests.ts $(inner_tests)

.PHONY: test
test: setup build ## everything, the lab on a real kernel included; ONLY=failover/ runs what matches
ifdef ONLY
	node build/run-tests.ts $(foreach t,$(inner_tests) $(lab_tests),$(if $(findstring $(ONLY),$(t)),$(t)))
else
	@$(MAKE) --no-print-directory -j2 check-style check-types
	LVSD_SIMULATION_RUNS=$(RUNS) node build/run-tests.ts $(inner_tests) $(lab_tests)
endif

.PHONY: lab
lab: setup build ## the scenarios on a real kernel with real IPVS
	node build/run-tests.ts $(lab_tests)

.PHONY: demo
demo: setup-lab build ## a pair of routers fails over before your eyes (90 seconds)
	node test/lab/demo.ts

.PHONY: bench
bench: setup build ## the figures: outages, reaction times, memory, each printed with its bound
	node test/lab/bench.ts

.PHONY: simulate
simulate: ## two simulated routers under random faults: RUNS=20000, or SEED=7 to replay one
	node test/simulation/simulate.ts $(if $(SEED),--seed $(SEED),--runs $(RUNS))

.PHONY: fuzz
fuzz: ## hostile inputs for every reader of bytes from outside: SECONDS=60, READER=heartbeat, SEED=7
	node test/fuzz/fuzz.ts --seconds $(SECONDS) $(if $(READER),--only $(READER)) $(if $(SEED),--seed $(SEED))

.PHONY: golden
golden: ## rewrite the golden traces; read the difference before you commit it
	LVSD_GOLDEN=write node --test $(filter test/scenarios/%,$(inner_tests))

.PHONY: docs
docs: ## print docs/{configuration,checks,control,events}.md and lvsd.schema.json from the declarations
	node build/generate-docs.ts

.PHONY: build
build: bundle ## the bundle that bin/lvsd starts; without one it starts the sources

.PHONY: bundle
bundle: dist/lvsd/main.mjs ## dist/lvsd: all of lvsd but bin/lvsd, as it gets installed

dist/lvsd/main.mjs: $(sources)
	node build/bundle.ts

.PHONY: install
install: ## install lvsd on this machine, or below DESTDIR; PREFIX=/usr
	@PATH='$(system_path)' build/setup.sh build
	@$(MAKE) --no-print-directory build
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' build/install.sh install

.PHONY: uninstall
uninstall: ## remove what install put there; configuration and state stay
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' build/install.sh uninstall

.PHONY: clean
clean: ## remove what was built
	rm -rf dist test/lab/out $(cache)
