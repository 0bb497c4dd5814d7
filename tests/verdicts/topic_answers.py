"""Answers that were captured, and that do not reach the other side, or that it does not take; and answers that did not come."""

from crafted import Talk, asked, case


# ---- Keep-alives


def probe(talk, *pauses, answered=True):
    for pause in pauses:
        talk.client("A", b"\0", seq=100, after=pause)
        if answered:
            talk.server("A", after=0.0001)


UNHEARD = "gave up: it sent 4 keep-alives in 4.0 s as if they were unanswered, though the server answered them"


@case("keep-alives-unheard", {"verdict_tag": "RESET", "verdict": UNHEARD, "silent_about": "unread"})
def keep_alives_unheard(capture):
    """Microsoft's CSS_SQL_Networking_Tools, "Connection Dropped in one Direction", seen at the server: its answers are dropped on the way."""
    talk = asked(capture)
    probe(talk, 30, 30, 30, 1, 1, 1, 1)
    talk.client("RA", window=0, after=1)


@case("keep-alives-at-one-pace", {"verdict_tag": "RESET", "silent_about": "gave up"})
def keep_alives_at_one_pace(capture):
    """Whose answers come, and a program that aborts."""
    talk = asked(capture)
    probe(talk, 1, 1, 1, 1)
    talk.client("RA", window=0, after=1)


@case("keep-alives-heard-again", {"verdict_tag": "RESET", "silent_about": "gave up"})
def keep_alives_heard_again(capture):
    """One answer was lost, and the next one has arrived: the pauses are long again."""
    talk = asked(capture)
    probe(talk, 30, 30, 1, 1, 30)
    talk.client("RA", window=0, after=1)


# ---- Data


def rejected(capture, flags):
    """Mbed OS issue 4140: what is sent again is longer than before, and the server acknowledges the beginning each time."""
    talk = asked(capture)
    talk.client("PA", 1447)
    talk.server("A", after=0.001)
    for after in (1.5, 3, 6):
        talk.client(flags, 1457 if flags == "PA" else 0, seq=101 if flags == "PA" else 1548, after=after)
        talk.server("A", ack=1548, after=0.001)
    talk.client("RA", window=0, after=12)


@case("gives-up-what-is-rejected", {"verdict_tag": "RESET", "silent_about": "unanswered",
                                    "verdict": "10 B were not acknowledged, sent again 3 times in .* the server answered with the same ACK each time"})
def gives_up_what_is_rejected(capture):
    rejected(capture, "PA")


@case("gives-up-a-rejected-fin", {"verdict_tag": "RESET", "silent_about": "unanswered",
                                  "verdict": "the client gave up: its FIN was sent again 2 times in .* the server answered with the same ACK each time"})
def gives_up_a_rejected_fin(capture):
    rejected(capture, "FA")


@case("acks-arrive-beside-data", {"verdict_tag": "STUCK", "silent_about": "do not reach",
                                  "verdict": "the client does not take these ACKs, though it receives what the server sends"})
def acks_arrive_beside_data(capture):
    """Zephyr issue 61181: it sends its FIN again and again, and acknowledges data whose segments acknowledge that."""
    talk = asked(capture)
    talk.client("FA")
    talk.server("A")
    for _ in range(4):
        talk.server("PA", 500, after=0.1)
        talk.client("A")
        talk.client("FA", seq=101, after=0.3)
        talk.server("A")


@case("fin-to-a-closed-window", {"verdict_tag": "STUCK", "silent_about": "gets through",
                                 "verdict": "sent again 4 times .* the server answers with the same ACK each time, which keeps its window closed"})
def fin_to_a_closed_window(capture):
    """Docker for Mac issue 6577: the server's window was never open, and the client sends its FIN all the same."""
    talk = Talk(capture)
    talk.client("S")
    talk.server("SA", window=0)
    talk.client("A")
    talk.client("FA")
    for _ in range(4):
        talk.client("FA", seq=1, after=0.5)
        talk.server("A", ack=1, window=0)


NEVER = "150 B from the client unacknowledged; the server sent segments up to {} later, but the capture has none of it again"


def hole(capture, pause):
    """Data that is lost, and data after it; the server has something to say later."""
    talk = asked(capture)
    talk.client("PA", 100, lost=True)
    talk.client("PA", 50)
    talk.server("A", ack=101)
    talk.server("PA", 10, ack=101, after=pause)
    return talk


@case("lost-and-never-sent-again", {"verdict_tag": "STUCK", "verdict": NEVER.format("60.0 s")})
def lost_and_never_sent_again(capture):
    """OpenCI issue 2889: the clock of macOS has stopped, and its retransmission timers with it."""
    hole(capture, 59.99)


@case("lost-and-sent-again", {"verdict_tag": "OPEN"})
def lost_and_sent_again(capture):
    talk = hole(capture, 60)
    talk.client("PA", 100, seq=101)
    talk.server("A", ack=251)


@case("lost-and-soon-over", {"verdict_tag": "OPEN"})
def lost_and_soon_over(capture):
    hole(capture, 1)


# ---- FINs


UNACKNOWLEDGED = "^closing: the client sent FIN, which the server has not acknowledged"


@case("fin-without-ack", {"verdict_tag": "CLOSING", "verdict": UNACKNOWLEDGED, "silent_about": "application"})
def fin_without_ack(capture):
    """Zephyr issue 44507: it does not send a FIN again that was lost, so nobody's program need be late."""
    asked(capture).client("FA")


@case("fin-with-ack", {"verdict_tag": "CLOSE_WAIT", "verdict": "^half-closed: the client sent FIN, the server's application has not closed yet"})
def fin_with_ack(capture):
    talk = asked(capture)
    talk.client("FA")
    talk.server("A")


# ---- RSTs that are answered


LOOP = "{} segments in .* that answer each other: RSTs of the server that do not end the connection at the client, which answers each with an ACK"


@case("few-resets-in-a-loop", {"verdict_tag": "RESET", "client.state": "ESTABLISHED", "verdict": LOOP.format(6)})
def few_resets_in_a_loop(capture):
    """FreeBSD D32938: a NAT answers what it does not know with RSTs whose sequence number is 0."""
    talk = asked(capture)
    for _ in range(3):
        talk.server("R", seq=-5000, window=0, ident=0)
        talk.client("A")


@case("reset-after-a-challenge", {"verdict_tag": "RESET", "client.state": "CLOSED", "silent_about": "answer each other"})
def reset_after_a_challenge(capture):
    """RFC 5961: the RST that answers the challenge has the right number."""
    talk = asked(capture)
    talk.server("R", seq=350, window=0, ident=0)
    talk.client("A")
    talk.server("R", seq=301, window=0, ident=0)


# ---- ACKs that come late


def late_ack(capture, delay):
    """A small segment, whose ACK releases the next one."""
    talk = asked(capture)
    for _ in range(2):
        talk.client("PA", 60)
        talk.server("A", after=delay)
        talk.client("PA", 60)
        talk.server("A")


@case("delayed-ack", {"spent.nagle_to_server": 0.4})
def delayed_ack(capture):
    """Ethersex issue 257: a sender that waits for the ACK of each segment, and Windows, which delays it."""
    late_ack(capture, 0.21)


@case("ack-too-late-for-a-delay", {"spent.nagle_to_server": 0.0})
def ack_too_late_for_a_delay(capture):
    """No ACK is delayed by more than half a second (RFC 1122 §4.2.3.2)."""
    late_ack(capture, 2)
