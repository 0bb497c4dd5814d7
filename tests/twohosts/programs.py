"""A user's own programs in the lab: the echo programs of README and lessons, in Python and with socat. Every call must stand
beside the segment that it caused: in the comment of the packet that left because of it."""
import concurrent.futures
import re
import subprocess

import judge

PYTHON = "/usr/bin/python3"
SERVER = """import socket, time
s = socket.socket(){reuse}
s.bind(('{host}', 7000))
s.listen()
c, _ = s.accept()
while True:
    data = c.recv({most})
    if not data: break
    c.send(data)
{end}
"""
CLIENT = """import socket, time
c = socket.create_connection(('{host}', 7000))
{sends}
print(c.recv(100))
c.close()
"""
UDP_SERVER = """import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('{host}', 7000))
data, who = s.recvfrom(16)
s.sendto(data, who)
"""
UDP_CLIENT = """import socket
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
c.sendto(b'{bytes}', ('{host}', 7000))
print(c.recvfrom(100))
"""
# The second turn begins when the kernel has done with the first connection: it is in TIME_WAIT at the server (06), which the file tells
# the client. Both may take long where many programs are traced.
AGAIN = """import os, socket, time
for turn in range(2):
    s = socket.socket(){reuse}
    s.bind(('{host}', 7000))
    s.listen()
    if turn:
        open('{again}', 'w').close()
    c, _ = s.accept()
    c.recv(100)
    c.close()
    s.close()
    while not any(':1B58 ' in line and ' 06 ' in line for line in open('/proc/net/tcp')): time.sleep(0.05)
"""
# What is unread when a program closes is answered with RST in place of FIN.
ALL = "\nwhile len(c.recv(100, socket.MSG_PEEK)) < {}: time.sleep(0.02)"
REUSE = "\ns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)"
REUSE_AGAIN = REUSE.replace("\n", "\n    ")

# What causes a segment: the segment, and the call that must be in the comment of the packet that shows how it left.
TCP_CAUSES = (("client", "SYN", r"connect\(3, \S+, port 7000\)"), ("client", "DATA", r"send\(3, \d+ bytes\)"),
              ("client", "FIN", r"close\(3\)"), ("server", "DATA", r"send\(4, \d+ bytes\)"), ("server", "FIN", r"close\(4\)"))
UDP_CAUSES = (("client", "UDP", r"sendto\(3, \d+ bytes\)"), ("server", "UDP", r"sendto\(3, \d+ bytes\)"))
SOCAT_CAUSES = (("client", "SYN", r"connect\(\d+, \S+, port 7000\)"), ("client", "DATA", r"write\(\d+, 3 bytes\)"),
                ("client", "FIN", r"shutdown\(\d+, SHUT_WR\)"), ("server", "DATA", r"write\(\d+, 3 bytes\)"),
                ("server", "FIN", r"(shutdown|close)\("))

