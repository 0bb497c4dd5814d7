"""Two hosts with two routers between them that lose TCP segments, three captures, and the kernel's states.

    client ── eth0 ... left [first router] right ── left [second router] right ... eth0 ── server

The captures are made at the client's eth0, at the server's eth0, and between the routers, at the first one's `right`.
There, in either direction, a segment has passed one router and has the other still to pass."""

import os
import socket
import struct
import threading
import time

import lab
import packets
import paths
import random_players
import truth

ADDRESSES = {4: ("10.71.0.1", "10.71.2.1"), 6: ("fd71::1", "fd71:2::1")}
LOCK = "/run/wirestate-random.lock"
PLACES = ("client", "between", "server")
SETTLED = 60.0  # seconds to wait at most for connections that have not ended
SYSCTLS = {
    # Connections must end with a segment: no endpoint may give up before the other one has answered.
    "tcp_retries2": 60, "tcp_orphan_retries": 60, "tcp_syn_retries": 20, "tcp_synack_retries": 20,
    "tcp_syn_linear_timeouts": 20, "tcp_rto_max_ms": 1000,
    # No limit may make sockets disappear, and no handshake may do without a socket.
    "tcp_syncookies": 0, "tcp_max_syn_backlog": 8192,
    "tcp_tw_reuse": 1, "tcp_fastopen": 3, "tcp_fastopen_blackhole_timeout_sec": 0,
}
SOCK_DIAG_BY_FAMILY, NETLINK_SOCK_DIAG, NLM_F_REQUEST_DUMP, NLMSG_DONE = 20, 4, 0x301, 3
TIMER_TIMEWAIT = 3


class Network:
    def __init__(self, laboratory, permille, delay=0.0, settings=()):
        self.client, self.first, self.second, self.server = (
            laboratory.namespace(name) for name in ("client", "first", "second", "server"))
        laboratory.veth(self.client, "eth0", self.first, "left")
        if delay:
            laboratory.wire(self.first, self.second, ("right", "left"), delay)
        else:
            laboratory.veth(self.first, "right", self.second, "left")
        laboratory.veth(self.second, "right", self.server, "eth0")
        self._join(0, self.client, "eth0", self.first, "left")
        self._join(1, self.first, "right", self.second, "left")
        self._join(2, self.server, "eth0", self.second, "right")
        for version in (4, 6):
            for host, net in ((self.client, 0), (self.server, 2)):
                host.ip(f"-{version}", "route", "add", "default", "via", self._address(version, net, 2))
            self.first.ip(f"-{version}", "route", "add", "default", "via", self._address(version, 1, 2))
            self.second.ip(f"-{version}", "route", "add", "default", "via", self._address(version, 1, 1))
        for router in (self.first, self.second):
            router.sysctl("net.ipv4.ip_forward", 1)
            router.sysctl("net.ipv6.conf.all.forwarding", 1)
            self._lose(router, permille)
        for host in (self.client, self.server):
            for name, value in {**SYSCTLS, **dict(settings)}.items():
                host.sysctl(f"net.ipv4.{name}", value)
        # Like a network card, each device gives all segments of a flow to one CPU, in order.
        for number, (host, device) in enumerate(((self.client, "eth0"), (self.server, "eth0"), (self.first, "left"),
                                                 (self.first, "right"), (self.second, "left"),
                                                 (self.second, "right"))):
            with open("/sys/devices/system/cpu/online", encoding="ascii") as file:
                last = int(file.read().strip().replace(",", "-").split("-")[-1])
            host.run("sh", "-c", f"echo {1 << min(number % 2, last):x} > /sys/class/net/{device}/queues/rx-0/rps_cpus")
        self.places = {"client": (self.client, "eth0"), "between": (self.first, "right"),
                       "server": (self.server, "eth0")}

    @staticmethod
    def _address(version, net, host):
        return f"10.71.{net}.{host}" if version == 4 else f"fd71:{net}::{host}" if net else f"fd71::{host}"

    def _join(self, net, one, one_device, two, two_device):
        macs = [f"02:00:00:71:{net:02x}:{host:02x}" for host in (1, 2)]
        for number, (host, device) in enumerate(((one, one_device), (two, two_device))):
            for version in (4, 6):
                host.set_up(device, self._address(version, net, number + 1), macs[number])
            for version in (4, 6):
                host.neighbour(self._address(version, net, 2 - number), macs[1 - number], device)

    @staticmethod
    def _lose(router, permille):
        """Makes a router lose 1 - sqrt(1 - p) of the segments, so that two routers lose p of them in all."""
        share = round((1 - (1 - permille / 1000) ** 0.5) * 100000)
        if share:
            router.nft("table inet lab {\nchain forward {\ntype filter hook forward priority 0\n"
                       f"meta l4proto tcp numgen random mod 100000 < {share} drop\n}}\n}}\n")


