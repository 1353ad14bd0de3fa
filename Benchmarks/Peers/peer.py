"""The same work as Ratios does, by Prometheus' client for Python (Debian's python3-prometheus-client)."""
import math
import random
import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

OPERATIONS = 200_000
SERIES = 100_000


def best(name, rounds, count, body):
    least = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        body()
        least = min(least, (time.perf_counter() - start) / count * 1e9)
    print(f"python {name} {least:.2f}")


def count():
    for _ in range(OPERATIONS):
        counter.inc()


def observe():
    for value in values:
        histogram.observe(value)


registry = CollectorRegistry()
counter = Counter("operations", "Operations.", registry=None)
bounds = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
histogram = Histogram("operation_seconds", "Time.", buckets=bounds, registry=None)
values = [math.exp(random.uniform(math.log(0.0003), math.log(12))) for _ in range(OPERATIONS)]
best("counter", 5, OPERATIONS, count)
best("histogram", 5, OPERATIONS, observe)
vector = Counter("requests", "Requests answered.", ["method", "route", "status"], registry=registry)
for number in range(SERIES):
    labels = (["GET", "POST", "PUT", "DELETE"][number % 4], f"/api/v1/resource/{number // 16}",
              ["200", "404", "500", "503"][number // 4 % 4])
    vector.labels(*labels).inc(number * 37 + 1)
best("encoding", 3, SERIES, lambda: generate_latest(registry))
