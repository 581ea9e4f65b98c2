#!/bin/sh
# What comes with the program, made by it: manual pages, completions, units as examples, what has changed.
set -eu
program=$1
share=$2

"$program" man --to "$share/man/man1"
completions() {
    mkdir -p "$share/$2" && "$program" completions "$1" > "$share/$2/$3"
}
completions bash bash-completion/completions twilio-audit
completions fish fish/vendor_completions.d twilio-audit.fish
completions zsh zsh/vendor-completions _twilio-audit
for platform in systemd cron; do
    "$program" schedule "$platform" --program /usr/bin/twilio-audit --to "$share/doc/twilio-audit/examples/$platform"
done
gzip --no-name --best --stdout CHANGELOG.md > "$share/doc/twilio-audit/changelog.gz"
