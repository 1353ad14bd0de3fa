#!/usr/bin/python3
"""Servers that no agent is like, for the tests of what a client bears.

  agents.py MODE …

Prints the port of each on a line, in their order, and serves until it is killed:
  hang      takes connections and says nothing
  trickle   sends a byte a second, without an end
  flood     sends as many bytes as are taken
  rubbish   sends what is no HTTP
  other     answers with JSON that is no agent's
  error     answers with status 500 and controls in its words
  names     answers with hostile names
  many      answers with 20,000 rows
  numbers   answers with numbers of all sizes
"""
import json
import socket
import sys
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
AGENT = {"version": "1", "host": "host\u001b]0;title\u0007", "boot": "1", "turn": 1, "intervalSeconds": 1, "time": 1000.0}
NAMES = [
    "\u001b[2J\u001b[H", "\u001b]0;title\u0007", "a\rb", "a\nb", "\u009b2J", "\u202eright to left", "\u2066isolated", "\u0007bell\b\b",
    "\u200b\u2060\ufeff", "e" + "\u0301" * 120, "日本語のサービス", "👩‍👩‍👧‍👦👍🏽🇩🇪", "\U000e0041tag", "\u3164filler", "ｆｕｌｌ", "%n%s", "\u0000null",
    "\u2028line", "x" * 128, "\u0e01\u0e33", "\u0600arabic", "\udbff\udfff",
]


def rows():
    return [
        {"service": name, "instance": f"{number}-{name}", "kind": "group", "state": "hung", "hungReason": name, "unit": name,
         "lastError": {"time": 999.0, "priority": name, "message": name}} for number, name in enumerate(NAMES)]


def many():
    return [{"service": "many", "instance": f"many-{number:05}", "state": "up", "cpuPercent": number} for number in range(20_000)]


def numbers():
    values = [0, -1, 1e308, -1e308, 1e-300, 12345678901234567890, -0.0, 0.05]
    return [
        {"service": "numbers", "instance": f"numbers-{index}", "state": f"state {index}", "cpuPercent": value, "residentBytes": value,
         "heapBytes": value, "pid": value, "threads": value, "openFiles": value, "maxFiles": value, "restarts": value,
         "sinceTime": value, "connections": {"used": value, "max": value}, "queue": {"depth": value, "oldestAgeSeconds": value},
         "lastError": {"time": value}} for index, value in enumerate(values)]


def answer(connection, content):
    body = json.dumps(content).encode()
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def serve(connection, mode):
    try:
        connection.settimeout(60)
        request = b""
        while b"\r\n\r\n" not in request:
            data = connection.recv(65536)
            if not data:
                return
            request += data
        if mode == "hang":
            time.sleep(600)
        elif mode == "trickle":
            connection.sendall(HEAD + b"\r\n{")
            while True:
                time.sleep(1)
                connection.sendall(b" ")
        elif mode == "flood":
            connection.sendall(HEAD + b"\r\n[")
            while True:
                connection.sendall(b"[" * 65536)
        elif mode == "rubbish":
            connection.sendall(b"\x00\xff\x1b[2Jrubbish\r\n\r\n")
        elif mode == "other":
            answer(connection, {"instances": "none", "agent": []})
        elif mode == "error":
            words = b"\x1b[2J\x1b]0;x\x07 no\n"
            connection.sendall(b"HTTP/1.1 500 No\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(words) + words)
        else:
            answer(connection, {"agent": AGENT, "instances": {"names": rows, "many": many, "numbers": numbers}[mode]()})
    except OSError:
        pass
    finally:
        connection.close()


def accept(listener, mode):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, mode), daemon=True).start()


for mode in sys.argv[1:]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=accept, args=(listener, mode), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
threading.Event().wait()
