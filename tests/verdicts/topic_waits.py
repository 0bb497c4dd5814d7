"""What one side waits for in vain, and what looks like it and is healthy."""

import re

from crafted import MSS, Talk, ask, asked, case

# ---- A SYN-ACK that the client does not take


def unheard(talk, times):
    talk.client("S", options=MSS)
    talk.server("SA", options=MSS)
    for doubled in range(times):
        talk.client("S", seq=0, options=MSS, after=2**doubled)
        talk.server("SA", seq=0, ack=1, options=MSS, after=0.001)


UNHEARD = "the client sent its SYN again 3 times after a SYN-ACK, so the SYN-ACKs do not reach it in time, or it does not accept them"


@case("syn-acks-not-taken", {"verdict_tag": "OPENING", "severity": 2, "verdict": "^opening: 4 SYN-ACKs .*; " + UNHEARD})
def syn_acks_not_taken(capture):
    """XDP project issue 81: captured at the client, whose kernel drops them (rp_filter, a checksum, or a firewall)."""
    unheard(Talk(capture), 3)


@case("syn-acks-not-taken-then-rst", {"verdict_tag": "RESET", "verdict": UNHEARD})
def syn_acks_not_taken_then_rst(capture):
    talk = Talk(capture)
    unheard(talk, 3)
    talk.server("R", seq=1, after=8)


@case("syn-ack-late", {"verdict_tag": "OPENING", "severity": 1, "silent_about": "reach it"})
def syn_ack_late(capture):
    """The first SYN-ACK is lost, and one SYN had left before the next could come."""
    unheard(Talk(capture), 1)


@case("syns-before-the-syn-ack", {"verdict_tag": "OPENING", "silent_about": "reach it"})
def syns_before_the_syn_ack(capture):
    talk = Talk(capture)
    for after in (0, 1, 2):
        talk.client("S", seq=0, options=MSS, after=after)
    talk.server("SA", options=MSS)


@case("syn-acks-taken-late", {"verdict_tag": "OPEN", "silent_about": "reach it"})
def syn_acks_taken_late(capture):
    """A satellite, captured at the server: three SYNs leave before the first SYN-ACK arrives."""
    talk = Talk(capture)
    unheard(talk, 2)
    talk.client("A", after=0.2)
    ask(talk)


# ---- A SYN after the connection was open

FORGOTTEN = ("^stuck: the client has sent its SYN again 3 times in 3.0 s, and nothing else, after the connection was open: as where it was "
             "started again, and begins with the same number")


def open_again(capture, pauses):
    talk = asked(capture)
    for after in pauses:
        talk.client("S", seq=0, options=MSS, after=after)
        talk.server("A", after=0.0005)
    return talk


@case("opens-again-with-the-same-number", {"verdict_tag": "STUCK", "severity": 3, "verdict": FORGOTTEN, "client.syns": 1,
                                           "spent.connecting": 0.02})
def opens_again(capture):
    """A device that always begins with the same number is switched off and on; the server answers as to a duplicate."""
    open_again(capture, (60, 1, 2))


@case("syn-of-long-ago", {"verdict_tag": "OPEN", "severity": 0, "silent_about": "SYN", "spent.connecting": 0.02})
def syn_of_long_ago(capture):
    """An old duplicate."""
    open_again(capture, (3,))


@case("syns-of-long-ago-and-data", {"verdict_tag": "OPEN", "severity": 0, "silent_about": "SYN"})
def syns_of_long_ago_and_data(capture):
    ask(open_again(capture, (3, 1)))


@case("syn-of-long-ago-after-the-end", {"verdict_tag": "CLOSED", "severity": 0, "silent_about": "second sequence number"})
def syn_of_long_ago_after_the_end(capture):
    """The server takes it for a new one; the client's TIME_WAIT acknowledges what it knows, and the server rejects that."""
    talk = asked(capture)
    talk.client("FA")
    talk.server("FA")
    talk.client("A")
    talk.client("S", seq=0, options=MSS, after=2)
    talk.server("SA", seq=70_000, ack=1, options=MSS, after=0.001, keeps=True)
    talk.client("A", after=0.001)
    talk.server("R", after=0.001)


