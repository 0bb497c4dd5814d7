"""Who does not answer whom: retransmissions, FINs and keep-alives without an answer, ICMP errors that nobody heeds, and
servers that do not accept. Nothing is stuck before a retransmission timer can have run out (RFC 6298)."""

import struct

from crafted import SHORT, Talk, ask, asked, case, shared

DATA = 100


@case("copies-in-0-ms", {"verdict_tag": "OPEN", "verdict": "^open: ", "server.state": "ESTABLISHED"})
def copies_in_0_ms(capture):
    """Three copies of a segment within microseconds are no retransmissions by a timer."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    for _ in range(3):
        talk.client("PA", DATA, seq=1, after=0.000001)


@case("data-unanswered", {"verdict_tag": "STUCK", "verdict": "^stuck: 100 B from the client unacknowledged, sent again 3 times in 1.4 s"})
def data_unanswered(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    for after in (0.2, 0.4, 0.8):
        talk.client("PA", DATA, seq=1, after=after)


@case("beginning-unanswered", {"verdict_tag": "STUCK",
                              "verdict": "^stuck: 100 B from the client unacknowledged, sent again 3 times in 1.4 s; "
                                         "some of it has got through to the server, but not its beginning$"})
def beginning_unanswered(capture):
    """A path that loses long segments: the last one, which is shorter, is acknowledged selectively."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 80)
    talk.client("PA", 20, after=0)
    talk.server("A", ack=1, after=0, options=b"\1\1\5\x0a" + struct.pack("!II", 1000 + 81, 1000 + 101))
    for after in (0.2, 0.4, 0.8):
        talk.client("PA", 80, seq=1, after=after)


@case("data-twice-unanswered", {"verdict_tag": "STUCK", "verdict": "^stuck: 100 B from the client unacknowledged, sent again 2 times in 11.1 s"})
def data_twice_unanswered(capture):
    """With a slow timer, two retransmissions are enough."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    for after in (5.5, 5.6):
        talk.client("PA", DATA, seq=1, after=after)


@case("data-of-several-unanswered", {"verdict_tag": "STUCK", "verdict": "^stuck: 300 B from the client unacknowledged, sent again 3 times in 7.0 s"})
def data_of_several_unanswered(capture):
    """The wait began with the first of the segments that were not acknowledged, not with the last."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    talk.client("PA", DATA, after=0.5)
    talk.client("PA", DATA, after=0.5)
    for after in (0.5, 1.5, 4):
        talk.client("PA", DATA, seq=1, after=after)


@case("data-sent-again", {"verdict_tag": "OPEN", "verdict": "^open: handshake [0-9.]+ ms, 300 B to the server, 0 B back, repeats included$"})
def data_sent_again(capture):
    """What was sent again is counted again, so the sentence says it."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    for _ in range(2):
        talk.client("PA", DATA, seq=1, after=0.2)
    talk.server("A")


@case("data-after-a-forged-reset", {"verdict_tag": "OPEN", "verdict": "200 B to the server, 600 B back; a RST was forged", "silent_about": "repeats"})
def data_after_a_forged_reset(capture):
    """Its number lies beyond what the server has sent, so what follows seems to be sent again."""
    talk = asked(capture)
    talk.server("R", seq=5000, keeps=True)
    talk.client("A")
    ask(talk)


@case("first-copy-not-captured", {"verdict_tag": "OPEN", "verdict": "300 B to the server, 0 B back$", "client.retransmissions": 1})
def first_copy_not_captured(capture):
    """The capture begins after the segment that is lost, so it has each byte once."""
    talk = Talk(capture)
    talk.server("A", ack=101)
    talk.client("PA", 100, seq=201)
    talk.server("A", ack=101)
    talk.client("PA", 100, seq=301)
    talk.server("A", ack=101)
    talk.client("PA", 100, seq=101)
    talk.server("A")


@case("fin-sent-again", {"verdict_tag": "CLOSED", "verdict": "100 B to the server, 0 B back$"})
def fin_sent_again(capture):
    """A FIN has no bytes that count twice."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    talk.server("A")
    talk.client("FA")
    talk.client("FA", seq=1 + DATA, after=0.2)
    talk.server("FA")
    talk.client("A")


def open_of_another_client(capture):
    other = Talk(capture, source="10.0.0.9")
    other.open()


@case("plain-syn-unanswered", {"verdict_tag": "OPEN"}, {"verdict_tag": "SILENT", "verdict": "answered others; its accept queue may be full$"})
def plain_syn_unanswered(capture):
    open_of_another_client(capture)
    talk = Talk(capture)
    for after in (SHORT, 1, 2):
        talk.client("S", seq=0, after=after)


