"""Compares the paths that wirestate infers for random connections with those of the kernel.

A connection here is an incarnation: addresses, ports, and the initial sequence number of the client's SYN. A
simultaneous open, or an attempt at one, has addresses and ports of its own, so all of it is one incarnation. The kernel's
transitions, the segments at each place and wirestate's transitions are all assigned to incarnations, so that one that is
missing at a place does not shift later ones. All times are in seconds of CLOCK_REALTIME."""

import json
import struct
import subprocess
from dataclasses import dataclass, field

import packets
import paths
import random_network
import random_players
import truth

TIMEWAIT = 55.0  # a timewait socket that disappeared earlier was ended by something, a later one by its timer
SLACK = 0.02
CLOCK = 0.000005  # seconds by which the timestamps of events and of packets may differ


@dataclass
class Seen:
    """A segment at one place. `token` is its TCP header and payload, which are the same at all places."""

    time: float
    frame: int
    segment: packets.Segment
    token: bytes


@dataclass
class Incarnation:
    client: str
    server: str
    iss: int
    begin: float
    next: "Incarnation" = None  # of the same addresses and ports
    seen: dict = field(default_factory=lambda: {place: [] for place in random_network.PLACES})
    kernel: dict = field(default_factory=dict)   # endpoint name -> its path, or None when it had no socket
    changes: dict = field(default_factory=dict)  # endpoint name -> (time, state)
    ends: dict = field(default_factory=dict)     # endpoint name -> when its full socket changed for the last time
    ours: dict = field(default_factory=dict)     # (place, endpoint name) -> path
    first: dict = field(default_factory=dict)    # place -> frame of its first segment

    @property
    def crossing(self):
        """Whether both ends opened it, or tried to."""
        return is_crossing(self.server)

    @property
    def crossed(self):
        """Whether a SYN came to an end that had sent its own."""
        return any(path[:3] == ["CLOSED", "SYN_SENT", "SYN_RECEIVED"] for path in self.kernel.values())

    @property
    def arrival(self):
        """When its SYN arrived at the server."""
        return min((one.time for one in self.sent("server", self.client) if one.segment.seq == self.iss),
                   default=float("inf"))

    def home(self, local):
        return "client" if local == self.client else "server"

    def other(self, local):
        return self.server if local == self.client else self.client

    def sent(self, place, local):
        port = int(local.rpartition(":")[2])
        return [one for one in self.seen[place] if one.segment.sport == port]


def is_crossing(server):
    return int(server.rpartition(":")[2]) >= random_players.CROSS_PORT


def segments(path):
    result = []
    for number, record in enumerate(packets.read_pcap(path)[1], 1):
        segment = packets.read_segment(record.data)
        if segment:
            header = 54 if record.data[12:14] == b"\x08\x00" else 74
            result.append(Seen(record.time / 1e9, number, segment,
                               record.data[header - 20:header + 40] + struct.pack("=HH", segment.ident,
                                                                                  len(segment.payload))))
    return result


def covers(segment, end):
    """Whether a segment acknowledges everything before `end`."""
    return segment.has(packets.ACK) and segment.ack - end & 0xFFFFFFFF < 1 << 31


@dataclass
class Journey:
    """A segment from host to host. `at` says when it passed each place."""

    local: str
    segment: packets.Segment
    at: dict

    def passed(self, place):
        return place in self.at


def journeys(inc, longest=0.2):
    """Returns the journeys of an incarnation's segments, in the order in which they were sent."""
    result = []
    for local in (inc.client, inc.server):
        places = random_network.PLACES if local == inc.client else random_network.PLACES[::-1]
        waiting = [inc.sent(place, local) for place in places]
        for one in waiting[0]:
            journey = Journey(local, one.segment, {places[0]: one.time})
            for place, those in zip(places[1:], waiting[1:]):
                same = next((other for other in those if other.token == one.token and
                             -CLOCK <= other.time - one.time < longest), None)
                if not same:
                    break
                those.remove(same)
                journey.at[place] = same.time
            result.append(journey)
    return sorted(result, key=lambda journey: min(journey.at.values()))


