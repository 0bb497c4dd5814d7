"""Fast open (RFC 7413): cookies asked for and used, data and FIN in the SYN and in the SYN-ACK, at both ends."""

from crafted_scripts import carry_on, script

COOKIE = bytes.fromhex("a1b2c3d4e5f60718")


def ask_for_cookie(it, cookie=COOKIE):
    """The kernel opens once and gets a cookie, so that its next SYN carries data."""
    it.connect_with(0)
    it.expect("S")
    it.sends("SA", cookie=cookie)
    it.expect("A")
    it.close()
    it.expect("FA")
    it.sends("FA")
    it.expect("A")
    it.renew()


def open_with_data(it, size=500):
    """The kernel's SYN carries data and a cookie."""
    ask_for_cookie(it)
    it.connect_with(size)
    return it.expect("S")


def as_server(it, **options):
    """The kernel listens for fast open; the peer asks for a cookie, closes, and takes the cookie."""
    it.listen(fast_open=16, **options)
    it.sends("S", cookie=b"")
    answer = it.expect("SA")
    it.sends("A")
    it.accept()
    it.close()
    it.expect("FA")
    it.sends("FA")
    it.expect("A")
    at = answer.options.find(bytes((34, 10)))
    it.peer_port += 1
    it.renew()
    return answer.options[at + 2:at + 10]


# ---- The kernel is the client


@script("fastopen/client-asks")
def client_asks(it):
    ask_for_cookie(it)


@script("fastopen/client-no-cookie-given")
def client_no_cookie(it):
    it.connect_with(100)
    it.expect("S")
    it.sends("SA")
    it.drain()
    carry_on(it)


@script("fastopen/client-all-acknowledged")
def client_all(it):
    open_with_data(it)
    it.sends("SA")
    it.expect("A")
    carry_on(it)


@script("fastopen/client-syn-only-acknowledged")
def client_syn_only(it):
    open_with_data(it)
    it.sends("SA", ack=1)
    it.drain()
    carry_on(it)


@script("fastopen/client-partly-acknowledged")
def client_partly(it):
    open_with_data(it)
    it.sends("SA", ack=101)
    it.drain()
    carry_on(it)


@script("fastopen/client-over-acknowledged")
def client_over(it):
    open_with_data(it)
    it.sends("SA", seq=0, ack=100101)
    it.drain()
    it.sends("SA")
    it.drain()
    carry_on(it)


@script("fastopen/client-one-over-acknowledged")
def client_one_over(it):
    open_with_data(it)
    it.sends("SA", seq=0, ack=502)
    it.drain()
    it.sends("SA")
    it.drain()
    carry_on(it)


@script("fastopen/client-acknowledges-iss")
def client_iss(it):
    open_with_data(it)
    it.sends("SA", seq=0, ack=0)
    it.drain()
    it.sends("SA")
    it.drain()
    carry_on(it)


@script("fastopen/client-data-in-syn-ack")
def client_data(it):
    open_with_data(it)
    it.sends("SA", data=200)
    it.drain()
    it.sends("PA", data=30)
    it.drain()
    carry_on(it)


@script("fastopen/client-fin-in-syn-ack")
def client_fin(it):
    open_with_data(it)
    it.sends("SFA")
    it.expect("A")
    it.close()
    it.expect("FA")
    it.sends("A")
    it.drain()


@script("fastopen/client-data-and-fin-in-syn-ack")
def client_data_fin(it):
    open_with_data(it)
    it.sends("SFPA", data=1000)
    it.drain()
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("fastopen/client-fin-in-syn-ack-of-syn-only")
def client_fin_syn_only(it):
    open_with_data(it)
    it.sends("SFA", ack=1)
    it.drain()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("fastopen/client-fin-in-syn-ack-twice")
def client_fin_twice(it):
    open_with_data(it)
    it.sends("SFA")
    it.expect("A")
    it.sends("SFA", seq=0)
    it.drain()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("fastopen/client-data-before-syn-ack")
def client_data_before(it):
    """The SYN-ACK is lost and two data segments after it are ignored; the SYN that comes again is answered."""
    open_with_data(it)
    it.sends("PA", seq=1, data=700)
    it.sends("PA", seq=701, data=300)
    it.expect("S", timeout=3)
    it.sends("SA", data=700, ack=501)
    it.drain()
    it.sends("PA", data=300)
    it.drain()
    carry_on(it)


@script("fastopen/client-syn-sent-again-without-data")
def client_again(it):
    open_with_data(it)
    it.expect("S", timeout=3)
    it.sends("SA", ack=1)
    it.drain()
    carry_on(it)


@script("fastopen/client-refused")
def client_refused(it):
    open_with_data(it)
    it.sends("RA", ack=501, seq=0)
    it.drain()


@script("fastopen/client-refused-syn-only")
def client_refused_syn_only(it):
    open_with_data(it)
    it.sends("RA", ack=1, seq=0)
    it.drain()


