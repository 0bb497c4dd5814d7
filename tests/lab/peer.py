"""A peer without a kernel: a scenario plays the other end of a connection, segment by segment, over a wire's free end.

The peer never answers by itself, so the scenario decides every segment, valid or not, that the kernel gets.
"""

import packets
from packets import ACK, FIN, RST, SYN

START = 1000  # the peer's initial sequence number, easy to tell from the kernel's


class Peer:
    def __init__(self, pair, port, kernel_port):
        self.pair, self.wire = pair, pair.wire
        self.address, self.port = pair.server_address, port
        self.kernel_address, self.kernel_port = pair.client_address, kernel_port
        self.seq, self.ack, self.tsval = START, 0, 0

    def segment(self, flags, payload=b"", seq=None, ack=None, options=b"", window=65535):
        return packets.Segment(self.address, self.kernel_address, self.port, self.kernel_port,
                               self.seq if seq is None else seq, (self.ack if ack is None else ack) & 0xFFFFFFFF,
                               flags, window, options, payload)

    def send(self, flags, payload=b"", **fields):
        """Sends a segment. Unless a sequence number is given, the peer's next one advances."""
        moves = "seq" not in fields
        segment = self.segment(flags, payload, **fields)
        self.pair.inject(0, segment)
        if moves:
            self.seq = segment.end

    def expect(self, flags, exactly=True, timeout=5.0):
        """Waits for the kernel's next segment with these flags, and will acknowledge its end."""
        segment = self.wire.receive(
            lambda one: one.sport == self.kernel_port and one.dport == self.port and
            (one.flags & (SYN | ACK | FIN | RST) == flags if exactly else one.has(flags)), timeout)
        self.ack, self.tsval = segment.end, (segment.timestamps or (0, 0))[0]
        return segment

    def open(self, options=lambda: b""):
        """Opens actively with SYN, SYN-ACK and ACK; options() returns the options of each segment sent."""
        self.send(SYN, options=options())
        self.expect(SYN | ACK)
        self.send(ACK, options=options())

    def answer(self):
        """Opens passively."""
        self.expect(SYN)
        self.send(SYN | ACK)
        self.expect(ACK)
