"""The kinds of the other topics in other forms: in IPv6, from the other side, in one direction, at the edge of the capture,
or with numbers that wrap."""

import socket
import struct

import packets
from crafted import Talk, case

V6 = {"source": "2001:db8::1", "destination": "2001:db8::2"}
ROUTER6 = "2001:db8:9::1"
TCP6, TCP6_CHECKSUM = 14 + 40, 14 + 40 + 16  # offsets in an Ethernet frame with IPv6


def ask(talk):
    talk.open()
    talk.client("PA", 100)
    talk.server("A")
    talk.server("PA", 300)
    talk.client("A")


def close(talk, first="client"):
    one, other = (talk.client, talk.server) if first == "client" else (talk.server, talk.client)
    one("FA")
    other("A")
    other("FA")
    one("A")


def spoil6(capture, side=None):
    """Makes the checksums of every segment wrong, or of those that one side sends."""
    first = capture.records[0].data[22:38]
    for record in capture.records:
        if side is None or (record.data[22:38] == first) == (side == "client"):
            data = bytearray(record.data)
            data[TCP6_CHECKSUM] ^= 0x5A
            record.data = bytes(data)


def quoted_by6(capture, kind, code, frame, rest=0):
    """An ICMPv6 error of a router that quotes a frame."""
    quoted = frame[14:14 + 80]
    body = struct.pack("!BBHI", kind, code, 0, rest) + quoted
    pseudo = socket.inet_pton(socket.AF_INET6, ROUTER6) + quoted[8:24] + struct.pack("!II", len(body), 58)
    body = body[:2] + struct.pack("!H", packets.checksum(pseudo + body)) + body[4:]
    packet = packets.ipv6(ROUTER6, socket.inet_ntop(socket.AF_INET6, quoted[8:24]), 58, body)
    capture.add(packets.ethernet("02:00:00:00:00:09", "02:00:00:00:00:01", packets.IPV6, packet), 0.001)


# ---- Checksums


@case("variant-checksums-ipv6-client", {"verdict_tag": "CLOSED", "closed_by": "client",
                                        "verdict": "checksums ignored: 6 of 11 wrong"})
def checksums_client(capture):
    talk = Talk(capture, **V6)
    ask(talk)
    close(talk)
    spoil6(capture, "client")


@case("variant-checksums-ipv6-all", {"verdict_tag": "CLOSED", "closed_by": "server",
                                     "verdict": "checksums ignored: 11 of 11 wrong"})
def checksums_all(capture):
    talk = Talk(capture, **V6)
    ask(talk)
    close(talk, "server")
    spoil6(capture)


@case("variant-large-send-ipv6", {"verdict_tag": "CLOSED", "closed_by": "server", "server.bytes": 5000, "bad_checksums": 0,
                                  "silent_about": "checksums"})
def large_send(capture):
    talk = Talk(capture, **V6)
    talk.open()
    talk.client("PA", 100)
    talk.server("A")
    talk.server("PA", 5000)
    data = capture.records[-1].data
    left = ~packets.checksum(data[22:54] + struct.pack("!II", 0, 6)) & 0xFFFF  # the pseudo-header without the length
    capture.records[-1].data = data[:TCP6_CHECKSUM] + struct.pack("!H", left) + data[TCP6_CHECKSUM + 2:]
    talk.client("A")
    close(talk, "server")


# ---- Resets


@case("variant-forged-to-the-client", {"verdict_tag": "CLOSED", "closed_by": "client", "reset_by": "none",
                                       "verdict": "a RST was forged: the server, its apparent sender, went on"})
def forged_to_client(capture):
    talk = Talk(capture, ttls=(64, 52))
    ask(talk)
    talk.server("R", seq=talk.b.seq, ident=0, ttl=61, keeps=True)
    talk.server("PA", 200, after=0.2)
    talk.client("A")
    close(talk)


@case("variant-forged-to-the-server", {"verdict_tag": "CLOSED", "closed_by": "client", "reset_by": "none",
                                       "verdict": "a RST was forged: the client, its apparent sender, went on"})
def forged_to_server(capture):
    talk = Talk(capture, ttls=(57, 64))
    ask(talk)
    talk.client("RA", ttl=120, ident=0, keeps=True)
    talk.client("PA", 50, after=0.3)
    talk.server("A")
    close(talk)


@case("variant-other-way-ipv6", {"verdict_tag": "RESET", "reset_by": "server",
                                 "verdict": "a middlebox may have sent the RST: its TTL is 61, .* other packets 52"})
def other_way(capture):
    talk = Talk(capture, ttls=(64, 52), **V6)
    ask(talk)
    talk.server("R", seq=talk.b.seq, ttl=61, keeps=True)


