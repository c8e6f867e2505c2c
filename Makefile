# The commands people type. `make run` and `make test` each do all set-up they need, can be repeated, and need no
# network once set up. Everything made lands in build/ and .venv/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := build/setup
SECONDS ?= 600
SEED ?= 1

# Debian packages. run: the card service and its virtual reader, a compiler for pyscard, fonts, libraries of Qt.
APT_RUN := python3-venv python3-dev gcc libc6-dev pkg-config ca-certificates \
  pcscd vsmartcard-vpcd libpcsclite1 libpcsclite-dev iproute2 util-linux \
  fonts-noto-cjk fonts-hanazono fontconfig \
  libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 libopengl0
# a display was found: the window needs the X platform's libraries
APT_WINDOW := libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-shape0 \
  libxcb-xkb1 libxcb-randr0 libxcb-sync1 libxcb-xfixes0 libxkbcommon-x11-0
# test: outside peers that share no code with us (card tools, PDF readers, a browser, an IPP client)
APT_TEST := opensc pcsc-tools poppler-utils libnss3-tools qpdf chromium chromium-driver cups-ipp-utils cups-daemon git \
  swtpm swtpm-tools tpm2-tools libtss2-dev libtss2-tcti-swtpm0 nginx-light

HAS_DISPLAY := $(or $(DISPLAY),$(WAYLAND_DISPLAY))
ifneq ($(HAS_DISPLAY),)
APT_RUN += $(APT_WINDOW)
endif

.PHONY: help
help: ## what can be typed
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

# $(call apt,PACKAGES): names what is missing, then installs it; silent when nothing is.
define apt
	@missing=""; for package in $(1); do \
	  dpkg-query -W -f '$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
	  echo "set-up: Debian packages to install:$$missing"; \
	  root=""; [ "$$(id -u)" = 0 ] || root="sudo"; \
	  $$root apt-get -o DPkg::Lock::Timeout=500 update -qq; \
	  DEBIAN_FRONTEND=noninteractive $$root apt-get -o DPkg::Lock::Timeout=500 install -y -qq --no-install-recommends $$missing \
	    > build/setup/apt.log 2>&1 || { tail -20 build/setup/apt.log; echo "set-up: apt failed, see build/setup/apt.log"; exit 3; }; \
	  echo "set-up: Debian packages are there"; \
	fi
endef

$(STAMPS):
	@mkdir -p $@

.PHONY: packages-run packages-test
packages-run: | $(STAMPS)
	$(call apt,$(APT_RUN))

packages-test: packages-run | $(STAMPS)
	$(call apt,$(APT_TEST))

# uv comes by pip with its own hashes; then one lock gives everything else.
$(STAMPS)/venv: requirements.lock requirements-uv.lock setup.cfg pyproject.toml | packages-run $(STAMPS)
	@echo "set-up: Python environment (.venv), about a minute the first time"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip sync -q --compile-bytecode --require-hashes requirements.lock requirements-uv.lock
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@
	@echo "set-up: Python environment is there"

.PHONY: fonts
fonts: $(STAMPS)/venv
	@$(BIN)/python -m kiosk.fonts build --output build/fonts

# Once, and not in every process of the terminal: half a second of each start where Python may not write what it
# compiled (PYTHONDONTWRITEBYTECODE).
.PHONY: bytecode
bytecode: $(STAMPS)/venv
	@$(BIN)/python -m compileall -q -j 0 kiosk drivers offline_store ui sync hardware_sim tests

.PHONY: setup setup-test
setup: packages-run $(STAMPS)/venv fonts bytecode ## all that the terminal needs on this machine

setup-test: packages-test $(STAMPS)/tpm fonts bytecode

# a simulated TPM stands in for the chip; compiled once, about a minute
$(STAMPS)/tpm: requirements-tpm.lock $(STAMPS)/venv | packages-test
	@echo "set-up: TPM library, about a minute the first time"
	@$(BIN)/uv pip install -q --compile-bytecode --no-deps --require-hashes -r requirements-tpm.lock
	@touch $@

.PHONY: run
run: setup ## the terminal with simulated devices: a window, or without a display a guided tour into build/tour
ifneq ($(HAS_DISPLAY),)
	@$(BIN)/kiosk demo --window
else
	@$(BIN)/kiosk demo --output build/tour
	@$(BIN)/python -m tests.receipts build/tour > build/tour/receipts.txt
	@QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software $(BIN)/python -m ui.pictures --only CE- --output build/tour \
	  > build/tour/checks.txt
endif

.PHONY: lint
lint: $(STAMPS)/venv ## style, types, arrows
	@echo "check: style"; $(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@echo "check: types"; $(BIN)/mypy kiosk drivers offline_store ui sync hardware_sim
	@echo "check: arrows"; $(BIN)/lint-imports --no-cache

.PHONY: test
test: setup-test lint ## lint, types, arrows and every ordinary test
	@# three on two cores: much of a test on real wires is waiting
	@$(BIN)/python -m pytest -n 3 --dist worksteal -q -m "not fresh and not soak"

.PHONY: soak
soak: setup-test ## the long runs: make soak SECONDS=600 SEED=1; results are appended to build/soak.json
	@$(BIN)/python -m pytest -q -m soak --soak-seconds $(SECONDS) --soak-seed $(SEED)

.PHONY: bench
bench: setup-test ## benchmarks against a limit measured in the same run: build/bench.json and a table
	@$(BIN)/python -m tests.benchmarks

.PHONY: pictures
pictures: setup ## the page matrix into build/pictures
	@QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software $(BIN)/python -m ui.pictures --output build/pictures

.PHONY: fresh
fresh: setup-test ## both README commands in a bare Debian tree (needs root and about half an hour)
	@$(BIN)/python -m pytest -q -m fresh tests/fresh

.PHONY: lock
lock: ## resolve the dependencies of setup.cfg anew, hashes and all
	@$(BIN)/uv pip compile -q setup.cfg --extra gateway --extra sim --extra dev --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements.lock
	@sed -n 's/^ *\(tpm2-pytss.*\)/\1/p' setup.cfg | $(BIN)/uv pip compile -q - --constraint requirements.lock --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements-tpm.lock
	@echo uv==$$($(BIN)/uv --version | cut -d' ' -f2) | $(BIN)/uv pip compile -q - --generate-hashes --no-header --no-annotate -o requirements-uv.lock

.PHONY: clean
clean: ## remove what was made, keep the fonts' cache
	@rm -rf $(VENV) build/setup build/tour build/pictures build/demo
