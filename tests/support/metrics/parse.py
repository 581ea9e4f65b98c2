"""Prints the metrics on standard input as Prometheus' own parser reads them: a list of name, labels and value.

Every family must have a text and a type, and no sample may stand twice.
"""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

samples = []
for family in text_string_to_metric_families(sys.stdin.read()):
    if not family.documentation or family.type != "gauge":
        sys.exit(f"{family.name} has no text or is no gauge")
    samples += [[sample.name, sample.labels, sample.value] for sample in family.samples]
series = [json.dumps(sample[:2], sort_keys=True) for sample in samples]
if len(series) != len(set(series)):
    sys.exit("a sample stands twice")
json.dump(samples, sys.stdout)