@case("variant-reset-in-window", {"verdict_tag": "CLOSED", "verdict": "a RST was forged"})
def in_window(capture):
    """A RST that is not exact draws a challenge ACK, and all goes on."""
    talk = Talk(capture)
    ask(talk)
    talk.server("R", seq=talk.b.seq + 500, keeps=True)
    talk.client("A")
    talk.server("PA", 10, after=0.3)
    talk.client("A")
    close(talk)


@case("variant-reset-numbers-wrap", {"verdict_tag": "RESET", "reset_by": "server", "verdict": "client's data unread"})
def reset_wraps(capture):
    talk = Talk(capture, isn=0xFFFFFFFF, other_isn=0xFFFFFFFF)
    talk.open()
    talk.client("PA", 10)
    talk.server("RA")


# ---- Opening


@case("variant-challenge-of-a-known-connection", {"verdict_tag": "RESET", "reset_by": "client"},
      {"verdict_tag": "NOT_OPENED", "verdict": "an ACK of connection #1, which it still has"}, {"verdict_tag": "OPEN"})
def challenge_known(capture):
    """The client has forgotten the connection and opens from the same port."""
    old = Talk(capture)
    ask(old)
    new = Talk(capture, isn=700000)
    new.client("S", after=120)
    old.server("A", after=0.0002)
    new.client("R", seq=old.a.seq + 1000 - 700000, ident=0)
    again = Talk(capture, isn=800000, other_isn=9000)
    ask_again(again)


def ask_again(talk):
    talk.client("S", after=1)
    talk.server("SA")
    talk.client("A")
    talk.client("PA", 10)
    talk.server("A")


@case("variant-land-ipv6", {"verdict_tag": "NOT_OPENED", "verdict": "land attack"})
def land(capture):
    Talk(capture, source="2001:db8::9", destination="2001:db8::9", sport=80, dport=80).client("S")


@case("variant-other-syn-acknowledged-ipv6", {"verdict_tag": "NOT_OPENED", "verdict": "acknowledges another SYN"})
def other_syn(capture):
    talk = Talk(capture, **V6)
    talk.client("S")
    talk.server("SA", ack=777)
    talk.client("R", seq=777)


@case("variant-syn-ack-first-then-data", {"verdict_tag": "CLOSED", "closed_by": "client", "handshake": "complete"})
def syn_ack_first(capture):
    talk = Talk(capture)
    syn = talk.client("S", lost=True)
    talk.server("SA")
    capture.add(syn, 0.0001)
    talk.client("A")
    talk.client("PA", 100)
    talk.server("PA", 300)
    talk.client("A")
    close(talk)


@case("variant-queue-full-ipv6", {"verdict_tag": "OPEN"}, {"verdict_tag": "SILENT", "verdict": "its accept queue may be full"})
def queue_full(capture):
    ask(Talk(capture, **V6))
    other = Talk(capture, sport=40002, isn=77000, **V6)
    for after in (0.1, 1, 2, 4):
        other.client("S", seq=0, after=after)


@case("variant-not-accepted-with-data", {"verdict_tag": "OPENING", "verdict": "^opening; the server has not taken the handshake",
                                         "silent_about": "stuck"})
