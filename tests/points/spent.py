"""Where the time of a connection went, as several points say it together, and the numbers of packets in records."""
import itertools
import json
import os
import re

from common import ROOT, check, records, run, spent_of
from frames import complete, data_start, from_server, with_wrong_checksums, write


def without_direction(spent):
    """What one point says of the way depends on what it has of the other direction."""
    sums = {}
    for cause, seconds in spent.items():
        name = "network" if cause.startswith("network") else cause
        sums[name] = sums.get(name, 0) + seconds
    return sums


def check_spent(folder, paths, lists, head):
    """Where the time went is said by all points together, in any order, and each stretch by one of them."""
    files = (paths["client"], paths["router"], paths["server"])
    whole, captures = {}, os.path.join(ROOT, "captures")
    pairs_of_files = [(os.path.join(captures, f"{name}-client.pcap"), os.path.join(captures, f"{name}-server.pcap")) for name in ("loss", "nat")]
    for chosen in (files, files[:2], files[1:], files[::2], *pairs_of_files):
        name = " ".join(os.path.basename(file) for file in chosen)
        orders = [spent_of(order) for order in itertools.permutations(chosen)]
        found, shares = orders[0]
        check(f"spent: {name}: of both ends", found and {r["vantage"] for r in found.values()} == {"both"}, found)
        for number, record in found.items():
            same = [r for records_of, _ in orders for r in records_of.values() if r["server"]["initial_sequence"] == record["server"]["initial_sequence"]]
            check(f"spent: {name}: in any order the same", len(same) == len(orders) and all(
                abs(other["spent"][cause] - value) < (2e-6 if len(chosen) == 2 else 1e-4) for other in same for cause, value in record["spent"].items()), same)
            check(f"spent: {name}: the duration", abs(sum(record["spent"].values()) - record["duration"]) < 1e-8
                  and abs(record["last_time"] - record["first_time"] - record["duration"]) < 1e-6, record)
            if not shares.get(number):
                continue
            mine = shares[number]
            check(f"spent: {name}: each stretch lasts", all(r["duration"] > 0 for r in mine), mine)
            for cause in {(r["cause"], r["side"]) for r in mine}:
                stretches = sum(r["duration"] for r in mine if (r["cause"], r["side"]) == cause)
                side = {"client": "server", "server": "client"}.get(cause[1])
                word = cause[0] if not side else f"{cause[1]}_program" if cause[0] == "program" else f"{cause[0].replace('_recovery', '') if cause[0] == 'timeout_recovery' else cause[0]}_to_{side}"
                check(f"spent: {name}: the stretches of {word}", abs(record["spent"][word] - stretches) < 1e-8, (record["spent"], stretches))
            check(f"spent: {name}: the points of its stretches", {r["point"] for r in mine} <= set(record["points"]) and len({r["point"] for r in mine}) > 1)
        whole = found if chosen == files[::2] else whole
    # What one file lacks in the middle and at its end stands in from the other one.
    for name, kept in (("cut", lists["server"][:len(lists["server"]) // 2]), ("begun late", lists["server"][len(lists["server"]) // 3:])):
        cut = write(os.path.join(folder, "server.pcap"), head, kept)
        found, _ = spent_of((paths["client"], cut))
        for key, record in found.items():
            ours, theirs = without_direction(record["spent"]), without_direction(whole[key]["spent"])
            worst = max(abs(ours[cause] - value) for cause, value in theirs.items())
            check(f"spent: {name}", worst < 0.05 * record["duration"] and abs(record["duration"] - whole[key]["duration"]) < 0.1, (ours, theirs))
    # One direction alone says nothing of the clock: then each point speaks for itself.
    answers = write(os.path.join(folder, "server.pcap"), head, [f for f in lists["server"] if from_server(f[1])])
    found, _ = spent_of((paths["client"], answers))
    check("spent: a clock that is not known", {r["vantage"] for r in found.values() if len(r.get("points", [])) > 1} == {"client"}, found)


def check_numbers(files):
    """Of records that are made of packets, the packets and the connection have the numbers of the point that they name."""
    out, _ = run("-T", "json", "--only", "packet,share,exchange,series", *(word for file in files for word in ("-r", file)))
    found = [json.loads(line) for line in out.splitlines()]
    owner = {(r["point"], r["frame"]): r.get("conn") for r in found if r["type"] == "packet"}
    for kind in ("share", "exchange", "series"):
        wrong = [r for r in found if r["type"] == kind
                 for name in ("frame", "first_frame", "last_frame", "request_frame", "answer_frame")
                 if r.get(name) and owner[r["point"], r[name]] != r["point_conn"]]
        check(f"numbers: {kind}: of its point", not wrong, wrong[:3])
    check("numbers: the points count differently", any(r["conn"] != r["point_conn"] for r in found if r["type"] == "share"))


def check_accepted(folder, lists, head):
    """Segments whose checksum was wrong, and that were acknowledged all the same, count as in a capture with the right one."""
    whole = [write(os.path.join(folder, point + ".pcap"), head, lists[point]) for point in ("client", "server")]
    wanted, _ = spent_of(whole)
    requests, wanted_times = exchanges_of(whole), answer_times(whole)
    wrong = [write(os.path.join(folder, point + ".pcap"), head, with_wrong_checksums(lists[point])) for point in ("client", "server")]
    found, _ = spent_of(wrong)
    for key, record in wanted.items():
        worst = max(abs(found[key]["spent"][cause] - value) for cause, value in record["spent"].items())
        check("accepted: where the time went", worst < 0.01 * record["duration"], (found[key]["spent"], record["spent"]))
    check("accepted: requests", exchanges_of(wrong) == requests, (exchanges_of(wrong), requests))
    for of_server in (False, True):
        ends = [lists["client"], with_wrong_checksums(lists["server"], of_server, 1)]
        wrong = [write(os.path.join(folder, point + ".pcap"), head, frames) for point, frames in zip(("client", "server"), ends)]
        check("accepted: the server's time to answer", answer_times(wrong) == wanted_times, (answer_times(wrong), wanted_times))


def answer_times(files):
    verdicts = [r["verdict"] for r in records(*(word for file in files for word in ("-r", file)))["connection"]]
    return [re.search("server ([0-9.]+ .?s) to answer", verdict).group(1) for verdict in verdicts]


def check_answer_times(folder, lists, head):
    """A request that comes again right before each answer is not the one that the server answers."""
    frames, latest = [], {}
    for time, frame in lists["server"]:
        port = bytes(frame[36:38] if from_server(frame) else frame[34:36])
        if len(frame) > data_start(frame) and from_server(frame) and port in latest:
            again = bytearray(latest[port])
            again[18:20] = bytes(2)
            frames.append((time - 1000, complete(again)))
        elif len(frame) > data_start(frame):
            latest[port] = frame
        frames.append((time, frame))
    client = write(os.path.join(folder, "client.pcap"), head, lists["client"])
    wanted, found = (answer_times((client, write(os.path.join(folder, "server.pcap"), head, server))) for server in (lists["server"], frames))
    check("the server's time to answer", len(wanted) == 2 and found == wanted, (wanted, found))


def exchanges_of(files):
    out, _ = run("-T", "json", "--only", "exchange", *(word for file in files for word in ("-r", file)))
    return [(r["request_frame"], r["answer_frame"], r["request_bytes"], r["think_time"]) for r in map(json.loads, out.splitlines())]