class Judge:
    """Everything that is known about one recording; `program` is the program under test."""

    def __init__(self, recording, program):
        self._watch = recording.watch
        self.paths = {place: capture.path for place, capture in recording.captures.items()}
        self.incarnations, self._by_key = [], {}
        seen = {place: segments(path) for place, path in self.paths.items()}
        self._find(sorted(seen["client"] + seen["server"], key=lambda one: one.time))
        for place, those in seen.items():
            self._sort(place, those)
        self._kernel()
        self.ask(program)

    def ask(self, program):
        """Reads the program's transitions for each capture."""
        for inc in self.incarnations:
            inc.ours = {}
        for place, path in self.paths.items():
            self._ours(place, path, program)

    @staticmethod
    def _ends(segment):
        local = paths.endpoint_name(segment.source, segment.sport)
        peer = paths.endpoint_name(segment.destination, segment.dport)
        clients = random_network.ADDRESSES[4][0], random_network.ADDRESSES[6][0]
        return (local, peer, True) if segment.source in clients else (peer, local, False)

    def _find(self, those):
        """Finds incarnations: each begins with a SYN of the client that has a new sequence number, and a simultaneous
        open with the first SYN."""
        for one in those:
            client, server, from_client = self._ends(one.segment)
            crossing = is_crossing(server)
            if not (from_client or crossing) or not one.segment.has(packets.SYN):
                continue
            known = self._by_key.setdefault((client, server), [])
            if (crossing and known) or any(old.iss == one.segment.seq for old in known):
                continue
            made = Incarnation(client, server, one.segment.seq, one.time)
            if known:
                known[-1].next = made
            known.append(made)
            self.incarnations.append(made)

    def _sort(self, place, those):
        """Assigns segments to incarnations: SYN and SYN-ACK by number, others to the latest one that was opened here."""
        for one in those:
            client, server, from_client = self._ends(one.segment)
            known = latest = self._by_key.get((client, server))
            if not known:
                continue
            if one.segment.has(packets.SYN):
                number = one.segment.seq if from_client else one.segment.ack - 1
                latest = [inc for inc in known if number - inc.iss & 0xFFFFFFFF < 1 << 16] or latest
            else:
                latest = [inc for inc in known if inc.seen[place]] or known[:1]
            chosen = latest[-1]
            chosen.seen[place].append(one)
            chosen.first.setdefault(place, one.frame)

    # ---- The kernel's side

    def _lives(self):
        lives, current = [], {}
        for change in sorted(self._watch.changes, key=lambda one: one.time):
            if "LISTEN" in (change.old, change.new) and "CLOSED" in (change.old, change.new):
                continue
            life = current.get(change.socket)
            if change.old in ("CLOSED", "LISTEN") or not life:
                life = current[change.socket] = truth.Life(change.local, change.peer, [(0.0, change.old)])
                lives.append(life)
            if not change.local.endswith(":0"):
                life.local, life.peer = change.local, change.peer
            life.path.append((change.time + self._watch.to_real, change.new))
        return lives

    @staticmethod
    def _served(known, life):
        """Returns the incarnations that a server's socket can be of; the last one is the likeliest. When the client's RST and
        next SYN come right after the ACK of its handshake, that SYN is captured before the kernel opens the socket. Then
        the next SYN-ACK is still to be sent, and the socket is the earlier connection's."""
        found = [inc for inc in known if inc.arrival <= life.begin + CLOCK]
        opened = next((time for time, state in life.path if state == "ESTABLISHED"), float("inf"))
        answered = [inc for inc in found if any(one.time < opened for one in inc.sent("server", inc.server)
                                                if one.segment.has(packets.SYN | packets.ACK))]
        return answered if answered and life.local not in answered[-1].changes else found

    def _kernel(self):
        for life in self._lives():
            known = self._by_key.get((life.local, life.peer))
            local, serving = life.local, False
            if not known:
                known, serving = self._by_key.get((life.peer, life.local)), True
            if not known:
                continue
            # A client's SYN is captured between its first two transitions; a server's first transition follows the SYN.
            if is_crossing(known[0].server):
                found = known
            elif serving:
                found = self._served(known, life)
            else:
                second = life.path[2][0] if len(life.path) > 2 else float("inf")
                found = [inc for inc in known if life.begin - CLOCK <= inc.begin <= second + CLOCK and
                         local not in inc.changes]
            # Two ACKs on two CPUs can make two sockets from one handshake; the kernel drops one of them at once.
            if found and len(found[-1 if serving else 0].changes.get(local, ())) < len(life.path):
                found[-1 if serving else 0].changes[local] = life.path
        for inc in self.incarnations:
            inc.ends = {local: path[-1][0] for local, path in inc.changes.items()}
        for inc in self.incarnations:
            for local in (inc.client, inc.server):
                path = inc.changes.get(local) or self._request(inc, local)
                if path:
                    inc.changes[local] = path = self._after_life(inc, local, path)
                    inc.kernel[local] = paths.normal(self._without_expiry(path))
                else:
                    inc.kernel[local] = []

    def _request(self, inc, local):
        """Returns the server's path when the handshake never became a socket; its SYN-ACK shows that it started."""
        answers = [one for one in inc.sent("server", inc.server) if one.segment.has(packets.SYN | packets.ACK)]
        if local != inc.server or not answers:
            return None
        path = [(0.0, "LISTEN"), (answers[0].time, "SYN_RECEIVED")]
        ends = [one.time for one in inc.seen["server"] if one.segment.has(packets.RST) and one.time > answers[0].time]
        # A later SYN also ends it, because the kernel has only one socket for the addresses and ports.
        ends += [other.arrival for other in self._by_key[inc.client, inc.server] if other.begin > inc.begin and
                 other.arrival < float("inf")]
        return path + [(min(ends), "CLOSED")] if ends else path

    def _after_life(self, inc, local, path):
        """Continues a socket's path with that of the timewait socket that took over. If that one disappeared before the
        next look at the table, the segments that arrived at its host show its states."""
        if [state for _, state in path[-2:]] not in (["FIN_WAIT_2", "CLOSED"], ["CLOSING", "CLOSED"]):
            return path
        ended, peer, real = path[-1][0], inc.other(local), self._watch.to_real
        later = [other.ends[local] for other in self._by_key[inc.client, inc.server]
                 if other is not inc and other.ends.get(local, 0.0) > ended]
        next_end = min(later, default=float("inf"))
        sightings = [sighting for group in self._watch.sightings.get((local, peer), {}).values() for sighting in group
                     if ended <= group[0].first + real < next_end and (
                         ended <= group[0].began + real or group[-1].last > group[0].first)]
        path = path[:-1]
        for sighting in sightings:
            path.append((sighting.first + real, sighting.state))
        if sightings and not sightings[-1].gone:
            return path
        last = sightings[-1].last + real if sightings else ended
        if self._reached_time_wait(inc, local, path[-1][1], ended):
            path.append((last, "TIME_WAIT"))
        return path + [(last, "CLOSED")]

    @staticmethod
    def _reached_time_wait(inc, local, state, ended):
        """True when a timewait socket that was never seen in TIME_WAIT had got the peer's FIN and the ACK of its own."""
        home = inc.home(local)
        if state == "CLOSING":
            # An abort in CLOSING sends nothing, so only the ACK of its FIN can have ended it otherwise.
            own = [one.segment.end for one in inc.sent(home, local) if one.segment.has(packets.FIN)]
            near = [one for one in inc.sent(home, inc.other(local)) if ended - SLACK / 10 < one.time <= ended + CLOCK]
            return bool(own) and any(covers(one.segment, own[0]) and not one.segment.has(packets.RST) for one in near)
        ends = [one.segment.end for one in inc.sent(home, inc.other(local)) if one.segment.has(packets.FIN)]
        return state == "FIN_WAIT_2" and any(one.segment.ack == ends[0] and not one.segment.has(packets.RST)
                                             for one in inc.sent(home, local) if ends)

    @staticmethod
    def _without_expiry(path):
        """Removes the end of TIME_WAIT by its timer, because only chance decides if the run lasts until then."""
        states = [state for _, state in path]
        if states[-2:] == ["TIME_WAIT", "CLOSED"] and path[-1][0] - path[-2][0] >= TIMEWAIT:
            states.pop()
        return states

    # ---- wirestate's side

    def _ours(self, place, path, program):
        done = subprocess.run([program, "-r", path, "-T", "json", "--only", "transition"], capture_output=True,
                              text=True, timeout=300, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: exit status {done.returncode}: {done.stderr.strip()}")
        building, frames = {}, {}
        for line in done.stdout.splitlines():
            record = json.loads(line)
            if record.get("type") != "transition" or record["basis"] == "timer" and record["from"] == "TIME_WAIT":
                continue
            local = paths.endpoint_name(record["address"], record["port"])
            peer = paths.endpoint_name(record["peer_address"], record["peer_port"])
            frames.setdefault(record["conn"], record["frame"])
            paths.apply_record(building.setdefault((record["conn"], local, peer), []), record)
        for (conn, local, peer), states in building.items():
            known = [inc for inc in self._by_key.get((local, peer)) or self._by_key.get((peer, local), ())
                     if inc.first.get(place, 1 << 60) <= frames[conn]]
            states = paths.normal(states)
            if not known or not states:
                continue
            # A path that wirestate invented is appended to the real one, so that the two differ.
            known[-1].ours[place, local] = known[-1].ours.get((place, local), []) + states
