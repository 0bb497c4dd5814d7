"""A kernel on one end of a line and crafted peers on the other, many exchanges at a time.

A Host is a namespace with a TAP device whose other end is this process. Every exchange has a peer address of its own,
so that ports, fast open cookies and route metrics of one do not touch another. Nothing on the far end has a kernel:
each segment the kernel gets is one that a script has sent."""

import collections
import fcntl
import os
import select
import socket
import struct
import threading
import time

import packets
import paths
from packets import ACK, FIN, PSH, RST, SYN, URG

HOST_MAC, LINE_MAC = "02:00:00:00:72:01", "02:00:00:00:72:02"
PORT, PEER_PORT = 8000, 40000
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
LETTERS = {"F": FIN, "S": SYN, "R": RST, "P": PSH, "A": ACK, "U": URG, "E": 0x40, "C": 0x80, "N": 0x100}
ISS = 1000          # where peers begin: easy to tell from the kernel's numbers
FAST_OPEN = 34      # the option's kind
MSG_FASTOPEN = 0x20000000
SYSCTLS = {"tcp_fastopen": 0x3, "tcp_fastopen_blackhole_timeout_sec": 0, "tcp_syncookies": 0,
           "tcp_invalid_ratelimit": 0, "tcp_challenge_ack_limit": 0x7FFFFFFF, "tcp_tw_reuse": 1}


def flags_of(text):
    return sum(LETTERS[letter] for letter in text)


def text_of(flags):
    return "".join(letter for letter, bit in LETTERS.items() if flags & bit)


class Host:
    """The kernel's end: a namespace, its device and the thread that reads it."""

    def __init__(self, laboratory, name, number, sysctls):
        self.name, self.address = name, f"10.72.{number}.1"
        self._peers, self._number, self._lock = 0, number, threading.Lock()
        self.namespace = laboratory.namespace(name)
        with self.namespace:
            self._tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(self._tap, TUNSETIFF, struct.pack("16sH22x", b"eth0", IFF_TAP | IFF_NO_PI))
        self.namespace.set_up("eth0", self.address, HOST_MAC)
        self.namespace.ip("link", "set", "eth0", "txqueuelen", "10000")
        gateway = f"10.72.{number}.254"
        self.namespace.neighbour(gateway, LINE_MAC, "eth0")
        self.namespace.ip("route", "add", "default", "via", gateway)
        for key, value in {**SYSCTLS, **sysctls}.items():
            self.namespace.sysctl(f"net.ipv4.{key}", value)
        self._exchanges, self.listeners, self._stopping = {}, [], False
        self.capture = laboratory.capture(self.namespace, "eth0", expression="tcp or icmp", buffer=65536)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        laboratory.own(self)

    def close(self):
        self._stopping = True
        self._thread.join()
        for listener in self.listeners:
            listener.close()
        os.close(self._tap)

    def new_peer(self):
        """An address that no exchange has had."""
        with self._lock:
            self._peers += 1
            return f"10.{100 + self._number}.{self._peers >> 8}.{self._peers & 255}"

    def enter(self, exchange):
        self._exchanges[exchange.peer] = exchange

    def leave(self, exchange):
        self._exchanges.pop(exchange.peer, None)

    def write(self, frame):
        os.write(self._tap, frame)

    def _read(self):
        while not self._stopping:
            if not select.select([self._tap], [], [], 0.1)[0]:
                continue
            try:
                while True:
                    segment = packets.read_segment(os.read(self._tap, 65536))
                    exchange = segment and self._exchanges.get(segment.destination)
                    if exchange:
                        exchange.take(segment)
            except BlockingIOError:
                pass


