"""The book of scripted exchanges, and the ways into each state.

A script is a function of one Exchange under @script(name); its name begins with its family, which is also the capture
it is kept in. What it claims of the kernel is only what it waits for; what the kernel's states were, the trace tells."""

from dataclasses import dataclass

HOSTS = {"plain": {}, "cookies": {"tcp_syncookies": 2}, "resets": {"tcp_abort_on_overflow": 1}}


@dataclass
class Script:
    name: str
    play: object
    host: str = "plain"


BOOK = {}


def script(name, host="plain"):
    def enter(function):
        if name in BOOK:
            raise ValueError(f"two scripts are called {name}")
        BOOK[name] = Script(name, function, host)
        return function
    return enter


# ---- Ways into a state. Each returns with the exchange's numbers ready for the next segment.


def syn_sent(it):
    it.connect()
    it.expect("S")


def syn_received(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.pause()  # so that the request is seen in the kernel's table


def syn_received_crossed(it):
    """By simultaneous open."""
    it.connect()
    it.expect("S")
    it.sends("S")
    it.expect("SA")


def established(it):
    it.passive()


def fin_wait_1(it):
    it.passive()
    it.shut()
    it.expect("FA")


def fin_wait_2(it):
    fin_wait_1(it)
    it.sends("A")


def close_wait(it):
    it.passive()
    it.sends("FA")
    it.expect("A")


def last_ack(it):
    close_wait(it)
    it.close()
    it.expect("FA")


def closing(it):
    fin_wait_1(it)
    it.sends("FA", ack=1)
    it.expect("A")


def time_wait(it):
    fin_wait_2(it)
    it.sends("FA")
    it.expect("A")
    it.pause(0.25)  # so that the timewait socket is seen in the kernel's table


STATES = {"syn-sent": syn_sent, "syn-received": syn_received, "syn-crossed": syn_received_crossed,
          "established": established, "fin-wait-1": fin_wait_1, "fin-wait-2": fin_wait_2, "close-wait": close_wait,
          "last-ack": last_ack, "closing": closing, "time-wait": time_wait}


def carry_on(it):
    """What a peer does that knows nothing of what has happened: it opens, acknowledges what comes, and closes; the
    kernel's program closes, too."""
    it.drain(0.06)
    if not it.sockets:
        it.sends("A")
        if not it.try_accept(2):
            return
    it.sends("A", data=3)
    it.drain()
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("FA")
    it.drain()
    it.sends("A")
    it.drain(0.08)
