"""Reads an exposition with a parser that is not ours and compares it with what it was written from.

usage: check.py text|openmetrics|openmetrics-created|openmetrics2|protobuf EXPOSITION EXPECTED.json

EXPECTED.json is a list of families by what they mean (reader/expected.py). Exit status: 0 equal, 1 different, 2 cannot run.
"""

import json
import sys

from reader import expected

READERS = {
    "text": "client",
    "openmetrics": "client",
    "openmetrics-created": "client",
    "openmetrics2": "openmetrics2",
    "protobuf": "protobuf",
}


def main():
    format_name, exposition, expected_path = sys.argv[1:]
    try:
        reader = __import__(f"reader.{READERS[format_name]}", fromlist=["differences"])
    except ImportError as error:
        print(f"a Python module is missing ({error}): install python3-prometheus-client and python3-protobuf")
        sys.exit(2)
    with open(expected_path, encoding="utf-8") as file:
        families = [expected.Family(record) for record in json.load(file)]
    try:
        faults = list(reader.differences(format_name, exposition, families))
    except FileNotFoundError as error:
        print(f"a program is missing ({error}): install protobuf-compiler")
        return 2
    except (ValueError, KeyError) as error:
        print(f"refused by the reader of {format_name}: {error!r}")
        return 1
    if faults:
        print(f"{len(faults)} differences, the first of them:", *faults[:10], sep="\n")
        return 1
    print(f"equal: {len(families)} families, {sum(len(family.series) for family in families)} series")
    return 0


sys.exit(main())
