"""Reading and crafting segments, checksums, and plain pcap files, as far as the lab needs them.

Only the fields that the lab's wires and fake peers use are parsed. Nothing here is shared with the decoders of the
program under test, so that a mistake in one does not hide a mistake in the other."""

import socket
import struct
import zlib
from dataclasses import dataclass, field

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

IPV4, ARP, VLAN, IPV6 = 0x0800, 0x0806, 0x8100, 0x86DD
PCAP_NANO_MAGIC, PCAP_MICRO_MAGIC = 0xA1B23C4D, 0xA1B2C3D4
LINKTYPE_ETHERNET, LINKTYPE_RAW = 1, 101


@dataclass
class Segment:
    """A TCP segment; `frame` is the frame it was read from."""

    source: str = ""
    destination: str = ""
    sport: int = 0
    dport: int = 0
    seq: int = 0
    ack: int = 0
    flags: int = 0
    window: int = 65535
    options: bytes = b""
    payload: bytes = b""
    ident: int = 0
    frame: bytes = field(default=b"", repr=False)

    def has(self, bits):
        return self.flags & bits == bits

    @property
    def bare_ack(self):
        return self.flags & (SYN | FIN | RST | ACK) == ACK and not self.payload

    @property
    def end(self):
        return (self.seq + len(self.payload) + bool(self.flags & SYN) + bool(self.flags & FIN)) & 0xFFFFFFFF

    @property
    def timestamps(self):
        """(TSval, TSecr), or None."""
        options = self.options
        while options and options[0] != 0:
            if options[0] == 1:
                options = options[1:]
                continue
            if options[0] == 8:
                return struct.unpack("!II", options[2:10])
            options = options[options[1]:]
        return None


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def read_segment(frame):
    """Returns the TCP segment of an Ethernet frame, or None for anything else, including later fragments."""
    offset, kind = 14, struct.unpack("!H", frame[12:14])[0]
    while kind == VLAN:
        kind, offset = struct.unpack("!H", frame[offset + 2:offset + 4])[0], offset + 4
    if kind == IPV4:
        header = (frame[offset] & 15) * 4
        total, ident, fragment = struct.unpack("!HHH", frame[offset + 2:offset + 8])
        if frame[offset + 9] != 6 or fragment & 0x1FFF:
            return None
        source, destination = (socket.inet_ntoa(frame[offset + at:offset + at + 4]) for at in (12, 16))
        end, offset = offset + total, offset + header
    elif kind == IPV6:
        if frame[offset + 6] != 6:
            return None
        ident = 0
        source, destination = (
            socket.inet_ntop(socket.AF_INET6, frame[offset + at:offset + at + 16]) for at in (8, 24))
        end, offset = offset + 40 + struct.unpack("!H", frame[offset + 4:offset + 6])[0], offset + 40
    else:
        return None
    sport, dport, seq, ack, high, flags, window = struct.unpack("!HHIIBBH", frame[offset:offset + 16])
    data = offset + (high >> 4) * 4
    return Segment(source, destination, sport, dport, seq, ack, flags, window, frame[offset + 20:data],
                   frame[data:end], ident, frame)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ethernet(source, destination, kind, body):
    return mac(destination) + mac(source) + struct.pack("!H", kind) + body


def ipv4(source, destination, protocol, body, ident=0, fragment=0x4000, ttl=64):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), ident, fragment, ttl, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ipv6(source, destination, protocol, body, hop_limit=64):
    return struct.pack("!IHBB16s16s", 6 << 28, len(body), protocol, hop_limit,
                       socket.inet_pton(socket.AF_INET6, source), socket.inet_pton(socket.AF_INET6, destination)) + body


def tcp(segment, bad_checksum=False):
    """Returns the TCP header and payload of a segment, with a correct checksum unless `bad_checksum` is set."""
    options = segment.options + bytes(-len(segment.options) % 4)
    head = struct.pack("!HHIIBBHHH", segment.sport, segment.dport, segment.seq & 0xFFFFFFFF,
                       segment.ack & 0xFFFFFFFF, (20 + len(options)) // 4 << 4 | segment.flags >> 8,
                       segment.flags & 0xFF, segment.window, 0, 0)
    body = head + options + segment.payload
    if ":" in segment.source:
        pseudo = socket.inet_pton(socket.AF_INET6, segment.source) + socket.inet_pton(
            socket.AF_INET6, segment.destination) + struct.pack("!II", len(body), 6)
    else:
        pseudo = socket.inet_aton(segment.source) + socket.inet_aton(segment.destination) + struct.pack(
            "!HH", 6, len(body))
    value = checksum(pseudo + body)
    if bad_checksum:
        value ^= 0x5555
    return body[:16] + struct.pack("!H", value) + body[18:]


def tcp_frame(segment, source_mac, destination_mac, bad_checksum=False):
    body = tcp(segment, bad_checksum)
    if ":" in segment.source:
        return ethernet(source_mac, destination_mac, IPV6, ipv6(segment.source, segment.destination, 6, body))
    return ethernet(source_mac, destination_mac, IPV4,
                    ipv4(segment.source, segment.destination, 6, body, segment.ident))


def icmp_unreachable(source, destination, code, quoted, rest=0):
    """Returns an ICMP destination unreachable in IPv4 that quotes the IPv4 packet `quoted`; `rest` is its second word."""
    body = struct.pack("!BBHI", 3, code, 0, rest) + quoted[:(quoted[0] & 15) * 4 + 8]
    return ipv4(source, destination, 1, body[:2] + struct.pack("!H", checksum(body)) + body[4:])


def add_tag(frame, vlan):
    return frame[:12] + struct.pack("!HH", VLAN, vlan) + frame[12:]


def remove_tag(frame, vlan):
    """Returns the frame without its 802.1Q tag, or None when it is not in that VLAN."""
    kind, control = struct.unpack("!HH", frame[12:16])
    return frame[:12] + frame[16:] if kind == VLAN and control & 0xFFF == vlan else None


@dataclass
class Record:
    """One packet of a pcap file; time in nanoseconds since the epoch."""

    time: int
    length: int
    data: bytes


def read_pcap(path):
    """Returns the link type field and the records of a plain pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if struct.unpack("<I", data[:4])[0] in (PCAP_NANO_MAGIC, PCAP_MICRO_MAGIC) else ">"
    unit = 1 if struct.unpack(order + "I", data[:4])[0] == PCAP_NANO_MAGIC else 1000
    link, at, records = struct.unpack(order + "I", data[20:24])[0], 24, []
    while at + 16 <= len(data):
        seconds, fraction, captured, length = struct.unpack(order + "IIII", data[at:at + 16])
        records.append(Record(seconds * 10**9 + fraction * unit, length, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return link, records


def write_pcap(path, link, records, snaplen=262144):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", PCAP_NANO_MAGIC, 2, 4, 0, 0, snaplen, link))
        for record in records:
            seconds, nanoseconds = divmod(record.time, 10**9)
            file.write(struct.pack("<IIII", seconds, nanoseconds, len(record.data), record.length) + record.data)


def with_fcs(link, records):
    """Returns the packets as a card that keeps the FCS delivers them: padded to 60 bytes, then their CRC-32.

    Bit 26 of the link type field then says that the FCS length is given, and bits 28 to 31 give it in 16-bit units.
    """
    result = []
    for record in records:
        data = record.data + bytes(max(0, 60 - len(record.data)))
        data += struct.pack("<I", zlib.crc32(data))
        result.append(Record(record.time, len(data), data))
    return link | 1 << 26 | 2 << 28, result
