"""Captures as public reports of trouble show them; each names its report."""

import struct

from crafted import MSS, Talk, ask, case

SPECIFIC = {"verdict_tag": "SILENT", "silent_about": "filtered"}


def close(talk):
    talk.server("FA")
    talk.client("FA")
    talk.server("A")


def used_before(capture, pause):
    """A connection that the server has closed, and then SYNs from the same port."""
    first = Talk(capture, isn=100_000)
    first.open()
    ask(first)
    close(first)
    again = Talk(capture, isn=5000)
    again.client("S", options=MSS, after=pause)
    return again


# ---- SYNs that nothing answers


REUSED = "^silent: 3 SYN sent, no answer .#1 had the same addresses and ports until 31.0 s before, and the server or a firewall may "


@case("port-in-time-wait-unanswered", {"verdict_tag": "CLOSED"}, {**SPECIFIC, "verdict": REUSED})
def port_in_time_wait(capture):
    """OSv issue 889, Asterinas pull request 1531: a SYN with older numbers, for which TIME_WAIT has no answer."""
    again = used_before(capture, 31)
    for after in (1, 2):
        again.client("S", seq=0, options=MSS, after=after)


@case("port-used-long-before", {"verdict_tag": "CLOSED"}, {"verdict_tag": "SILENT", "silent_about": "#1"})
def port_used_long_before(capture):
    again = used_before(capture, 300)
    again.client("S", seq=0, options=MSS, after=1)


@case("port-never-used", {"verdict_tag": "SILENT"}, {"verdict_tag": "SILENT", "silent_about": "#1"})
def port_never_used(capture):
    """The attempt before it was not answered either, so the server has nothing of that."""
    for isn in (1000, 900_000):
        talk = Talk(capture, isn=isn)
        talk.client("S", options=MSS, after=20)
        talk.client("S", seq=0, options=MSS, after=1)


@case("port-reused-second-syn-answered", {"verdict_tag": "CLOSED"}, {
    "verdict_tag": "OPEN", "verdict": "^open: 2 SYNs over 1.0 s .#1 had the same addresses and ports until 20.0 s before., "})
def port_reused(capture):
    """Kubernetes issue 81775: IPVS drops the first SYN when its client has used the port before."""
    again = used_before(capture, 20)
    again.client("S", seq=0, options=MSS, after=1)
    again.server("SA", options=MSS)
    again.client("A")


def knock(capture, port, stamp, answered, pause=0.1):
    talk = Talk(capture, source="192.0.2.7", sport=port, isn=port * 1000)
    talk.a.tsval = stamp
    talk.client("S", options=MSS, after=pause)
    if answered:
        talk.b.tsval = 9000
        talk.server("SA", options=MSS)
        talk.client("A")
    else:
        talk.a.tsval += 1000
        talk.client("S", seq=0, options=MSS, after=1)


OLD_STAMP = {**SPECIFIC, "verdict": "no answer, though port 8000 of the server answered others; it may drop the SYN for its timestamp"}
NO_OLD_STAMP = {"verdict_tag": "SILENT", "silent_about": "timestamp", "verdict": "its accept queue may be full$"}


@case("timestamp-of-another-client", {"verdict_tag": "OPEN"}, OLD_STAMP, {"verdict_tag": "OPEN"}, OLD_STAMP)
def timestamp_of_another_client(capture):
    """Two clients behind a NAT, and a server with tcp_tw_recycle (cf-release pull request 758 turned it on)."""
    knock(capture, 40001, 773695118, True)
    knock(capture, 40002, 470318331, False)
    knock(capture, 40003, 773697118, True)
    knock(capture, 40004, 470320331, False)


@case("timestamp-of-each-connection", {"verdict_tag": "OPEN"}, NO_OLD_STAMP, NO_OLD_STAMP)
def timestamp_of_each_connection(capture):
    """A client of Linux 6.18, whose connections begin their timestamps anywhere: the accept queue is full, for newer ones, too."""
    knock(capture, 40001, 2358107411, True)
    knock(capture, 40002, 2106672033, False)
    knock(capture, 40003, 3600801864, False)


