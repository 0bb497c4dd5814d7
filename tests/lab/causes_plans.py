"""What the connections of tests/lab/causes do: scripts of both ends in a few verbs, and what the wire does to which byte.

A script is a list of actions: ("send", bytes), ("receive", bytes), ("both", bytes to send, bytes to receive at the same time),
("wait", seconds) of a program that others wait for, ("pause", seconds) of one that does not read, ("option", level, name, value)
and ("close",). The bytes that each end has sent and received before an action are known before anything is played, and so is
between which bytes each program waits: Gap says so, and causes_truth.py looks up in the captures of both ends when that was."""
import socket
import tempfile
import threading
import time
from dataclasses import dataclass, field

CLIENT, SERVER = 0, 1
DELAYED_ACK = 0.032, 0.052  # seconds: about what Linux delays one by
TCP_KEEPIDLE, TCP_KEEPINTVL = socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL
USUAL = ("exchange", "exchange", "exchange", "upload", "nagle", "stall", "lost request", "lost data", "buffer")
MIXED = USUAL + ("lost tail", "lost twice", "both ways", "pipeline", "keys", "push", "slow half", "reorder", "copies", "lost ACK",
                 "keep-alive", "single bytes", "corked", "file", "long stall")
WHOLE = ("lost SYN", "lost SYN-ACK", "lost FIN", "no scaling", "half-closed", "unread", "short")  # of a connection, not of a step


@dataclass
class Gap:
    """A program waits: from when it has received and sent so many bytes to when it sends the next one."""

    step: int
    side: int
    received: int
    sent: int
    seconds: float = 0.0  # for which it was to
    closes: bool = False  # what it sends is its FIN


@dataclass
class Fault:
    """What the wire does to the first `times` segments from `side` that have this byte."""

    step: int
    side: int
    byte: int
    what: str  # drop, hold or copy
    times: int = 1
    seconds: float = 0.0  # to hold it
    before: bool = True  # it is dropped before the middle of the wire
    flags: int = 0  # the byte is a SYN or FIN


@dataclass
class Plan:
    number: int
    port: int
    family: int = 4
    kinds: list = field(default_factory=list)
    whole: str = ""
    scripts: tuple = ()
    gaps: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    nagle: list = field(default_factory=list)  # (step, byte at which a small segment starts, the next one's)
    starts: list = field(default_factory=list)  # of each step: the byte with which its first segment starts, and whose it is
    kernel: dict = field(default_factory=dict)  # of each end: seconds busy, and limited by the peer's window and the send buffer
    held: dict = field(default_factory=dict)  # by what identifies a segment, the seconds beyond its delay that the way took
    overflows: list = field(default_factory=list)  # what found no room on the way: sender, first byte, one past the last, flags
    window: dict = field(default_factory=dict)  # of each end and step: how long the peer's window had limited it until then

    @property
    def description(self):
        return ", ".join(self.kinds) + (f"; {self.whole}" if self.whole else "") + f"; IPv{self.family}"


