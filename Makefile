# make run : le portail de démonstration sur http://127.0.0.1:8000 ; make test : tout ce que vérifie l'intégration continue.
PYTHON ?= python3
ADRESSE ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

export DJANGO_SETTINGS_MODULE ?= portail.settings

.PHONY: run test verifier format verrou

run: .venv/production
	@DEMO=1 $(BIN)/python manage.py demonstration
	@DEMO=1 $(BIN)/granian --interface wsgi --host $(ADRESSE) --port $(PORT) --workers 1 --blocking-threads 4 \
		--no-ws --log-level warning portail.wsgi:application

.venv/production: requirements.lock
	@test -d .venv || $(PYTHON) -m venv .venv
	@echo "Installation des dépendances (une seule fois)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/developpement: requirements-dev.lock
	@test -d .venv || $(PYTHON) -m venv .venv
	@echo "Installation des outils de développement (une seule fois)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/production

format: .venv/developpement
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# Refait les fichiers de verrou d'après pyproject.toml.
verrou:
	uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header -q -o requirements-dev.lock
