"""Parses an exposition with Python's prometheus_client and compares it with what it was written from.

usage: check.py text|openmetrics EXPOSITION EXPECTED.json

EXPECTED.json is a list of families: name (without a counter's _total), type, help, unit, and samples, each
[name, [[label, value], ...], le or null, value]; numbers are "i:" and a decimal whole number, or "d:" and the 64 bits of a
double in hexadecimal. Exit status: 0 equal, 1 different, 2 cannot run.

Where the parsers lose what a format keeps, and how the comparison allows for exactly that:
- text: white space around a HELP text is stripped; units do not exist; whole numbers beyond 2^53 are read as doubles.
- OpenMetrics: "-0" is read as the integer 0, which has no sign.
"""

import json
import math
import struct
import sys

try:
    from prometheus_client import parser as text
    from prometheus_client.openmetrics import parser as openmetrics
except ImportError as error:
    print(f"no Python module prometheus_client ({error}): install the Debian package python3-prometheus-client")
    sys.exit(2)

# str.strip removes these; a newline is not among them, for it stands escaped in a HELP line.
WHITE_SPACE = "".join(c for c in map(chr, range(0x110000)) if c.isspace() and c != "\n")


def bits(number):
    return struct.pack(">d", number).hex()


def same_number(expected, got, strict):
    kind, _, digits = expected.partition(":")
    if kind == "i":
        return int(digits) == got if strict else bits(float(int(digits))) == bits(float(got))
    double = struct.unpack(">d", bytes.fromhex(digits))[0]
    if math.isnan(double):
        return isinstance(got, float) and math.isnan(got)
    if strict and double == 0 and isinstance(got, int):
        return got == 0
    return bits(double) == bits(float(got))


def differences(expected, got, strict):
    """What differs between an expected family and a parsed one, in words."""
    help_text = expected["help"] if strict else expected["help"].strip(WHITE_SPACE)
    unit = expected["unit"] if strict else ""
    for what, left, right in (
        ("name", expected["name"], got.name),
        ("type", expected["type"], got.type),
        ("help", help_text, got.documentation),
        ("unit", unit, got.unit),
        ("number of samples", len(expected["samples"]), len(got.samples)),
    ):
        if left != right:
            yield f"{what}: expected {left!r}, got {right!r}"
    for (name, labels, le, value), sample in zip(expected["samples"], got.samples):
        parsed = dict(sample.labels)
        if le is not None:
            text_of_bound = parsed.pop("le", "")
            if not same_number(le, float(text_of_bound or "nan"), False) or text_of_bound.isdigit():
                yield f"le: expected {le}, got {text_of_bound!r}"
        if name != sample.name:
            yield f"sample: expected {name!r}, got {sample.name!r}"
        if dict(labels) != parsed or len(labels) != len(parsed):
            yield f"labels: expected {dict(labels)!r}, got {parsed!r}"
        if not same_number(value, sample.value, strict):
            yield f"value: expected {value}, got {sample.value!r}"
        if sample.timestamp is not None or sample.exemplar is not None:
            yield "a timestamp or exemplar appeared"


def main():
    format_name, exposition, expected_path = sys.argv[1:]
    strict = format_name == "openmetrics"
    module = {"text": text, "openmetrics": openmetrics}[format_name]
    with open(expected_path, encoding="utf-8") as file:
        expected = json.load(file)
    try:
        # No translation of line ends: a carriage return is a character of a label's value.
        with open(exposition, encoding="utf-8", errors="strict", newline="\n") as file:
            families = list(module.text_fd_to_metric_families(file))
    except (ValueError, KeyError) as error:
        print(f"refused by the {format_name} parser: {error!r}")
        return 1
    faults = []
    if len(families) != len(expected):
        faults.append(f"expected {len(expected)} families, got {len(families)}")
    for left, right in zip(expected, families):
        faults += (f"{left['name']}: {difference}" for difference in differences(left, right, strict))
    if faults:
        print(f"{len(faults)} differences, the first of them:", *faults[:10], sep="\n")
        return 1
    print(f"equal: {len(families)} families, {sum(len(family.samples) for family in families)} samples")
    return 0


sys.exit(main())
