# Two commands need to be known: make demo, make test. Both prepare .venv first.

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench quality soak fuzz lock wheel clean
.SILENT:

BIN := .venv/bin

help:  ## cette aide
	printf 'mailwatch : les réponses d’une administration, à temps, signées, traçables.\n\n'
	sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  make \1	\2/p' Makefile | expand -t 18

demo: .venv  ## montrer mailwatch sur deux messageries fictives, du serveur à l’alerte
	$(BIN)/mailwatch demo

test: .venv  ## lancer toute la suite de tests ; le cœur y est couvert à 100 %, le tout à 90 %
	$(BIN)/python -m pytest --cov -n auto --maxprocesses 4 --dist worksteal
	printf 'couverture de tout le paquet, branches comprises (%%) : '
	$(BIN)/coverage report --omit=none --format=total --fail-under=90

check: .venv  ## vérifier la forme : style, types, couches, scripts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/shellcheck scripts/*.sh tests/servers/*.sh .ci/run
	$(BIN)/hadolint Dockerfile

format: .venv  ## remettre en forme
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: .venv  ## mesurer vitesse et mémoire, chaque chiffre face à sa borne
	$(BIN)/python bench/run.py
	$(BIN)/python bench/reporting.py --requests 100000

quality: .venv  ## mesurer la justesse sur les courriels étiquetés
	$(BIN)/python bench/quality.py
	$(BIN)/python bench/corpora.py

soak: .venv  ## éprouver le service par les pannes : tout, par morceaux (MINUTES=20), ou un échantillon (FAST=1)
	$(BIN)/python bench/soak.py $(if $(FAST),--fast) $(if $(MINUTES),--minutes $(MINUTES))

fuzz: .venv  ## donner des octets au hasard à tout ce qui lit (TARGET=message, RUNS=1000000)
	$(BIN)/python -m tests.faults.fuzzing $(TARGET) $(if $(RUNS),--runs $(RUNS))

# Extras are named: asked for `coverage[toml]`, pip takes no hash for it from a line that says `coverage`.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --no-strip-extras pyproject.toml

lock: .venv  ## reprendre les dernières versions des dépendances
	$(LOCK) --group dev -o requirements-dev.txt
	$(LOCK) -c requirements-dev.txt -o requirements.txt
	$(LOCK) -c requirements-dev.txt --extra model -o requirements-model.txt

wheel: .venv  ## construire dist/*.whl
	$(BIN)/python -m hatchling build -t wheel

clean:  ## effacer tout ce qui se refait
	rm -rf .venv .demo .soak .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache dist
	find mailwatch -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Always run: it ends at once when nothing is new.
.PHONY: .venv
.venv:
	scripts/bootstrap.sh
