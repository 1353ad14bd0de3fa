"""The packing: takes orders from a folder, and packs their items into as few boxes as it finds.

    python3 packing.py --name NAME --data FOLDER

It needs OpenTelemetry's SDK (pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http), which finds the agent and its own
name by the variables OTEL_…; nothing here knows of an agent.
"""
import argparse
import json
import os
import signal
import sys
import time

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

BOX = 100


def boxes(items):
    """Packs items into boxes: the largest first, each into the first box that has room for it."""
    packed = []
    for item in sorted(items, key=lambda item: item["size"], reverse=True):
        for box in packed:
            if sum(other["size"] for other in box) + item["size"] <= BOX:
                box.append(item)
                break
        else:
            packed.append([item])
    return packed


class Packing:
    def __init__(self, name, data, meter):
        self.name = name
        self.folders = {kind: os.path.join(data, kind) for kind in ("orders", "parcels", "failed")}
        for folder in self.folders.values():
            os.makedirs(folder, exist_ok=True)
        self.parcels = meter.create_counter("packing.parcels", unit="{parcel}", description="Parcels that were packed.")
        self.failures = meter.create_counter("packing.failures", unit="{order}", description="Orders that could not be packed.")
        self.duration = meter.create_histogram(
            "packing.duration", unit="s", description="Time that an order took to pack.",
            explicit_bucket_boundaries_advisory=[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
        meter.create_observable_gauge(
            "queue.depth", [self.depth], unit="{order}", description="Entries of the queue, by state.")
        self.failures.add(0)

    def waiting(self):
        return sorted(name for name in os.listdir(self.folders["orders"]) if name.endswith(".json"))

    def depth(self, _):
        yield Observation(len(self.waiting()), {"state": "pending"})

    def pack(self, name):
        """Packs one order, unless another process was quicker to take it."""
        start = time.perf_counter()
        mine = os.path.join(self.folders["orders"], f"{name}.{self.name}")
        try:
            os.rename(os.path.join(self.folders["orders"], name), mine)
        except FileNotFoundError:
            return
        try:
            with open(mine, encoding="utf-8") as file:
                order = json.load(file)
            order["parcels"] = boxes(order["items"])
        except (ValueError, KeyError, TypeError) as error:
            print(f"{name} cannot be packed: {error!r}", file=sys.stderr)
            os.rename(mine, os.path.join(self.folders["failed"], name))
            self.failures.add(1)
            return
        done = os.path.join(self.folders["parcels"], name)
        with open(f"{done}.new", "w", encoding="utf-8") as file:
            json.dump(order, file)
        os.rename(f"{done}.new", done)
        os.remove(mine)
        for box in order["parcels"]:
            self.parcels.add(1, {"size": "full" if sum(item["size"] for item in box) == BOX else "partial"})
        self.duration.record(time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--data", required=True)
    options = parser.parse_args()
    provider = MeterProvider(metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())])
    packing = Packing(options.name, options.data, provider.get_meter("packing"))
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    while not stopped:
        for name in packing.waiting():
            packing.pack(name)
        time.sleep(0.2)
    provider.shutdown()


main()