def offset_of_clocks():
    """Returns the seconds from CLOCK_MONOTONIC, which events have, to CLOCK_REALTIME, which packets have."""
    narrowest = None
    for _ in range(200):
        before, real, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        if not narrowest or after - before < narrowest[0]:
            narrowest = after - before, real - (before + after) // 2
    return narrowest[1] / 1e9


class Watch:
    """The kernel's events and timewait sockets, from its construction to stop()."""

    def __init__(self, hosts):
        self._trace, self._hosts, self.sightings = truth.Trace(), hosts, {}
        self._sockets = []
        for host in hosts:
            with host:
                self._sockets.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG))
            self._sockets[-1].settimeout(10)
        self.changes, self.lost, self._now = [], 0, [{}, {}]
        self.busy = [0, 0]  # how many sockets may still send something, at each host
        self._stopping, self._over = threading.Event(), False
        self.to_real = offset_of_clocks()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while not self._stopping.wait(0.1):
            self.look()

    def look(self):
        self.changes += self._trace.read()
        for index, made in enumerate(self._sockets):
            self._timewaits(index, made)

    def stop(self):
        self._stopping.set()
        self._thread.join()
        self.look()
        self.lost = self._trace.lost()
        self._over = True

    def close(self):
        if not self._over:
            self._stopping.set()
            self._thread.join()
        for made in self._sockets:
            made.close()
        self._trace.close()

    def entries(self, made):
        """Yields (family, state, timer, identity as bytes) of every TCP socket in the namespace of a netlink socket."""
        for family in (socket.AF_INET, socket.AF_INET6):
            request = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + bytes(48)
            made.send(struct.pack("=IHHII", 16 + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST_DUMP, 1, 0) + request)
            over = False
            while not over:
                data, at = made.recv(1 << 18), 0
                while at + 16 <= len(data):
                    length, kind = struct.unpack_from("=IH", data, at)
                    if kind == NLMSG_DONE:
                        over = True
                        break
                    if kind == SOCK_DIAG_BY_FAMILY:
                        yield data[at + 16], data[at + 17], data[at + 18], data[at + 20:at + 68]
                    at += (length + 3) & ~3

    @staticmethod
    def names(family, words):
        sport, dport = struct.unpack_from("!HH", words)
        ends = words[4:20], words[20:36]
        if family == socket.AF_INET:
            addresses = [socket.inet_ntoa(end[:4]) for end in ends]
        else:
            addresses = [truth.plain(end) for end in ends]
        return paths.endpoint_name(addresses[0], sport), paths.endpoint_name(addresses[1], dport)

    def _timewaits(self, index, made):
        began = time.monotonic()
        before, now, busy, entries = self._now[index], {}, 0, list(self.entries(made))
        moment = time.monotonic()  # taken after the entries, so that none is seen before it existed
        for family, state, timer, words in entries:
            if timer != TIMER_TIMEWAIT:
                busy += truth.NAMES[state] not in ("LISTEN", "CLOSED")
                continue
            key = words, state
            sighting = before.get(key) or truth.Sighting("", "", truth.NAMES[state], moment, moment, began=began)
            sighting.last = moment
            now[key] = sighting
            if key not in before:
                sighting.local, sighting.peer = self.names(family, words)
                one_socket = self.sightings.setdefault((sighting.local, sighting.peer), {})
                one_socket.setdefault(words[40:], []).append(sighting)
        for key, sighting in before.items():
            sighting.gone = key not in now
        self._now[index], self.busy[index] = now, busy


class Recording:
    """The results of a run: captures by place, the kernel's transitions and timewait sightings, and their times."""

    def __init__(self, laboratory, chains, permille, parallel, delay=0.0, settings=()):
        network = Network(laboratory, permille, delay, settings)
        hosts = network.client, network.server
        players = random_players.start(laboratory, hosts, ADDRESSES, chains, parallel)
        self.watch = laboratory.own(Watch(hosts))
        self.captures = {place: laboratory.capture(host, device, os.path.join(laboratory.directory, f"{place}.pcap"),
                                                   expression="tcp", buffer=65536)
                         for place, (host, device) in network.places.items()}
        began = time.monotonic()
        for player in players[::-1]:
            player.go()
            time.sleep(0.2)
        while not all([player.ended() for player in players]):
            time.sleep(0.1)
        self.playing = time.monotonic() - began
        deadline, quiet = time.monotonic() + SETTLED, 0
        while quiet < 3 and time.monotonic() < deadline:
            time.sleep(0.5)
            self.left = sum(self.watch.busy)
            quiet = 0 if self.left else quiet + 1
        for capture in self.captures.values():
            capture.stop()
        self.watch.stop()
        if self.watch.lost:
            raise RuntimeError(f"{self.watch.lost} kernel events were lost: the run is not valid")
        self.settling = time.monotonic() - began - self.playing
