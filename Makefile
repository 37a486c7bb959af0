# `make run` starts the product with demo data; `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin
export VAR_DIR ?= $(CURDIR)/var
export PORT ?= 8000
DATA ?= $(VAR_DIR)/demo-data
WITH_SERVICES ?= tests/applications tests/scoring tests/monitoring \
	$(addprefix tests/scoring_site/test_,addresses.py admin.py hostile_text.py logs.py metrics.py migrations.py probes.py)

.PHONY: run test install install-dev static translations messages system lint types contracts checks tests services lock experiments mlflow clean

run: install static
	@exec env DEMO=1 $(BIN)/python manage.py desk

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with make PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv

.venv/.installed: requirements.txt | .venv/bin/uv
	$(BIN)/uv pip install --python $(BIN)/python -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements.txt requirements-dev.txt | .venv/bin/uv
	$(BIN)/uv pip install --python $(BIN)/python -r requirements.txt -r requirements-dev.txt
	@touch $@ .venv/.installed

static: install translations
	@DEMO=1 $(BIN)/python manage.py collectstatic --no-input --verbosity 0

translations: install
	@DEMO=1 $(BIN)/python manage.py compilemessages --verbosity 0

# Brings the catalogues up to date and lists what they miss; needs GNU gettext.
messages: install
	@DEBUG=1 $(BIN)/python manage.py makemessages --verbosity 0

test: install-dev system translations lint types contracts checks tests services

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	@# without a cache: the Django plugin crashes on one that another run left half-written
	DEBUG=1 $(BIN)/mypy --no-incremental

contracts:
	$(BIN)/lint-imports

# On the settings of production: DEBUG off, HTTPS on.
checks:
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
		ALLOWED_HOSTS=desk.example $(BIN)/python manage.py check --deploy --fail-level WARNING
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run

tests:
	DEBUG=1 $(BIN)/pytest --numprocesses 2 --dist loadgroup

# What speaks to the database and the broker once more, with a real PostgreSQL and a real Redis.
services:
	DEBUG=1 $(BIN)/python -m tests.services \
		$(BIN)/pytest --numprocesses 2 --dist loadgroup $(WITH_SERVICES)

# The browser tests drive the system's Chromium; those of translations need GNU gettext.
system:
	@{ command -v chromium && command -v xgettext; } >/dev/null || sh .ci/install-system-packages

lock: install-dev
	@for part in requirements requirements-spark requirements-dev; do \
		$(BIN)/uv pip compile --universal --python-version 3.11 --quiet \
			$$part.in -o $$part.txt || exit; \
	done

# At least 50 runs in MLflow: families of models over seeds, then a search for parameters.
experiments: install
	$(BIN)/python -m ml compare --data $(DATA) --seeds 3
	$(BIN)/python -m ml tune --data $(DATA) --trials 40 --out $(VAR_DIR)/parameters.json

mlflow: install
	$(BIN)/mlflow ui --backend-store-uri sqlite:///$(VAR_DIR)/mlflow.db --port 5000

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
