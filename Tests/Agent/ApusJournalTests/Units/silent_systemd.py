"""A systemd on its private socket that answers all calls but those about dead.service.

Arguments: the path of the socket, and that of a file to which the number of connections so far is written.
"""

import os
import socket
import struct
import sys
import threading

PATH, COUNT = sys.argv[1:3]
UNITS = ["dead.service", "nginx.service"]


def pad(data, size):
    return data + b"\0" * (-len(data) % size)


class Body:
    """Values as D-Bus has them on the wire, in little endian."""

    def __init__(self):
        self.data = b""

    def align(self, size):
        self.data = pad(self.data, size)

    def string(self, text):
        self.number(len(text))
        self.data += text.encode() + b"\0"

    def number(self, value):
        self.align(4)
        self.data += struct.pack("<I", value)

    def signature(self, text):
        self.data += bytes([len(text)]) + text.encode() + b"\0"


def array(body):
    # Its elements are structs: they begin at eight bytes.
    return struct.pack("<I", len(body.data)) + b"\0" * 4 + body.data


def listed():
    body = Body()
    for unit in UNITS:
        body.align(8)
        for text in (unit, "d", "loaded", "active", "running", "", "/org/freedesktop/systemd1/unit/x"):
            body.string(text)
        body.number(0)
        body.string("")
        body.string("/")
    return array(body)


def properties(unit):
    body = Body()
    for name, value in (("Id", unit), ("LoadState", "loaded"), ("ActiveState", "active"), ("SubState", "running")):
        body.align(8)
        body.string(name)
        body.signature("s")
        body.string(value)
    return array(body)


def reply(serial, own, signature, body):
    fields = Body()
    fields.align(8)
    fields.data += bytes([5])
    fields.signature("u")
    fields.number(serial)
    if signature:
        fields.align(8)
        fields.data += bytes([8])
        fields.signature("g")
        fields.signature(signature)
    head = b"l\2\1\1" + struct.pack("<III", len(body), own, len(fields.data)) + fields.data
    return pad(head, 8) + body


def parse(message):
    """The serial of a call, and its header's texts by their codes."""
    _, serial, length = struct.unpack_from("<III", message, 4)
    texts, place, end = {}, 16, 16 + length
    while place < end:
        place += -place % 8
        if place >= end:
            break
        code, size = message[place], message[place + 1]
        kind = message[place + 2 : place + 2 + size].decode()
        place += 3 + size
        if kind in ("s", "o"):
            place += -place % 4
            count = struct.unpack_from("<I", message, place)[0]
            texts[code] = message[place + 4 : place + 4 + count].decode()
            place += 5 + count
        elif kind == "g":
            place += 2 + message[place]
        else:
            place += -place % 4 + 4
    return serial, texts


def answer(serial, own, texts):
    name = texts.get(3)
    if name == "ListUnitsByPatterns":
        return reply(serial, own, "a(ssssssouso)", listed())
    if name == "GetAll":
        unit = os.path.basename(texts[1]).replace("_2e", ".")
        return b"" if unit == "dead.service" else reply(serial, own, "a{sv}", properties(unit))
    return reply(serial, own, "", b"")


def serve(connection):
    rest, isOk, isAgreed = b"", False, False
    while b"BEGIN\r\n" not in rest:
        received = connection.recv(4096)
        if not received:
            return
        rest += received
        if b"AUTH EXTERNAL" in rest and not isOk:
            isOk = True
            connection.sendall((b"DATA\r\n" if b"DATA" in rest else b"") + b"OK 0123456789abcdef0123456789abcdef\r\n")
        if b"NEGOTIATE" in rest and not isAgreed:
            isAgreed = True
            connection.sendall(b"AGREE_UNIX_FD\r\n")
    rest, own = rest.split(b"BEGIN\r\n", 1)[1], 0
    while True:
        while len(rest) >= 16:
            body, _, fields = struct.unpack_from("<III", rest, 4)
            size = 16 + fields + -fields % 8 + body
            if len(rest) < size:
                break
            message, rest = rest[:size], rest[size:]
            own += 1
            connection.sendall(answer(*parse(message)[:1], own, parse(message)[1]))
        received = connection.recv(65536)
        if not received:
            return
        rest += received


def main():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(PATH)
    listener.listen(5)
    count = 0
    while True:
        connection, _ = listener.accept()
        count += 1
        with open(COUNT, "w") as file:
            file.write(str(count))
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
