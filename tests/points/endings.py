"""The states and the end of a connection that several points captured, also where a file begins late or ends early."""
import json
import os
import re
import shutil
import struct

from common import HERE, POINTS, ROOT, check, records, run
from frames import complete, data_start, from_server, number, read, translated, write
import paths as of_states


def transitions(*files):
    out, _ = run("-T", "json", "--only", "transition", *[word for file in files for word in ("-r", file)])
    return [json.loads(line) for line in out.splitlines()]


def check_states(folder):
    """states/ is another recording, with the states that both kernels went through: each end must have them, at the times
    of its own point, and nothing is presumed. Behind a router, the server's are presumed again."""
    here = os.path.join(HERE, "states")
    kernels = of_states.read_states(os.path.join(here, "kernels.states"))
    both = [os.path.join(here, name + ".pcap") for name in ("client", "server")]
    head, server = read(both[1])
    routed = write(os.path.join(folder, "routed.pcap"), head, translated(server))
    for name, files in (("both ends", both), ("both ends, server first", both[::-1])):
        found = transitions(*files)
        ours = of_states.of_records([json.dumps(record) for record in found])
        agree, differ, _ = of_states.compare(kernels, ours)
        check(f"{name}: the kernels' states", agree == len(kernels) == 20 and not differ, differ)
        check(f"{name}: nothing is presumed", {record["basis"] for record in found} == {"sent", "arrived"})
        check(f"{name}: each at its own point", all(record["point"] == record["role"] for record in found))
        times = [record["time"] for record in found]
        check(f"{name}: in the order of time", times == sorted(times))
    found = transitions(both[0], routed)
    check("behind a router: presumed", {(r["role"], r["basis"]) for r in found if r["basis"] in ("arrived", "presumed")}
          == {("client", "arrived"), ("server", "presumed")}, found)
    # What arrives, arrives when its point captured it: the reference's own clock needs no correction.
    frames = [time for time, _ in read(both[0])[1]]
    check("the time of an arrival is its frame's", all(abs(r["time"] * 1e6 - frames[r["frame"] - 1] / 1e3) < 1
          for r in transitions(*both) if r["point"] == "client"))


