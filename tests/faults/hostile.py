"""Captures that are made to keep the program busy for ever, or to use up its memory."""
import contextlib
import json
import os
import signal
import struct
import subprocess

from common import FOLDER, PATIENCE, PROGRAM, SANITIZED, Screen, expect, put, put_pcap, used, wait_until, wait_until_caught, wirestate, zstd

SECTION = struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
INTERFACE = struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20)
PACKET = struct.pack("<IIIIIII60sI", 6, 92, 0, 0, 0, 60, 60, bytes(60), 92)
OTHER = struct.pack("<II", 0x0bad, 12) + struct.pack("<I", 12)
MANY = 3000  # pieces of 120 MB without a packet, which take minutes to read
BIG = struct.pack("<II", 0x0bad, 1 << 20) + bytes((1 << 20) - 12) + struct.pack("<I", 1 << 20)


def a_pipe_of_blocks_that_are_no_packets():
    """More bytes than any buffer for them may have; then nothing, while the pipe stays open."""
    for ends in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen([PROGRAM, "-T", "json", "--only", "packet", "-r", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as program:
            program.stdin.write(SECTION + INTERFACE + PACKET)
            for _ in range(80):
                program.stdin.write(BIG)
            program.stdin.flush()
            wait_until_caught(program, ends)
            program.send_signal(ends)
            try:
                assert program.wait(PATIENCE) == 0, program.stderr.read()
            finally:
                program.kill()


def a_file_of_blocks_that_are_no_packets():
    """Keys and signals are answered, although the next packet is so far away in the file that nobody would wait for it."""
    with open(zstd("many.zst", [OTHER * 100000] * 100), "rb") as file:
        many = file.read()
    path = zstd("others.pcapng.zst", [SECTION + INTERFACE + PACKET])
    with open(path, "ab") as file:
        for _ in range(MANY):
            file.write(many)
    with subprocess.Popen([PROGRAM, "-T", "text", "-r", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        wait_until_caught(program, signal.SIGINT)
        program.send_signal(signal.SIGINT)
        try:
            assert program.wait(PATIENCE) == 0, program.stderr.read()
        finally:
            program.kill()
    screen = Screen("-n", "-r", path)
    screen.wait(b"1 packet")
    os.write(screen.master, b"q")
    screen.left()
    os.unlink(path)


def interfaces_without_number():
    many = 1000000
    path = zstd("interfaces.pcapng.zst", [SECTION + INTERFACE + PACKET, *[INTERFACE * 10000] * (many // 10000), PACKET])
    plain = put("interfaces.pcapng", SECTION + INTERFACE + PACKET + INTERFACE * 100000 + PACKET)
    for source in (path, plain, "-"):
        status, err, resident = used(["-T", "json", "--max-memory", "1M", "-r", source], path)
        assert status == 2 and "describes more than 65536 interfaces" in err and "1 packet captured" in err, f"{status} {err}"
        assert SANITIZED or resident < 32, f"{resident:.0f} MiB"
    # Sections have interfaces of their own, and a file may have many of both.
    sections = put("sections.pcapng", (SECTION + INTERFACE * 1000 + PACKET) * 100)
    expect(wirestate("-T", "json", "-r", sections), 0, "^100 packets captured|\n100 packets captured")


def more_addresses_than_memory():
    """With --anonymize, an address is always replaced by the same one."""
    def solicitation(first):
        prefixes = b"".join(struct.pack(">BBBBIII", 3, 4, 64, 0xc0, 1, 1, 0) + struct.pack(">QQ", 0x2001 << 48, first + i) for i in range(40))
        message = struct.pack(">BBHIII", 134, 0, 0, 0, 0, 0) + prefixes
        ip = struct.pack(">IHBB", 0x60000000, len(message), 58, 255) + struct.pack(">QQ", 0x2002 << 48, first) + struct.pack(">QQ", 0xff02 << 48, 1)
        return bytes.fromhex("33330000000102000000000186dd") + ip + message
    count = 20000
    path = put_pcap("prefixes.pcap", ((i, solicitation(40 * (i % (count // 2)))) for i in range(count)))
    status, err, resident = used(["-n", "-T", "json", "--only", "stats", "--anonymize", "--max-memory", "16M", "-r", path], path)
    assert status == 0 and (SANITIZED or resident < 40), f"{status} {err} {resident:.0f} MiB"
    said = wirestate("-n", "-T", "csv", "--only", "packet", "--anonymize", "--max-memory", "1M", "-r", path).stdout.splitlines()
    column = said[0].split(",").index("source")
    sources = [line.split(",")[column] for line in said[1:]]
    assert len(sources) == count and sources[:count // 2] == sources[count // 2:]
    assert len(set(sources)) > count // 2 - 10 and all(source.startswith("2001:db8:") for source in sources), sources[:3]


def begun(program):
    """Whether something stands in the file that --export writes; one that is to replace another has no name yet."""
    assert program.poll() is None, f"it has ended: {program.returncode} {program.stderr.read()}"
    for fd in os.listdir(f"/proc/{program.pid}/fd"):
        path = f"/proc/{program.pid}/fd/{fd}"
        with contextlib.suppress(FileNotFoundError):  # it may have been closed
            if os.readlink(path).startswith(FOLDER) and os.stat(path).st_size:
                return True
    return False


def a_film_without_end():
    """Recording ends by itself after the time that a user waits, and on request. All of it would take much longer."""
    def segment(number):
        """Returns segments whose checksums are right, because the sum of their two numbers is constant."""
        return bytes.fromhex("0200000000010200000000020800" "4500002800000000400666ce0a0000010a000002" "04d20050") + \
            struct.pack(">II", number, 40000 - number) + bytes.fromhex("50100400f66f0000")
    path = put_pcap("film.pcap", ((i * 0.5, segment(i)) for i in range(30000)))
    folder = os.path.join(FOLDER, "films")
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    screen = Screen("-n", "-r", path, cwd=folder)
    screen.wait(b"1/30000")  # all packets are read, and the only connection is shown
    for name in (b"film.cast", b"film.anim.svg"):
        screen.seen = b""
        os.write(screen.master, b"E\x15" + name + b"\r")
        screen.wait(b"takes more than 2 s")
    os.write(screen.master, b"q")
    screen.left()
    assert not os.listdir(folder), "half a picture is left"
    for existed in (True, False):
        target = put("stopped.cast", b"")
        if not existed:
            os.unlink(target)
        program = subprocess.Popen([PROGRAM, "-n", "-r", path, "--export", target], stderr=subprocess.PIPE, text=True)
        wait_until(lambda: begun(program), "the film begins")
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=PATIENCE)
        assert program.returncode == 1 and "stopped after the first" in err, f"{program.returncode} {err}"
        assert os.path.exists(target) == existed and not (existed and os.path.getsize(target)), "half a film is left"


def more_udp_than_memory():
    """UDP conversations and datagrams in fragments that are given up for memory are counted in the summary and the record."""
    count = 20000

    def packets():
        for i in range(count):
            ends = struct.pack(">II", 0x0a000000 + i, 0x0a800001)
            head = struct.pack(">BBHHHBBH", 0x45, 0, 28, i & 0xffff, 0, 64, 17, 0) + ends
            yield i * 0.001, bytes(12) + b"\x08\x00" + head + struct.pack(">HHHH", 4000, 53, 8, 0)
            head = struct.pack(">BBHHHBBH", 0x45, 0, 28, i & 0xffff, 0x2000, 64, 17, 0) + ends
            yield i * 0.001, bytes(12) + b"\x08\x00" + head + struct.pack(">HHHH", 4000, 53, 1000, 0)
    path = put_pcap("udp.pcap", packets())
    result = wirestate("-n", "--max-memory", "1M", "-T", "json", "--only", "stats", "-r", path)
    expect(result, 0, "UDP conversations given up for memory")
    record = json.loads(result.stdout.splitlines()[-1])
    assert record["udp_evicted"] > count / 2 and record["fragments_evicted"] > count / 2, record
    assert f", {record['fragments_evicted']} fragmented datagrams given up for memory" in result.stderr, result.stderr


TESTS = [
    more_udp_than_memory, a_pipe_of_blocks_that_are_no_packets, a_file_of_blocks_that_are_no_packets,
    interfaces_without_number, more_addresses_than_memory, a_film_without_end,
]
