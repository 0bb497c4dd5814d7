"""Ground truth: the path of states of each endpoint, from the kernel's own sockets.

Two sources are joined. The trace event sock:inet_sock_set_state, in a trace instance of its own, gives every
transition of a full socket in order. It does not show timewait sockets (TIME_WAIT, and FIN_WAIT_2 of an orphan), nor
SYN_RECEIVED of a handshake that is not complete. These are read from /proc/net/tcp every few milliseconds.

What the events mean (Linux 6.18):
- sockets are told apart by their kernel address, skaddr; an unbound connect has sport 0 in its first event;
- LISTEN to SYN_RECV and SYN_RECV to ESTABLISHED both come when the handshake's last ACK arrives (with fast open and a
  valid cookie the first of them comes with the SYN);
- a listener's own events (CLOSE to LISTEN and back) belong to no connection;
- CLOSING to CLOSE means that a timewait socket took over, so the state is TIME_WAIT. FIN_WAIT2 to CLOSE means the same,
  or that an orphan's FIN_WAIT_2 became a timewait socket, or that the connection ended; the table says which."""

import glob
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass

import paths

TRACING = "/sys/kernel/tracing"
EVENT = "events/sock/inet_sock_set_state"
NAMES = {1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECEIVED", 4: "FIN_WAIT_1", 5: "FIN_WAIT_2", 6: "TIME_WAIT",
         7: "CLOSED", 8: "CLOSE_WAIT", 9: "LAST_ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN_RECEIVED"}
POLL_INTERVAL = 0.02
SLACK = 0.1  # seconds between an event and the next look at the table, on a busy machine


def requirements():
    import lab  # for Skip; imported here because lab imports this module
    if not os.path.exists(f"{TRACING}/{EVENT}"):
        lab.subprocess.run(["mount", "-t", "tracefs", "tracefs", TRACING], capture_output=True, check=False)
    if not os.path.exists(f"{TRACING}/{EVENT}/enable"):
        raise lab.Skip("no trace event sock:inet_sock_set_state")


@dataclass
class Change:
    """One event; time in seconds of CLOCK_MONOTONIC."""

    time: float
    socket: int
    old: str
    new: str
    local: str
    peer: str


