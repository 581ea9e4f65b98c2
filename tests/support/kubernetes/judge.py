"""Judges the YAML on standard input by the schemas of a version of Kubernetes, and prints its documents as JSON.

Strictly: a field that Kubernetes does not know is refused, and so is a key that stands twice, of which YAML would
silently keep the last.
"""

import json
import sys

import yaml
from kubernetes_validate import ValidationError, validate


class OnceOnly(yaml.SafeLoader):
    """The loader, with every key allowed once."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def main(version):
    try:
        documents = [document for document in yaml.load_all(sys.stdin, OnceOnly) if document is not None]
    except yaml.YAMLError as error:
        sys.exit(f"this is no YAML: {error}")
    for document in documents:
        try:
            judged_by = validate(document, version, strict=True)
        except ValidationError as error:
            sys.exit(f"{document['kind']}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
        if judged_by != version:
            sys.exit(f"Kubernetes {version} was wanted, {judged_by} judged")
    json.dump(documents, sys.stdout)


main(sys.argv[1])
