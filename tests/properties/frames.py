"""Reads and writes pcap files, and finds and edits the headers of their frames. Nothing here is shared with the decoders of
the program under test.

An editor is an object with any of these methods. Each gets a Frame and offsets into it, and may change bytes in place:

    arp(frame, at)             the ARP packet at `at`
    ip(frame, at, version)     the addresses of the IP header at `at`
    tcp(frame, at, key)        the TCP header at `at`; key is (source, source port, destination, destination port)

Checksums are corrected by the difference that an edit makes, so that a wrong one stays wrong, also in packets that were cut
short. A checksum that is only the sum of the pseudo-header, because the network card was to finish it, stays one."""

import struct
import zlib

VLANS, PPPOE, MPLS, ARP = (0x8100, 0x88A8, 0x9100, 0x9200), 0x8864, (0x8847, 0x8848), 0x0806
IPV4, IPV6 = 0x0800, 0x86DD
ETHERNET, COOKED, COOKED2, RAW, RAW4, RAW6, NULLS = 1, 113, 276, (12, 14, 101), 228, 229, (0, 108)
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
EXTENSIONS = (0, 43, 60, 135, 139, 140)
QUOTING, QUOTING6 = (3, 4, 5, 11, 12), (1, 2, 3, 4)
GOOD = 0xFFFF  # what a header adds up to with a right checksum
PACKED = 16  # the length of a record's header


class Frame(bytearray):
    """The captured bytes, and `end`, where the latest IP header says that its packet ends."""

    end = 0

    def u16(self, at):
        return struct.unpack_from(">H", self, at)[0]

    def u32(self, at):
        return struct.unpack_from(">I", self, at)[0]

    def put32(self, at, value):
        struct.pack_into(">I", self, at, value & 0xFFFFFFFF)


def read(path):
    """Yields (nanoseconds, length on the wire, bytes) of a pcap file with nanoseconds in this machine's order, after its link type."""
    with open(path, "rb") as file:
        data = file.read()
    link = struct.unpack_from("=I", data, 20)[0]
    records, at = [], 24
    while at < len(data):
        seconds, rest, captured, length = struct.unpack_from("=IIII", data, at)
        at += PACKED
        records.append((seconds * 10**9 + rest, length, data[at:at + captured]))
        at += captured
    return link, records


def write(path, link, records):
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link))
        for time, length, data in records:
            file.write(struct.pack("=IIII", time // 10**9, time % 10**9, len(data), length) + data)


def fold(total):
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def added(data):
    data = bytes(data)
    return fold(sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2))))