class Trace:
    """A trace instance with one event. It reads the ring buffer's binary pages, because only those have skaddr and
    IPv6 addresses together."""

    def __init__(self):
        self._directory = f"{TRACING}/instances/ws{os.getpid()}-{time.monotonic_ns()}"
        os.mkdir(self._directory)
        self._put("trace_clock", "mono")
        self._put("buffer_size_kb", "4096")
        self._fields = self._layout()
        self._pipes = [os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                       for path in glob.glob(f"{self._directory}/per_cpu/cpu*/trace_pipe_raw")]
        self._put(f"{EVENT}/enable", "1")

    def _put(self, name, value):
        with open(f"{self._directory}/{name}", "w") as file:
            file.write(value)

    def _layout(self):
        """Returns {field name: (offset, size)} of the event, as this kernel describes it, and the event's number."""
        fields = {}
        with open(f"{self._directory}/{EVENT}/format") as file:
            for line in file:
                if line.startswith("ID:"):
                    self._number = int(line[3:])
                if "field:" not in line:
                    continue
                parts = [part.strip() for part in line.split(";")]
                name = parts[0].split()[-1].split("[")[0].lstrip("*")
                fields[name] = (int(parts[1].split(":")[1]), int(parts[2].split(":")[1]))
        return fields

    def close(self):
        self._put(f"{EVENT}/enable", "0")
        for pipe in self._pipes:
            os.close(pipe)
        os.rmdir(self._directory)

    def lost(self):
        total = 0
        for path in glob.glob(f"{self._directory}/per_cpu/cpu*/stats"):
            with open(path) as file:
                total += sum(int(line.split()[-1]) for line in file if line.startswith(("overrun", "dropped")))
        return total

    def read(self):
        """Returns the events since the last call, of all CPUs, in the order of their times."""
        changes = []
        for pipe in self._pipes:
            while True:
                try:
                    page = os.read(pipe, 4096)
                except BlockingIOError:
                    break
                if not page:
                    break
                changes += self._page(page)
        return sorted(changes, key=lambda change: change.time)

    def _page(self, page):
        """Yields a page's records; after 16 bytes of header, each has 27 bits of time step and 5 of kind."""
        now, length = struct.unpack("=QQ", page[:16])
        at, end = 16, 16 + (length & 0xFFFFF)
        while at + 4 <= end:
            word = struct.unpack("=I", page[at:at + 4])[0]
            kind, step = word & 31, word >> 5
            at += 4
            if kind == 29:  # padding; without a step it fills the rest of the page
                if not step:
                    return
                now += step
                at += struct.unpack("=I", page[at:at + 4])[0]
            elif kind in (30, 31):  # the step, or the time, does not fit 27 bits
                more = step | struct.unpack("=I", page[at:at + 4])[0] << 27
                now = now + more if kind == 30 else more | now & ~((1 << 59) - 1)
                at += 4
            else:
                now += step
                if kind:
                    size, start = kind * 4, at
                else:
                    size, start = struct.unpack("=I", page[at:at + 4])[0], at + 4
                change = self._change(now, page[start:at + size])
                if change:
                    yield change
                at += size

    def _get(self, record, name):
        offset, size = self._fields[name]
        return record[offset:offset + size]

    def _number_of(self, record, name):
        return int.from_bytes(self._get(record, name), "little")

    def _change(self, now, record):
        if self._number_of(record, "common_type") != self._number or self._number_of(record, "protocol") != 6:
            return None
        if self._number_of(record, "family") == socket.AF_INET:
            source, destination = (socket.inet_ntoa(self._get(record, name)) for name in ("saddr", "daddr"))
        else:
            source, destination = (plain(self._get(record, name)) for name in ("saddr_v6", "daddr_v6"))
        return Change(now / 1e9, self._number_of(record, "skaddr"), NAMES[self._number_of(record, "oldstate")],
                      NAMES[self._number_of(record, "newstate")],
                      paths.endpoint_name(source, self._number_of(record, "sport")),
                      paths.endpoint_name(destination, self._number_of(record, "dport")))


def plain(address):
    """Returns an IPv6 address as text, and a v4-mapped one as the IPv4 address."""
    if address[:12] == bytes(10) + b"\xff\xff":
        return socket.inet_ntoa(address[12:])
    return socket.inet_ntop(socket.AF_INET6, address)


@dataclass
class Sighting:
    """An entry of the table that is not a full socket, with its state and when it was first and last seen."""

    local: str
    peer: str
    state: str
    first: float
    last: float
    gone: bool = False
    began: float = 0.0  # when the look at the table began that saw it first


class Table:
    """Watches /proc/net/tcp and tcp6 of some namespaces for timewait sockets and for connection requests."""

    def __init__(self, namespaces):
        self._namespaces, self._stopping = namespaces, threading.Event()
        self.sightings, self._now = [], {}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while not self._stopping.wait(POLL_INTERVAL):
            self.look()

    def stop(self):
        self._stopping.set()
        self._thread.join()
        self.look()

    def look(self):
        for namespace in self._namespaces:
            seen = set()
            with namespace:
                for name in ("tcp", "tcp6"):
                    with open(f"/proc/thread-self/net/{name}") as file:
                        rows = file.read().splitlines()[1:]
                    seen.update(entry for entry in map(self._entry, rows) if entry)
            now = time.monotonic()
            before = self._now.setdefault(namespace.name, {})
            for entry in list(before):
                if entry not in seen:
                    before.pop(entry).gone = True
            for entry in seen:
                if entry in before:
                    before[entry].last = now
                else:
                    before[entry] = Sighting(*entry, now, now)
                    self.sightings.append(before[entry])

    def _entry(self, row):
        words = row.split()
        state, timer, inode = int(words[3], 16), words[5].split(":")[0], words[9]
        if timer == "03" or state == 3 and inode == "0":
            return self._name(words[1]), self._name(words[2]), NAMES[state]
        return None

    @staticmethod
    def _name(words):
        address, port = words.split(":")
        raw = b"".join(struct.pack("=I", int(address[at:at + 8], 16)) for at in range(0, len(address), 8))
        return paths.endpoint_name(socket.inet_ntoa(raw) if len(raw) == 4 else plain(raw), int(port, 16))


