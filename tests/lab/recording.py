"""Records recipes into files: NAME.pcap, and NAME.states with the states of the kernel's sockets.

A recipe is a function that takes a Pair: a client and a server namespace, joined by a wire with a delay, so that times
in the captures are like those of a network. Its decorator says how it is recorded. A recipe runs in one thread, in the
order in which it is written."""

import os
import socket
import struct
import subprocess
import time
from dataclasses import dataclass, field, replace

import lab
import packets
import paths

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT_MAC, SERVER_MAC, PORT, CLIENT_PORT = "02:00:00:00:00:01", "02:00:00:00:00:02", 8000, 40001
ROUTED = ("10.0.0.1", "10.0.1.2")
POINTS = ("client", "server")
ADDRESSES = {4: ("10.0.0.1", "10.0.0.2"), 6: ("fd00::1", "fd00::2")}
NOT_CHATTER = "not ip6 or tcp or udp or (icmp6 and (ip6[40] == 1 or ip6[40] == 135 or ip6[40] == 136))"


@dataclass
class Recipe:
    name: str
    function: object
    shows: str
    look: str
    how: str
    options: dict = field(default_factory=dict)


class Book:
    """The recipes of one directory, in order."""

    def __init__(self, directory):
        self.directory, self.recipes = os.path.join(HERE, directory), {}

    def recipe(self, name, shows, look="", how="", **options):
        def enter(function):
            self.recipes[name] = Recipe(name, function, shows, look, how, options)
            return function
        return enter

    def names(self, recipe):
        """The files' names without ending: of a recipe that is captured at both hosts, there are two."""
        return [f"{recipe.name}-{point}" for point in POINTS] if recipe.options.get("both") else [recipe.name]

    def path(self, name, ending):
        return os.path.join(self.directory, f"{name}.{ending}")


