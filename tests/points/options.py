"""Options of SYNs that a device between two points changes."""
import os
import struct

from common import POINTS, check, records
from frames import complete, from_server, write

NOTHING = b"\1"  # No-Operation


def changed(frames, of_server, change):
    """`change` gets the options of each SYN of one side, as a list of [kind, bytes], and returns it."""
    out = []
    for time, frame in frames:
        frame = bytearray(frame)
        if frame[47] & 2 and from_server(frame) == of_server:
            options, at = [], 54
            while at < 34 + (frame[46] >> 4) * 4:
                size = frame[at + 1] if frame[at] > 1 else 1
                options.append([frame[at], bytes(frame[at:at + size])])
                at += size
            made = b"".join(data for _, data in change(options))
            frame[54:at] = made + NOTHING * (at - 54 - len(made))
            complete(frame)
        out.append((time, frame))
    return out


def clamped(options):
    """As routers do whose way has an MTU of 1420."""
    return [[kind, struct.pack("!BBH", 2, 4, 1380) if kind == 2 else data] for kind, data in options]


def without(*kinds):
    return lambda options: [option for option in options if option[0] not in kinds]


def scaled(options):
    return [[kind, b"\3\3\7" if kind == 3 else data] for kind, data in options]


def check_options(folder, lists):
    """Each file is a point's; what is changed is what has passed the device."""
    folder = os.path.join(folder, "options")
    os.mkdir(folder)
    syn, syn_ack = "; a device between client and server changed the options of the client's SYN: ", \
                   "; a device between server and client changed the options of the server's SYN-ACK: "
    for name, of_server, change, said in (
            ("nothing", False, lambda options: options, None),
            ("the client's MSS", False, clamped, syn + "MSS 1380 instead of 1460"),
            ("the server's MSS", True, clamped, syn_ack + "MSS 1380 instead of 1460"),
            ("the window scale", True, without(3), syn_ack + "no window scale"),
            ("another window scale", False, scaled, syn + "window scale 7 instead of 10"),
            ("all options", False, without(2, 3, 4), syn + "no MSS, no window scale, no SACK permitted")):
        (head, near), (_, far) = lists
        passed = [changed(near, of_server, change) if of_server else near, far if of_server else changed(far, of_server, change)]
        paths = [write(os.path.join(folder, f"{point}.pcap"), head, frames) for point, frames in zip(POINTS, passed)]
        for files in (paths, paths[::-1]):
            verdicts = [r["verdict"] for r in records(*(word for file in files for word in ("-r", file)))["connection"]]
            good = all(said + ";" in verdict + ";" if said else "changed the options" not in verdict for verdict in verdicts)
            check(f"options: {name}", len(verdicts) == 2 and good, verdicts)
    # Of a SYN-ACK to which the device has added something, it is said, too.
    (head, near), (_, far) = lists
    paths = [write(os.path.join(folder, f"{point}.pcap"), head, frames)
             for point, frames in zip(POINTS, (near, changed(far, True, without(4))))]
    verdicts = [r["verdict"] for r in records("-r", paths[0], "-r", paths[1])["connection"]]
    check("options: SACK is added", all(syn_ack + "SACK permitted added" in verdict for verdict in verdicts), verdicts)
