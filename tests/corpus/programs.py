"""Runs the program many times by means of server.c, and checks what must hold for every input."""
import glob
import json
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
SANITIZED = os.path.basename(BUILD) == "asan"
# Control characters except the newline; characters that change the writing direction, have no width, or are unassigned.
UNSEEN = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\xad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
                    "\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff\ue000-\uf8ff]")

SIZES = ("80x24", "40x10", "1x1", "200x60", "20x3", "3x50", "120x40")


class Wrong(Exception):
    pass


MEMCHECK = ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", "--show-leak-kinds=definite,indirect",
            "--error-exitcode=99"]


class Server:
    """With `memcheck` it runs under Valgrind, without the sandbox, which Valgrind cannot work in. With a sanitizer, one run of `leaks` is
    searched for leaks."""

    def __init__(self, folder, memcheck=False, leaks=1):
        self.memcheck = [*MEMCHECK, f"--log-file={folder}/memcheck.%p"] if memcheck else []
        self.folder, self.out = folder, os.path.join(folder, "out")
        found = "detect_leaks=0" not in os.environ.get("ASAN_OPTIONS", "")  # where LeakSanitizer does not work, it would end each run
        environment = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8", MALLOC_PERTURB_="165",
                           ASAN_OPTIONS=f"detect_leaks={found:d}:allocator_may_return_null=1:max_allocation_size_mb=2000", SERVER_SECONDS="600" if memcheck else "120",
                           SERVER_LEAKS=str(leaks))
        self.process = subprocess.Popen([*self.memcheck, os.path.join(BUILD, "corpus/server")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment, cwd=folder)

    def run(self, arguments, stdin=""):
        """Returns how it ended, the status or signal, standard output, and standard error."""
        words = [stdin, self.out, "wirestate", *(["--no-sandbox"] if self.memcheck else []), *arguments, ""]
        self.process.stdin.write(b"".join(os.fsencode(word) + b"\0" for word in words))
        self.process.stdin.flush()
        how, number, length = self.process.stdout.readline().split()
        errors = self.process.stdout.read(int(length)) + self.complaints()
        with open(self.out, "rb") as file:
            return how.decode(), int(number), file.read(), errors

    def complaints(self):
        """Returns Valgrind's report on this run."""
        said = b""
        for path in glob.glob(os.path.join(self.folder, "memcheck.*")) if self.memcheck else ():
            with open(path, "rb") as file:
                said += file.read()
            os.unlink(path)
        return said

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def clean(name, data):
    """Checks that output is text that may be shown on a terminal."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Wrong(f"{name} is no UTF-8: {data[max(0, error.start - 60):error.end + 60]!r}") from error
    found = UNSEEN.search(text)
    if found:
        raise Wrong(f"{name} has {found.group()!r} in {text[max(0, found.start() - 60):found.end() + 60]!r}")
    return text


def check(result, arguments):
    """Checks what must hold for every input."""
    how, number, out, errors = result
    said = errors.decode(errors="replace")
    if how != "exit" or "Sanitizer" in said or "runtime error" in said:
        raise Wrong(f"{how} {number}: {said[:6000]}")
    # Asking for a connection or a packet that does not exist is an option error.
    if number not in (0, 2) and not (number == 1 and re.search("onnection|--frame [0-9]+: only", said)):
        raise Wrong(f"exit status {number}: {said}")
    if number and "wirestate: " not in said:
        raise Wrong(f"exit status {number} without a reason: {said}")
    clean("standard error", errors)
    text = clean("standard output", out.replace(b"\n\t0x", b"\n0x"))  # lines with a packet's bytes start with a tab
    if "json" in arguments:
        for line in text.splitlines():
            try:
                json.loads(line)
            except ValueError as error:
                raise Wrong(f"no JSON: {line[:300]}") from error


def words(server, option):
    """Returns the words that an option takes, from the program's own error."""
    said = server.run([option, "?", "-r", "none"])[3].decode()
    return re.search(r"it takes (?:one|any) of ([\w, -]+?)(?:, separated by commas)?\n", said).group(1).split(", ")


def ways(server):
    """Returns lists of arguments, in which {} is the capture and {out} a file to write."""
    kinds, screens = words(server, "--only"), words(server, "--screen")
    every = [["-T", "json", "-r", "{}"], ["-T", "json", "-r", "-"], ["-T", "text", "-v", "-x", "-r", "{}"],
             ["-T", "text", "-n", "--only", ",".join(kinds), "-r", "{}"], ["-T", "text", "-r", "-"],
             ["-T", "json", "--fcs", "4", "--anonymize", "-r", "{}"], ["-T", "text", "-v", "--fcs", "4", "-r", "{}"],
             ["-T", "json", "--max-memory", "1M", "--time-wait", "0.001", "-r", "{}"],
             ["-T", "json", "-w", "{out}.pcap", "-r", "{}", "ip or arp"], ["-T", "text", "-w", "{out}.pcap", "-r", "-"],
             ["-T", "json", "-Y", "retransmissions > 0 or closed", "-r", "{}"], ["-T", "json", "-c", "3", "-r", "{}"]]
    every += [["-T", "csv", "--only", kind, "-r", "{}"] for kind in kinds]
    for screen in screens:
        every += [["--frame", "end", "--screen", screen, "--size", size, "-r", "{}"] for size in SIZES[:3]]
        every.append(["--frame", "2", "--screen", screen, "--size", SIZES[3], "-r", "{}"])
        every.append(["--frame", "end", "--screen", screen, "--anonymize", "--ascii", "--size", SIZES[4], "-r", "-"])
        every.append(["--frame", "7", "--screen", screen, "--connection", "1", "--export", "{out}.svg", "--size", SIZES[5], "-r", "{}"])
    for ending in ("svg", "anim.svg", "txt", "cast", "pcap"):
        every.append(["--connection", "1", "--export", "{out}." + ending, "-r", "{}"])
        every.append(["--connection", "2", "--export", "{out}." + ending, "--size", SIZES[6], "--anonymize", "-r", "{}"])
    return every