NO_DELAY = ("option", socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
SENDS = "send", "send bytes", "send file", "both"
EAGER = ("pipeline", "keys", "push")  # of programs that switch Nagle's algorithm off


class Writer:
    """Writes the two scripts of a plan, counts their bytes and notes the gaps."""

    def __init__(self, plan, chance, trip):
        self.plan, self.chance, self.trip, self.step = plan, chance, trip, 0
        self.scripts, self.sent, self.received, self.pending = ([], []), [0, 0], [0, 0], [None, None]
        self.last = ["", ""]

    def act(self, side, verb, *values):
        if verb == "wait":
            before = self.pending[side] or (self.received[side], self.sent[side], 0.0)
            self.pending[side] = before[:2] + (before[2] + values[0],)
        elif verb in SENDS + ("close",):
            known = self.pending[side]
            if not known and self.last[side] in ("", "receive", "both", "receive end"):
                known = (self.received[side], self.sent[side], 0.0)
            if known:
                self.plan.gaps.append(Gap(self.step, side, *known, closes=verb == "close"))
        if verb in ("receive", "both"):
            self.received[side] += values[-1]
        if verb in SENDS:
            self.sent[side] += values[0]
        if verb == "receive end":
            self.received[side] += 1  # the FIN
        if verb in SENDS + ("receive", "receive end"):
            self.pending[side] = None
        if verb not in ("option", "send part"):
            self.last[side] = verb
        self.scripts[side].append((self.step, verb) + values)

    def send(self, side, size):
        self.act(side, "send", size)
        self.act(1 - side, "receive", size)

    def fault(self, side, byte, what, **details):
        self.plan.faults.append(Fault(self.step, side, byte, what, before=self.chance.random() < 0.5, **details))

    def beyond_trip(self):
        return self.trip * 1.5 + 0.006

    def apart(self, wait):
        """Not about a round trip, nor one and a delayed ACK: packets do not tell a program that writes little once in each from
        Nagle's algorithm."""
        if 0.7 * self.trip - 0.001 < wait < self.beyond_trip():
            wait = self.beyond_trip()
        least, most = DELAYED_ACK
        return self.trip + most if self.trip + least < wait < self.trip + most else wait

    # ---- The kinds of steps

    def write(self, kind):
        chance = self.chance
        client = chance.choice([0, 0.05, 0.12, 0.3]) * chance.uniform(0.8, 1.2)
        server = chance.choice([0.02, 0.1, 0.25, 0.5]) * chance.uniform(0.8, 1.2)
        self.plan.starts.append((CLIENT, self.sent[CLIENT]))
        if self.step and self.plan.kinds[self.step - 1] == "lost ACK":
            client = min(client, 0.15)  # not as long as a timer: then data could have been lost, too
        if self.step and self.plan.kinds[self.step - 1] in ("both ways", "pipeline") and client:
            client = max(client, self.beyond_trip())  # the ACK of the client's data comes after the server's, and may release its next
        self.act(CLIENT, "wait", client)
        getattr(self, "step_" + kind.replace(" ", "_").replace("-", "_").lower())(server, chance.choice([100, 3000, 20000]))
        self.step += 1

    def exchange(self, server, size, request=50):
        self.send(CLIENT, request)
        self.act(SERVER, "wait", server)
        self.send(SERVER, size)

    def step_exchange(self, server, size):
        self.exchange(server, size)

    def step_upload(self, server, size):
        for part in range(3):  # a program that reads its data slowly, and as little as the first flight may have
            if part:
                self.act(CLIENT, "wait", 0.06)
            self.send(CLIENT, 4000)
        self.act(SERVER, "wait", server)
        self.send(SERVER, size)

    def step_nagle(self, server, size):
        self.plan.nagle.append((self.step, self.sent[CLIENT], self.sent[CLIENT] + 10))
        self.send(CLIENT, 10)
        self.exchange(server, size, 10)

    def stalled(self, server, size, before, pauses):
        self.send(CLIENT, 50)
        self.act(SERVER, "wait", server)
        self.act(SERVER, "send", size)
        self.act(CLIENT, "receive", before)
        for pause, part in pauses:
            self.act(CLIENT, "pause", pause)
            self.act(CLIENT, "receive", part)
        self.act(CLIENT, "receive", size - before - sum(part for _, part in pauses))

    def step_stall(self, server, _):
        self.stalled(server, 150000, 1, [(self.chance.uniform(0.5, 0.9), 1)])

    def step_slow_half(self, server, _):
        self.stalled(server, 300000, 150000, [(0.1, 20000)] * 7)

    def step_lost_request(self, server, size):
        self.fault(CLIENT, self.sent[CLIENT], "drop")
        self.exchange(server, size)

    def step_lost_twice(self, server, size):
        self.fault(CLIENT, self.sent[CLIENT], "drop", times=2)
        self.exchange(server, size)

    def step_lost_data(self, server, _):
        self.fault(SERVER, self.sent[SERVER] + 1448 * self.chance.randint(0, 6), "drop")
        self.exchange(server, 60000)

    def step_lost_tail(self, server, size):
        self.fault(SERVER, self.sent[SERVER] + size - 1, "drop")
        self.exchange(server, size)

    def step_lost_ack(self, server, size):
        self.fault(CLIENT, self.received[CLIENT], "drop ACK")
        self.exchange(server, size)

    def step_reorder(self, server, _):
        self.fault(SERVER, self.sent[SERVER] + 1448 * self.chance.randint(1, 6), "hold", seconds=self.chance.choice([0.001, 0.003, 0.01]))
        self.exchange(server, 60000)

    def step_copies(self, server, _):
        for segment in range(0, 12, 3):
            self.fault(SERVER, self.sent[SERVER] + 1448 * segment, "copy")
        self.exchange(server, 30000)

    def step_buffer(self, server, _):
        self.send(CLIENT, 50)
        self.act(SERVER, "wait", server)
        self.act(SERVER, "option", socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        self.send(SERVER, 60000)
        self.act(SERVER, "option", socket.SOL_SOCKET, socket.SO_SNDBUF, 200000)

    def step_both_ways(self, server, _):
        self.exchange(server, 50)
        size = [self.chance.randint(50000, 200000) for _ in range(2)]
        self.act(CLIENT, "both", size[0], size[1])
        self.act(SERVER, "both", size[1], size[0])

    def step_pipeline(self, server, _):
        count, size = self.chance.randint(3, 12), self.chance.choice([200, 1000])
        for _ in range(count):
            self.act(CLIENT, "send", 60)
        for _ in range(count):
            self.act(SERVER, "receive", 60)
            self.act(SERVER, "wait", self.apart(server / 4))
            self.act(SERVER, "send", size)
        self.act(CLIENT, "receive", count * size)

    def step_keys(self, *_):
        for _ in range(self.chance.randint(4, 9)):
            self.act(CLIENT, "wait", self.chance.uniform(0.05, 0.25))
            self.send(CLIENT, 1)
            self.send(SERVER, 1)

    def step_push(self, *_):
        self.exchange(0.02, 100)
        for _ in range(self.chance.randint(2, 4)):
            self.act(SERVER, "wait", self.apart(self.chance.uniform(0.1, 0.4)))
            self.send(SERVER, self.chance.choice([80, 900, 5000]))

    def step_single_bytes(self, server, size):
        """The first one leaves, and Nagle's algorithm holds back the others until its ACK."""
        self.plan.nagle.append((self.step, self.sent[CLIENT], self.sent[CLIENT] + 1))
        self.act(CLIENT, "send bytes", 10)
        self.act(SERVER, "receive", 10)
        self.act(SERVER, "wait", server)
        self.send(SERVER, size)

    def step_corked(self, server, _):
        """Less than a segment in two parts: nothing leaves before the program has both."""
        self.send(CLIENT, 50)
        self.act(SERVER, "option", socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.act(SERVER, "wait", server)
        self.act(SERVER, "send part", 500)
        self.act(SERVER, "wait", 0.08)
        self.send(SERVER, 500)
        self.act(SERVER, "option", socket.IPPROTO_TCP, socket.TCP_CORK, 0)
        self.sent[SERVER] += 500
        self.act(CLIENT, "receive", 500)

    def step_file(self, server, _):
        self.send(CLIENT, 50)
        self.act(SERVER, "wait", server)
        self.act(SERVER, "send file", 40000)
        self.act(CLIENT, "receive", 40000)

    def step_long_stall(self, server, _):
        """The sender probes the closed window with its timer."""
        self.stalled(server, 200000, 1, [(self.chance.uniform(2, 3), 1)])

    def step_keep_alive(self, server, size):
        self.act(CLIENT, "option", socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.act(CLIENT, "option", socket.IPPROTO_TCP, TCP_KEEPIDLE, 1)
        self.act(CLIENT, "option", socket.IPPROTO_TCP, TCP_KEEPINTVL, 1)
        self.act(CLIENT, "wait", self.chance.uniform(1.3, 2.6))
        self.exchange(server, size)


def close(writer, chance):
    if chance:
        longest = 0.1 if writer.plan.kinds[-1] == "lost ACK" else 0.3  # not as long as a timer: then the FIN could have been lost, too
        writer.act(CLIENT, "wait", min(chance.choice([0, 0, 0.1, 0.3]), longest))
    writer.act(CLIENT, "close")
    writer.act(SERVER, "receive end")
    if chance:
        writer.act(SERVER, "wait", chance.choice([0, 0, 0.2]))
    writer.act(SERVER, "close")


def close_half(writer, chance):
    """The client sends its last data and its FIN; the server answers when it has both."""
    writer.act(CLIENT, "wait", 0.1)
    writer.send(CLIENT, 4000)
    writer.act(CLIENT, "shut")
    writer.act(SERVER, "receive end")
    writer.act(SERVER, "wait", chance.choice([0.05, 0.3, 0.8]))
    writer.send(SERVER, chance.choice([100, 30000]))
    writer.act(SERVER, "wait", chance.choice([0, 0.1]))
    writer.act(SERVER, "close")
    writer.act(CLIENT, "receive end")
    writer.act(CLIENT, "close")


def leave_unread(writer, chance):
    """The client closes when it has read a part of an answer: a RST."""
    writer.act(CLIENT, "wait", 0.1)
    writer.send(CLIENT, 50)
    writer.act(SERVER, "wait", chance.choice([0.1, 0.3]))
    writer.act(SERVER, "send", 700)
    writer.act(CLIENT, "receive", 1)
    writer.act(CLIENT, "wait", 0.2)
    writer.act(CLIENT, "close")
    writer.act(SERVER, "receive end")
    writer.act(SERVER, "close")


def make_plan(number, first_port, chance, kinds, trip, families=(4,), whole=0.0):
    plan = Plan(number, first_port + number, chance.choice(families))
    if chance.random() < whole:
        plan.whole = chance.choice(WHOLE)
    plan.kinds = [chance.choice(kinds) for _ in range(chance.randint(2, 4))]
    if plan.whole == "short":
        plan.kinds = ["exchange"]
    if plan.whole == "lost SYN-ACK":  # the client takes the time from its first SYN for a round trip, and sets its timer by that
        plan.kinds = ["exchange" if kind in ("lost request", "lost twice") else kind for kind in plan.kinds]
        plan.kinds[0] = "exchange" if plan.kinds[0].startswith("lost") else plan.kinds[0]
    writer = Writer(plan, chance, trip)
    if plan.whole in ("lost SYN", "lost SYN-ACK"):
        writer.fault(CLIENT if plan.whole == "lost SYN" else SERVER, -1, "drop", flags=2)
    if any(kind in EAGER for kind in plan.kinds):
        for side in (CLIENT, SERVER):
            writer.act(side, *NO_DELAY)
    for kind in plan.kinds:
        writer.write(kind)
    writer.step -= 1  # closing belongs to the last step
    if plan.whole == "lost FIN":
        writer.fault(CLIENT, writer.sent[CLIENT], "drop", flags=1)
    if plan.whole == "half-closed":
        close_half(writer, chance)
    elif plan.whole == "unread":
        leave_unread(writer, chance)
    else:
        close(writer, chance if kinds is not USUAL else None)
    plan.scripts = writer.scripts
    return plan


# ---- Playing them

def receive(sock, size):
    left = size
    while left:
        data = sock.recv(min(left, 65536))
        if not data:
            raise EOFError
        left -= len(data)


def play(plan, side, sock, kernel_times):
    """Carries out the script of one end; notes at the start of each step how long the peer's window has limited it."""
    step = -1
    for action in plan.scripts[side]:
        verb, values = action[1], action[2:]
        if action[0] != step and verb not in ("wait", "receive"):
            step = action[0]
            plan.window[side, step] = kernel_times(sock)[1]
        if verb in ("send", "send part"):
            sock.sendall(b"d" * values[0])
        elif verb == "send bytes":
            for _ in range(values[0]):
                sock.send(b"s")
        elif verb == "send file":
            with tempfile.TemporaryFile() as file:
                file.truncate(values[0])
                sock.sendfile(file)
        elif verb == "shut":
            sock.shutdown(socket.SHUT_WR)
        elif verb == "receive":
            receive(sock, values[0])
        elif verb == "both":
            sender = threading.Thread(target=sock.sendall, args=(b"b" * values[0],), daemon=True)
            sender.start()
            receive(sock, values[1])
            sender.join()
        elif verb in ("wait", "pause"):
            time.sleep(values[0]) if values[0] else None
        elif verb == "option":
            sock.setsockopt(*values)
        elif verb == "receive end":
            try:
                while sock.recv(4096):
                    pass
            except ConnectionResetError:
                pass  # the other end has closed without reading everything
        elif verb == "close":
            plan.kernel[side] = kernel_times(sock)
            sock.close()
