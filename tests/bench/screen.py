"""Measures on a pseudo-terminal how long the view takes to show something."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

CURSOR_QUESTION = b"\x1b[6n"  # how wide are ambiguous characters? A terminal answers at once
QUIET = 0.4  # without output for so long, nothing more comes


class View:
    """A running view; `output` is what it has written until now."""

    def __init__(self, command, rows=40, columns=120):
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.execvp(command[0], command)
        self.output = b""

    def read(self, seconds):
        """True when output came within that time."""
        if not select.select([self.fd], [], [], max(seconds, 0))[0]:
            return False
        try:
            part = os.read(self.fd, 65536)
            self.output += part
            if CURSOR_QUESTION in part:
                os.write(self.fd, b"\x1b[1;4R")
        except OSError:
            return False
        return True

    def until(self, text, seconds=120):
        end = time.monotonic() + seconds
        while text not in self.output and time.monotonic() < end:
            self.read(0.05)
        return time.monotonic() - self.started

    def settle(self):
        """Reads until there is no more output; returns the time of the last output."""
        last = time.monotonic()
        while self.read(QUIET):
            last = time.monotonic()
        return last

    def processor(self):
        """Returns the seconds of CPU time it has used."""
        with open(f"/proc/{self.pid}/schedstat", encoding="ascii") as statistics:
            return int(statistics.read().split()[0]) / 1e9

    def press(self, key):
        """Returns the seconds until the last output that a key causes, and the seconds of CPU time."""
        self.output = b""
        before = self.processor()
        start = time.monotonic()
        os.write(self.fd, key)
        self.read(2)
        first = time.monotonic()
        seconds = max(self.settle(), first) - start
        return seconds, self.processor() - before

    def resident(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

    def close(self):
        os.write(self.fd, b"q")
        os.kill(self.pid, signal.SIGTERM)
        while self.read(2):
            pass
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def first_screen(command):
    """Returns the seconds until the list's first row is shown."""
    view = View(command)
    seconds = view.until(b"ESTAB")
    view.close()
    return seconds


def loaded(command):
    """Returns the seconds until a file is loaded, and the peak resident memory in MB."""
    view = View(command)
    view.until(b"ESTAB")
    seconds = view.settle() - view.started
    resident = view.resident()
    view.close()
    return seconds, resident


SORTS = ("client", "server", "states", "start", "age", "packets", "bytes", "verdict", "number")  # as `s` goes through them
FILTERS = ("11.3.0.0/16", "client.port < 2000 and state == ESTABLISHED", "packets > 3 and bytes > 100", "verdict == OPEN")


def keys(command, rounds):
    """Measures keys in the list: (work, seconds until the screen no longer changes, seconds of CPU time), the best of
    some rounds."""
    view = View(command)
    view.until(b"ESTAB")
    view.settle()
    best = {}

    def press(work, key):
        seconds, processor = view.press(key)
        so_far = best.get(work, (seconds, processor))
        best[work] = min(seconds, so_far[0]), min(processor, so_far[1])

    for _ in range(rounds):
        for column in SORTS:
            press(f"sort by {column}", b"s")
        for work, key in (("next row", b"j"), ("reverse the order", b"r"), ("first row", b"g"), ("last row", b"G")):
            press(work, key)
        view.press(b"r")
        for text in FILTERS:
            view.press(b"F" + text.encode())
            press(f"filter {text}", b"\r")
            press("no filter", b"\x1b")
    view.close()
    return [(work, *costs) for work, costs in best.items()]
