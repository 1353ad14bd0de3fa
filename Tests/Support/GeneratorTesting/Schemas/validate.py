#!/usr/bin/python3
"""Validates YAML files against the schemas of this folder; prints what is wrong, a line each, and exits with 1.

    validate.py compose FILE
    validate.py kubernetes FILE...
"""
import json
import os
import sys

import jsonschema
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
GROUPS = {
    "v1": "io.k8s.api.core.v1", "apps/v1": "io.k8s.api.apps.v1", "policy/v1": "io.k8s.api.policy.v1",
    "autoscaling/v2": "io.k8s.api.autoscaling.v2", "networking.k8s.io/v1": "io.k8s.api.networking.v1",
}
CUSTOM = {"monitoring.coreos.com/v1", "keda.sh/v1alpha1"}


def schema(name):
    return json.load(open(os.path.join(HERE, name)))


def validator(document, kubernetes):
    group, kind = document.get("apiVersion"), document.get("kind")
    if group in GROUPS:
        return jsonschema.Draft7Validator({"$ref": f"#/$defs/{GROUPS[group]}.{kind}", **kubernetes})
    if group in CUSTOM:
        return jsonschema.Draft7Validator(schema(f"{kind}.json"))
    sys.exit(f"no schema for {group} {kind}")


class UniqueKeys(yaml.SafeLoader):
    """PyYAML takes the last of two equal keys; the readers of these files refuse them."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is there twice", node.start_mark)
        return super().construct_mapping(node, deep)


def main(mode, *files):
    count, faults = 0, []
    kubernetes = schema("kubernetes.json")
    for file in files:
        for document in yaml.load_all(open(file), UniqueKeys):
            count += 1
            if mode == "compose":
                judge = jsonschema.Draft7Validator(schema("compose-spec.json"))
            else:
                judge = validator(document, kubernetes)
            name = f"{os.path.basename(file)}: {document.get('kind', 'compose')}"
            for error in judge.iter_errors(document):
                place = "/".join(str(part) for part in error.absolute_path)
                faults.append(f"{name}: {place}: {error.message[:300]}")
    for fault in faults:
        print(fault)
    print(f"{count} documents")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
