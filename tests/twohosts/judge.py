"""Reads a capture of the lab, and compares what wirestate infers from its packets with what both kernels said.

The kernels are asked before and after each packet is delivered, so a state that lasts no longer than a call is not always
seen. The path of states that a kernel was seen in must therefore be a part, in order, of the path that is inferred. Where
both end differently, the inferred end must be marked as presumed."""
import json
import os
import re
import struct
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/lab"))
import paths  # noqa: E402

PROGRAM = os.path.abspath(os.environ.get("WIRESTATE", os.path.join(ROOT, "build/wirestate")))
LINE = re.compile(r"wirestate: (\d+\.\d{9}) (?:(client|server) (kernel|call|return|program)|(wire)) (.*)")


def options_of(data):
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("=HH", data, at)
        if code == 0:
            return
        yield code, data[at + 4:at + 4 + length]
        at += 4 + (length + 3) // 4 * 4


def blocks_of(path):
    """Yields (packet or None, comment) for the packets, and for what comes after the last one, in the order of the file."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("=II", data, at)
        body, packet = data[at + 8:at + size - 4], None
        if kind == 6:
            captured = struct.unpack_from("=I", body, 12)[0]
            packet = body[20:20 + captured]
            body = body[20 + (captured + 3) // 4 * 4:]
        elif kind == 5:
            body = body[12:]
        else:
            body = b""
        yield from ((packet, value.decode()) for code, value in options_of(body) if code == 1)
        at += size


def kind_of(packet):
    """The kind of segment, in the words of a scenario's rules."""
    header = (packet[14] & 15) * 4
    if packet[23] != 6:
        return {17: "UDP", 1: "ICMP"}.get(packet[23], "?")
    tcp = packet[14 + header:]
    flags, length = tcp[13], struct.unpack_from("!H", packet, 16)[0] - header - (tcp[12] >> 4) * 4
    if flags & 4:
        return "RST"
    if flags & 2:
        return "SYN-ACK" if flags & 16 else "SYN"
    return "FIN" if flags & 1 else "DATA" if length else "ACK"


def departures_of(path):
    """Yields (side, kind of segment, comment) for each packet that has left its host, in the order of the file."""
    for packet, comment in blocks_of(path):
        left = re.search(r"wire packet \d+ left the (client|server)", comment)
        if packet and left:
            yield left.group(1), kind_of(packet), comment


def evidence_of(path):
    """Yields (time, side or "wire", kind, text) for each line of evidence; what is no such line is an error."""
    for _, comment in blocks_of(path):
        for line in comment.splitlines():
            match = LINE.fullmatch(line)
            if not match:
                raise ValueError(f"no evidence: {line}")
            time, side, kind, wire, text = match.groups()
            yield float(time), side or "wire", kind or wire, text


def kernel_paths(path):
    """Returns the states that each kernel was seen in, by (its own end, the peer's end)."""
    seen = {}
    for _, _, kind, text in evidence_of(path):
        words = text.split()
        if kind == "kernel" and ":" in words[1]:
            states = seen.setdefault((words[1], words[2]), [])
            if not states or states[-1] != words[0]:
                states.append(words[0])
    return seen


def inferred(path):
    """Returns for each point the states inferred from its packets, by the same keys, and whether the last one is marked as
    not proven."""
    done = subprocess.run([PROGRAM, "-r", path, "-T", "json", "--only", "transition"], capture_output=True, text=True,
                          timeout=60, check=True)
    points = {}
    for line in done.stdout.splitlines():
        points.setdefault(json.loads(line)["point"], []).append(line)
    return {point: inferred_at(lines) for point, lines in points.items()}


def inferred_at(lines):
    marks = {}
    for line in lines:
        record = json.loads(line)
        key = (paths.endpoint_name(record["address"], record["port"]),
               paths.endpoint_name(record["peer_address"], record["peer_port"]))
        marks[key] = record["basis"] not in ("sent", "acknowledged")
    found = {}
    for endpoint in paths.of_records(lines):
        found.setdefault(endpoint.key, []).extend(endpoint.path)
    return found, marks


def is_part(part, whole):
    rest = iter(whole)
    return all(state in rest for state in part)


def differences(path):
    """Yields in words where the kernels and wirestate differ, at the end's own point or at the other one. A connection of
    which nothing has arrived is known to one point only."""
    points = inferred(path)
    for key, states in kernel_paths(path).items():
        known = {point: found for point, (found, _) in points.items() if key in found}
        if not known:
            yield f"{key[0]}: the kernel was {' '.join(states)}, and no point knows the connection"
        for point, found in known.items():
            ours, marked = found[key], points[point][1].get(key, False)
            if not is_part(states, ours) and not (marked and is_part(states[:-1], ours)):
                yield f"{key[0]} at {point}: the kernel was {' '.join(states)}, inferred is {' '.join(ours)}"
            elif ours[-1] != states[-1] and not marked:
                yield f"{key[0]} at {point}: the kernel ends {states[-1]}, inferred and not marked is {ours[-1]}"
