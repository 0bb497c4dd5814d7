"""Shared by the tests of faults: running the program, its messages, captures made by hand, and a pseudo-terminal."""
import atexit
import fcntl
import functools
import os
import pty
import re
import resource
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("WIRESTATE", os.path.join(ROOT, "build/wirestate")))
PATIENCE = 60  # seconds until what does not happen is a failure; never a measure of how quick it has to be
MIB = 1 << 20
SANITIZED = "asan" in PROGRAM  # its address space and its exit need more than a limit test allows
FOLDER = tempfile.mkdtemp()
atexit.register(shutil.rmtree, FOLDER)
os.chmod(FOLDER, 0o755)


class Skip(Exception):
    pass


def read(name):
    with open(os.path.join(ROOT, "captures", name), "rb") as file:
        return file.read()


def put(name, data):
    path = os.path.join(FOLDER, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


@functools.cache
def public_program():
    """Returns a copy of the program that every user may run; only its owner may be allowed to enter the checkout."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    return shutil.copy(PROGRAM, folder)


def wirestate(*arguments, limits=(), user=None, **options):
    def prepare():
        for what, value in limits:
            resource.setrlimit(what, (value, value))
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("env", dict(os.environ, HOME=FOLDER, XDG_CONFIG_HOME=FOLDER))
    program = PROGRAM if user is None else public_program()
    # A function to call in the child would make Python copy itself for it, which takes longer than most of the program's runs.
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False,
                          preexec_fn=prepare if limits or user is not None else None, **options)


def expect(result, status, message):
    assert result.returncode == status, f"exit status {result.returncode}, not {status}: {result.stderr}"
    assert re.search(message, result.stderr), f"no /{message}/ in: {result.stderr}"
    for line in result.stderr.splitlines():
        assert line.isprintable(), repr(line)


def refused(path, message):
    expect(wirestate("-T", "text", "-r", path), 2, message)


def records(data):
    """Returns the offsets where the records of a little-endian pcap end."""
    at, ends = 24, []
    while at + 16 <= len(data):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
        if at <= len(data):
            ends.append(at)
    return ends


def pcap(packets, snaplen=65535, link=1):
    """Returns a pcap file; packets are pairs of seconds and bytes."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, snaplen, link)]
    for when, data in packets:
        out.append(struct.pack("<IIII", int(when), int(when % 1 * 1e6), len(data), len(data)) + data)
    return b"".join(out)


def put_pcap(name, packets):
    """Writes a capture of many packets without keeping them, because this process's memory counts in its child's peak."""
    path = put(name, pcap([]))
    with open(path, "ab") as file:
        for packet in packets:
            file.write(pcap([packet])[24:])
    return path


def zstd(name, parts, *options):
    """Writes a compressed file of these."""
    if not shutil.which("zstd"):
        raise Skip("zstd is not installed")
    path = put(name, b"")
    with subprocess.Popen(["zstd", "-q", "-1", "-f", *options, "-o", path], stdin=subprocess.PIPE) as packer:
        for part in parts:
            packer.stdin.write(part)
    os.chmod(path, 0o644)
    return path


def used(arguments, source):
    """Returns exit status, output and peak resident memory in MiB. The source is also standard input."""
    with open(source, "rb") as stdin, subprocess.Popen([PROGRAM, *arguments], stdin=stdin, stdout=subprocess.DEVNULL,
                                                       stderr=subprocess.PIPE, text=True) as program:
        err = program.stderr.read()
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    return program.returncode, err, usage.ru_maxrss / 1024


def limit_memory(mebibytes):
    return [] if SANITIZED else [(resource.RLIMIT_AS, mebibytes * MIB)]


def state_of(pid):
    """Returns the kernel's letter for a process's state; T means stopped."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.01)
    return value


def wait_until_caught(program, number):
    """A signal that comes before the program catches it ends it like any other program."""
    def caught():
        assert program.poll() is None, f"ended with {program.returncode} before it caught the signal"
        with open(f"/proc/{program.pid}/status", encoding="ascii") as file:
            return int(re.search(r"^SigCgt:\s*(\w+)", file.read(), re.M)[1], 16) >> (number - 1) & 1
    wait_until(caught, f"{number!r} is caught")


class Screen:
    """The view on a pseudo-terminal."""

    def __init__(self, *arguments, before=(), job=False, **options):
        """Starts the program in a session of its own, or as a job of this one, like a shell does."""
        self.master, self.slave = pty.openpty()
        self.resize(24, 80)
        self.modes = termios.tcgetattr(self.slave)
        environment = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")

        def prepare():
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
            if job:
                os.setpgid(0, 0)
        self.program = subprocess.Popen([*before, PROGRAM, *arguments], stdin=self.slave, stdout=self.slave,
                                        stderr=subprocess.PIPE, env=environment, start_new_session=not job,
                                        preexec_fn=prepare, **options)
        self.seen = b""

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def take_some(self, seconds):
        """Takes what the program writes next, if it does so in this time."""
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 65536)

    def take(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.take_some(left)

    def wait(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert time.monotonic() < end and self.program.poll() is None, f"never shown: {text} {self.seen[-300:]}"
            self.take_some(0.05)

    def is_on_the_alternate_screen(self):
        return self.seen.rfind(b"\x1b[?1049l") < self.seen.rfind(b"\x1b[?1049h")

    def is_restored(self):
        assert not self.is_on_the_alternate_screen(), "still on the alternate screen"
        assert termios.tcgetattr(self.slave) == self.modes, "the terminal's modes are not as they were"

    def left(self, status=(0,)):
        """Checks that the program ends with one of these statuses."""
        end = time.monotonic() + PATIENCE
        while self.program.poll() is None and time.monotonic() < end:
            self.take_some(0.02)
            if state_of(self.program.pid) == "T":  # it had been asked to stop itself, and has come to it only now
                self.program.send_signal(signal.SIGCONT)
        while self.is_on_the_alternate_screen() and time.monotonic() < end:  # the kernel hands on a terminal's output some time later
            self.take_some(0.02)
        if self.program.poll() is None:
            self.program.kill()
        err = self.program.stderr.read().decode()
        assert self.program.returncode in status, f"{self.program.returncode}: {err}"
        self.is_restored()
        os.close(self.master)
        os.close(self.slave)
        self.program.stderr.close()
        return err