def check_close(folder):
    """One file lacks the end of a connection, or segments in its middle; the other one has the whole of it. What became of
    the connection is what both files whole say, or less, but never anything else."""
    for name in ("captures/loss", "captures/nat", "tests/points/"):
        whole = [os.path.join(ROOT, name + ("-" if name[-1] != "/" else "") + point + ".pcap") for point in POINTS]
        lists = [read(path) for path in whole]
        right = endings(*whole)
        check(f"{name}: closed", right and all(words == "closed: client first" and states == ("TIME_WAIT", "CLOSED")
                                               for words, _, states in right.values()), right)
        for which, (head, frames) in enumerate(lists):
            count = len(frames)
            cuts = [(at, count) for at in (4, count // 2, *range(count - 6, count))]
            cuts += [(at, at + size) for size in (1, 2, 3) for at in range(count - 6, count - size)]
            for number, (first, last) in enumerate(cuts):
                cut = write(os.path.join(folder, f"{POINTS[which]}.pcap"), head, frames[:first] + frames[last:])
                files = [cut if i == which else path for i, path in enumerate(whole)]
                found = endings(*(files if number % 2 else files[::-1]))
                # Of a connection of which the cut file has nothing, there is nothing to join.
                check(f"{name}: {POINTS[which]} without {first + 1} to {last}", found and all(
                    # The server's own point does not have the last ACK, so it may have been lost.
                    ending == right[key] or ending == ("closing: client first", "client", ("TIME_WAIT", "LAST_ACK"))
                    and which == 1 for key, ending in found.items()), found)


def endings(*files):
    """How each connection of several points ended: the verdict, who sent the first FIN, and the states."""
    out, _ = run("-T", "json", "--only", "connection", *(word for path in files for word in ("-r", path)))
    return {r["client"]["port"]: (r["verdict"].split(";")[0], r["closed_by"], (r["client"]["state"], r["server"]["state"]))
            for r in map(json.loads, out.splitlines()) if len(r["points"]) > 1}


def reset_after(frame, count, sequence, acknowledgment=0):
    """The RST of a host that has sent this frame, `count` packets after it; with ACK if there is an acknowledgment number."""
    reset = bytearray(frame[:54])
    struct.pack_into("!H", reset, 18, struct.unpack_from("!H", frame, 18)[0] + count & 0xffff)
    struct.pack_into("!IIBB", reset, 38, sequence, acknowledgment, 0x50, 0x14 if acknowledgment else 0x04)
    return complete(reset)


def all_acknowledged(frames, acks):
    """The server's latest data frame, and the client's ACK of everything, which is one of `acks`; as indices."""
    end, at = 0, 0
    for i, (_, frame) in enumerate(frames):
        if from_server(frame):
            end, at = max(end, number(frame, 38) + len(frame) - data_start(frame)), i
        elif end in acks and number(frame, 42) == end and len(frames[at][1]) > data_start(frames[at][1]):
            return at, i
    raise AssertionError("nothing is acknowledged")


def check_lost_reset(folder, lists):
    """The server aborts, and its RST is lost. The next one answers an ACK, but is not why the connection ended."""
    (head, near), (_, far) = lists
    port = bytes(far[0][1][34:36])
    near, far = ([f for f in frames if port in (bytes(f[1][34:36]), bytes(f[1][36:38]))] for frames in (near, far))
    acks = {number(frame, 42): i for i, (_, frame) in enumerate(near) if not from_server(frame)}
    at, last = all_acknowledged(far, acks)
    (sent, data), (came, ack) = far[at], far[last]
    first, answer = reset_after(data, 1, number(ack, 42), number(ack, 38)), reset_after(data, 2, number(ack, 42))
    arrived = acks[number(ack, 42)]
    write(os.path.join(folder, "client.pcap"), head, near[:arrived + 1] + [(near[arrived][0] + 40 * 10**6, answer)])
    write(os.path.join(folder, "server.pcap"), head, far[:at + 1] + [(sent + 10**5, first)] + far[at + 1:last + 1] + [(came + 10**5, answer)])
    for order in (POINTS, POINTS[::-1]):
        found = records(*(word for name in order for word in ("-r", os.path.join(folder, f"{name}.pcap"))))["connection"]
        good = [r["verdict"] for r in found if r["reset_by"] == "server" and "aborted" in r["verdict"] and "no socket" not in r["verdict"]]
        check(f"lost reset, {order[0]} first", len(good) == 1, [r["verdict"] for r in found])


def attempts(frames, first):
    """A SYN of the first connection, as of another one, which is sent three times from the time `first` on."""
    syn = next(frame for _, frame in frames if frame[47] == 2)
    for count, after in enumerate((0, 10**5, 3 * 10**5)):
        again = bytearray(syn)
        struct.pack_into("!H", again, 18, 40000 + count)
        struct.pack_into("!HHI", again, 34, 60001, number(syn, 34) & 0xffff, 77)
        yield first + after, complete(again)


def check_absent(folder, lists):
    """SYNs that the server's point has not captured, as it has others to the same port. That says something only where it
    was capturing then, and where it would know them if they had come."""
    (head, near), (_, far) = lists
    middle, late = near[len(near) // 2][0], far[-1][0]
    for name, first, server, said in (("in between", middle, far, True), ("at the end", late, far, False),
                                      ("behind NAT", middle, translated(far), False)):
        both = (sorted(near + list(attempts(near, first)), key=lambda f: f[0]), server)
        paths = [write(os.path.join(folder, f"{point}.pcap"), head, frames) for point, frames in zip(POINTS, both)]
        for files in (paths, paths[::-1]):
            found = [r["verdict"] for r in records(*(word for file in files for word in ("-r", file)))["connection"]
                     if r["client"]["port"] == 60001]
            words = "3 SYN sent, no answer, and none came to server, though others to port"
            check(f"absent, {name}", len(found) == 1 and found[0].startswith("silent: 3 SYN") and (words in found[0]) == said, found)


# What both ends said of themselves when they opened, and how they opened.
OPENING = ("handshake", "roles", "completeness", "verdict_tag")
OF_AN_END = ("initial_sequence", "window_scale", "mss")


def of_pair(*files):
    """The records of connections that both files have, by their names, and those of their segments' ways."""
    found = records(*(word for path in files for word in ("-r", path)))
    both = {r["client"]["port"] if r["client"]["port"] != 8000 else r["server"]["port"]: r for r in found["connection"] if len(r["points"]) > 1}
    ways = {port: [t for t in found["transit"] if t["conn"] == r["conn"]] for port, r in both.items()}
    return both, ways


def check_together(folder):
    """One file begins late or ends early. What the other one has of the beginning and the end is said as if the whole were there;
    only segments that nobody has captured any more are missing in the counts."""
    for name in ("captures/loss", "captures/nat", "tests/points/"):
        whole = [os.path.join(ROOT, name + ("-" if name[-1] != "/" else "") + point + ".pcap") for point in POINTS]
        whole = [os.path.join(folder, f"whole-{point}.pcap") if shutil.copy(path, os.path.join(folder, f"whole-{point}.pcap")) else ""
                 for point, path in zip(POINTS, whole)]
        right = {order: of_pair(*whole[::order]) for order in (1, -1)}
        for which, (head, frames) in enumerate([read(path) for path in whole]):
            count = len(frames)
            for begin, end in [(at, count) for at in (1, 2, 3, 4, count // 3)] + [(0, count - at) for at in (1, 2, 4, count // 2)]:
                cut = write(os.path.join(folder, f"{POINTS[which]}.pcap"), head, frames[begin:end])
                files = [cut if i == which else path for i, path in enumerate(whole)]
                for order in (1, -1):
                    label = f"{name}: {POINTS[which]} from {begin + 1} to {end}, {files[::order]}"
                    found = of_pair(*files[::order])[0]
                    if name == "captures/loss":
                        check_film(label, files[::order], found)
                    for port, said in found.items():
                        check_cut(label, said, right[order][0][port], right[1][1][port], which, (begin, end))


def check_film(label, files, found):
    """The film ends at the last step of all points, with the states that the record has."""
    out, _ = run("--frame", "end", "--screen", "lifelines", *(word for path in files for word in ("-r", path)))
    at, count = re.search(r"step (\d+)/(\d+)", out).groups()
    check(f"{label}: the film's end", at == count, out)
    for said in found.values():
        boxes = re.findall(r"[A-Z][A-Z_0-9]+", out.splitlines()[3])
        check(f"{label}: its states", boxes == [said[end]["state"] for end in POINTS], f"{boxes} {said}")


def check_cut(label, said, whole, ways, which, kept):
    begin, end = kept
    # The server's own point does not have the last ACK, so it may have been lost.
    opening = [key for key in OPENING if key != "verdict_tag" or said[key] != "CLOSING"]
    check(f"{label}: the opening", [said[key] for key in opening] == [whole[key] for key in opening], said)
    if not begin:
        # By the clock of the first point; what the other one has captured before depends on what is known of its clock.
        check(f"{label}: first_time", abs(said["first_time"] - whole["first_time"]) < 0.02, (said["first_time"], whole["first_time"]))
    for end_of in POINTS:
        check(f"{label}: the {end_of}", [said[end_of][key] for key in OF_AN_END] == [whole[end_of][key] for key in OF_AN_END], said)
        gone = [t for t in ways if t["from"] == end_of == POINTS[which] and t["frames"][which] and t["frames"][1 - which] is None
                and not begin < t["frames"][which] <= end]
        check(f"{label}: segments of the {end_of}", said[end_of]["packets"] == whole[end_of]["packets"] - len(gone)
              and said[end_of]["bytes"] == whole[end_of]["bytes"] - sum(t["length"] for t in gone),
              f"{said[end_of]['packets']} of {whole[end_of]['packets']}, {len(gone)} gone")
    check(f"{label}: duration", abs(said["duration"] - whole["duration"]) < 0.25, f"{said['duration']} and {whole['duration']}")