@dataclass
class Life:
    """A socket from its first transition to its last. `path` has (time, state); the first state has no time."""

    local: str
    peer: str
    path: list

    @property
    def begin(self):
        return self.path[1][0]

    @property
    def end(self):
        return self.path[-1][0]

    def states(self, since=0.0):
        """Returns the states, starting with the one at this time."""
        before = [state for when, state in self.path if when <= since]
        return before[-1:] + [state for when, state in self.path if when > since]


class Truth:
    """Watches from its construction until stop(); then endpoints() returns the paths."""

    def __init__(self, namespaces):
        self._trace, self._table = Trace(), Table(namespaces)
        self._changes, self._lost, self._stopped = [], 0, False

    def drain(self):
        """Empties the ring buffer. Long runs must call it from time to time."""
        self._changes += self._trace.read()

    def stop(self):
        if not self._stopped:
            self._stopped = True
            self._table.stop()
            self.drain()
            self._lost = self._trace.lost()
            if self._lost:
                raise RuntimeError(f"{self._lost} kernel events were lost")

    def close(self):
        if not self._stopped:
            self._table.stop()
        self._trace.close()

    def endpoints(self, wanted, since=0.0):
        """Returns the normal paths of the endpoints for which wanted(local, peer) holds, in the order of their start.

        States before `since` are left out; a path then starts with the state that the endpoint was in.
        """
        lives = [life for life in self._lives() if wanted(life.local, life.peer)]
        for life in lives:
            self._after_life(life, lives)
        lives += [life for life in self._requests(lives) if wanted(life.local, life.peer)]
        lives.sort(key=lambda life: life.begin)
        found = [paths.Endpoint(life.local, life.peer, paths.normal(life.states(since))) for life in lives]
        return [endpoint for endpoint in found if endpoint.path]

    def _lives(self):
        lives, current = [], {}
        for change in sorted(self._changes, key=lambda one: one.time):
            if "LISTEN" in (change.old, change.new) and "CLOSED" in (change.old, change.new):
                continue
            life = current.get(change.socket)
            if change.old in ("CLOSED", "LISTEN") or not life:
                life = current[change.socket] = Life(change.local, change.peer, [(0.0, change.old)])
                lives.append(life)
            if not change.local.endswith(":0"):
                life.local, life.peer = change.local, change.peer
            life.path.append((change.time, change.new))
        return lives

    def _after_life(self, life, lives):
        """Continues a socket's path with that of the timewait socket that took over."""
        if [state for _, state in life.path[-2:]] not in (["FIN_WAIT_2", "CLOSED"], ["CLOSING", "CLOSED"]):
            return
        following = min((other.begin for other in lives if (other.local, other.peer) == (life.local, life.peer)
                         and other.begin > life.end), default=float("inf"))
        seen = sorted((sighting for sighting in self._table.sightings
                       if (sighting.local, sighting.peer) == (life.local, life.peer) and
                       sighting.state in ("TIME_WAIT", "FIN_WAIT_2") and
                       life.end - SLACK <= sighting.first <= following + SLACK),
                      key=lambda sighting: sighting.first)
        if seen:
            life.path.pop()
            life.path += [(sighting.first, sighting.state) for sighting in seen]
            if seen[-1].gone:
                life.path.append((seen[-1].last, "CLOSED"))

    def _requests(self, lives):
        """Returns handshakes in the table that never became a socket."""
        for sighting in self._table.sightings:
            if sighting.state != "SYN_RECEIVED":
                continue
            if any((life.local, life.peer) == (sighting.local, sighting.peer) and life.path[0][1] == "LISTEN" and
                   sighting.first - SLACK <= life.begin <= sighting.last + SLACK for life in lives):
                continue
            ending = [(sighting.last, "CLOSED")] if sighting.gone else []
            yield Life(sighting.local, sighting.peer, [(0.0, "LISTEN"), (sighting.first, "SYN_RECEIVED")] + ending)
