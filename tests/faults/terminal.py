"""Signals, and the terminal of the view."""
import json
import os
import random
import resource
import select
import signal
import subprocess
import threading
import time

from common import FOLDER, PATIENCE, PROGRAM, ROOT, SANITIZED, Screen, Skip, expect, pcap, put, state_of, wirestate


def stop_signals_at_any_moment():
    data = pcap([(i, b"\xff" * 12 + b"\x08\x06" + bytes(28)) for i in range(300000)])
    path = put("long.pcap", data)
    chance = random.Random(2)
    for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP] * 5:
        target = os.path.join(FOLDER, "stopped.pcap")
        program = subprocess.Popen([PROGRAM, "-T", "json", "--only", "packet", "-r", path, "-w", target],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        select.select([program.stdout], [], [], PATIENCE)
        timer = threading.Timer(chance.random() * 0.2, program.send_signal, [number])
        timer.start()
        out, err = program.communicate(timeout=PATIENCE)
        timer.cancel()
        assert program.returncode == 0, f"{number!r}: {program.returncode} {err}"
        lines = out.splitlines()[:-1]  # a write that waited for us may have been cut
        assert all(line.startswith('{"type":"packet",') and line.endswith("}") for line in lines), f"{number!r}: a broken line"
        for line in lines[-1000:]:
            json.loads(line)
        result = wirestate("-T", "json", "--only", "stats", "-r", target)
        assert result.returncode == 0, result.stderr


def signals_in_the_view():
    chance = random.Random(3)
    path = os.path.join(ROOT, "captures/close-four-client.pcap")
    for last in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        screen = Screen("-n", "-r", path)
        screen.wait(b"10.0.0.1")
        for _ in range(30):
            screen.resize(chance.randint(1, 60), chance.randint(1, 200))
            number = chance.choice([signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT])
            screen.program.send_signal(number)
            screen.take(chance.random() * 0.02)
            screen.program.send_signal(signal.SIGCONT)
        screen.take(0.05)
        screen.program.send_signal(last)
        screen.program.send_signal(signal.SIGCONT)
        screen.left()


def stopped_and_gone_on():
    """While the program is stopped, the terminal is as it was before."""
    screen = Screen("-n", "-r", os.path.join(ROOT, "captures/close-four-client.pcap"), job=True)
    for _ in range(5):
        screen.wait(b"10.0.0.1")
        screen.program.send_signal(signal.SIGTSTP)
        end = time.monotonic() + PATIENCE
        while state_of(screen.program.pid) != "T":
            assert time.monotonic() < end, "did not stop"
            screen.take(0.01)
        screen.take(0.02)
        screen.is_restored()
        screen.seen = b""
        screen.program.send_signal(signal.SIGCONT)
    os.write(screen.master, b"q")
    screen.left()


def terminal_wider_than_any_canvas():
    screen = Screen("-n", "-r", os.path.join(ROOT, "captures/close-four-client.pcap"))
    screen.wait(b"10.0.0.1")
    for columns in (4096, 4097, 9999):
        screen.seen = b""
        screen.resize(24, columns)
        screen.program.send_signal(signal.SIGWINCH)
        screen.wait(b"10.0.0.1")
    os.write(screen.master, b"q")
    screen.left()


def nobody_would_continue_it():
    """As the first program of a session, started by a terminal emulator, it must not be stopped for good by Ctrl-Z."""
    screen = Screen("-n", "-r", os.path.join(ROOT, "captures/close-four-client.pcap"))
    screen.wait(b"10.0.0.1")
    screen.program.send_signal(signal.SIGTSTP)
    screen.take(0.5)
    assert state_of(screen.program.pid) != "T", "it is stopped"
    os.write(screen.master, b"q")
    screen.left()


def signals_at_any_time():
    """Signals before the view starts, while it draws and while it ends: requests to end, crashes, and an alarm."""
    chance = random.Random(4)
    numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM]
    if not SANITIZED:  # a sanitizer takes those for flaws
        numbers += [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS]
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    for turn in range(64):
        last = numbers[turn % len(numbers)]
        screen = Screen("-n", "--play", "--idle", "0.01", "-r", os.path.join(ROOT, "captures/close-four-client.pcap"))
        screen.take(chance.random() * 0.15)
        for _ in range(chance.randint(0, 4)):
            screen.resize(chance.randint(1, 60), chance.randint(1, 200))
            screen.program.send_signal(chance.choice([signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP]))
            screen.take(chance.random() * 0.01)
            screen.program.send_signal(signal.SIGCONT)
        screen.program.send_signal(last)
        screen.program.send_signal(signal.SIGCONT)
        screen.left((0, -last))


def the_terminal_goes():
    """When its window is closed, the program ends, and the file of -w is a valid capture."""
    target = os.path.join(FOLDER, "gone.pcap")
    screen = Screen("-n", "-r", os.path.join(ROOT, "captures/close-four-client.pcap"), "-w", target)
    screen.wait(b"10.0.0.1")
    os.close(screen.slave)
    os.close(screen.master)
    assert screen.program.wait(PATIENCE) == 0, screen.program.returncode
    assert wirestate("-T", "json", "-r", target).returncode == 0


def nothing_can_be_started():
    """Where no process can be started, the start screen and --export say why."""
    if SANITIZED:
        raise Skip("a sanitizer must be the first library that is loaded")
    library = os.path.join(FOLDER, "no_child.so")
    subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, os.path.join(ROOT, "tests/faults/no_child.c")],
                   check=True)
    for function, reason in (("fork", "Resource temporarily unavailable"), ("memfd_create", "Too many open files")):
        screen = Screen(before=("env", "LD_PRELOAD=" + library, "FAILS=" + function))
        screen.wait(b"wirestate")
        screen.take(0.2)
        os.write(screen.master, b"\r")
        screen.wait(b"could not be opened: " + reason.encode())
        os.write(screen.master, b"q")
        screen.left()
    picture = os.path.join(FOLDER, "never.svg")
    result = wirestate("--export", picture, "-r", os.path.join(ROOT, "captures/http.pcap"),
                       env=dict(os.environ, HOME=FOLDER, XDG_CONFIG_HOME=FOLDER, LD_PRELOAD=library, FAILS="fork"))
    expect(result, 1, "cannot start a process: Resource temporarily unavailable")
    assert not os.path.exists(picture)


def the_sandbox_lets_the_view_work():
    """Shows every screen, and plays the whole capture, for which the file is read a second time."""
    path = os.path.join(ROOT, "captures/close-four-client.pcap")
    screen = Screen("-n", "--play", "--idle", "0.01", "-r", path, "tcp")
    screen.wait(b"10.0.0.1")
    screen.take(0.5)
    os.write(screen.master, b"q")
    screen.left()
    screen = Screen("-n", "-r", path)
    screen.wait(b"10.0.0.1")
    for key in (b"\r", b"0", b"\x1b[C", b"d", b"\x1b", b"D", b"\x1b", b"?", b"?"):
        os.write(screen.master, key)
        screen.take(0.15)
    os.write(screen.master, b"q")
    screen.left()


TESTS = [
    stop_signals_at_any_moment, signals_in_the_view, stopped_and_gone_on, nobody_would_continue_it,
    signals_at_any_time, nothing_can_be_started, terminal_wider_than_any_canvas, the_terminal_goes,
    the_sandbox_lets_the_view_work,
]