class Pair:
    """Two hosts, the wire between them, and the calls of which recipes consist.

    Options: version is that of IP; delay is that of the wire; resolved means that MAC addresses are known beforehand;
    peer means that there is no server, and the recipe plays its end of the wire; vlan puts a trunk between the hosts,
    router a third host; at says where the capture is made; later means that the recipe starts it; both means that there
    is another one at the server."""

    def __init__(self, laboratory, version=4, delay=0.005, resolved=True, peer=False, vlan=None, router=False,
                 at="client", later=False, both=False):
        self.lab, self.version, self.router = laboratory, version, None
        self.client_address, self.server_address = ROUTED if router else ADDRESSES[version]
        self.client = laboratory.namespace("client")
        self.server = None if peer else laboratory.namespace("server")
        self.places = {"client": (self.client, "eth0"), "server": (self.server, "eth0"), "lo": (self.client, "lo")}
        if vlan:
            self._trunk(vlan, delay)
        elif router:
            self._router(delay)
        else:
            self.wire = laboratory.wire(self.client, self.server, delay=delay)
        self.client.set_up("eth0", self.client_address, CLIENT_MAC)
        if self.server:
            self.server.set_up("eth0", self.server_address, SERVER_MAC)
        if router:
            self.client.ip("route", "add", "default", "via", "10.0.0.254")
            self.server.ip("route", "add", "default", "via", "10.0.1.254")
        elif resolved:
            self.client.neighbour(self.server_address, SERVER_MAC, "eth0")
            if self.server:
                self.server.neighbour(self.client_address, CLIENT_MAC, "eth0")
        self.truth = laboratory.truth(*[host for host in (self.client, self.server) if host])
        self.unseen_reasons, self.since, self.later, self.at = {}, 0.0, later, at
        self.strangers = {}
        self.capture, self.both, self.other_capture = None, both, None
        self.other_names, self.shift = {}, 0.0
        self.pause(2.5 if version == 6 else 0.05)

    def _trunk(self, vlan, delay):
        """Makes two switches with an access port each, joined by a trunk with tags, where the capture is made."""
        switch = self.lab.namespace("trunk")

        def tag(direction, frame):
            return packets.add_tag(frame, vlan) if direction == 0 else packets.remove_tag(frame, vlan)

        self.wire = self.lab.wire(self.client, switch, ("eth0", "left"), delay / 2, tag)
        self.lab.wire(self.server, switch, ("eth0", "right"), delay / 2, tag)
        switch.ip("link", "add", "bridge", "type", "bridge", "mcast_snooping", "0")
        for device in ("left", "right"):
            switch.ip("link", "set", device, "master", "bridge", "up")
        switch.ip("link", "set", "bridge", "up")
        self.places["client"] = (switch, "left")

    def _router(self, delay):
        """Makes a third host that forwards between the networks of the two."""
        self.router = self.lab.namespace("router")
        self.wire = self.lab.wire(self.client, self.router, ("eth0", "left"), delay)
        self.lab.wire(self.router, self.server, ("right", "eth0"), delay)
        self.router.set_up("left", "10.0.0.254", "02:00:00:00:00:fd")
        self.router.set_up("right", "10.0.1.254", "02:00:00:00:00:fe")
        self.router.sysctl("net.ipv4.ip_forward", 1)
        self.places.update(any=(self.router, "any"), left=(self.router, "left"), right=(self.router, "right"))

    def begin(self, expression=NOT_CHATTER, snaplen=262144):
        """Starts the capture. With `later`, states that were left before this moment do not belong to the paths."""
        self.capture = self.lab.capture(*self.places[self.at], expression=expression, snaplen=snaplen)
        if self.both:
            self.other_capture = self.lab.capture(*self.places["server"], expression=expression, snaplen=snaplen)
        if self.later:
            self.since = time.monotonic()

    def inject(self, end, segment, bad_checksum=False):
        """Delivers a segment to the client (end 0) or the server (end 1) that the other did not send."""
        macs = (SERVER_MAC, CLIENT_MAC) if end == 0 else (CLIENT_MAC, SERVER_MAC)
        self.wire.inject(end, packets.tcp_frame(segment, *macs, bad_checksum))

    def translate(self, seen="192.0.2.1"):
        """The router gives the client another address on the server's side."""
        self.router.ip("address", "add", f"{seen}/32", "dev", "right")
        self.server.ip("route", "add", f"{seen}/32", "via", "10.0.1.254")
        self.router.nft("table ip lab {\nchain after {\ntype nat hook postrouting priority 100\n"
                        f"oifname \"right\" ip saddr {self.client_address} snat to {seen}\n}}\n}}\n")
        self.other_names = {self.client_address: seen}

    @property
    def family(self):
        return socket.AF_INET6 if self.version == 6 else socket.AF_INET

    @staticmethod
    def pause(seconds):
        time.sleep(seconds)

    def host_socket(self, host, port, kind=socket.SOCK_STREAM):
        made = host.socket(kind, self.family)
        made.bind((self.client_address if host is self.client else self.server_address, port))
        return made

    def listen(self, port=PORT, backlog=16, **options):
        listener = self.host_socket(self.server, port)
        for option, value in options.items():
            listener.setsockopt(*OPTIONS[option], value)
        listener.listen(backlog)
        return listener

    def caller(self, port=CLIENT_PORT):
        return self.host_socket(self.client, port)

    def accept(self, listener):
        return self.server.keep(listener.accept()[0])

    def start_connect(self, port=CLIENT_PORT):
        """Returns a socket that has sent its SYN to the server, without waiting for the answer."""
        client = self.caller(port)
        client.setblocking(False)
        client.connect_ex((self.server_address, PORT))
        return client

    def connect(self, port=CLIENT_PORT, listener=None, server_port=PORT):
        """Establishes a connection and returns the client's socket and the server's."""
        listener = listener or self.listen(server_port)
        client = self.caller(port)
        client.connect((self.server_address, server_port))
        return client, self.accept(listener)

    def talk(self, client, server, question=b"question\n", answer=b"answer\n"):
        """Sends a question and an answer; each side reads what it got before the next step."""
        client.sendall(question)
        self.read(server, len(question))
        server.sendall(answer)
        self.read(client, len(answer))

    @staticmethod
    def read(receiver, count):
        data = b""
        while len(data) < count:
            more = receiver.recv(count - len(data))
            if not more:
                break
            data += more
        return data

    @staticmethod
    def read_to_end(receiver):
        while receiver.recv(65536):
            pass

    @staticmethod
    def abort(closer):
        closer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        closer.close()

    def unseen(self, local, reason, peer=None):
        """Says that packets do not show this endpoint's states, with this peer or with any."""
        self.unseen_reasons[local, peer] = reason

    def stranger(self, syn):
        """Registers a SYN that a script sends to the server from an address that no host has."""
        self.strangers[paths.endpoint_name(syn.source, syn.sport)] = paths.endpoint_name(syn.destination, syn.dport)

    def _flooded(self):
        """The endpoints of strangers, and the server's. The kernel has a state only for those it could queue."""
        known = {endpoint.peer: endpoint for endpoint in self.truth.endpoints(lambda _, peer: peer in self.strangers)}
        cookie = "a SYN cookie: the kernel has no state for it"
        for stranger, local in self.strangers.items():
            yield paths.Endpoint(stranger, local, paths.CRAFTED)
            yield known.get(stranger) or paths.Endpoint(local, stranger, [], cookie)

    def endpoints(self):
        prefixes = tuple(paths.endpoint_name(address, 0)[:-1] for address in
                         (self.client_address, self.server_address, *self.other_names.values()))
        found = self.truth.endpoints(lambda local, peer: local.startswith(prefixes) and peer.startswith(prefixes),
                                     self.since)
        for endpoint in found:
            endpoint.unseen = self.unseen_reasons.get((endpoint.local, None),
                                                      self.unseen_reasons.get(endpoint.key, ""))
        known = {endpoint.key for endpoint in found}
        found += [paths.Endpoint(*key, [], reason) for key, reason in self.unseen_reasons.items()
                  if key[1] and key not in known]
        if not self.server:
            found += [paths.Endpoint(endpoint.peer, endpoint.local, paths.CRAFTED) for endpoint in list(found)
                      if endpoint.peer != endpoint.local]
        return found + list(self._flooded())


