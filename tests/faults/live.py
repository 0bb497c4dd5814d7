"""Interfaces that fail, and what a live capture is still allowed to do."""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

from common import FOLDER, PATIENCE, PROGRAM, ROOT, SANITIZED, Screen, Skip, expect, wirestate

SPACE = f"wirestate-faults-{os.getpid()}"


def namespace():
    if os.geteuid() != 0:
        raise Skip("a network namespace takes root")
    if subprocess.run(["ip", "netns", "add", SPACE], capture_output=True, check=False).returncode:
        raise Skip("no network namespace can be made")
    if subprocess.run(["ip", "netns", "exec", SPACE, "ip", "link", "set", "lo", "up"], capture_output=True,
                      check=False).returncode:
        raise Skip("the network namespace cannot be entered")
    subprocess.run(["ip", "-n", SPACE, "link", "add", "va", "type", "veth", "peer", "name", "vb"], check=True)
    subprocess.run(["ip", "-n", SPACE, "link", "set", "vb", "up"], check=True)
    subprocess.run(["ip", "-n", SPACE, "link", "set", "va", "up"], check=True)


def clean_up():
    if os.geteuid() == 0:
        subprocess.run(["ip", "netns", "del", SPACE], capture_output=True, check=False)


def live(*arguments, **options):
    program = subprocess.Popen(["ip", "netns", "exec", SPACE, PROGRAM, *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, **options)
    while "listening on" not in (line := program.stderr.readline()):
        assert line, "ended before it listened"
    return program


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file)


def live_capture_as_root_is_confined():
    namespace()
    for arguments, user in (([], None), (["-Z", "nobody"], "65534")):
        program = live("-i", "lo", "-T", "json", "-l", *arguments)
        end = time.monotonic() + PATIENCE
        while (status := status_of(program.pid))["Seccomp"] != "2" and time.monotonic() < end and not SANITIZED:
            time.sleep(0.02)
        assert "0" not in status["Uid"].split() and "0" not in status["Gid"].split(), status["Uid"]
        assert user is None or status["Uid"].split() == [user] * 4
        assert not status["Groups"].strip(), status["Groups"]
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status[name], 16) == 0, f"{name} {status[name]}"
        assert status["NoNewPrivs"] == "1" and (status["Seccomp"] == "2" or SANITIZED), status
        send_one()
        assert '"type":"packet"' in program.stdout.readline()
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=PATIENCE)
        assert program.returncode == 0 and "dropped by kernel" in err, err
        assert '"type":"stats"' in out


