"""SACK blocks with numbers that the other side has not sent."""

import struct

from crafted import Talk, case

PERMITTED = b"\2\4\5\xb4\1\1\4\2"
USELESS = "{} ACKs of the client have SACK blocks with numbers that the server never sent"


def sack(talk, left, right, shift=0, **fields):
    """An ACK of what came before; `left` and `right` count from the server's initial number."""
    edges = [talk.b.isn + edge + shift & 0xFFFFFFFF for edge in (left, right)]
    talk.client("A", ack=1461, options=b"\1\1\5\x0a" + struct.pack("!II", *edges), **fields)


def lossy(capture, shift, repaired=True, isn=5000):
    """Cisco, "Selective ACK (SACK) through the FWSM", seen at the server: its second segment is lost."""
    talk = Talk(capture, other_isn=isn)
    talk.client("S", options=PERMITTED)
    talk.server("SA", options=PERMITTED)
    talk.client("A")
    talk.client("PA", 100)
    talk.server("A")
    talk.server("A", 1460)
    talk.client("A")
    for number in range(2, 6):
        talk.server("A", 1460, seq=1 + 1460 * number)
        sack(talk, 2921, 1461 + 1460 * number, shift)
    for after in (0.4, 0.8, 1.6):
        talk.server("A", 1460, seq=1461, after=after)
    if repaired:
        talk.client("A", ack=8761)
    return talk


@case("sack-of-other-numbers", {"verdict_tag": "OPEN", "verdict": USELESS.format(4)})
def sack_of_other_numbers(capture):
    lossy(capture, 3_000_000_000)


@case("sack-of-lower-numbers", {"verdict_tag": "OPEN", "verdict": USELESS.format(4)})
def sack_of_lower_numbers(capture):
    lossy(capture, -1_000_000_000, isn=0xFFFFFF00)


@case("sack-proves-nothing", {"verdict_tag": "STUCK", "verdict": USELESS.format(4), "silent_about": "some of it has got through"})
def sack_proves_nothing(capture):
    lossy(capture, 1_000_000_000, repaired=False)


@case("sack-of-what-was-sent", {"verdict_tag": "STUCK", "verdict": "some of it has got through", "silent_about": "SACK"})
def sack_of_what_was_sent(capture):
    lossy(capture, 0, repaired=False, isn=0xFFFFFF00)


@case("sack-of-what-was-acknowledged", {"verdict_tag": "OPEN", "silent_about": "SACK"})
def sack_of_what_was_acknowledged(capture):
    """A D-SACK (RFC 2883)."""
    talk = lossy(capture, 0)
    for _ in range(2):
        talk.server("A", 1460, seq=1)
        sack(talk, 1, 1461)


@case("sack-of-what-was-not-captured", {"verdict_tag": "OPEN", "silent_about": "SACK"})
def sack_of_what_was_not_captured(capture):
    talk = lossy(capture, 0)
    for number in range(8, 12):
        talk.server("A", 1460, seq=1 + 1460 * number, lost=True)
        sack(talk, 11681, 1461 + 1460 * number)
