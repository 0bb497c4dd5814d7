"""Files that are damaged, change, or are no captures."""
import gzip
import json
import os
import random
import select
import signal
import struct
import subprocess
import time

from common import FOLDER, MIB, PROGRAM, ROOT, PATIENCE, SANITIZED, Screen, Skip, expect, limit_memory, pcap, put, read, records, refused, used, wait_until_caught, wirestate, zstd


def a_file_cut_anywhere():
    whole = read("close-four-client.pcap")
    ends = records(whole)
    for length in sorted(random.Random(1).sample(range(24, len(whole)), 40)):
        result = wirestate("-n", "-T", "json", "--only", "packet", "-r", put("cut.pcap", whole[:length]))
        count = sum(end <= length for end in ends)
        assert len(result.stdout.splitlines()) == count, f"cut at {length}: {len(result.stdout.splitlines())}, not {count}"
        between = length in [24, *ends]
        expect(result, 0 if between else 2, "packets? captured" if between else "ends in the middle of packet")


def pcapng_blocks(data):
    """Where each block of a pcapng file ends, and whether it is a packet."""
    at, order, blocks = 0, "<", []
    while at < len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8] == 0x4d else ">"
        kind, size = struct.unpack_from(order + "II", data, at)
        at += size
        blocks.append((at, kind == 6))
    return blocks


def a_pcapng_file_cut_anywhere():
    """Every whole packet is shown, and the error names the file, where it ends and what was cut."""
    with open(os.path.join(ROOT, "tests/pcapng/sample.pcapng"), "rb") as file:
        whole = file.read()
    blocks = pcapng_blocks(whole)
    for length in sorted(random.Random(1).sample(range(100, len(whole)), 40)):
        result = wirestate("-n", "-T", "json", "--only", "packet", "-r", put("cut.pcapng", whole[:length]))
        count = sum(packet and end <= length for end, packet in blocks)
        between = length in [end for end, _ in blocks]
        start = max([0] + [end for end, _ in blocks if end <= length])
        assert len(result.stdout.splitlines()) == count, f"cut at {length}: {len(result.stdout.splitlines())}, not {count}"
        expect(result, 0 if between else 2, "packets? captured" if between else 
               f"cut.pcapng: ends in the middle of (.* byte {start}: |a block after packet .* bytes of it are missing)")


