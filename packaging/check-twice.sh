#!/bin/sh
# Builds everything again from a clone in another folder and compares the checksums.
set -eu
first=$1/SHA256SUMS
[ -z "$(git status --porcelain)" ] || { echo "check-twice: commit first, for what is built again is the commit" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet . "$work/again"
mkdir -p "$work/again/target" && cp -R target/.dist-tools "$work/again/target/"
touch "$work/again/target/.dist-tools/.installed"
make --silent --directory "$work/again" dist > "$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
diff "$first" "$work/again/dist/SHA256SUMS"
echo "built twice, in two folders: $(wc -l < "$first") files are the same, byte by byte"