# Name, server, client, what must be seen in this order, and which call caused which segment.
PROGRAMS = (
    ("echo", SERVER.format(reuse="", host="{any}", most=100, end="c.close()"),
     CLIENT.format(host="{server}", sends="c.send(b'hello')"),
     ("server calls bind(3, port 7000)", "server: listen(3, 128) = 0", "client calls connect(3, {address}, port 7000)",
      "  SYN seq 0", "  SYN, ACK seq 0", "client calls send(3, 5 bytes)", "len 5", "client calls close(3)", "FIN, ACK",
      "= 0\n", "server calls close(4)", "server's kernel: CLOSED"), TCP_CAUSES),
    ("SO_REUSEADDR", AGAIN.format(reuse=REUSE_AGAIN, host="{any}", again="{again}"),
     "import os, socket, time\nfor turn in range(2):\n    while turn and not os.path.exists('{again}'): time.sleep(0.05)\n"
     "    c = socket.create_connection(('{server}', 7000))\n    c.send(b'x')\n    c.recv(100)\n    c.close()\n",
     ("setsockopt(3, SO_REUSEADDR, 1) = 0", "bind(3, port 7000) = 0", "SYN seq 0", "server's kernel: TIME_WAIT",
      "SO_REUSEADDR, 1) = 0", "bind(3, port 7000) = 0", "SYN seq 0"), (("server", "FIN", r"close\(4\)"),)),
    ("address in use", AGAIN.format(reuse="", host="{any}", again="{again}"), CLIENT.format(host="{server}", sends="c.send(b'x')"),
     ("server's kernel: TIME_WAIT", "server calls bind(3, port 7000)", "bind(3, port 7000) = -1 EADDRINUSE (Address already "
      "in use): another socket has this port, or a connection in TIME_WAIT still holds it, which SO_REUSEADDR on the old and on "
      "the new socket allows",
      "server's program ends with exit status 1"), (("server", "FIN", r"close\(4\)"),)),
    ("recv(16)", SERVER.format(reuse="", host="{any}", most=16, end="c.close()"),
     CLIENT.format(host="{server}", sends="c.send(b'x' * 40)" + ALL.format(40)),
     ("len 40", "server: recv(4, 16) = 16", "server: recv(4, 16) = 16", "recv(4, 16) = 8"), TCP_CAUSES),
    ("three sends", SERVER.format(reuse="", host="{any}", most=100, end="c.close()"),
     CLIENT.format(host="{server}", sends="c.send(b'a' * 5); c.send(b'b' * 5); c.send(b'c' * 5)" + ALL.format(15)),
     ("client: send(3, 5 bytes) = 5", "client: send(3, 5 bytes) = 5", "client calls close(3)"), TCP_CAUSES),
    ("never closes", SERVER.format(reuse="", host="{any}", most=100, end="time.sleep(4)"),
     CLIENT.format(host="{server}", sends="c.send(b'hello')"),
     ("client calls close(3)", "FIN, ACK", "server's kernel: CLOSE_WAIT"), TCP_CAUSES[:4]),
    ("UDP", UDP_SERVER.format(host="{any}"), UDP_CLIENT.format(host="{server}", bytes="hello"),
     ("client calls sendto(3, 5 bytes)", "UDP len 5", "server: recvfrom(3, 16) = 5", "UDP len 5",
      "client: recvfrom(3, 100) = 5"), UDP_CAUSES),
    ("UDP, tail cut", UDP_SERVER.format(host="{any}"), UDP_CLIENT.format(host="{server}", bytes="x" * 40),
     ("UDP len 40", "server: recvfrom(3, 16) = 16", "UDP len 16"), UDP_CAUSES),
)

# The commands that README and lessons give.
SOCAT = (
    ("socat", "socat TCP-LISTEN:7000,reuseaddr,fork EXEC:cat", "echo hi | socat -t 1 - TCP:{server}:7000",
     ("server: setsockopt(", "SO_REUSEADDR, 1) = 0", "server calls listen(", "client calls connect(", "SYN seq 0",
      "client calls write(", "len 3", "server: read(", "server calls write(", "len 3", "FIN, ACK"), SOCAT_CAUSES),
    ("socat, address in use", "socat TCP-LISTEN:7000 EXEC:date; socat TCP-LISTEN:7000 EXEC:date",
     "socat -u TCP:{server}:7000 -",  # it closes after the server
     ("server's kernel: LISTEN", "SYN seq 0", "FIN, ACK", "server calls bind(", "port 7000) = -1 EADDRINUSE (Address already in "
      "use): another socket has this port, or a connection in TIME_WAIT still holds it, which SO_REUSEADDR on the old and on "
      "the new socket allows"), SOCAT_CAUSES[:1]),
    ("socat, UDP", "socat UDP-RECVFROM:7000,fork EXEC:cat", "echo hi | socat -t 1 - UDP:{server}:7000",
     ("server: bind(", "UDP len 3", "UDP len 3"),
     (("client", "UDP", r"write\(\d+, 3 bytes\)"), ("server", "UDP", r"sendto\(\d+, 3 bytes\)"))),
    ("socat, UDP, tail cut", "socat -b 16 UDP-RECVFROM:7000,fork EXEC:cat",
     "echo 12345678901234567890 | socat -t 1 - UDP:{server}:7000", ("UDP len 21", "UDP len 16"),
     (("client", "UDP", r"write\(\d+, 21 bytes\)"), ("server", "UDP", r"sendto\(\d+, 16 bytes\)"))),
)