@script("fastopen/client-simultaneous")
def client_simultaneous(it):
    """Both SYNs carry data: Linux acknowledges the SYN alone."""
    open_with_data(it)
    it.sends("S", data=300, cookie=COOKIE)
    it.drain()
    it.seq = 1
    it.sends("SA", seq=0, ack=501)
    it.drain()
    it.sends("PA", data=300)
    it.drain()
    carry_on(it)


@script("fastopen/client-reset-then-opened")
def client_bad_echo(it):
    """A SYN-ACK with an impossible echo draws a RST; a right one opens all the same."""
    syn = open_with_data(it)
    it.stamps, it.echo = 77, syn.timestamps[0] + 999999
    it.sends("SA", seq=0)
    it.drain()
    it.echo = syn.timestamps[0]
    it.sends("SA")
    it.drain()
    carry_on(it)


@script("fastopen/client-closed-before-answer")
def client_closed(it):
    """close() with data in the SYN: the SYN stays out, and the answer meets no socket."""
    open_with_data(it)
    it.close()
    it.pause()
    it.sends("SA")
    it.drain()
    it.unseen("it was closed in SYN_SENT, and what shows it comes only later")


@script("fastopen/client-shut-before-answer")
def client_shut(it):
    open_with_data(it)
    it.shut()
    it.pause()
    it.sends("SA")
    it.drain()
    it.sends("FA")
    it.drain()


# ---- The kernel is the server


def server(name):
    """A script in which the kernel has given a cookie."""
    def enter(function):
        @script(f"fastopen/server-{name}")
        def play(it):
            function(it, as_server(it))
        return play
    return enter


@server("data")
def server_data(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@server("data-answered-first")
def server_answers_first(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.send(300)
    it.drain()
    it.sends("A")
    carry_on(it)


@server("no-data")
def server_no_data(it, cookie):
    it.sends("S", cookie=cookie)
    it.expect("SA")
    it.pause()
    it.sends("A")
    it.accept()
    carry_on(it)


@server("wrong-cookie")
def server_wrong_cookie(it, cookie):
    it.sends("S", data=100, cookie=bytes(len(cookie)))
    it.expect("SA")
    it.seq = 1
    it.sends("PA", data=100)
    it.accept()
    carry_on(it)


@server("data-no-cookie")
def server_no_cookie(it, _):
    it.sends("S", data=100)
    it.expect("SA")
    it.seq = 1
    it.sends("PA", data=100)
    it.accept()
    carry_on(it)


@server("closes-early")
def server_closes_early(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.recv_ready()
    it.close()
    it.expect("FA")
    it.sends("A", ack=1)
    it.drain()
    it.sends("A", ack=2)
    it.drain()
    it.sends("FA")
    it.drain(0.3)


@server("closes-early-one-ack")
def server_closes_one_ack(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.recv_ready()
    it.close()
    it.expect("FA")
    it.sends("FA")
    it.drain(0.3)


@server("shuts-early")
def server_shuts_early(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.shut()  # which Linux forgets in SYN_RECEIVED: no FIN follows
    it.drain(0.1)
    it.sends("PA", data=10)
    it.drain()
    it.sends("FA")
    it.drain()
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")
    it.drain(0.3)


@server("unread-closed-early")
def server_unread(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.close()
    it.drain()


@server("aborts-early")
def server_aborts(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.abort()
    it.drain()


@server("listener-closed")
def server_listener_closed(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.pause()
    it.stop_listening()
    it.drain()


@server("reset-before-accept")
def server_reset_before(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.pause()
    it.sends("R")
    it.drain()


@server("reset-after-accept")
def server_reset_after(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.sends("R")
    it.drain()


@server("reset-in-window-before-ack")
def server_reset_inexact(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.sends("R", seq=it.seq + 50)
    it.drain()
    it.sends("A")
    carry_on(it)


@server("syn-again")
def server_syn_again(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.sends("S", data=100, cookie=cookie, seq=0)
    it.drain()
    it.sends("A")
    it.accept()
    carry_on(it)


@server("syn-again-without-data")
def server_syn_again_plain(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.sends("S", seq=0)
    it.drain()
    it.sends("A")
    it.accept()
    carry_on(it)


@server("syn-ack-again")
def server_syn_ack_again(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.expect("SA", timeout=3)
    it.sends("A")
    it.accept()
    carry_on(it)


@server("wrong-ack")
def server_wrong_ack(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.sends("A", ack=2)
    it.drain()
    it.sends("A", ack=1)
    carry_on(it)


@server("more-data-before-ack")
def server_more(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.sends("P", data=50)
    it.drain()
    it.sends("A")
    it.accept()
    carry_on(it)


@server("fin-with-ack")
def server_fin(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.accept()
    it.sends("FA")
    it.drain()
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@server("syn-data-fin")
def server_syn_data_fin(it, cookie):
    """Linux drops a SYN with FIN."""
    it.sends("SF", data=100, cookie=cookie)
    it.drain(0.1)
    it.seq = 0
    it.sends("S", data=100, cookie=cookie)
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@server("icmp-before-ack")
def server_icmp(it, cookie):
    it.sends("S", data=100, cookie=cookie)
    answer = it.expect("SA")
    it.accept()
    it.icmp(3, answer)
    it.drain()
    it.sends("A")
    carry_on(it)
