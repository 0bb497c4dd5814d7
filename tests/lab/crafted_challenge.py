"""Segments that are nearly right: challenge ACKs (RFC 5961), timestamps at their edges, resets at the edges of windows,
options that change in between, and new connections that meet old ones."""

from crafted_scripts import (STATES, carry_on, close_wait, closing, established, fin_wait_1, fin_wait_2, last_ack, script,
                             syn_received_crossed, syn_sent, time_wait)


def edges(name, flags, offset, **more):
    """In each state after the handshake the same segment at a place off by so much; then all goes on."""
    for state in ("established", "fin-wait-1", "fin-wait-2", "close-wait", "last-ack"):
        @script(f"challenge/{name}-in-{state}")
        def play(it, reach=STATES[state]):
            reach(it)
            it.sends(flags, seq=it.seq + offset, **more)
            carry_on(it)


edges("reset-one-above", "R", 1)
edges("reset-at-the-edge", "R", 64239)
edges("reset-past-the-edge", "R", 70000)
edges("syn-ack-next", "SA", 0)
edges("syn-next", "S", 0)


@script("challenge/then-the-reset-it-asks-for")
def asks(it):
    established(it)
    it.sends("R", seq=it.seq + 10)
    it.expect("A")
    it.sends("R")
    it.drain()


@script("challenge/syn-then-the-reset-it-asks-for-then-syn")
def syn_asks(it):
    close_wait(it)
    it.sends("S", seq=it.seq + 100000)
    it.expect("A")
    it.sends("R", seq=it.ack_by_kernel)
    it.pause()
    it.renew(iss=900000)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.close()
    it.drain()


@script("challenge/reset-with-data")
def reset_data(it):
    established(it)
    it.sends("R", data=20)
    it.drain()


@script("challenge/reset-fin")
def reset_fin(it):
    established(it)
    it.sends("RFA")
    it.drain()


@script("challenge/reset-at-the-sacked-edge")
def reset_sacked(it):
    """A RST right past what came out of order is exact for Linux."""
    established(it)
    it.sends("PA", data=100, seq=301)
    it.drain()
    it.sends("R", seq=401)
    it.drain()


@script("challenge/reset-inside-the-hole")
def reset_hole(it):
    established(it)
    it.sends("PA", data=100, seq=301)
    it.drain()
    it.sends("R", seq=200)
    it.drain()
    it.sends("PA", data=300, seq=1)
    it.seq = 401
    carry_on(it)


@script("challenge/reset-one-below-in-close-wait")
def reset_below(it):
    close_wait(it)
    it.sends("R", seq=it.seq - 1)
    it.drain()


@script("challenge/reset-one-below-in-closing")
def reset_below_closing(it):
    closing(it)
    it.sends("R", seq=it.seq - 1)
    it.drain()


@script("challenge/reset-below-sack-edge-after-duplicate")
def reset_dsack(it):
    """A D-SACK reports a duplicate; its edge is no place for a RST."""
    established(it)
    it.sends("PA", data=100)
    it.drain()
    it.sends("PA", data=100, seq=1)
    it.drain()
    it.sends("R", seq=51)
    it.drain()
    it.sends("PA", data=50, seq=1)
    it.drain()
    it.sends("R", seq=51)
    it.drain()
    carry_on(it)


@script("challenge/fin-then-reset-past-it")
def past_fin(it):
    close_wait(it)
    it.sends("PA", data=10)
    it.drain()
    it.sends("RA", seq=it.seq)
    carry_on(it)


@script("challenge/fin-inside-data-out-of-order")
def fin_inside(it):
    established(it)
    it.sends("PA", data=500, seq=51)
    it.drain()
    it.sends("FPA", data=100, seq=1)
    it.drain()
    it.seq = 102
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("challenge/timestamp-one-older")
def stamp_one(it):
    """A step of one back is no older segment for Linux."""
    it.stamps = 5000
    it.passive()
    it.stamps = 4999
    it.sends("PA", data=10)
    it.drain()
    it.stamps = 5001
    carry_on(it)


@script("challenge/timestamp-wraps")
def stamp_wraps(it):
    it.stamps = 0xFFFFFFF0
    it.passive()
    it.stamps = 0x10
    it.sends("PA", data=10)
    it.drain()
    carry_on(it)


