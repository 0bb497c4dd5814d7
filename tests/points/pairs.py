"""Pairs of captures made from one: as a point at the other end of a path would have captured it. Another clock, delays,
other addresses and ports, a lower TTL and MSS, segments that the sender's card cuts, and losses that are known, because they
are put in: an ACK that only one of the two has, or an earlier copy of a data segment, which then is what is sent again."""
import random
import struct

DELAY = 5000  # nanoseconds: less than an answer takes at the host where the original was captured


def is_tcp(frame):
    """Whether it is Ethernet, IPv4 without options or fragments, TCP, whole and without padding; then also its flags."""
    return (len(frame) >= 54 and frame[12:15] == b"\x08\x00\x45" and frame[23] == 6 and not frame[20] & 0x3f
            and not frame[21] and struct.unpack_from("!H", frame, 16)[0] == len(frame) - 14)


def number(frame, at):
    return struct.unpack_from("!I", frame, at)[0]


def start_of_data(frame):
    return 34 + (frame[46] >> 4) * 4


def flow(frame):
    """The connection, and whether its client sent this: the end with the higher port."""
    ends = (bytes(frame[26:30] + frame[34:36]), bytes(frame[30:34] + frame[36:38]))
    up = ends[0][4:] > ends[1][4:]
    return (ends if up else ends[::-1]), up


def trimmed(frame):
    """Without the padding of short Ethernet frames."""
    if len(frame) >= 54 and frame[12:15] == b"\x08\x00\x45":
        return frame[:14 + struct.unpack_from("!H", frame, 16)[0]]
    return frame


def clamp(frame, most):
    at = 54
    while at + 4 <= start_of_data(frame) and frame[47] & 2:
        if frame[at] == 2:
            struct.pack_into("!H", frame, at + 2, min(most, struct.unpack_from("!H", frame, at + 2)[0]))
        at += 1 if frame[at] == 1 else max(frame[at + 1], 1) if frame[at] else len(frame)


def translated(frame, up, most, complete):
    frame = bytearray(frame)
    address, port = (26, 34) if up else (30, 36)
    frame[address:address + 4] = bytes((192, 0, 2, frame[address + 3]))
    struct.pack_into("!H", frame, port, struct.unpack_from("!H", frame, port)[0] ^ 0x0101)
    frame[22] = max(frame[22] - 3, 1)
    clamp(frame, most)
    return complete(frame)


def merged(frames, connections, complete):
    """Neighbouring segments of a server as its host hands them to a card that cuts them, as far as their IP IDs tell."""
    out = []
    for time, frame in frames:
        before = out[-1][1] if out else None
        fits = (before is not None and flow(frame) == flow(before) and not connections(frame)
                and len(frame) > start_of_data(frame) and len(before) > start_of_data(before)
                and number(before, 38) + len(before) - start_of_data(before) == number(frame, 38)
                and before[42:47] == frame[42:47] and before[48:50] == frame[48:50]
                and before[54:start_of_data(before)] == frame[54:start_of_data(frame)] and before[47] == 16
                and struct.unpack_from("!H", frame, 18)[0] == struct.unpack_from("!H", before, 18)[0] + 1)
        if fits:
            whole = bytearray(before + frame[start_of_data(frame):])
            whole[47] |= frame[47]
            out[-1] = (out[-1][0], complete(whole))
        else:
            out.append((time, frame))
    return out


def make(frames, seed, complete, offset, nat=True, split=False):
    """Returns the frames at the client's end and at the server's, and the losses: sequence number and length."""
    chance, here, there, lost, seen = random.Random(seed), [], [], [], {}
    last = frames[-1][0] if frames else 0
    whole = [bytearray(trimmed(frame)) for _, frame in frames]
    most = max((len(frame) - start_of_data(frame) for frame in whole if is_tcp(frame)), default=0) + 12
    for time, frame in frames:
        frame = bytearray(trimmed(frame))
        if not is_tcp(frame):
            continue
        connection, up = flow(frame)
        known = seen.setdefault((connection, up), [0, 0])
        size, flags = len(frame) - start_of_data(frame), frame[47]
        key = (number(frame, 38), size)
        other = time + (DELAY if up else -DELAY)
        inside = known[0] > 3 and frames[0][0] + 10**9 < time < last - 10**9 and not flags & 7
        fresh = key not in known
        again = inside and size > 1 and fresh and chance.random() < 0.3
        away = inside and not size and fresh and chance.random() < 0.3
        known[0] += 1
        known.append(key)
        change = (lambda f: translated(f, up, most, complete)) if nat else bytes
        if again:  # an earlier copy is lost
            copy = bytearray(frame)
            struct.pack_into("!H", copy, 18, struct.unpack_from("!H", frame, 18)[0] ^ 0x5555)
            complete(copy)
            if up:
                here.append((time - 1000, copy))
            else:
                there.append((other - 1000 + offset, change(copy)))
        if again or away:
            lost.append((number(frame, 38), size))
        if not (away and not up):
            here.append((time, frame))
        if not (away and up):
            there.append((other + offset, change(frame)))
    here.sort(key=lambda f: f[0])
    there.sort(key=lambda f: f[0])
    return here, merged(there, lambda frame: flow(frame)[1], complete) if split else there, lost
