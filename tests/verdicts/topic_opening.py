"""Attempts that do not open, or open in an unusual way: answers that do not answer the SYN, ACKs that cannot complete a
handshake, split handshakes, and handshakes that were recorded in another order."""

from crafted import MSS, Talk, case, shared

LISTENS, SENT = "LISTEN", "CLOSED SYN_SENT"
NOT_OPENED = {"verdict_tag": "NOT_OPENED", "initial_rtt": None, "client": SENT, "server": LISTENS, "handshake": "partial"}


def old_ack(talk):
    """The server's ACK of an older connection."""
    return talk.server("A", seq=70_000, ack=77_000, keeps=True)


def half_open_reset(capture, source="10.0.0.1", destination="10.0.0.2"):
    talk = Talk(capture, source=source, destination=destination)
    talk.client("S")
    old_ack(talk)
    talk.client("R", seq=77_000, keeps=True)


@case("half-open", {**NOT_OPENED, "verdict": ["ACK of an older connection", "RST ends that one"], "conn_state": "RSTOS0"})
def half_open(capture):
    half_open_reset(capture)


@case("half-open-ipv6", {**NOT_OPENED, "verdict": "ACK of an older connection"})
def half_open_ipv6(capture):
    half_open_reset(capture, "2001:db8::1", "2001:db8::2")


@case("half-open-no-rst", {**NOT_OPENED, "verdict": ["ACK of an older connection", "no RST of the client was captured"]})
def half_open_no_rst(capture):
    talk = Talk(capture)
    for _ in range(3):
        talk.client("S", seq=0, after=1)
        old_ack(talk)


@case("half-open-then-opens", {"verdict_tag": "OPEN", "handshake": "complete", "silent_about": "older"})
def half_open_then_opens(capture):
    talk = Talk(capture)
    talk.client("S")
    old_ack(talk)
    talk.client("R", seq=77_000, keeps=True)
    talk.client("S", seq=0, after=1)
    talk.server("SA")
    talk.client("A")


@case("half-open-captured-from-the-beginning",
      {"verdict_tag": "RESET", "client": "CLOSED SYN_SENT ESTABLISHED CLOSED"},
      {"verdict_tag": "NOT_OPENED", "verdict": "ACK of connection #1", "silent_about": "TIME_WAIT"})
def half_open_old_captured(capture):
    """The client was restarted and has forgotten the connection."""
    old = Talk(capture)
    old.open()
    old.client("PA", 10)
    old.server("A")
    again = Talk(capture, isn=900_000)
    again.client("S", after=20)
    old.server("A")
    old.client("R", seq=old.a.seq)


@case("time-wait", {"verdict_tag": "CLOSED"},
      {"verdict_tag": "NOT_OPENED", "verdict": ["ACK of connection #1", "TIME_WAIT"], "initial_rtt": None},
      {"verdict_tag": "NOT_OPENED", "verdict": ["ACK of connection #1", "TIME_WAIT"], "initial_rtt": None},
      {"verdict_tag": "OPEN", "handshake": "complete"})
def time_wait(capture):
    """The same port again while the server is in TIME_WAIT, which a RST does not end there."""
    old = Talk(capture)
    old.open()
    old.server("FA")
    old.client("FA")
    old.server("A")
    for number in range(2):
        again = Talk(capture, isn=900_000 + number * 5000)
        again.client("S", after=6)
        old.server("A")
        old.client("R", seq=old.a.seq)
    last = Talk(capture, isn=990_000, other_isn=800_000)
    last.client("S", after=60)
    last.server("SA")
    last.client("A")