def a_pipe_is_waited_for_without_privileges():
    """Nothing is read from a pipe before privileges are dropped, and a signal ends the wait for the first byte."""
    if os.geteuid() != 0:
        raise Skip("privileges can only be given up by root")
    with subprocess.Popen([PROGRAM, "-T", "json", "-r", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as program:
        end = time.monotonic() + PATIENCE
        while status_of(program.pid)["NoNewPrivs"] != "1":
            assert time.monotonic() < end, "privileges are kept"
            time.sleep(0.02)
        status = status_of(program.pid)
        assert "0" not in status["Uid"].split() and int(status["CapPrm"], 16) == 0, status
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == -signal.SIGINT, program.returncode


def the_view_says_how_it_is_fenced():
    namespace()
    for arguments, text in (([], b"partly sandboxed" if SANITIZED else b"live, sandboxed"), (["--no-sandbox"], b"no sandbox")):
        screen = Screen("-n", "-i", "lo", *arguments, before=["ip", "netns", "exec", SPACE])
        screen.wait(text)
        os.write(screen.master, b"q")
        screen.left()


def send_frame(wire, length):
    code = f"import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('{wire}', 0)); s.send(bytes(12) + b'\\x88\\xb5' + bytes({length - 14}))"
    subprocess.run(["ip", "netns", "exec", SPACE, sys.executable, "-c", code], check=True)


def send_one():
    code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"
    subprocess.run(["ip", "netns", "exec", SPACE, sys.executable, "-c", code], check=True)


def a_live_capture_is_left_after_a_question():
    """From the start screen: Esc leaves one without packets at once, and asks where there are some."""
    namespace()
    for packets in (0, 1):
        screen = Screen("-n", "-i", "lo", "--from-start", before=["ip", "netns", "exec", SPACE])
        screen.wait(b"live, ")
        if packets:
            send_one()
            screen.wait(b" so far")
            os.write(screen.master, b"\x1b")
            screen.wait(b"Leave")
            screen.seen = b""
            os.write(screen.master, b"s")  # stays, and the keys are shown again
            screen.wait(b"lifelines")
            os.write(screen.master, b"\x1b")
            screen.wait(b"Leave")
        os.write(screen.master, b"\x1b")
        screen.left(status=(100,))  # back to the start screen


def a_lesson_goes_on_live():
    """L at the end watches lo, with what else there is to do; Esc leads back to the end."""
    namespace()
    screen = Screen("-n", "--lesson", os.path.join(ROOT, "tests/lessons/good/opening.lesson"),
                    before=["ip", "netns", "exec", SPACE])
    end = time.monotonic() + PATIENCE
    while b"Try it yourself" not in screen.seen and time.monotonic() < end:
        os.write(screen.master, b" ")
        screen.take(0.2)
    screen.seen = b""
    os.write(screen.master, b"L")
    screen.wait(b"No TCP connection yet")
    screen.wait(b"$ python3 -m http.server 8000")
    assert b"wirestate -i lo" not in screen.seen, "it says to start what has been started"
    screen.seen = b""
    os.write(screen.master, b"\x1b")
    screen.wait(b"Try it yourself")
    os.write(screen.master, b"q")
    screen.left()


def written_files_belong_to_the_invoker():
    namespace()
    os.chmod(FOLDER, 0o777)
    target = os.path.join(FOLDER, "mine.pcap")
    program = live("-i", "lo", "-T", "text", "-w", target, env=dict(os.environ, SUDO_UID="12345", SUDO_GID="12346"))
    send_one()
    program.stdout.readline()
    program.send_signal(signal.SIGTERM)
    assert program.wait(PATIENCE) == 0
    status = os.stat(target)
    assert (status.st_uid, status.st_gid) == (12345, 12346)
    assert wirestate("-T", "text", "-r", target).returncode == 0
    os.chmod(FOLDER, 0o755)
    result = subprocess.run([PROGRAM, "-T", "text", "-r", os.path.join(ROOT, "captures/arp.pcap"), "-w",
                             os.path.join(FOLDER, "theirs.pcap")], capture_output=True, text=True, check=False,
                            env=dict(os.environ, SUDO_UID="12345", SUDO_GID="12346"))
    expect(result, 1, "theirs.pcap: cannot be opened for writing: Permission denied")


def the_interface_goes():
    namespace()
    program = live("-i", "va", "-T", "json", "--only", "packet", "-l")
    for state in ("down", "up"):  # it says so, and goes on when it comes up again
        subprocess.run(["ip", "-n", SPACE, "link", "set", "va", state], check=True)
        assert f"va: the interface is {state}" in program.stderr.readline()
    send_frame("va", 60)
    assert '"type":"packet"' in program.stdout.readline()
    subprocess.run(["ip", "-n", SPACE, "link", "del", "va"], check=True)
    _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 1, f"{program.returncode} {err}"
    assert re.search("va: the capture has ended: .*(disappeared|gone|no longer)", err), err
    result = subprocess.run(["ip", "netns", "exec", SPACE, PROGRAM, "-T", "text", "-i", "none0"], capture_output=True,
                            text=True, timeout=PATIENCE, check=False)
    expect(result, 1, "none0: no such interface")


def the_view_says_that_the_interface_is_down():
    """On the list and on another screen. Each in a view of its own: how a line that has gone is wiped off depends on what else is drawn."""
    for keys, shown in ((b"", b"live, "), (b"u", b"FIRST SENDER")):
        namespace()
        screen = Screen("-n", "-i", "va", before=["ip", "netns", "exec", SPACE])
        screen.wait(b"live, ")
        os.write(screen.master, keys)
        screen.wait(shown)
        subprocess.run(["ip", "-n", SPACE, "link", "set", "va", "down"], check=True)
        screen.wait(b"the interface is down; waiting until it is up again")
        subprocess.run(["ip", "-n", SPACE, "link", "set", "va", "up"], check=True)
        subprocess.run(["ip", "-n", SPACE, "link", "del", "va"], check=True)
        screen.wait(b"capture has ended")
        os.write(screen.master, b"q")
        screen.left((1,))
        clean_up()


def the_ring_overruns():
    """Nobody reads the records, and the kernel's buffer is small: each lost frame is counted. Frames that are still in the
    buffer when the capture is stopped are captured."""
    namespace()
    program = live("-i", "va", "-T", "json", "--only", "packet,stats", "--buffer-size", "256K")
    code = ("import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('vb', 0))\n"
            "for i in range(30000): s.send(bytes(12) + b'\\x88\\xb5' + bytes(100))")
    subprocess.run(["ip", "netns", "exec", SPACE, sys.executable, "-c", code], check=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(program.stdout))
    reader.start()
    # Not before all is written, since a signal that interrupts writing ends the output: until the last frame that was sent has come. One
    # that finds no room in the buffer does not come.
    sent, end, came = 200, time.monotonic() + PATIENCE, False
    while not came and time.monotonic() < end:
        sent += 1
        send_frame("vb", sent)
        soon = time.monotonic() + 1
        while not came and time.monotonic() < soon:
            time.sleep(0.02)
            came = any(f'"length":{sent},' in line for line in lines[-100:])
    assert came, lines[-3:]
    program.send_signal(signal.SIGINT)
    reader.join(PATIENCE)
    err, out = program.stderr.read(), "".join(lines)
    program.wait(PATIENCE)
    counts = re.search(r"(\d+) packets? captured, (\d+) received by filter, (\d+) dropped by kernel", err)
    captured, received, dropped = (int(number) for number in counts.groups())
    assert dropped > 1000, (err, out[-600:], program.returncode)
    assert captured + dropped == received >= 30000, err
    assert json.loads(out.splitlines()[-1])["packets"] == captured, out.splitlines()[-1]
    assert program.returncode == 0, program.returncode


def a_user_that_cannot_be_had():
    """When the program cannot become the user of -Z, it ends and does not continue as root."""
    if os.geteuid() != 0:
        raise Skip("taking privileges away takes root")
    command = ["setpriv", "--bounding-set", "-setuid,-setgid", PROGRAM, "-T", "text", "-r", os.path.join(ROOT, "captures/close-four-client.pcap")]
    result = subprocess.run([*command, "-Z", "nobody"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    expect(result, 1, "cannot become user nobody: Operation not permitted")
    assert not result.stdout
    result = subprocess.run([*command, "-v"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    expect(result, 0, "without an unprivileged user")


def nothing_is_read_unconfined():
    """The view ends without having read a packet when privileges cannot be given up."""
    namespace()
    target = os.path.join(FOLDER, "unconfined.pcap")
    code = ("import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('vb', 0)); print('ready', flush=True)\n"
            "while True: s.send(bytes(12) + b'\\x88\\xb5' + bytes(100))")
    with subprocess.Popen(["ip", "netns", "exec", SPACE, sys.executable, "-c", code], stdout=subprocess.PIPE) as flood:
        try:
            flood.stdout.readline()
            screen = Screen("-n", "-i", "va", "-w", target, "-Z", "no-such-user", before=["ip", "netns", "exec", SPACE])
            assert screen.program.wait(PATIENCE) == 1
        finally:
            flood.kill()
    assert os.path.getsize(target) == 24, f"{os.path.getsize(target)} bytes were written"


def an_invoker_whose_group_is_roots():
    """When sudo runs the program, it writes files as the user who called sudo, not as root."""
    if os.geteuid() != 0:
        raise Skip("being called by sudo takes root")
    folder = os.path.join(FOLDER, "roots")
    os.makedirs(folder, mode=0o755)
    result = wirestate("-T", "text", "-r", os.path.join(ROOT, "captures/close-four-client.pcap"), "-w", os.path.join(folder, "x.pcap"),
                       env=dict(os.environ, HOME=FOLDER, XDG_CONFIG_HOME=FOLDER, SUDO_UID="4242", SUDO_GID="0"))
    expect(result, 1, "x.pcap: cannot be opened for writing: Permission denied")


def without_privilege():
    if os.geteuid() != 0:
        raise Skip("taking privileges away takes root")
    result = wirestate("-T", "text", "-i", "lo", user=65534)
    expect(result, 1, "lo: permission denied; run with sudo, or: sudo setcap cap_net_raw,cap_net_admin=ep ")
    assert len(result.stderr.splitlines()) == 1, result.stderr


TESTS = [
    live_capture_as_root_is_confined, a_pipe_is_waited_for_without_privileges, the_view_says_how_it_is_fenced, a_live_capture_is_left_after_a_question, a_lesson_goes_on_live,
    written_files_belong_to_the_invoker, the_interface_goes,          the_view_says_that_the_interface_is_down,
    the_ring_overruns, a_user_that_cannot_be_had, nothing_is_read_unconfined, an_invoker_whose_group_is_roots,
    without_privilege,
]
