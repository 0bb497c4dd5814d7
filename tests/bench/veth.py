"""Live capture on a veth pair between two namespaces of our own, which go away again."""

import collections
import contextlib
import os
import re
import resource
import signal
import subprocess
import time

import screen

Loss = collections.namedtuple("Loss", "sent dropped rate")
SETTLE = 1.0  # seconds for a capture to begin, and to take what is left in the ring


def ip(*words):
    subprocess.run(["ip", *words], check=True)


@contextlib.contextmanager
def pair():
    """The names of two namespaces; interface `wire` of each leads to the other."""
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


def replay(command, path):
    """Replays a capture as fast as it goes while `command` listens at the other end."""
    with pair() as (sender, receiver):
        capture = subprocess.Popen(["ip", "netns", "exec", receiver, *command, "-i", "wire"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(SETTLE)
        told = subprocess.run(["ip", "netns", "exec", sender, "tcpreplay", "-t", "-K", "-i", "wire", path], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        time.sleep(SETTLE)
        capture.send_signal(signal.SIGINT)
        errors = capture.communicate()[1]
    sent = int(re.search(r"Successful packets:\s+(\d+)", told).group(1))
    rate = float(re.search(r"([\d.]+) pps", told).group(1))
    captured = int(re.search(r"(\d+) packets captured", errors).group(1))
    return Loss(sent, sent - captured, rate)


def idle(command, seconds):
    """The share of one processor that a capture takes on an interface where nothing happens."""
    with pair() as (_, receiver):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        capture = screen.View(["ip", "netns", "exec", receiver, *command, "-i", "wire"])
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            capture.read(end - time.monotonic())
        capture.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / seconds
