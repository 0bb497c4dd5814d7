"""Two network namespaces and a veth pair, in which this process can open sockets; and wirestate watching one of them."""
import ctypes
import json
import os
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("WIRESTATE", os.path.join(ROOT, "build", "wirestate")))
OWN, PEER = f"kernel-own-{os.getpid()}", f"kernel-peer-{os.getpid()}"
OWN_IP, PEER_IP, OWN_IP6, PEER_IP6 = "10.77.0.1", "10.77.0.2", "fd77::1", "fd77::2"
PATIENCE = 60
LIBC = ctypes.CDLL(None, use_errno=True)
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def make():
    for space in (OWN, PEER):
        ip("netns", "add", space)
        ip("-n", space, "link", "set", "lo", "up")
    ip("-n", OWN, "link", "add", "va", "type", "veth", "peer", "name", "vb", "netns", PEER)
    for space, device, v4, v6 in ((OWN, "va", OWN_IP, OWN_IP6), (PEER, "vb", PEER_IP, PEER_IP6)):
        ip("-n", space, "address", "add", f"{v4}/24", "dev", device)
        ip("-n", space, "address", "add", f"{v6}/64", "dev", device, "nodad")
        ip("-n", space, "link", "set", device, "up")


def remove():
    for space in (OWN, PEER):
        subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


class Inside:
    """Sockets that are opened in the block belong to that namespace."""

    def __init__(self, space):
        self.space = space

    def __enter__(self):
        fd = os.open(f"/run/netns/{self.space}", os.O_RDONLY)
        assert LIBC.setns(fd, 0x40000000) == 0, os.strerror(ctypes.get_errno())
        os.close(fd)

    def __exit__(self, *_):
        assert LIBC.setns(HOME, 0x40000000) == 0


def listener(space, port, address="", backlog=8, receive=0, family=socket.AF_INET):
    with Inside(space):
        server = socket.socket(family)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        server.bind((address, port))
        server.listen(backlog)
        return server


def connector(space, family=socket.AF_INET):
    with Inside(space):
        return socket.socket(family)


def pair(client_space, server, address, port, family=socket.AF_INET):
    client = connector(client_space, family)
    client.connect((address, port))
    return client, server.accept()[0]


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)
    return value


WORDS = {"ESTAB": "ESTABLISHED", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECEIVED", "FIN-WAIT-1": "FIN_WAIT_1", "FIN-WAIT-2": "FIN_WAIT_2",
         "TIME-WAIT": "TIME_WAIT", "CLOSE-WAIT": "CLOSE_WAIT", "LAST-ACK": "LAST_ACK", "LISTEN": "LISTEN", "CLOSING": "CLOSING"}


def endpoint(text):
    address, port = text.rsplit(":", 1)
    return address.strip("[]").removeprefix("::ffff:").split("%")[0], int(port) if port != "*" else 0


def run_ss(space, *filters):
    return subprocess.run(["ip", "netns", "exec", space, "ss", "-tanoH", *filters], capture_output=True, text=True, check=True).stdout


def ss(space):
    """{(local, peer): (state, receive queue, send queue)} of all sockets but those that listen."""
    sockets = {}
    for line in run_ss(space).splitlines():
        state, receive, send, local, peer = line.split()[:5]
        if state != "LISTEN":
            sockets[endpoint(local), endpoint(peer)] = WORDS[state], int(receive), int(send)
    return sockets


class Deaths:
    """The kernel's notes about sockets that have gone, which it sends a moment later to the sockets that asked for them."""

    def __init__(self, space):
        with Inside(space):
            self.notes = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)  # NETLINK_SOCK_DIAG
        self.notes.bind((0, 1))  # SKNLGRP_INET_TCP_DESTROY
        self.notes.settimeout(PATIENCE)

    def wait(self, port, count):
        while count:
            note = self.notes.recv(65536)
            count -= int.from_bytes(note[20:22], "big") == port  # of struct inet_diag_msg, which nlmsghdr precedes
        self.notes.close()


class Watch:
    """wirestate on an interface of a namespace; its records when it has been stopped."""

    def __init__(self, space, interface, *arguments, enter=False):
        before = ["nsenter", f"--net=/run/netns/{space}"] if enter else ["ip", "netns", "exec", space]  # the former leaves /sys as it is
        self.program = subprocess.Popen([*before, PROGRAM, "-n", "-i", interface, "-T", "json", "--only", "connection", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        self.said = ""
        while "listening on" not in (line := self.program.stderr.readline()):
            assert line, "ended before it listened: " + self.said
            self.said += line

    def stop(self):
        self.program.send_signal(signal.SIGINT)
        out, err = self.program.communicate(timeout=PATIENCE)
        assert self.program.returncode == 0, err
        self.said += err
        return [json.loads(line) for line in out.splitlines()]


def ends(records, address=None):
    """{(own, peer): (record, side)} of the ends that have this address; None: of all."""
    found = {}
    for record in records:
        for side, other in (("client", "server"), ("server", "client")):
            own, peer = record[side], record[other]
            if address in (None, own["address"]):
                found[(own["address"], own["port"]), (peer["address"], peer["port"])] = record, side
    return found
