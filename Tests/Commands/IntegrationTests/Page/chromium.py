"""A headless Chromium, driven over its debugging pipe (file descriptors 3 and 4, JSON ended by a zero byte)."""
import base64
import collections
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time


class Late(Exception):
    """Something did not come true in time."""


class Chromium:
    """One browser with a profile of its own, and one page. It ends with the `with` that it is begun in."""

    def __init__(self, width=1280, height=800, options=()):
        self.folder = tempfile.mkdtemp(prefix="apus-page-")
        ours, theirs = os.pipe(), os.pipe()
        # Descriptors of the child: commands on 3, answers on 4.
        def places():
            os.setsid()
            one, other = os.dup(ours[0]), os.dup(theirs[1])
            os.dup2(one, 3)
            os.dup2(other, 4)
            for number in range(5, 64):
                try:
                    os.close(number)
                except OSError:
                    pass
        self.errors = open(f"{self.folder}/errors", "wb")
        self.process = subprocess.Popen(
            ["/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
             f"--user-data-dir={self.folder}/profile", f"--window-size={width},{height}", *options, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors, close_fds=False, preexec_fn=places,
            env={"PATH": "/usr/bin:/bin", "HOME": self.folder, "LC_ALL": "C.UTF-8", "TZ": "UTC"})
        os.close(ours[0])
        os.close(theirs[1])
        self.writer, self.reader = ours[1], theirs[0]
        self.buffer = b""
        self.number = 0
        self.events = collections.deque(maxlen=100_000)
        # What a person would see in the console, errors of scripts and breaches of the policy.
        self.complaints = []
        self.requests = []
        self.answers = {}
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network", "Performance"]:
            self.call(domain + ".enable")
        self.resize(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=5)
        except (OSError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            pass
        self.process.wait(timeout=10)
        os.close(self.writer)
        os.close(self.reader)
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, limit=30, **parameters):
        """Sends a command and answers its result."""
        number = self.send(method, parameters)
        end = time.monotonic() + limit
        while True:
            answer = self.take(end, method)
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def send(self, method, parameters):
        """Sends a command whose result nobody awaits; answers its number."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.writer, data):]
        return self.number

    def pretend(self, answers):
        """Answers requests in the agent's place: (status, body) by a piece of the address, or None for never."""
        self.answers = answers
        self.call("Fetch.enable", patterns=[{"urlPattern": f"*{piece}*"} for piece in answers])

    def take(self, end, what):
        """The next message, of which events are noted."""
        while b"\0" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.reader], [], [], left)[0]:
                raise Late(f"not in time: {what}")
            some = os.read(self.reader, 1 << 20)
            if not some:
                raise RuntimeError("the browser has ended: " + open(f"{self.folder}/errors").read()[-2000:])
            self.buffer += some
        one, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(one)
        if "method" in message:
            self.note(message)
        return message

    def note(self, message):
        method, parameters = message["method"], message.get("params", {})
        if method == "Runtime.exceptionThrown":
            detail = parameters["exceptionDetails"]
            self.complaints.append("exception: " + detail.get("exception", {}).get("description", detail["text"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append("console: " + " ".join(str(one.get("value", one.get("description"))) for one in parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append("log: " + parameters["entry"]["text"] + " " + parameters["entry"].get("url", ""))
        elif method == "Fetch.requestPaused":
            answer = next(answer for piece, answer in self.answers.items() if piece in parameters["request"]["url"])
            status, body = answer or (0, "")
            # One without an answer waits for ever.
            if answer:
                self.send("Fetch.fulfillRequest", {
                    "requestId": parameters["requestId"], "responseCode": status, "body": base64.b64encode(body.encode()).decode(),
                    "responseHeaders": [{"name": "Content-Type", "value": "application/json"}]})
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        self.events.append(message)

    def wait(self, seconds):
        """Takes events for a while."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.take(end, "")
            except Late:
                return

    def evaluate(self, expression, limit=30):
        """The value of an expression of the page, awaited."""
        result = self.call("Runtime.evaluate", limit=limit, expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            detail = result["exceptionDetails"]
            raise RuntimeError(detail.get("exception", {}).get("description", detail["text"]))
        return result["result"].get("value")

    def eventually(self, expression, limit=30, what=None):
        """Waits until an expression is true. Between two documents it may have no value at all."""
        end = time.monotonic() + limit
        while True:
            try:
                value = self.evaluate(expression)
            except RuntimeError:
                if time.monotonic() > end:
                    raise
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise Late(f"not within {limit} s: {what or expression}; the page: {self.evaluate('document.body.innerText')[:1500]}")
            self.wait(0.1)

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.eventually("document.readyState === 'complete'")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme, reduced=False):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce" if reduced else "no-preference"}])

    def key(self, key, text=None):
        codes = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, "Tab": 9}
        code = codes.get(key, ord(key.upper()) if len(key) == 1 else 0)
        if len(key) == 1:
            text = key
        if key == "Enter":
            text = "\r"
        more = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def type(self, text):
        for one in text:
            self.key(one)

    def picture(self, path=None):
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        if path:
            with open(path, "wb") as file:
                file.write(data)
        return data
