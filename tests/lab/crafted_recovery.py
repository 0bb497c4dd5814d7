"""Loss and how the kernel recovers from it: fast retransmit, limited transmit, tail loss, timers, congestion marks,
reordering and path MTU; then an ordinary close."""

import socket
import struct

from crafted_scripts import carry_on, established, script

MSS = 1460
MTU = struct.Struct("!HH")


def in_flight(it, segments=4):
    """The kernel sends so many full segments, which are not acknowledged yet."""
    it.passive()
    it.send(segments * MSS)
    it.drain(0.03)


def at(segments):
    return 1 + segments * MSS


@script("recovery/three-duplicate-acks")
def three_duplicates(it):
    in_flight(it)
    for right in (2, 3, 4):
        it.sends("A", ack=1, sack=[(at(1), at(right))])
    it.drain()
    it.sends("A", ack=at(4))
    carry_on(it)


@script("recovery/duplicate-acks-without-sack")
def without_sack(it):
    it.listen()
    it.sends("S", options=b"\2\4\5\xb4")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.send(4 * MSS)
    it.drain(0.03)
    for _ in range(3):
        it.sends("A", ack=1)
    it.drain()
    it.sends("A", ack=at(4))
    carry_on(it)


@script("recovery/only-the-last-byte-comes-back")
def last_byte(it):
    in_flight(it)
    it.sends("A", ack=1, sack=[(at(4) - 1, at(4))])
    it.drain()
    it.sends("A", ack=at(4))
    carry_on(it)


@script("recovery/two-holes")
def two_holes(it):
    in_flight(it, 8)
    it.sends("A", ack=1, sack=[(at(1), at(3))])
    it.sends("A", ack=1, sack=[(at(4), at(8)), (at(1), at(3))])
    it.drain()
    it.sends("A", ack=at(3), sack=[(at(4), at(8))])
    it.drain()
    it.sends("A", ack=at(8))
    carry_on(it)


@script("recovery/ack-below-what-is-acknowledged")
def ack_below(it):
    in_flight(it, 6)
    it.sends("A", ack=at(2))
    it.drain()
    it.sends("A", ack=at(1), sack=[(at(3), at(4))])
    it.drain()
    it.sends("A", ack=at(6))
    carry_on(it)


@script("recovery/retransmission-lost-again")
def lost_again(it):
    in_flight(it)
    it.sends("A", ack=1, sack=[(at(1), at(4))])
    it.drain(0.6)
    it.sends("A", ack=at(4))
    carry_on(it)


@script("recovery/limited-transmit")
def limited(it):
    """One or two duplicate ACKs let out new data (RFC 3042)."""
    it.passive()
    it.send(20 * MSS)
    it.drain(0.03)
    it.sends("A", ack=1, sack=[(at(1), at(2))])
    it.drain(0.02)
    it.sends("A", ack=1, sack=[(at(1), at(3))])
    it.drain(0.02)
    for _ in range(6):
        it.sends("A")
        it.drain(0.03)
    carry_on(it)


@script("recovery/tail-probe")
def tail_probe(it):
    in_flight(it, 3)
    it.sends("A", ack=at(2))
    it.drain(0.15)
    it.sends("A", ack=at(3), sack=[(at(2), at(3))])
    carry_on(it)


@script("recovery/tail-probe-takes-the-fin-along")
def tail_fin(it):
    it.passive()
    it.send(2 * MSS)
    it.shut()
    it.drain(0.2)
    it.sends("A", ack=1, sack=[(at(1), at(2) + 1)])
    it.drain()
    it.sends("A", ack=at(2) + 1)
    it.drain()
    it.sends("FA")
    it.drain()


@script("recovery/fin-alone-is-lost")
def fin_alone(it):
    it.passive()
    it.send(MSS)
    it.shut()
    it.drain(0.02)
    it.sends("A", ack=at(1))
    it.drain(0.5)
    it.sends("A", ack=at(1) + 1)
    it.drain()
    it.sends("FA")
    it.drain()


