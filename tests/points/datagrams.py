"""UDP datagrams and ICMP echoes of random conversations, as two points capture them. The wire loses, delays, reorders and
doubles them, and what became of each is known."""
import random
import socket
import struct

DNS, PING = 53, 0
HEAD = struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, 1)


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", bytes(data) + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(source, destination, ports, payload, ident, ttl, echo=None, version=4):
    """An Ethernet frame with UDP, or with an ICMP echo: (identifier, sequence number, reply)."""
    if echo:
        kinds = (129, 128) if version == 6 else (0, 8)
        body = struct.pack("!BBHHH", kinds[not echo[2]], 0, 0, echo[0], echo[1]) + payload
        protocol = 58 if version == 6 else 1
        if version == 4:
            body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    else:
        protocol, body = 17, struct.pack("!HHHH", ports[0], ports[1], 8 + len(payload), 0) + payload
    if version == 6:
        ends = socket.inet_pton(socket.AF_INET6, source), socket.inet_pton(socket.AF_INET6, destination)
        at = 6 if protocol == 17 else 2
        pseudo = ends[0] + ends[1] + struct.pack("!II", len(body), protocol)
        body = body[:at] + struct.pack("!H", checksum(pseudo + body) or 0xffff) + body[at + 2:]
        return bytes(12) + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(body), protocol, ttl) + ends[0] + ends[1] + body
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), ident, 0x4000, ttl, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return bytes(12) + b"\x08\x00" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


class Path:
    """Two points on a path. `here` and `there` are the frames that they capture, and `lost` what a point saw leave that did not
    come to the other: (from the client, its number in the conversation)."""

    def __init__(self, seed, *, offset=0, drift=0, loss=0, double=0, jitter=2, nat=False, ids=True, version=4, alike=False):
        self.chance = random.Random(seed)
        self.offset, self.drift, self.loss, self.double, self.jitter = offset, drift, loss, double, jitter
        self.nat, self.ids, self.version, self.alike = nat, ids, version, alike
        self.here, self.there, self.lost, self.sent = [], [], [], 0
        self.ident = [self.chance.randrange(1, 60000) for _ in range(2)]

    def clock(self, time):
        return time + self.offset + (time - 10**11) * self.drift // 10**6

    def pass_on(self, time, client, ports, payload, reply, echo=None):
        """Sends one; returns when it arrives, or None."""
        chance, ends = self.chance, (("10.0.0.1", "10.0.1.2") if self.version == 4 else ("2001:db8::1", "2001:db8:1::2"))
        ends = (ends[0][:-1] + str(client), ends[1])
        behind = ("192.0.2.77", ends[1]) if self.nat and self.version == 4 else ends
        far = (ports[0] ^ 0x1234 if behind != ends else ports[0], ports[1])
        turn = slice(None, None, -1) if reply else slice(None)
        self.ident[reply] = self.ident[reply] % 65000 + 1
        ident = self.ident[reply] if self.ids else 0
        near = frame(*ends[turn], ports[turn], payload, ident, 64, echo, self.version)
        changed = (echo[0] ^ 0x1234, *echo[1:]) if echo and behind != ends else echo
        beyond = frame(*behind[turn], far[turn], payload, ident, 63, changed, self.version)
        leaves, arrives = (self.there, self.here) if reply else (self.here, self.there)
        clocks = (self.clock, lambda t: t) if reply else (lambda t: t, self.clock)
        leaves.append((clocks[0](time), beyond if reply else near))
        self.sent += 1
        if chance.random() * 100 < self.loss:
            self.lost.append((not reply, ports, payload))
            return None
        comes = time + (15 * 1000 + chance.randrange(self.jitter * 1000)) * 1000
        for extra in (0, 700 * 1000) if chance.random() * 100 < self.double else (0,):
            arrives.append((clocks[1](comes + extra), near if reply else beyond))
        return comes

    def payload(self, number, size):
        if self.alike and number % 3:
            return b"the same again and again"[:size]
        return struct.pack("!HI", self.chance.randrange(65536), number) + self.chance.randbytes(size)

    def converse(self, conversations, exchanges, echo=False):
        for number in range(conversations):
            start = 10**11 + number * 97 * 10**6
            ports = (20000 + number, DNS if number % 2 else 7000)
            for turn in range(exchanges):
                time = start + turn * self.chance.randrange(40, 90) * 10**6
                asked = self.payload(turn, self.chance.randrange(4, 200))
                ping = (ports[0], turn) if echo else None
                comes = self.pass_on(time, number % 9, ports, asked, False, ping and ping + (False,))
                if comes:
                    answer = asked if echo else self.payload(turn, self.chance.randrange(4, 600))
                    self.pass_on(comes + 3 * 10**6, number % 9, ports, answer, True, ping and ping + (True,))
        self.here.sort(key=lambda one: one[0])
        self.there.sort(key=lambda one: one[0])


def write(path, frames, snapshot=262144):
    with open(path, "wb") as file:
        file.write(HEAD)
        for time, data in frames:
            file.write(struct.pack("<IIII", time // 10**9, time % 10**9, min(len(data), snapshot), len(data)) + data[:snapshot])
    return path
