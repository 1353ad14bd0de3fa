"""OpenMetrics 2.0.0-rc0, by its grammar and the rules of its text: no released client reads it yet.

https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/
"""

import math
import re

from reader.expected import bits, same

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
TEXT = r'(?:[^"\\\n]|\\["\\n])*'
LABEL_NAME = r"[a-zA-Z_][a-zA-Z0-9_]*"
LABEL = rf'{LABEL_NAME}="{TEXT}"'
LABELS = rf"\{{(?:{LABEL}(?:,{LABEL})*)?\}}"
PAIR = re.compile(rf'({LABEL_NAME})="({TEXT})"')
REAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|[0-9]*\.[0-9]+)(?:e[+-]?[0-9]+)?"
NUMBER = rf"(?:{REAL}|[+-]?(?i:infinity|inf)|(?i:nan))"
INTEGER = r"[+-]?[0-9]+"
SPANS = rf"\[(?:{INTEGER}:[0-9]+(?:,{INTEGER}:[0-9]+)*)?\]"
LIST = rf"\[(?:{NUMBER}(?:,{NUMBER})*)?\]"
PAIRS = rf"\[(?:{NUMBER}:{NUMBER}(?:,{NUMBER}:{NUMBER})*)?\]"
NATIVE = (
    rf"schema:(?P<schema>{INTEGER}),zero_threshold:(?P<zero_threshold>{REAL}),zero_count:(?P<zero_count>{NUMBER})"
    + rf"(?:,negative_spans:(?P<negative_spans>{SPANS}),negative_buckets:(?P<negative_buckets>{LIST}))?"
    + rf"(?:,positive_spans:(?P<positive_spans>{SPANS}),positive_buckets:(?P<positive_buckets>{LIST}))?"
)
HISTOGRAM = re.compile(
    rf"\{{count:(?P<count>{NUMBER}),sum:(?P<sum>{NUMBER}),(?:{NATIVE},)?bucket:(?P<bucket>{PAIRS})\}}")
SUMMARY = re.compile(rf"\{{count:(?P<count>{NUMBER}),sum:(?P<sum>{NUMBER}),quantile:(?P<quantile>{PAIRS})\}}")
VALUE = re.compile(NUMBER)
HEAD = re.compile(rf"({NAME})({LABELS})? ")
START = re.compile(rf" st@({REAL})")
EXEMPLAR = re.compile(rf" # ({LABELS}) ({NUMBER}) ({REAL})")
METADATA = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.*)", re.DOTALL)
HELP = re.compile(TEXT)


def number(text):
    return int(text) if re.fullmatch(r"[0-9]+", text) else float(text)


def unescaped(text):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def labels_of(text):
    pairs = [(name, unescaped(value)) for name, value in PAIR.findall(text or "")]
    if len(dict(pairs)) != len(pairs):
        raise ValueError(f"a label is there twice: {text}")
    return dict(pairs)


def matched(pattern, line, at):
    match = pattern.match(line, at)
    if not match:
        raise ValueError(f"at {at} of {line!r}: no match of {pattern.pattern[:40]}")
    return match, match.end()


class Sample:
    def __init__(self, line, kind):
        match, at = matched(HEAD, line, 0)
        self.name, self.labels = match[1], labels_of(match[2])
        pattern = {"histogram": HISTOGRAM, "gaugehistogram": HISTOGRAM, "summary": SUMMARY}.get(kind, VALUE)
        self.value, at = matched(pattern, line, at)
        self.start = None
        start = START.match(line, at)
        if start:
            self.start, at = float(start[1]), start.end()
        self.exemplars = []
        while at < len(line):
            match, at = matched(EXEMPLAR, line, at)
            self.exemplars.append((labels_of(match[1]), number(match[2]), float(match[3])))


class Family:
    def __init__(self, name):
        self.name, self.metadata, self.samples, self.seen = name, {}, [], set()


def parse(text):
    """Families in order; whatever breaks a rule of the specification is an error."""
    *lines, last = text.split("\n")
    if last or lines.pop() != "# EOF":
        raise ValueError("the exposition does not end in # EOF and a newline")
    families = {}
    family = None
    for line in lines:
        if line.startswith("#"):
            match, _ = matched(METADATA, line, 0)
            keyword, name, rest = match.groups()
            if family is None or name != family.name:
                if name in families:
                    raise ValueError(f"{name} comes back")
                family = families[name] = Family(name)
            order = ["TYPE", "UNIT", "HELP"]
            if family.samples or any(order.index(k) >= order.index(keyword) for k in family.metadata):
                raise ValueError(f"metadata out of place: {line!r}")
            if keyword == "HELP" and not HELP.fullmatch(rest):
                raise ValueError(f"wrongly escaped: {line!r}")
            family.metadata[keyword] = rest
        else:
            sample = Sample(line, family.metadata["TYPE"])
            if sample.name != family.name:
                raise ValueError(f"{sample.name} is not the family's name {family.name}")
            key = tuple(sorted(sample.labels.items()))
            if key in family.seen:
                raise ValueError(f"a series is there twice: {line!r}")
            family.seen.add(key)
            family.samples.append(sample)
    return list(families.values())


