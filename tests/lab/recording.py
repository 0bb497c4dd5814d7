"""Recipes become files: NAME.pcap, and NAME.states with what the kernel's sockets did meanwhile.

A recipe is a function of one Pair: a client and a server namespace, joined by a wire with a delay, so that times in
the captures look like a network's. Its decorator says how it is recorded. Everything in a recipe happens in the one
thread, in the order written."""

import os
import socket
import struct
import subprocess
import time
from dataclasses import dataclass, field

import lab
import packets
import paths

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT_MAC, SERVER_MAC, PORT, CLIENT_PORT = "02:00:00:00:00:01", "02:00:00:00:00:02", 8000, 40001
ADDRESSES = {4: ("10.0.0.1", "10.0.0.2"), 6: ("fd00::1", "fd00::2")}
NOT_CHATTER = "not ip6 or tcp or udp or (icmp6 and (ip6[40] == 135 or ip6[40] == 136))"


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

    def path(self, name, ending):
        return os.path.join(self.directory, f"{name}.{ending}")


class Pair:
    """Two hosts and the wire between them, and the short words recipes are written in."""

    def __init__(self, laboratory, version=4, delay=0.005, resolved=True, server_is_kernel=True, vlan=None):
        self.lab, self.version = laboratory, version
        self.client_address, self.server_address = ADDRESSES[version]
        self.client = laboratory.namespace("client")
        self.server = laboratory.namespace("server") if server_is_kernel else None
        self.where = (self.client, "eth0")
        if vlan:
            self._trunk(vlan, delay)
        else:
            self.wire = laboratory.wire(self.client, self.server, delay=delay)
        self.client.set_up("eth0", self.client_address, CLIENT_MAC)
        if self.server:
            self.server.set_up("eth0", self.server_address, SERVER_MAC)
        if resolved:
            self.client.neighbour(self.server_address, SERVER_MAC, "eth0")
            if self.server:
                self.server.neighbour(self.client_address, CLIENT_MAC, "eth0")
        self.truth = laboratory.truth(*[host for host in (self.client, self.server) if host])
        self.unseen_reasons, self.since = {}, 0.0
        self.pause(2.5 if version == 6 else 0.05)

    def _trunk(self, vlan, delay):
        """Two switches with an access port each, joined by a trunk that carries the tags; the capture is made there."""
        switch = self.lab.namespace("trunk")

        def tag(direction, frame):
            return packets.add_tag(frame, vlan) if direction == 0 else packets.remove_tag(frame, vlan)

        self.wire = self.lab.wire(self.client, switch, ("eth0", "left"), delay / 2, tag)
        self.lab.wire(self.server, switch, ("eth0", "right"), delay / 2, tag)
        switch.ip("link", "add", "bridge", "type", "bridge", "mcast_snooping", "0")
        for device in ("left", "right"):
            switch.ip("link", "set", device, "master", "bridge", "up")
        switch.ip("link", "set", "bridge", "up")
        self.where = (switch, "left")

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

    def connect(self, port=CLIENT_PORT, listener=None, server_port=PORT):
        """(client's socket, server's socket) of an established connection."""
        listener = listener or self.listen(server_port)
        client = self.caller(port)
        client.connect((self.server_address, server_port))
        return client, self.accept(listener)

    def talk(self, client, server, question=b"question\n", answer=b"answer\n"):
        """One exchange, each side having read what was sent before the other goes on."""
        client.sendall(question)
        self.read(server, len(question))
        server.sendall(answer)
        self.read(client, len(answer))

    @staticmethod
    def read(reader, count):
        data = b""
        while len(data) < count:
            more = reader.recv(count - len(data))
            if not more:
                break
            data += more
        return data

    @staticmethod
    def read_to_end(reader):
        while reader.recv(65536):
            pass

    @staticmethod
    def abort(closer):
        closer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        closer.close()

    def unseen(self, local, reason):
        """The wire does not show this endpoint's path."""
        self.unseen_reasons[local] = reason

    def endpoints(self):
        prefixes = tuple(paths.endpoint_name(address, 0)[:-1] for address in
                         (self.client_address, self.server_address))
        found = self.truth.endpoints(lambda local, peer: local.startswith(prefixes) and peer.startswith(prefixes),
                                     self.since)
        for endpoint in found:
            endpoint.unseen = self.unseen_reasons.get(endpoint.local, "")
        if not self.server:
            found += [paths.Endpoint(endpoint.peer, endpoint.local, paths.CRAFTED) for endpoint in list(found)]
        return found


OPTIONS = {
    "fast_open": (socket.IPPROTO_TCP, socket.TCP_FASTOPEN),
    "receive_buffer": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "defer_accept": (socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT),
}


def record(book, name):
    """Runs one recipe and writes its two files."""
    recipe = book.recipes[name]
    options = dict(recipe.options)
    fcs, expression = options.pop("fcs", False), options.pop("expression", NOT_CHATTER)
    settle = options.pop("settle", 0.4)
    with lab.Lab() as laboratory:
        pair = Pair(laboratory, **options)
        capture = laboratory.capture(*pair.where, expression=expression)
        recipe.function(pair)
        pair.pause(settle)
        capture.stop()
        pair.truth.stop()
        link, records = packets.read_pcap(capture.path)
        if fcs:
            link, records = packets.with_fcs(link, records)
        if not records:
            raise RuntimeError(f"{name}: nothing was captured")
        packets.write_pcap(book.path(name, "pcap"), link, records)
        endpoints = pair.endpoints()
        kernel = "Linux " + os.uname().release.split("-")[0]
        paths.write_states(book.path(name, "states"), endpoints, f"{recipe.shows}\n{kernel}")
    return len(records), endpoints


def show(path):
    """What tshark sees in a capture, for whoever records."""
    subprocess.run(["tcpdump", "-n", "-r", path], stderr=subprocess.DEVNULL, check=False)
