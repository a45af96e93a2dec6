# Recado: two commands do everything.
#
#   make run              experimenta o Recado, com dados fictícios e um aparelho emulado
#   make test             roda todos os testes, trazendo o que eles pedem
#
# The others, for whoever changes it:
#
#   make check            formato, lint, tipos e regras de importação
#   make faults           a campanha de falhas; RUNS=50 para uma rápida
#   make fuzz             tudo o que um aparelho pode dizer; MINUTES=2 por alvo
#   make test-bluetooth   Bluetooth de verdade, em uma máquina virtual descartável
#   make bench            os números, cada um com o comando que o dá
#   make pictures         as figuras do README e do manual
#   make screens          uma imagem de cada tela, em três larguras
#   make constraints      anota as versões experimentadas
#   make clean            apaga o que se refaz; os dados em var/ ficam

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
APT := apt-get install -y -q --no-install-recommends

# $(call bring,packages): as root install Debian packages, else say the one line that does.
bring = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive $(APT) $(1); \
	else \
	  echo "Faltam pacotes do sistema. Execute: sudo apt-get update && sudo $(APT) $(1)" >&2; exit 1; \
	fi

.PHONY: help run test check faults fuzz test-bluetooth bench pictures screens constraints clean test-packages

help:
	@sed -n 's/^#   //p' Makefile

run: $(VENV)/.installed
	@RECADO_HOME="$${RECADO_HOME:-$(CURDIR)/var/demo}" RECADO_DEMO=sim exec $(BIN)/recado run --demo

test: $(VENV)/.installed-dev test-packages
	$(BIN)/pytest -n auto
	TEST_DATABASE=postgresql $(BIN)/pytest -n auto

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Whatever a phone may say, for MINUTES=2 a target.
fuzz: $(VENV)/.installed-dev
	@$(PIP_INSTALL) -e '.[dev,fuzz]'
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),2)

bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench

# The fault campaign: RUNS=50 for a quick look. The table in docs/faults.md is its last long run.
faults: $(VENV)/.installed-dev test-packages
	$(BIN)/python -m faults --runs $(or $(RUNS),1000)

# The Bluetooth links on a real Bluetooth stack, in a throw-away virtual machine: no radio, no KVM, no root.
test-bluetooth: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bluetooth

# The pictures of README and manual, from a demonstration of its own.
pictures: $(VENV)/.installed-dev
	$(BIN)/python docs/make_pictures.py

# Every screen at three widths, one of them a zoom of 200 %, into var/screens, for people to look at; no picture is committed.
screens: $(VENV)/.installed-dev test-packages
	rm -rf var/screens
	SCREENS_FOLDER=$(CURDIR)/var/screens $(BIN)/pytest -n auto $$(grep -l grave_faults tests/e2e/test_*.py)
	@echo "As telas estão em var/screens."

# After trying new versions in .venv: write down what was tried. setuptools builds the package; the venv's own may be old.
constraints: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --upgrade 'setuptools>=77'
	@{ sed '/^[^#]/d' constraints.txt; $(BIN)/python -m pip freeze --all --exclude recado; } > constraints.new
	@mv constraints.new constraints.txt

# What people made of it stays: the data in var/.
clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/*.egg-info

$(BIN)/python:
	@[ -w . ] || { echo "Sem permissão para gravar em $(CURDIR). Use uma cópia do Recado que seja sua." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "O Recado pede Python 3.11 ou mais novo. Indique qual usar: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call bring,python3-venv); }
	@echo "Criando o ambiente em $(VENV)…"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "Instalando o Recado (na primeira vez leva um minuto)…"
	@$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/.installed-dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "Instalando o Recado e o que os testes pedem…"
	@$(PIP_INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.installed

# A browser, a message bus, curl, openssl and a PostgreSQL server, for the tests that use them.
test-packages:
	@missing=""; \
	command -v chromium >/dev/null || missing="chromium"; \
	command -v dbus-daemon >/dev/null || missing="$$missing dbus"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	if [ -n "$$missing" ]; then $(call bring,$$missing); fi
