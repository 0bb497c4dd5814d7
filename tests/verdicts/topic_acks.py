"""ACKs that do not do what ACKs are for: they cannot be taken, do not arrive, or answer each other."""

from crafted import Talk, ask, case

AGAIN = "^stuck: the client sent again 5 times in .* what the server had acknowledged; "
MISPLACED = "the server's ACKs have a sequence number for which the client has to drop them"


def opened(capture):
    talk = Talk(capture)
    talk.open()
    return talk


def sent_again(talk, first, number, waits=(0.2, 0.4, 0.8, 1.6, 3.2)):
    talk.client("PA", 100)
    talk.server("A", seq=first, after=0.0003)
    for after in waits:
        talk.client("PA", 100, seq=1, after=after)
        talk.server("A", seq=number, after=0.0003)


@case("acks-with-old-number", {"verdict_tag": "STUCK", "verdict": AGAIN + MISPLACED})
def acks_with_old_number(capture):
    """Demikernel issue 107: the ACKs of the server have the sequence number 0."""
    sent_again(opened(capture), -5000, -5000)


@case("acks-beyond-window", {"verdict_tag": "STUCK", "verdict": "^stuck: 100 B from the client unacknowledged, .*; " + MISPLACED})
def acks_beyond_window(capture):
    sent_again(opened(capture), 1_000_000_000, 1_000_000_000)


@case("acks-get-lost", {"verdict_tag": "STUCK", "verdict": AGAIN + "the server's ACKs do not reach the client, or it does not take them$",
                        "silent_about": "sequence number"})
def acks_get_lost(capture):
    talk = opened(capture)
    sent_again(talk, 1, 1)
    talk.server("A", seq=0, after=1)  # a keep-alive


@case("ack-comes-in-the-end", {"verdict_tag": "OPEN", "silent_about": "again"})
def ack_comes_in_the_end(capture):
    """What was sent again is done when its sender goes on; the next segment has only not been acknowledged yet."""
    talk = opened(capture)
    sent_again(talk, 1, 1)
    talk.client("PA", 50, after=1)
    talk.client("A", after=0.5)


@case("late-acks-of-a-flight", {"verdict_tag": "OPEN"})
def late_acks_of_a_flight(capture):
    """Captured at the server: the ACKs are late, and a timer of the client has begun to send all of it again."""
    talk = opened(capture)
    for _ in range(6):
        talk.client("A", 1000, after=0.001)
        talk.server("A", after=0.0001)
    for number in range(6):
        talk.client("A", 1000, seq=1 + 1000 * number, after=0.3 if not number else 0.001)
        talk.server("A", after=0.0001)
    talk.client("A", seq=6000, after=9)
    talk.server("A")


@case("gives-up-though-acknowledged", {
    "verdict_tag": "RESET", "silent_about": "0 B were unanswered",
    "verdict": "^reset by the client, which gave up: it had sent again 5 times in .* what the server had acknowledged; "})
def gives_up(capture):
    talk = opened(capture)
    sent_again(talk, 1, 1)
    talk.client("RA", after=6)


# ---- ACKs that answer ACKs

STORM = "^stuck: 200 ACKs in .* with nothing new, each of which answers the other side's .an ACK storm"


@case("ack-storm", {"verdict_tag": "STUCK", "verdict": STORM})
def ack_storm(capture):
    """Each side finds the other's sequence number wrong, as after a middlebox has moved those of one direction only."""
    talk = opened(capture)
    ask(talk)
    for _ in range(100):
        talk.client("A", seq=5101, ack=301, after=0.0002)
        talk.server("A", seq=301, ack=101, after=0.0002)


@case("ack-storm-of-closed-windows", {"verdict_tag": "STUCK", "verdict": STORM})
def ack_storm_of_closed_windows(capture):
    """ESP-IDF issue 2425: both windows are closed, and each ACK is answered."""
    talk = opened(capture)
    ask(talk)
    for _ in range(100):
        talk.client("A", window=0, after=0.0002)
        talk.server("A", window=0, after=0.0002)


@case("ack-storm-that-ends", {"verdict_tag": "OPEN", "verdict": "; 60 ACKs in .* with nothing new, each of which answers"})
def ack_storm_that_ends(capture):
    talk = opened(capture)
    ask(talk)
    for _ in range(30):
        talk.client("A", after=0.0002)
        talk.server("A", after=0.0002)
    ask(talk)


@case("rst-and-ack-loop", {
    "verdict_tag": "RESET", "verdict": "; 200 segments in .* that answer each other: RSTs of the client that do not end the "
                                       "connection at the server, which answers each with an ACK$"})
def rst_and_ack_loop(capture):
    """smoltcp issue 338, FreeRTOS forum topic 1235: the RST's number is not the next, so it is challenged."""
    talk = opened(capture)
    ask(talk)
    talk.client("FA")
    talk.server("A")
    for _ in range(100):
        talk.client("R", seq=90, window=0, ident=0, after=0.0002)
        talk.server("A", after=0.0002)


@case("keep-alives-are-no-storm", {"verdict_tag": "OPEN", "silent_about": "nothing new"})
def keep_alives(capture):
    talk = opened(capture)
    ask(talk)
    for _ in range(50):
        talk.client("A", seq=100, after=1)
        talk.server("A", after=0.0002)


@case("probes-are-no-storm", {"verdict_tag": "STUCK", "verdict": "^stuck: server's window closed", "silent_about": "nothing new"})
def probes(capture):
    talk = opened(capture)
    talk.client("PA", 1000)
    for doubled in range(12):
        talk.server("A", window=0, after=0.0001)
        talk.client("A", seq=1000, after=0.001 * 2**doubled)
