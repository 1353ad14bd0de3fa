"""A service that counts with OpenTelemetry's SDK and reports by its own exporter, until it is killed.

usage: restarts.py ENDPOINT COUNT

Counts COUNT requests, observes as many waits in a histogram and an exponential one, reports, prints "reported" and waits.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / ".build/opentelemetry"))

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk import metrics
from opentelemetry.sdk.metrics import export, view
from opentelemetry.sdk.resources import Resource

endpoint, count = sys.argv[1], int(sys.argv[2])
reader = export.PeriodicExportingMetricReader(
    OTLPMetricExporter(endpoint=endpoint + "/v1/metrics"), export_interval_millis=3_600_000
)
provider = metrics.MeterProvider(
    metric_readers=[reader],
    resource=Resource({"service.name": "till", "service.instance.id": "till-1"}),
    views=[view.View(instrument_name="wait", aggregation=view.ExponentialBucketHistogramAggregation())],
    shutdown_on_exit=False,
)
meter = provider.get_meter("till")
requests = meter.create_counter("requests")
duration = meter.create_histogram("duration", unit="s")
wait = meter.create_histogram("wait", unit="s")
for number in range(count):
    requests.add(1, {"code": "200"})
    duration.record(0.5)
    wait.record(2.0)
provider.force_flush()
print("reported", flush=True)
time.sleep(3600)
