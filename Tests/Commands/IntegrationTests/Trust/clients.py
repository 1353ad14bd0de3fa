"""Clients of the agent for its tests: clients.py NAME ARGUMENTS..."""
import base64
import http.client
import os
import socket
import ssl
import sys
import threading
import time


def resumed(*arguments):
    port, folder, version, name = int(arguments[0]), arguments[1], arguments[2], arguments[3]
    context = ssl.create_default_context(cafile=folder + "/authority.pem")
    context.load_cert_chain(folder + "/%s.pem" % name, folder + "/%s.key" % name)
    context.maximum_version = getattr(ssl.TLSVersion, version)
    if arguments[4]: context.options |= ssl.OP_NO_TICKET
    session = None
    for turn in range(3):
        with socket.create_connection(("127.0.0.1", port)) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as tls:
                tls.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = b""
                try:
                    while some := tls.recv(4096): answer += some
                except (ssl.SSLError, ConnectionError): pass
                print(turn, answer[:12].decode(), tls.session_reused)
                session = tls.session


def slow_handshakes(*arguments):
    os.setuid(65534)
    begin = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)
    clients = []
    for _ in range(64):
        client = socket.create_connection(("127.0.0.1", int(arguments[0])))
        client.sendall(begin)
        clients.append((time.time(), client))
    print("open", flush=True)
    ages = []
    while clients and time.time() - clients[0][0] < 25:
        time.sleep(0.25)
        for one in list(clients):
            start, client = one
            try: client.sendall(b"\0")
            except OSError:
                ages.append(time.time() - start)
                clients.remove(one)
    print("left", len(clients), "from", round(min(ages), 1), "to", round(max(ages), 1), flush=True)


def guesses(*arguments):
    os.setuid(65534)
    end, answers, lock = time.time() + 100, {}, threading.Lock()
    def guess(number):
        while time.time() < end and not os.path.exists(arguments[1]):
            try:
                with socket.create_connection(("127.0.0.1", int(arguments[0]))) as client:
                    secret = base64.b64encode(b"alice:%d-%f" % (number, time.time())).decode()
                    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic %s\r\n\r\n" % secret.encode())
                    status = client.recv(4096)[9:12].decode()
            except OSError: continue
            with lock: answers[status] = answers.get(status, 0) + 1
    threads = [threading.Thread(target=guess, args=(number,)) for number in range(32)]
    for one in threads: one.start()
    print("begun", flush=True)
    for one in threads: one.join()
    print(sorted(answers))


def session(*arguments):
    import requests

    url, folder = "https://127.0.0.1:%s/metrics" % arguments[0], arguments[1]
    certificate, user = (folder + "/client.pem", folder + "/client.key"), ("alice", "open sesame")
    for cert, auth in [(certificate, user), (certificate, None), (None, user), (None, None)]:
        with requests.Session() as session:
            session.verify, session.cert, session.auth, session.trust_env = folder + "/authority.pem", cert, auth, False
            try: print([session.get(url, timeout=10).status_code for _ in range(3)])
            except requests.exceptions.RequestException: print("refused")


def kept(*arguments):
    client = http.client.HTTPConnection("127.0.0.1", int(arguments[0]), timeout=10)
    client.connect()
    for _ in range(2):
        client.request("GET", "/health/live")
        print(client.getresponse().read(), flush=True)
    while open(arguments[1]).read() != "changed": time.sleep(0.05)
    start = time.time()
    print("ended" if client.sock.recv(1) == b"" else "open", time.time() - start < 5, flush=True)


def readers(*arguments):
    context = ssl.create_default_context(cafile=arguments[1] + "/authority.pem")
    held = []
    for _ in range(int(arguments[2])):
        client = http.client.HTTPSConnection("127.0.0.1", int(arguments[0]), timeout=20, context=context)
        client.request("GET", "/metrics")
        held.append((client, len(client.getresponse().read())))
    print("held", len(held), min(length for _, length in held), flush=True)
    time.sleep(100)


globals()[sys.argv[1]](*sys.argv[2:])