@case("wrong-syn-ack", {**NOT_OPENED, "verdict": "SYN-ACK acknowledges another SYN"})
def wrong_syn_ack(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("SA", ack=500, keeps=True)
    talk.client("R", seq=500, keeps=True)


@case("wrong-syn-ack-then-right", {"verdict_tag": "OPEN", "initial_rtt": 0.02, "silent_about": "another SYN"})
def wrong_then_right(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("SA", ack=500, seq=90_000, keeps=True)
    talk.client("R", seq=500, keeps=True)
    talk.client("S", seq=0)
    talk.server("SA")
    talk.client("A")


@case("syn-then-rst", {"verdict_tag": "SILENT", "verdict": "the client gave up and sent RST", "conn_state": "RSTOS0",
                       "client": "CLOSED SYN_SENT CLOSED", "initial_rtt": None})
def syn_then_rst(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.client("R", seq=0, after=0.0003)


@case("syns-then-rst", {"verdict_tag": "SILENT", "verdict": ["5 SYN sent, no answer", "gave up and sent RST"],
                        "client": "CLOSED SYN_SENT CLOSED", "initial_rtt": None})
def syns_then_rst(capture):
    talk = Talk(capture)
    for wait in (0, 1, 2, 4, 8):
        talk.client("S", seq=0, after=wait)
    talk.client("RA", seq=1, ack=0, after=60)


@case("refused", {"verdict_tag": "REFUSED", "initial_rtt": None, "client": "CLOSED SYN_SENT CLOSED"})
def refused(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("RA", seq=-5000)


@case("land", {"verdict_tag": "NOT_OPENED", "verdict": "land attack", "initial_rtt": None})
def land(capture):
    Talk(capture, source="10.0.0.2", sport=8000).client("S")


@case("syn-scan", {"verdict_tag": "RESET", "verdict": "reset by the client before it opened",
                   "server": "LISTEN SYN_RECEIVED CLOSED", "initial_rtt": None})
def syn_scan(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("SA")
    talk.client("R")


# ---- ACKs that cannot complete the handshake

OPENING = {"verdict_tag": "OPENING", "verdict": "cannot complete the handshake", "server": "LISTEN SYN_RECEIVED",
           "handshake": "partial", "initial_rtt": None}


def answered(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("SA")
    return talk


@case("handshake-ack-beyond", OPENING)
def ack_beyond(capture):
    talk = answered(capture)
    talk.client("A", ack=993_999, keeps=True)
    talk.server("SA", seq=0, ack=1, after=1)


@case("handshake-ack-one-beyond", OPENING)
def ack_one_beyond(capture):
    answered(capture).client("A", ack=2, keeps=True)


@case("handshake-ack-outside-window", OPENING)
def ack_outside(capture):
    answered(capture).client("A", seq=549_555, keeps=True)


@case("handshake-ack-below-window", OPENING)
def ack_below(capture):
    answered(capture).client("A", seq=-300_000, keeps=True)


@case("handshake-ack-beyond-then-rst", {"verdict_tag": "RESET", "verdict": "by the client before it opened",
                                        "server": "LISTEN SYN_RECEIVED CLOSED"})
def ack_beyond_then_rst(capture):
    talk = answered(capture)
    talk.client("A", ack=123_456, keeps=True)
    talk.client("R", after=0.1)


@case("handshake-ack-beyond-then-right", {"verdict_tag": "OPEN", "handshake": "complete",
                                          "server": "LISTEN SYN_RECEIVED ESTABLISHED"})
def ack_beyond_then_right(capture):
    talk = answered(capture)
    talk.client("A", ack=123_456, keeps=True)
    talk.client("A")


@case("handshake-and-data-missed", {"verdict_tag": "OPEN", "server": "LISTEN SYN_RECEIVED ESTABLISHED"})
def data_missed(capture):
    """The capture lacks the handshake's ACK and what the server sent; the next segments show both."""
    talk = answered(capture)
    talk.client("A", lost=True)
    talk.server("PA", 100, lost=True)
    talk.client("A")
    talk.server("PA", 50)


# ---- Handshakes of other shapes

@case("split-handshake-4-way", {"verdict_tag": "OPEN", "handshake": "complete", "client.port": 40001,
                                "client": "CLOSED SYN_SENT SYN_RECEIVED ESTABLISHED"})
def split_4(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("S")
    talk.client("SA", seq=0)
    talk.server("A")


@case("split-handshake-5-way", {"verdict_tag": "RESET", "verdict": "reset by the client", "handshake": "complete",
                                "client.port": 40001, "client.bytes": 4,
                                "client": "CLOSED SYN_SENT SYN_RECEIVED ESTABLISHED CLOSED"})
def split_5(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("A", seq=-3000, ack=1, keeps=True)
    talk.server("S")
    talk.client("SA", seq=0)
    talk.server("A")
    talk.client("PA", 4)
    talk.server("A")
    talk.client("R")


@case("bare-ack-only", {**NOT_OPENED, "verdict": "no SYN-ACK"})
def bare_ack_only(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("A", seq=-3000, ack=1, keeps=True)


COMPLETE = {"verdict_tag": "OPEN", "handshake": "complete", "roles": "seen", "client.port": 40001,
            "server": "LISTEN SYN_RECEIVED ESTABLISHED"}


def reordered(capture, order, stamps=True):
    """A handshake recorded in another order; the times stay those of the packets, or follow the file."""
    plain = type(capture)()
    Talk(plain).open()
    for number, place in enumerate(order):
        record = plain.records[place]
        if not stamps:
            record = type(record)(plain.records[number].time, record.length, record.data)
        capture.records.append(record)
    talk = Talk(capture)
    talk.a.seq = talk.b.seq = talk.a.got = talk.b.got = 1
    capture.time = plain.records[-1].time
    talk.client("PA", 10)
    talk.server("A")


@case("syn-ack-before-syn", COMPLETE)
def syn_ack_first(capture):
    reordered(capture, (1, 0, 2))


@case("syn-ack-before-syn-in-time", {**COMPLETE, "client.retransmissions": 0})
def syn_ack_first_in_time(capture):
    reordered(capture, (1, 0, 2), stamps=False)


@case("ack-before-syn-ack", {**COMPLETE, "client": "CLOSED SYN_SENT ESTABLISHED"})
def ack_first(capture):
    reordered(capture, (0, 2, 1), stamps=False)


@case("syn-last", COMPLETE)
def syn_last(capture):
    reordered(capture, (1, 2, 0), stamps=False)


# ---- FIN and data in a SYN-ACK, or before it

@case("fin-in-syn-ack", {"verdict_tag": "CLOSED", "closed_by": "server",
                         "client": "CLOSED SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED"})
def fin_in_syn_ack(capture):
    talk = Talk(capture)
    talk.client("S", 9, options=b"\x22\x04ab")
    talk.server("SFA", 7)
    talk.client("A")
    talk.client("FA")
    talk.server("A")


@case("fin-in-syn-ack-not-taken", {"verdict_tag": "CLOSED",
                                   "client": "CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT"})
def fin_not_taken(capture):
    """An ordinary client acknowledges the SYN alone, and closes before the FIN comes again."""
    talk = Talk(capture)
    talk.client("S")
    talk.server("SFA", keeps=True)
    talk.b.seq = talk.a.got = 1
    talk.client("A")
    talk.client("FA")
    talk.server("A")
    talk.server("FA")
    talk.client("A")


@case("fin-with-impossible-ack", {"verdict_tag": "RESET",
                                  "server": "LISTEN SYN_RECEIVED ESTABLISHED CLOSED"})
def impossible_fin(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("FA", ack=9999, keeps=True)
    talk.server("A")
    talk.client("A", 1000)
    talk.server("A")
    talk.server("RA")


shared("06-open-syn-answered-by-old-ack", {"verdict_tag": "NOT_OPENED", "verdict": "older connection", "initial_rtt": None})
shared("06b-open-syn-oldack-no-rst", {"verdict_tag": "NOT_OPENED", "verdict": "older connection", "initial_rtt": None})
shared("06d-open-syn-then-rst", {"verdict_tag": "SILENT", "verdict": "gave up", "client": "CLOSED SYN_SENT CLOSED"})
shared("08-ack-that-fits-nothing", *[
    {"server": "LISTEN SYN_RECEIVED" + (" CLOSED" if reset else ""), "handshake": "partial", "initial_rtt": None,
     "verdict_tag": "RESET" if reset else "OPENING"} for reset in (False, True, False, False)])
shared("09-port-reuse-in-time-wait", {"verdict_tag": "CLOSED"}, *[
    {"verdict_tag": "NOT_OPENED", "verdict": ["connection #1", "TIME_WAIT"]} for _ in range(4)], {"verdict_tag": "OPEN"})
shared("13-synack-recorded-before-syn", {"handshake": "complete", "client":
                                         "CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT"})
shared("14-split-handshake-5-way", {"client.port": 12345, "client": "CLOSED SYN_SENT SYN_RECEIVED ESTABLISHED CLOSED",
                                    "verdict": "reset by the client"})
shared("29-initial-rtt-of-own-rst", {"initial_rtt": None, "verdict": "gave up"})
shared("30-fin-in-syn-ack", {}, {}, {"client": "CLOSED SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED",
                                     "closed_by": "server"}, {}, {}, {"silent_about": "forged"})
shared("31-fin-with-impossible-ack", {"server": "LISTEN SYN_RECEIVED ESTABLISHED CLOSED"})


@case("three-syns", {"verdict_tag": "OPEN", "verdict": "open: 3 SYNs over 3.0 s, handshake 20.0 ms, ", "client.syns": 3,
                     "client.syn_time": 3.0, "server.syns": 1, "server.syn_time": 0.0})
def three_syns(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.client("S", seq=0, after=1)
    talk.client("S", seq=0, after=2)
    talk.server("SA")
    talk.client("A")


@case("two-syns-and-syn-acks", {"verdict_tag": "CLOSED", "verdict": ["closed: client first; ", "; 2 SYNs over 1.0 s; 3 SYN-ACKs over 3.0 s"],
                                "server.syns": 3, "server.syn_time": 3.0})
def two_syns_and_syn_acks(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.client("S", seq=0, after=1)
    talk.server("SA")
    talk.server("SA", seq=0, after=1)
    talk.server("SA", seq=0, after=2)
    talk.client("A")
    talk.client("FA")
    talk.server("FA")
    talk.client("A")


@case("syn-acks-unanswered", {"verdict_tag": "OPENING", "verdict": "opening: 3 SYN-ACKs over 3.0 s, the handshake's ACK has not come",
                              "client.syns": 1, "server.syns": 3, "silent_about": "; 3 SYN-ACKs"})
def syn_acks_unanswered(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("SA")
    talk.server("SA", seq=0, after=1)
    talk.server("SA", seq=0, after=2)


@case("syn-ack-one-too-many", {
    **NOT_OPENED, "client.state": "SYN_SENT",
    "verdict": "^not opened: the server's SYN-ACK acknowledges 1 number more than the SYN has, so the client rejects it; "
               "the server's TCP is faulty"})
def syn_ack_one_too_many(capture):
    """A server's stack that counts a SYN that was sent again once more."""
    talk = Talk(capture)
    talk.client("S", options=b"\2\4\5\xb4")
    talk.client("S", seq=0, after=1, options=b"\2\4\5\xb4")
    talk.server("SA", seq=0, ack=2, options=b"\2\4\5\xb4", keeps=True)
    talk.client("R", seq=2, keeps=True)


def repeat_syn_ack(capture, stamped):
    """The server sends its SYN-ACK again and again, and the client acknowledges each."""
    talk = Talk(capture)
    talk.a.tsval, talk.b.tsval = 100, 500
    talk.client("S", options=b"\2\4\5\xb4")
    talk.server("SA", options=b"\2\4\5\xb4")
    if not stamped:
        talk.a.tsval = None
    talk.client("A")
    for after in (1, 2, 4):
        talk.server("SA", seq=0, after=after, options=b"\2\4\5\xb4")
        talk.client("A")


@case("acks-without-timestamps", {"verdict_tag": "OPENING", "verdict": "the client's ACKs lack the timestamps that both SYNs have",
                                  "silent_about": "accept queue"})
def acks_without_timestamps(capture):
    """A server may drop them (RFC 7323 §3.2)."""
    repeat_syn_ack(capture, stamped=False)


@case("acks-with-timestamps", {"verdict_tag": "OPENING", "verdict": "accept queue is full", "silent_about": "timestamps"})
def acks_with_timestamps(capture):
    repeat_syn_ack(capture, stamped=True)


def plainer_syn(capture, first, second, answered):
    """Two SYNs of one kind, and one of another. Each is its flags, data and options."""
    talk = Talk(capture)
    for at, (flags, data, options) in enumerate((first, first, second)):
        talk.client(flags, data, seq=0, after=(0.01, 1, 2)[at], options=options)
    if answered:
        talk.b.got = 1
        talk.server("SA", options=MSS)
        talk.client("A", seq=1)


ANSWERED = "3 SYNs over 3.0 s \\(only one without {} was answered\\)"


@case("syn-without-data-answered", {"verdict": ANSWERED.format("data")})
def syn_without_data_answered(capture):
    """As networks do that drop SYNs with data (RFC 7413 §4.1.3.1)."""
    plainer_syn(capture, ("S", 8, MSS), ("S", 0, MSS), True)


@case("syn-without-ecn-answered", {"verdict": ANSWERED.format("ECN")})
def syn_without_ecn_answered(capture):
    """RFC 3168 §6.1.1.1."""
    plainer_syn(capture, ("SEC", 0, MSS), ("S", 0, MSS), True)


@case("syn-without-options-answered", {"verdict": ANSWERED.format("options other than the MSS")})
def syn_without_options_answered(capture):
    plainer_syn(capture, ("S", 0, MSS + b"\4\2\1\3\3\7\1\1"), ("S", 0, MSS), True)


@case("same-syn-answered", {"verdict": "3 SYNs over 3.0 s, ", "silent_about": "without"})
def same_syn_answered(capture):
    plainer_syn(capture, ("SEC", 0, MSS), ("SEC", 0, MSS), True)


@case("plainer-syn-unanswered", {"verdict_tag": "SILENT", "silent_about": "only one without"})
def plainer_syn_unanswered(capture):
    plainer_syn(capture, ("SEC", 0, MSS), ("S", 0, MSS), False)


SIGNED = ("^silent: 3 SYN sent, no answer \\(it is signed with TCP MD5 or TCP-AO, and the other side may not have the same "
          "key; or filtered, or the host is down\\)")


@case("syn-signed-unanswered", *[{"verdict_tag": "SILENT", "verdict": SIGNED}] * 2,
      {"verdict_tag": "SILENT", "silent_about": "signed"})
def syn_signed_unanswered(capture):
    """A host that has no key for the other one, or another key, drops the SYN in silence (RFC 2385 §2, RFC 5925 §7.3)."""
    for sport, option in ((40001, b"\x13\x12" + bytes(16)), (40002, b"\x1d\x10\1\1" + bytes(12)), (40003, b"")):
        talk = Talk(capture, sport=sport, dport=179)
        for after in (0.01, 1, 2):
            talk.client("S", seq=0, after=after, options=b"\2\4\5\xb4" + option + b"\1" * (-len(option) % 4))


@case("wrong-resets", {
    "verdict_tag": "NOT_OPENED", "client.state": "SYN_SENT", "client.syns": 3,
    "verdict": "^not opened: a RST came that does not acknowledge the SYN, so the client has to ignore it .*faulty server"},
    notes=[(3, "^What came does not acknowledge this SYN, so it is no answer to it, and the SYN is sent again")])
def wrong_resets(capture):
    """A server's stack that acknowledges one number too few (Linux ignores that, and goes on until its time is over)."""
    talk = Talk(capture)
    for after in (0.01, 1, 2):
        talk.client("S", seq=0, after=after, options=b"\2\4\5\xb4")
        talk.server("RA", seq=-5000, ack=0, after=0.004, keeps=True)
