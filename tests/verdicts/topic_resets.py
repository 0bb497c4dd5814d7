"""Who sent a RST and why, whether it looks like its sender's, and RSTs that changed nothing."""

from crafted import Talk, asked, case, shared

RESET = {"verdict_tag": "RESET"}


@case("reset-idle", {**RESET, "reset_by": "server", "verdict": "^reset by the server, idle for 300.0 s; 100 B",
                     "silent_about": ["unread", "middlebox"]})
def reset_idle(capture):
    asked(capture).server("RA", after=300)


@case("reset-silent", {**RESET, "reset_by": "server", "verdict": "^reset by the server, which had been silent for 350.0 s, with the "
                                                                   "client's data unread", "silent_about": "idle"})
def reset_silent(capture):
    """A middlebox or host that has forgotten the connection answers the first data after a pause."""
    talk = asked(capture)
    talk.client("PA", 20, after=350)
    talk.server("RA", after=0.002)


@case("reset-keep-alives", {**RESET, "verdict": "^reset by the server, idle for 50.0 s, with nothing but keep-alives for 350.0 s; 100 B",
                            "silent_about": "silent"})
def reset_keep_alives(capture):
    talk = asked(capture)
    for _ in range(4):
        talk.client("A", seq=talk.a.seq - 1, after=75)
        talk.server("A", after=0)
    talk.server("RA", after=50)


@case("reset-at-once", {**RESET, "verdict": "^reset by the server, without a FIN after its answer .*; 100 B", "silent_about": "idle"})
def reset_at_once(capture):
    asked(capture).server("RA")


@case("reset-data-after-close", {
    **RESET, "reset_by": "client", "closed_by": "client",
    "verdict": "^reset by the client after its own FIN, because 50 B of data came from the "
               "server after the client had closed; "})
def reset_data_after_close(capture):
    talk = asked(capture)
    talk.client("FA")
    talk.server("A")
    talk.server("PA", 50)
    talk.client("R", seq=talk.a.seq, ident=0)


@case("reset-half-closed", {**RESET, "closed_by": "client", "silent_about": "after the client had closed"})
def reset_half_closed(capture):
    talk = asked(capture)
    talk.client("FA")
    talk.server("A")
    talk.server("PA", 50)
    talk.client("A")
    talk.client("RA")


