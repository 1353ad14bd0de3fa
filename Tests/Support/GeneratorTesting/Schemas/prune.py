#!/usr/bin/python3
"""Makes the schemas of this folder out of the published ones: only what the tests need, without descriptions.

    prune.py COMPOSE_SPEC KUBERNETES_DEFINITIONS CRD...

README.md names the sources and their versions.
"""
import json
import os
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {
    "io.k8s.api.core.v1.Namespace", "io.k8s.api.core.v1.ServiceAccount", "io.k8s.api.core.v1.Service",
    "io.k8s.api.core.v1.ConfigMap", "io.k8s.api.core.v1.PersistentVolumeClaim",
    "io.k8s.api.apps.v1.StatefulSet", "io.k8s.api.apps.v1.Deployment", "io.k8s.api.policy.v1.PodDisruptionBudget",
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler", "io.k8s.api.networking.v1.NetworkPolicy",
}


def without_words(node, is_properties=False):
    """A schema without what is for people; a property that is called description stays."""
    if isinstance(node, list):
        return [without_words(item) for item in node]
    if not isinstance(node, dict):
        return node
    words = () if is_properties else ("description", "title", "example", "examples", "$comment")
    return {
        key: without_words(value, is_properties=key in ("properties", "$defs", "definitions", "patternProperties"))
        for key, value in node.items()
        if key not in words and (is_properties or not key.startswith("x-kubernetes-list"))
    }


def references(node):
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rsplit("/", 1)[-1]
        for value in node.values():
            yield from references(value)


def strict(node):
    """A CRD's schema as the API server applies it with field validation: unknown fields are errors."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: strict(value) for key, value in node.items()}
    if node.get("x-kubernetes-int-or-string") is True:
        node.pop("type", None)
        node["type"] = ["integer", "string"]
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        if not node.get("x-kubernetes-preserve-unknown-fields"):
            node.setdefault("additionalProperties", False)
    return node


def write(name, schema):
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(schema, file, indent=1, sort_keys=True)
        file.write("\n")


def main(compose, kubernetes, *crds):
    write("compose-spec.json", without_words(json.load(open(compose))))

    definitions = json.load(open(kubernetes))["$defs"]
    needed, waiting = {}, [name for name in definitions if name in KINDS]
    missing = KINDS - set(waiting)
    if missing:
        sys.exit(f"not among the definitions: {sorted(missing)}")
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = without_words(definitions[name])
            waiting += list(references(needed[name]))
    write("kubernetes.json", {"$defs": needed})

    for path in crds:
        crd = yaml.safe_load(open(path))
        kind = crd["spec"]["names"]["kind"]
        version = next(version for version in crd["spec"]["versions"] if version["storage"])
        schema = strict(without_words(version["schema"]["openAPIV3Schema"]))
        # Of metadata the API server has its own idea.
        schema["properties"]["metadata"] = {"type": "object"}
        write(f"{kind}.json", schema)


if __name__ == "__main__":
    main(*sys.argv[1:])
