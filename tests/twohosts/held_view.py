"""The lab in the view, on a real terminal (tmux with a socket of its own): packets wait for keys."""
import os
import re
import signal
import subprocess
import time

PATIENCE = 30


class Terminal:
    count = 0

    def __init__(self, place, columns=80, rows=24):
        self.place = place
        Terminal.count += 1
        self.base = ["tmux", "-S", place.path(f"tmux-{Terminal.count}"), "-f", "/dev/null"]
        environment = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm-256color", ENV="", XDG_CONFIG_HOME="/dev/null")
        environment.pop("TMUX", None)
        subprocess.run(self.base + ["new-session", "-d", "-x", str(columns), "-y", str(rows), "sh"], check=True,
                       env=environment, cwd=place.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(self.base + ["kill-server"], stderr=subprocess.DEVNULL, check=False)

    def tmux(self, *arguments):
        return subprocess.run(self.base + list(arguments), check=True, capture_output=True, text=True).stdout

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def start(self, arguments):
        self.start_program("", arguments)

    def start_program(self, before, arguments):
        self.tmux("send-keys", "-l", f"clear; {before} build/wirestate -n {arguments}; echo status=$?.")
        self.keys("Enter")

    def wait(self, pattern):
        """Returns the screen once the pattern is on it."""
        end = time.monotonic() + PATIENCE
        while True:
            screen = self.tmux("capture-pane", "-p")
            if re.search(pattern, screen):
                return screen
            if time.monotonic() > end:
                raise AssertionError(f"never on the screen: {pattern}\n{screen}")
            time.sleep(0.05)


def segments_wait_for_keys(place, check):
    with Terminal(place) as terminal:
        terminal.start("--lab close-three")
        screen = terminal.wait(r"IN THE AIR  1 SYN.*►")
        check(re.search(r"in connect\([^)]*\) … +in accept\(3\) …", screen), f"open calls are shown:\n{screen}")
        check("kernel SYN_SENT" in screen and "kernel LISTEN" in screen, f"the kernels' states are shown:\n{screen}")
        check(re.search(r"SYN_SENT ├[─━]+● 1 Space", screen), f"the SYN hangs in the air, with its key:\n{screen}")
        terminal.keys("Space")
        terminal.wait(r"IN THE AIR  ◄ 2 SYN, ACK")
        screen = terminal.wait(r"2 Space ● SYN,ACK")
        check("kernel SYN_RECEIVED" in screen, f"the server has the SYN:\n{screen}")
        terminal.keys("X")
        terminal.wait("lost ×")
        terminal.wait(r"IN THE AIR  (◄ )?3 SYN")  # either side may be the first to send again
        terminal.wait("retransm")
        terminal.keys("V", "C", "A", "I")
        terminal.wait("The lab has ended: nothing more is to come. R begins it again.")
        terminal.keys("R")
        terminal.wait(r"IN THE AIR  1 SYN.*►")
        terminal.keys("?")
        terminal.wait("Arrows in the lifelines")
        terminal.keys("NPage")
        terminal.wait(r"X +lab: it is lost")
        terminal.keys("?")
        terminal.keys("q")
        terminal.wait(r"status=0\.")


def failed_bind_is_told(place, check):
    """A server whose bind() fails: before there is a packet, and at the packets, the screen says why."""
    server = place.put("bound.py", "import socket\no = socket.socket()\no.bind(('', 7000))\no.listen()\n"
                                   "s = socket.socket()\ns.bind(('', 7000))\n")
    client = place.put("waits.py", "import os, socket, time\nwhile not os.path.exists('go'): time.sleep(0.05)\n"
                                   "socket.create_connection(('server', 7000))\n")
    for columns, rows in ((80, 24), (120, 40)):
        with Terminal(place, columns, rows) as terminal:
            terminal.start(f"--lab --server '/usr/bin/python3 {server}' --client '/usr/bin/python3 {client}'")
            screen = terminal.wait(r"server's program ends with exit status 1")
            said = r"bind\(4, port 7000\) = -1 EADDRINUSE \(Address already in use\): another\s+socket has this port"
            check(re.search(said, screen), f"a failed bind() is told without a packet:\n{screen}")
            check("OSError: [Errno 98] Address already in use" in screen, f"and what the program printed:\n{screen}")
            place.put("go", "")
            terminal.wait(r"IN THE AIR +1 SYN")
            os.unlink(place.path("go"))
            screen = terminal.wait(r"bind\(\) ?= ?-1")
            check(re.search(r"LAB +server: bind\(4, port 7000\) = -1 EADDRINUSE", screen), f"it is told at the first packet:\n{screen}")
            check(re.search(r"● 1 Space", screen), f"and the key stands at the packet:\n{screen}")
            terminal.keys("Space")
            screen = terminal.wait(r"IN THE AIR +◄ 2 RST")
            check("Traceback" not in screen, f"what programs print does not disturb the screen:\n{screen}")
            terminal.keys("q")
            terminal.wait(r"status=0\.")


def datagrams_wait_for_keys(place, check):
    with Terminal(place) as terminal:
        terminal.start("--lab udp-echo")
        terminal.wait(r"IN THE AIR  1 UDP len \d+ ►")
        terminal.keys("Space")
        screen = terminal.wait(r"IN THE AIR  ◄ 2 UDP len \d+")
        check("datagrams, not connections" in screen, f"its conversation is shown:\n{screen}")
        terminal.keys("q")
        terminal.wait(r"status=0\.")


def killed_while_held(place, check, until):
    """Whichever of its processes is killed while packets are held, nothing lives on, and the shell is back."""
    victims, turn = 1, 0
    while turn < victims:
        with Terminal(place) as terminal:
            terminal.start("--lab close-four")
            terminal.wait(r"IN THE AIR  1 SYN.*►")
            processes = sorted(place.processes())
            victims = len(processes)
            os.kill(processes[turn], signal.SIGKILL)
            time.sleep(0.3)
            terminal.keys("q")
            check(until(lambda: not place.processes()), f"victim {turn} of {victims}: nothing lives on: {place.processes()}")
        turn += 1
    check(victims >= 5, f"there are processes to kill: {victims}")
