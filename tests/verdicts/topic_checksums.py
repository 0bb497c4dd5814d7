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


shared("03-lso-checksum-without-length", {"verdict_tag": "CLOSED", "closed_by": "server", "bad_checksums": 0})
