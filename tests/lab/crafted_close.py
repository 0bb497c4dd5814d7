"""Closing: from either side, both at once, half, with data left, lost and in the wrong order; TIME_WAIT and after."""

import socket

from crafted_scripts import (close_wait, closing, established, fin_wait_1, fin_wait_2, last_ack, script, time_wait)


@script("close/kernel-first")
def kernel_first(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("A")
    it.pause(0.2)
    it.sends("FA")
    it.expect("A")


@script("close/kernel-first-three-segments")
def kernel_first_three(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("FA")
    it.expect("A")


@script("close/peer-first")
def peer_first(it):
    it.passive()
    it.sends("FA")
    it.expect("A")
    it.close()
    it.expect("FA")
    it.sends("A")


@script("close/peer-first-client")
def peer_first_client(it):
    it.active()
    it.sends("FA")
    it.expect("A")
    it.close()
    it.expect("FA")
    it.sends("A")


@script("close/both-at-once")
def both(it):
    fin_wait_1(it)
    it.sends("FA", ack=1)
    it.expect("A")
    it.sends("A")
    it.drain(0.1)


@script("close/both-at-once-closing-reset")
def both_reset(it):
    closing(it)
    it.pause()
    it.sends("R")
    it.drain()


@script("close/orphan-fin-wait-1-reset")
def orphan_reset(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("RA")
    it.drain()


@script("close/orphan-gets-data")
def orphan_data(it):
    """Data for a program that has gone: RST."""
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("PA", data=30)
    it.drain()


@script("close/orphan-gets-data-in-fin-wait-2")
def orphan_data_2(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("A")
    it.pause(0.2)
    it.sends("PA", data=30)
    it.drain(0.1)


@script("close/orphan-gets-fin-with-data")
def orphan_fin_data(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("A")
    it.pause(0.2)
    it.sends("FPA", data=30)
    it.drain(0.1)


@script("close/orphan-gets-data-with-ack-of-fin")
def orphan_data_ack(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("FPA", data=30)
    it.drain(0.1)


@script("close/orphan-gets-syn")
def orphan_syn(it):
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("A")
    it.pause(0.2)
    it.sends("S", seq=it.seq)
    it.drain()
    it.sends("FA")
    it.drain()


@script("close/half-closed-data")
def half_closed(it):
    fin_wait_2(it)
    for _ in range(3):
        it.sends("PA", data=40)
        it.drain()
    it.sends("FA")
    it.drain()
    it.recv_ready()
    it.close()


@script("close/half-closed-by-peer-data")
def half_closed_peer(it):
    close_wait(it)
    for _ in range(3):
        it.send(40)
        it.drain()
        it.sends("A")
    it.close()
    it.expect("FA")
    it.sends("A")


@script("close/shut-read-only")
def shut_read(it):
    it.passive()
    it.shut(socket.SHUT_RD)
    it.sends("PA", data=10)
    it.drain()
    it.sends("FA")
    it.drain()
    it.close()
    it.drain()
    it.sends("A")


@script("close/shut-both")
def shut_both(it):
    it.passive()
    it.shut(socket.SHUT_RDWR)
    it.expect("FA")
    it.sends("FA")
    it.expect("A")


@script("close/shut-both-gets-data")
def shut_both_data(it):
    it.passive()
    it.shut(socket.SHUT_RDWR)
    it.expect("FA")
    it.sends("PA", data=20)
    it.drain()


@script("close/unread-data")
def unread(it):
    it.passive()
    it.sends("PA", data=20)
    it.expect("A")
    it.close()
    it.expect("RA")


@script("close/unread-data-and-fin")
def unread_fin(it):
    it.passive()
    it.sends("FPA", data=20)
    it.expect("A")
    it.close()
    it.drain()


@script("close/linger-0")
def linger(it):
    it.passive()
    it.abort()
    it.expect("RA")


@script("close/linger-0-close-wait")
def linger_close_wait(it):
    close_wait(it)
    it.abort()
    it.expect("RA")


@script("close/linger-0-fin-wait-1")
def linger_fin_wait_1(it):
    fin_wait_1(it)
    it.abort()
    it.drain()


@script("close/linger-0-fin-wait-2")
def linger_fin_wait_2(it):
    fin_wait_2(it)
    it.pause()
    it.abort()
    it.drain()


@script("close/linger-0-unacknowledged-data")
def linger_data(it):
    it.passive()
    it.send(500)
    it.expect("A")
    it.abort()
    it.drain()


@script("close/fin-carries-data")
def fin_carries_data(it):
    it.passive()
    it.sends("FPA", data=100)
    it.expect("A")
    it.recv_ready()
    it.close()
    it.expect("FA")
    it.sends("A")


@script("close/fin-out-of-order")
def fin_out_of_order(it):
    it.passive()
    it.sends("FA", seq=101)
    it.drain()
    it.sends("PA", seq=1, data=100)
    it.drain()
    it.seq = 102
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")


@script("close/fin-out-of-order-in-pieces")
def fin_pieces(it):
    it.passive()
    it.sends("FA", seq=301)
    it.sends("PA", seq=201, data=100)
    it.sends("PA", seq=1, data=100)
    it.drain()
    it.sends("PA", seq=101, data=100)
    it.drain()
    it.seq = 302
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")


@script("close/fin-overlaps-data")
def fin_overlaps(it):
    """The FIN comes with data part of which has come before."""
    it.passive()
    it.sends("PA", data=50)
    it.expect("A")
    it.sends("FPA", seq=21, data=80)
    it.drain()
    it.seq = 102
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")


@script("close/fin-twice")
def fin_twice(it):
    close_wait(it)
    it.sends("FA", seq=1)
    it.drain()
    it.close()
    it.expect("FA")
    it.sends("A")


@script("close/fin-again-acknowledges-fin")
def fin_again_acks(it):
    """Both FINs cross; the peer's FIN comes again with the ACK of the kernel's."""
    closing(it)
    it.sends("FA", seq=1, ack=2)
    it.drain(0.1)


@script("close/fin-wait-1-fin-lost-ack-by-data")
def fin_wait_1_data(it):
    fin_wait_1(it)
    it.sends("PA", data=10)
    it.drain()
    it.sends("FA")
    it.drain()
    it.recv_ready()
    it.close()


@script("close/fin-sent-again")
def fin_sent_again(it):
    fin_wait_1(it)
    it.expect("FA")
    it.sends("A")
    it.sends("FA")
    it.drain()


@script("close/last-ack-sent-again")
def last_ack_again(it):
    last_ack(it)
    it.expect("FA")
    it.sends("A")


@script("close/last-ack-data")
def last_ack_data(it):
    """In LAST_ACK data cannot come any more; its ACK counts."""
    last_ack(it)
    it.sends("PA", data=5)
    it.drain()


@script("close/last-ack-fin-again")
def last_ack_fin(it):
    last_ack(it)
    it.sends("FA", seq=1, ack=1)
    it.drain()
    it.sends("FA", seq=1, ack=2)
    it.drain()
    it.sends("A")
    it.drain()


@script("close/data-acknowledged-with-fin")
def data_acked_with_fin(it):
    it.passive()
    it.send(1000)
    it.close()
    it.drain()
    it.sends("FA")
    it.drain(0.1)


@script("close/fin-partly-acknowledged")
def fin_partly(it):
    """The peer's FIN acknowledges the kernel's data but not its FIN."""
    it.passive()
    it.send(1000)
    it.shut()
    it.drain()
    it.sends("FA", ack=1001)
    it.drain()
    it.sends("A", ack=1002)
    it.drain(0.1)


@script("close/data-only-partly-acknowledged")
def data_partly(it):
    it.passive()
    it.send(1000)
    it.shut()
    it.drain()
    it.sends("FA", ack=501)
    it.drain()
    it.sends("A", ack=1002)
    it.drain(0.1)


@script("close/old-data-carries-ack-of-fin")
def old_data_acks(it):
    """A segment whose data came long ago: the kernel drops it with its ACK."""
    it.passive()
    it.sends("PA", data=10)
    it.expect("A")
    it.recv_ready()
    it.shut()
    it.expect("FA")
    it.sends("PA", seq=1, data=5)
    it.drain()
    it.sends("RA")
    it.drain()


@script("close/window-closed-fin-waits")
def fin_waits(it):
    """The FIN is queued: the peer's window is closed."""
    it.passive()
    it.sends("A", window=0)
    it.send(100)
    it.shut()
    it.drain(0.3)
    it.sends("A", window=1000)
    it.drain()
    it.sends("A")
    it.sends("FA")
    it.drain()
    it.unseen("a FIN that waits for the window is sent later than the program closed")


@script("close/fin-wait-2-keeps-window")
def fin_wait_2_window(it):
    fin_wait_2(it)
    it.sends("A", window=0)
    it.drain()
    it.sends("FA")
    it.drain()


# ---- TIME_WAIT


@script("time-wait/fin-again")
def tw_fin_again(it):
    time_wait(it)
    it.sends("FA", seq=1)
    it.expect("A")


@script("time-wait/syn-reuses")
def tw_syn(it):
    time_wait(it)
    it.renew(iss=2000000)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.close()
    it.drain()
    it.sends("FA")
    it.drain(0.2)


@script("time-wait/syn-old-number")
def tw_syn_old(it):
    """Not beyond what it had, and no timestamps: an ACK, the RST it asks for, and a SYN that opens."""
    time_wait(it)
    kept = it.ack, it.kernel_iss, it.seq
    it.sends("S", seq=it.seq - 500)
    it.expect("A")
    it.ack, it.kernel_iss, it.seq = kept
    it.sends("R")
    it.pause()
    it.renew(iss=400)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.drain()


@script("time-wait/syn-newer-timestamp")
def tw_syn_stamp(it):
    """A lower number but a newer timestamp opens (RFC 6191)."""
    it.stamps = 1000
    time_wait(it)
    it.renew(iss=100)
    it.stamps = 900000
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.drain()


@script("time-wait/syn-older-timestamp")
def tw_syn_old_stamp(it):
    it.stamps = 900000
    time_wait(it)
    it.stamps = 1000
    it.sends("S", seq=900000)
    it.drain()


@script("time-wait/syn-no-listener")
def tw_syn_no_listener(it):
    time_wait(it)
    it.stop_listening()
    it.renew(iss=2000000)
    it.sends("S")
    it.drain()


@script("time-wait/rst-exact-then-syn")
def tw_rst_syn(it):
    time_wait(it)
    it.sends("R")
    it.pause()
    it.renew(iss=500)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.drain()


@script("time-wait/reused-by-owner")
def tw_owner(it):
    """The kernel's own next connect() from the same port, after more than a second (tcp_tw_reuse)."""
    it.stamps = True
    it.active()
    it.close()
    it.expect("FA")
    it.sends("FA")
    it.expect("A")
    it.pause(1.3)
    port = it.port
    it.renew(iss=70000)
    it.connect(port)
    it.expect("S")
    it.sends("SA")
    it.expect("A")
    it.close()
    it.drain()
    it.sends("FA")
    it.drain(0.2)


@script("time-wait/closing-to-reuse")
def tw_closing(it):
    closing(it)
    it.sends("A")
    it.pause(0.25)
    it.renew(iss=3000000)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.drain()


@script("time-wait/fin-wait-2-orphan-syn")
def fw2_syn(it):
    """An orphan in FIN_WAIT_2 answers a SYN with an ACK."""
    it.passive()
    it.close()
    it.expect("FA")
    it.sends("A")
    it.pause(0.25)
    it.sends("S", seq=2000000)
    it.drain()
    it.sends("R")
    it.drain()


@script("time-wait/port-reused-after-reset")
def port_reused(it):
    established(it)
    it.sends("R")
    it.drain()
    it.renew(iss=8000)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.close()
    it.drain()
    it.sends("FA")
    it.drain(0.2)


@script("time-wait/port-reused-after-last-ack")
def port_reused_closed(it):
    last_ack(it)
    it.sends("A")
    it.pause()
    it.renew(iss=8000)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.drain()


@script("time-wait/syn-while-established")
def syn_established(it):
    """A challenge ACK; the peer answers with RST and opens again."""
    established(it)
    challenge_at = it.seq
    it.renew(iss=700000)
    it.sends("S")
    challenge = it.next()
    it.sends("R", seq=challenge.ack - it.iss)
    it.pause()
    it.renew(iss=700000)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.drain()
    assert challenge_at == 1


@script("time-wait/syn-while-close-wait")
def syn_close_wait(it):
    close_wait(it)
    it.renew(iss=700000)
    it.sends("S")
    challenge = it.next()
    it.sends("R", seq=challenge.ack - it.iss)
    it.pause()
    it.drain()


@script("time-wait/syn-while-last-ack")
def syn_last_ack(it):
    last_ack(it)
    kept = it.iss, it.seq, it.ack, it.kernel_iss
    it.renew(iss=700000)
    it.sends("S")
    it.drain()
    it.iss, it.seq, it.ack, it.kernel_iss = kept
    it.sends("A")
    it.drain()
