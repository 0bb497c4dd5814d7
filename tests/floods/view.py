"""Sends floods to the live view between two network namespaces. Keys are answered, memory stays bounded, and every frame is
captured or reported as lost."""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../faults"))
from common import Screen, Skip  # noqa: E402

SPACE = f"wirestate-floods-{os.getpid()}"
SENDER = """
import socket, sys
sys.path.insert(0, {folder!r})
import frames
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("vb", 0))
kind = getattr(frames, {kind!r})
made = [kind(number) for number in range({count})]
print("ready", flush=True)
sys.stdin.readline()
for frame in made:
    s.send(frame)
"""
PATIENCE = 60  # seconds until a key that is not answered is a failure


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def space():
    if os.geteuid() or subprocess.run(["ip", "netns", "add", SPACE], capture_output=True, check=False).returncode or \
            subprocess.run(["ip", "netns", "exec", SPACE, "true"], capture_output=True, check=False).returncode:
        raise Skip("no network namespace can be made")
    # Nothing but the flood is to be counted.
    subprocess.run(["ip", "netns", "exec", SPACE, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"], capture_output=True, check=False)
    ip("-n", SPACE, "link", "add", "va", "type", "veth", "peer", "name", "vb")
    for wire in ("va", "vb"):
        ip("-n", SPACE, "link", "set", wire, "up")


def clean_up():
    if os.geteuid() == 0:
        subprocess.run(["ip", "netns", "del", SPACE], capture_output=True, check=False)


def received():
    return sum(int(line.split()[1]) for line in re.findall(r"^ +\d+ +\d+ .*$", ip("-n", SPACE, "-s", "link", "show", "va"), re.M))


def anonymous(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1)) / 1024


def tasks_of(pid):
    states = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat", encoding="ascii") as file:
            states.append(file.read().rsplit(")", 1)[1].split()[0])
    return "".join(states)


def wait_for_rest(screen):
    """Until all that was sent has been read: a program that has not done with it runs, or wants to. What it draws is taken meanwhile."""
    began, asleep = time.monotonic(), 0
    while asleep < 20:
        screen.take(0.05)
        asleep = 0 if "R" in tasks_of(screen.program.pid) else asleep + 1
        assert time.monotonic() - began < PATIENCE, "the program does not come to rest"


def press(screen, key, text):
    """Returns how long it takes until the key's screen is shown."""
    screen.seen = screen.seen[-8:]
    began = time.monotonic()
    os.write(screen.master, key)
    while text not in screen.seen:
        screen.take(0.002)
        assert time.monotonic() - began < PATIENCE, f"{key!r} is not answered: {screen.seen[-2000:]!r}"
    return time.monotonic() - began


def flood(kind, count, limit):
    """Returns the slowest key, the peak of its own memory in MiB, and how many frames were counted, captured and lost."""
    inside = ["ip", "netns", "exec", SPACE]
    before = received()
    code = SENDER.format(folder=os.path.dirname(os.path.abspath(__file__)), kind=kind.__name__, count=count)
    with subprocess.Popen([*inside, sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sender:
        sender.stdout.readline()
        screen = Screen("-n", "-i", "va", "--max-memory", f"{limit}M", before=inside)
        screen.wait(b"live, ")
        sender.stdin.write("\n")
        sender.stdin.flush()
        slowest = most = 0
        turns = 0
        while sender.poll() is None or turns < 3:
            turns += 1
            for key, text in ((b"?", b"Arrows in the"), (b"\x1b", b"C-STATE"), (b"u", b"FIRST SENDER"), (b"\x1b", b"C-STATE"),
                              (b"a", b"how an IP"), (b"\x1b", b"C-STATE")):
                slowest = max(slowest, press(screen, key, text))
            most = max(most, anonymous(screen.program.pid))
        slowest = max(slowest, press(screen, b",", b"paused"))
        for key in b",<,{,":  # go back: a snapshot of an earlier time is made while the present one is shown
            os.write(screen.master, bytes([key]))
            for _ in range(10):
                screen.take(0.05)
                most = max(most, anonymous(screen.program.pid))
        wait_for_rest(screen)
        counted = received() - before
        os.write(screen.master, b"q")
        said = screen.left()
    captured, lost = (int(number) for number in re.search(r"(\d+) packets? captured, .* (\d+) dropped by kernel", said).groups())
    return slowest, most, counted, captured, lost