def dense(spans, counts):
    """Native buckets by index; empty ones only where they save a span."""
    spans = [tuple(map(int, span.split(":"))) for span in re.findall(rf"{INTEGER}:[0-9]+", spans or "")]
    counts = [number(count) for count in re.findall(NUMBER, (counts or "").strip("[]"))]
    if sum(length for _, length in spans) != len(counts):
        raise ValueError("spans and buckets do not agree")
    buckets, index, rest = {}, 0, iter(counts)
    for place, (offset, length) in enumerate(spans):
        if (place and offset < 2) or length == 0:
            raise ValueError(f"a span is wasted: {spans}")
        index += offset
        for _ in range(length):
            buckets[index] = next(rest)
            index += 1
    lone = all(buckets.get(i - 1) and buckets.get(i + 1) for i, count in buckets.items() if count == 0)
    if not lone:
        raise ValueError(f"empty buckets: {buckets}")
    return {index: count for index, count in buckets.items() if count}


def composite_differences(family, series, match):
    fields = match.groupdict()
    wanted = {"count": series.count, "sum": series.sum}
    if family.kind == "nativeHistogram":
        wanted |= {"schema": series.schema, "zero_threshold": series.zero_threshold, "zero_count": series.zero_count}
        for side in ("negative", "positive"):
            got = dense(fields[side + "_spans"], fields[side + "_buckets"])
            if got != getattr(series, side):
                yield f"{side}: expected {getattr(series, side)}, got {got}"
            if fields[side + "_spans"] and not got:
                yield f"{side}: there are no buckets, so the fields are not wanted"
        if series.count != series.zero_count + sum(series.positive.values()) + sum(series.negative.values()):
            yield "the count is not that of all buckets"
    elif fields.get("schema"):
        yield "native buckets appeared"
    for name, value in wanted.items():
        if not same(value, number(fields[name])):
            yield f"{name}: expected {value}, got {fields[name]}"
    if family.kind == "summary":
        if fields["quantile"] != "[]":
            yield f"quantiles appeared: {fields['quantile']}"
        return
    pairs = [pair.rsplit(":", 1) for pair in fields["bucket"].strip("[]").split(",")]
    bounds = [float(bound) for bound, _ in pairs]
    if bounds != family.bounds or bounds != sorted(set(bounds)):
        yield f"bounds: expected {family.bounds}, got {bounds}"
    counts = [number(count) for _, count in pairs]
    if counts != series.cumulative:
        yield f"counts: expected {series.cumulative}, got {counts}"


def sample_differences(family, series, labels, value, sample):
    if labels != sample.labels:
        yield f"labels: expected {labels!r}, got {sample.labels!r}"
    if family.kind in ("histogram", "nativeHistogram", "summary"):
        yield from composite_differences(family, series, sample.value)
    else:
        text = sample.value[0]
        # A whole double is written as an integer.
        if not same(value, number(text) if isinstance(value, int) else float(text)):
            yield f"value: expected {value}, got {text}"
    counts = family.kind in ("counter", "histogram", "nativeHistogram", "summary")
    start = series.created if counts else None
    if (start is None) != (sample.start is None) or (start is not None and bits(start) != bits(sample.start)):
        yield f"start: expected {start}, got {sample.start}"
    has_exemplars = family.kind in ("counter", "histogram", "nativeHistogram")
    exemplars = [e for e in series.exemplars if e and e.timestamp is not None] if has_exemplars else []
    if len(exemplars) != len(sample.exemplars):
        yield f"expected {len(exemplars)} exemplars, got {len(sample.exemplars)}"
    for exemplar, (labels, value, timestamp) in zip(exemplars, sample.exemplars):
        if exemplar.labels != labels or not same(exemplar.value, value) or bits(exemplar.timestamp) != bits(timestamp):
            yield f"exemplar: expected {exemplar.labels} {exemplar.value}, got {labels} {value} {timestamp}"


def differences(_, exposition, families):
    with open(exposition, encoding="utf-8", errors="strict", newline="\n") as file:
        parsed = parse(file.read())
    if len(parsed) != len(families):
        yield f"expected {len(families)} families, got {len(parsed)}"
    for family, got in zip(families, parsed):
        samples = list(family.samples())
        for what, left, right in (
            ("name", family.name, got.name),
            ("type", family.type, got.metadata.get("TYPE")),
            ("unit", family.unit, got.metadata.get("UNIT", "")),
            ("help", family.help, unescaped(got.metadata.get("HELP", ""))),
            ("number of samples", len(samples), len(got.samples)),
        ):
            if left != right:
                yield f"{family.name}: {what}: expected {left!r}, got {right!r}"
        for (series, labels, value), sample in zip(samples, got.samples):
            for difference in sample_differences(family, series, labels, value, sample):
                yield f"{family.name}: {difference}"
