"""The results of a run of random connections: a table, and each difference with the packets that led to it."""

import collections
import os

import packets
import paths
import random_network
import random_unseen
from random_judge import journeys


class Report:
    """Counts by place. Endpoints whose path differs, although packets show it, are kept as `wrong`."""

    def __init__(self, judge):
        self.counts = {place: collections.Counter() for place in random_network.PLACES}
        self.wrong, self._judge = [], judge
        for inc in judge.incarnations:
            for local in (inc.client, inc.server):
                for place in random_network.PLACES:
                    self._count(inc, local, place)

    def _count(self, inc, local, place):
        kernel, ours = inc.kernel[local], inc.ours.get((place, local), [])
        if not kernel and not ours:
            return
        if kernel == ours:
            self.counts[place]["exact"] += 1
            return
        why = random_unseen.reason(inc, place, local)
        self.counts[place][why or "wrong"] += 1
        if not why:
            self.wrong.append((place, local, inc))

    def share(self, place):
        """The share of exact paths among those that packets show."""
        counts = self.counts[place]
        return counts["exact"] / max(1, counts["exact"] + counts["wrong"])

    def table(self, loss):
        """Yields lines with loss, place, endpoints, exact, wrong, left out by reason, and per cent."""
        for place, counts in self.counts.items():
            left = sum(counts.values()) - counts["exact"] - counts["wrong"]
            yield (f"{loss / 10:4g} %  {place:8} {sum(counts.values()):6} {counts['exact']:6} {counts['wrong']:5} "
                   f"{left:8}  {100 * self.share(place):8.3f} %")
            for why, count in counts.most_common():
                if why not in ("exact", "wrong"):
                    yield f"{'':25}{count:27}: {why}"

    def differences(self, limit):
        for place, local, inc in self.wrong[:limit]:
            yield f"at {place}: {local} > {inc.other(local)}"
            yield f"    kernel    {paths.text(inc.kernel[local])}"
            yield f"    wirestate {paths.text(inc.ours.get((place, local), []))}"
        if len(self.wrong) > limit:
            yield f"... and {len(self.wrong) - limit} more"

    def keep(self, directory):
        """Writes for each difference a capture, the paths of the kernel, and the packets as text."""
        os.makedirs(directory, exist_ok=True)
        numbers = collections.Counter()
        for place, local, inc in self.wrong:
            kernel, ours = inc.kernel[local], inc.ours.get((place, local), [])
            at = len(os.path.commonprefix([kernel, ours]))
            kind = "-".join([*kernel[at:at + 1], "not", *ours[at:at + 1]]).lower()
            numbers[kind] += 1
            stem = os.path.join(directory, f"{kind}-{numbers[kind]}")
            link, records = packets.read_pcap(self._judge.paths[place])
            records = [record for record in records if belongs(packets.read_segment(record.data), inc)]
            packets.write_pcap(f"{stem}.pcap", link, records)
            same = [one for one in self._judge.incarnations if (one.client, one.server) == (inc.client, inc.server)]
            paths.write_states(f"{stem}.states", [
                paths.Endpoint(end, one.other(end), one.kernel[end]) for one in same for end in (one.client, one.server)
                if one.kernel[end]], f"captured at the {place}")
            with open(f"{stem}.txt", "w", encoding="utf-8") as file:
                file.write(f"captured at the {place}, compared: {local}\n    kernel    {paths.text(kernel)}\n"
                           f"    wirestate {paths.text(ours)}\n")
                for one in same:
                    file.write(f"\n{one.client} > {one.server}\n{explain(one)}\n")


def belongs(segment, inc):
    ends = {paths.endpoint_name(segment.source, segment.sport),
            paths.endpoint_name(segment.destination, segment.dport)}
    return ends == {inc.client, inc.server}


def flags(segment):
    return "".join(letter for bit, letter in zip((1, 2, 4, 8, 16), "FSRPA") if segment.flags & bit) or "-"


def explain(inc):
    """Returns the packets and the kernel's transitions of an incarnation as text, in order."""
    lines, start, base = [], inc.begin, {}
    for journey in journeys(inc):
        base.setdefault(journey.local, journey.segment.seq)
    for journey in journeys(inc):
        segment, times = journey.segment, [inc_time - start for inc_time in journey.at.values()]
        side = "client ->" if journey.local == inc.client else "       <- server"
        ack = segment.ack - base.get(inc.other(journey.local), 0) & 0xFFFFFFFF
        stamps = segment.timestamps or ("-", "-")
        fate = ("", " LOST before between", " LOST after between", "")[len(journey.at)]
        lines.append((times[0], f"{side:17} {flags(segment):4} seq {segment.seq - base[journey.local] & 0xFFFFFFFF} "
                                f"len {len(segment.payload)} ack {ack} win {segment.window} ts {stamps[0]} {stamps[1]}"
                                f"{fate}"))
    for local, path in inc.changes.items():
        who = "client" if local == inc.client else "server"
        lines += [(when - start, f"                      KERNEL {who} {state}") for when, state in path if when]
    return "\n".join(f"{when:11.6f} {text}" for when, text in sorted(lines))
