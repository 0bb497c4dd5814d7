"""Shared by the tests of several points: what holds is counted, and the program is run."""
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.join(ROOT, os.environ.get("BUILD", "build"), "wirestate")
POINTS = ("client", "server")
OFFSET = 3.7  # of the clocks

passed, failures = 0, []


def check(name, good, more=""):
    global passed
    if good:
        passed += 1
    else:
        failures.append(f"FAILED {name} {more}")


def run(*words, status=0):
    done = subprocess.run([PROGRAM, "-n", *words], capture_output=True, text=True, timeout=60)
    check(f"{' '.join(words)}: exit status", done.returncode == status, done.stderr)
    return done.stdout, done.stderr


def records(*words):
    out, _ = run("-T", "json", "--only", "connection,transit,clock", *words)
    lists = {"connection": [], "transit": [], "clock": []}
    for line in out.splitlines():
        record = json.loads(line)
        lists[record["type"]].append(record)
    return lists


def losses(found):
    return sorted((r["from"], r["sequence"]) for r in found["transit"] if r["outcome"] == "lost")


def check_join(name, files, truth):
    found = records(*[word for file in files for word in ("-r", file)])
    right = sorted((one["from"], one["sequence"]) for one in truth)
    check(f"{name}: what is lost", losses(found) == right, f"{losses(found)} instead of {right}")
    check(f"{name}: nothing is invented", not [r for r in found["transit"] if r["outcome"] in ("injected", "duplicated")])
    check(f"{name}: nothing arrives before it left", all(r["delay"] is None or r["delay"] >= 0 for r in found["transit"]))
    clock = found["clock"][0]
    check(f"{name}: the clock", abs(clock["offset"] - OFFSET) <= clock["bound"] < 0.02, clock)
    both = [r for r in found["connection"] if len(r["points"]) == max(2, len(files))]
    check(f"{name}: the connections", len(both) == len(found["connection"]) == 2, found["connection"])
    check(f"{name}: their losses", sum(r["lost"] for r in both) == len(truth))
    return found


def without_frames(found):
    """What does not depend on how the frames are numbered."""
    for record in found["transit"]:
        record["frames"] = None
    return found


def losses_of(found):
    return sum(r["outcome"] == "lost" for r in found["transit"])


def spent_of(files, *more):
    """By port and the server's initial number, what records say of time; of all points together in the record's order."""
    out, _ = run("-T", "json", "--only", "connection,share", *(word for file in files for word in ("-r", file)), *more)
    found, shares = {}, {}
    for record in map(json.loads, out.splitlines()):
        if record["type"] == "connection":
            found[record["conn"]] = record
        else:
            shares.setdefault(record["conn"], []).append(record)
    return found, shares