class Walk:
    """One way through a frame's headers, with one editor."""

    def __init__(self, data, link, editor):
        self.frame, self.link, self.editor = Frame(data), link & 0xFFFF, editor

    def edited(self):
        frame = self.frame
        check = zlib.crc32(frame[:-4]).to_bytes(4, "little") if self.link == ETHERNET else None
        try:
            self.from_link()
        except (struct.error, IndexError):
            pass  # the frame ends in the middle of a header; what was edited until there stays
        if frame[-4:] == check:
            frame[-4:] = zlib.crc32(frame[:-4]).to_bytes(4, "little")
        return bytes(frame)

    def call(self, name, *arguments):
        if method := getattr(self.editor, name, None):
            method(self.frame, *arguments)

    def from_link(self):
        frame = self.frame
        if self.link == ETHERNET:
            self.ethernet(0)
        elif self.link == COOKED:
            self.ethertype(frame.u16(14), 16)
        elif self.link == COOKED2:
            self.ethertype(frame.u16(0), 20)
        elif self.link in RAW:
            self.ip(0)
        elif self.link in (RAW4, RAW6):
            self.ip(0, 4 if self.link == RAW4 else 6)
        elif self.link in NULLS:
            self.ip(4)

    def ethernet(self, at):
        frame = self.frame
        kind = frame.u16(at + 12)
        if kind >= 1536:
            self.ethertype(kind, at + 14)
        elif at == 0 and frame[0] in (1, 3) and frame.u32(1) == 0x000C0000:  # ISL
            self.ethernet(26)
        else:
            self.llc(at + 14)

    def llc(self, at):
        if self.frame[at:at + 3] == b"\xaa\xaa\x03":
            self.ethertype(self.frame.u16(at + 6), at + 8)
        elif self.frame[at] == 6:
            self.ip(at + 3)

    def ethertype(self, kind, at):
        frame = self.frame
        if kind in VLANS:
            inner = frame.u16(at + 2)
            self.ethertype(inner, at + 4) if inner >= 1536 else self.llc(at + 4)
        elif kind == PPPOE:
            odd = frame[at + 6] & 1
            protocol = frame[at + 6] if odd else frame.u16(at + 6)
            if protocol in (0x21, 0x57):
                self.ip(at + (7 if odd else 8))
        elif kind in MPLS:
            while not frame[at + 2] & 1:
                at += 4
            self.ip(at + 4)
        elif kind == ARP:
            self.call("arp", at)
        elif kind in (IPV4, IPV6):
            self.ip(at, 4 if kind == IPV4 else 6)

    def ip(self, at, version=0, quoted=False):
        """`version` is what the layer below says. Where it says IPv4 or nothing, the header decides."""
        if version == 6 or self.frame[at] >> 4 == 6:
            self.ipv6(at, quoted)
        else:
            self.ipv4(at, quoted)

    def ipv4(self, at, quoted):
        frame = self.frame
        header = (frame[at] & 15) * 4
        total, fragment, protocol = frame.u16(at + 2) or len(frame) - at, frame.u16(at + 6), frame[at + 9]
        frame.end = at + total
        before = added(frame[at:at + 20])
        ends = added(frame[at + 12:at + 20])
        key = bytes(frame[at + 12:at + 16]), bytes(frame[at + 16:at + 20])
        self.call("ip", at, 4)
        if frame.u16(at + 10) or before == GOOD:  # 0 and wrong: the network card was to calculate it
            self.correct(at + 10, before, added(frame[at:at + 20]))
        if fragment & 0x1FFF == 0:
            pseudo = [ends, protocol] + ([total - header] if not fragment & 0x2000 else [])
            self.transport(at + header, protocol, key, pseudo, added(frame[at + 12:at + 20]), quoted)  # the changed addresses

    def ipv6(self, at, quoted):
        frame = self.frame
        length, protocol, start = frame.u16(at + 4) or len(frame) - at - 40, frame[at + 6], at + 40
        frame.end = at + 40 + length
        source = added(frame[at + 8:at + 24])
        ends = added(frame[at + 8:at + 40])
        key = bytes(frame[at + 8:at + 24]), bytes(frame[at + 24:at + 40])
        self.call("ip", at, 6)
        changed, more = added(frame[at + 8:at + 40]), 0
        while protocol in EXTENSIONS or protocol in (44, 51):
            if protocol == 44:
                if frame.u16(start + 2) & 0xFFF8:
                    return
                more = frame.u16(start + 2) & 1
                size = 8
            else:
                size = (frame[start + 1] + 2) * 4 if protocol == 51 else (frame[start + 1] + 1) * 8
            if protocol == 43 and frame[start + 3]:  # the checksum is that of the last address of the route, which stays
                ends, changed = source, added(frame[at + 8:at + 24])
            protocol, start = frame[start], start + size
        pseudo = [ends, protocol] + ([length - (start - at - 40)] if not more else [])
        self.transport(start, protocol, key, pseudo, changed, quoted)

    def transport(self, at, protocol, ends, pseudo, changed, quoted):
        """`pseudo` are the parts of the pseudo-header; the first is the sum of the addresses, which is now `changed`."""
        frame = self.frame
        if protocol == TCP:
            size = min(max(frame[at + 12] >> 4, 5) * 4, len(frame) - at) if len(frame) > at + 12 else len(frame) - at
            right = len(pseudo) == 3 and fold(sum(pseudo) + added(frame[at:at + pseudo[2]])) == GOOD
            before = added(frame[at:at + size])
            self.call("tcp", at, (ends[0], frame.u16(at), ends[1], frame.u16(at + 2)))
            self.finish(at + 16, right, pseudo, changed, before, added(frame[at:at + size]))
        elif protocol == UDP:
            if len(frame) >= at + 8 and frame.u16(at + 6):
                right = len(pseudo) == 3 and fold(sum(pseudo) + added(frame[at:at + pseudo[2]])) == GOOD
                self.finish(at + 6, right, pseudo, changed, 0, 0)
        elif protocol in (ICMP, ICMP6) and not quoted:
            before = added(frame[at:])
            if frame[at] in (QUOTING if protocol == ICMP else QUOTING6):
                try:
                    self.ip(at + 8, 4 if protocol == ICMP else 6, quoted=True)
                except (struct.error, IndexError):
                    pass  # a quotation may end anywhere
            six = protocol == ICMP6
            self.correct(at + 2, before + (pseudo[0] if six else 0), added(frame[at:]) + (changed if six else 0))

    def finish(self, at, right, pseudo, changed, before, after):
        """Corrects the checksum of a TCP or UDP header, at `at`. One that is not right may be partial."""
        if at + 2 > len(self.frame):
            return
        stored = self.frame.u16(at)
        if not right and stored in (fold(sum(pseudo)), fold(sum(pseudo[:2]))):
            struct.pack_into(">H", self.frame, at, fold(stored + (~pseudo[0] & 0xFFFF) + changed) if changed != pseudo[0] else stored)
        else:
            self.correct(at, pseudo[0] + before, changed + after)

    def correct(self, at, before, after):
        before, after = fold(before), fold(after)
        if before != after and at + 2 <= len(self.frame):
            stored = self.frame.u16(at)
            struct.pack_into(">H", self.frame, at, ~fold((~stored & 0xFFFF) + (~before & 0xFFFF) + after) & 0xFFFF)


def edit(records, link, editor):
    return [(time, length, Walk(data, link, editor).edited()) for time, length, data in records]


def tcp_options(frame, at):
    """Yields the kind, the offset and the length of each option of the TCP header at `at`."""
    end, at = min(at + (frame[at + 12] >> 4) * 4, len(frame)), at + 20
    while at < end and frame[at]:
        length = 1 if frame[at] == 1 else frame[at + 1] if at + 1 < end else 0
        if length == 0 or (frame[at] > 1 and length < 2) or at + length > end:
            return
        yield frame[at], at, length
        at += length