def not_accepted(capture):
    """The client sends its data again, and the server its SYN-ACK: it has no room for the connection."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 50, after=0.1)
    for after in (1, 2, 4):
        talk.server("SA", seq=0, ack=1, after=after)
        talk.client("A", after=0.0001)
        talk.client("PA", 50, seq=1, after=0.2)


@case("variant-firewall-changes-both-numbers", {"verdict_tag": "CLOSED", "verdict": "the same connection as #2"},
      {"verdict_tag": "CLOSED", "verdict": "the same connection as #1"})
def firewall_both(capture):
    inside = Talk(capture, isn=1000, other_isn=5000, ttls=(64, 60))
    outside = Talk(capture, isn=88000, other_isn=99000, ttls=(63, 61))
    for who, flags, data in (("c", "S", 0), ("s", "SA", 0), ("c", "A", 0), ("c", "PA", 100), ("s", "A", 0), ("s", "PA", 300),
                             ("c", "A", 0), ("c", "FA", 0), ("s", "A", 0), ("s", "FA", 0), ("c", "A", 0)):
        first, second = (inside, outside) if who == "c" else (outside, inside)
        for talk, after in ((first, 0.01), (second, 0.0001)):
            (talk.client if who == "c" else talk.server)(flags, data, after=after)


# ---- One direction, and the edges of the capture


@case("variant-server-only-reset", {"verdict_tag": "RESET", "reset_by": "server", "captured": "server only",
                                    "verdict": "one direction captured"})
def server_only(capture):
    talk = Talk(capture)
    talk.client("S", lost=True)
    talk.server("SA")
    talk.client("A", lost=True)
    talk.client("PA", 100, lost=True)
    talk.server("A")
    talk.server("PA", 500)
    talk.client("A", lost=True)
    talk.server("RA")


@case("variant-begins-with-a-fin", {"verdict_tag": "CLOSING", "verdict": "does not show whether the server had closed",
                                    "silent_about": "application"})
def begins_with_fin(capture):
    talk = Talk(capture)
    talk.a.seq = talk.b.got = 5001
    talk.b.seq = talk.a.got = 70001
    talk.client("FA")
    talk.server("A")


@case("variant-begins-with-a-fin-then-data", {"verdict_tag": "CLOSE_WAIT", "verdict": "has not closed yet"})
def begins_with_fin_data(capture):
    talk = Talk(capture)
    talk.a.seq = talk.b.got = 5001
    talk.b.seq = talk.a.got = 70001
    talk.client("FA")
    talk.server("PA", 50)
    talk.client("A")


# ---- Copies


@case("variant-copies-other-vlan-and-mac", {"verdict_tag": "CLOSED", "duplicates": 11, "retransmissions": 0,
                                            "closed_by": "client"})
def copies_vlan(capture):
    talk = Talk(capture, **V6)
    ask(talk)
    close(talk)
    both = []
    for record in capture.records:
        data = packets.add_tag(b"\2\0\0\0\0\x88" + record.data[6:21] + bytes([record.data[21] - 1]) + record.data[22:], 12)
        both += [record, packets.Record(record.time + 3000, len(data), data)]
    capture.records = both


def copied_once(name, flags):
    """The first segment with these flags comes twice, 5 µs apart."""
    @case(f"variant-only-the-{name}-copied", {"verdict_tag": "CLOSED", "duplicates": 1, "retransmissions": 0,
                                              "closed_by": "client"})
    def make(capture):
        talk = Talk(capture, **V6)
        ask(talk)
        close(talk)
        at = next(at for at, record in enumerate(capture.records) if record.data[TCP6 + 13] == flags)
        record = capture.records[at]
        capture.records.insert(at + 1, packets.Record(record.time + 5000, record.length, record.data))


copied_once("syn-ack", packets.SYN | packets.ACK)
copied_once("first-fin", packets.FIN | packets.ACK)


# ---- Silence and ICMPv6


@case("variant-server-fin-unanswered", {"verdict_tag": "STUCK",
                                        "verdict": "^stuck: the server's FIN unacknowledged, sent again 5 times"})
def server_fin(capture):
    talk = Talk(capture)
    ask(talk)
    talk.client("FA")
    talk.server("A")
    talk.server("FA")
    for after in (0.2, 0.4, 0.8, 1.6, 3.2):
        talk.server("FA", seq=talk.b.seq - 1, after=after)


@case("variant-server-keep-alives-unanswered", {"verdict_tag": "STUCK",
                                                "verdict": "6 keep-alives of the server without an answer"})
def server_keep_alives(capture):
    talk = Talk(capture)
    ask(talk)
    for _ in range(6):
        talk.server("A", seq=talk.b.seq - 1, after=75)


@case("variant-packet-too-big", {"verdict_tag": "STUCK", "verdict": [
    "2001:db8:9::1 reports packet too big .MTU 1280., 4 times", "path MTU black hole"]})
def too_big(capture):
    talk = Talk(capture, **V6)
    talk.open()
    frame = talk.client("PA", 1440)
    for after in (0.2, 0.4, 0.8, 1.6):
        quoted_by6(capture, 2, 0, frame, 1280)
        frame = talk.client("PA", 1440, seq=1, after=after)


@case("variant-no-route", {"verdict_tag": "UNREACHABLE", "verdict": "2001:db8:9::1 reports no route"})
def no_route(capture):
    quoted_by6(capture, 1, 0, Talk(capture, **V6).client("S"))


@case("variant-prohibited", {"verdict_tag": "UNREACHABLE", "verdict": "10.0.9.1 reports prohibited by filter"})
def prohibited(capture):
    talk = Talk(capture)
    talk.quoted_by("10.0.9.1", 3, 13, talk.client("S"))


@case("variant-too-many-hops", {"verdict_tag": "UNREACHABLE", "verdict": "10.0.9.1 reports time exceeded, 2 times"})
def too_many_hops(capture):
    talk = Talk(capture)
    talk.quoted_by("10.0.9.1", 11, 0, talk.client("S"))
    talk.quoted_by("10.0.9.1", 11, 0, talk.client("S", seq=0, after=1))


@case("variant-fragmentation-needed-and-heeded", {"verdict_tag": "CLOSED", "verdict": "fragmentation needed .MTU 1400.", "timeouts": 0,
                                                  "silent_about": "black hole"})
def heeded(capture):
    talk = Talk(capture)
    talk.open()
    talk.quoted_by("10.0.9.1", 3, 4, talk.client("PA", 1460), 1400)
    talk.client("A", 1348, seq=1)
    talk.client("PA", 112, seq=1349)
    talk.server("A")
    close(talk)
