"""Frames of every link type and tunnel, each around the same conversations, byte by byte."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "pcapng"))
import blocks  # noqa: E402

HOST, SERVER = (10, 0, 0, 1), (10, 0, 0, 2)
HERE, THERE = (192, 0, 2, 1), (192, 0, 2, 2)  # the ends of a tunnel
MACS = bytes.fromhex("020000000002" "020000000001")
IPV4, IPV6, ARP, BRIDGED = 0x0800, 0x86dd, 0x0806, 0x6558
SECOND = 10**9


def pcap(path, link, frames):
    """A file of frames, 30 ms apart; a frame may be a pair of its captured bytes and its length on the wire."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, link))
        for i, frame in enumerate(frames):
            data, length = frame if isinstance(frame, tuple) else (frame, len(frame))
            time = 1700000000 * SECOND + i * 3 * SECOND // 100
            file.write(struct.pack("<IIII", time // SECOND, time % SECOND, len(data), length) + data)


def conversation(port=40001, source=HOST, destination=SERVER):
    """IPv4 packets of a whole connection, in which one segment is repeated. Pairs of the way (0 or 1) and the packet."""
    packets = blocks.conversation(source, destination, (port, 80), b"x" * 100)
    packets = packets[:4] + [packets[3]] + packets[4:]
    return [(int(packet[12:16] != bytes(source)), packet) for packet in packets]


def checksum_of(data):
    return blocks.checksum(data + bytes(len(data) % 2))


def conversation6(port=40006):
    """The same in IPv6."""
    out = []
    for way, packet in conversation(port):
        ends = [bytes.fromhex("20010db8000000000000000000000001"), bytes.fromhex("20010db8000000000000000000000002")]
        addresses = ends[way] + ends[1 - way]
        tcp = packet[20:36] + bytes(2) + packet[38:]
        sum_of = checksum_of(addresses + struct.pack(">II", len(tcp), 6) + tcp)
        tcp = tcp[:16] + struct.pack(">H", sum_of) + tcp[18:]
        out.append((way, struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + addresses + tcp))
    return out


def ethernet(packet, kind=IPV4, way=0):
    macs = MACS if not way else MACS[6:] + MACS[:6]
    return macs + struct.pack(">H", kind) + packet


def ip(way, protocol, payload, ends=(HERE, THERE)):
    """An outer IPv4 header."""
    addresses = bytes(ends[way]) + bytes(ends[1 - way])
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, 0, 64, protocol, 0) + addresses
    return header[:10] + struct.pack(">H", blocks.checksum(header)) + header[12:] + payload


def ip6(way, protocol, payload):
    ends = [bytes.fromhex("20010db8ffff00000000000000000001"), bytes.fromhex("20010db8ffff00000000000000000002")]
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + ends[way] + ends[1 - way] + payload


def udp(way, payload, port, source=50000, ends=(HERE, THERE)):
    ports = (source, port) if not way else (port, source)
    return ip(way, 17, struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload, ends)


# ---- Tunnels: what comes after the outer header


def vxlan(inner, vni=42):
    return struct.pack(">II", 0x08000000, vni << 8) + inner


def geneve(inner, kind=BRIDGED, vni=77, options=b""):
    return struct.pack(">BBHI", len(options) // 4, 0, kind, vni << 8) + options + inner


def gre(inner, kind=IPV4, key=None, sequence=None, checksum=False):
    flags = (0x8000 if checksum else 0) | (0x2000 if key is not None else 0) | (0x1000 if sequence is not None else 0)
    front, rest = struct.pack(">HH", flags, kind), b""
    rest += struct.pack(">I", key) if key is not None else b""
    rest += struct.pack(">I", sequence) if sequence is not None else b""
    if not checksum:
        return front + rest + inner
    return front + struct.pack(">HH", checksum_of(front + bytes(4) + rest + inner), 0) + rest + inner


def erspan2(inner, session=100):
    return struct.pack(">II", 0x1 << 28 | 5 << 16 | session, 3) + inner


def erspan3(inner, session=100, subheader=b""):
    front = struct.pack(">IIHH", 0x2 << 28 | 5 << 16 | session, 123456, 7, 1 if subheader else 0)
    return front + subheader + inner


def gtp(inner, teid, sequence=None, extensions=b""):
    """Extensions: pairs of type and content would do; here one ready-made chain that begins with its own length."""
    more = sequence is not None or extensions
    optional = struct.pack(">HBB", sequence or 0, 0, 0x85 if extensions else 0) + extensions if more else b""
    flags = 0x30 | (2 if sequence is not None else 0) | (4 if extensions else 0)
    return struct.pack(">BBHI", flags, 255, len(optional) + len(inner), teid) + optional + inner


def l2tp(inner, tunnel, session, length=True, framed=True, sequence=None, offset=None):
    flags = 2 | (0x4000 if length else 0) | (0x0800 if sequence is not None else 0) | (0x0200 if offset is not None else 0)
    ppp = (b"\xff\x03" if framed else b"") + inner
    rest = struct.pack(">HH", tunnel, session)
    rest += struct.pack(">HH", sequence, 0) if sequence is not None else b""
    rest += struct.pack(">H", offset) + bytes(offset) if offset is not None else b""
    size = struct.pack(">H", 4 + len(rest) + len(ppp)) if length else b""
    return struct.pack(">H", flags) + size + rest + ppp


def l2tp3(inner, session, over_udp=False, cookie=b"", sublayer=b""):
    return (struct.pack(">HH", 3, 0) if over_udp else b"") + struct.pack(">I", session) + cookie + sublayer + inner


def ppp(packet, kind=0x0021):
    return struct.pack(">H", kind) + packet


def mpls(packet, *labels):
    out = b""
    for i, label in enumerate(labels):
        out += struct.pack(">I", label << 12 | (0x100 if i == len(labels) - 1 else 0) | 64)
    return out + packet


# ---- Link types


def wifi(packet, way=0, qos=False, four=False, protected=False, control=False):
    """A data frame from a station to an access point, or back, or between two access points."""
    station, access, wired = MACS[6:], bytes.fromhex("0200000000aa"), MACS[:6]
    first, second, third = (access, station, wired) if not way else (station, access, wired)
    flags = 3 if four else 2 if way else 1
    flags |= (0x40 if protected else 0) | (0x80 if control else 0)
    header = bytes((0x88 if qos else 0x08, flags)) + struct.pack("<H", 44) + first + second + third + struct.pack("<H", 16)
    header += station if four else b""
    header += b"\0\0" if qos else b""
    header += bytes(4) if control else b""
    return header + b"\xaa\xaa\x03\0\0\0" + struct.pack(">H", IPV4) + packet


def radiotap(frame, fcs=False, time=False, more_words=0, padded=False):
    """With flags among the fields; the check sequence is right."""
    import zlib
    present = 2 | (1 if time else 0)
    words = [present | (1 << 31 if more_words else 0)] + [1 << 31] * (more_words - 1) + [0] * bool(more_words)
    fields = struct.pack(f"<{len(words)}I", *words)
    if time:
        fields += bytes(-(4 + len(fields)) % 8) + struct.pack("<Q", 123456)
    fields += bytes(((0x10 if fcs else 0) | (0x20 if padded else 0),))
    header = struct.pack("<BBH", 0, 0, 4 + len(fields)) + fields
    return header + frame + (struct.pack("<I", zlib.crc32(frame)) if fcs else b"")


def nflog(packet, family=2, order="<"):
    def attribute(kind, value):
        return struct.pack(order + "HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)
    attributes = attribute(1, struct.pack(">HBB", IPV4, 3, 0)) + attribute(10, b"accepted\0")
    attributes += attribute(8, struct.pack(">HH", 6, 0) + MACS[6:] + bytes(2))
    return struct.pack(">BBH", family, 0, 5) + attributes + struct.pack(order + "HH", 4 + len(packet), 9) + packet


def pktap(frame, link):
    header = struct.pack("<III", 108, 1, link) + b"en0".ljust(24, b"\0") + struct.pack("<IIII", 2, 2, 14, 0)
    header += struct.pack("<I", 501) + b"curl".ljust(20, b"\0")
    return header + bytes(108 - len(header)) + frame


def dsa(packet, extended=False, tagged=True):
    tag = struct.pack(">BBH", (0xc0 if not tagged else 0xe0) | 1, 3 << 3, 5)
    return MACS + (struct.pack(">HH", 0xdada, 0) if extended else b"") + tag + struct.pack(">H", IPV4) + packet