class Exchange:
    """One script's connection: the kernel's socket, and what the peer sends and expects.

    Numbers are relative: the peer's sequence numbers to its ISS, so that its SYN is 0 and its first byte 1; what it
    acknowledges to the kernel's. Unless told otherwise a segment is the next one in order and acknowledges all that
    has come. `expect` waits for the kernel's next segment and fails the script if it is another. `pace` makes every pause
so many times longer."""

    def __init__(self, host, name, pace=1):
        self.host, self.name, self.peer, self.pace = host, name, host.new_peer(), pace
        self.port, self.peer_port = PORT, PEER_PORT
        self._inbox, self._arrival = collections.deque(), threading.Condition()
        self.unseen_reason, self.failure, self.sockets, self._listeners = "", "", [], []
        self.fin_sent = False  # by the kernel
        self.fin_first = False  # it did not acknowledge a FIN of the peer's
        self._fin_ends = set()  # one past each FIN of the peer's
        self.stamps = False
        self.renew()
        host.enter(self)

    def renew(self, iss=ISS):
        """The peer starts again, as for another connection."""
        self.iss, self.seq, self.kernel_iss, self.ack = iss, 0, None, 0
        self.window, self.echo, self.ack_by_kernel = 65535, 0, 0

    # ---- The kernel's calls

    def listen(self, backlog=16, fast_open=0, **options):
        with self.host.namespace:
            made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.settimeout(5)
        self.port = self._bind(made)
        if fast_open:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, fast_open)
        for name, value in options.items():
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name.upper()}"), value)
        made.listen(backlog)
        self._listeners.append(made)
        self.host.listeners.append(made)
        return made

    def _bind(self, made):
        made.bind((self.host.address, 0))
        return made.getsockname()[1]

    def accept(self):
        made = self._listeners[-1].accept()[0]
        return self._keep(made)

    def try_accept(self, seconds=0):
        """True when there was a connection to accept."""
        try:
            self._listeners[-1].settimeout(seconds)
            self.accept()
            return True
        except (OSError, IndexError):
            return False

    def _keep(self, made):
        made.settimeout(5)
        self.sockets.append(made)
        self.socket = made
        return made

    def connect(self, port=None, buffer=0):
        """Begins to connect, and waits for nothing."""
        with self.host.namespace:
            made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        made.bind((self.host.address, port or 0))
        self.port = made.getsockname()[1]
        made.setblocking(False)
        made.connect_ex((self.peer, self.peer_port))
        return self._keep(made)

    def connect_with(self, size):
        """Fast open: begins to connect with data in the SYN, if there is a cookie."""
        with self.host.namespace:
            made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.port = self._bind(made)
        made.setblocking(False)
        try:
            made.sendto(bytes(size), MSG_FASTOPEN, (self.peer, self.peer_port))
        except BlockingIOError:
            pass
        return self._keep(made)

    def send(self, size):
        self.socket.send(bytes(size))

    def recv(self, size=65536):
        return len(self.socket.recv(size))

    def recv_ready(self):
        """Reads what has come, so that closing sends FIN and not RST."""
        try:
            self.socket.setblocking(False)
            while self.socket.recv(65536):
                pass
        except OSError:
            pass  # nothing there, or the connection is gone

    def shut(self, how=socket.SHUT_WR):
        self.socket.shutdown(how)

    def close(self):
        self.socket.close()

    def abort(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def option(self, name, value):
        self.socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name.upper()}"), value)

    def stop_listening(self):
        self._listeners.pop().close()

    # ---- The peer

    def options(self, syn, sack=None, cookie=None, mss=1460, scale=None):
        """The option bytes of a segment. sack: pairs of relative numbers; cookie: fast open, b"" asks for one."""
        result = b""
        if syn:
            result += struct.pack("!BBH", 2, 4, mss) + b"\x01\x01\x04\x02"
            if scale is not None:
                result += bytes((1, 3, 3, scale))
        if cookie is not None:
            result += bytes((FAST_OPEN, 2 + len(cookie))) + cookie
            result += b"\x01" * (-len(result) % 4)
        if self.stamps is not False:
            now = time.monotonic_ns() // 1000000 & 0xFFFFFFFF if self.stamps is True else self.stamps
            result += b"\x01\x01" + struct.pack("!BBII", 8, 10, now, self.echo)
        if sack:
            result += b"\x01\x01" + bytes((5, 2 + 8 * len(sack)))
            for left, right in sack:
                result += struct.pack("!II", *((self.kernel_iss + edge) & 0xFFFFFFFF for edge in (left, right)))
        return result

    def sends(self, flags, data=0, seq=None, ack=None, window=None, options=None, wrong_checksum=False, raw_ack=None,
              **more):
        """Sends a segment; in order (seq not given) it moves the peer's own number on."""
        bits = flags_of(flags)
        at = self.seq if seq is None else seq
        number = raw_ack
        if number is None:
            number = (self.kernel_iss or 0) + (self.ack if ack is None else ack) if bits & ACK else 0
        made = packets.Segment(self.peer, self.host.address, self.peer_port, self.port, self.iss + at & 0xFFFFFFFF,
                               number & 0xFFFFFFFF, bits, self.window if window is None else window,
                               self.options(bits & SYN, **more) if options is None else options, bytes(data))
        if bits & FIN:
            self._fin_ends.add(made.end)
        if seq is None and not bits & RST:
            self.seq += data + bool(bits & SYN) + bool(bits & FIN)
        self.host.write(packets.tcp_frame(made, LINE_MAC, HOST_MAC, wrong_checksum))
        return made

    def icmp(self, code, segment, rest=0):
        """An ICMP destination unreachable that quotes a segment of the kernel's; `rest` is an MTU."""
        body = packets.icmp_unreachable(self.peer, self.host.address, code, segment.frame[14:], rest)
        self.host.write(packets.ethernet(LINE_MAC, HOST_MAC, packets.IPV4, body))

    def take(self, segment):
        with self._arrival:
            if segment.has(FIN) and not self.fin_sent:
                self.fin_sent, self.fin_first = True, segment.ack not in self._fin_ends
            self._inbox.append(segment)
            self._arrival.notify_all()

    def note(self, segment):
        """Takes in what the kernel has sent: what is to be acknowledged, and echoed."""
        if segment.has(SYN):
            self.kernel_iss, self.ack = segment.seq, 0
        elif self.kernel_iss is None:
            self.kernel_iss = segment.seq - 1 & 0xFFFFFFFF
        if segment.has(ACK):
            self.ack_by_kernel = segment.ack - self.iss & 0xFFFFFFFF
        if not segment.has(RST):
            self.ack = max(self.ack, segment.end - self.kernel_iss & 0xFFFFFFFF)
        if segment.timestamps:
            self.echo = segment.timestamps[0]

    def next(self, timeout=3.0):
        deadline = time.monotonic() + timeout
        with self._arrival:
            while not self._inbox:
                if not self._arrival.wait(deadline - time.monotonic()):
                    return None
            segment = self._inbox.popleft()
        self.note(segment)
        return segment

    def expect(self, flags, timeout=3.0):
        """The kernel's next segment, which has these flags (PSH, ECE and CWR aside)."""
        segment = self.next(timeout)
        got = text_of(segment.flags & ~(PSH | 0xC0)) if segment else "nothing"
        if got != "".join(sorted(flags, key="FSRPAU".index)):
            raise AssertionError(f"expected {flags}, got {got}")
        return segment

    def await_flags(self, flags, timeout=3.0):
        """As expect(), passing over others."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            segment = self.next(deadline - time.monotonic())
            if segment and segment.flags & ~(PSH | 0xC0) == flags_of(flags):
                return segment
        raise AssertionError(f"no {flags} came")

    def drain(self, seconds=0.05):
        """Takes whatever comes for so long."""
        deadline = time.monotonic() + seconds * self.pace
        while time.monotonic() < deadline:
            self.next(deadline - time.monotonic())

    def pause(self, seconds=0.06):
        time.sleep(seconds * self.pace)

    # ---- Common beginnings

    def passive(self, accept=True, **options):
        """The kernel listens, the peer opens."""
        self.listen(**options)
        self.sends("S")
        self.expect("SA")
        self.sends("A")
        if accept:
            self.accept()

    def active(self):
        """The kernel connects, the peer answers."""
        self.connect()
        self.expect("S")
        self.sends("SA")
        self.expect("A")

    def unseen(self, reason):
        self.unseen_reason = reason

    def end(self):
        """Closes what the script has left open, but for listeners; the peer ends the rest with a RST."""
        for made in self.sockets:
            if made.fileno() >= 0:
                made.close()
        self.drain()
        if self.kernel_iss is not None:
            self.sends("RA")
            self.drain()
        self.host.leave(self)

    def endpoints(self, found):
        """The kernel's endpoints of this exchange, and the crafted ones opposite."""
        for endpoint in found:
            endpoint.unseen = self.unseen_reason
        here = paths.endpoint_name(self.host.address, self.port), paths.endpoint_name(self.peer, self.peer_port)
        if self.unseen_reason and not found:
            found = [paths.Endpoint(*here, [], self.unseen_reason)]
        opposite = dict.fromkeys([(endpoint.peer, endpoint.local) for endpoint in found] + [here[::-1]])
        return found + [paths.Endpoint(local, peer, paths.CRAFTED) for local, peer in opposite]
