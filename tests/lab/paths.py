"""Paths of states: their normal form, the .states files with the kernel's paths, and the paths that wirestate infers.

A path is the list of states of one endpoint of one incarnation of a connection, in order. Before two paths are compared,
both are brought into a normal form:

1. Names are those of RFC 9293. The first state is the one the endpoint left first: CLOSED when it opened actively,
   LISTEN when passively, and when the capture began in the middle of a connection, the state it was in then.
2. Equal states in a row count once.
3. An endpoint without a transition has the empty path, written `-`. So has one whose only transition is LISTEN to
   CLOSED: wirestate reports that when a host without such a socket answers with RST.
4. For wirestate's paths only: a record that merely says in which state an endpoint is assumed to start (from CLOSED,
   basis assumed, to a state other than SYN_SENT) replaces that CLOSED. A retraction cuts the path back to the last time
   it was in the state that the retraction returns to.
5. For the kernel's paths only: states of a timewait socket are part of the path of the socket it came from.
6. CLOSED after TIME_WAIT belongs to the path when it happened before the recording ended, whatever caused it.

A .states file has a line for each endpoint; `#` starts a comment:

    LOCAL > PEER: STATE STATE ... [; unseen: REASON]

The lines are in the order in which the incarnations began. Endpoints are written as address:port, or [address]:port in
IPv6. `crafted` instead of the path marks an endpoint without a kernel. `unseen` marks a path that packets do not show
completely, with the reason."""

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
    """Returns the normal form of a list of states (rules 2 and 3)."""
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
    """Adds a transition record to a path (rules 1 and 4)."""
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
    """Returns the endpoints in wirestate's JSON lines of transitions, in the order of their connections."""
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
    """Compares pairs of endpoints and returns (endpoints that agree, [(kernel, ours)] that differ, endpoints left out).

    Incarnations of one endpoint are paired in order. An endpoint that only one side has is compared with an empty path,
    so a connection that wirestate invents is a difference, too."""
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
