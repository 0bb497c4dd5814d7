"""A pcap file as pcapng, with something that is no packet between many of its packets: what one thread reads far ahead of
another one, which must learn of it between the same two packets."""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../pcapng"))

from blocks import COMMENT, NAMES, RAW, SECRETS, Writer, process_block  # noqa: E402  (the line above has to come first)

SECOND = 10**9
NANOSECONDS, MICROSECONDS = (9, b"\x09"), (9, b"\x06")
# The byte order and the nanoseconds of a unit, by a file's first bytes.
KINDS = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
         b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}


def packets_of(data):
    """The link type of a pcap file, and time, bytes and length of each packet; None: it is no ordinary one."""
    if data[:4] not in KINDS or len(data) < 24:
        return None, []
    order, unit = KINDS[data[:4]]
    packets, at = [], 24
    while at + 16 <= len(data):
        seconds, fraction, captured, length = struct.unpack_from(order + "IIII", data, at)
        if at + 16 + captured > len(data):
            break
        packets.append((seconds * SECOND + fraction * unit, data[at + 16:at + 16 + captured], length))
        at += 16 + captured
    return struct.unpack_from(order + "I", data, 20)[0] & 0xffff, packets


def name_host(w, packet, name):
    """A name resolution block for the source of a packet over Ethernet and IPv4."""
    if len(packet) > 33 and packet[14] >> 4 == 4:
        entry = packet[26:30] + name.encode() + b"\0"
        w.block(NAMES, w.pack("HH", 1, len(entry)) + entry + bytes(-len(entry) % 4) + w.pack("HH", 0, 0))


def begin_section(w, link, number):
    """Sections take turns in byte order; the second one has an interface of another link type."""
    w.section("<>"[number % 2], (COMMENT, f"section {number}"))
    w.block(SECRETS, w.pack("II", 0x544c534b, 8) + b"not read")
    w.interface(link, 0, (2, "eth0"), NANOSECONDS, (COMMENT, f"port {number}"))
    w.interface(RAW if number == 1 else link, 0, (2, "eth1"), MICROSECONDS)


def options_of(i):
    """Comments, the direction, and a process that is named by a block now and then, mostly after its first packets."""
    options = [(COMMENT, f"comment {i}")] * (i % 5 == 1) + [(COMMENT, "another")] * (i % 10 == 1)
    if i % 4 == 2:
        options.append((8, ("II", 100 + i % 5 + i // 200, 1)))
    if i % 6 == 0:
        options.append((2, ("I", 1 + i % 2)))
    return options


def of_second_interface(packet):
    """The same for both directions of a connection over Ethernet and IPv4."""
    if len(packet) < 34:
        return False
    source, destination = struct.unpack_from(">II", packet, 26)
    return (source ^ destination) % 7 == 3


def converted(data, sections=3, second=True):
    """The file with `sections` sections; None where there is nothing to convert. With `second`, some pairs of hosts have an
    interface of their own; all packets of a connection have one, or the interfaces would be taken for points."""
    link, packets = packets_of(data)
    if not packets:
        return None
    w, parts = Writer(), []
    each = -(-len(packets) // sections)
    for i, (time, packet, length) in enumerate(packets):
        if i % each == 0:
            begin_section(w, link, i // each)
        if i % 7 == 3:
            name_host(w, packet, f"host{i}")
        if i % 9 == 5:
            process_block(w, 100 + i % 5 + i // 200, (2, f"program{i}".encode()))
        if i % 11 == 6:
            w.statistics(0, time, (4, ("Q", i)), (5, ("Q", i // 3)), (7, ("Q", i // 2)), (COMMENT, "so far"))
        other = second and of_second_interface(packet)
        if i % 13 == 12 and other:
            w.old_packet(1, i % 3, time // 1000, packet, length)
        else:
            w.packet(int(other), time // 1000 if other else time, packet, length, *options_of(i))
        parts.append(w.data)
        w.data = b""
    w.statistics(0, packets[-1][0], (4, ("Q", len(packets))), (5, ("Q", 3)), (7, ("Q", 2)), (COMMENT, "the end"))
    return b"".join(parts) + w.data


def many_names(data):
    """Before each packet, something that another thread must learn of before it: a name, or a process that had none."""
    link, packets = packets_of(data)
    w = Writer()
    w.section("<")
    w.interface(link, 0, NANOSECONDS)
    for i, (time, packet, length) in enumerate(packets):
        name_host(w, packet, f"host{i}")
        w.packet(0, time, packet, length, (8, ("II", i, 1)))
        process_block(w, i, (2, f"program{i}".encode()))
    return w.data


def long_comments(data, count):
    """Comments of one packet that together are longer than what a batch usually holds, and packets between them."""
    link, packets = packets_of(data)
    w = Writer()
    w.section(">")
    w.interface(link, 0, NANOSECONDS)
    for i, (time, packet, length) in enumerate(packets[:count]):
        w.packet(0, time, packet, length, *[(COMMENT, f"{i}" * 16000)] * (12 if i % 9 == 4 else 0))
    return w.data
