"""Open connections: lost, early, doubled and doubtful data, windows, timers, options; then an ordinary close."""

import socket
import struct

import packets
from crafted_scripts import carry_on, script


@script("data/out-of-order")
def out_of_order(it):
    it.passive()
    it.sends("PA", seq=101, data=100)
    it.drain()
    it.sends("PA", seq=1, data=100)
    it.drain()
    it.seq = 201
    carry_on(it)


@script("data/duplicate")
def duplicate(it):
    it.passive()
    for _ in range(3):
        it.sends("PA", seq=1, data=100)
    it.seq = 101
    carry_on(it)


@script("data/overlap")
def overlap(it):
    it.passive()
    it.sends("PA", seq=1, data=100)
    it.sends("PA", seq=51, data=100)
    it.sends("PA", seq=1, data=200)
    it.seq = 201
    carry_on(it)


@script("data/sack")
def sack(it):
    """The kernel's second segment is lost: selective acknowledgments, then the retransmission."""
    it.passive()
    it.send(5840)
    it.drain(0.02)
    for right in (2921, 4381, 5841):
        it.sends("A", ack=1461, sack=[(2921, max(right, 2922))])
    it.drain()
    it.sends("A", ack=5841)
    carry_on(it)


@script("data/dsack")
def dsack(it):
    it.passive()
    it.send(100)
    it.drain()
    it.sends("A", sack=[(1, 101)])
    it.drain()
    carry_on(it)


@script("data/sack-renege")
def renege(it):
    it.passive()
    it.send(5840)
    it.drain(0.02)
    it.sends("A", ack=1, sack=[(1461, 2921)])
    it.sends("A", ack=1)
    it.drain(0.5)
    it.sends("A", ack=5841)
    carry_on(it)


@script("data/sack-of-nothing")
def sack_nothing(it):
    """A selective acknowledgment of what was never sent."""
    it.passive()
    it.send(100)
    it.drain()
    it.sends("A", ack=1, sack=[(5000, 6000)])
    it.drain()
    it.sends("A", ack=101)
    carry_on(it)


@script("data/retransmitted-by-timer")
def timer(it):
    it.passive()
    it.send(100)
    it.drain(0.8)
    it.sends("A")
    carry_on(it)


@script("data/zero-window")
def zero_window(it):
    it.passive()
    it.sends("A", window=0)
    it.send(100)
    it.drain(0.6)
    it.sends("A", window=10000)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("data/zero-window-reset")
def zero_window_reset(it):
    it.passive()
    it.sends("A", window=0)
    it.send(100)
    it.drain(0.4)
    it.sends("R", window=0)
    it.drain()


