"""What may be changed in a capture without changing anything that wirestate says about it, but for the changed numbers
themselves. Each change has an editor of frames, and what it does to the records that wirestate prints about them."""

import ipaddress
import re

import frames

ALL = 1 << 32
FIN, SYN, ACK = 1, 2, 16
SACK = 5
# What a record says about numbers that were shifted; the texts have relative numbers, and those must not change.
# A name may be an address: HTTP's Host often is.
CHECKED = ("checksum", "fcs", "community_id", "name", "name_source", "http_host")
OF_PCAPNG = ("interface", "section_comment", "comment")
SHIFTED = ("sequence", "acknowledgment", "initial_sequence", *CHECKED)
# The marks of the analysis, what counts them, and where the time went, which depends on which ACKs were duplicates.
OF_ANALYSIS = ("analysis", "spent", "time_spent", "timeouts", "retransmissions",
               "fast_retransmissions", "spurious_retransmissions", "out_of_order", "lost_segments", "duplicate_acks",
               "zero_windows", "zero_window_probes", "windows_full", "keep_alives", "most_in_flight", "history",
               "retransmitted", "rtt_min", "rtt_median", "rtt_max")
MULTICAST4, MULTICAST6 = 224 << 24, 0xFF << 120
ADDRESS = re.compile(r"(?<![\w.:§])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w])")


class Numbers:
    """Collects the sequence numbers of every direction: those of segments in order, and every number that occurs. `zero` is true when
    tshark, and therefore the analysis, takes one of them for unknown as it is; see wrapped_at_zero()."""

    def __init__(self):
        self.sequence, self.used, self.zero = {}, {}, False

    def tcp(self, frame, at, key):
        sequence, flags = frame.u32(at + 4), frame[at + 13]
        end = sequence + max(frame.end - at - (frame[at + 12] >> 4) * 4, 0)
        self.sequence.setdefault(key, []).append(sequence)
        # A SYN and a FIN count one each, and a keep-alive has a number one below the next.
        self.used.setdefault(key, set()).update((number + step) % ALL for number in (sequence, end) for step in (-1, 0, 1, 2, 3))
        if flags & ACK:
            self.used.setdefault(reverse(key), set()).update(((frame.u32(at + 8) - 1) % ALL, frame.u32(at + 8)))
        self.zero |= sequence == 0 or (frame.u32(at + 8) == 0) == bool(flags & ACK)

    def shifts(self, exactly):
        """For each direction a constant that makes its numbers wrap in its middle: with a number of 0 when `exactly`, or else between
        two numbers that occur, if there is room."""
        result = {}
        for key, sequence in self.sequence.items():
            middle = sequence[len(sequence) // 2]
            if not exactly:
                middle = next((middle + step) % ALL for step in range(1, ALL) if (middle + step) % ALL not in self.used[key])
            result[key] = -middle % ALL
        return result


def reverse(key):
    return key[2], key[3], key[0], key[1]


class Shift:
    """Shifts every sequence number, and the acknowledgments and SACK blocks of the other direction with it."""

    def __init__(self, shifts):
        self.shifts = shifts

    def tcp(self, frame, at, key):
        frame.put32(at + 4, frame.u32(at + 4) + self.shifts.get(key, 0))
        acknowledged = self.shifts.get(reverse(key), 0)
        if not frame[at + 13] & ACK:
            return
        frame.put32(at + 8, frame.u32(at + 8) + acknowledged)
        for kind, option, length in frames.tcp_options(frame, at):
            for edge in range(option + 2, option + length - 3, 4) if kind == SACK else ():
                frame.put32(edge, frame.u32(edge) + acknowledged)


def without(names, value):
    """Records without these fields."""
    if isinstance(value, dict):
        if value.get("name") == "sack" and "sequence" in names:
            return {"name": "sack", "length": value.get("length")}
        return {name: without(names, item) for name, item in value.items() if name not in names}
    return [without(names, item) for item in value] if isinstance(value, list) else value


def without_repeats(value):
    """Records whose verdicts do not say that bytes were sent again, as the marks of the analysis show."""
    for record in value:
        if record.get("verdict"):
            record["verdict"] = record["verdict"].replace(", repeats included", "")
    return value


class Map:
    """Maps addresses one to one, and keeps their order, their subnets and their kinds."""

    def __init__(self, number):
        self.number = number
        self.seen, self.sources = set(), set()

    def map4(self, value):
        top = value >> 24
        if top >= 224 or top == 0:
            return value
        return value & 0xFF000000 | (value + (self.number << 16)) & 0xFFFFFF

    def map6(self, value):
        if value >= MULTICAST6 or value < 1 << 32:
            return value
        return value & ~(0xFFFF << 48) | (value + (self.number << 48)) & 0xFFFF << 48

    def mapped(self, value, size):
        return self.map4(value) if size == 4 else self.map6(value)

    def at(self, frame, at, size):
        if at + size <= len(frame):
            value = int.from_bytes(frame[at:at + size], "big")
            self.seen.add((size, value))
            frame[at:at + size] = self.mapped(value, size).to_bytes(size, "big")

    def disjoint(self):
        """Whether no new address of a sender was there before."""
        return not any((size, self.mapped(value, size)) in self.seen for size, value in self.sources)

    def arp(self, frame, at):
        if frame[at + 5] == 4:
            self.sources.add((4, frame.u32(at + 8 + frame[at + 4])))
            self.at(frame, at + 8 + frame[at + 4], 4)
            self.at(frame, at + 12 + 2 * frame[at + 4], 4)

    def ip(self, frame, at, version):
        size, first = (4, at + 12) if version == 4 else (16, at + 8)
        self.sources.add((size, int.from_bytes(frame[first:first + size], "big")))
        self.at(frame, first, size)
        self.at(frame, first + size, size)

    def is_mapped(self, address):
        """Whether an address was not in the capture."""
        value = ipaddress.ip_address(address)
        return (4 if value.version == 4 else 16, int(value)) not in self.seen

    def text(self, words):
        """Words with every address in them mapped."""

        def mapped(match):
            try:
                address = ipaddress.ip_address(match[0])
            except ValueError:
                return match[0]
            value = int(address)
            return str(ipaddress.IPv4Address(self.map4(value)) if address.version == 4 else ipaddress.IPv6Address(self.map6(value)))

        return ADDRESS.sub(mapped, words)

    def record(self, value):
        if isinstance(value, dict):
            return {name: self.record(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.record(item) for item in value]
        return self.text(value) if isinstance(value, str) else value


def moved(value, seconds):
    """A record with all its times moved."""
    if isinstance(value, dict):
        return {name: item + seconds if name in ("time", "first_time", "last_time", "time_wait_end") and item is not None else moved(item, seconds) for name, item in value.items()}
    return [moved(item, seconds) for item in value] if isinstance(value, list) else value
