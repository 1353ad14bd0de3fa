"""The shipping: takes parcels from a folder, and hands them to a carrier. Python alone, without packages.

    python3 shipping.py --name NAME --data FOLDER --metrics HOST:PORT

It serves a page of metrics itself, as clients of Prometheus do; nothing here knows of an agent.
"""
import argparse
import json
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shipping:
    def __init__(self, data):
        self.parcels = os.path.join(data, "parcels")
        os.makedirs(self.parcels, exist_ok=True)
        # Orders whose parcels the carrier has; a real one would ask it after a restart.
        self.shipped = set()
        self.count = 0

    def waiting(self):
        return [name for name in os.listdir(self.parcels) if name.endswith(".json") and name not in self.shipped]

    def ship(self):
        for name in self.waiting():
            with open(os.path.join(self.parcels, name), encoding="utf-8") as file:
                self.count += len(json.load(file)["parcels"])
            self.shipped.add(name)

    def page(self):
        return (
            "# TYPE shipping_parcels_total counter\n# HELP shipping_parcels_total Parcels that the carrier has.\n"
            f"shipping_parcels_total {self.count}\n"
            "# TYPE shipping_orders gauge\n# HELP shipping_orders Packed orders by state.\n"
            f'shipping_orders{{state="waiting"}} {len(self.waiting())}\nshipping_orders{{state="shipped"}} {len(self.shipped)}\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--metrics", required=True)
    options = parser.parse_args()
    shipping = Shipping(options.data)

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            found = self.path == "/metrics"
            body = (shipping.page() if found else "there is nothing here\n").encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8" if found else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    host, port = options.metrics.rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    while not stopped:
        shipping.ship()
        time.sleep(0.2)
    server.shutdown()


main()
