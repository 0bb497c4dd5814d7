"""The hosts and the ways between them that connections of tests/lab/causes are played in: what their kernels are told, and what the
wire does to every frame. Nothing here holds a connection up but as the network does."""
import random
import struct
from dataclasses import dataclass, field

import causes_plans
import packets

ECN_CAPABLE, CONGESTED = 2, 3


@dataclass
class World:
    hosts: dict = field(default_factory=dict)  # sysctls of both hosts
    control: str = ""  # congestion control
    jitter: float = 0.0  # seconds by which a frame may take longer
    ordered: bool = False  # and no frame overtakes another one
    rate: float = 0.0  # bytes a second of each way
    queue: float = 0.0  # seconds that frames may wait for it; what would wait for longer is dropped
    mark: float = 0.0  # seconds of waiting from which on frames are marked as congested, where their sender understands that
    size: int = 0  # the MSS of both ends
    snaplen: int = 0  # of the captures that the program reads
    offload: bool = False
    kinds: tuple = ()  # of steps; none: all
    points: float = 0.05  # by which a share may differ
    unnumbered: bool = False  # nothing tells that the client's packets are numbered by connection
    quick: bool = False  # the receivers delay no ACK


def without(*kinds):
    return tuple(kind for kind in causes_plans.MIXED if kind not in kinds)


# Without SACK nothing tells whether data or its ACK was lost when both are repaired at once. Where ways take much longer than the
# shortest one did, one place alone can only guess which window a sender knew when, what an ACK has released, and how long a timer
# was; two places know.
WORLDS = {
    "no SACK": World({"net.ipv4.tcp_sack": 0}, kinds=without("lost ACK")),
    "no timestamps": World({"net.ipv4.tcp_timestamps": 0}, unnumbered=True),
    "no options": World({"net.ipv4.tcp_sack": 0, "net.ipv4.tcp_timestamps": 0, "net.ipv4.tcp_window_scaling": 0}, unnumbered=True,
                        kinds=without("lost ACK")),
    "bbr": World(control="bbr"),
    "reno": World(control="reno"),
    "jitter": World(jitter=0.008, points=0.1, kinds=without("slow half")),
    "steady jitter": World(jitter=0.015, ordered=True, points=0.1, kinds=without("slow half", "single bytes", "nagle", "lost twice")),
    "slow": World(rate=250e3, queue=0.04),
    "bloat": World(rate=125e3, queue=0.6, points=0.15, kinds=without("both ways", "file", "slow half", "lost twice")),
    "marks": World({"net.ipv4.tcp_ecn": 1}, rate=250e3, queue=0.2, mark=0.01),
    "size 536": World(size=536),
    "size 88": World(size=88, kinds=("exchange", "upload", "nagle", "lost request", "keys", "push", "pipeline", "lost tail")),
    "short": World(snaplen=96),
    "offload": World(offload=True),
    "quick": World(quick=True),
}


class Way:
    """One direction of the wire: for how much longer than its delay each frame takes."""

    def __init__(self, world, seed):
        self.world, self.chance, self.free, self.latest = world, random.Random(seed), 0.0, 0.0

    def waiting(self, now):
        return max(0.0, self.free - now)

    def take(self, frame, now):
        """None: the frame is dropped."""
        extra = 0.0
        if self.world.rate:
            extra = self.waiting(now)
            if extra > self.world.queue:
                return None
            self.free = now + extra + len(frame) / self.world.rate
            extra = self.free - now
        if self.world.jitter:
            extra += self.chance.random() * self.world.jitter
            if self.world.ordered:
                extra = max(extra, self.latest - now)
                self.latest = now + extra
        return extra


def marked(frame):
    """The frame with the mark of a congested router, if its sender understands it (RFC 3168)."""
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind != packets.IPV4 or not frame[15] & 3:
        return frame
    head = frame[14:15] + bytes([frame[15] | CONGESTED]) + frame[16:24] + b"\0\0" + frame[26:34]
    return frame[:14] + head[:10] + struct.pack("!H", packets.checksum(head)) + head[12:] + frame[34:]


def shorten(path, snaplen):
    """Writes the capture again, as if made with this snap length; returns its path."""
    link, records = packets.read_pcap(path)
    short = path + ".short"
    packets.write_pcap(short, link & 0xFFFF, [packets.Record(record.time, record.length, record.data[:snaplen]) for record in records], snaplen)
    return short
