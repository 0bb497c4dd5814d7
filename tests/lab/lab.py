"""Namespaces, links and captures of the lab, which are always removed at the end.

Everything a test makes belongs to one Lab object, which removes it at its end, on an exception, on SIGINT and on
SIGTERM. The names of namespaces contain the process id and a counter, so that two labs do not collide. This process
makes the sockets inside a namespace itself, so a scenario is a plain sequence of calls without a second process."""

import ctypes
import fcntl
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

import truth
import wire

CLONE_NEWNET = 0x40000000
NAMESPACES = "/run/netns"
LOCK = "/run/wirestate-lab.lock"
PATIENCE = 30.0  # seconds for what takes milliseconds on a machine that has nothing else to do
_libc = ctypes.CDLL(None, use_errno=True)


class Skip(Exception):
    """The lab cannot run here; the text says why."""


def requirements():
    """Raises Skip when something is missing that every scenario needs."""
    if os.geteuid() != 0:
        raise Skip("not root")
    for tool in ("ip", "nft", "tcpdump", "ss", "ethtool"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    if not os.path.exists("/dev/net/tun"):
        raise Skip("no /dev/net/tun")
    truth.requirements()
    name = f"ws{os.getpid()}-probe"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        raise Skip("cannot make a network namespace")
    entered = subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], capture_output=True).returncode == 0
    subprocess.run(["ip", "netns", "del", name], check=True)
    if not entered:
        raise Skip("cannot enter a network namespace")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def wait_for(condition, what, timeout=PATIENCE, step=0.005):
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(step)


class Namespace:
    """A network namespace. Inside `with namespace:`, new sockets and devices of the calling thread belong to it."""

    def __init__(self, name):
        self.name = name
        run("ip", "netns", "add", name)
        self._descriptor = os.open(f"{NAMESPACES}/{name}", os.O_RDONLY)
        self._outside, self._sockets = threading.local(), []
        for scope in ("all", "default"):
            self.sysctl(f"net.ipv6.conf.{scope}.disable_ipv6", 1)
        self.ip("link", "set", "lo", "up")

    def __enter__(self):
        self._outside.descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self._set(self._descriptor)
        return self

    def __exit__(self, *_):
        self._set(self._outside.descriptor)
        os.close(self._outside.descriptor)

    @staticmethod
    def _set(descriptor):
        if _libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    def close(self):
        for made in self._sockets:
            if made.fileno() >= 0 and made.type == socket.SOCK_STREAM:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            made.close()
        os.close(self._descriptor)
        run("ip", "netns", "del", self.name)

    def run(self, *command, **options):
        return run("ip", "netns", "exec", self.name, *command, **options)

    def ip(self, *words):
        return run("ip", "-n", self.name, *words)

    def nft(self, rules):
        return self.run("nft", "-f", "-", input=rules)

    def sysctl(self, name, value):
        with self, open("/proc/sys/" + name.replace(".", "/"), "w") as file:
            file.write(str(value))

    def set_up(self, device, address, mac, prefix=None):
        """Sets a device's address and MAC and brings it up, without the packets of IPv6 autoconfiguration."""
        prefix = prefix or (64 if ":" in address else 24)
        if ":" in address:
            self.sysctl(f"net.ipv6.conf.{device}.disable_ipv6", 0)
            for name, value in (("accept_dad", 0), ("router_solicitations", 0), ("addr_gen_mode", 1)):
                self.sysctl(f"net.ipv6.conf.{device}.{name}", value)
        self.ip("link", "set", device, "address", mac)
        self.ip("address", "add", f"{address}/{prefix}", "dev", device, *(["nodad"] if ":" in address else []))
        self.ip("link", "set", device, "up")

    def neighbour(self, address, mac, device):
        self.ip("neigh", "replace", address, "lladdr", mac, "dev", device, "nud", "permanent")

    def socket(self, kind=socket.SOCK_STREAM, family=socket.AF_INET):
        with self:
            made = socket.socket(family, kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return self.keep(made)

    def keep(self, made):
        """Keeps a reference to a socket, so that the test closes it and not Python's garbage collector."""
        made.settimeout(PATIENCE)
        self._sockets.append(made)
        return made


class Capture:
    """tcpdump on one device. It captures once the constructor has returned; stop() waits until the file is complete."""

    def __init__(self, namespace, device, path, expression="", snaplen=262144, buffer=16384):
        self.path, self._device, self._errors = path, device, tempfile.TemporaryFile("w+")
        words = ["ip", "netns", "exec", namespace.name, "tcpdump", "-i", device, "-w", path, "-U", "-n", "-Z", "root",
                 "-B", str(buffer), "--immediate-mode", "--time-stamp-precision=nano", "-s", str(snaplen)]
        self._process = subprocess.Popen(words + expression.split(), stderr=self._errors, stdout=subprocess.DEVNULL)
        wait_for(lambda: "listening on" in self._said(), "tcpdump does not start")

    def _said(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"tcpdump ended: {self._read()}")
        return self._read()

    def _read(self):
        self._errors.seek(0)
        return self._errors.read()

    def _counts(self):
        """Returns what tcpdump has said last: the packets that it has not captured yet, and those that are lost; or None."""
        counts = [int(number) for number in re.findall(r"\b(\d+) packets? (?:captured|received|dropped)", self._read())][-3:]
        # A packet on the loopback device is sent and received there: tcpdump counts it twice and keeps it once.
        return (counts[1] - counts[0] * (2 if self._device == "lo" else 1), counts[2]) if len(counts) == 3 else None

    def _is_done(self):
        self._process.send_signal(signal.SIGUSR1)  # it writes its counts
        counts = self._counts()
        return counts and (not counts[0] or counts[1])

    def stop(self):
        if self._process.poll() is None:
            time.sleep(0.2)  # what the hosts still send by themselves
            wait_for(self._is_done, "tcpdump does not read all packets", step=0.05)
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE)
        if self._counts() != (0, 0):
            raise RuntimeError(f"the capture is not complete: {self._read().strip()}")

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._errors.close()