@case("syn-just-sent", {"verdict_tag": "OPENING", "verdict": "^opening: SYN sent, no answer yet$", "severity": 1})
def syn_just_sent(capture):
    """Its sender itself does not expect an answer sooner than within a second (RFC 6298 2.1)."""
    Talk(capture).client("S")


@case("syn-sent-a-second-ago", {"verdict_tag": "SILENT", "verdict": "^silent: 1 SYN sent, no answer"}, {"verdict_tag": "OPENING"})
def syn_sent_a_second_ago(capture):
    Talk(capture).client("S")
    Talk(capture, sport=40002).client("S", after=1)


@case("syn-soon-sent-again", {"verdict_tag": "SILENT", "verdict": "^silent: 2 SYN sent, no answer"})
def syn_soon_sent_again(capture):
    """Its sender has not waited for so long."""
    Talk(capture).client("S")
    Talk(capture).client("S", after=0.2)


SIZE = "small segments have got through to the %s, but none of %d B: they may be too large for the path .a path MTU black hole."


def large_and_lost(talk, large, small=0):
    """The client sends a segment that is too large for the path, and perhaps a small one that is not."""
    talk.client("A", large)
    if small:
        talk.client("PA", small)
        edges = (talk.a.isn + 101 + large, talk.a.isn + 101 + large + small)
        talk.server("A", ack=101, options=b"\1\1\5\12" + struct.pack("!II", *edges))
    for after in (0.2, 0.4, 0.8, 1.6):
        talk.client("A", large, seq=101, after=after)


def ask_small(talk, count=100):
    talk.open()
    talk.client("PA", count)
    talk.server("A")
    talk.server("PA", 21)
    talk.client("A")


@case("large-segments-lost", {"verdict_tag": "STUCK", "verdict": SIZE % ("server", 1448)})
def large_lost(capture):
    """Without an ICMP error: as of a router behind a firewall that drops them."""
    talk = Talk(capture)
    ask_small(talk)
    large_and_lost(talk, 1448)


@case("large-segments-lost-ipv6", {"verdict_tag": "STUCK", "verdict": SIZE % ("server", 1428)})
def large_lost_ipv6(capture):
    talk = Talk(capture, source="2001:db8::1", destination="2001:db8::2")
    ask_small(talk)
    large_and_lost(talk, 1428)


@case("large-lost-and-small-end-arrives", {"verdict_tag": "STUCK", "verdict": SIZE % ("server", 1448), "silent_about": "not its beginning"})
def large_lost_small_arrives(capture):
    talk = Talk(capture)
    ask_small(talk)
    large_and_lost(talk, 1448, 300)


@case("segments-lost-of-a-size-that-got-through", {"verdict_tag": "STUCK", "verdict": "nothing gets through", "silent_about": "MTU"})
def large_got_through(capture):
    talk = Talk(capture)
    ask_small(talk)
    talk.client("A", 1448)
    talk.server("A")
    talk.client("A", 1448)
    for after in (0.2, 0.4, 0.8, 1.6):
        talk.client("A", 1448, seq=1549, after=after)


@case("large-and-then-small-segments-lost", {"verdict_tag": "STUCK", "verdict": "nothing gets through", "silent_about": "MTU"})
def large_then_small(capture):
    """Its sender has made them smaller (RFC 4821), in vain."""
    talk = Talk(capture)
    ask_small(talk)
    large_and_lost(talk, 1448)
    talk.client("A", 512, seq=101, after=3.2)


@case("odd-syn-unanswered", {"verdict_tag": "OPEN"},
      {"verdict_tag": "SILENT", "verdict": r"^silent: 3 SYN sent, no answer \(with FIN, PSH or URG, so it is a probe, which servers may ignore\)$"})
def odd_syn_unanswered(capture):
    """As nmap sends it to learn a system's name: no full queue follows from the silence."""
    open_of_another_client(capture)
    talk = Talk(capture)
    for after in (SHORT, 0.1, 0.1):
        talk.client("SFPU", seq=0, after=after)


@case("syn-for-ecn-unanswered", {"verdict_tag": "OPEN"}, {"verdict_tag": "SILENT", "verdict": "accept queue may be full$"})
def syn_for_ecn_unanswered(capture):
    """A SYN that offers ECN (RFC 3168) is a plain one."""
    open_of_another_client(capture)
    talk = Talk(capture)
    for after in (SHORT, 1):
        talk.client("SEC", seq=0, after=after)


