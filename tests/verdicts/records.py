"""Compares a capture's records with what they must say.

An expectation is a dictionary about one connection:

    verdict_tag, closed_by, handshake, ...  a field of its record: the value itself; in a group "client.state"
    verdict       a regular expression that the words must contain; a list of them: each
    silent_about  a regular expression that the words must not contain; a list of them: none
    client, server   the states that endpoint went through, in order, as one string; what was taken back is left out
"""

import json
import re
import subprocess

LONG = 200  # bytes of a verdict, from which on it is looked for in the text, too


def read(program, path, arguments):
    """The connection records in order, and for each the paths of both endpoints."""
    done = subprocess.run([program, "-n", "-r", path, "-T", "json", "--only", "transition,connection", *arguments],
                          capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.strip()}")
    connections, steps = [], {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record["type"] == "connection":
            connections.append(record)
        else:
            steps.setdefault((record["conn"], record["address"], record["port"]), []).append(record)
    connections.sort(key=lambda record: record["conn"])
    for verdict in (c["verdict"] for c in connections if len(c["verdict"]) > LONG):
        text = subprocess.run([program, "-n", "-r", path, "-T", "text", "--only", "connection", *arguments],
                              capture_output=True, text=True, timeout=60, check=False).stdout
        if verdict not in text:
            raise RuntimeError(f"a long verdict is cut as text: {verdict}")
    return connections, {key: path_of(records) for key, records in steps.items()}


def path_of(transitions):
    path = [transitions[0]["from"]]
    for one in transitions:
        if one["basis"] == "retraction":
            while len(path) > 1 and path[-1] != one["to"]:
                path.pop()
            path[-1] = one["to"]
        else:
            path.append(one["to"])
    return " ".join(path)


def as_list(value):
    return value if isinstance(value, list) else [value]


def value_of(record, name):
    for part in name.split("."):
        if part not in record:
            return f"(the record has no {part})"
        record = record[part]
    return record


def differences(record, paths, expected):
    for name, wanted in expected.items():
        if name == "verdict":
            for pattern in as_list(wanted):
                if not re.search(pattern, record["verdict"]):
                    yield f"the verdict '{record['verdict']}' lacks '{pattern}'"
        elif name == "silent_about":
            for pattern in as_list(wanted):
                if re.search(pattern, record["verdict"]):
                    yield f"the verdict '{record['verdict']}' says '{pattern}'"
        elif name in ("client", "server"):
            end = record[name]
            path = paths.get((record["conn"], end["address"], end["port"]), end["state"])
            if path != wanted:
                yield f"{name}: '{path}' instead of '{wanted}'"
        elif value_of(record, name) != wanted:
            yield f"{name}: {value_of(record, name)!r} instead of {wanted!r}"


def compare(connections, paths, expected):
    """Returns a line for each difference."""
    if len(connections) != len(expected):
        yield f"{len(connections)} connections instead of {len(expected)}"
    for record, wanted in zip(connections, expected):
        for difference in differences(record, paths, wanted):
            yield f"connection {record['conn']}: {difference}"


def compare_notes(program, path, notes):
    """Returns a line for each packet about which the lifelines say something else under NOTE."""
    for packet, wanted in notes:
        done = subprocess.run([program, "-n", "-r", path, "--frame", str(packet), "--screen", "lifelines", "--connection", "1"],
                              capture_output=True, text=True, timeout=60, check=False)
        lines = done.stdout.partition("NOTE")[2].partition("TIME")[0].split()
        if not re.search(wanted, " ".join(lines)):
            yield f"the note about packet {packet} '{' '.join(lines)}' lacks '{wanted}'"
