"""Delimited messages io.prometheus.client.MetricFamily, by Google's protobuf (packages python3-protobuf, protobuf-compiler)."""

import importlib
import math
import pathlib
import subprocess
import sys
import tempfile

import google.protobuf.message  # noqa: F401  (so that a missing package is told as such)

from reader.expected import same

TYPES = {"counter": 0, "gauge": 1, "info": 1, "stateSet": 1, "summary": 2, "histogram": 4, "nativeHistogram": 4}
NO_SPAN = [(0, 0)]


def compiled():
    source = pathlib.Path(__file__).with_name("metrics.proto")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"--proto_path={source.parent}", f"--python_out={folder}", source.name], check=True)
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("metrics_pb2")
        finally:
            sys.path.pop(0)


def messages(data):
    """The delimited messages; a length has five bytes at most, as in Prometheus."""
    place = 0
    while place < len(data):
        length = 0
        for index in range(5):
            byte = data[place + index]
            length |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                break
        else:
            raise ValueError(f"the length at {place} is too long")
        place += index + 1
        if place + length > len(data):
            raise ValueError(f"the message at {place} is cut")
        yield data[place : place + length]
        place += length


def families_of(data):
    """Families; one that goes on in another message is one, if all but its metrics is equal."""
    module = compiled()
    families = []
    for message in messages(data):
        family = module.MetricFamily.FromString(message)
        known = module.MetricFamily.FromString(message)
        known.DiscardUnknownFields()
        if known.ByteSize() != family.ByteSize():
            raise ValueError(f"{family.name}: fields that nobody knows")
        if not family.metric:
            raise ValueError(f"{family.name}: no metrics")
        if families and families[-1].name == family.name:
            last = families[-1]
            if (last.help, last.type, last.unit) != (family.help, family.type, family.unit):
                raise ValueError(f"{family.name}: goes on with another head")
            last.metric.extend(family.metric)
        else:
            families.append(family)
    return families


def time_differences(what, seconds, message, holder):
    has = message.HasField(holder)
    if seconds is None:
        if has:
            yield f"{what}: a time appeared"
        return
    whole = math.floor(seconds)
    nanos = round((seconds - whole) * 1e9)
    got = getattr(message, holder)
    if not has or (got.seconds, got.nanos) != (whole, nanos):
        yield f"{what}: expected {whole} s {nanos} ns, got {got.seconds} s {got.nanos} ns"


def labels_of(pairs):
    return {pair.name: pair.value for pair in pairs}


def exemplar_differences(expected, message, holder):
    if expected is None or not expected.is_short:
        if message.HasField(holder):
            yield "an exemplar appeared"
        return
    if not message.HasField(holder):
        yield "an exemplar is missing"
        return
    yield from equal_exemplar(expected, getattr(message, holder))


def equal_exemplar(expected, got):
    if expected.labels != labels_of(got.label) or not same(expected.value, got.value):
        yield f"exemplar: expected {expected.labels} {expected.value}, got {got}"
    yield from time_differences("exemplar", expected.timestamp, got, "timestamp")


def dense(spans, deltas):
    if sum(span.length for span in spans) != len(deltas):
        raise ValueError("spans and buckets do not agree")
    buckets, index, count, rest = {}, 0, 0, iter(deltas)
    for place, span in enumerate(spans):
        if place and span.offset < 0:
            raise ValueError("a span goes back")
        index += span.offset
        for _ in range(span.length):
            count += next(rest)
            buckets[index] = count
            index += 1
    return {index: count for index, count in buckets.items() if count}


def histogram_differences(family, series, got):
    if got.count != series.count or not same(series.sum, got.sum):
        yield f"expected {series.count} {series.sum}, got {got.count} {got.sum}"
    buckets = [(bucket.upper_bound, bucket.cumulative_count) for bucket in got.bucket]
    if buckets != list(zip(family.bounds, series.cumulative)):
        yield f"buckets: expected {family.bounds} {series.cumulative}, got {buckets}"
    for exemplar, bucket in zip(series.bucket_exemplars, got.bucket):
        yield from exemplar_differences(exemplar, bucket, "exemplar")
    if family.kind == "histogram":
        if got.positive_span or got.negative_span or got.zero_threshold or got.zero_count or got.exemplars:
            yield "could be taken for a native one"
        return
    for name, value in (("schema", series.schema), ("zero_threshold", series.zero_threshold), ("zero_count", series.zero_count)):
        if not got.HasField(name) or getattr(got, name) != value:
            yield f"{name}: expected {value}, got {getattr(got, name)}"
    for side in ("positive", "negative"):
        counts = dense(getattr(got, side + "_span"), getattr(got, side + "_delta"))
        if counts != getattr(series, side):
            yield f"{side}: expected {getattr(series, side)}, got {counts}"
    if series.count == 0 and [(span.offset, span.length) for span in got.positive_span] != NO_SPAN:
        yield "an empty one has not the span that tells it from a classic one"
    timed = [e for e in series.exemplars if e and e.timestamp is not None and e.is_short]
    if len(timed) != len(got.exemplars):
        yield f"expected {len(timed)} native exemplars, got {len(got.exemplars)}"
    for exemplar, message in zip(timed, got.exemplars):
        yield from equal_exemplar(exemplar, message)


def metric_differences(family, series, labels, value, metric):
    if len(metric.label) != len(labels) or labels_of(metric.label) != labels:
        yield f"labels: expected {labels}, got {labels_of(metric.label)}"
    field = {"info": "gauge", "stateSet": "gauge", "nativeHistogram": "histogram"}.get(family.kind, family.kind)
    if [name.name for name, _ in metric.ListFields() if name.name != "label"] != [field]:
        yield f"not a {field} alone"
    got = getattr(metric, field)
    if field != "gauge":
        yield from time_differences("created", series.created, got, "created")
    if field == "histogram":
        yield from histogram_differences(family, series, got)
    elif field == "summary":
        if got.count != series.count or not same(series.sum, got.sum):
            yield f"expected {series.count} {series.sum}, got {got}"
    else:
        if not same(float(value), got.value):
            yield f"expected {value}, got {got.value}"
        if field == "counter":
            yield from exemplar_differences((series.exemplars or [None])[0], got, "exemplar")


def differences(_, exposition, families):
    with open(exposition, "rb") as file:
        parsed = families_of(file.read())
    if len(parsed) != len(families):
        yield f"expected {len(families)} families, got {len(parsed)}"
    for family, got in zip(families, parsed):
        metrics = list(family.samples())
        for what, left, right in (
            ("name", family.name, got.name),
            ("help", family.help, got.help),
            ("type", TYPES[family.kind], got.type),
            ("unit", family.unit, got.unit),
            ("number of metrics", len(metrics), len(got.metric)),
        ):
            if left != right:
                yield f"{family.name}: {what}: expected {left!r}, got {right!r}"
        for (series, labels, value), metric in zip(metrics, got.metric):
            for difference in metric_differences(family, series, labels, value, metric):
                yield f"{family.name}: {difference}"
