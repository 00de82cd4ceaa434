# make run : le portail de démonstration sur http://127.0.0.1:8000 ; make test : tout ce que vérifie l'intégration continue.
PYTHON ?= python3
ADRESSE ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

# Serveurs des tests, à leurs ports habituels ; `.ci/run` les installe.
POSTGRES_URL ?= postgres://root@127.0.0.1:5432/postgres
REDIS_URL ?= redis://127.0.0.1:6379
export POSTGRES_URL REDIS_URL

.PHONY: run test style tests-sqlite tests-postgresql tests-navigateur fuzz format verrou

run: .venv/production var/static/staticfiles.json
	@DEMO=1 SITE_URL=http://$(ADRESSE):$(PORT) $(BIN)/python manage.py demonstration
	@DEMO=1 SITE_URL=http://$(ADRESSE):$(PORT) $(BIN)/granian --interface wsgi --host $(ADRESSE) --port $(PORT) --workers 1 --blocking-threads 4 \
		--no-ws --log-level warning portail.wsgi:application

.venv/production: requirements.lock
	@test -d .venv || $(PYTHON) -m venv .venv
	@echo "Installation des dépendances (une seule fois)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

var/static/staticfiles.json: .venv/production $(shell find static -type f)
	@DEMO=1 $(BIN)/python manage.py collectstatic --noinput --clear -v 0

.venv/developpement: requirements-dev.lock
	@test -d .venv || $(PYTHON) -m venv .venv
	@echo "Installation des outils de développement (une seule fois)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/production

test: style tests-sqlite tests-postgresql tests-navigateur

# Ce qui se vérifie sans rien exécuter du portail.
style: .venv/developpement
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	DEMO=1 $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	DEMO=1 DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run

tests-sqlite: .venv/developpement
	$(BIN)/pytest -n 2 -m "not navigateur" --cov --cov-report term:skip-covered --cov-fail-under 90

tests-postgresql: .venv/developpement
	TEST_DATABASE_URL=$(POSTGRES_URL) $(BIN)/pytest -n 2 -m "not navigateur"

# Les parcours se partagent deux portails : leur ordre est fixé, pour qu'un échec se rejoue tel quel.
tests-navigateur: .venv/developpement var/static/staticfiles.json
	$(BIN)/pytest tests/navigateur -n 2 --randomly-seed=2052616498

# Des milliers de fichiers abîmés au hasard devant le juge.
fuzz: .venv/developpement
	FUZZ_EXEMPLES=$(or $(EXEMPLES),5000) $(BIN)/pytest -q tests/depot/test_fuzz.py

format: .venv/developpement
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# Refait les fichiers de verrou d'après pyproject.toml.
verrou:
	uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header -q -o requirements-dev.lock
