"""Compares dashboards with Grafana's published schema.

usage: check.py FILE...

Exit status: 0 all keep it, 1 some do not, 2 cannot run.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / ".build/python"))

try:
    import published
except ImportError as error:
    print(f"a Python module is missing ({error}): run Tests/python-packages")
    sys.exit(2)

found = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        found += [f"{path}: {fault}" for fault in published.document_faults(json.load(file))]
print(f"{len(sys.argv) - 1} dashboards, {len(found)} faults", *found[:20], sep="\n")
sys.exit(1 if found else 0)