@script("recovery/timer-twice")
def timer_twice(it):
    it.passive()
    it.send(MSS)
    it.drain(1.1)
    it.sends("A", ack=at(1))
    carry_on(it)


@script("recovery/timer-was-spurious-by-echo")
def spurious_echo(it):
    it.stamps = True
    it.passive()
    it.send(3 * MSS)
    it.drain(0.02)
    early = it.echo
    it.drain(0.4)
    it.echo = early
    it.sends("A", ack=at(1))
    it.drain(0.05)
    it.sends("A")
    carry_on(it)


@script("recovery/timer-was-spurious-by-dsack")
def spurious_dsack(it):
    in_flight(it, 2)
    it.drain(0.4)
    it.sends("A", ack=at(2))
    it.sends("A", ack=at(2), sack=[(1, at(1))])
    carry_on(it)


@script("recovery/slow-start-after-idle")
def after_idle(it):
    in_flight(it, 4)
    it.sends("A", ack=at(4))
    it.pause(1.0)
    it.send(6 * MSS)
    it.drain()
    it.sends("A", ack=at(10))
    carry_on(it)


@script("recovery/acks-for-every-byte")
def divided(it):
    """The peer acknowledges one segment in many small steps."""
    in_flight(it, 4)
    for step in range(1, 8):
        it.sends("A", ack=1 + step * 200)
        it.drain(0.01)
    it.sends("A", ack=at(4))
    carry_on(it)


@script("recovery/stretch-ack")
def stretch(it):
    in_flight(it, 10)
    it.sends("A", ack=at(10))
    carry_on(it)


@script("recovery/application-limited")
def app_limited(it):
    it.passive()
    for number in range(6):
        it.send(50)
        it.drain(0.02)
        it.sends("A", ack=1 + 50 * (number + 1))
    carry_on(it)


@script("recovery/reordered-by-three")
def reordered(it):
    """The peer got everything, in another order."""
    in_flight(it)
    for right in (2, 3, 4):
        it.sends("A", ack=1, sack=[(at(1), at(right))])
    it.sends("A", ack=at(4))
    it.drain()
    carry_on(it)


@script("recovery/kernel-gets-holes")
def kernel_holes(it):
    it.passive()
    for start in (1001, 3001, 5001, 7001, 9001):
        it.sends("A", data=1000, seq=start)
    for start in (1, 2001, 4001, 6001, 8001):
        it.sends("PA", data=1000, seq=start)
        it.drain(0.01)
    it.seq = 10001
    carry_on(it)


@script("recovery/kernel-gets-hole-with-fin")
def hole_with_fin(it):
    it.passive()
    it.sends("FPA", data=500, seq=1001)
    it.drain()
    it.sends("A", data=400, seq=1)
    it.drain()
    it.sends("A", data=600, seq=401)
    it.drain()
    it.seq = 1502
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("recovery/kernel-gets-fin-before-holes-are-filled-and-closes")
def fin_in_hole_closes(it):
    """The program closes while the peer's FIN waits for a hole to be filled."""
    it.passive()
    it.sends("FA", seq=101)
    it.drain()
    it.shut()
    it.drain()
    it.sends("A", seq=102)
    it.drain()
    it.sends("PA", seq=1, data=100)
    it.drain()
    it.seq = 102
    it.sends("A")
    it.drain()


@script("recovery/congestion-marks")
def marks(it):
    it.listen()
    it.sends("SEC")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.send(4 * MSS)
    it.drain(0.03)
    it.sends("AE", ack=at(2))
    it.drain()
    it.sends("AE", ack=at(4))
    it.send(2 * MSS)
    it.drain()
    it.sends("AC", data=10)
    it.drain()
    carry_on(it)


@script("recovery/congestion-mark-at-the-fin")
def mark_at_fin(it):
    it.listen()
    it.sends("SEC")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.shut()
    it.drain()
    it.sends("FAE")
    it.drain()