OPTIONS = {
    "fast_open": (socket.IPPROTO_TCP, socket.TCP_FASTOPEN),
    "receive_buffer": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "defer_accept": (socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT),
}


def record(book, name):
    """Records a recipe and writes its two files."""
    recipe = book.recipes[name]
    options = dict(recipe.options)
    fcs, lose = options.pop("fcs", False), options.pop("lose", None)
    what = {name: options.pop(name) for name in ("expression", "snaplen") if name in options}
    with lab.Lab() as laboratory:
        pair = Pair(laboratory, **options)
        if not pair.later:
            pair.begin(**what)
        recipe.function(pair)
        pair.pause(0.4)
        pair.capture.stop()
        if pair.both:
            pair.other_capture.stop()
        pair.truth.stop()
        if pair.both:
            return record_both(book, recipe, pair)
        link, records = packets.read_pcap(pair.capture.path)
        if lose:
            segments = [packets.read_segment(record.data) for record in records]
            records = [record for record, segment in zip(records, segments) if not lose(segment)]
        if fcs:
            link, records = packets.with_fcs(link, records)
        if not records:
            raise RuntimeError(f"{name}: nothing was captured")
        packets.write_pcap(book.path(name, "pcap"), link, records)
        endpoints = pair.endpoints()
        kernel = "Linux " + os.uname().release.split("-")[0]
        paths.write_states(book.path(name, "states"), endpoints, f"{recipe.shows}\n{kernel}")
    return len(records), endpoints


def named(endpoints, names):
    """The endpoints by the addresses that they have at one point: `names` of those that are translated."""
    def name(endpoint):
        address, port = endpoint.rsplit(":", 1)
        return f"{names.get(address, address)}:{port}"
    return [paths.Endpoint(name(endpoint.local), name(endpoint.peer), endpoint.path, endpoint.unseen)
            for endpoint in endpoints]


def record_both(book, recipe, pair):
    """Writes the files of a recipe that was captured at the client and at the server, whose clock may be another one."""
    kernel = "Linux " + os.uname().release.split("-")[0]
    back = {seen: own for own, seen in pair.other_names.items()}
    endpoints, count = named(pair.endpoints(), back), 0
    for point, file, capture in zip(POINTS, book.names(recipe), (pair.capture, pair.other_capture)):
        link, records = packets.read_pcap(capture.path)
        here = endpoints if point == "client" else named(endpoints, pair.other_names)
        if point == "server":
            records = [replace(record, time=record.time + round(pair.shift * 10**9)) for record in records]
        packets.write_pcap(book.path(file, "pcap"), link, records)
        paths.write_states(book.path(file, "states"), here, f"{recipe.shows}, at the {point}\n{kernel}")
        count += len(records)
    return count, endpoints


def show(path):
    """Prints a capture with tcpdump."""
    subprocess.run(["tcpdump", "-n", "-r", path], stderr=subprocess.DEVNULL, check=False)
