"""Captures made by hand for the tests of verdicts: a file of packets with conversations that keep their own numbers.

Sequence and acknowledgment numbers in a call count from the initial ones, so that what is odd in a segment stands out:

    capture = Capture()
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("RA", after=300, ttl=46)
"""

import os
import socket
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))
import packets  # noqa: E402: the lab's

LETTERS = {"F": packets.FIN, "S": packets.SYN, "R": packets.RST, "P": packets.PSH, "A": packets.ACK,
           "U": 0x20, "E": 0x40, "C": 0x80}
MSS = b"\2\4\5\xb4"
START = 1_700_000_000 * 10**9
SHORT = 0.01  # seconds between two segments, unless a call says otherwise

CASES = []


class Case:
    """A capture and what its records must say."""

    def __init__(self, name, make, expected, arguments, notes=()):
        self.name, self.make, self.expected, self.arguments, self.notes = name, make, expected, arguments, notes


def case(name, *expected, arguments=(), notes=()):
    """Decorates a function that fills a Capture. `expected` are dictionaries, one for each connection in order; see
    records.py for what they may hold. `notes`: pairs of a packet and what the lifelines must say about it under NOTE, in
    the first connection."""

    def add(make):
        CASES.append(Case(name, make, expected, list(arguments), notes))
        return make

    return add


def shared(name, *expected, arguments=()):
    """A capture of ../shared/cases, if that folder exists."""
    CASES.append(Case(name, None, expected, list(arguments)))


class Capture:
    """Packets in the order in which they are added; each advances the clock."""

    def __init__(self, link=packets.LINKTYPE_ETHERNET):
        self.link, self.records, self.time = link, [], START

    def add(self, frame, after=SHORT):
        self.time += round(after * 10**9)
        self.records.append(packets.Record(self.time, len(frame), frame))

    def write(self, path):
        packets.write_pcap(path, self.link, self.records)


class Side:
    def __init__(self, address, port, isn, mac, ttl):
        self.address, self.port, self.isn, self.mac, self.ttl = address, port, isn, mac, ttl
        self.seq, self.got = 0, 0  # the next number it sends, and the next it expects, both from the initial number
        self.ident, self.window = 1000, 64240
        self.tsval = None  # a number: it sends timestamps


class Talk:
    """One conversation. client() and server() send a segment: flags, bytes of data, and what differs from the usual."""

    def __init__(self, capture, source="10.0.0.1", destination="10.0.0.2", sport=40001, dport=8000, isn=1000, other_isn=5000,
                 ttls=(64, 64)):
        self.capture = capture
        self.a = Side(source, sport, isn, "02:00:00:00:00:01", ttls[0])
        self.b = Side(destination, dport, other_isn, "02:00:00:00:00:02", ttls[1])

    def client(self, flags, data=0, **fields):
        return self.send(self.a, self.b, flags, data, **fields)

    def server(self, flags, data=0, **fields):
        return self.send(self.b, self.a, flags, data, **fields)

    def segment(self, me, you, flags, data=0, seq=None, ack=None, window=None, options=b"", ident=None):
        bits = sum(LETTERS[letter] for letter in flags)
        if me.tsval is not None:
            options += b"\1\1\x08\x0a" + struct.pack("!II", me.tsval, you.tsval or 0)
        sequence = me.isn + (me.seq if seq is None else seq)
        acknowledged = (you.isn + (me.got if ack is None else ack)) if "A" in flags else 0
        payload = data if isinstance(data, bytes) else b"x" * data
        return packets.Segment(me.address, you.address, me.port, you.port, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF,
                               bits, me.window if window is None else window, options, payload,
                               me.ident if ident is None else ident)

    def send(self, me, you, flags, data=0, after=SHORT, ttl=None, lost=False, keeps=False, **fields):
        """Sends a segment, and moves the numbers of both sides on. `lost`: the capture lacks it. `keeps`: it is someone
        else's, so its apparent sender's numbers stay."""
        segment = self.segment(me, you, flags, data, **fields)
        self.capture.time += 0 if not lost else round(after * 10**9)
        frame = frame_of(segment, me, you, me.ttl if ttl is None else ttl)
        if not lost:
            self.capture.add(frame, after)
        if keeps:
            return frame
        me.ident += 1
        end = segment.end - me.isn & 0xFFFFFFFF
        if end < 1 << 31 and end > me.seq and "R" not in flags:
            me.seq = end
        if end < 1 << 31 and end > you.got and "R" not in flags:
            you.got = end
        return frame

    def open(self):
        self.client("S", options=b"\2\4\5\xb4")
        self.server("SA", options=b"\2\4\5\xb4")
        self.client("A")

    def quoted_by(self, source, kind, code, frame, rest=0, after=0.001, ident=0):
        """An ICMP error that quotes a frame which was sent before; `rest` is its second word (an MTU, say)."""
        quoted = frame[14:]
        body = struct.pack("!BBHI", kind, code, 0, rest) + quoted[:(quoted[0] & 15) * 4 + 8]
        body = body[:2] + struct.pack("!H", packets.checksum(body)) + body[4:]
        packet = packets.ipv4(source, socket.inet_ntoa(quoted[12:16]), 1, body, ident)
        self.capture.add(packets.ethernet("02:00:00:00:00:09", "02:00:00:00:00:01", packets.IPV4, packet), after)


def ask(talk):
    """A request that is answered."""
    talk.client("PA", 100)
    talk.server("A")
    talk.server("PA", 300)
    talk.client("A")


def asked(capture):
    """A new connection with such a request."""
    talk = Talk(capture)
    talk.open()
    ask(talk)
    return talk


def frame_of(segment, me, you, ttl):
    body = packets.tcp(segment)
    if ":" in segment.source:
        return packets.ethernet(me.mac, you.mac, packets.IPV6,
                                packets.ipv6(segment.source, segment.destination, 6, body, ttl))
    return packets.ethernet(me.mac, you.mac, packets.IPV4,
                            packets.ipv4(segment.source, segment.destination, 6, body, segment.ident, ttl=ttl))
