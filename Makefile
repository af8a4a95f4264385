# Varve's commands. `make` lists them; every rule that does more than one thing is a script in scripts/.

# Seconds of `make fuzz` for each target; rounds of `make crash`; further words for the command run.
SECONDS := 600
ROUNDS := 50
ARGS :=

.DEFAULT_GOAL := help
.PHONY: help deps serve test check format lint release fuzz crash simulate mutants tsan asan bench clean

help: ## list these commands
	@scripts/help.sh $(firstword $(MAKEFILE_LIST))

deps: ## install the Debian packages that the build needs (quiet when they are there)
	@scripts/deps.sh

# The address and the data directory of `make serve`, unless the environment says otherwise.
serve: export VARVE_LISTEN ?= 127.0.0.1:4437
ifeq ($(VARVE_MEMORY),)
serve: export VARVE_DATA_DIR ?= data
endif
serve: deps ## build a release and serve ./data on 127.0.0.1:4437 (VARVE_… and ARGS='--flag …' change that)
	@scripts/serve.sh $(ARGS)

test: deps ## run every test (ARGS='--filter NAME' for some)
	@scripts/test.sh $(ARGS)

check: deps ## what a change must pass: format and lint, build without warnings, every test
	@scripts/lint.sh
	@scripts/test.sh

format: ## rewrite every Swift file in the house format
	@scripts/format.sh

lint: ## report what `make format` would change and what its rules forbid
	@scripts/lint.sh

release: deps ## build the optimised programs and print where they are
	@scripts/release.sh

fuzz: deps ## fuzz every target for SECONDS=600 each
	@scripts/fuzz.sh $(SECONDS)

crash: deps ## kill -9 a loaded server ROUNDS=50 times on one directory and check every acknowledgement
	@scripts/crash.sh $(ROUNDS)

simulate: deps ## run the engine over a disk that fails and loses power (ARGS='--seeds 1000', '--help')
	@scripts/simulate.sh $(ARGS)

mutants: deps ## break the engine on purpose, and check that the simulator notices each time
	@scripts/mutants.sh $(ARGS)

tsan: deps ## the tests under the thread sanitizer
	@scripts/sanitize.sh thread $(ARGS)

asan: deps ## the tests under the address sanitizer
	@scripts/sanitize.sh address $(ARGS)

bench: deps ## measure the engine without sockets (ARGS='--help' for its choices)
	@scripts/bench.sh $(ARGS)

clean: ## remove everything that was built (data is kept)
	@rm -rf .build