@script("challenge/timestamp-far-ahead")
def stamp_ahead(it):
    it.stamps = 100
    it.passive()
    it.stamps = 0x30000000
    it.sends("PA", data=10)
    it.drain()
    it.stamps = 200
    it.sends("PA", data=10, seq=it.seq)
    it.drain()
    it.stamps = 0x30000010
    carry_on(it)


@script("challenge/timestamp-zero")
def stamp_zero(it):
    it.stamps = 0
    it.passive()
    it.sends("PA", data=10)
    it.drain()
    carry_on(it)


@script("challenge/timestamp-only-in-the-syn")
def stamp_syn_only(it):
    it.stamps = 5000
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.stamps = False
    it.sends("A")
    it.drain()
    it.stamps = 5002
    it.sends("A")
    it.try_accept(1)
    carry_on(it)


@script("challenge/handshake-ack-echoes-another-time")
def echo_other(it):
    """Newer kernels drop it; all answer in SYN_RECEIVED."""
    it.stamps = 5000
    it.listen()
    it.sends("S")
    it.expect("SA")
    right = it.echo
    it.echo = right + 100000 & 0xFFFFFFFF
    it.sends("A")
    it.drain()
    it.echo = right
    it.sends("A")
    it.try_accept(1)
    carry_on(it)


@script("challenge/handshake-ack-below-window")
def handshake_below(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.sends("PA", data=1, seq=0)
    it.drain()
    it.sends("A")
    it.accept()
    carry_on(it)


@script("challenge/reset-far-in-crossed-syn-received")
def crossed_reset(it):
    syn_received_crossed(it)
    it.sends("R", seq=it.seq + 500)
    it.drain()
    carry_on(it)


@script("challenge/ack-of-nothing-in-crossed-syn-received")
def crossed_nothing(it):
    syn_received_crossed(it)
    it.sends("A", ack=0)
    it.drain()
    carry_on(it)


@script("challenge/ack-of-syn-number-in-syn-sent")
def syn_sent_nothing(it):
    """An ACK of exactly the SYN's number gets a RST with that number; the attempt goes on."""
    syn_sent(it)
    it.sends("A", ack=0, seq=500)
    it.expect("R")
    it.sends("SA")
    it.expect("A")
    carry_on(it)


@script("challenge/same-syn-after-the-end")
def same_syn(it):
    """The same initial number opens again after a RST."""
    established(it)
    it.sends("R")
    it.pause(0.1)
    it.renew()
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.close()
    it.drain()
    it.sends("FA")
    it.drain(0.2)


@script("challenge/data-to-orphan-acknowledges-less")
def orphan_less(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("A")
    it.pause(0.2)
    it.sends("PA", data=10, ack=1)
    it.drain()


@script("challenge/fin-wait-1-old-ack-then-fin")
def old_then_fin(it):
    fin_wait_1(it)
    it.sends("A", ack=1)
    it.sends("FA", ack=1)
    it.drain()
    it.sends("A", ack=2)
    it.drain(0.2)


@script("challenge/fin-wait-2-data-then-fin-lost")
def fin_lost(it):
    fin_wait_2(it)
    it.sends("PA", data=10)
    it.drain()
    it.seq += 1
    it.sends("A")
    it.drain()
    it.seq -= 1
    it.sends("FA")
    it.drain(0.2)


@script("challenge/last-ack-reset-exact")
def last_ack_reset(it):
    last_ack(it)
    it.sends("RA")
    it.drain()


@script("challenge/last-ack-partial")
def last_ack_partial(it):
    close_wait(it)
    it.send(1000)
    it.close()
    it.drain()
    it.sends("A", ack=501)
    it.drain()
    it.sends("A", ack=1002)
    it.drain()


@script("challenge/time-wait-data-and-old-ack")
def tw_data(it):
    time_wait(it)
    it.sends("PA", data=10)
    it.drain()
    it.sends("A", ack=1)
    it.drain()
    it.sends("A", seq=it.seq - 5)
    it.drain()


@script("challenge/time-wait-reset-in-window")
def tw_reset(it):
    time_wait(it)
    it.sends("R", seq=it.seq + 100)
    it.drain()
    it.sends("FA", seq=it.seq - 1)
    it.drain()


@script("challenge/time-wait-syn-ack")
def tw_syn_ack(it):
    time_wait(it)
    it.sends("SA", seq=700000)
    it.drain()
