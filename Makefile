# lvsd: `make` alone lists the targets.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: check
check: ## format, lint, types and unit tests: the fast inner loop, no root
	biome ci --error-on-warnings .
	tsc
	node --test $(shell find test -name '*.test.ts' -not -path 'test/lab/*' | sort)
