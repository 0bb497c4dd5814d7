"""Random traffic: many connections at once, each with a random way to open, talk, half-close, close or abort.

What a connection does is drawn beforehand from the seed, for both of its ends; a worker then plays both. Each has a
client port of its own, so an endpoint's address and port tell one connection. The kernel decides everything else.
"""

import queue
import random
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

PORT, CLOSED_PORT, FIRST_CLIENT_PORT = 8000, 8001, 10000
OPENINGS = {"ordinary": 90, "refused": 3, "given up": 3, "simultaneous": 4}
ENDINGS = {"close": 45, "half-close": 25, "abort": 12, "unread": 6, "leave": 4, "both": 8}


@dataclass
class Plan:
    """One connection: steps are (who, what, bytes) with who 0 for the client, 1 for the server."""

    port: int
    opening: str
    steps: list = field(default_factory=list)
    pauses: list = field(default_factory=list)


def draw(generator, number):
    """The plan of connection `number`."""
    plan = Plan(FIRST_CLIENT_PORT + number, pick(generator, OPENINGS))
    for _ in range(generator.choice((0, 1, 1, 2, 3))):
        plan.steps.append((generator.randrange(2), "send", generator.choice((1, 20, 500, 1448, 3000, 20000))))
    first, ending = generator.randrange(2), pick(generator, ENDINGS)
    second = 1 - first
    if ending == "half-close":
        plan.steps += [(first, "half-close", 0)]
        plan.steps += [(second, "send", generator.choice((1, 100, 5000)))] * generator.randrange(3)
        plan.steps += [(second, "close", 0), (first, "close", 0)]
    elif ending == "unread":
        plan.steps += [(second, "send blindly", 100), (first, "close", 0), (second, "close", 0)]
    elif ending == "leave":
        plan.steps += [(first, "close", 0), (second, "send blindly", 50), (second, "close", 0)]
    elif ending == "abort":
        plan.steps += [(first, "abort", 0), (second, "close", 0)]
    elif ending == "both":
        plan.steps += [(first, "close", 0), (second, "close", 0)]
    else:
        plan.steps += [(first, "close", 0), (second, "read to end", 0), (second, "close", 0)]
    plan.pauses = [0 if ending == "both" else generator.choice((0, 0, 0.005, 0.02, 0.06)) for _ in plan.steps]
    return plan


def pick(generator, weights):
    return generator.choices(list(weights), list(weights.values()))[0]


class Traffic:
    """Plays plans between two namespaces, some at a time; client_address and server_address are theirs."""

    def __init__(self, client, server, client_address, server_address, workers=40):
        self.hosts, self.addresses, self.workers = (client, server), (client_address, server_address), workers
        self._waiting, self._lock, self._stopping = {}, threading.Lock(), False
        self._listener = self._socket(1, PORT)
        self._listener.listen(512)
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def _socket(self, host, port):
        with self.hosts[host]:
            made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self.addresses[host], port))
        made.settimeout(8)
        return made

    def _accept(self):
        while not self._stopping:
            if select.select([self._listener], [], [], 0.1)[0]:
                accepted, (_, port) = self._listener.accept()
                accepted.settimeout(8)
                with self._lock:
                    inbox = self._waiting.get(port)
                if inbox:
                    inbox.put(accepted)
                else:
                    accepted.close()

    def play(self, plans):
        """Returns when all plans have been played."""
        todo = queue.Queue()
        for plan in plans:
            todo.put(plan)
        self._acceptor.start()
        threads = [threading.Thread(target=self._work, args=(todo,), daemon=True) for _ in range(self.workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._stopping = True
        self._acceptor.join()
        self._listener.close()

    def _work(self, todo):
        while True:
            try:
                plan = todo.get_nowait()
            except queue.Empty:
                return
            ends = [None, None]
            try:
                self._play(plan, ends)
            except (OSError, queue.Empty):
                pass  # reset, timed out, never accepted: all of that belongs to the traffic
            for end in ends:
                if end:
                    end.close()

    def _play(self, plan, ends):
        ends[0] = client = self._socket(0, plan.port)
        if plan.opening == "refused":
            client.connect((self.addresses[1], CLOSED_PORT))
            return
        if plan.opening == "simultaneous":
            ends[1] = server = self._socket(1, CLOSED_PORT + 1 + plan.port)
            self._cross(client, server)
        else:
            inbox = queue.Queue()
            with self._lock:
                self._waiting[plan.port] = inbox
            if plan.opening == "given up":
                client.setblocking(False)
                client.connect_ex((self.addresses[1], PORT))
                client.close()
                ends[1] = inbox.get(timeout=0.2)
                return
            client.connect((self.addresses[1], PORT))
            ends[1] = inbox.get(timeout=8)
        for (who, what, count), pause in zip(plan.steps, plan.pauses):
            time.sleep(pause)
            take(what, count, ends[who], ends[1 - who])

    @staticmethod
    def _cross(client, server):
        """Connects two sockets to each other at once."""
        for one, other in ((client, server), (server, client)):
            one.setblocking(False)
            one.connect_ex(other.getsockname())
        deadline = time.monotonic() + 8
        for one in (client, server):
            select.select([], [one], [], max(0, deadline - time.monotonic()))
            one.settimeout(8)


def take(what, count, actor, other):
    """One step of a plan; data sent is read at the other end before the next step."""
    if what == "send":
        actor.sendall(bytes(count))
        while count:
            got = len(other.recv(count))
            if not got:
                return
            count -= got
    elif what == "send blindly":
        actor.send(bytes(count))
    elif what == "half-close":
        actor.shutdown(socket.SHUT_WR)
    elif what == "read to end":
        while actor.recv(65536):
            pass
    elif what == "abort":
        actor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        actor.close()
    elif what == "close":
        actor.close()


def plans(seed, count):
    generator = random.Random(seed)
    return [draw(generator, number) for number in range(count)]
