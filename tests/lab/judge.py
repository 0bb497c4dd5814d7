"""One round of random traffic through a lossy router, and what wirestate makes of it.

Left out of the judgement is only what no capture can tell, and each is counted: a FIN that the capture never saw; a
FIN in it that nothing in it answers; a connection given up in silence. An endpoint is left out only when its path
differs and one of these holds for its connection.
"""

import collections
import os
import shutil
import time

import lab
import packets
import paths
import traffic

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
PROGRAM = os.environ.get("WIRESTATE", os.path.join(ROOT, os.environ.get("BUILD", "build"), "wirestate"))
WITHOUT_LOSS, WITH_LOSS = 0.999, 0.995
CLIENT, SERVER = "10.0.0.1", "10.0.1.2"
FIN_STATES = ("FIN_WAIT_1", "FIN_WAIT_2", "CLOSING", "LAST_ACK", "TIME_WAIT")


class Tally:
    def __init__(self):
        self.connections, self.places = 0, {}

    def add(self, other):
        self.connections += other.connections
        for place, counts in other.places.items():
            mine = self.places.get(place, (0, 0, 0))
            self.places[place] = tuple(one + two for one, two in zip(mine, counts))


class Network:
    """Client, router and server on veth pairs, or on a wire with a delay behind the router."""

    def __init__(self, laboratory, percent, delay):
        self.client, self.router, self.server = (laboratory.namespace(name) for name in ("client", "router", "server"))
        laboratory.veth(self.client, "eth0", self.router, "left")
        if delay:
            laboratory.wire(self.router, self.server, ("right", "eth0"), delay)
        else:
            laboratory.veth(self.router, "right", self.server, "eth0")
        self.client.set_up("eth0", CLIENT, "02:00:00:00:00:01")
        self.router.set_up("left", "10.0.0.254", "02:00:00:00:00:fd")
        self.router.set_up("right", "10.0.1.254", "02:00:00:00:00:fe")
        self.server.set_up("eth0", SERVER, "02:00:00:00:00:02")
        self.client.ip("route", "add", "default", "via", "10.0.0.254")
        self.server.ip("route", "add", "default", "via", "10.0.1.254")
        self.router.sysctl("net.ipv4.ip_forward", 1)
        for host in (self.client, self.server):
            host.sysctl("net.ipv4.tcp_syn_linear_timeouts", 4)
            host.sysctl("net.ipv4.tcp_orphan_retries", 8)
        if percent:
            self.router.nft("table ip lab {\nchain forward {\ntype filter hook forward priority 0\n"
                            f"meta l4proto tcp numgen random mod 1000 < {round(percent * 10)} drop\n}}\n}}\n")

    def busy(self):
        """Sockets that still have something to say; timewait sockets do not."""
        return sum(len(host.run("ss", "-Htan", "state", "connected", "exclude", "time-wait", "exclude",
                                "fin-wait-2").splitlines()) for host in (self.client, self.server))


def play(program, seed, count, percent, delay, keep=None):
    """Plays one round; returns its Tally, and prints every endpoint that differs."""
    tally = Tally()
    tally.connections = count
    with lab.Lab() as laboratory:
        network = Network(laboratory, percent, delay)
        truth = laboratory.truth(network.client, network.server)
        captures = {"client": laboratory.capture(network.client, "eth0", expression="tcp"),
                    "server": laboratory.capture(network.server, "eth0", expression="tcp"),
                    "router": laboratory.capture(network.router, "left", expression="tcp")}
        traffic.Traffic(network.client, network.server, CLIENT, SERVER).play(traffic.plans(seed, count))
        deadline = time.monotonic() + 25
        while network.busy() and time.monotonic() < deadline:
            time.sleep(0.5)
        for capture in captures.values():
            capture.stop()
        truth.stop()
        kernel = truth.endpoints(lambda local, peer: local.startswith((CLIENT, SERVER)) and
                                 peer.startswith((CLIENT, SERVER)))
        for place, capture in captures.items():
            same, different, _ = paths.compare(kernel, paths.of_capture(program, capture.path))
            seen = evidence(capture.path) if different else {}
            told = [pair for pair in different if not untellable(*pair, seen)]
            tally.places[place] = (same, len(told), len(different) - len(told))
            report(place, seed, percent, told)
            if told and keep:
                preserve(keep, f"seed{seed}-loss{percent:g}-{place}", capture.path, kernel)
    return tally


def report(place, seed, percent, told):
    for theirs, mine in told:
        print(f"seed {seed}, loss {percent:g} %, at {place}: {theirs.local} > {theirs.peer}\n"
              f"    kernel    {paths.text(theirs.path)}\n    wirestate {paths.text(mine.path)}", flush=True)


def preserve(keep, name, capture, kernel):
    os.makedirs(keep, exist_ok=True)
    shutil.copy(capture, os.path.join(keep, f"{name}.pcap"))
    paths.write_states(os.path.join(keep, f"{name}.states"), kernel)


def evidence(capture):
    """{(local, peer): (end of its FIN or None, was that answered by an ACK of it or by a RST)} of a capture."""
    fins, acknowledged, reset = {}, collections.defaultdict(set), set()
    for record in packets.read_pcap(capture)[1]:
        segment = packets.read_segment(record.data)
        if not segment:
            continue
        local = paths.endpoint_name(segment.source, segment.sport)
        peer = paths.endpoint_name(segment.destination, segment.dport)
        if segment.has(packets.FIN):
            fins[local, peer] = segment.end
        if segment.has(packets.RST):
            if (peer, local) in fins:
                reset.add((peer, local))
        elif segment.has(packets.ACK):
            acknowledged[peer, local].add(segment.ack)
    return {key: (fins.get(key), key in reset or fins.get(key) in acknowledged[key])
            for key in set(fins) | set(acknowledged)}


def untellable(theirs, mine, seen):
    """Is this difference one that the capture has no packet for?"""
    for endpoint in (theirs.key, theirs.key[::-1]):
        fin, answered = seen.get(endpoint, (None, False))
        if endpoint == theirs.key and fin is None and set(theirs.path) & set(FIN_STATES):
            return True  # its FIN never reached the capture
        if fin is not None and not answered:
            return True  # whether this FIN arrived, and when, nothing says
    return theirs.path[:-1] == mine.path and theirs.path[-1:] == ["CLOSED"]  # it gave up in silence