@case("older-timestamps-answered", {"verdict_tag": "OPEN"}, NO_OLD_STAMP, {"verdict_tag": "OPEN"}, {"verdict_tag": "OPEN"})
def older_timestamps_answered(capture):
    knock(capture, 40001, 2358107411, True)
    knock(capture, 40002, 2106672033, False)
    knock(capture, 40003, 1127318871, True)
    knock(capture, 40004, 3600801864, True)


@case("timestamps-in-order", {"verdict_tag": "OPEN"}, NO_OLD_STAMP)
def timestamps_in_order(capture):
    knock(capture, 40001, 4_294_967_290, True)
    knock(capture, 40002, 50, False)


@case("timestamp-of-another-client-long-ago", {"verdict_tag": "OPEN"}, NO_OLD_STAMP)
def timestamp_long_ago(capture):
    knock(capture, 40001, 773695118, True)
    knock(capture, 40002, 470318331, False, pause=61)


@case("syn-with-wrong-checksum-unanswered", {"verdict_tag": "SILENT",
                                             "verdict": "^silent: 2 SYN sent, no answer .its checksum is wrong, so the server may drop it"})
def syn_with_wrong_checksum(capture):
    """smoltcp issue 1160: a carrier changes the window scale in the SYN and spoils its checksum. Captured at the server."""
    talk = Talk(capture)
    for after in (0, 0.7):
        talk.client("S", seq=0, options=MSS + b"\1\3\3\x0b", after=after)
        data = bytearray(capture.records[-1].data)
        data[14 + 20 + 16] ^= 0x5A
        capture.records[-1].data = bytes(data)


# ---- The server does not accept


@case("only-the-syn-gets-through", {
    "verdict_tag": "OPENING", "silent_about": "defers",
    "verdict": "has not taken the handshake's ACK, nor the data after it: it sent its SYN-ACK again 2 times .its accept queue is full, "
               "or only the SYN gets through to it"})
def only_the_syn_gets_through(capture):
    """MetalLB issue 297: the SYN passes a firewall, the SYN-ACK does not, so that drops all that follows."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    for after in (0.2, 0.4):
        talk.client("PA", 100, seq=1, after=after)
    for after in (0.4, 2):
        talk.server("SA", seq=0, ack=1, after=after, options=MSS)
        talk.client("A", after=0.0001)
        talk.client("PA", 100, seq=1, after=0.2)


@case("two-hosts-have-one-address", {"verdict_tag": "RESET", "verdict": "second sequence number, as behind a SYN proxy, or where two hosts "})
def two_hosts(capture):
    """An address conflict: both answer the SYN."""
    talk = Talk(capture)
    talk.client("S", options=MSS)
    talk.server("SA", options=MSS)
    talk.server("SA", seq=700_000, ack=1, options=MSS, after=0.001, keeps=True)
    talk.client("A")
    talk.client("PA", 100)
    talk.server("R", seq=1, after=0.001)


# ---- Stuck


@case("merged-before-a-router", {"verdict_tag": "STUCK", "silent_about": "black hole",
                                 "verdict": "fragmentation needed .MTU 1500., 4 times, though segments of 1460 B, the MSS, fit into that"})
def merged_before_a_router(capture):
    """open-vm-tools issue 166: a router with large receive offload merges segments, and cannot pass them on."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 10)
    for after in (0.01, 0.3, 0.6, 1.2):
        frame = talk.server("A", 2920, seq=1, after=after)
        talk.quoted_by("10.0.9.1", 3, 4, frame, rest=1500)


NOT_PROBED = {"verdict_tag": "STUCK", "silent_about": "probes;",
              "verdict": "^stuck: server's window closed for 75.0 s; the server application is not reading, and the client has no more to send, "
                         "or does not probe$"}


