#!/bin/sh
# Builds the container as its file says, from a Debian that is made here, and audits the demo in it: read-only, as its
# own user, with one folder to write to. Needs root, buildah and mmdebstrap; no engine and no registry.
set -eu
context=$1
work=$(mktemp -d)
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
buildah() {
    command buildah --root "$work/storage" --runroot "$work/run" "$@"
}
trap 'buildah rm --all > /dev/null 2>&1 || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT

fail() {
    echo "check-container: $1" >&2
    exit 1
}

mmdebstrap --quiet --variant=apt bookworm "$work/debian.tar"
base=$(buildah from scratch)
buildah add --quiet "$base" "$work/debian.tar" / > /dev/null
buildah commit --quiet "$base" debian:bookworm-slim > /dev/null
buildah bud --quiet --pull-never --tag twilio-audit "$context" > /dev/null

container=$(buildah from --pull-never twilio-audit)
root=$(buildah mount "$container")
found=$(cd "$root" && find . -type f | sort | tr '\n' ' ')
[ "$found" = "./etc/ssl/certs/ca-certificates.crt ./usr/bin/twilio-audit " ] || fail "it holds more than it should: $found"
[ "$(buildah inspect --type image --format '{{.OCIv1.Config.User}}' twilio-audit)" = 65532:65532 ] || fail "it runs as root"

# Run as an engine with --read-only would: nothing can be written but below the two folders that are given.
mkdir -p "$work/audits" "$root/audits" "$root/tmp" "$root/proc" && chown 65532:65532 "$work/audits"
code=0
unshare --mount sh -c "
    mount --bind '$root' '$root' && mount --options remount,bind,ro '$root' &&
    mount --bind '$work/audits' '$root/audits' && mount --types tmpfs tmpfs '$root/tmp' &&
    exec chroot --userspec=65532:65532 '$root' /usr/bin/twilio-audit --quiet scan --demo" > "$work/out" 2>&1 || code=$?
[ "$code" = 3 ] || { cat "$work/out"; fail "the demo ended with $code, not with 3 (its gaps are there on purpose)"; }
[ -s "$work/audits/latest/report.html" ] || fail "the demo wrote no report"
echo "container: two files, $(stat --format %s "$root/usr/bin/twilio-audit") bytes of program; audited the demo read-only as user 65532"
