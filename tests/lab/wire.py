"""A wire between two namespaces, made of two TAP devices and a thread that carries frames between them.

The thread delays each direction by a fixed time, and rules decide for every frame whether it passes, is dropped, or is
delayed longer. So crossing segments, reordering and the loss of exactly one segment do not depend on chance. A TAP
device has no offloads, so every frame has its real checksum and does not exceed the MTU; with `offload`, which rules but
not transformations may use, both hosts leave checksums out and segments long. When the wire has only one end,
the test plays the other one: a peer without a kernel, which never answers with RST or ACK by itself."""

import fcntl
import heapq
import os
import select
import struct
import threading
import time

import packets

TUNSETIFF, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 0x0002, 0x1000, 0x4000
TUNSETOFFLOAD, TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 0x400454D0, 1, 2, 4
VNET_HEADER = 10  # struct virtio_net_hdr, before each frame of a device with offloads


def open_tap(namespace, name, offload=False):
    """Returns a descriptor of a new TAP device in the namespace. The device exists until the descriptor is closed."""
    with namespace:
        tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI | (IFF_VNET_HDR if offload else 0)))
        if offload:
            fcntl.ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
    return tap


class Wire:
    """Two descriptors, 0 and 1; a frame read from one is written to the other after delay[direction] seconds.

    Direction 0 is from end 0 to end 1. A rule is called with (direction, frame) and returns None (no opinion), False
    (drop), or a number of seconds to hold the frame on top of the delay. The first rule with an opinion decides."""

    def __init__(self, ends, delay=0.0, transform=None, offload=False):
        self.ends, self.delay = ends, [delay, delay]
        self._header = VNET_HEADER if offload else 0
        self.transform = transform or (lambda direction, frame: frame)
        self.rules, self.inbox, self.dropped = [], [], 0
        self.arrival = threading.Condition()
        self._queue, self._order, self._lock = [], 0, threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        self._stopping, self.taken = False, 0.0  # when the frames that rules are asked about were taken, as time.monotonic() says
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self):
        self._stopping = True
        os.write(self._wake_write, b"x")
        self._thread.join()
        for descriptor in [end for end in self.ends if end is not None] + [self._wake_read, self._wake_write]:
            os.close(descriptor)

    def rule(self, function):
        self.rules.append(function)
        return function

    def drop(self, matches, times=1, direction=None):
        """Drops the next `times` segments for which matches(segment) holds."""
        left = [times]

        def decide(way, frame):
            segment = packets.read_segment(frame)
            if left[0] and segment and direction in (None, way) and matches(segment):
                left[0] -= 1
                self.dropped += 1
                return False
            return None

        self.rules.append(decide)
        return left

    def hold(self, matches, seconds, times=1):
        """Holds the next `times` segments for which matches(segment) holds, so that later ones overtake them."""
        left = [times]

        def decide(_, frame):
            segment = packets.read_segment(frame)
            if left[0] and segment and matches(segment):
                left[0] -= 1
                return seconds
            return None

        self.rules.append(decide)
        return left

    def inject(self, end, frame, after=0.0):
        """Delivers a frame to an end as if the other had sent it."""
        with self._lock:
            self._push(time.monotonic() + after, end, frame)
        os.write(self._wake_write, b"w")

    def receive(self, matches, timeout=5.0):
        """Returns the next segment from end 0 for which matches(segment) holds; earlier ones are dropped."""
        deadline = time.monotonic() + timeout
        with self.arrival:
            while True:
                while self.inbox:
                    segment = self.inbox.pop(0)
                    if matches(segment):
                        return segment
                if not self.arrival.wait(deadline - time.monotonic()):
                    raise TimeoutError("no such segment arrived")

    def _push(self, due, end, frame):
        heapq.heappush(self._queue, (due, self._order, end, frame))
        self._order += 1

    def _decide(self, direction, frame):
        for rule in list(self.rules):
            verdict = rule(direction, frame)
            if verdict is not None:
                return verdict
        return 0.0

    def _take(self, direction, now):
        self.taken = now
        while True:
            try:
                frame = os.read(self.ends[direction], 65536 + 64)
            except BlockingIOError:
                return
            header, frame = frame[:self._header], self.transform(direction, frame[self._header:])
            if frame is None:
                continue
            segment = packets.read_segment(frame)
            if direction == 0 and segment:
                with self.arrival:
                    self.inbox.append(segment)
                    self.arrival.notify_all()
            verdict = self._decide(direction, frame)
            if verdict is not False and self.ends[1 - direction] is not None:
                with self._lock:
                    self._push(now + self.delay[direction] + verdict, 1 - direction, header + frame)

    def _carry(self):
        readable = [end for end in self.ends if end is not None] + [self._wake_read]
        while not self._stopping:
            with self._lock:
                wait = max(0.0, self._queue[0][0] - time.monotonic()) if self._queue else None
            ready, _, _ = select.select(readable, [], [], wait)
            now = time.monotonic()
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
            for direction, end in enumerate(self.ends):
                if end in ready:
                    self._take(direction, now)
            with self._lock:
                while self._queue and self._queue[0][0] <= time.monotonic():
                    _, _, end, frame = heapq.heappop(self._queue)
                    try:
                        os.write(self.ends[end], frame)
                    except OSError:
                        self.dropped += 1  # the device is down: as on a real wire, the frame is lost
