"""Captures that hold the segments of one side only: nothing is claimed about the other one."""

from crafted import Talk, case, shared


def only(capture, side):
    """Keeps what that side sends: 0 is who sent the first segment."""
    first = capture.records[0].data[26:30]
    capture.records = [record for record in capture.records if int(record.data[26:30] != first) == side]


ONE = {"verdict": "one direction captured", "silent_about": ["B back", "half-closed"]}
CLIENT = {**ONE, "captured": "client only", "verdict": r"one direction captured \(client only\)", "server.packets": 0,
          "client.unacknowledged": None}
SERVER = {**ONE, "captured": "server only", "verdict": r"one direction captured \(server only\)", "client.packets": 0,
          "server.unacknowledged": None}
CLOSED = {"verdict_tag": "CLOSED", "closed_by": "unknown", "close": "fin"}
CLOSING = {"verdict_tag": "CLOSING", "closed_by": "unknown", "close": "open"}
OPEN = {"verdict_tag": "OPEN", "closed_by": "none", "close": "open"}


def client_first(talk):
    talk.open()
    talk.client("PA", 100)
    talk.server("PA", 1000)
    talk.client("A")
    talk.client("FA")
    talk.server("A")
    talk.server("FA", after=0.3)
    talk.client("A")


def server_first(talk):
    talk.open()
    talk.client("PA", 400)
    talk.server("FPA", 235)
    talk.client("A")
    talk.client("FA")
    talk.server("A")


def reset_by_client(talk):
    talk.open()
    talk.client("PA", 100)
    talk.server("PA", 1000)
    talk.client("RA")


@case("one-direction-client-first-client", {**CLIENT, **CLOSED, "client.state": "TIME_WAIT", "client.certainty": "assumed",
                                            "server": "LISTEN SYN_RECEIVED ESTABLISHED CLOSED"})
def client_first_client(capture):
    client_first(Talk(capture))
    only(capture, 0)


@case("one-direction-client-first-server", {**SERVER, **CLOSING, "client": "CLOSED SYN_SENT ESTABLISHED",
                                            "server.state": "LAST_ACK", "server.certainty": "assumed"})
def client_first_server(capture):
    client_first(Talk(capture))
    only(capture, 1)


@case("one-direction-server-first-client", {**CLIENT, **CLOSING, "client.state": "FIN_WAIT_1", "client.certainty": "assumed",
                                            "server": "LISTEN SYN_RECEIVED ESTABLISHED"})
def server_first_client(capture):
    server_first(Talk(capture))
    only(capture, 0)


@case("one-direction-server-first-server", {**SERVER, **CLOSED, "client": "CLOSED SYN_SENT ESTABLISHED CLOSED"})
def server_first_server(capture):
    server_first(Talk(capture))
    only(capture, 1)


@case("one-direction-midstream", {**CLIENT, **CLOSING, "roles": "guessed", "server.state": "ESTABLISHED"})
def midstream(capture):
    server_first(Talk(capture))
    only(capture, 0)
    del capture.records[:2]


@case("one-direction-open", {**CLIENT, **OPEN})
def still_open(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("PA", 1000)
    talk.client("A")
    only(capture, 0)


@case("one-direction-repeated-data", {**CLIENT, **OPEN, "client.retransmissions": 4})
def repeated_data(capture):
    """That data is sent again does not tell that nothing gets through: the answers were not captured."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    for _ in range(4):
        talk.client("PA", 100, seq=1, after=0.3)
    only(capture, 0)


@case("one-direction-reset", {**CLIENT, "verdict_tag": "RESET", "verdict": ["by the client", "one direction captured"]})
def reset(capture):
    reset_by_client(Talk(capture))
    only(capture, 0)


@case("one-direction-reset-not-seen", {**SERVER, **OPEN})
def reset_not_seen(capture):
    reset_by_client(Talk(capture))
    only(capture, 1)


@case("one-direction-syn-ack", {**SERVER, "verdict_tag": "OPENING", "silent_about": "has not come"})
def syn_ack(capture):
    Talk(capture).open()
    only(capture, 1)


# ---- Not that


@case("no-answer", {"captured": "client only", "verdict_tag": "SILENT", "silent_about": "one direction"})
def no_answer(capture):
    Talk(capture).client("S")
    Talk(capture).client("S", seq=0, after=1)


@case("both-directions-from-the-middle", {"captured": "both", "verdict_tag": "CLOSED", "closed_by": "client",
                                          "client": "ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
                                          "server": "ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED"})
def both_from_the_middle(capture):
    client_first(Talk(capture))
    del capture.records[:6]


shared("07-one-direction-client-only", {**CLIENT, **CLOSED})
shared("07c-one-direction-false-close-wait", {**CLIENT, **CLOSING})


def sent_again(capture, times, then=""):
    """The client's timer sends the same data again. What it sends then shows that an ACK may have come."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    for i in range(times):
        talk.client("PA", 100, seq=1, after=0.2 * 2**i)
    if then == "data":
        talk.client("PA", 100, after=0.1)
    elif then:
        talk.server("PA", 100)
        talk.client("A")
    only(capture, 0)


@case("one-direction-sent-again", {**CLIENT, **OPEN, "verdict_tag": "STUCK", "client.unacknowledged": None,
                                   "verdict": r"^stuck: the client sent the same data again 4 times in 3\.0 s and nothing else, "
                                              r"so no ACK of it came; one direction captured \(client only\)"})
def only_sent_again(capture):
    sent_again(capture, 4)


@case("one-direction-sent-again-twice", {**CLIENT, **OPEN})
def sent_again_twice(capture):
    sent_again(capture, 2)


@case("one-direction-goes-on-with-data", {**CLIENT, **OPEN})
def goes_on_with_data(capture):
    sent_again(capture, 4, "data")


@case("one-direction-goes-on-with-ack", {**CLIENT, **OPEN})
def goes_on_with_ack(capture):
    sent_again(capture, 4, "ACK")
