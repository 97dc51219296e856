# The commands of the project; `make help` lists them.
SHELL = /bin/bash
PYTHON ?= python3.11
PORT ?= 8000
JOBS ?= 2
# Where the environment forbids it, every process would compile application and tests anew: seconds each time.
export PYTHONDONTWRITEBYTECODE =

BIN = .venv/bin
FLASK = $(BIN)/flask --app wsgi
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
APP_STAMP = .venv/.installed-app
TEST_STAMP = .venv/.installed-tests
TEST_PACKAGES = chromium postgresql-15 fonts-wqy-zenhei poppler-utils \
	libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --dist=worksteal

.PHONY: help install run test test-sqlite test-postgresql test-packages lint format bench screenshots clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

install: $(APP_STAMP) ## create .venv with the pinned packages

.venv/bin/python:
	$(PYTHON) -m venv .venv

$(APP_STAMP): requirements.txt .venv/bin/python
	@echo "Installing the pinned packages (the first time takes a minute or two) ..."
	$(PIP) install -r requirements.txt
	@touch $@

$(TEST_STAMP): tests/requirements.txt $(APP_STAMP)
	$(PIP) install -r requirements.txt -r tests/requirements.txt
	@touch $@

# Web server and worker live and die together: the first to end, Ctrl-C or a kill of make ends both. In the demonstration
# a stand-in for the payment provider runs beside them on a free port; it moves no money.
run: install ## start the demonstration site on 127.0.0.1:$PORT (8000)
	@set -e; \
	export MARKETPLACE_ENV="$${MARKETPLACE_ENV:-demo}"; \
	export MARKETPLACE_PUBLIC_URL="$${MARKETPLACE_PUBLIC_URL:-http://127.0.0.1:$(PORT)}"; \
	answers() { (exec 3<>/dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null; }; \
	if answers; then echo "Port $(PORT) is taken. Try: make run PORT=8001"; exit 1; fi; \
	stripe=; \
	if [ "$$MARKETPLACE_ENV" = demo ] && [ -z "$${MARKETPLACE_STRIPE_KEY:-}" ]; then \
		stripe_port=$$($(BIN)/python -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"); \
		export MARKETPLACE_STRIPE_KEY=sk_test_demonstration MARKETPLACE_STRIPE_WEBHOOK_SECRET=whsec_demonstration; \
		export MARKETPLACE_STRIPE_BASE="http://127.0.0.1:$$stripe_port" NO_PROXY="$${NO_PROXY:+$$NO_PROXY,}127.0.0.1"; \
	fi; \
	$(FLASK) prepare; \
	stop() { trap - EXIT INT TERM; kill $$web $$worker $$stripe 2>/dev/null || true; wait || true; }; \
	trap stop EXIT; trap 'exit 130' INT; trap 'exit 143' TERM; \
	if [ -n "$${stripe_port:-}" ]; then \
		$(FLASK) stripe fake --port $$stripe_port --webhook "http://127.0.0.1:$(PORT)/webhooks/stripe" \
			--store "$${MARKETPLACE_INSTANCE:-instance}/stripe-demonstration.json" & stripe=$$!; \
	fi; \
	$(FLASK) worker & worker=$$!; \
	$(BIN)/gunicorn --bind 127.0.0.1:$(PORT) --limit-request-line 8190 --worker-class gthread --workers 2 --threads 4 --preload \
		--log-level warning wsgi:app & web=$$!; \
	until answers; do kill -0 $$web; sleep 0.2; done; \
	echo "The site answers on http://127.0.0.1:$(PORT)/ (stop it with Ctrl-C)"; \
	wait -n $$web $$worker

test: test-packages $(TEST_STAMP) lint test-sqlite test-postgresql ## check everything, on SQLite and on PostgreSQL

test-sqlite: $(TEST_STAMP) ## run the whole suite on SQLite
	TEST_DATABASE=sqlite $(PYTEST)

# Tests that touch no database have had their turn on SQLite.
test-postgresql: $(TEST_STAMP) ## run all that touches the database on a throwaway PostgreSQL
	TEST_DATABASE=postgresql $(PYTEST) -m database

test-packages:
	@missing=; for package in $(TEST_PACKAGES); do \
		dpkg-query --show --showformat='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
			|| missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	else \
		echo "The tests need Debian packages. Run once:"; \
		echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$$missing"; \
		exit 1; \
	fi

lint: $(TEST_STAMP) ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(TEST_STAMP) ## put the code into the house style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(TEST_STAMP) ## measure speed at full size
	$(BIN)/python -m tests.benchmarks

screenshots: $(TEST_STAMP) ## take the pictures of the README anew from a fresh demonstration
	$(BIN)/python -m tests.screenshots

clean: ## remove .venv and caches; keeps instance/
	rm -rf .venv build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
