"""Paths of states: their normal form, the .states files that keep the kernel's, and what wirestate says of a capture.

A path is the list of states one endpoint of one incarnation of a connection was in, in order. Its normal form, which
both sides are brought into before they are compared:

1. Names are RFC 9293's. The first state is the one the endpoint left first: CLOSED when it opened actively, LISTEN
   when passively, the state it was in when the capture began in the middle of a connection.
2. A state that repeats at once counts once.
3. An endpoint that made no transition has the empty path, written `-`; also one whose only transition is LISTEN to
   CLOSED, which is how an answer by RST looks from a host that has no such socket.
4. ours only: a record that merely says where an endpoint is taken to begin (from CLOSED, assumed, to a state other
   than SYN_SENT) replaces that CLOSED. A retraction cuts the path back to the last time it was in the state returned
   to.
5. the kernel's only: moves of a timewait socket are part of the path of the socket it came from.
6. CLOSED at the end of TIME_WAIT belongs to the path when it happened before the recording ended, whatever caused it.

A .states file has a line for each endpoint, `#` starting a comment:

    LOCAL > PEER: STATE STATE ... [; unseen: REASON]

in the order in which the incarnations began, endpoints written as address:port ([address]:port in IPv6). `crafted` in
place of the path marks an endpoint without a kernel. `unseen` marks a path of which the wire does not show enough,
and why."""

import collections
import json
import subprocess
from dataclasses import dataclass

CRAFTED = ["crafted"]


@dataclass
class Endpoint:
    local: str
    peer: str
    path: list
    unseen: str = ""

    @property
    def key(self):
        return self.local, self.peer


def endpoint_name(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def normal(path):
    """The normal form of a list of states (rules 2 and 3)."""
    result = []
    for state in path:
        if not result or result[-1] != state:
            result.append(state)
    return [] if len(result) < 2 or result == ["LISTEN", "CLOSED"] else result


def text(path):
    return " ".join(path) if path else "-"


def write_states(file_name, endpoints, remark=""):
    with open(file_name, "w", encoding="utf-8") as file:
        for line in remark.splitlines():
            file.write(f"# {line}\n")
        for endpoint in endpoints:
            unseen = f"; unseen: {endpoint.unseen}" if endpoint.unseen else ""
            file.write(f"{endpoint.local} > {endpoint.peer}: {text(endpoint.path)}{unseen}\n")


def read_states(file_name):
    endpoints = []
    with open(file_name, encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if not line:
                continue
            names, _, rest = line.partition(": ")
            local, _, peer = names.partition(" > ")
            states, _, unseen = rest.partition("; unseen: ")
            endpoints.append(Endpoint(local, peer, [] if states == "-" else states.split(), unseen))
    return endpoints


def apply_record(path, record):
    """Adds one transition record to a path that is being built (rules 1 and 4)."""
    before, after = record["from"], record["to"]
    if record["basis"] == "retraction":
        while path and path[-1] != after:
            path.pop()
        if not path:
            path.append(after)
        return
    if not path and not (before == "CLOSED" and record["basis"] == "assumed" and after != "SYN_SENT"):
        path.append(before)
    path.append(after)


def of_records(lines):
    """The endpoints in wirestate's JSON lines of transitions, in order of their connections."""
    building = collections.OrderedDict()
    for line in lines:
        record = json.loads(line)
        if record.get("type") != "transition":
            continue
        key = (record["conn"], endpoint_name(record["address"], record["port"]),
               endpoint_name(record["peer_address"], record["peer_port"]))
        apply_record(building.setdefault(key, []), record)
    return [Endpoint(local, peer, normal(path)) for (_, local, peer), path in sorted(
        building.items(), key=lambda item: item[0][0])]


def of_capture(program, capture, options=()):
    done = subprocess.run([program, "-r", capture, "-T", "json", "--only", "transition", *options],
                          capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{program} -r {capture}: exit status {done.returncode}: {done.stderr.strip()}")
    return of_records(done.stdout.splitlines())


def compare(kernel, ours):
    """Pairs the endpoints up and returns (endpoints that agree, [(kernel, ours)] that do not, endpoints left out).

    Incarnations of one endpoint pair up in order. An endpoint that only one side knows stands against an empty path,
    so a connection that wirestate makes up is a difference as well."""
    sides = [collections.defaultdict(list), collections.defaultdict(list)]
    for side, endpoints in zip(sides, (kernel, ours)):
        for endpoint in endpoints:
            if endpoint.path or endpoint.unseen:
                side[endpoint.key].append(endpoint)
    same, different, left_out = 0, [], 0
    for key in dict.fromkeys(list(sides[0]) + list(sides[1])):
        theirs, own = sides[0][key], sides[1][key]
        if any(endpoint.path == CRAFTED for endpoint in theirs):
            left_out += 1
            continue
        for index in range(max(len(theirs), len(own))):
            judge = theirs[index] if index < len(theirs) else Endpoint(*key, [])
            mine = own[index] if index < len(own) else Endpoint(*key, [])
            if judge.unseen:
                left_out += 1
            elif judge.path == mine.path:
                same += 1
            else:
                different.append((judge, mine))
    return same, different, left_out