class Lab:
    """Owns everything that a test makes. Use it as a context manager; signals end it like an exception.

    Only one lab at a time holds a lock. The kernel's events do not say which namespace they come from, so labs that use
    the same addresses use the same lock.
    """

    _counter = 0

    def __init__(self, lock=LOCK):
        self._owned, self._handlers, self.directory, self._lock_file, self._lock = [], {}, None, lock, None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                self._handlers[number] = signal.signal(number, self._interrupt)
        self._lock = open(self._lock_file, "w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.directory = tempfile.mkdtemp(prefix="wslab-")
        return self

    def _interrupt(self, number, _):
        for other in self._handlers:
            signal.signal(other, signal.SIG_IGN)  # a second signal would interrupt the removal
        raise SystemExit(128 + number)

    def __exit__(self, *_):
        while self._owned:
            thing = self._owned.pop()
            try:
                thing.close()
            except (OSError, RuntimeError) as error:
                print(f"lab: cannot remove {thing}: {error}")
        shutil.rmtree(self.directory, ignore_errors=True)
        self._lock.close()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def own(self, thing):
        self._owned.append(thing)
        return thing

    def namespace(self, label):
        Lab._counter += 1
        return self.own(Namespace(f"ws{os.getpid()}-{Lab._counter}-{label}"))

    def veth(self, first, first_device, second, second_device):
        """A veth pair without offloads, so that captures on it show real checksums and segments."""
        first.ip("link", "add", first_device, "type", "veth", "peer", "name", second_device, "netns", second.name)
        for namespace, device in ((first, first_device), (second, second_device)):
            namespace.run("ethtool", "-K", device, "tx", "off", "rx", "off", "tso", "off", "gso", "off", "gro", "off")

    def wire(self, first, second, devices=("eth0", "eth0"), delay=0.0, transform=None, offload=False):
        """Makes a Wire between TAP devices of two namespaces; without a second one, the test is the other end."""
        ends = (wire.open_tap(first, devices[0], offload), wire.open_tap(second, devices[1], offload) if second else None)
        return self.own(wire.Wire(ends, delay, transform, offload))

    def capture(self, namespace, device, path=None, **options):
        path = path or os.path.join(self.directory, f"{len(self._owned)}.pcap")
        return self.own(Capture(namespace, device, path, **options))

    def truth(self, *namespaces):
        return self.own(truth.Truth(namespaces))
