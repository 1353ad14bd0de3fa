"""Text 0.0.4 and OpenMetrics 1.0, by the parsers of Python's prometheus_client.

Where the parsers lose what a format keeps, and how the comparison allows for exactly that:
- text: white space around a HELP text is stripped; units do not exist; whole numbers beyond 2^53 are read as doubles.
- OpenMetrics: "-0" is read as the integer 0, which has no sign; an exemplar's time is cut to nanoseconds.
"""

import math

from prometheus_client import parser as text
from prometheus_client.openmetrics import parser as openmetrics

from reader.expected import canonical, same

# str.strip removes these; a newline is not among them, for it stands escaped in a HELP line.
WHITE_SPACE = "".join(c for c in map(chr, range(0x110000)) if c.isspace() and c != "\n")


def samples(family, strict, created):
    """Each sample that a family should have: name, labels, bound, value, exemplar."""
    for series in family.series:
        if family.kind in ("counter", "gauge", "info"):
            exemplar = (series.exemplars or [None])[0] if family.kind == "counter" else None
            yield family.name, series.labels, None, series.value, exemplar
        elif family.kind == "stateSet":
            for labels, value in family.states_of(series):
                yield family.name, labels, None, value, None
        else:
            is_legal = not strict or (series.sum >= 0 and min(family.bounds) >= 0)
            is_histogram = family.kind != "summary"
            if is_histogram:
                for bound, count, exemplar in zip(family.bounds, series.cumulative, series.bucket_exemplars):
                    yield family.name + "_bucket", series.labels, bound, count, exemplar
            if is_legal:
                yield family.name + "_sum", series.labels, None, series.sum, None
            if is_legal or not is_histogram:
                yield family.name + "_count", series.labels, None, series.count, None
        if created and family.kind in ("counter", "histogram", "nativeHistogram", "summary") and series.created is not None:
            yield family.short_name + "_created", series.labels, None, series.created, None


def same_number(expected, got, strict):
    if not strict:
        return same(float(expected), got)
    if isinstance(expected, float) and expected == 0 and isinstance(got, int):
        return got == 0
    return same(expected, got)


def exemplar_differences(expected, got):
    if expected is None or not expected.is_short:
        if got is not None:
            yield f"an exemplar appeared: {got!r}"
    elif got is None:
        yield "an exemplar is missing"
    elif expected.labels != got.labels or not same_number(expected.value, got.value, True):
        yield f"exemplar: expected {expected.labels!r} {expected.value}, got {got!r}"
    elif (expected.timestamp is None) != (got.timestamp is None):
        yield f"exemplar: expected time {expected.timestamp}, got {got.timestamp!r}"
    elif expected.timestamp is not None and not math.isclose(
        expected.timestamp, float(got.timestamp), rel_tol=2**-52, abs_tol=1e-9
    ):
        yield f"exemplar: expected time {expected.timestamp}, got {got.timestamp!r}"


def family_differences(expected, got, strict, created):
    wanted = list(samples(expected, strict, created))
    short = expected.short_name if strict or expected.kind == "counter" else expected.name
    for what, left, right in (
        ("name", short, got.name),
        ("type", expected.type if strict else expected.text_type, got.type),
        ("help", expected.help if strict else expected.help.strip(WHITE_SPACE), got.documentation),
        ("unit", expected.unit if strict else "", got.unit),
        ("number of samples", len(wanted), len(got.samples)),
    ):
        if left != right:
            yield f"{what}: expected {left!r}, got {right!r}"
    for (name, labels, bound, value, exemplar), sample in zip(wanted, got.samples):
        parsed = dict(sample.labels)
        if bound is not None:
            text_of_bound = parsed.pop("le", "")
            if float(text_of_bound or "nan") != bound or text_of_bound != canonical(bound):
                yield f"le: expected {bound}, got {text_of_bound!r}"
        if name != sample.name:
            yield f"sample: expected {name!r}, got {sample.name!r}"
        if labels != parsed:
            yield f"labels: expected {labels!r}, got {parsed!r}"
        if not same_number(value, sample.value, strict):
            yield f"value: expected {value}, got {sample.value!r}"
        if sample.timestamp is not None:
            yield "a timestamp appeared"
        yield from exemplar_differences(exemplar if strict else None, sample.exemplar)


def differences(format_name, exposition, families):
    strict = format_name != "text"
    module = openmetrics if strict else text
    # No translation of line ends: a carriage return is a character of a label's value.
    with open(exposition, encoding="utf-8", errors="strict", newline="\n") as file:
        parsed = list(module.text_fd_to_metric_families(file))
    if len(parsed) != len(families):
        yield f"expected {len(families)} families, got {len(parsed)}"
    for left, right in zip(families, parsed):
        for difference in family_differences(left, right, strict, format_name == "openmetrics-created"):
            yield f"{left.name}: {difference}"
