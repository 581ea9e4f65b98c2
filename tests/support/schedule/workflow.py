"""Judges the workflow on standard input by the schema of GitHub's workflows, and prints it as JSON."""

import json
import subprocess
import sys
import tempfile

import yaml

text = sys.stdin.read()
with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
    file.write(text)
    file.flush()
    judged = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", file.name],
        capture_output=True, text=True,
    )
if judged.returncode != 0:
    sys.exit(judged.stdout + judged.stderr)
# To YAML 1.1, and so to this loader, the key `on` is the value true.
workflow = {("on" if key is True else key): value for key, value in yaml.safe_load(text).items()}
json.dump(workflow, sys.stdout)
