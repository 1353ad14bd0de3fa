#!/usr/bin/python3
"""Runs a program in a terminal of its own, as a shell does, and looks at what it shows.

  screen.py COLUMNSxROWS STEP … -- PROGRAM ARGUMENT …

Each step has a minute at most; the first one that does not come true prints the screen and ends with 1.
  see:TEXT        waits until a line of the screen has the text
  miss:TEXT       waits until no line has it
  first:A|B       waits until the first line with A is above the first with B
  keys:TEXT       types; \\e, \\n, \\x1a and their like are written as Python has them
  each:TEXT       types one byte after the other, with a pause between two
  size:CxR        changes the size
  kill:NAME       sends a signal to the program, such as TERM
  stopped         waits until the program is stopped, with the terminal as it was before
  go              lets it go on in the foreground
  deaf            reads nothing any more
  hangup          closes the terminal
  end:CODE        waits for the end with that exit code (128 and the number of a signal), with the terminal as it was before
  print           prints the screen
What is sent to the terminal has to be text and the few sequences that are known here.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import unicodedata


class Screen:
    """What a terminal shows, of the sequences that a program may send."""

    def __init__(self, columns, rows):
        self.faults, self.pending, self.other, self.hidden = [], b"", False, False
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.columns, self.rows, self.x, self.y = columns, rows, 0, 0
        self.cells = [[" "] * columns for _ in range(rows)]

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]

    def feed(self, data):
        self.pending += data
        while self.pending:
            taken = self.sequence() if self.pending[0] == 0x1B else self.letter()
            if taken == 0:
                return
            self.pending = self.pending[taken:]

    def sequence(self):
        if len(self.pending) < 2:
            return 0
        if self.pending[1:2] != b"[":
            self.faults.append(f"sequence {self.pending[:8]!r}")
            return 2
        end = 2
        while end < len(self.pending) and 0x20 <= self.pending[end] < 0x40:
            end += 1
        if end == len(self.pending):
            return 0
        body, final = self.pending[2:end].decode("ascii"), chr(self.pending[end])
        if final == "m" and all(part.isdigit() for part in body.split(";")):
            pass
        elif final == "H":
            y, _, x = body.partition(";")
            self.y, self.x = int(y or 1) - 1, int(x or 1) - 1
        elif final == "J" and body == "2":
            self.cells = [[" "] * self.columns for _ in range(self.rows)]
        elif final in "hl" and body in ("?1049", "?25", "?7"):
            if body == "?1049":
                self.other = final == "h"
            if body == "?25":
                self.hidden = final == "l"
        else:
            self.faults.append(f"sequence {self.pending[:end + 1]!r}")
        return end + 1

    def letter(self):
        first = self.pending[0]
        count = 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2 if first >= 0xC0 else 1
        if len(self.pending) < count:
            return 0
        try:
            letter = self.pending[:count].decode("utf-8")
        except UnicodeDecodeError:
            self.faults.append(f"no UTF-8: {self.pending[:count]!r}")
            return 1
        if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Cs"):
            self.faults.append(f"U+{ord(letter):04X}")
        elif unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me"):
            pass
        else:
            width = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
            if self.y < self.rows and self.x + width <= self.columns:
                self.cells[self.y][self.x:self.x + width] = [letter] + [""] * (width - 1)
            else:
                self.faults.append(f"{letter!r} past the margin at {self.x},{self.y}")
            self.x += width
        return count


def shell(program, told, commands):
    """What a shell with job control does, in the terminal's session: a job in the foreground, its stops and its end."""
    before = termios.tcgetattr(0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        for name in (signal.SIGTTOU, signal.SIGHUP):
            signal.signal(name, signal.SIG_DFL)
        os.closerange(3, 64)
        try:
            os.execv(program[0], program)
        finally:
            os._exit(127)
    try:
        os.setpgid(job, job)
    except OSError:
        pass

    def tell(**what):
        try:
            what["restored"] = termios.tcgetattr(0) == before
        except termios.error:
            what["restored"] = None
        os.write(told, (json.dumps(what) + "\n").encode())

    tell(job=job)
    while True:
        _, status = os.waitpid(job, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.tcsetpgrp(0, os.getpid())
            tell(stopped=os.WSTOPSIG(status))
            if not os.read(commands, 1):
                os.kill(job, signal.SIGKILL)
                os._exit(0)
            os.tcsetpgrp(0, job)
            os.killpg(job, signal.SIGCONT)
        else:
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
            tell(ended=code)
            os._exit(0)


class Session:
    def __init__(self, columns, rows, program):
        told, telling = os.pipe()
        commands, self.command = os.pipe()
        self.screen, self.told, self.news, self.is_deaf = Screen(columns, rows), told, b"", False
        ready, go = os.pipe()
        self.leader, self.terminal = pty.fork()
        if self.leader == 0:
            os.close(go)
            os.read(ready, 1)
            shell(program, telling, commands)
        self.size(columns, rows)
        os.close(go)
        os.close(ready)
        os.close(telling)
        os.close(commands)
        self.job, self.stopped, self.ended, self.restored = None, None, None, None
        self.until(lambda: self.job, "the start")

    def size(self, columns, rows):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, limit):
        known = [self.told] if self.is_deaf or self.terminal is None else [self.told, self.terminal]
        for descriptor in select.select(known, [], [], limit)[0]:
            try:
                data = os.read(descriptor, 65536)
            except OSError:
                data = b""
            if descriptor == self.terminal:
                self.screen.feed(data)
                if not data:
                    self.terminal = None
                continue
            if not data:
                self.told = os.open("/dev/null", os.O_RDONLY) if self.ended is None else self.told
                time.sleep(0.01)
            *lines, self.news = (self.news + data).split(b"\n")
            for line in lines:
                for name, value in json.loads(line).items():
                    setattr(self, name, value)

    def until(self, condition, what, limit=60):
        end = time.monotonic() + limit
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(what)
            self.read(0.05)

    def settle(self):
        """Lets the program do what it does at a key, until it has sent nothing for a moment."""
        end = time.monotonic() + 3
        while time.monotonic() < end and self.terminal is not None:
            if not select.select([self.terminal], [], [], 0.25)[0]:
                return
            self.read(0)

    def done(self):
        # What was sent before the end comes after the news of it.
        self.until(lambda: self.ended is not None, "the end")
        for _ in range(5):
            self.read(0.02)

    def step(self, text):
        name, _, value = text.partition(":")
        shown = lambda: [line for line in self.screen.lines() if value in line]
        if name == "see":
            self.until(lambda: self.screen.other and shown(), f"“{value}” is seen")
        elif name == "miss":
            self.until(lambda: self.screen.other and any(self.screen.lines()) and not shown(), f"“{value}” is not seen")
        elif name == "first":
            one, other = value.split("|")

            def order():
                lines = self.screen.lines()
                places = [next((n for n, line in enumerate(lines) if part in line), None) for part in (one, other)]
                return None not in places and places[0] < places[1]

            self.until(order, f"“{one}” is above “{other}”")
        elif name == "keys":
            os.write(self.terminal, value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
            self.settle()
        elif name == "each":
            for byte in value.encode("latin-1").decode("unicode_escape").encode("latin-1"):
                os.write(self.terminal, bytes([byte]))
                self.read(0.005)
            self.settle()
        elif name == "size":
            columns, rows = map(int, value.split("x"))
            for _ in range(3):
                self.read(0.02)
            self.screen.resize(columns, rows)
            self.size(columns, rows)
            if not self.is_deaf:
                self.settle()
        elif name == "kill":
            os.kill(self.job, getattr(signal, f"SIG{value}"))
        elif name == "stopped":
            self.until(lambda: self.stopped, "the program is stopped")
            for _ in range(5):
                self.read(0.02)
            self.check()
        elif name == "go":
            self.stopped = None
            os.write(self.command, b"g")
        elif name == "deaf":
            self.is_deaf = True
        elif name == "hangup":
            os.close(self.terminal)
            self.terminal = None
        elif name == "end":
            self.done()
            if self.ended != int(value):
                raise AssertionError(f"the exit code is {self.ended} and not {value}")
            if self.terminal is not None and not self.is_deaf:
                self.check()
        elif name == "print":
            print("\n".join(self.screen.lines()))
        else:
            raise AssertionError(f"there is no step {text}")
        if self.screen.faults:
            raise AssertionError(f"the terminal was sent {self.screen.faults[:5]}")

    def check(self):
        if not self.restored:
            raise AssertionError("the terminal's settings are not those of before")
        if self.screen.other or self.screen.hidden:
            raise AssertionError("the other screen is still shown, or the cursor is hidden")

    def close(self):
        for pid in (self.job, self.leader):
            try:
                if pid and (pid == self.leader or self.ended is None):
                    os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.waitpid(self.leader, 0)


def main():
    columns, rows = map(int, sys.argv[1].split("x"))
    split = sys.argv.index("--")
    session = Session(columns, rows, sys.argv[split + 1:])
    step = "start"
    try:
        for step in sys.argv[2:split]:
            session.step(step)
        print("all steps came true")
    except (AssertionError, TimeoutError, OSError) as error:
        print(f"{step}: {type(error).__name__} {error}; ended {session.ended}")
        print("\n".join(session.screen.lines()))
        sys.exit(1)
    finally:
        session.close()


main()