@case("reset-unread", {**RESET, "reset_by": "server", "verdict": "^reset by the server, with the client's data unread"})
def reset_unread(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("RA")


@case("reset-after-answer", {
    **RESET, "reset_by": "server",
    "verdict": "^reset by the server, without a FIN after its answer \\(it closed with the client's data unread, or aborted\\); 1000 B",
    "silent_about": "middlebox"})
def reset_after_answer(capture):
    """Linux sends RST in place of FIN at close() with unread data, as of a request that is too large."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 1000)
    talk.server("A", after=0.0001)
    talk.server("PA", b"HTTP/1.1 413\r\n", after=0.2)
    talk.client("A", after=0.0001)
    talk.server("RA", after=0.0002)


@case("reset-before-answer", {**RESET, "reset_by": "server", "silent_about": "after its answer"})
def reset_before_answer(capture):
    """A greeting is no answer, and no data of the client can be unread."""
    talk = Talk(capture)
    talk.open()
    talk.server("PA", 50)
    talk.client("A")
    talk.server("RA")


@case("reset-client-after-request", {**RESET, "reset_by": "client", "silent_about": "after its answer"})
def reset_client_after_request(capture):
    talk = asked(capture)
    talk.client("PA", 20)
    talk.client("RA")


@case("reset-fin-unanswered", {
    **RESET, "reset_by": "client",
    "verdict": "^reset by the client after its own FIN; the client gave up: its FIN was unanswered, sent "
               "again 3 times in 6.0 s; "})
def reset_fin_unanswered(capture):
    talk = asked(capture)
    talk.client("FA")
    for after in (1, 1, 2):
        talk.client("FA", seq=talk.a.seq - 1, after=after)
    talk.client("RA", after=2)


@case("reset-data-unanswered", {**RESET, "verdict": "^reset by the server, which gave up: 70 B were unanswered, sent again 2 times"})
def reset_data_unanswered(capture):
    talk = asked(capture)
    talk.server("PA", 70)
    for after in (1, 2):
        talk.server("PA", 70, seq=talk.b.seq - 70, after=after)
    talk.server("RA", after=4)


@case("reset-other-way", {**RESET, "verdict": "a middlebox may have sent the RST: its TTL is 61, .* other packets 50"})
def reset_other_way(capture):
    talk = asked(capture)
    talk.b.ttl = 50
    talk.server("PA", 10)
    talk.client("A")
    talk.server("RA", ttl=61)


@case("reset-other-first-ttl", {**RESET, "silent_about": "middlebox"})
def reset_other_first_ttl(capture):
    """Its host starts with 255 for RSTs and with 64 for the rest; both come over as many routers."""
    talk = asked(capture)
    talk.server("R", seq=talk.b.seq, ttl=255, ident=0)


@case("reset-one-router-more", {**RESET, "silent_about": "middlebox"})
def reset_one_router_more(capture):
    asked(capture).server("RA", ttl=63)


@case("reset-no-router", {**RESET, "verdict": "a middlebox may have sent the RST: its TTL is 64, .* other packets 63$"})
def reset_no_router(capture):
    """What the server sends passes one router; the RST is the router's, as of a firewall that has forgotten the connection."""
    talk = Talk(capture, ttls=(64, 63))
    talk.open()
    talk.client("PA", 10)
    talk.server("A")
    talk.server("RA", ttl=64)


@case("reset-other-identification", {**RESET, "verdict": "a middlebox may have sent the RST: its IP ID is 40000, .* before it 1[0-9]*$"})
def reset_other_identification(capture):
    talk = asked(capture)
    for _ in range(3):
        talk.server("PA", 10)
        talk.client("A")
    talk.server("RA", ident=40000)


@case("reset-without-identification", {**RESET, "silent_about": "middlebox"})
def reset_without_identification(capture):
    """Linux sends RSTs for which it has no socket with identification 0."""
    talk = asked(capture)
    for _ in range(3):
        talk.server("PA", 10)
        talk.client("A")
    talk.server("R", seq=talk.b.seq, ident=0)


@case("reset-random-identifications", {**RESET, "silent_about": "middlebox"})
def reset_random_identifications(capture):
    talk = asked(capture)
    for ident in (9000, 31000, 500, 44000):
        talk.server("PA", 10, ident=ident)
        talk.client("A")
    talk.server("RA", ident=22222)


@case("refusal-was-forged", {**RESET, "verdict": ["a RST was forged", "its apparent sender sent a SYN-ACK after it, so port 8000 is open there"],
                             "silent_about": "nothing listens"})
def refusal_was_forged(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("RA", ttl=40, keeps=True, seq=0, ack=1)
    talk.server("SA", after=0.1)
    talk.client("R", seq=1)


@case("stray-reset-before-syn-ack", {"verdict_tag": "OPEN", "verdict": "a RST before the SYN-ACK did not acknowledge the SYN"})
def stray_reset_before_syn_ack(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("RA", keeps=True, seq=0, ack=-1000)
    talk.server("SA", after=0.1)
    talk.client("A")
    talk.client("PA", 10)
    talk.server("A")


@case("reset-after-a-fin-that-was-dropped", {**RESET, "closed_by": "none", "verdict": "a FIN before that was not taken",
                                             "silent_about": "after a FIN"})
def reset_after_a_fin_that_was_dropped(capture):
    talk = asked(capture)
    talk.client("FA", ack=3000000, keeps=True)
    talk.server("A")
    talk.server("RA")


@case("time-wait-ignores-resets", {
    "verdict_tag": "CLOSED", "closed_by": "server",
    "server": "LISTEN SYN_RECEIVED ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT"},
    *[{"verdict_tag": "NOT_OPENED", "verdict": "an ACK of connection #1, which is in TIME_WAIT there"}] * 3)
def time_wait_ignores_resets(capture):
    """As with net.ipv4.tcp_rfc1337: the RST that answers the ACK of TIME_WAIT does not end it."""
    talk = asked(capture)
    talk.server("FA")
    talk.client("FA")
    talk.server("A")
    for number in range(3):
        talk.client("S", seq=-500 + 10 * number, keeps=True, after=5)
        talk.server("A")
        talk.client("R", seq=talk.a.seq, ident=0)


@case("syn-is-disowned", {"verdict_tag": "OPEN"},
      {"verdict_tag": "NOT_OPENED", "verdict": "^not opened: its sender went on with the connection before it, #1"})
def syn_is_disowned(capture):
    talk = asked(capture)
    talk.client("S", seq=90000, keeps=True, after=5)
    talk.server("A")
    talk.client("PA", 20)
    talk.server("A")


shared("05-refused-though-synack-follows", {"verdict": "port 8000 is open there"})
shared("04-refused-though-established", {"verdict": "a RST before the SYN-ACK did not acknowledge the SYN"})
shared("31-fin-with-impossible-ack", {"verdict": "a FIN before that was not taken", "silent_about": "after a FIN"})
shared("16-reset-after-fin-by-whom", {"verdict": "^reset by the client after a FIN, which the server sent first"})


@case("reset-before-data", {**RESET, "reset_by": "server", "verdict": "^reset by the server before any data, idle for 60.0 s; 0 B"})
def reset_before_data(capture):
    talk = Talk(capture)
    talk.open()
    talk.server("RA", after=60)


def closed_long_ago(talk):
    """The client's FIN is acknowledged, and nothing follows for longer than Linux keeps FIN_WAIT_2."""
    talk.open()
    talk.client("PA", 5)
    talk.server("A")
    talk.client("FA")
    talk.server("A", after=0.04)


@case("reset-forgotten", {
    **RESET, "reset_by": "client", "closed_by": "client",
    "verdict": "^reset by the client after its own FIN, after 120.0 s of silence on its part, because the server's FIN came when "
               "the client no longer had the connection; 5 B"})
def reset_forgotten(capture):
    talk = Talk(capture)
    closed_long_ago(talk)
    talk.server("FA", after=120)
    talk.client("R", seq=7)


@case("reset-silent-after-close", {
    **RESET, "reset_by": "client", "closed_by": "client",
    "verdict": "^reset by the client after its own FIN, after 75.0 s of silence on its part, because 20 B of data came from the "
               "server after the client had closed; 5 B"})
def reset_silent_after_close(capture):
    talk = Talk(capture)
    closed_long_ago(talk)
    talk.server("PA", 20, after=75)
    talk.client("R", seq=7)


# ---- RSTs without ACK, as where there is no socket (RFC 9293 §3.10.7.1)

NO_SOCKET = "as where the {} has no socket for the {}'s last segment, or a device on the way rejects it .the RST has no ACK.; "
NOT_TAKEN = "as where the server has no socket for the handshake's ACK, because its accept queue is full and tcp_abort_on_overflow is set"


@case("reset-no-socket", {
    **RESET, "verdict": "^reset by the server, which had been silent for 7200.0 s, " + NO_SOCKET.format("server", "client")})
def reset_no_socket(capture):
    """A load balancer or the server has forgotten the connection (kube-router issue 911)."""
    talk = asked(capture)
    talk.client("PA", 50, after=7200)
    talk.server("R", ident=0)


@case("reset-no-socket-client", {**RESET, "reset_by": "client", "verdict": NO_SOCKET.format("client", "server")})
def reset_no_socket_client(capture):
    talk = asked(capture)
    talk.server("PA", 50, after=30)
    talk.client("R", ident=0)


@case("reset-by-a-program", {**RESET, "silent_about": "no socket"})
def reset_by_a_program(capture):
    talk = asked(capture)
    talk.client("PA", 50, after=7200)
    talk.server("RA")


@case("reset-without-ack-long-after", {**RESET, "silent_about": "no socket"})
def reset_without_ack_long_after(capture):
    """It answers nothing that came lately."""
    talk = asked(capture)
    talk.server("R", after=60)


@case("reset-without-ack-other-number", {**RESET, "silent_about": "no socket"})
def reset_without_ack_other_number(capture):
    """The client has acknowledged less than the RST's number."""
    talk = Talk(capture)
    talk.open()
    talk.server("PA", 300)
    talk.server("R")


@case("reset-handshake-not-taken", {**RESET, "verdict": "^reset by the server right after opening, " + NOT_TAKEN})
def reset_handshake_not_taken(capture):
    """Linux with tcp_abort_on_overflow."""
    talk = Talk(capture)
    talk.open()
    talk.server("R", ident=0)


@case("reset-handshake-not-taken-with-data", {**RESET, "verdict": "^reset by the server, " + NOT_TAKEN})
def reset_handshake_not_taken_with_data(capture):
    """The client's data had left before the RST came."""
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("R", after=0.0001, ident=0)
    talk.server("R", after=0.0001, ident=0)


@case("reset-long-after-the-handshake", {**RESET, "verdict": NO_SOCKET.format("server", "client"), "silent_about": "handshake"})
def reset_long_after_the_handshake(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100, after=70)
    talk.server("R", ident=0)


@case("reset-without-ack-too-late-for-an-answer", {**RESET, "silent_about": "no socket"})
def reset_too_late_for_an_answer(capture):
    """A TCP whose programs abort without ACK: the RST comes long after the round trip of the handshake."""
    talk = asked(capture)
    talk.client("PA", 50, after=5)
    talk.server("R", after=0.5)


@case("reset-as-data-crosses-the-fin", {
    **RESET, "verdict": "^reset by the server after its own FIN, because 28 B of data came from the client, which had not got that FIN "
                        "yet: the two crossed; "})
def reset_as_data_crosses(capture):
    """A server closes an idle connection while the next request is on its way."""
    talk = asked(capture)
    sent = talk.a.got
    talk.server("FA", after=5)
    talk.client("PA", 28, ack=sent, after=0.0002)
    talk.server("R")


@case("reset-at-a-closed-window", {
    **RESET, "verdict": "^reset by the client, idle for 10.0 s, after the server's window had been closed for 16.* s; "})
def reset_at_a_closed_window(capture):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 1460)
    talk.server("A", window=0)
    for doubled in range(5):
        talk.client("A", seq=1460, after=0.2 * 2**doubled)
        talk.server("A", window=0)
    talk.client("RA", after=10)


@case("reset-of-data-by-a-device", {**RESET, "verdict": "a middlebox may have sent the RST: its TTL is 60", "silent_about": "unread"})
def reset_by_a_device(capture):
    """A firewall resets both sides; that says nothing about what the server has read."""
    talk = Talk(capture, ttls=(64, 57))
    talk.open()
    talk.client("PA", 100)
    talk.server("RA", ttl=60, ident=0, after=0.002)
    talk.client("RA", ttl=62, ident=0, after=0.0001)


# ---- What a RST says itself


SWEEPER = b"BIG-IP: [0x2a6d4f8:1234] Flow expired (sweeper) (idle timeout)"


def says(capture, payload):
    talk = Talk(capture)
    talk.open()
    talk.client("PA", 100)
    talk.server("PA", 300)
    talk.client("PA", 100, after=301)
    talk.server("RA", payload, window=0, after=0.001)


@case("reset-says-why", {"verdict_tag": "RESET", "verdict": 'the RST says "BIG-IP: .0x2a6d4f8:1234. Flow expired .sweeper. .idle timeout."', "silent_about": "unread"})
def reset_says_why(capture):
    """F5 puts a text into its RSTs (tm.rstcause.pkt), as RFC 9293 §3.5.3 allows."""
    says(capture, SWEEPER + b"\r\n\0")


@case("reset-says-much", {"verdict_tag": "RESET", "verdict": 'the RST says "(x{74})[.][.][.]"'})
def reset_says_much(capture):
    says(capture, b"x" * 200)


@case("reset-with-data", {"verdict_tag": "RESET", "verdict": "unread", "silent_about": "says"})
def reset_with_data(capture):
    """What is no text is not shown."""
    says(capture, b"GET /\xff\x1b[2J")


@case("refusal-says-why", {"verdict_tag": "REFUSED", "verdict": 'the RST says "No local listener"'})
def refusal_says_why(capture):
    talk = Talk(capture)
    talk.client("S")
    talk.server("RA", b"No local listener", seq=-5000, ack=1, window=0)


ONLY_SUBFLOW = "the RST ends this subflow of the Multipath TCP connection only"
TCPRST, FASTCLOSE = b"\x1e\4\x80", b"\x1e\x0c\x70\0" + bytes(8)


@case("subflow-not-allowed", {"verdict_tag": "RESET", "verdict": ONLY_SUBFLOW + ": administratively prohibited [(]MP_TCPRST[)]", "silent_about": "accept queue"})
def subflow_not_allowed(capture):
    """Linux answers the handshake's ACK so where its limits allow no further subflow (RFC 8684 §3.6)."""
    talk = Talk(capture)
    talk.open()
    talk.server("R", ack=0, window=0, after=0.0001, options=TCPRST + b"\3")


@case("subflow-ends", {"verdict_tag": "RESET", "verdict": ONLY_SUBFLOW + " [(]MP_TCPRST[)]", "silent_about": "unread"})
def subflow_ends(capture):
    """A host may end one subflow for a reason that it does not say."""
    talk = asked(capture)
    talk.client("PA", 100)
    talk.server("RA", after=0.5, options=TCPRST + b"\0")


@case("all-subflows-end", {"verdict_tag": "RESET", "verdict": "unread.*the RST ends all subflows of the Multipath TCP connection"})
def all_subflows_end(capture):
    """A program that aborts ends all of them; Linux adds why this one ends (RFC 8684 §3.5)."""
    talk = asked(capture)
    talk.client("PA", 100)
    talk.server("RA", after=0.5, options=FASTCLOSE + TCPRST + b"\0")


@case("no-reset-of-a-subflow", {"verdict_tag": "RESET", "verdict": "unread", "silent_about": "Multipath"})
def no_reset_of_a_subflow(capture):
    """What the options of other segments say ends nothing."""
    talk = asked(capture)
    talk.client("PA", 100, options=TCPRST + b"\3")
    talk.server("RA", after=0.5, options=b"\x1e\4\x20\0")


def finished(capture, last=True):
    """Both sides have sent FIN; `last`: the second one is acknowledged, too."""
    talk = asked(capture)
    talk.client("FA")
    talk.server("A")
    talk.server("FA")
    if last:
        talk.client("A")
    return talk


FINISHED = {**RESET, "severity": 1, "close": "rst", "closed_by": "client"}


@case("reset-time-wait-gone", {**FINISHED, "reset_by": "client", "verdict": "^reset by the client with both FINs acknowledged, after 1.0 s of silence on its part; all data had arrived; 100 B"})
def reset_time_wait_gone(capture):
    """The last ACK was lost, and TIME_WAIT was not kept."""
    talk = finished(capture)
    talk.server("FA", seq=talk.b.seq - 1, after=1)
    talk.client("R", seq=talk.a.seq)


@case("reset-acknowledges-fin", {**FINISHED, "reset_by": "client", "verdict": "^reset by the client with both FINs acknowledged; all data"})
def reset_acknowledges_fin(capture):
    finished(capture, last=False).client("RA")


@case("reset-fin-unheard", {**FINISHED, "reset_by": "server",
                            "verdict": "^reset by the server with both FINs acknowledged; the server gave up: it had sent again 3 times in 11.0 s "
                                       "what the client had acknowledged; all data had arrived; 100 B"})
def reset_fin_unheard(capture):
    talk = finished(capture)
    for after in (1, 2, 4):
        talk.server("FA", seq=talk.b.seq - 1, after=after)
    talk.server("RA", after=4)


@case("reset-fin-not-acknowledged", {**RESET, "severity": 2, "silent_about": "all data had arrived"})
def reset_fin_not_acknowledged(capture):
    finished(capture, last=False).client("R")


@case("reset-data-before-fin", {**RESET, "severity": 2, "silent_about": "all data had arrived"})
def reset_data_before_fin(capture):
    """The client has acknowledged neither the server's last data nor its FIN."""
    talk = asked(capture)
    talk.client("FA")
    talk.server("A")
    talk.server("FPA", 50)
    talk.client("R", seq=talk.a.seq)


# ---- Refused, though not always


@case("refused-though-others-were-not", {"verdict_tag": "OPEN"},
      {"verdict_tag": "REFUSED", "verdict": "^refused: RST answered the SYN, though port 8000 of the server answered others: ", "silent_about": "nothing listens"})
def refused_though_others_were_not(capture):
    """FreeRTOS-Plus-TCP issue 700: where the backlog is full, some systems refuse."""
    Talk(capture).open()
    talk = Talk(capture, sport=40002)
    talk.client("S")
    talk.server("RA", seq=-5000, ack=1, window=0)


# ---- Data that was taken long ago


@case("reset-after-keep-alives", {"verdict_tag": "RESET", "verdict": "with nothing but keep-alives for", "silent_about": "unread"})
def reset_after_keep_alives(capture):
    talk = asked(capture)
    for _ in range(3):
        talk.client("A", seq=100, after=10)
        talk.server("A")
    talk.client("RA", window=0, after=3)
