"""Output that cannot be written, and memory that cannot be allocated."""
import gzip
import json
import os
import re
import resource
import select
import signal
import struct
import subprocess
import sys

from common import (FOLDER, PATIENCE, PROGRAM, ROOT, SANITIZED, Skip, expect, limit_memory, pcap, put, put_pcap, read,
                    records, wait_until, wirestate)

sys.path.insert(0, os.path.join(ROOT, "tests/floods"))
from frames import syn_flood  # noqa: E402


def the_reader_of_the_pipe_goes():
    data = pcap([(i, b"\xff" * 12 + b"\x08\x06" + bytes(28)) for i in range(20000)])
    path = put("many.pcap", data)
    for form in ("text", "json"):
        program = subprocess.Popen([PROGRAM, "-T", form, "-r", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        program.stdout.readline()
        program.stdout.close()
        err = program.stderr.read().decode()
        assert program.wait(PATIENCE) == 0 and "rror" not in err, err


def nobody_reads():
    """A signal ends the program, although its pipe is full and stays full."""
    path = put("many.pcap", pcap([(i, b"\xff" * 12 + b"\x08\x06" + bytes(28)) for i in range(60000)]))
    fifo = os.path.join(FOLDER, "fifo")
    os.mkfifo(fifo)
    for arguments, status in (["-T", "text"], 0), (["-T", "json", "-l"], 0), (["-T", "csv", "--only", "stats", "-w", fifo], 1):
        for ends in (signal.SIGINT, signal.SIGTERM):
            keep, (reader, writer) = os.open(fifo, os.O_RDWR), os.pipe()
            program = subprocess.Popen([PROGRAM, *arguments, "-r", path], stdout=writer, stderr=subprocess.PIPE, text=True)
            filled = keep if status else writer
            wait_until(lambda: not select.select([], [filled], [], 0)[1], f"{arguments} fills the pipe")
            assert program.poll() is None, f"{arguments} does not wait"
            program.send_signal(ends)
            try:
                assert program.wait(PATIENCE) == status, f"{arguments}: {program.returncode}"
            finally:
                program.kill()
            said = program.stderr.read()
            assert status == 0 or "cannot be written: nobody reads it" in said, said
            for fd in (keep, reader, writer):
                os.close(fd)


def standard_output_is_full():
    for arguments in (["-T", "json"], ["-T", "text"], ["--frame", "end"], ["--help"], ["--lesson"]):
        source = [] if arguments in (["--help"], ["--lesson"]) else ["-r", os.path.join(ROOT, "captures/close-four-client.pcap")]
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, *arguments, *source], stdout=full, stderr=subprocess.PIPE, text=True,
                                    timeout=PATIENCE, check=False)
        expect(result, 1, "cannot (write|be written).*No space left|No space left")


def standard_streams_are_closed():
    """With standard descriptors closed, files that get their numbers must not receive their output."""
    source = os.path.join(ROOT, "captures/close-four-client.pcap")
    whole, target = wirestate("-r", source, "-w", os.path.join(FOLDER, "whole.pcap")), os.path.join(FOLDER, "closed.pcap")
    assert whole.returncode == 0, whole.stderr
    with open(os.path.join(FOLDER, "whole.pcap"), "rb") as file:
        expected = file.read()
    for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
        result = subprocess.run(["sh", "-c", f'"$1" -T json -r "$2" -w "$3" {closed}', "sh", PROGRAM, source, target], capture_output=True,
                                timeout=PATIENCE, check=False)
        assert result.returncode == 0, f"{closed}: {result}"
        with open(target, "rb") as file:
            assert file.read() == expected, closed


def the_disk_is_full():
    """-w reports the error at once, the capture continues, and the file is a valid capture."""
    source = os.path.join(ROOT, "captures/close-four-client.pcap")
    frames = len(records(read("close-four-client.pcap")))
    target = os.path.join(FOLDER, "limited.pcap")
    for limit in (10, 24, 100, 500, 700):
        if os.path.exists(target):
            os.unlink(target)
        result = wirestate("-n", "-T", "json", "--only", "packet", "-r", source, "-w", target,
                           limits=[(resource.RLIMIT_FSIZE, limit)])
        expect(result, 1, "cannot be written: File too large")
        if limit < 24:
            continue
        assert len(result.stdout.splitlines()) == frames, "the capture did not go on"
        written = wirestate("-n", "-T", "json", "--only", "packet", "-r", target)
        assert written.returncode == 0, written.stderr
        with open(target, "rb") as file:
            assert file.read(24)[:4] == b"\x4d\x3c\xb2\xa1"
    expect(wirestate("-T", "text", "-r", source, "-w", "/dev/full"), 1, "/dev/full: cannot be written: No space left")


