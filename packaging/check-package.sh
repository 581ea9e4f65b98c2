#!/bin/sh
# Installs the Debian package on a clean Debian, audits the demo with it as a user who owns nothing, purges it, and
# compares every file of the system with those of before. Needs root and mmdebstrap.
set -eu
package=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
system=$work/system

fail() {
    echo "check-package: $1" >&2
    exit 1
}
# Every folder, and every file with its content, but those in which dpkg itself keeps books and logs.
files() {
    (cd "$system" && find . -xdev -type d | sort && find . -xdev -type f -print0 | sort -z | xargs -0 sha256sum |
        grep -v -E ' \./var/(log/|lib/dpkg/(status|status-old|available|lock|triggers/|info/format)|cache/(apt|man|ldconfig)/)')
}

mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$system"
files > "$work/before"
cp "$package" "$system/package.deb"
chroot "$system" dpkg --install /package.deb > "$work/log" 2>&1 || { cat "$work/log"; fail "dpkg does not install it"; }
rm "$system/package.deb"

for file in usr/bin/twilio-audit usr/share/man/man1/twilio-audit-scan.1.gz \
    usr/share/bash-completion/completions/twilio-audit usr/share/zsh/vendor-completions/_twilio-audit \
    usr/share/fish/vendor_completions.d/twilio-audit.fish \
    usr/share/doc/twilio-audit/examples/systemd/twilio-audit.service usr/share/doc/twilio-audit/copyright; do
    [ -f "$system/$file" ] || fail "$file is missing"
done

mkdir "$system/try" && chown 65534:65534 "$system/try"
code=0
chroot --userspec=65534:65534 "$system" sh -c 'cd /try && HOME=/try exec twilio-audit --quiet scan --demo' \
    > "$work/out" 2>&1 || code=$?
[ "$code" = 3 ] || { cat "$work/out"; fail "the demo ended with $code, not with 3 (its gaps are there on purpose)"; }
[ -s "$system/try/audits/latest/report.html" ] || fail "the demo wrote no report"
echo "installed on a clean Debian, audited the demo: $(wc -l < "$system/try/audits/latest/findings.csv") lines of findings"
rm -rf "$system/try"

chroot "$system" dpkg --purge twilio-audit > "$work/log" 2>&1 || { cat "$work/log"; fail "dpkg does not purge it"; }
files > "$work/after"
diff "$work/before" "$work/after" || fail "not all is as before"
echo "purged: all $(wc -l < "$work/after") files and folders are as before"
