"""Makes damaged and unusual captures from a good one, at random with a seed. Every function takes bytes and yields pairs of a name and
bytes; the name says what was changed, so that it can be found again."""
import gzip
import shutil
import struct
import subprocess

EXTREMES = (0, 1, 2, 3, 7, 8, 11, 12, 0xffff, 0x10000, 0x40000, 0x40001, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff)
BYTES = (0, 1, 4, 5, 0x0f, 0x45, 0x46, 0x4f, 0x50, 0x60, 0x7f, 0x80, 0xf0, 0xfe, 0xff)
# Link types as pcap and pcapng number them: all numbers of the supported ones, and some that are not supported.
LINKS = (0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 105, 127, 147, 0xffff)
MAGICS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">",
          b"\x34\xcd\xb2\xa1": "<", b"\xa1\xb2\xcd\x34": ">"}
SECTION = 0x0a0d0d0a


def order_of(data):
    """Returns the byte order of a pcap file, or None when it is not a pcap file."""
    return MAGICS.get(data[:4])


def pcap_records(data):
    """Yields where each record's header starts, and its captured length."""
    order, at = order_of(data), 24
    header = 24 if data[:4] in (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34") else 16
    while order and at + header <= len(data):
        captured = struct.unpack_from(order + "I", data, at + 8)[0]
        if captured > len(data) - at - header:
            break
        yield at, header, captured
        at += header + captured


def pcapng_blocks(data):
    """Yields the byte order, type, offset and length of each block."""
    order, at = "<", 0
    while at + 12 <= len(data):
        kind, = struct.unpack_from("<I", data, at)
        if kind == SECTION:
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or length > len(data) - at:
            break
        yield order, kind, at, length
        at += length


def put(data, at, *parts):
    new = b"".join(parts)
    return data[:at] + new + data[at + len(new):]


def cuts(data, chance, count):
    """Cuts a small file at every length, and a large one at a sample of lengths and at the ends of its records."""
    lengths = range(len(data))
    if len(data) > 5 * count:
        edges = {at + step for at, header, captured in list(pcap_records(data))[:4] for step in (0, 1, header - 1, header, header + captured)}
        edges |= {at + step for _, _, at, _ in list(pcapng_blocks(data))[:6] for step in (0, 4, 8, 9)}
        lengths = sorted(set(chance.sample(lengths, count)) | {at for at in edges if at < len(data)})
    for length in lengths:
        yield f"cut to {length}", data[:length]


def flips(data, chance, count):
    """Replaces a few or many bytes, in headers or anywhere."""
    starts = [at + header for at, header, _ in pcap_records(data)] or [at + 28 for _, _, at, _ in pcapng_blocks(data)] or [0]
    for number in range(count):
        new = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 4, 8, 32))):
            at = chance.randrange(len(data)) if chance.random() < 0.3 else chance.choice(starts) + chance.randrange(96)
            if at < len(data):
                new[at] = chance.choice(BYTES) if chance.random() < 0.5 else new[at] ^ 1 << chance.randrange(8)
        yield f"flip {number}", bytes(new)


def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def mend(frame):
    """Corrects the checksums of IPv4 and TCP in an Ethernet frame, so that changed fields are accepted."""
    head = (frame[14] & 15) * 4 if len(frame) > 34 and frame[12:14] == b"\x08\0" and frame[14] >> 4 == 4 else 0
    if head < 20 or len(frame) < 14 + head + 20 or frame[23] != 6:
        return frame
    ip = put(frame[14:14 + head], 10, b"\0\0")
    ip = put(ip, 10, struct.pack(">H", checksum(ip)))
    end = 14 + struct.unpack_from(">H", ip, 2)[0]
    if not 14 + head + 20 <= end <= len(frame):
        return frame[:14] + ip + frame[14 + head:]
    tcp = put(frame[14 + head:end], 16, b"\0\0")
    tcp = put(tcp, 16, struct.pack(">H", checksum(ip[12:20] + struct.pack(">HH", 6, len(tcp)) + tcp)))
    return frame[:14] + ip + tcp + frame[end:]