@case("data-soon-sent-twice", {"verdict_tag": "OPEN", "silent_about": "stuck"})
def data_soon_sent_twice(capture):
    """Two retransmissions within a second may still be answered."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    for after in (0.2, 0.4):
        talk.client("PA", DATA, seq=1, after=after)


@case("fin-unanswered", {"verdict_tag": "STUCK", "verdict": "^stuck: the client's FIN unacknowledged, sent again 4 times in 3.0 s",
                         "client.state": "FIN_WAIT_1"})
def fin_unanswered(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("FA")
    for after in (0.2, 0.4, 0.8, 1.6):
        talk.client("FA", seq=1, after=after)


@case("window-closed-for-0-ms", {"verdict_tag": "OPEN", "silent_about": "stuck"})
def window_closed_for_0_ms(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", DATA)
    talk.server("A", window=0)
    talk.client("A", 1, after=0.0001)


def keep_alives(talk, count):
    talk.open()
    talk.client("PA", DATA)
    talk.server("A")
    for _ in range(count):
        talk.client("A", 0, seq=DATA, after=75)


@case("keep-alives-unanswered", {"verdict_tag": "STUCK", "verdict": "^stuck: 5 keep-alives of the client without an answer for 300.0 s"})
def keep_alives_unanswered(capture):
    keep_alives(Talk(capture), 5)


@case("keep-alives-answered", {"verdict_tag": "OPEN", "silent_about": "keep-alive"})
def keep_alives_answered(capture):
    talk = Talk(capture)
    keep_alives(talk, 3)
    talk.server("A")


@case("keep-alives-given-up", {"verdict_tag": "RESET",
                               "verdict": "^reset by the client, which gave up: 9 keep-alives in 675.0 s without an answer"})
def keep_alives_given_up(capture):
    talk = Talk(capture)
    keep_alives(talk, 9)
    talk.client("RA", after=75)


@case("reset-after-answered-keep-alives", {"verdict_tag": "RESET", "silent_about": "gave up"})
def reset_after_answered_keep_alives(capture):
    talk = Talk(capture)
    keep_alives(talk, 3)
    talk.server("A")
    talk.client("RA", after=5)


@case("path-mtu-black-hole", {"verdict_tag": "STUCK", "verdict": ["10.0.9.1 reports fragmentation needed .MTU 1400., 4 times", "path MTU black hole"]})
def path_mtu_black_hole(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 10)
    for after in (0.01, 0.3, 0.6, 1.2):
        frame = talk.server("A", 1460, seq=1, after=after)
        talk.quoted_by("10.0.9.1", 3, 4, frame, rest=1400)


@case("smaller-segments-lost-after-an-icmp-error", {"verdict_tag": "STUCK", "silent_about": "black hole", "verdict": [
    "10.0.9.1 reports fragmentation needed .MTU 1400.$"]})
def lost_though_smaller(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 10)
    talk.quoted_by("10.0.9.1", 3, 4, talk.server("A", 1460, seq=1), rest=1400)
    for after in (0.01, 0.3, 0.6, 1.2):
        talk.server("A", 1348, seq=1, after=after)


@case("icmp-while-open", {"verdict_tag": "OPEN", "verdict": "; 10.0.9.1 reports "})
def icmp_while_open(capture):
    talk = Talk(capture)
    talk.open()
    frame = talk.client("PA", 10)
    talk.quoted_by("10.0.9.1", 3, 1, frame)
    talk.server("A")


@case("icmp-answers-syn", {"verdict_tag": "UNREACHABLE", "verdict": "^unreachable: 10.0.9.1 reports "})
def icmp_answers_syn(capture):
    talk = Talk(capture)
    talk.quoted_by("10.0.9.1", 3, 1, talk.client("S"))


@case("icmp-error-captured-twice", {"verdict_tag": "UNREACHABLE", "verdict": "^unreachable: 10.0.9.1 reports host unreachable$"})
def icmp_error_captured_twice(capture):
    """Where the capture has all interfaces, or the files of two points: a SYN and its error, two times each."""
    talk = Talk(capture)
    frame = talk.client("S")
    capture.add(frame, 0.005)
    talk.quoted_by("10.0.9.1", 3, 1, frame, ident=77)
    talk.quoted_by("10.0.9.1", 3, 1, frame, ident=77, after=0.005)


@case("icmp-errors-for-repeated-syns", {"verdict_tag": "UNREACHABLE", "verdict": "reports host unreachable, 3 times;"})
def icmp_errors_for_repeated_syns(capture):
    talk = Talk(capture)
    for ident in (77, 78, 79):
        talk.quoted_by("10.0.9.1", 3, 1, talk.client("S", seq=0, after=1), ident=ident)


def silent_syns(capture, sport, dport=8000):
    talk = Talk(capture, sport=sport, dport=dport)
    for after in (0.01, 1, 2, 4, 8):
        talk.client("S", seq=0, after=after)


@case("accept-queue-full", {"verdict_tag": "OPEN"},
      {"verdict_tag": "SILENT", "verdict": "port 8000 of the server answered others; its accept queue may be full"})
def accept_queue_full(capture):
    Talk(capture).open()
    silent_syns(capture, 40002)


@case("another-port-answers", {"verdict_tag": "OPEN"},
      {"verdict_tag": "SILENT", "verdict": "5 SYN sent, no answer .filtered, for the host answered on other ports.",
       "silent_about": "accept queue"})
def another_port_answers(capture):
    """A host that answers on another port says nothing of this one, but it is not down."""
    Talk(capture).open()
    silent_syns(capture, 40002, dport=8001)


@case("another-port-refuses", {"verdict_tag": "REFUSED"}, {"verdict_tag": "SILENT", "verdict": "filtered, for the host answered on other ports"})
def another_port_refuses(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("RA", seq=-1, ack=1)
    silent_syns(capture, 40002, dport=8001)


@case("another-host-answers", {"verdict_tag": "OPEN"}, {"verdict_tag": "SILENT", "verdict": "filtered, or the host is down"})
def another_host_answers(capture):
    """Neither the client nor another server has to be up for the host that is asked."""
    Talk(capture, destination="10.0.0.3").open()
    silent_syns(capture, 40002)


def repeated_syn_acks(talk, count):
    talk.open()
    for _ in range(count):
        talk.server("SA", seq=0, ack=1, after=1)
        talk.client("A")


@case("syn-ack-repeated", {"verdict_tag": "OPENING", "verdict": "has not taken the handshake's ACK: it sent its SYN-ACK again 4 times",
                           "silent_about": "has not come"})
def syn_ack_repeated(capture):
    repeated_syn_acks(Talk(capture), 4)


@case("syn-ack-repeated-then-reset", {"verdict_tag": "RESET", "verdict": "has not taken the handshake's ACK"})
def syn_ack_repeated_then_reset(capture):
    talk = Talk(capture)
    repeated_syn_acks(talk, 4)
    talk.client("PA", 50)
    talk.server("R")


@case("syn-ack-repeated-once", {"verdict_tag": "OPEN", "silent_about": "handshake's ACK"})
def syn_ack_repeated_once(capture):
    """One repetition may have crossed the ACK."""
    talk = Talk(capture)
    repeated_syn_acks(talk, 1)
    talk.client("PA", 50)
    talk.server("A")


shared("11-stuck-in-0-ms", {"verdict_tag": "OPEN", "silent_about": "stuck"})
shared("17-keepalive-unanswered", {"verdict": "gave up: 9 keep-alives in 675.0 s without an answer"})
shared("19-pmtu-black-hole", {"verdict_tag": "STUCK", "verdict": "10.0.9.1 reports fragmentation needed .MTU 1400."})
shared("20-accept-queue-full", {}, *[{"verdict_tag": "SILENT", "verdict": "its accept queue may be full"}] * 3)
shared("25-synack-repeated-deferred", {"verdict": "has not taken the handshake's ACK"})


@case("keep-alives-of-one-byte", {"verdict_tag": "OPEN", "verdict": " 10 B to the server, 10 B back$", "client.bytes": 10,
                                  "client.keep_alives": 3, "retransmissions": 0})
def keep_alives_of_one_byte(capture):
    """Some hosts send a byte with a keep-alive, of any value (RFC 1122 §4.2.3.6): it is no data that is sent."""
    talk = Talk(capture)
    talk.open()
    for _ in range(2):
        talk.client("PA", 5)
        talk.server("PA", 5)
        talk.client("A")
    for _ in range(3):
        talk.client("A", b"?", seq=talk.a.seq - 1, after=45)
        talk.server("A")


@case("first-answer-too-large", {"verdict_tag": "STUCK", "verdict": SIZE % ("client", 1460)})
def first_answer_too_large(capture):
    """As a server's certificate is, which is the first that it sends."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 300)
    talk.server("A")
    for _ in range(3):
        talk.server("A", 1460, after=0.0001)
    for after in (0.2, 0.4, 0.8, 1.6):
        talk.server("A", 1460, seq=1, after=after)


@case("first-request-too-large-or-not-accepted", {"verdict_tag": "STUCK", "silent_about": "MTU"})
def first_request_lost(capture):
    """The client does not know whether the server has taken its handshake."""
    talk = Talk(capture)
    talk.open()
    talk.client("A", 1460)
    for after in (0.2, 0.4, 0.8, 1.6):
        talk.client("A", 1460, seq=1, after=after)


@case("syn-with-a-new-number-answered", {"verdict_tag": "SILENT", "silent_about": "queue",
                                         "verdict": "^silent: 1 SYN sent, no answer before the client tried again from the same port, as #2$"},
      {"verdict_tag": "OPEN"})
def syn_with_a_new_number(capture):
    """The server answers the second one, so nothing filters them, nor is its queue full."""
    Talk(capture).client("S")
    again = Talk(capture, isn=70_000)
    capture.time += 10**9
    again.open()
