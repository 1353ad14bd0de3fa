"""OpenTelemetry's SDK as a program that reports by its own exporter, and what it says itself that it has recorded.

usage: sdk.py cumulative|delta SEED FOLDER

Leaves in the folder, for each round, the body that the exporter sent (N.pb), the same in OTLP's JSON (N.json), and what the SDK's
reader in memory says (N.expected): a list of series, each with its family as the rules of compatibility name it.
"""

import base64
import http.server
import json
import os
import pathlib
import random
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / ".build/opentelemetry"))

from google.protobuf import json_format
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Observation
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.sdk import metrics
from opentelemetry.sdk.metrics import export
from opentelemetry.sdk.metrics import view
from opentelemetry.sdk.resources import Resource

FAMILIES = {
    "http.server.requests": ("http_server_requests_total", "counter"),
    "net.traffic": ("net_traffic_bytes_total", "counter"),
    "disk.io.total": ("disk_io_bytes_total", "counter"),
    "queue--depth": ("queue_depth", "gauge"),
    "cpu.utilization": ("cpu_utilization_ratio", "gauge"),
    "http.server.request.duration": ("http_server_request_duration_seconds", "histogram"),
    "rpc.duration": ("rpc_duration_milliseconds", "histogram"),
    "shift": ("shift_celsius_per_minute", "histogram"),
}
ROUNDS = 4


class Sink(http.server.BaseHTTPRequestHandler):
    bodies = []

    def do_POST(self):
        Sink.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()

    def log_message(self, *_):
        pass


def exporter(port, temporality):
    delta = export.AggregationTemporality.DELTA
    kinds = (metrics.Counter, metrics.Histogram, metrics.ObservableCounter)
    return OTLPMetricExporter(
        endpoint=f"http://127.0.0.1:{port}/v1/metrics",
        compression=Compression.NoCompression,
        preferred_temporality={kind: delta for kind in kinds} if temporality == "delta" else None,
    )


def provider(port, temporality):
    memory = export.InMemoryMetricReader()
    periodic = export.PeriodicExportingMetricReader(exporter(port, temporality), export_interval_millis=3_600_000)
    views = [
        view.View(instrument_name=name, aggregation=view.ExponentialBucketHistogramAggregation(max_size=40))
        for name in ("rpc.duration", "shift")
    ]
    resource = Resource.create(
        {"service.name": "shop/checkout", "service.namespace": "eu", "service.instance.id": "one",
         "host.name": "a \"b\"", "process.tags": ["x", "y"]})
    return metrics.MeterProvider([memory, periodic], resource=resource, views=views), memory, periodic


class Program:
    def __init__(self, meter, rng):
        self.rng = rng
        self.read = 0
        self.requests = meter.create_counter("http.server.requests", unit="{request}", description="Requests \\ of\nall kinds.")
        self.traffic = meter.create_counter("net.traffic", unit="By")
        self.depth = meter.create_up_down_counter("queue--depth", unit="{job}")
        self.cpu = meter.create_gauge("cpu.utilization", unit="1")
        self.duration = meter.create_histogram("http.server.request.duration", unit="s")
        self.rpc = meter.create_histogram("rpc.duration", unit="ms")
        self.shift = meter.create_histogram("shift", unit="Cel/min")
        meter.create_observable_counter("disk.io.total", callbacks=[self.disk], unit="By")

    def disk(self, _):
        yield Observation(self.read, {"device": "sda"})

    def work(self):
        rng = self.rng
        for _ in range(rng.randrange(1, 60)):
            labels = {"http.method": rng.choice(["GET", "PUT"]), "http.status_code": rng.choice([200, 500]), "ok": True}
            self.requests.add(rng.choice([1, 2**40]), labels)
            self.traffic.add(rng.random() * 1e6, {"peer.name": rng.choice(["a", "b\nc", ""])})
            self.depth.add(rng.choice([-1, 1, 2]), {"q": "é"})
            self.cpu.set(rng.random(), {"core": rng.randrange(2)})
            self.duration.record(rng.expovariate(2), labels)
            self.rpc.record(rng.lognormvariate(2, 3) * rng.choice([0, 1, 1, 1]), {"rpc.system": "grpc"})
            self.shift.record(abs(rng.gauss(0, 5)) * 10 ** rng.randrange(-20, 20))
        self.read += rng.randrange(10**7)


def text(value):
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def value_of(kind, point):
    if hasattr(point, "value"):
        return {"number": str(point.value)}
    if hasattr(point, "bucket_counts"):
        return {"bounds": list(point.explicit_bounds), "counts": list(point.bucket_counts), "sum": point.sum}
    sides = {
        side: [buckets.offset, list(buckets.bucket_counts)]
        for side, buckets in (("positive", point.positive), ("negative", point.negative))
    }
    return {"scale": point.scale, "zero": point.zero_count, "sum": point.sum, **sides}


def expected(memory):
    for resource in memory.get_metrics_data().resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                family, kind = FAMILIES[metric.name]
                for point in metric.data.data_points:
                    labels = {key.replace(".", "_"): text(value) for key, value in point.attributes.items()}
                    yield {
                        "family": family, "kind": kind, "labels": {k: v for k, v in labels.items() if v},
                        **value_of(kind, point),
                    }


def as_json(body):
    """The JSON of protobuf, with numbers for enumerations and hexadecimal ids."""
    request = metrics_service_pb2.ExportMetricsServiceRequest.FromString(body)
    document = json_format.MessageToDict(request, use_integers_for_enums=True)

    def mend(node):
        if isinstance(node, dict):
            for key, child in node.items():
                if key in ("traceId", "spanId"):
                    node[key] = base64.b64decode(child).hex()
                else:
                    mend(child)
        elif isinstance(node, list):
            for child in node:
                mend(child)

    mend(document)
    return json.dumps(document)


def report(temporality, seed, folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    meters, memory, periodic = provider(server.server_port, temporality)
    program = Program(meters.get_meter("shop.metrics", "1.2", attributes={"flavour": "mint"}), random.Random(seed))
    for number in range(ROUNDS):
        program.work()
        Sink.bodies.clear()
        if not periodic.force_flush():
            raise SystemExit("the exporter could not send")
        (body,) = Sink.bodies
        files = {"pb": body, "json": as_json(body).encode(), "expected": json.dumps(list(expected(memory))).encode()}
        for ending, content in files.items():
            with open(os.path.join(folder, f"{number}.{ending}"), "wb") as file:
                file.write(content)
    meters.shutdown()


report(sys.argv[1], int(sys.argv[2]), sys.argv[3])