def a_small_disk():
    """Writes to a file system that is really full, in a mount namespace."""
    script = 'mount -t tmpfs -o size=8k none "$1" && exec "$2" -n -T json --only packet -r "$3" -w "$1/x.pcap"'
    many = put("many.pcap", pcap([(i, b"\xff" * 12 + b"\x08\x06" + bytes(28)) for i in range(2000)]))
    mount = os.path.join(FOLDER, "mount")
    os.makedirs(mount, exist_ok=True)
    if os.geteuid() or subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", mount], capture_output=True, check=False).returncode:
        raise Skip("a disk cannot be mounted")
    result = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", mount, PROGRAM, many], capture_output=True, text=True,
                            timeout=PATIENCE, check=False)
    expect(result, 1, "x.pcap: cannot be written: No space left")
    assert len(result.stdout.splitlines()) == 2000, "the capture did not go on"
    script = 'mount -t tmpfs -o size=8k none "$1" && chmod 777 "$1" && exec "$2" -r "$3" --export "$1/x.$4"'
    for kind in ("html", "svg", "cast"):
        result = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", mount, PROGRAM, os.path.join(ROOT, "captures/http.pcap"), kind], capture_output=True,
                                text=True, timeout=PATIENCE, check=False)
        expect(result, 1, f"cannot write to {mount}/x.{kind}: No space left on device")


def memory_that_runs_out():
    if SANITIZED:
        raise Skip("an address space limit and a sanitizer exclude each other")
    path = put_pcap("syns.pcap", ((i / 1000, syn_flood(i)) for i in range(100000)))
    kept = 0
    for mebibytes in (10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64):
        for arguments in (["-T", "json", "--only", "stats", "-r", path], ["-r", path, "--frame", "end"]):
            result = wirestate("--no-sandbox", *arguments, limits=limit_memory(mebibytes))  # libseccomp crashes by itself then
            if result.returncode == 127:  # not even its libraries could be loaded
                continue
            assert result.returncode in (0, 1), f"{mebibytes} MiB: {result.returncode} {result.stderr[-300:]}"
            assert result.returncode == 0 or "memory" in result.stderr, result.stderr
            if result.returncode == 0 and "json" in arguments:
                stats = json.loads(result.stdout.splitlines()[-1])
                assert stats["connections"] == stats["tcp"] == 100000, f"{mebibytes} MiB: connections are missing: {stats}"
                kept += stats["evicted"] > 0
    assert kept > 2, "memory was never short"


def every_allocation_fails():
    """Lets each allocation fail in turn, alone and with all later ones. The sandbox is off, because libseccomp, and the C
    library when it looks up a user, would crash before anything is read."""
    if SANITIZED:
        raise Skip("a sanitizer has an allocator of its own")
    library = os.path.join(FOLDER, "no_memory.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(ROOT, "tests/faults/no_memory.c")], check=True)
    source = os.path.join(ROOT, "captures/close-four-client.pcap")
    words = "memory|alloc|not enough core"  # the last two are libpcap's
    packed = put("packed.gz", gzip.compress(read("close-four-client.pcap")))
    for arguments in (["-n", "-T", "json", "-r", source], ["-n", "-T", "text", "-v", "-r", packed, "tcp"], ["-n", "-r", source, "--frame", "end"],
                      ["-n", "-r", source, "--frame", "3", "--screen", "stream", "--anonymize"],
                      ["-n", "-r", os.path.join(ROOT, "captures/arp.pcap"), "--frame", "6", "--screen", "packet"], ["-n", "-r", source, "--export", os.path.join(FOLDER, "picture.svg")],
                      ["-n", "-T", "json", "-Y", "port == 8000 and closed", "-r", source, "-w", os.path.join(FOLDER, "again.pcap")]):
        for count, step in (("1", 1 if "packet" in arguments else 3), ("1000000", 1)):
            number, whole = 0, 0
            while whole < 3 or number < 200:  # until there are fewer allocations than that
                number += step
                result = wirestate("--no-sandbox", *arguments, env=dict(os.environ, HOME=FOLDER, XDG_CONFIG_HOME=FOLDER, LD_PRELOAD=library,
                                                        NO_MEMORY_FROM=str(number), NO_MEMORY_COUNT=count))
                said = f"allocation {number}, {count}, {' '.join(arguments)}: {result.returncode} {result.stderr[-300:]}"
                assert result.returncode in (0, 1, 2), said
                assert result.returncode == 0 or re.search(words, result.stderr), said
                assert result.returncode or "packet" not in arguments or "Frame 6 " in result.stdout, f"another packet: {said}\n{result.stdout}"
                whole = whole + 1 if result.returncode == 0 else 0


TESTS = [
    the_reader_of_the_pipe_goes, nobody_reads, standard_output_is_full, standard_streams_are_closed,
    the_disk_is_full, a_small_disk, memory_that_runs_out, every_allocation_fails,
]
