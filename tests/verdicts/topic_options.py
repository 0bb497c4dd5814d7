"""Segments that their receiver drops, or may drop, for their TCP options."""

import struct

from crafted import MSS, Talk, case

MD5 = b"\x13\x12" + b"k" * 16 + b"\1\1"


def stamps(value, echo):
    return b"\1\1\x08\x0a" + struct.pack("!II", value, echo)


UNSIGNED = "the SYN is signed with TCP MD5 or TCP-AO, and the SYN-ACK is not"


@case("answer-without-md5", {"verdict_tag": "OPENING", "verdict": UNSIGNED})
def answer_without_md5(capture):
    """Maghemite issue 659: BGP, where one side has no key."""
    talk = Talk(capture, dport=179)
    talk.client("S", options=MSS + MD5)
    talk.server("SA", options=MSS)
    talk.client("S", seq=0, options=MSS + MD5, after=1)
    talk.server("SA", seq=0, ack=1, options=MSS)


@case("answer-with-md5", {"verdict_tag": "OPENING", "silent_about": UNSIGNED})
def answer_with_md5(capture):
    talk = Talk(capture, dport=179)
    talk.client("S", options=MSS + MD5)
    talk.server("SA", options=MSS + MD5)


@case("answer-without-md5-that-is-taken", {"verdict_tag": "OPEN", "silent_about": UNSIGNED})
def answer_without_md5_that_is_taken(capture):
    """As after a device that takes the option out of what it sends."""
    talk = Talk(capture, dport=179)
    talk.client("S", options=MSS + MD5)
    talk.server("SA", options=MSS)
    talk.client("A")


ECHOES = "the SYN-ACK echoes another timestamp than the SYN has"


def echoing(capture, *echoes):
    """Xray-core issue 6522: the answer echoes a timestamp that this client has not sent for long, so Linux rejects it."""
    talk = Talk(capture)
    for number, echo in enumerate(echoes):
        talk.client("S", seq=0, options=MSS + stamps(5000 + 1000 * number, 0), after=1)
    talk.server("SA", options=MSS + stamps(77, echoes[-1]))
    talk.client("R", seq=1, window=0)


@case("answer-echoes-another-timestamp", {"verdict_tag": "RESET", "verdict": ECHOES})
def answer_echoes_another_timestamp(capture):
    echoing(capture, 916)


@case("answer-echoes-the-timestamp", {"verdict_tag": "RESET", "silent_about": ECHOES})
def answer_echoes_the_timestamp(capture):
    echoing(capture, 5000)


@case("answer-echoes-the-first-timestamp", {"verdict_tag": "RESET", "silent_about": ECHOES})
def answer_echoes_the_first_timestamp(capture):
    echoing(capture, 0, 5000)


@case("answer-echoes-nothing", {"verdict_tag": "RESET", "silent_about": ECHOES})
def answer_echoes_nothing(capture):
    """Which Linux takes."""
    echoing(capture, 0)


LACKING = "its segments lack the timestamps that both SYNs have, so the client may drop them"


def unstamped(capture, lacks):
    talk = Talk(capture)
    talk.a.tsval, talk.b.tsval = 1000, 9000
    talk.open()
    talk.client("PA", 100)
    talk.server("A")
    if lacks:
        talk.b.tsval = None
    talk.server("PA", 500)
    for after in (0.3, 0.6, 1.2):
        talk.server("PA", 500, seq=1, after=after)


@case("data-without-timestamps", {"verdict_tag": "STUCK", "verdict": LACKING})
def data_without_timestamps(capture):
    """mTCP issue 23: a server with SYN cookies leaves them out."""
    unstamped(capture, True)


@case("data-with-timestamps", {"verdict_tag": "STUCK", "silent_about": LACKING})
def data_with_timestamps(capture):
    unstamped(capture, False)
