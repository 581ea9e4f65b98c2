"""Judges OCSF events on standard input, one per line, and prints of each its finding and its answer, as JSON.

Twice: by the schema itself, which knows no field but its own, and by the models of another auditor that reads such
events.
"""

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from py_ocsf_models import OCSF_VERSION
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from pydantic import ValidationError


def main():
    schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=OCSF_VERSION))
    schema = Draft202012Validator(schemas.get_class_schema(class_name="compliance_finding", profiles=["cloud"]))
    events = []
    for number, line in enumerate(sys.stdin.buffer.read().decode().split("\n")[:-1], 1):
        event = json.loads(line)
        for error in schema.iter_errors(event):
            sys.exit(f"line {number}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
        try:
            model = ComplianceFinding.model_validate(event)
        except ValidationError as error:
            sys.exit(f"line {number}: {error}")
        if event["metadata"]["version"] != OCSF_VERSION:
            sys.exit(f"line {number}: the schema is of {OCSF_VERSION}")
        if model.type_uid != model.class_uid * 100 + model.activity_id:
            sys.exit(f"line {number}: type and activity differ")
        events.append([model.finding_info.uid, model.compliance.status_id.name, model.status_id.name])
    json.dump(events, sys.stdout)


main()
