"""Measures live capture on a veth pair between two namespaces, which are removed at the end."""

import collections
import contextlib
import os
import re
import resource
import signal
import subprocess
import tempfile
import time

import screen

Loss = collections.namedtuple("Loss", "sent dropped rate")
SETTLE = 1.0  # seconds for a capture to begin, and to take what is left in the ring


def ip(*words):
    subprocess.run(["ip", *words], check=True)


@contextlib.contextmanager
def pair():
    """Makes two namespaces and yields their names; interface `wire` of each leads to the other."""
    names = [f"wsbench{os.getpid()}{end}" for end in "ab"]
    for name in names:
        ip("netns", "add", name)
    try:
        ip("-n", names[0], "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", names[1])
        for name in names:
            with open(os.devnull, "w", encoding="ascii") as null:
                subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.wire.disable_ipv6=1"],
                               check=False, stderr=null)
            ip("-n", name, "link", "set", "wire", "mtu", "65535", "up")
        yield names
    finally:
        for name in names:
            ip("netns", "del", name)


class Lines:
    """A capture that prints lines."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def wait(self, seconds):
        time.sleep(seconds)

    def finish(self):
        """Returns what it prints at its end."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate()[1]


class Viewed:
    """A capture that shows the view, with a terminal that reads it."""

    def __init__(self, command):
        self.view = screen.View(command)

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.view.read(end - time.monotonic())

    def finish(self):
        self.view.output = b""
        os.write(self.view.fd, b"q")
        while self.view.read(2):
            pass
        os.waitpid(self.view.pid, 0)
        return self.view.output.decode(errors="replace")


def replay(command, paths, kind=Lines):
    """Replays captures side by side, as fast as possible, while `command` captures at the other end."""
    with pair() as (sender, receiver), contextlib.ExitStack() as stack:
        logs = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in paths]
        capture = kind(["ip", "netns", "exec", receiver, *command, "-i", "wire"])
        capture.wait(SETTLE)
        players = [subprocess.Popen(["ip", "netns", "exec", sender, "tcpreplay", "-t", "-K", "-i", "wire", path],
                                    stdout=log, stderr=subprocess.STDOUT) for path, log in zip(paths, logs)]
        while any(player.poll() is None for player in players):
            capture.wait(0.1)
        capture.wait(SETTLE)
        said = capture.finish()
        sent, rate = 0, 0.0
        for log in logs:
            log.seek(0)
            text = log.read()
            sent += int(re.search(r"Successful packets:\s+(\d+)", text).group(1))
            rate += float(re.search(r"([\d.]+) pps", text).group(1))
    captured = int(re.search(r"(\d+) packets? captured", said).group(1))
    return Loss(sent, sent - captured, rate)


def idle(command, seconds):
    """Returns the share of one CPU that a capture uses on an interface without traffic."""
    with pair() as (_, receiver):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        capture = screen.View(["ip", "netns", "exec", receiver, *command, "-i", "wire"])
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            capture.read(end - time.monotonic())
        capture.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / seconds