@case("closed-window-not-probed", NOT_PROBED)
def closed_window_not_probed(capture):
    """loliOS issue 34, libvma pull request 459: if the update is lost, a sender that does not probe waits for ever."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 1460)
    talk.server("A", window=0)
    talk.server("A", seq=0, window=0, after=75)


@case("closed-window-soon", {"verdict_tag": "STUCK", "verdict": "window closed for 4.0 s, 0 probes; "})
def closed_window_soon(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 1460)
    talk.server("A", window=0)
    talk.server("A", seq=0, window=0, after=4)


REPEATS = "the server answers with the same ACK each time"


def goes_back(capture, stamp):
    """Data that the server does not take, although each copy reaches it."""
    talk = Talk(capture)
    talk.a.tsval, talk.b.tsval = 5_000_000, 9000
    talk.open()
    ask(talk)
    talk.a.tsval = stamp
    talk.client("PA", 100)
    for after in (0.2, 0.4, 0.8):
        talk.a.tsval = 5_000_000  # which the server echoes
        talk.server("A", ack=101, after=0.0005)
        talk.a.tsval = stamp
        talk.client("PA", 100, seq=101, after=after)


@case("timestamps-go-back", {"verdict_tag": "STUCK", "verdict": REPEATS + ": it drops segments whose timestamps are older .*PAWS.$",
                             "silent_about": "gets through"})
def timestamps_go_back(capture):
    """Played with Linux, whose TCP_REPAIR sets a socket's timestamps back; a load balancer does so that takes over a connection."""
    goes_back(capture, 4_000_000_000)


@case("data-rejected", {"verdict_tag": "STUCK", "verdict": REPEATS + ", so what is sent reaches it, but it does not take it$",
                        "silent_about": "PAWS"})
def data_rejected(capture):
    goes_back(capture, 5_000_001)


@case("data-rejected-once", {"verdict_tag": "STUCK", "silent_about": REPEATS})
def data_rejected_once(capture):
    """One repeated ACK may belong to a segment before."""
    talk = Talk(capture)
    talk.open()
    ask(talk)
    talk.client("PA", 100)
    talk.server("A", ack=101, after=0.0005)
    talk.server("A", ack=101, after=0.0005)
    for after in (0.2, 0.4, 0.8):
        talk.client("PA", 100, seq=101, after=after)


FORGOTTEN = "unacknowledged, sent again 3 times in .*, after {} s without a segment from the server; .* may have forgotten the idle connection"


@case("data-after-a-long-pause", {"verdict_tag": "STUCK", "verdict": "100 B from the client " + FORGOTTEN.format("7200.0")})
def data_after_a_long_pause(capture):
    """CockroachDB issue 13823: a NAT forgets a connection that is idle."""
    talk = Talk(capture)
    talk.open()
    ask(talk)
    talk.client("PA", 100, after=7200)
    for after in (0.2, 0.4, 0.8):
        talk.client("PA", 100, seq=101, after=after)


@case("fin-after-a-long-pause", {"verdict_tag": "STUCK", "verdict": "the client's FIN " + FORGOTTEN.format("1741.0")})
def fin_after_a_long_pause(capture):
    """OPNsense issue 80: pf forgets a half-closed connection."""
    talk = Talk(capture)
    talk.open()
    ask(talk)
    talk.server("FA")
    talk.client("A")
    talk.client("FA", after=1741)
    for after in (0.3, 0.6, 1.2):
        talk.client("FA", seq=101, after=after)


@case("data-after-a-short-pause", {"verdict_tag": "STUCK", "verdict": "; nothing gets through to the server, or", "silent_about": "after .* without"})
def data_after_a_short_pause(capture):
    talk = Talk(capture)
    talk.open()
    ask(talk)
    talk.client("PA", 100, after=20)
    for after in (0.2, 0.4, 0.8):
        talk.client("PA", 100, seq=101, after=after)
