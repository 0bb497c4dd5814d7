"""PPPoE sessions whose protocol field is compressed to one byte (RFC 1661 §6.5)."""

import struct

import packets
from crafted import Capture, Talk, case, shared

SESSION = 0x8864


def in_session(frame, protocol):
    """An Ethernet frame's packet in a PPPoE session."""
    body = protocol + frame[14:]
    return frame[:12] + struct.pack("!HBBHH", SESSION, 0x11, 0, 42, len(body)) + body


def conversation(capture, protocol, **addresses):
    plain = Capture()
    talk = Talk(plain, **addresses)
    talk.open()
    talk.client("PA", 10)
    talk.server("FA")
    talk.client("FA")
    talk.server("A")
    for record in plain.records:
        frame = in_session(record.data, protocol)
        capture.records.append(packets.Record(record.time, len(frame), frame))


CLOSED = {"verdict_tag": "CLOSED", "closed_by": "server", "handshake": "complete", "client.bytes": 10}


@case("pppoe-one-byte-ipv4", CLOSED)
def one_byte_ipv4(capture):
    conversation(capture, b"\x21")


@case("pppoe-one-byte-ipv6", CLOSED)
def one_byte_ipv6(capture):
    conversation(capture, b"\x57", source="2001:db8::1", destination="2001:db8::2")


@case("pppoe-two-bytes", CLOSED)
def two_bytes(capture):
    conversation(capture, b"\x00\x21")


shared("21-pppoe-one-byte-protocol", {"verdict_tag": "CLOSED", "handshake": "complete"})
