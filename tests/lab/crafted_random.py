"""Random exchanges: what a crafted peer sends and what the kernel's program does are drawn from a seed.

Most segments are next in order, so that exchanges get somewhere; the others are off in their number, their
acknowledgment, their flags or their timestamp. The kernel's program sends, reads, shuts down, closes and aborts."""

import random
import socket

from crafted_scripts import Script, carry_on

FLAGS = {"A": 30, "PA": 20, "FA": 16, "R": 5, "RA": 5, "S": 5, "SA": 4, "F": 2, "P": 2, "FPA": 4, "SF": 1, "SFA": 1,
         "SR": 1, "": 1, "FSRPAU": 1, "UA": 1}
PLACES = {"next": 60, "below": 6, "one below": 6, "start": 4, "in window": 7, "near": 6, "edge": 3, "far": 4, "old": 4}
ACKS = {"all": 66, "one less": 6, "first": 6, "none": 3, "one more": 6, "beyond": 5, "in window": 5, "old": 3}
LENGTHS = (0, 0, 0, 1, 5, 100, 1000)
CALLS = {"send": 6, "recv": 6, "shut": 3, "close": 4, "abort": 1, "wait": 3}


def pick(draw, weights):
    return draw.choices(list(weights), list(weights.values()))[0]


def place(draw, it):
    kind = pick(draw, PLACES)
    return {"next": it.seq, "below": it.seq - draw.randrange(1, 200), "one below": it.seq - 1, "start": 0,
            "in window": it.seq + draw.randrange(1, 60000), "near": it.seq + draw.randrange(1, 20),
            "edge": it.seq + 64240 + draw.randrange(-3, 4), "far": it.seq + 200000, "old": it.seq - 200000}[kind]


def acknowledgment(draw, it):
    kind = pick(draw, ACKS)
    return {"all": it.ack, "one less": it.ack - 1, "first": 1, "none": 0, "one more": it.ack + 1,
            "beyond": it.ack + 3000000, "in window": it.ack + draw.randrange(2, 60000), "old": it.ack - 100000}[kind]


def segment(draw, it):
    """One segment of the peer's: in order most of the time."""
    flags, length = pick(draw, FLAGS), draw.choice(LENGTHS)
    if "S" in flags or "R" in flags:
        length = 0
    seq = place(draw, it)
    ack = acknowledgment(draw, it)
    stamps = it.stamps
    if stamps is True and draw.random() < 0.04:
        it.stamps = 5
    if seq == it.seq and ("S" not in flags or it.seq == 0):
        seq = None
    it.sends(flags, data=length, seq=seq, ack=ack, window=draw.choice((65535,) * 9 + (0,)))
    it.stamps = stamps


def call(draw, it):
    """One call of the kernel's program, if it has a socket."""
    if not it.sockets:
        it.try_accept()
        return
    what = pick(draw, CALLS)
    if it.socket.fileno() < 0:
        return
    try:
        if what == "send":
            it.socket.setblocking(False)
            it.send(draw.choice((1, 100, 2000)))
        elif what == "recv":
            it.recv_ready()
        elif what == "shut":
            it.shut(socket.SHUT_WR)
        elif what == "close":
            it.close()
        elif what == "abort":
            it.abort()
    except OSError:
        pass  # the connection is gone, or not yet there


def begin(draw, it):
    it.stamps = draw.choice((False, False, True))
    kind = draw.choice(("passive", "passive", "active", "listen", "connect", "crossed"))
    if kind == "passive":
        it.passive()
    elif kind == "active":
        it.active()
    elif kind == "listen":
        it.listen()
    else:
        it.connect()
        it.expect("S")
        if kind == "crossed":
            it.sends("S")
            it.drain(0.03)


def exchange(seed):
    def play(it):
        draw = random.Random(seed)
        begin(draw, it)
        for _ in range(draw.randrange(2, 12)):
            if draw.random() < 0.7:
                segment(draw, it)
            else:
                call(draw, it)
            it.drain(0.03)
        if draw.random() < 0.5:
            carry_on(it)
    return Script(f"random/{seed}", play)
