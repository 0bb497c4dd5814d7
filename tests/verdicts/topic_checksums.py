"""Checksums that are wrong in the capture though the segments were good: left to the network card, or not computed again
after addresses were replaced; and some that are wrong because the segment was."""

import struct

import packets
from crafted import Talk, case, shared

ADDRESSES, PROTOCOL, CHECKSUM = 26, 23, 50  # offsets in an Ethernet frame with IPv4 and TCP


def field(frame):
    return struct.unpack("!H", frame[CHECKSUM:CHECKSUM + 2])[0]


def with_field(frame, value):
    return frame[:CHECKSUM] + struct.pack("!H", value & 0xFFFF) + frame[CHECKSUM + 2:]


def rewrite(capture, change):
    """Replaces the last frame by what `change` makes of it."""
    capture.records[-1].data = change(capture.records[-1].data)


def lengthless(frame):
    """The pseudo-header's sum without the length, as it is left for a card that splits the segment."""
    pseudo = frame[ADDRESSES:ADDRESSES + 8] + struct.pack("!H", 6)
    return with_field(frame, ~packets.checksum(pseudo))


@case("large-send-offload", {
    "verdict_tag": "CLOSED", "verdict": "server first", "closed_by": "server", "bad_checksums": 0,
    "client": "CLOSED SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED",
    "server": "LISTEN SYN_RECEIVED ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
})
def large_send_offload(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("A")
    talk.server("FPA", 4096)
    rewrite(capture, lengthless)
    talk.client("A")
    talk.client("FA")
    talk.server("A")


def spoilt(frame):
    return with_field(frame, field(frame) ^ 0x1111)


def unfinished_elsewhere(frame):
    """Left to the card, and then the addresses were replaced: the length alone can be made out."""
    return with_field(frame, 0xDFDE + len(frame) - 34)


def spoil_all(capture, change, side=None):
    """Changes every frame, or those that one side sends: 0 is who sent the first."""
    first = capture.records[0].data[ADDRESSES:ADDRESSES + 4]
    for record in capture.records:
        sender = int(record.data[ADDRESSES:ADDRESSES + 4] != first)
        if side in (None, sender):
            record.data = change(record.data)


def replace_addresses(capture):
    """As a program does that knows nothing of checksums: not even that of the IP header is computed again."""
    for record in capture.records:
        record.data = record.data.replace(packets.socket.inet_aton("10.0.0.2"), packets.socket.inet_aton("192.0.2.99"))


def exchange(talk):
    """The server closes first."""
    talk.open()
    talk.client("PA", 100)
    talk.server("PA", 1000)
    talk.client("A")
    talk.server("FA")
    talk.client("FA")
    talk.server("A")


CLOSED = {
    "verdict_tag": "CLOSED", "verdict": "server first", "closed_by": "server", "handshake": "complete", "conn_state": "SF",
    "client": "CLOSED SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED",
    "server": "LISTEN SYN_RECEIVED ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
}


def ignored(count, of, **fields):
    return {**CLOSED, "bad_checksums": count, "checksums_ignored": count,
            "verdict": ["server first", f"checksums ignored: {count} of {of} wrong"], **fields}


@case("addresses-replaced", ignored(9, 9))
def addresses_replaced(capture):
    exchange(Talk(capture))
    replace_addresses(capture)


@case("addresses-replaced-midstream", ignored(6, 6, handshake="missed", conn_state="SF", client="ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED",
                                              server="ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT"))
def addresses_replaced_midstream(capture):
    exchange(Talk(capture))
    del capture.records[:3]
    replace_addresses(capture)


@case("one-direction-wrong-client", ignored(5, 9))
def one_direction_wrong_client(capture):
    exchange(Talk(capture))
    spoil_all(capture, spoilt, 0)


@case("one-direction-wrong-server", ignored(4, 9))
def one_direction_wrong_server(capture):
    exchange(Talk(capture))
    spoil_all(capture, unfinished_elsewhere, 1)


@case("one-direction-zero", ignored(4, 9))
def one_direction_zero(capture):
    exchange(Talk(capture))
    spoil_all(capture, lambda frame: with_field(frame, 0), 1)


@case("refused-all-wrong", {"verdict_tag": "REFUSED", "checksums_ignored": 2, "handshake": "partial"})
def refused_all_wrong(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("RA", seq=-5000)
    spoil_all(capture, spoilt)


@case("one-segment-wrong", {"verdict_tag": "OPENING", "checksums_ignored": 1, "verdict": "checksums ignored: 1 of 1 wrong"})
def one_segment_wrong(capture):
    Talk(capture).client("S")
    spoil_all(capture, spoilt)


@case("thousands-wrong", {"checksums_ignored": 2009, "verdict": "checksums ignored: 2,009 of 2,009 wrong"})
def thousands_wrong(capture):
    talk = Talk(capture)
    talk.open()
    for _ in range(1000):
        talk.client("PA", 10)
        talk.server("A")
    talk.client("PA", 10)
    talk.server("PA", 10)
    talk.client("A")
    talk.server("FA")
    talk.client("FA")
    talk.server("A")
    spoil_all(capture, spoilt)


@case("large-segments-wrong", ignored(3, 10))
def large_segments_wrong(capture):
    """Large ones are split by a card that leaves something unknown in them; small ones are right."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    for flags in ("A", "A", "FPA"):
        talk.server(flags, 4000)
        rewrite(capture, spoilt)
    talk.client("A")
    talk.client("FA")
    talk.server("A")


@case("large-segments-wrong-one-by-one", ignored(2, 11))
def large_segments_wrong_one_by_one(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("A")
    for flags in ("A", "FPA"):
        talk.server(flags, 4000)
        rewrite(capture, spoilt)
        talk.client("A")
    talk.client("FA")
    talk.server("A")


@case("fin-wrong-but-acknowledged", ignored(1, 9))
def fin_wrong_but_acknowledged(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("A")
    talk.server("FPA", 20)
    rewrite(capture, spoilt)
    talk.client("A")
    talk.client("FA")
    talk.server("A")


@case("syn-ack-wrong-but-acknowledged", CLOSED, ignored(1, 9))
def syn_ack_wrong_but_acknowledged(capture):
    """Right checksums are known from the same hosts, so a wrong one has to be acknowledged."""
    exchange(Talk(capture, sport=40000))
    talk = Talk(capture)
    talk.client("S", options=b"\2\4\5\xb4")
    talk.server("SA", options=b"\2\4\5\xb4")
    rewrite(capture, spoilt)
    talk.client("A")
    talk.client("PA", 100)
    talk.server("PA", 1000)
    talk.client("A")
    talk.server("FA")
    talk.client("FA")
    talk.server("A")


# ---- And those that were wrong


DAMAGED = {**CLOSED, "bad_checksums": 1, "checksums_ignored": 0, "silent_about": "checksums ignored"}


@case("fin-damaged-and-sent-again", {**DAMAGED, "server.retransmissions": 1})
def fin_damaged(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("PA", 1000)
    talk.client("A")
    talk.server("FA", keeps=True)
    rewrite(capture, spoilt)
    talk.server("FA", after=0.3)
    talk.client("FA")
    talk.server("A")


@case("data-damaged-and-sent-again", DAMAGED)
def data_damaged(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100, keeps=True)
    rewrite(capture, spoilt)
    talk.client("PA", 100, after=0.3)
    talk.server("PA", 1000)
    talk.client("A")
    talk.server("FA")
    talk.client("FA")
    talk.server("A")


@case("reset-damaged", DAMAGED)
def reset_damaged(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("R", ttl=40, keeps=True)
    rewrite(capture, spoilt)
    talk.server("PA", 1000)
    talk.client("A")
    talk.server("FA")
    talk.client("FA")
    talk.server("A")


@case("reset-damaged-at-the-end", {"verdict_tag": "OPEN", "bad_checksums": 1, "checksums_ignored": 0})
def reset_damaged_at_the_end(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("PA", 1000)
    talk.server("R")
    rewrite(capture, spoilt)


@case("reset-damaged-taken", {"verdict_tag": "RESET", "bad_checksums": 1, "checksums_ignored": 1}, arguments=["-K"])
def reset_damaged_taken(capture):
    reset_damaged_at_the_end(capture)


@case("syn-damaged-between-known-hosts", {"verdict_tag": "CLOSED", "bad_checksums": 0})
def syn_damaged(capture):
    """Its port is not what was sent: a connection that never was."""
    exchange(Talk(capture))
    Talk(capture, sport=40999).client("S")
    rewrite(capture, spoilt)


shared("01-checksums-all-wrong", ignored(9, 9))
shared("02-bad-checksum-but-acknowledged", ignored(12, 25))
shared("03-lso-checksum-without-length", {"verdict_tag": "CLOSED", "closed_by": "server", "bad_checksums": 0})