# On one host only: two programs cannot have one port.
ONE_PORT = ("UDP on one port", UDP_SERVER.format(host="{any}"),
            "import socket\nc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nc.bind(('{any}', 7000))\n",
            ("server: bind(3, port 7000) = 0", "client: bind(3, port 7000) = -1 EADDRINUSE"), ())


def can_trace(skip):
    done = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        skip(f"the calls of programs: {done.stderr.strip()}")
    return done.returncode == 0


def in_order(text, expected):
    """Returns the first part that is missing, or None."""
    at = 0
    for part in expected:
        found = text.find(part, at)
        if found < 0:
            return part
        at = found + len(part)
    return None


def causes_missing(written, causes):
    """Yields each segment whose first departure has not the call that caused it in its comment."""
    departures = list(judge.departures_of(written))
    for side, kind, call in causes:
        of_kind = [comment for from_side, what, comment in departures if (from_side, what) == (side, kind)]
        wanted = re.compile(rf"{side} call \d+ {call}")
        if not of_kind or not wanted.search(of_kind[0]):
            yield f"the {side}'s {kind} does not stand beside {call}: {of_kind[:1]}"
    for side, kind, comment in departures:
        # What a kernel sends by itself must not stand beside a call that is said to cause it.
        if kind in ("ACK", "SYN-ACK") and re.search(rf"{side} call \d+ (connect|send|write|sendto|shutdown)\(", comment):
            if not any(name in comment for name in ("return", "again")):
                yield f"the {side}'s {kind} stands beside a call: {comment}"


def run_one(place, number, program, user, one):
    """Returns the name of the turn, what was done, and what is wrong with it."""
    name, server, client, expected, causes = program
    address = "127.0.0.1" if one else "10.0.0.2"
    known = {"any": "127.0.0.1" if one else "", "server": "127.0.0.1" if one else "server", "address": address, "again": place.path(f"again {number}")}
    fill = lambda text: re.sub(r"\{(any|server|address|again)\}", lambda match: known[match.group(1)], text)
    commands = [fill(server), fill(client)]
    if "socket.socket(" in server:
        for at, text in enumerate(commands):
            commands[at] = f"{PYTHON} '{place.put(f'{number}-{at}.py', text)}'"
    written = place.path(f"program {number}.pcapng")
    done = place.lab("--server", commands[0], "--client", commands[1], "-T", "text", "-w", written,
                     *(["--one-host"] if one else []), user=user)
    label = f"{name}{', one host' if one else ''}{', as an ordinary user' if user else ''}"
    if done.returncode:
        return label, done, [f"exit status {done.returncode}"]
    wrong = list(judge.differences(written)) + list(causes_missing(written, causes))
    missing = in_order(done.stdout, [fill(part) for part in expected])
    return label, done, wrong + ([f"{missing!r} is not there"] if missing else [])


def run(place, check, skip, users):
    if not can_trace(skip):
        return
    turns = [(program, user, one) for at, program in enumerate(PROGRAMS + SOCAT) for user in users
             for one in (False, True) if not one or user == users[at % len(users)]]
    turns += [(ONE_PORT, users[-1], True)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for label, done, wrong in pool.map(lambda turn: run_one(place, turn[0], *turn[1]), enumerate(turns)):
            check(not wrong, f"{label}: {wrong}\n{done.stdout}\n{done.stderr}")
            if label == "echo":
                check("b'" in done.stderr, f"{label}: what the programs print is on standard error")
