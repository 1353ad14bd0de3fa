"""What programs in Python report with prometheus_client, and whether what is served of it is the same.

usage: reported.py write text|openmetrics SEED FILE       an exposition of metrics of every type
       reported.py same FORMAT FILE FORMAT FILE           0 when both have the same series, values and, in OpenMetrics, exemplars
       reported.py parse FOLDER                           0 when the strict parser of OpenMetrics reads each file of a folder
"""

import math
import os
import random
import sys

import prometheus_client as client
from prometheus_client import core
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics import parser

from reader import samples

TEXTS = ["", "a", "é\u2028", 'quo"te', "back\\slash", "new\nline", "{x=\"y\"}", "# EOF", "/api/v1", " blank "]


class Collected:
    """Families that no instrument of the client makes."""

    def __init__(self, rng):
        self.rng = rng

    def collect(self):
        rng = self.rng
        unknown = core.UnknownMetricFamily("other_thing", "Of no type.", labels=["a"])
        unknown.add_metric(["x"], -rng.random())
        unknown.add_metric(["y"], 2**53 + 1)
        yield unknown
        queue = core.GaugeHistogramMetricFamily("queue_age_seconds", "Ages now.", labels=["q"], unit="seconds")
        queue.add_metric(["one"], [("1.0", 2), ("+Inf", 5)], gsum_value=rng.randrange(100))
        yield queue
        summary = core.SummaryMetricFamily("rpc_seconds", "With quantiles.", labels=["m"])
        summary.add_metric(["get"], count_value=7, sum_value=rng.random())
        for quantile in ("0.5", "0.99"):
            summary.add_sample("rpc_seconds", {"m": "get", "quantile": quantile}, rng.random())
        yield summary
        states = core.StateSetMetricFamily("feature", "Switches.", labels=["zone"])
        states.add_metric(["a"], {"on \"quoted\"": True, "off": False})
        yield states
        integers = core.GaugeMetricFamily("big_numbers", "Exact.", labels=["n"])
        for number in (2**53 + 1, -(2**53) - 1, 2**64 - 1, -(2**63)):
            integers.add_metric([str(number)], number)
        yield integers


def registry(seed):
    rng = random.Random(seed)
    registry = client.CollectorRegistry()
    client.Gauge("temperature", "Of \\ many\nkinds.", ["place", "kind"], registry=registry)
    gauge = client.Gauge("level_bytes", "With odd labels.", ["path"], unit="bytes", registry=registry)
    for text in TEXTS:
        gauge.labels(text).set(rng.choice([rng.random(), -1e300, math.inf, -math.inf, math.nan, 0, 2**40]))
    counter = client.Counter("visits", "Of pages.", ["page"], registry=registry)
    for text in TEXTS:
        counter.labels(text).inc(rng.choice([0, 1, rng.random(), 2**60]), exemplar={"trace_id": f"{rng.getrandbits(64):x}"})
    histogram = client.Histogram("wait_seconds", "Of waits.", ["job_kind"], buckets=(0.001, 0.5, 1, 2.5, 1e6), registry=registry)
    for text in TEXTS:
        for _ in range(rng.randrange(9)):
            histogram.labels(text).observe(rng.expovariate(1), exemplar={"trace_id": "abc", "span_id": "x y"})
    client.Summary("size_bytes", "Of sizes.", registry=registry).observe(rng.random() * 1000)
    client.Info("build", "Of what it was built.", registry=registry).info({"version": "1.2", "revision": 'a"b'})
    client.Enum("state", "Of a worker.", ["w"], states=["starting", "running"], registry=registry).labels("1").state("running")
    registry.register(Collected(rng))
    return registry


def write(format_name, seed, path):
    generate = openmetrics.generate_latest if format_name == "openmetrics" else client.generate_latest
    with open(path, "wb") as file:
        file.write(generate(registry(int(seed))))


def equal(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


def differences(left_format, left_path, right_format, right_path):
    left, right = samples.read(left_path, left_format), samples.read(right_path, right_format)
    exact = left_format == right_format == "openmetrics"
    for key in left.keys() | right.keys():
        if key[0].endswith("_count") and key not in left and (key[0].replace("_count", "_gcount"), key[1]) in left:
            continue  # In text a gauge histogram has its count in a gauge beside it; as a histogram it has one of its own.
        if key not in left or key not in right:
            yield f"only {'before' if key in left else 'after'}: {key}"
        elif not equal(*(v if exact else float(v) for v in (left[key][0], right[key][0]))):
            yield f"{key}: {left[key][0]!r} became {right[key][0]!r}"
        elif exact and left[key][1] != right[key][1]:
            yield f"{key}: exemplar {left[key][1]!r} became {right[key][1]!r}"


def refused(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8", newline="\n") as file:
            text = file.read()
        try:
            list(parser.text_string_to_metric_families(text))
        except Exception as error:  # whatever it does not read
            yield f"{name}: {error!r}\n{text[:2000]}"


def main():
    command, *arguments = sys.argv[1:]
    if command == "write":
        write(*arguments)
        return 0
    faults = list(differences(*arguments) if command == "same" else refused(*arguments))
    print(f"{len(faults)} differences", *faults[:10], sep="\n")
    return 1 if faults else 0


sys.exit(main())
