"""What the wire of tests/lab/causes does to chosen segments, and the capture in its middle."""
import threading
import time

import packets


class Faults:
    """The wire's rule: drops, holds or copies the segments that the plans name, and records what passes the wire's middle. A
    frame that is dropped is so before or after the middle."""

    def __init__(self, wire, plans, delay, middle):
        self.wire, self.plans, self.delay, self.middle = wire, plans, delay, middle
        self.base, self.left, self.records, self.lock = {}, {}, [], threading.Lock()
        self.epoch = time.time_ns() - time.monotonic_ns()
        for plan in plans.values():
            for fault in plan.faults:
                self.left[id(fault)] = fault.times

    def record(self, direction, frame, held):
        """From when the wire has taken a frame, its delay counts: also when this thread had to wait until now."""
        part = self.middle if direction == 0 else 1 - self.middle
        with self.lock:
            self.records.append((self.epoch + int((self.wire.taken + self.delay * part + held) * 1e9), len(self.records), frame))

    def fault_of(self, direction, segment):
        plan = self.plans.get(segment.dport if direction else segment.sport)
        if not plan:
            return None
        key = plan.port, direction
        if segment.flags & packets.SYN:
            self.base[key] = segment.seq + 1
        first = (segment.seq - self.base.get(key, segment.seq) + 2**31) % 2**32 - 2**31
        end = first + len(segment.payload) + (1 if segment.flags & packets.FIN else 0)
        for fault in plan.faults:
            if fault.side != direction or not self.left[id(fault)]:
                continue
            if fault.what == "drop ACK":
                other = plan.port, 1 - direction
                ack = (segment.ack - self.base.get(other, segment.ack) + 2**31) % 2**32 - 2**31
                hit = segment.bare_ack and ack > fault.byte
            elif fault.flags & packets.SYN:
                hit = segment.flags & packets.SYN
            else:
                hit = first <= fault.byte < end
            if hit:
                self.left[id(fault)] -= 1
                return fault
        return None

    def __call__(self, direction, frame):
        segment = packets.read_segment(frame)
        fault = self.fault_of(direction, segment) if segment else None
        held = 0.0
        if fault and fault.what.startswith("drop"):
            if not fault.before:
                self.record(direction, frame, 0.0)
            return False
        if fault and fault.what == "hold":
            held = fault.seconds
        self.record(direction, frame, held if fault and fault.before else 0.0)
        if fault and fault.what == "copy":
            self.wire.inject(1 - direction, frame, self.delay)  # not with offloads, whose headers a copy lacks
            if fault.before:
                self.record(direction, frame, 0.0)
        return held or None

    def write(self, path):
        with self.lock:
            packets.write_pcap(path, packets.LINKTYPE_ETHERNET, [packets.Record(when, len(frame), frame) for when, _, frame in sorted(self.records)])
