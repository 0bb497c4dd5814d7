"""Devices that change sequence numbers: a firewall that randomizes them, captured on both of its sides, and a SYN proxy,
which answers the client with a number of its own before it opens the connection to the server."""

from crafted import Talk, case

EXCHANGE = [("c", "S", 0), ("s", "SA", 0), ("c", "A", 0), ("c", "PA", 100), ("s", "A", 0), ("s", "PA", 300), ("c", "A", 0),
            ("c", "FA", 0), ("s", "A", 0), ("s", "FA", 0), ("c", "A", 0)]
TWICE = {"verdict_tag": "CLOSED", "closed_by": "client", "handshake": "complete", "client.bytes": 100, "server.bytes": 300,
         "client.retransmissions": 0, "server.retransmissions": 0,
         "client": "CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
         "server": "LISTEN SYN_RECEIVED ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED"}


def both_sides(capture, isn, other_isn, hops=1):
    """Each packet is captured before and after the firewall, which adds a constant to each side's numbers."""
    inside = Talk(capture, ttls=(64, 64 - hops))
    outside = Talk(capture, isn=isn, other_isn=other_isn, ttls=(64 - hops, 64))
    for side, flags, data in EXCHANGE:
        first, second = (inside, outside) if side == "c" else (outside, inside)
        getattr(first, "client" if side == "c" else "server")(flags, data)
        getattr(second, "client" if side == "c" else "server")(flags, data, after=0.00005)


@case("firewall-seen-from-both-sides", {**TWICE, "verdict": "the same connection as #2"}, {**TWICE, "verdict": "the same connection as #1"})
def seen_from_both_sides(capture):
    both_sides(capture, 777_000, 999_000)


@case("firewall-numbers-wrap", {"verdict": "the same connection as #2"}, {"verdict": "the same connection as #1", "closed_by": "client"})
def numbers_wrap(capture):
    both_sides(capture, (1 << 32) - 50, (1 << 31) - 100)


@case("transparent-firewall", {"verdict": "the same connection as #2"}, {"verdict": "the same connection as #1"})
def transparent(capture):
    """A bridge leaves the TTL, and the identification shows that it is the same packet."""
    both_sides(capture, 777_000, 999_000, hops=0)


@case("second-attempt-at-once", {"silent_about": "the same connection"},
      {"verdict_tag": "OPEN", "silent_about": "the same connection"})
def second_attempt(capture):
    """Another SYN of the same host, which has its own identification and the same TTL, is another attempt."""
    Talk(capture).client("S")
    again = Talk(capture, isn=500_000)
    again.a.ident = 2000
    again.client("S", after=0.001)
    again.server("SA")
    again.client("A")


@case("syn-proxy", {"verdict_tag": "OPEN", "silent_about": "stuck", "verdict": "second sequence number"})
def syn_proxy(capture):
    to_proxy, to_server = Talk(capture, other_isn=5000), Talk(capture, other_isn=900_000)
    to_proxy.open()
    to_server.client("S")
    to_server.server("SA")
    to_server.client("A")
    for _ in range(6):
        to_proxy.client("PA", 100, after=0.3)
        to_server.client("PA", 100, after=0.0001)
        to_server.server("PA", 200)
        to_proxy.server("PA", 200, after=0.0001)
