"""pcapng files block by block, in both byte orders: a sample with a bit of everything, and random ones."""
import random
import struct

ETHERNET, NULL, RAW, USB = 1, 0, 101, 189
SECTION, INTERFACE, OLD_PACKET, SIMPLE, NAMES, STATISTICS, PACKET, SECRETS, CUSTOM = \
    0x0a0d0d0a, 1, 2, 3, 4, 5, 6, 10, 0xbad
COMMENT = 1


class Writer:
    """The bytes of a file; `order` is that of the section that is being written."""

    def __init__(self, order="<"):
        self.order = order
        self.data = b""

    def pack(self, layout, *values):
        return struct.pack(self.order + layout, *values)

    def options(self, *pairs, end=True):
        """Pairs of a code and a value: bytes, text, or a number with its layout."""
        out = b""
        for code, value in pairs:
            if isinstance(value, tuple):
                value = self.pack(*value)
            if isinstance(value, str):
                value = value.encode()
            out += self.pack("HH", code, len(value)) + value + bytes(-len(value) % 4)
        return out + (self.pack("HH", 0, 0) if end and pairs else b"")

    def block(self, kind, body):
        body += bytes(-len(body) % 4)
        size = 12 + len(body)
        self.data += self.pack("II", kind, size) + body + self.pack("I", size)

    def section(self, order, *options):
        self.order = order
        self.block(SECTION, self.pack("IHHq", 0x1a2b3c4d, 1, 0, -1) + self.options(*options))

    def interface(self, link, snapshot, *options):
        self.block(INTERFACE, self.pack("HHI", link, 0, snapshot) + self.options(*options))

    def packet(self, interface, ticks, data, length=None, *options, end=True):
        head = self.pack("IIIII", interface, ticks >> 32, ticks & 0xffffffff, len(data), length or len(data))
        self.block(PACKET, head + data + bytes(-len(data) % 4) + self.options(*options, end=end))

    def old_packet(self, interface, lost, ticks, data, length=None, *options):
        head = self.pack("HHIIII", interface, lost, ticks >> 32, ticks & 0xffffffff, len(data), length or len(data))
        self.block(OLD_PACKET, head + data + bytes(-len(data) % 4) + self.options(*options))

    def simple_packet(self, data, length):
        self.block(SIMPLE, self.pack("I", length) + data)

    def statistics(self, interface, ticks, *options):
        self.block(STATISTICS, self.pack("III", interface, ticks >> 32, ticks & 0xffffffff) + self.options(*options))


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(source, destination, ports, sequence, acknowledgment, flags, payload=b""):
    """An IPv4 packet with a TCP segment, without link header."""
    addresses = bytes(source) + bytes(destination)
    payload_length = 20 + len(payload)
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgment, 0x50, flags, 64240, 0, 0) + payload
    pseudo = addresses + struct.pack(">HH", 6, payload_length) + tcp + bytes(len(tcp) % 2)
    tcp = tcp[:16] + struct.pack(">H", checksum(pseudo)) + tcp[18:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + payload_length, 1, 0x4000, 64, 6, 0) + addresses
    return ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + tcp


def conversation(source, destination, ports, payload=b"GET / HTTP/1.0\r\n\r\n"):
    """The segments of a connection that is opened, used and closed. Each has numbers of its own, or it would be one that
    was captured twice."""
    syn, ack, fin, psh = 2, 16, 1, 8
    there, back = (source, destination, ports), (destination, source, ports[::-1])
    client = 1000 * (ports[0] - 40000)
    server = client + 4000
    end = client + 1 + len(payload)
    return [segment(*there, client, 0, syn), segment(*back, server, client + 1, syn | ack),
            segment(*there, client + 1, server + 1, ack), segment(*there, client + 1, server + 1, psh | ack, payload),
            segment(*back, server + 1, end, fin | ack), segment(*there, end, server + 2, fin | ack),
            segment(*back, server + 2, end + 1, ack)]


def ethernet(packet):
    return bytes.fromhex("020000000002" "020000000001" "0800") + packet