def a_file_that_grows():
    whole = read("close-four-client.pcap")
    for length in (24, 60, len(whole) // 2):
        path = put("growing.pcap", whole[:length])
        with open(path, "ab") as file:
            program = subprocess.Popen([PROGRAM, "-n", "-T", "json", "--only", "packet", "-r", path], text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            file.write(whole[length:])
        out, err = program.communicate(timeout=PATIENCE)
        assert program.returncode in (0, 2), err
        for line in out.splitlines():
            json.loads(line)


def a_burst_on_a_pipe():
    """Everything received is shown, although nothing more is sent and the pipe stays open."""
    burst = pcap([(i, bytes(12) + b"\x88\xb5" + bytes(6)) for i in range(1500)])
    with subprocess.Popen([PROGRAM, "-n", "-l", "-T", "text", "-r", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as program:
        program.stdin.write(burst)
        program.stdin.flush()
        seen, end = b"", time.monotonic() + PATIENCE
        while seen.count(b"\n") < 1500:
            left = end - time.monotonic()
            assert left > 0 and select.select([program.stdout], [], [], left)[0], f"{seen.count(bytes([10]))} packets of 1500"
            seen += os.read(program.stdout.fileno(), 65536)
        program.stdin.close()
        assert program.wait(PATIENCE) == 0


def a_file_that_shrinks():
    """A file is changed while the view shows it: packets that can no longer be read must be reported."""
    frame = read("close-four-client.pcap")
    frame = frame[40:40 + struct.unpack_from("<I", frame, 32)[0]]
    path = put("shrinks.pcap", pcap([(i, frame) for i in range(2000)]))
    screen = Screen("-n", "-r", path)
    screen.wait(b"step 1/")  # the lifelines of its only connection
    screen.seen = b""
    os.write(screen.master, b"\x1b")
    screen.wait(b"2000 packets")
    os.truncate(path, 5000)
    os.write(screen.master, b"{")
    screen.wait(b"the file has been changed: it now ends after packet")
    os.write(screen.master, b"q")
    screen.left()


def not_a_capture():
    refused(put("text", b"this is no capture\n" * 10), "not a capture .*begins with 74 68 69 73")
    refused(put("empty", b""), "empty")
    refused(put("short", b"\xd4\xc3"), "not a capture, only 2 bytes")
    os.makedirs(os.path.join(FOLDER, "empty folder"))
    refused(os.path.join(FOLDER, "empty folder"), "a folder without a capture")
    refused(os.path.join(FOLDER, "none"), "cannot be opened: No such file")
    refused(put("tty\x1b[2J", b"abcdefgh"), r"\\x1b\[2J: not a capture")


def unreadable():
    path = put("secret", read("arp.pcap"))
    os.chmod(path, 0)
    user = 65534 if os.geteuid() == 0 else None
    expect(wirestate("-r", path, user=user), 2, "cannot be opened: Permission denied")


def huge_numbers_in_the_header():
    whole = read("close-four-client.pcap")
    for snaplen in (0, 1, 0x7fffffff, 0x80000000, 0xffffffff):
        data = whole[:16] + struct.pack("<I", snaplen) + whole[20:]
        result = wirestate("-n", "-T", "json", "-r", put("snaplen.pcap", data), limits=limit_memory(256))
        assert result.returncode in (0, 2), f"snapshot length {snaplen:#x}: {result.returncode} {result.stderr}"
    for captured in (0x7fffffff, 0x80000000, 0xffffffff, 300000):
        data = whole[:32] + struct.pack("<I", captured) + whole[36:]
        result = wirestate("-n", "-T", "json", "-r", put("captured.pcap", data), limits=limit_memory(256))
        expect(result, 2, "packet 1")
    block = struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
    for length in (0, 8, 0x7ffffffc, 0xfffffffc):
        data = block + struct.pack("<II", 1, length) + bytes(4096)
        assert wirestate("-T", "json", "-r", put("block.pcapng", data), limits=limit_memory(256)).returncode == 2


def pack(name, head, mebibytes):
    """Writes in pieces, because this process's memory counts in its child's peak."""
    path = os.path.join(FOLDER, name)
    with gzip.open(path, "wb", 1) as file:
        file.write(head)
        for _ in range(mebibytes):
            file.write(bytes(MIB))
    return path


def decompression_bomb():
    """Zeros are packets without bytes at time 0; and a block says that it is endless."""
    path = pack("bomb.gz", pcap([]), 64)
    for arguments in (["-T", "json", "--only", "stats", "-r", path], ["-T", "json", "--only", "stats", "-r", "-"]):
        status, _, resident = used(arguments, path)
        assert status == 0 and (resident < 48 or SANITIZED), f"exit status {status}, {resident:.0f} MiB"
    block = struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28) + struct.pack("<II", 5, 0x7ffffffc)
    path = pack("block.gz", block, 256)
    for arguments in (["-T", "json", "-r", path], ["-T", "json", "-r", "-"]):
        status, _, resident = used(arguments, path)
        assert status == 2 and (resident < 48 or SANITIZED), f"exit status {status}, {resident:.0f} MiB"


def zstd_bomb():
    """A stream with the largest window that the format's tools allow, and without an end, can be stopped at any time."""
    path = zstd("bomb.zst", (pcap([]), *[bytes(MIB)] * 256), "--long=27")
    status, _, resident = used(["-T", "json", "--only", "stats", "-c", "100000", "-r", path], path)
    assert status == 0 and (resident < 160 or SANITIZED), f"exit status {status}, {resident:.0f} MiB"
    for source in (path, "-"):
        with open(path, "rb") as stdin:
            program = subprocess.Popen([PROGRAM, "-T", "json", "--only", "stats", "-r", source], stdin=stdin,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            wait_until_caught(program, signal.SIGINT)
            program.send_signal(signal.SIGINT)
            _, err = program.communicate(timeout=PATIENCE)
        assert program.returncode == 0, f"{program.returncode} {err}"


def clock_that_steps_back():
    whole, ends = read("close-four-client.pcap"), records(read("close-four-client.pcap"))
    packets = [whole[start + 16:end] for start, end in zip([24, *ends], ends)]
    for order in ([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0], [0xffffffff, 0, 0xffffffff, 1], [5, 5, 5, 4, 3, 1000000, 1]):
        data = pcap([(order[i % len(order)], packet) for i, packet in enumerate(packets)])
        path = put("back.pcap", data)
        result = wirestate("-n", "-T", "json", "-r", path)
        expect(result, 0, f"^{len(packets)} packets? captured|\n{len(packets)} packets? captured")
        for line in result.stdout.splitlines():
            json.loads(line)
        assert wirestate("-r", path, "--frame", "end", "--screen", "lifelines").returncode == 0


TESTS = [
    a_file_cut_anywhere, a_pcapng_file_cut_anywhere, a_file_that_grows, a_burst_on_a_pipe, a_file_that_shrinks,
    not_a_capture, unreadable, huge_numbers_in_the_header, decompression_bomb, zstd_bomb, clock_that_steps_back,
]
