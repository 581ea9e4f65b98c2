# What is released, and the proof that it is what it says it is.
#
#   make dist         the program, the Debian package, what the container is made of, the bill of materials, checksums
#   make dist-check   installs and purges the package on a clean Debian, runs the container, and builds everything again
#                     in another folder to compare

DIST := dist
# Its own folder for what is built: other flags than those of `cargo build --release`.
BUILT := target/dist
SHARE := $(BUILT)/share
DIST_TOOLS := target/.dist-tools
CARGO_HOME ?= $(HOME)/.cargo
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
# Named as a target, build scripts do not get the flags of the program.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
STATIC = $(BUILT)/$(HOST)/release/twilio-audit
NAME = twilio-audit-$(VERSION)-$(firstword $(subst -, ,$(HOST)))-linux

# Randomness from the kernel itself: a program that is linked statically does not find the way that the C library offers,
# and would want files that a container may lack.
RANDOMNESS = --cfg getrandom_backend=\"linux_getrandom\"

# The same sources give the same bytes, wherever and whenever they are built: no path of the machine, and no time but
# that of the commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)
WITHOUT_PATHS = CFLAGS="-ffile-prefix-map=$(CURDIR)=/source -ffile-prefix-map=$(CARGO_HOME)=/cargo" \
  RUSTFLAGS="--remap-path-prefix=$(CURDIR)=/source --remap-path-prefix=$(CARGO_HOME)=/cargo $(RANDOMNESS) $(1)"
BUILD = PATH="$(CURDIR)/$(DIST_TOOLS)/bin:$$PATH" CARGO="$(CURDIR)/packaging/cargo-by-name.sh" \
  cargo-auditable auditable build --release --locked --bin twilio-audit --target-dir $(BUILT)
TAR = tar --sort=name --mode=u=rwX,go=rX --owner=0 --group=0 --numeric-owner --mtime=@$(SOURCE_DATE_EPOCH)

.PHONY: dist dist-check

dist: $(DIST_TOOLS)/.installed ## What is released, below dist/
	@test -n "$(CHANGED)" || test -z "$$(git status --porcelain)" || \
	  { echo "there is something here that no commit has, and a release is that of a commit; to try it all the same: make dist CHANGED=1" >&2; exit 1; }
	$(call WITHOUT_PATHS) $(BUILD)
	$(call WITHOUT_PATHS,-C target-feature=+crt-static) $(BUILD) --target $(HOST)
	rm -rf $(DIST) $(SHARE) $(BUILT)/$(NAME) && mkdir -p $(DIST)/container
	packaging/share.sh $(BUILT)/release/twilio-audit $(SHARE)
	$(DIST_TOOLS)/bin/cargo-deb --no-build --no-strip --output $(DIST)/
	$(DIST_TOOLS)/bin/cargo-cyclonedx cyclonedx --format json --spec-version 1.5 --override-filename twilio-audit.cdx
	sed 's#file://$(CURDIR)#file:///source#g' twilio-audit.cdx.json > $(DIST)/twilio-audit-$(VERSION).cdx.json && rm twilio-audit.cdx.json
	cp packaging/Containerfile $(STATIC) $(DIST)/container/
	mkdir $(BUILT)/$(NAME) && cp -R $(STATIC) $(SHARE) README.md CHANGELOG.md LICENSE $(BUILT)/$(NAME)/
	$(TAR) -C $(BUILT) -c $(NAME) | gzip --no-name --best > $(DIST)/$(NAME).tar.gz
	cd $(DIST) && sha256sum *.deb *.tar.gz *.json container/* > SHA256SUMS && cat SHA256SUMS

dist-check: dist ## That what is released installs, runs, leaves nothing behind, and is built the same twice
	packaging/check-bill.sh $(DIST)/*.cdx.json
	packaging/check-package.sh $(DIST)/*.deb
	packaging/check-container.sh $(DIST)/container
	packaging/check-twice.sh $(DIST)

$(DIST_TOOLS)/.installed: packaging/tools.txt
	cargo install --locked --force --root $(DIST_TOOLS) $$(cat $<) && touch $@