@script("recovery/accurate-ecn-syn")
def accurate(it):
    """A SYN that asks for accurate ECN (RFC 9768) sets a third flag."""
    it.listen()
    it.sends("SECN")
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("recovery/path-mtu-shrinks")
def mtu_shrinks(it):
    it.passive()
    it.send(3 * MSS)
    first = it.expect("A")
    it.icmp(4, first, rest=1200)
    it.drain(0.1)
    it.sends("A", ack=at(3))
    carry_on(it)


@script("recovery/path-mtu-lie")
def mtu_lie(it):
    """An ICMP error about a segment that was acknowledged long ago changes nothing."""
    it.passive()
    it.send(MSS)
    first = it.expect("A")
    it.sends("A", ack=at(1))
    it.drain()
    it.icmp(4, first, rest=576)
    it.send(2 * MSS)
    it.drain()
    it.sends("A", ack=at(3))
    carry_on(it)


@script("recovery/mtu-probing")
def probing(it):
    it.listen()
    it.sends("S", mss=9000)
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.send(30000)
    for _ in range(12):
        it.drain(0.02)
        it.sends("A")
    carry_on(it)


@script("recovery/host-unreachable-while-closing")
def unreachable_closing(it):
    established(it)
    it.close()
    it.icmp(1, it.expect("FA"))
    it.drain()
    it.sends("FA")
    it.drain()


@script("recovery/port-unreachable-in-last-ack")
def port_in_last_ack(it):
    it.passive()
    it.sends("FA")
    it.expect("A")
    it.close()
    it.icmp(3, it.expect("FA"))
    it.drain()
    it.sends("A")
    it.drain()


@script("recovery/peer-gives-up-by-reset-inside-recovery")
def reset_in_recovery(it):
    in_flight(it, 6)
    it.sends("A", ack=at(1), sack=[(at(3), at(4))])
    it.drain(0.02)
    it.sends("RA", ack=at(1))
    it.drain()


@script("recovery/kernel-aborts-inside-recovery")
def abort_in_recovery(it):
    in_flight(it, 6)
    it.sends("A", ack=at(1), sack=[(at(3), at(4))])
    it.drain(0.02)
    it.abort()
    it.drain()


@script("recovery/window-shrinks")
def shrinks(it):
    """The peer takes back what it had offered (RFC 9293 §3.8.6)."""
    it.passive()
    it.send(10 * MSS)
    it.drain(0.02)
    it.sends("A", ack=at(2), window=2 * MSS)
    it.drain()
    for _ in range(10):
        it.sends("A", window=65535)
        it.drain(0.03)
    carry_on(it)


@script("recovery/window-opens-by-one-byte")
def silly_window(it):
    it.passive()
    it.sends("A", window=0)
    it.send(3000)
    it.drain(0.05)
    for window in (1, 2, 10, 100):
        it.sends("A", window=window)
        it.drain(0.03)
    it.sends("A", window=65535)
    it.drain()
    it.sends("A")
    it.drain()
    it.sends("A")
    carry_on(it)


@script("recovery/probe-answered-with-window")
def probe_answered(it):
    it.passive()
    it.sends("A", window=0)
    it.send(10)
    it.await_flags("A", 2.0)
    it.sends("A", window=5000)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("recovery/probe-answered-with-reset")
def probe_reset(it):
    it.passive()
    it.sends("A", window=0)
    it.send(10)
    it.await_flags("A", 2.0)
    it.sends("R")
    it.drain()


@script("recovery/small-buffer-sender")
def small_buffer(it):
    it.listen()
    it._listeners[-1].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    it.socket.setblocking(False)
    for _ in range(6):
        try:
            it.send(3000)
        except BlockingIOError:
            pass
        it.drain(0.03)
        it.sends("A")
    it.socket.settimeout(5)
    carry_on(it)
