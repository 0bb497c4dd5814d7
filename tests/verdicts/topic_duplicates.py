"""Packets that a mirror port captures two times or three, without an identification to tell them by."""

import packets
from crafted import Talk, case, shared

V6 = {"source": "2001:db8::1", "destination": "2001:db8::2"}


def copied(capture, after, copies=1, wanted=lambda index: True, hop=True):
    """Puts copies of every packet that is wanted right after it; a router has lowered the hop limit of each copy."""
    records = []
    for index, record in enumerate(capture.records):
        records.append(record)
        for copy in range(1, copies + 1 if wanted(index) else 1):
            data = record.data
            if hop and data[12:14] == b"\x86\xdd":
                data = data[:6] + b"\x02\0\0\0\0\x77" + data[12:21] + bytes([data[21] - copy]) + data[22:]
            records.append(packets.Record(record.time + copy * round(after * 10**9), record.length, data))
    capture.records = sorted(records, key=lambda record: record.time)


def exchange(talk, between=0.01):
    talk.open()
    talk.client("PA", 100, after=between)
    talk.server("A", after=between)
    talk.server("PA", 1000, after=between)
    talk.client("A", after=between)
    talk.client("FA", after=between)
    talk.server("A", after=between)
    talk.server("FA", after=0.3)
    talk.client("A", after=between)


def once(duplicates, **fields):
    return {"verdict_tag": "CLOSED", "closed_by": "client", "duplicates": duplicates, "retransmissions": 0,
            "client.duplicate_acks": 0, "server.duplicate_acks": 0, "client.bytes": 100, "server.bytes": 1000,
            "client.packets": 6, "server.packets": 5, **fields}


@case("copies-ipv6", once(11))
def copies_ipv6(capture):
    exchange(Talk(capture, **V6))
    copied(capture, 2e-6)


@case("copies-ipv6-same-microsecond", once(11))
def copies_same_microsecond(capture):
    exchange(Talk(capture, **V6))
    copied(capture, 0, hop=False)


@case("copies-ipv6-3-ms", once(11))
def copies_3_ms(capture):
    exchange(Talk(capture, **V6))
    copied(capture, 0.003)


@case("copies-ipv6-three-times", once(22))
def copies_three_times(capture):
    exchange(Talk(capture, **V6))
    copied(capture, 5e-6, copies=2)


@case("copies-ipv6-interleaved", once(11))
def copies_interleaved(capture):
    """The network is faster than the mirror: the answer is captured before the copy of what it answers."""
    exchange(Talk(capture, **V6), between=0.0002)
    copied(capture, 0.0005)


@case("copies-ipv4-no-identification", once(11))
def copies_ipv4(capture):
    talk = Talk(capture)
    for side in (talk.a, talk.b):
        side.ident = 0
    plain = talk.segment
    talk.segment = lambda *arguments, **fields: plain(*arguments, **{**fields, "ident": 0})
    exchange(talk)
    copied(capture, 2e-6)


@case("syn-ack-again-and-answered", {"duplicates": 0, "retransmissions": 3, "client.packets": 5, "server.packets": 4})
def syn_ack_again(capture):
    """The SYN-ACK is lost. Its timer and that of the SYN run out within 120 us, and both SYN-ACKs are the same bytes."""
    talk = Talk(capture, **V6)
    talk.client("S")
    talk.server("SA")
    talk.server("SA", after=1.023, seq=0)
    talk.client("S", after=0.00012, seq=0)
    talk.server("SA", after=0.00001, seq=0)
    talk.client("A")
    talk.client("FA")
    talk.server("FA")
    talk.client("A")


@case("copies-ipv6-midstream", {"duplicates": 4, "retransmissions": 0, "client.duplicate_acks": 0, "client.packets": 3})
def copies_midstream(capture):
    talk = Talk(capture, **V6)
    talk.client("PA", 100)
    talk.server("PA", 100)
    talk.client("A")
    talk.client("PA", 100)
    copied(capture, 2e-6)


# ---- And what only looks like it


@case("repeated-acks-ipv6", {"duplicates": 0, "client.duplicate_acks": 4, "retransmissions": 1, "server.bytes": 7000})
def repeated_acks(capture):
    """A segment is lost; the receiver repeats its ACK at once for each one that follows."""
    talk = Talk(capture, **V6)
    talk.open()
    talk.client("PA", 100)
    talk.server("A", 1000)
    talk.client("A")
    talk.server("A", 1000, lost=True)
    for _ in range(4):
        talk.server("A", 1000, after=2e-6)
        talk.client("A", ack=1001, after=2e-6)
    talk.server("A", 1000, seq=1001, after=2e-6)
    talk.client("A")
    talk.server("PA", 1000)


@case("repeated-acks-ipv6-copied", {"duplicates": 17, "client.duplicate_acks": 4, "retransmissions": 1, "server.bytes": 7000})
def repeated_acks_copied(capture):
    """The same, each packet captured twice: that the receiver repeats itself is still seen."""
    repeated_acks(capture)
    copied(capture, 1e-6)


@case("repeated-data-ipv6", {"duplicates": 0, "client.retransmissions": 1, "client.bytes": 200})
def repeated_data(capture):
    """A probe for a lost tail comes a few milliseconds after the data, with the same bytes."""
    talk = Talk(capture, **V6)
    talk.open()
    talk.client("PA", 100)
    talk.client("PA", 100, seq=1, after=0.003)
    talk.server("A")


@case("repeated-data-ipv6-asked-for", {"duplicates": 0, "client.retransmissions": 1})
def repeated_data_asked_for(capture):
    """On a fast network a retransmission comes within the millisecond, but the peer has asked for it."""
    talk = Talk(capture, **V6)
    talk.open()
    talk.client("PA", 100)
    for length in (100, 100, 100):
        talk.client("PA", length, after=2e-6)
    for _ in range(3):
        talk.server("A", ack=1, after=2e-6)
    talk.client("PA", 100, seq=1, after=2e-6)


shared("10-span-duplicates-ipv6", once(11))