def believed(data, chance, count):
    """Changes fields of IPv4 and TCP headers in many packets; loses, doubles and reorders packets; sets extreme times. The
    checksums are right, so that the changes affect the states."""
    order = order_of(data)
    records = [data[at:at + header + captured] for at, header, captured in pcap_records(data)]
    if not records or data[:4] not in (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4"):
        return
    for number in range(count):
        out = []
        for record in records[:2000]:
            change = chance.random()
            frame = record[16:]
            if change < 0.1:
                continue
            if change < 0.4 and len(frame) > 47:
                places = list(range(46, 48)) + list(range(38, 50)) + list(range(54, min(len(frame), 74))) + [16, 17, 14, 22, 20]
                for _ in range(chance.choice((1, 1, 3))):
                    at = min(chance.choice(places), len(frame) - 1)
                    frame = put(frame, at, bytes([chance.choice(BYTES) if chance.random() < 0.6 else chance.randrange(256)]))
                frame = mend(frame)
            stamp = record[:8]
            if chance.random() < 0.05:
                stamp = struct.pack(order + "II", chance.choice(EXTREMES), chance.choice(EXTREMES))
            lengths = struct.pack(order + "II", len(frame), len(frame) + chance.choice((0, 0, 0, 1, 1400, 0x7fffffff - len(frame))))
            out += [stamp + lengths + frame] * chance.choice((1, 1, 1, 1, 2))
            if chance.random() < 0.1:
                chance.shuffle(out[-4:])
        if chance.random() < 0.2:
            chance.shuffle(out)
        yield f"believed {number}", data[:24] + b"".join(out)


def pcap_headers(data, chance):
    order = order_of(data)
    if not order:
        return
    for value in EXTREMES:
        yield f"snapshot length {value:#x}", put(data, 16, struct.pack(order + "I", value))
    for link in LINKS:
        yield f"link type {link}", put(data, 20, struct.pack(order + "I", link))
    for bits in (0x14000000, 0x24000000, 0xf4000000, 0x04000000, 0x08000000):
        link, = struct.unpack_from(order + "I", data, 20)
        yield f"link type {link} with {bits:#x}", put(data, 20, struct.pack(order + "I", link & 0xffff | bits))
    for magic in MAGICS:
        yield f"magic {magic.hex()}", put(data, 0, magic)
    for major, minor in ((0, 0), (1, 2), (2, 0), (2, 2), (2, 3), (2, 5), (543, 0), (0xffff, 0xffff)):
        yield f"version {major}.{minor}", put(data, 4, struct.pack(order + "HH", major, minor))
    records = list(pcap_records(data))
    chosen = [records[0], chance.choice(records), records[-1]] if records else []
    for at, header, captured in chosen:
        for value in (*EXTREMES, captured + 1, max(captured, 1) - 1):
            for field in (0, 4, 8, 12):
                yield f"record at {at}: {field} is {value:#x}", put(data, at + field, struct.pack(order + "I", value & 0xffffffff))
        yield f"record at {at}: on the wire less", put(data, at + 8, struct.pack(order + "II", captured, captured // 2))


def pcap_written_anew(data):
    """Writes the packets in the other byte order, with nanoseconds, in older versions and in the modified format."""
    order = order_of(data)
    if not order or data[:4] in (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34"):
        return
    head = struct.unpack_from(order + "HHiIII", data, 4)
    for name, to, magic, more, swap, version in (
            ("other order", "<>"[order == "<"], 0xa1b2c3d4, b"", False, (2, 4)), ("nanoseconds", order, 0xa1b23c4d, b"", False, (2, 4)),
            ("modified", order, 0xa1b2cd34, b"\0\0\0\1\x08\0\0\0", False, (2, 4)), ("version 2.2", order, 0xa1b2c3d4, b"", True, (2, 2)),
            ("version 2.3", order, 0xa1b2c3d4, b"", True, (2, 3)), ("version 543.0", order, 0xa1b2c3d4, b"", True, (543, 0))):
        out = [struct.pack(to + "IHHiIII", magic, *version, *head[2:])]
        for at, header, captured in pcap_records(data):
            seconds, fraction, first, second = struct.unpack_from(order + "IIII", data, at)
            out.append(struct.pack(to + "IIII", seconds, fraction, *((second, first) if swap else (first, second))) + more)
            out.append(data[at + header:at + header + captured])
        yield name, b"".join(out)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(order, kind, body):
    length = 12 + len(body)
    return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I", length)


def section(order):
    return block(order, SECTION, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1))


def interface(order, link, snaplen, options=b""):
    return block(order, 1, struct.pack(order + "HHI", link & 0xffff, 0, snaplen) + options)


def enhanced(order, number, high, low, captured, length, frame):
    return block(order, 6, struct.pack(order + "IIIII", number, high, low, captured, length) + frame + bytes(-len(frame) % 4))


def pcapng_written_anew(data):
    """Writes the packets as pcapng with every time resolution and offset, several interfaces and sections, and all kinds of blocks."""
    order = order_of(data)
    if not order:
        return
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xffff
    frames = [(struct.unpack_from(order + "II", data, at), data[at + header:at + header + captured])
              for at, header, captured in list(pcap_records(data))[:50]]
    for resolution in (0, 3, 6, 9, 12, 18, 19, 20, 127, 128, 0x80 | 9, 0x80 | 63, 0x80 | 64, 255):
        for offset in (None, 0, -1, 1 << 62, -(1 << 63)):
            options = option(order, 9, bytes([resolution])) + option(order, 2, b"a\x1b[2J\xe2\x80\xae\x9b\xff")
            if offset is not None:
                options += option(order, 14, struct.pack(order + "q", offset))
            out = [section(order), interface(order, link, 0, options + option(order, 13, b"\x20") + option(order, 0, b""))]
            for number, ((seconds, fraction), frame) in enumerate(frames[:10]):
                high, low = ((0xffffffff, 0xffffffff), (0x7fffffff, number), (seconds >> 12, fraction), (0, number))[number % 4]
                out.append(enhanced(order, 0, high, low, len(frame), len(frame), frame))
            yield f"resolution {resolution} offset {offset}", b"".join(out)
    simple = b"".join(block(order, 3, struct.pack(order + "I", len(frame)) + frame + bytes(-len(frame) % 4)) for _, frame in frames)
    packets = b"".join(block(order, 2, struct.pack(order + "HHIIII", 0, 1, 0, 0, len(frame), len(frame)) + frame + bytes(-len(frame) % 4))
                       for _, frame in frames)
    yield "simple packets", section(order) + interface(order, link, 0) + simple
    yield "simple packets, cut short", section(order) + interface(order, link, 20) + simple
    yield "simple packets without an interface", section(order) + simple
    yield "packet blocks", section(order) + interface(order, link, 0xffffffff) + packets
    yield "no interface", section(order) + packets
    other = "<>"[order == "<"]
    for another in LINKS:
        yield f"two interfaces {another}", section(order) + interface(order, link, 0) + interface(order, another, 0) + packets
        yield f"two sections {another}", section(order) + interface(order, link, 0) + simple + section(other) + interface(other, another, 0)
    for captured in EXTREMES:
        frame = frames[0][1] if frames else b""
        yield f"enhanced packet of {captured:#x}", section(order) + interface(order, link, 0) + \
            enhanced(order, 0, 0, 0, captured, len(frame), frame) + enhanced(order, captured, 0, 0, len(frame), captured, frame)
        yield f"option of {captured & 0xffff:#x}", section(order) + interface(
            order, link, captured, struct.pack(order + "HH", 13, captured & 0xffff) + bytes(8)) + simple


def pcapng_headers(data, chance):
    blocks = list(pcapng_blocks(data))
    if not blocks or blocks[0][1] != SECTION:
        return
    for order, kind, at, length in blocks[:4] + chance.sample(blocks, min(3, len(blocks))):
        for value in (*EXTREMES, length + 4, length - 4, length + 1, 16 << 20, (16 << 20) + 4):
            for name, place in (("length", at + 4), ("length again", at + length - 4), ("body", at + 8), ("body", at + 12),
                                ("body", at + 20), ("body", at + 24)):
                if place + 4 <= len(data):
                    yield f"block at {at}: {name} {place} is {value:#x}", put(data, place, struct.pack(order + "I", value & 0xffffffff))
        for link in LINKS if kind == 1 else ():
            yield f"block at {at}: link type {link}", put(data, at + 8, struct.pack(order + "H", link))
        for other in (0, 1, 2, 3, 4, 5, 6, 9, 10, 0xbad, 0x80000001, SECTION):
            yield f"block at {at}: type {other:#x}", put(data, at, struct.pack(order + "I", other))
        yield f"without the block at {at}", data[:at] + data[at + length:]
        yield f"the block at {at} twice", data[:at + length] + data[at:]
        yield f"the block at {at} first", data[at:at + length] + data


def zstd(data):
    if not shutil.which("zstd"):
        return None
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


def packed(data, chance, count):
    for name, pack in (("gzip", lambda data: gzip.compress(data, 1)), ("zstd", zstd)):
        whole = pack(data)
        if whole is None:
            continue
        yield f"{name}", whole
        yield f"{name} twice", whole + whole
        yield f"{name} with zeros", whole + bytes(100)
        yield f"{name} with garbage", whole + b"rubbish"
        yield f"{name} compressed twice", pack(whole)
        for what, new in (*cuts(whole, chance, count), *flips(whole, chance, count)):
            yield f"{name} {what}", new


def all_of(data, chance, count):
    """Yields every kind of mutation; `count` limits the random ones."""
    yield "as it is", data
    if not data:
        return
    yield from cuts(data, chance, count)
    yield from flips(data, chance, count)
    yield from believed(data, chance, count // 4)
    yield from pcap_headers(data, chance)
    yield from pcap_written_anew(data)
    yield from pcapng_written_anew(data)
    yield from pcapng_headers(data, chance)
    if len(data) < 1 << 20:
        yield from packed(data, chance, count // 8)
