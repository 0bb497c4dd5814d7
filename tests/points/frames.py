"""Frames of Ethernet, IPv4 without options and TCP: files of them, and what devices on a path make of them."""
import re
import socket
import struct

SERVER = "10.0.1.2"


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    at, frames = 24, []
    while at + 16 <= len(data):
        seconds, part, captured = struct.unpack_from("<III", data, at)
        frames.append((seconds * 10**9 + part, bytearray(data[at + 16:at + 16 + captured])))
        at += 16 + captured
    return data[:24], frames


def write(path, head, frames):
    with open(path, "wb") as file:
        file.write(head)
        for time, frame in frames:
            file.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame)) + frame)
    return path


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", bytes(data) + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def complete(frame):
    """Fills in lengths and checksums. All frames are Ethernet, IPv4 without options, TCP."""
    struct.pack_into("!H", frame, 16, len(frame) - 14)
    frame[24:26] = b"\0\0"
    struct.pack_into("!H", frame, 24, checksum(frame[14:34]))
    frame[50:52] = b"\0\0"
    pseudo = frame[26:34] + struct.pack("!HH", 6, len(frame) - 34)
    struct.pack_into("!H", frame, 50, checksum(pseudo + frame[34:]))
    return frame


def number(frame, at):
    return struct.unpack_from("!I", frame, at)[0]


def from_server(frame):
    return socket.inet_ntoa(bytes(frame[26:30])) == SERVER


def data_start(frame):
    return 34 + (frame[46] >> 4) * 4


def translated(frames):
    """As behind NAT: the client has another address and port, and the TTL is less."""
    out = []
    for time, frame in frames:
        frame = bytearray(frame)
        address, port = (30, 36) if from_server(frame) else (26, 34)
        frame[address:address + 4] = socket.inet_aton("192.0.2.77")
        struct.pack_into("!H", frame, port, struct.unpack_from("!H", frame, port)[0] ^ 0x1234)
        frame[22] -= 1
        out.append((time, complete(frame)))
    return out


def on_loopback(frames):
    """The same numbers between loopback addresses, which no NAT makes of other addresses."""
    return [(time, complete(frame[:26] + socket.inet_aton("127.0.0.1") * 2 + frame[34:])) for time, frame in frames]


def renumbered(frames, more=1234567):
    """As behind a firewall that adds a constant to the server's numbers."""
    out = []
    for time, frame in frames:
        frame = bytearray(frame)
        at = 38 if from_server(frame) else 42
        if at == 38 or frame[47] & 16:
            struct.pack_into("!I", frame, at, (number(frame, at) + more) & 0xffffffff)
        out.append((time, complete(frame)))
    return out


def joined(frames, sender_is_server, within):
    """Neighbouring data segments of one sender as one: as before a card cuts them, or after one has merged them."""
    out = []
    for time, frame in frames:
        if out and from_server(frame) == sender_is_server:
            before_time, before = out[-1]
            size = len(before) - data_start(before)
            fits = (size and len(frame) > data_start(frame) and from_server(before) == sender_is_server
                    and number(before, 38) + size == number(frame, 38) and before[42:46] == frame[42:46]
                    and bytes(before[54:data_start(before)]) == bytes(frame[54:data_start(frame)])
                    and before[34:38] == frame[34:38] and time - before_time < within)
            if fits:
                before = before + frame[data_start(frame):]
                before[47] |= frame[47]
                out[-1] = (before_time, complete(before))
                continue
        out.append((time, bytearray(frame)))
    return out


def bare(frame):
    """Without an IP ID and timestamps, so that little tells segments apart."""
    frame, at = bytearray(frame), 54
    frame[18:20] = b"\0\0"
    while at + 1 < data_start(frame) and frame[at]:
        size = 1 if frame[at] == 1 else max(frame[at + 1], 1)
        if frame[at] == 8:
            frame[at:at + size] = b"\1" * size
        at += size
    return complete(frame)


def another_syn(item):
    """One from the port after that, with a window that is smaller by one, so that the checksum is the same."""
    time, frame = item
    window = struct.unpack_from("!H", frame, 48)[0]
    port = struct.unpack_from("!H", frame, 34)[0]
    other = bytearray(frame)
    struct.pack_into("!H", other, 34, port + 1)
    struct.pack_into("!H", other, 48, window - 1)
    return [(time - 1000, bytes(other))]


def with_wrong_checksums(frames, of_server=False, most=2):
    """The first two segments with data that one side sent, as if their checksums were wrong only in the capture."""
    out, seen = [], set()
    for time, frame in frames:
        if from_server(frame) == of_server and len(frame) > data_start(frame) and (len(seen) < most or number(frame, 38) in seen):
            seen.add(number(frame, 38))
            frame = bytearray(frame)
            frame[50] ^= 0x55
        out.append((time, frame))
    return out


def segments_of(path):
    """Ports, sequence and acknowledgment numbers of all TCP headers over Ethernet and IPv4, whatever the file's format; of UDP the
    header, and the first bytes of the payload, such as the identifier of a DNS query."""
    with open(path, "rb") as file:
        data = file.read()
    return {data[at + 22:at + 34] for at in (found.start() for found in re.finditer(b"\x08\x00\x45", data))
            if data[at + 11:at + 12] in (b"\x06", b"\x11")}


def times_of(path):
    """The times of a pcapng file's packets, by their payloads' digests, in the order of the file."""
    with open(path, "rb") as file:
        data = file.read()
    at, frames = 0, []
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6:
            number, high, low, captured = struct.unpack_from("<IIII", data, at + 8)
            frames.append((number, high << 32 | low, data[at + 28:at + 28 + captured]))
        at += size
    return frames


def ports_of(frame):
    return set(struct.unpack_from("!HH", frame, 34))
