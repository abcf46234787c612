PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test build check lab site format

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: $(READY) ## Grade a class of real notebooks, print its table and write its report
	$(BIN)/autograder demo

test: $(READY) ## Run every test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

build: $(READY) ## Build the notebooks and the READMEs' lists from units/
	$(BIN)/autograder build

check: $(READY) ## Look for faults of style and for notebooks that do not match units/
	$(BIN)/ruff check
	$(BIN)/autograder build --check

lab: $(READY) ## Open the course in JupyterLab
	$(BIN)/jupyter lab lessons

site: $(READY) ## Build the website, Spanish and English, into build/site
	$(BIN)/python site/build.py

format: $(READY) ## Mend the faults of style that can be mended without you
	$(BIN)/ruff check --fix

# All of the set-up, again only when what to install has changed.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Atiende needs Python 3.11 or newer. Install one, and name it: make PYTHON=python3.12 $(MAKECMDGOALS)'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null || { \
	  install="apt-get install --yes $$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; \
	  if [ "$$(id -u)" = 0 ]; then apt-get update && $$install; \
	  elif sudo -n true 2> /dev/null; then sudo apt-get update && sudo $$install; \
	  else echo "Python cannot make virtual environments yet. Run this first: sudo $$install"; exit 1; fi; }
	@echo 'Installing into .venv, once. PyTorch is large: this takes some minutes.'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[dev]'
	@touch $@
