"""Sends reports to an agent in which bytes are changed by chance, and says how it answered.

usage: mutants.py PORT FOLDER COUNT

FOLDER has the bodies N.pb and N.json of an SDK. COUNT bodies are sent: of OTLP in both encodings, of text and of OpenMetrics. Every
answer is one of the agent's, and every refusal says why; the last line is the number of answers by their status, as JSON.
"""

import collections
import http.client
import json
import pathlib
import random
import sys
import time

TEXT = b"""# HELP jobs_total Jobs.
# TYPE jobs_total counter
jobs_total{queue="mail",state="done"} 17
# TYPE job_seconds histogram
job_seconds_bucket{le="0.5"} 2
job_seconds_bucket{le="+Inf"} 3
job_seconds_sum 4.5
job_seconds_count 3
# TYPE heap_bytes gauge
heap_bytes 123456
"""
OPEN = TEXT.replace(b"TYPE jobs_total", b"TYPE jobs").replace(b"HELP jobs_total", b"HELP jobs") + b"# EOF\n"


def mutant(body, chance):
    body = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        if not body:
            break
        place = chance.randrange(len(body))
        end = min(len(body), place + chance.randint(1, 40))
        kind = chance.randrange(6)
        if kind == 0:
            body[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            body[place] = chance.randrange(256)
        elif kind == 2:
            del body[place:end]
        elif kind == 3:
            body[place:place] = body[place:end]
        elif kind == 4:
            body[place:end] = chance.randbytes(end - place)
        else:
            del body[max(place, len(body) * 9 // 10):]
    return bytes(body)


def main():
    port, folder, count = int(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(20261129)
    otlp = ("POST", "/v1/metrics")
    kinds = (
        [(*otlp, "application/x-protobuf", (folder / f"{number}.pb").read_bytes()) for number in range(4)]
        + [(*otlp, "application/json", (folder / f"{number}.json").read_bytes()) for number in range(4)]
        + [("PUT", "/v1/report/mutant/mutant-1", "text/plain; version=0.0.4", TEXT)] * 4
        + [("PUT", "/v1/report/mutant/mutant-2", "application/openmetrics-text; version=1.0.0", OPEN)] * 4
    )
    statuses = collections.Counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    sent = 0
    while sent < count:
        method, path, kind, body = kinds[sent % len(kinds)]
        connection.request(method, path, mutant(body, chance), {"Content-Type": kind})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status == 429:
            time.sleep(int(answer.headers["Retry-After"]))
            continue
        statuses[answer.status] += 1
        if answer.status >= 400 and len(content) < 10:
            sys.exit(f"number {sent}: {answer.status} without a reason: {content!r}")
        if answer.status not in (200, 204, 400):
            sys.exit(f"number {sent}: {answer.status}: {content!r}")
        sent += 1
    print(json.dumps(statuses))


main()