@script("data/kernel-window-closes")
def kernel_closes(it):
    """More than the kernel's window takes, then a FIN outside it."""
    it.listen()
    it._listeners[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    for _ in range(8):
        it.sends("PA", data=1000)
        it.drain(0.02)
    it.sends("FA")
    it.drain(0.1)
    it.recv_ready()
    it.sends("FA", seq=it.ack_by_kernel - 1)
    it.drain(0.1)


@script("data/window-probe-data")
def window_probe(it):
    it.passive()
    it.sends("PA", data=10)
    it.drain()
    it.sends("A", seq=it.seq - 1, data=1)
    it.drain()
    carry_on(it)


@script("data/keep-alive-by-peer")
def keep_alive_peer(it):
    it.passive()
    for _ in range(2):
        it.sends("A", seq=it.seq - 1)
        it.expect("A")
    carry_on(it)


def keep_alive(it, count=2):
    it.passive()
    it.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    it.option("keepidle", 1)
    it.option("keepintvl", 1)
    it.option("keepcnt", count)


@script("data/keep-alive-answered")
def keep_alive_answered(it):
    keep_alive(it)
    it.expect("A")
    it.sends("A")
    it.expect("A")
    it.sends("A")
    carry_on(it)


@script("data/keep-alive-reset")
def keep_alive_reset(it):
    keep_alive(it)
    it.expect("A")
    it.sends("R")
    it.drain()


@script("data/keep-alive-unanswered")
def keep_alive_unanswered(it):
    keep_alive(it)
    it.await_flags("RA", timeout=6)


@script("data/user-timeout")
def user_timeout(it):
    it.passive()
    it.option("user_timeout", 700)
    it.send(100)
    it.drain(2.5)
    it.sends("A")
    it.drain()
    it.unseen("it gives up in silence; only an answer to the next segment tells")


@script("data/user-timeout-zero-window")
def user_timeout_zero(it):
    it.passive()
    it.sends("A", window=0)
    it.option("user_timeout", 700)
    it.send(100)
    it.drain(2.5)
    it.sends("A", window=0)
    it.drain()
    it.unseen("it gives up in silence; only an answer to the next segment tells")


@script("data/urgent")
def urgent(it):
    it.passive()
    it.sends("UPA", data=10)
    it.drain()
    it.socket.send(b"!", socket.MSG_OOB)
    it.drain()
    carry_on(it)


@script("data/urgent-fin")
def urgent_fin(it):
    it.passive()
    it.sends("FUPA", data=10)
    it.drain()
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")


@script("data/ecn-marks")
def ecn(it):
    it.listen()
    it.sends("SEC")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.send(100)
    it.drain()
    it.sends("EA")
    it.sends("CPA", data=10)
    it.drain()
    carry_on(it)


@script("data/icmp-too-big")
def too_big(it):
    it.passive()
    it.send(1460)
    segment = it.expect("A")
    body = struct.pack("!BBHHH", 3, 4, 0, 0, 1000) + segment.frame[14:42]
    body = body[:2] + struct.pack("!H", packets.checksum(body)) + body[4:]
    it.host.write(packets.ethernet("02:00:00:00:72:02", "02:00:00:00:72:01", packets.IPV4,
                                   packets.ipv4(it.peer, it.host.address, 1, body)))
    it.drain(0.4)
    it.sends("A", ack=1461)
    carry_on(it)


@script("data/small-mss")
def small_mss(it):
    it.listen()
    it.sends("S", mss=100)
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.send(1000)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("data/window-scale-14")
def window_scale(it):
    it.listen()
    it.sends("S", scale=14)
    it.expect("SA")
    it.sends("A", window=1)
    it.window = 4
    it.accept()
    it.send(20000)
    it.drain()
    it.sends("A")
    carry_on(it)


def stamped(it):
    """An open connection with timestamps, the peer's at 10000."""
    it.stamps = 10000
    it.passive()
    it.stamps = 10010


@script("data/timestamps")
def timestamps(it):
    it.stamps = True
    it.passive()
    it.send(100)
    it.drain()
    carry_on(it)


@script("data/old-timestamp-data")
def paws_data(it):
    """PAWS: data with an old timestamp is dropped, the connection goes on."""
    stamped(it)
    it.sends("PA", data=10)
    it.drain()
    it.stamps = 5
    it.sends("PA", seq=it.seq, data=7)
    it.drain()
    it.stamps = 10020
    carry_on(it)


@script("data/old-timestamp-fin")
def paws_fin(it):
    stamped(it)
    it.sends("PA", data=10)
    it.drain()
    it.stamps = 5
    it.sends("FA", seq=it.seq)
    it.drain()
    it.stamps = 10020
    it.sends("PA", data=10)
    it.drain()
    it.sends("RA")
    it.drain()


@script("data/old-timestamp-ack-of-fin")
def paws_ack(it):
    stamped(it)
    it.sends("PA", data=10)
    it.drain()
    it.recv_ready()
    it.shut()
    it.expect("FA")
    it.stamps = 5
    it.sends("A")
    it.drain()
    it.stamps = 10020
    it.sends("RA")
    it.drain()


@script("data/old-timestamp-rst")
def paws_rst(it):
    """A RST is accepted whatever its timestamp."""
    stamped(it)
    it.stamps = 5
    it.sends("R")
    it.drain()


@script("data/no-timestamp-data")
def without_stamp(it):
    """Timestamps were agreed on and a segment has none."""
    stamped(it)
    it.stamps = False
    it.sends("PA", data=10)
    it.drain()
    it.stamps = 10020
    carry_on(it)


@script("data/no-timestamp-fin")
def without_stamp_fin(it):
    stamped(it)
    it.stamps = False
    it.sends("FA")
    it.drain()
    it.stamps = 10020
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("data/fin-impossible-ack-then-data")
def fin_impossible(it):
    it.passive()
    it.sends("FA", seq=1, ack=9999)
    it.drain()
    it.sends("A", data=1000)
    it.drain()
    it.close()
    it.drain()


@script("data/fin-impossible-ack-after-sending")
def fin_impossible_2(it):
    it.passive()
    it.send(100)
    it.drain()
    it.sends("FA", seq=1, ack=500)
    it.drain()
    it.sends("A", data=10, ack=101)
    it.drain()
    carry_on(it)


@script("data/impossible-ack-while-sending")
def impossible(it):
    it.passive()
    it.send(100)
    it.drain()
    it.sends("A", ack=2000)
    it.drain()
    it.sends("A", ack=101)
    it.send(100)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("data/undo")
def undo(it):
    """A retransmission that was not needed: the ACK of the first copy comes late."""
    it.stamps = True
    it.passive()
    it.send(2000)
    it.drain(0.35)
    it.sends("A")
    it.drain()
    carry_on(it)


@script("data/simultaneous-data")
def both_talk(it):
    it.passive()
    it.send(500)
    it.sends("PA", data=300, ack=1)
    it.drain()
    carry_on(it)


@script("data/many-small")
def many_small(it):
    it.passive()
    for _ in range(20):
        it.sends("PA", data=3)
    it.drain()
    carry_on(it)


@script("data/unreachable-while-sending")
def unreachable(it):
    it.passive()
    it.send(100)
    it.icmp(1, it.expect("A"))
    it.drain()
    it.sends("A")
    carry_on(it)


@script("data/port-unreachable-while-sending")
def port_unreachable(it):
    it.passive()
    it.send(100)
    it.icmp(3, it.expect("A"))
    it.drain()
    it.sends("A")
    carry_on(it)


@script("data/bad-checksums-in-between")
def checksums(it):
    it.passive()
    it.sends("PA", seq=1, data=50, wrong_checksum=True)
    it.sends("FA", seq=1, wrong_checksum=True)
    it.drain()
    it.sends("PA", data=50)
    it.drain()
    carry_on(it)
