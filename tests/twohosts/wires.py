"""The lab as the judge of several points: its wire knows which packet it has dropped, delivered, delayed and copied. What
the transit records infer from the packets at both ends must be the same."""
import json
import re
import subprocess

import judge

LINE = re.compile(r"wire packet (\d+) (left|delivered|dropped|copied)\b")


def flights_of(path):
    """Returns what the wire says: by number, (kind of segment, frame of its departure, frames of its arrivals, dropped).
    Frames are counted as the program does."""
    flights, frame = {}, 0
    for packet, comment in judge.blocks_of(path):
        frame += packet is not None
        copied = set()
        for found in LINE.finditer(comment):
            number, word = int(found.group(1)), found.group(2)
            if word == "left":
                flights[number] = {"kind": judge.kind_of(packet), "left": frame, "arrived": [], "dropped": False, "copies": 0}
                continue
            flight = flights.setdefault(number, {"kind": "?", "left": None, "arrived": [], "dropped": False, "copies": 0})
            if word == "dropped":
                flight["dropped"] = True
            elif word == "copied":
                copied.add(number)
            else:
                flight["arrived"].append(frame)
                flight["copies"] += number in copied
    return flights


def transits_of(path):
    done = subprocess.run([judge.PROGRAM, "-n", "-r", path, "-T", "json", "--only", "transit"], capture_output=True, text=True,
                          timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(path, proven):
    """Yields in words where the wire and the transit records differ. ICMP has no transits, and what still hangs in the air at
    the end is neither lost nor delivered. `proven`: every loss is; else it may also be that the packets do not show it, as where
    the other end has captured nothing of that direction before."""
    flights = {number: flight for number, flight in flights_of(path).items() if flight["kind"] not in ("ICMP", "?")}
    by_departure = {}
    for record in transits_of(path):
        departure = record["frames"][record["points"].index(record["from"])] if record["from"] in record["points"] else None
        by_departure.setdefault(departure, []).append(record)
    for number, flight in flights.items():
        records = by_departure.pop(flight["left"], [])
        outcomes = [record["outcome"] for record in records]
        arrived = [frame for frame in flight["arrived"]]
        if flight["dropped"]:
            if outcomes != ["lost"] and (proven or outcomes != ["not_captured"]):
                yield f"packet {number} ({flight['kind']}, frame {flight['left']}) was dropped, and the records say {outcomes}"
        elif arrived:
            frames = {frame for record in records for frame in record["frames"] if frame}
            if "lost" in outcomes or not outcomes or not frames & set(arrived):
                yield (f"packet {number} ({flight['kind']}, frame {flight['left']}) arrived in {arrived}, and the records say "
                       f"{outcomes} {sorted(frames)}")
        elif "delivered" in outcomes:
            yield f"packet {number} hangs in the air, and the records say {outcomes}"
    for departure, records in by_departure.items():
        if departure and any(record["outcome"] == "lost" for record in records):
            yield f"frame {departure} is lost in the records, and no packet of the wire"