def sample():
    """Two sections of different byte order; Ethernet, BSD loopback and USB; comments, names, drops, secrets."""
    w = Writer()
    start = 1700000000
    w.section("<", (COMMENT, "taken for the tests"), (4, "tests/pcapng"))
    w.block(SECRETS, w.pack("II", 0x544c534b, 29) + b"CLIENT_RANDOM never to be shown")
    w.interface(ETHERNET, 65535, (2, "eth0"), (3, "uplink"), (COMMENT, "port 3 of the switch"))
    w.interface(NULL, 0, (2, "lo0"), (9, b"\x09"))
    w.interface(USB, 0, (2, "usbmon0"))
    w.block(NAMES, w.pack("HH", 1, 11) + bytes((10, 0, 0, 2)) + b"server\0\0" + w.pack("HH", 0, 0))
    for i, packet in enumerate(conversation((10, 0, 0, 1), (10, 0, 0, 2), (40001, 80))):
        comments = {0: [(COMMENT, "the first one\nof two lines")], 4: [(COMMENT, "who closes?"), (COMMENT, "the server \x1b[31m")]}
        w.packet(0, (start * 1000 + i) * 1000, ethernet(packet), None, *comments.get(i, ()))
    for i, packet in enumerate(conversation((127, 0, 0, 1), (127, 0, 0, 1), (40002, 8000))):
        w.packet(1, (start + 1) * 10**9 + i, w.pack("I", 2) + packet)
    w.packet(2, (start + 2) * 10**6, bytes(64))
    w.statistics(0, (start + 2) * 10**6, (4, ("Q", 10)), (5, ("Q", 3)), (7, ("Q", 2)))
    w.section(">", (4, "tests/pcapng"))
    w.interface(RAW, 60, (2, "tun0"), (9, b"\x03"), (14, ("q", start)))
    for i, packet in enumerate(conversation((10, 9, 0, 1), (10, 9, 0, 2), (40003, 443), bytes(100))):
        w.packet(0, 3000 + i, packet[:60], len(packet), (2, ("I", 1)))
    return w.data


def process_block(w, process, *options):
    """A process information block of Wireshark 5: a custom block, in which all numbers are little-endian."""
    entry = struct.pack("<I", process)
    for code, value in options:
        entry += struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
    w.block(CUSTOM, w.pack("I", 32622) + struct.pack("<II", 3, len(entry)) + entry)


def processes():
    """Connections whose processes are named by blocks of Wireshark, by ptcpdump's comments and by rustnet's, and one without."""
    w = Writer()
    start, second = 1700000000, 10**6
    w.section("<")
    w.interface(ETHERNET, 0)
    w.block(CUSTOM, w.pack("I", 32473) + b"someone else's block")
    process_block(w, 412, (2, b"curl"), (3, b"/usr/bin/curl"), (9, struct.pack("<Q", start * 10**9)))
    process_block(w, 900, (3, b"/usr/sbin/nginx"), (4, b"nginx\0-g\0daemon off;\0"))
    for i, packet in enumerate(conversation((10, 0, 0, 1), (10, 0, 0, 2), (40001, 80))):
        outwards = i in (0, 2, 3, 5)
        w.packet(0, start * second + i, ethernet(packet), None, (2, ("I", 2 if outwards else 1)), (8, ("II", 412, 413)))
    for i, packet in enumerate(conversation((10, 0, 0, 1), (10, 0, 0, 1), (40002, 8080))):
        server = i in (1, 4, 6)
        w.packet(0, (start + 1) * second + i, ethernet(packet), None, (2, ("I", 2)), (8, ("II", 900 if server else 700, 1)))
    process_block(w, 700, (2, "näme \x1b[31m".encode()))
    comment = "PID: 2001\nCmd: /usr/bin/python3.11\nArgs: python3 -m http.server"
    for i, packet in enumerate(conversation((10, 0, 0, 3), (10, 0, 0, 1), (40003, 8000))):
        outwards = i in (1, 4, 6)
        w.packet(0, (start + 2) * second + i, ethernet(packet), None, (COMMENT, comment), (COMMENT, "UserId: 1000"),
                 (2, ("I", 2 if outwards else 1)))
    for i, packet in enumerate(conversation((10, 0, 0, 1), (10, 0, 0, 4), (40004, 443))):
        w.packet(0, (start + 3) * second + i, ethernet(packet), None, (COMMENT, "PID:77 Process:firefox"))
    for i, packet in enumerate(conversation((10, 0, 0, 1), (10, 0, 0, 5), (40005, 443))):
        w.packet(0, (start + 4) * second + i, ethernet(packet), None, *([(COMMENT, "Process: who was it?")] if i == 3 else []))
    return w.data


