"""What the wire of tests/lab/causes does to chosen segments, and the capture in its middle."""
import threading
import time

import causes_worlds
import packets


class Faults:
    """The wire's rule: drops, holds or copies the segments that the plans name, and records what passes the wire's middle. A
    frame that is dropped is so before or after the middle."""

    def __init__(self, wire, plans, delay, middle, world):
        self.wire, self.plans, self.delay, self.middle, self.world = wire, plans, delay, middle, world
        self.ways = {(port, direction): causes_worlds.Way(world, port + direction) for port in plans for direction in (0, 1)}
        self.base, self.left, self.records, self.lock = {}, {}, [], threading.Lock()
        if world.mark:
            wire.transform = self.transform
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

    def way_of(self, direction, segment):
        """Each connection has a way of its own."""
        return self.ways.get((segment.dport if direction else segment.sport, direction)) if segment else None

    def transform(self, direction, frame):
        way = self.way_of(direction, packets.read_segment(frame))
        return causes_worlds.marked(frame) if way and way.waiting(self.wire.taken) > self.world.mark else frame

    def overflows(self, direction, segment):
        """The router in front of the middle has no room for this one."""
        plan = self.plans.get(segment.dport if direction else segment.sport) if segment else None
        if plan:
            first = (segment.seq - self.base.get((plan.port, direction), segment.seq) + 2**31) % 2**32 - 2**31
            end = first + len(segment.payload) + (1 if segment.flags & packets.FIN else 0)
            plan.overflows.append((direction, first, end, segment.flags))

    def __call__(self, direction, frame):
        segment = packets.read_segment(frame)
        fault = self.fault_of(direction, segment) if segment else None
        if fault and fault.what.startswith("drop"):
            if not fault.before:
                self.record(direction, frame, 0.0)
            return False
        own_way = self.way_of(direction, segment)
        way = own_way.take(frame, self.wire.taken) if own_way else 0.0
        if way is None:
            self.overflows(direction, segment)
            return False
        if own_way:
            key = direction, segment.seq, segment.ack, segment.flags, len(segment.payload), segment.ident, segment.timestamps
            self.plans[segment.dport if direction else segment.sport].held[key] = way
        held = 0.0
        if fault and fault.what == "hold":
            held = fault.seconds
        self.record(direction, frame, way + (held if fault and fault.before else 0.0))
        if fault and fault.what == "copy":
            self.wire.inject(1 - direction, frame, self.delay + way)  # not with offloads, whose headers a copy lacks
            if fault.before:
                self.record(direction, frame, way)
        return way + held or None

    def write(self, path):
        with self.lock:
            packets.write_pcap(path, packets.LINKTYPE_ETHERNET, [packets.Record(when, len(frame), frame) for when, _, frame in sorted(self.records)])
