"""The samples of an exposition of any format as its classic series: name and labels to value, and exemplars."""

import math

from prometheus_client import parser as text
from prometheus_client.openmetrics import parser as openmetrics

from reader import expected, openmetrics2, protobuf


def classic(path, format_name):
    module = openmetrics if format_name == "openmetrics" else text
    with open(path, encoding="utf-8", errors="strict", newline="\n") as file:
        families = list(module.text_fd_to_metric_families(file))
    for family in families:
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if value != ""}
            if sample.name.endswith("_created"):
                continue
            yield sample.name, labels, sample.value, sample.exemplar and (sample.exemplar.labels, sample.exemplar.value)


def bound(value):
    return expected.canonical(value)


def from_protobuf(path, _):
    with open(path, "rb") as file:
        families = protobuf.families_of(file.read())
    for family in families:
        for metric in family.metric:
            labels = protobuf.labels_of(metric.label)
            name = family.name
            for field in ("gauge", "counter", "untyped"):
                if metric.HasField(field):
                    yield name, labels, getattr(metric, field).value, None
            if metric.HasField("summary"):
                for one in metric.summary.quantile:
                    yield name, labels | {"quantile": bound(one.quantile)}, one.value, None
                for field in ("count", "sum"):
                    if metric.summary.HasField(field):
                        yield f"{name}_{field}", labels, getattr(metric.summary, field), None
            if metric.HasField("histogram"):
                prefix = "g" if family.type == 5 else ""
                for one in metric.histogram.bucket:
                    yield name + "_bucket", labels | {"le": bound(one.upper_bound)}, one.cumulative_count, None
                yield f"{name}_{prefix}count", labels, metric.histogram.count, None
                if metric.histogram.HasField("sum"):
                    yield f"{name}_{prefix}sum", labels, metric.histogram.sum, None


def from_openmetrics2(path, _):
    with open(path, encoding="utf-8", newline="\n") as file:
        families = openmetrics2.parse(file.read())
    for family in families:
        kind = family.metadata["TYPE"]
        for sample in family.samples:
            name, labels, match = sample.name, sample.labels, sample.value
            if kind not in ("histogram", "gaugehistogram", "summary"):
                yield name, labels, openmetrics2.number(match[0]), None
                continue
            prefix = "g" if kind == "gaugehistogram" else ""
            pairs = match["quantile"] if kind == "summary" else match["bucket"]
            for pair in filter(None, pairs.strip("[]").split(",")):
                left, right = pair.rsplit(":", 1)
                label, suffix = ("quantile", "") if kind == "summary" else ("le", "_bucket")
                yield name + suffix, labels | {label: bound(float(left))}, openmetrics2.number(right), None
            yield f"{name}_{prefix}count", labels, openmetrics2.number(match["count"]), None
            value = openmetrics2.number(match["sum"])
            if not math.isnan(value):
                yield f"{name}_{prefix}sum", labels, value, None


READERS = {"text": classic, "openmetrics": classic, "openmetrics2": from_openmetrics2, "protobuf": from_protobuf}


def read(path, format_name):
    samples = {}
    for name, labels, value, exemplar in READERS[format_name](path, format_name):
        key = name, tuple(sorted(labels.items()))
        if key in samples:
            raise ValueError(f"{key} is there twice")
        samples[key] = value, exemplar
    return samples