def random_text(r):
    return "".join(r.choice("abc äß→漢\"\\,") for _ in range(r.randrange(0, 20)))


def random_options(r, w, packet):
    """Among them empty ones, ones that nobody knows, and comments."""
    choices = [(COMMENT, random_text(r)), (COMMENT, ""), (2988, w.pack("I", 32473) + b"custom"), (2, ("I", r.randrange(4)))]
    if packet:
        choices += [(4, ("Q", 0)), (5, ("Q", r.getrandbits(64))), (6, ("I", 1))]
    count = r.choice((0, 0, 0, 1, 2, 3))
    return r.sample(choices, count)


def random_other(r, w, interfaces):
    """Not custom blocks, which tshark counts among the packets."""
    kind = r.randrange(4)
    if kind == 0:
        w.block(NAMES, w.pack("HH", 1, 8) + bytes((10, 0, 0, r.randrange(256))) + b"abc\0" + w.pack("HH", 0, 0))
    elif kind == 1 and interfaces:
        w.statistics(r.randrange(interfaces), r.getrandbits(50), (5, ("Q", r.randrange(100))))
    elif kind == 2:
        secret = bytes(r.randrange(0, 40))
        w.block(SECRETS, w.pack("II", 0x544c534b, len(secret)) + secret)
    else:
        w.block(0x80001234 + r.randrange(3), bytes(r.randrange(0, 60)))


# Finer ones tshark 4.0 converts with 64 bits, which do not hold them.
RESOLUTIONS = [bytes((n,)) for n in range(11)] + [bytes((0x80 + n,)) for n in (0, 1, 10, 16, 20, 30, 32)]


def random_section(r, w):
    w.section(r.choice("<>"), *([(COMMENT, random_text(r))] if r.random() < 0.3 else []))
    rates = []
    for _ in range(r.randrange(1, 40)):
        choice = r.random()
        if choice < 0.2 or not rates:
            options = [(2, r.choice(("eth0", "lo", "")))] if r.random() < 0.7 else []
            rate = 10**6
            if r.random() < 0.7:
                resolution = r.choice(RESOLUTIONS)
                options.append((9, resolution))
                rate = 2**(resolution[0] & 127) if resolution[0] & 128 else 10**resolution[0]
            if r.random() < 0.3:
                options.append((14, ("q", r.randrange(-1000, 1000))))
            w.interface(r.choice((ETHERNET, ETHERNET, NULL, RAW, USB)), r.choice((0, 65535, 262144)), *options)
            rates.append(rate)
        elif choice < 0.35:
            random_other(r, w, len(rates))
        else:
            data = r.randbytes(r.randrange(0, 200))
            length = len(data) + r.choice((0, 0, 0, r.randrange(1000)))
            interface = r.randrange(len(rates))
            ticks = min(int(r.uniform(1.0e9, 1.9e9) * rates[interface]), 2**64 - 1)
            kind = r.random()
            if kind < 0.8:
                w.packet(interface, ticks, data, length, *random_options(r, w, True), end=r.random() < 0.8)
            elif kind < 0.95:
                w.old_packet(interface, r.choice((0, 0xffff)), ticks, data, length)
            elif len(rates) == 1:
                w.simple_packet(data, len(data))


def random_file(seed):
    r = random.Random(seed)
    w = Writer()
    for _ in range(r.randrange(1, 5)):
        random_section(r, w)
    return w.data
