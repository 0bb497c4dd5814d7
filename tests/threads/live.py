"""Live captures with several threads, on a veth pair between two network namespaces: the packets are known, and each has a record,
in order, whichever thread has read it. The session's own thread reads as long as packets come a few at a time; that a second one
reads and others format is enforced by stopping the program until very many packets wait for it."""

import collections
import ctypes
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import time

NETWORK = 0x40000000  # CLONE_NEWNET
MANY = 40000  # packets, of which the second thread reads more than half
FRAME = bytes.fromhex("02000000000b 02000000000a 0800".replace(" ", ""))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def segment(source, destination, port, peer_port, seq, ack, flags, payload=b""):
    """A frame with a TCP segment; both addresses are numbers in 10.0.0.0/8."""
    addresses = struct.pack("!II", 10 << 24 | source, 10 << 24 | destination)
    payload += b"\0" * (len(payload) % 2)
    tcp = struct.pack("!HHIIBBHHH", port, peer_port, seq, ack, 0x50, flags, 65535, 0, 0)
    tcp = tcp[:16] + struct.pack("!H", checksum(addresses + struct.pack("!HH", 6, len(tcp) + len(payload)) + tcp + payload)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(payload), 1, 0x4000, 64, 6, 0) + addresses
    return FRAME + ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp + payload


def exchanges(count, first):
    """So many packets of connections with ten packets each, of which always 16 take turns."""
    frames, side = [], 16
    for group in range((count + 10 * side - 1) // (10 * side)):
        steps = []
        for i in range(side):
            client, server, port = 1, 2, 1024 + (first + group * side + i) % 60000
            def there(seq, ack, flags, payload=b"", port=port):
                return segment(client, server, port, 80, seq, ack, flags, payload)
            def back(seq, ack, flags, payload=b"", port=port):
                return segment(server, client, 80, port, seq, ack, flags, payload)
            steps.append([there(100, 0, 2), back(500, 101, 18), there(101, 501, 16), there(101, 501, 24, b"ask\n"), back(501, 105, 16),
                          back(501, 105, 24, b"answer\n\n"), there(105, 509, 17), back(509, 106, 17), there(106, 510, 16), there(106, 510, 16)])
        frames += [step[k] for k in range(10) for step in steps]
    return frames[:count]


def said(line):
    """What a record says that does not depend on when its packets came."""
    record = json.loads(line)
    kept = ("type", "frame", "layers", "conn", "role", "port", "from", "to", "why")
    return {name: record[name] for name in kept if name in record}


def enter(space):
    if ctypes.CDLL(None, use_errno=True).setns(space, NETWORK):
        raise OSError(ctypes.get_errno(), "setns")


class Live:
    """wirestate in one of two namespaces, and a socket in the other that sends what it is to capture."""

    def __init__(self, program, *arguments, output=subprocess.PIPE):
        self.spaces = [f"wirestate-threads-{os.getpid()}-{end}" for end in "ab"]
        self.lines, self.text = collections.deque(), b""
        for name in self.spaces:
            subprocess.run(["ip", "netns", "add", name], check=True)
        subprocess.run(["ip", "-n", self.spaces[0], "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns",
                        self.spaces[1]], check=True)
        for name in self.spaces:
            subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"], check=False,
                           stderr=subprocess.DEVNULL)
            subprocess.run(["ip", "-n", name, "link", "set", "wire", "up"], check=True)
        self.socket = self.socket_in(self.spaces[0])
        self.program = subprocess.Popen(["ip", "netns", "exec", self.spaces[1], program, "-n", "-i", "wire", *arguments, "tcp"],
                                        stdout=output, stderr=subprocess.PIPE)
        self.program.stderr.readline()  # it is listening

    @staticmethod
    def socket_in(space):
        """Sockets belong to the namespace that the process was in when it made them."""
        home, there = (os.open(path, os.O_RDONLY) for path in ("/proc/self/ns/net", f"/run/netns/{space}"))
        enter(there)
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        made.bind(("wire", 0))
        enter(home)
        os.close(home)
        os.close(there)
        return made

    def send(self, frames):
        for frame in frames:
            self.socket.send(frame)

    def send_at_once(self, frames):
        """All are waiting for the program when it goes on."""
        self.program.send_signal(signal.SIGSTOP)
        self.send(frames)
        self.program.send_signal(signal.SIGCONT)

    def read(self, wanted, patience):
        """Lines, until `wanted(line)` or nothing comes any more; the last one is what was wanted, or None."""
        end, found = time.monotonic() + patience, []
        while time.monotonic() < end:
            while self.lines:
                found.append(self.lines.popleft())
                if wanted(found[-1]):
                    return found
            if select.select([self.program.stdout], [], [], 0.5)[0]:
                data = os.read(self.program.stdout.fileno(), 1 << 20)
                if not data:
                    break
                *lines, self.text = (self.text + data).split(b"\n")
                self.lines.extend(lines)
        return found + [None]

    def worked(self):
        """The processor's time, in milliseconds, that each thread but the first one has used."""
        used = []
        for task in sorted(os.listdir(f"/proc/{self.program.pid}/task"), key=int)[1:]:
            with open(f"/proc/{self.program.pid}/task/{task}/schedstat", encoding="ascii") as file:
                used.append(int(file.read().split()[0]) / 1e6)
        return used

    def close(self):
        self.program.kill()
        self.program.wait()
        if self.program.stdout:
            self.program.stdout.close()
        self.program.stderr.close()
        self.socket.close()
        for name in self.spaces:
            subprocess.run(["ip", "netns", "del", name], check=False)


