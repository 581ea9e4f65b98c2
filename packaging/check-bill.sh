#!/bin/sh
# Holds the bill of materials against the schema of CycloneDX and against what cargo says the program is built from.
set -eu
bill=$1
tools=target/.dist-tools/bill
[ -x "$tools/bin/python" ] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check 'cyclonedx-python-lib[json-validation]==11.12.0'
cargo tree --locked --edges normal,build --prefix none --format '{p}' | cut -d ' ' -f 1,2 | sort -u |
    "$tools/bin/python" -c '
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = open(sys.argv[1], encoding="utf-8").read()
wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
if wrong:
    sys.exit(f"check-bill: it breaks the schema: {wrong}")
listed = {(one["name"], one["version"]) for one in json.loads(text)["components"]}
wanted = {(name, version.removeprefix("v")) for name, version in map(str.split, sys.stdin)}
missing = sorted(wanted - listed - {("twilio-audit", version) for _, version in wanted})
if missing:
    sys.exit(f"check-bill: it lacks {missing}")
print(f"bill of materials: valid, {len(listed)} crates, none missing")
' "$bill"