# ---- A window that has never been open


def proxied(capture):
    talk = Talk(capture)
    talk.client("S", options=MSS)
    talk.server("SA", options=MSS, window=0)
    talk.client("A")
    return talk


@case("syn-proxy-without-a-server", {"verdict_tag": "STUCK", "silent_about": "reading", "verdict":
                                     "^stuck: server's window closed for 5.0 s, though it has taken no data yet: as that of a SYN proxy"})
def syn_proxy_without_a_server(capture):
    """A SYN proxy, as that of netfilter, opens its window when its own connection to the server is open."""
    talk = proxied(capture)
    talk.client("A", seq=0, after=4.989)
    talk.server("A", window=0, after=0.001)


@case("syn-proxy-with-a-server", {"verdict_tag": "OPEN", "severity": 0})
def syn_proxy_with_a_server(capture):
    talk = proxied(capture)
    talk.server("A", after=0.02)
    ask(talk)


@case("window-closed-by-data", {"verdict_tag": "STUCK", "verdict": "is not reading", "silent_about": "proxy"})
def window_closed_by_data(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 1460)
    talk.server("A", window=0, after=0.001)
    talk.client("A", seq=1460, after=4)
    talk.server("A", window=0, after=0.001)


# ---- Half-closed


def half_closed(capture, pauses):
    talk = Talk(capture)
    talk.open()
    talk.client("FPA", 100)
    talk.server("A")
    for after in pauses:
        talk.server("PA", 1000, after=after)
        talk.client("A")
    return talk


HALF_CLOSED = {"verdict_tag": "CLOSE_WAIT", "verdict": "^half-closed: the client sent FIN"}


@case("half-closed-and-goes-on", {**HALF_CLOSED, "severity": 1})
def half_closed_and_goes_on(capture):
    """As of `nc -N` and rsh: the client has no more to send, and the server has a lot."""
    half_closed(capture, [20] * 5)


@case("half-closed-at-the-end", {**HALF_CLOSED, "severity": 1})
def half_closed_at_the_end(capture):
    talk = asked(capture)
    talk.client("FA", after=300)
    talk.server("A", after=0.04)


@case("half-closed-with-keep-alives", {**HALF_CLOSED, "severity": 3})
def half_closed_with_keep_alives(capture):
    talk = half_closed(capture, [20])
    talk.server("A", seq=1000, after=75)
    talk.client("A")


@case("half-closed-and-left-alone", {**HALF_CLOSED, "severity": 3}, {"verdict_tag": "OPEN"})
def half_closed_and_left_alone(capture):
    """That nothing more comes of it is known because the capture goes on."""
    half_closed(capture, [])
    talk = Talk(capture, sport=40002, isn=70_000)
    capture.time += 61 * 10**9
    talk.open()


# ---- Refused late


def refuse(capture, after):
    talk = Talk(capture)
    for pause in (0, 1):
        talk.client("S", seq=0, options=MSS, after=pause)
    talk.send(talk.b, talk.a, "RA", seq=-talk.b.isn, ack=1, after=after)


@case("refused-late", {"verdict_tag": "REFUSED", "silent_about": "nothing listens on port",
                       "verdict": "^refused: RST answered the SYN after 20.0 s; " + re.escape("a host on which nothing listens answers at once")})
def refused_late(capture):
    """A transparent proxy, or a load balancer, whose own attempt to connect has timed out."""
    refuse(capture, 20)


@case("refused-after-a-second", {"verdict_tag": "REFUSED", "verdict": "nothing listens on port 8000, or a firewall rejects it"})
def refused_after_a_second(capture):
    refuse(capture, 1.5)


@case("reset-text-is-no-data", {"verdict_tag": "RESET", "server.bytes": 300, "verdict": '; the RST says "Flow expired"'})
def reset_text_is_no_data(capture):
    """RFC 9293 §3.5.3."""
    asked(capture).server("RA", b"Flow expired")