def counted(live):
    """The packets that were captured, received and lost, as standard error says at the end, and the exit status."""
    errors = live.program.stderr.read().decode()
    counts = re.search(r"(\d+) packets? captured, (\d+) received by filter, (\d+) dropped by kernel", errors)
    return tuple(map(int, counts.groups())) if counts else (0, 0, errors), live.program.wait()


def is_packet(number):
    mark = b'"frame":%d,' % number
    return lambda line: b'"type":"packet"' in line and mark in line


def in_order(check, program, frames, expected, patience):
    """One packet, then very many, then one again, then many that are stopped by a signal: in JSON and as text."""
    live = Live(program, "-T", "json", "--only", "packet,transition", "--time-wait", "86400", "--threads", "4")
    try:
        check("live: there are four threads", len(live.worked()) >= 3, str(live.worked()))  # ThreadSanitizer has one, too
        live.send(frames[:1])
        first = live.read(is_packet(1), patience)
        check("live: a packet that comes alone is shown", first[-1] is not None)
        before = live.worked()
        live.send_at_once(frames[1:-1])
        lines = first + live.read(is_packet(len(frames) - 1), patience)
        # To be stopped and to go on takes each of them some microseconds; to decode 20,000 packets, more than 2 ms.
        check("live: a second thread has read", max(now - then for then, now in zip(before, live.worked())) > 1, f"{before} {live.worked()}")
        live.send(frames[-1:])
        lines += live.read(is_packet(len(frames)), patience)
        check("live: so is one that comes after very many", lines[-1] is not None)
        live.program.send_signal(signal.SIGINT)
        lines = [said(line) for line in lines + live.read(lambda line: False, patience) if line]
        counts, status = counted(live)
        wrong = next((i for i, (a, b) in enumerate(zip(lines, expected)) if a != b), min(len(lines), len(expected)))
        check("live: every packet and every change of a state has its record, in the order of the packets", lines == expected,
              f"{len(lines)} of {len(expected)} records, differs at {wrong}: {lines[wrong:wrong + 2]} {expected[wrong:wrong + 2]}")
        check("live: all packets are counted", counts == (len(frames), len(frames), 0) and status == 0, f"{counts} {status}")
    finally:
        live.close()


def stopped(check, program, frames, folder, patience):
    """A signal comes while a second thread reads, or that one has read as many packets as are wanted: what is counted is shown."""
    path, limit = os.path.join(folder, "live.json"), len(frames) - 1000
    for name, arguments in (("a signal", []), ("-c", ["-c", str(limit)])):
        with open(path, "wb") as output:
            live = Live(program, "-T", "json", "--only", "packet", "--threads", "4", *arguments, output=output)
        try:
            live.send_at_once(frames)
            end = time.monotonic() + patience
            while os.path.getsize(path) < 700 * len(frames) // 2 and time.monotonic() < end:  # a record has about 620 bytes
                time.sleep(0.001)
            if not arguments:
                live.program.send_signal(signal.SIGINT)
            counts, status = counted(live)
        finally:
            live.close()
        with open(path, "rb") as file:
            numbers = [json.loads(line)["frame"] for line in file]
        check(f"live: {name} ends it, and what is captured has been shown",
              numbers == list(range(1, counts[0] + 1)) and len(numbers) > 20000 and status == 0 and
              (not arguments or counts[0] == limit), f"{len(numbers)} {counts} {status}")


def everything(check, run, program, folder, patience):
    frames = exchanges(MANY, 0)
    path = os.path.join(folder, "known.pcap")
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for i, frame in enumerate(frames):
            file.write(struct.pack("<IIII", 1_700_000_000, i * 10, len(frame), len(frame)) + frame)
    records = run(["-r", path, "-T", "json", "--only", "packet,transition", "--time-wait", "86400"], 1)[1]
    in_order(check, program, frames, [said(line) for line in records.splitlines()], patience)
    stopped(check, program, frames, folder, patience)
