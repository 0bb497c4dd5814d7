"""The two programs that carry out random connections, one on each host. Each is a process with an event loop, so that
both ends can act at the same moment.

A generator plays one end of a connection. It yields what it waits for, (event, socket, seconds), and is resumed with
True, or with False when the time has passed. The server knows two things of the client: a byte of shared memory for each
chain, which says which of its plans runs, and a pipe, through which the client tells it the times of simultaneous opens
and which is closed at the end. All else they learn from their sockets, like other programs."""

import ctypes
import errno
import heapq
import mmap
import os
import select
import signal
import socket
import struct
import time

PORT, CLOSED_PORT, SMALL_PORT = 8000, 8001, 8002  # the last one's sockets have small receive buffers
CROSS_PORT = 8003  # of simultaneous opens; a chain's plans use this port and those after it
MEETING = struct.Struct("=Hd")  # number of the chain, time of the simultaneous open (CLOCK_MONOTONIC)
NOTICE = 0.06                   # seconds between the agreement and that time
SPIN = 0.002                    # seconds before that time from which a player looks at the clock and does nothing else
PATIENCE = 4.0                                    # seconds after which a waiting step is given up
TRIES = 12                                        # to open while an old connection may still hold the port
PR_SET_PDEATHSIG = 1
WRITE, READ, SLEEP = select.EPOLLOUT, select.EPOLLIN, 0


class Loop:
    """Resumes generators when what they wait for has happened."""

    def __init__(self):
        self._poll, self._waiting, self._timers, self._order, self.running = select.epoll(), {}, [], 0, 0

    def start(self, player):
        self.running += 1
        self._advance(player, None)

    def _advance(self, player, value):
        try:
            event, made, seconds = player.send(value)
        except StopIteration:
            self.running -= 1
            return
        self._order += 1
        key = made.fileno() if event else -self._order
        if event:
            self._poll.register(key, event)
        self._waiting[key] = player, self._order
        heapq.heappush(self._timers, (time.monotonic() + seconds, self._order, key))

    def _resume(self, key, value):
        player, _ = self._waiting.pop(key)
        if key >= 0:
            self._poll.unregister(key)
        self._advance(player, value)

    def run(self, ended):
        """Runs until ended() is true, which is checked at least every 20 ms."""
        while not ended():
            until = self._timers[0][0] - time.monotonic() if self._timers else 1
            for key, _ in self._poll.poll(min(0.02, max(0.0, until))):
                self._resume(key, True)
            while self._timers and self._timers[0][0] <= time.monotonic():
                _, order, key = heapq.heappop(self._timers)
                if self._waiting.get(key, (None, 0))[1] == order:
                    self._resume(key, False)


def steps(made, program):
    """Runs a program on a connected socket."""
    try:
        for what, argument in program[:-1]:
            yield from step(made, what, argument)
    except OSError:
        pass  # a reset or a timeout belongs to the traffic, too
    if program[-1][0] == "abort":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    made.close()


def step(made, what, argument):
    if what == "sleep":
        yield SLEEP, None, argument
    elif what == "send":
        while argument:
            try:
                argument -= made.send(bytes(argument))
            except BlockingIOError:
                if not (yield WRITE, made, PATIENCE):
                    return
    elif what in ("recv", "drain"):
        while argument or what == "drain":
            try:
                got = len(made.recv(65536 if what == "drain" else argument))
            except BlockingIOError:
                if not (yield READ, made, PATIENCE):
                    return
                continue
            if not got:
                return
            argument -= got if what == "recv" else 0
    elif what == "shut":
        made.shutdown(socket.SHUT_WR)
    else:
        option = {"nodelay": (socket.IPPROTO_TCP, socket.TCP_NODELAY),
                  "quickack": (socket.IPPROTO_TCP, socket.TCP_QUICKACK),
                  "keepalive": (socket.SOL_SOCKET, socket.SO_KEEPALIVE)}[what]
        made.setsockopt(*option, argument)


def until(moment):
    """Waits until a time exactly."""
    yield SLEEP, None, max(0.0, moment - time.monotonic() - SPIN)
    while time.monotonic() < moment:
        pass


class Client:
    def __init__(self, addresses, chains, current, pipe, parallel):
        self._addresses, self._chains, self._current, self._pipe = addresses, chains, current, pipe
        self._parallel, self._loop, self._next = parallel, Loop(), 0

    def run(self):
        for _ in range(self._parallel):
            self._loop.start(self._work())
        self._loop.run(lambda: not self._loop.running)
        os.close(self._pipe)

    def _work(self):
        while self._next < len(self._chains):
            number = self._next
            self._next += 1
            for index, plan in enumerate(self._chains[number].plans):
                self._current[number] = index
                yield from self._connection(number, plan)

    def _connection(self, number, plan):
        chain = self._chains[number]
        yield SLEEP, None, plan.pause
        for _ in range(TRIES):
            family = socket.AF_INET6 if chain.version == 6 else socket.AF_INET
            made = socket.socket(family, socket.SOCK_STREAM)
            made.setblocking(False)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if plan.receive_buffers[0]:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, plan.receive_buffers[0])
            try:
                made.bind((self._addresses[chain.version][0], chain.port))
                if plan.opening == "simultaneous":
                    moment = time.monotonic() + NOTICE
                    os.write(self._pipe, MEETING.pack(number, moment))
                    yield from until(moment)
                program = self._open(made, number, plan)
                break
            except OSError as error:
                made.close()
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EADDRINUSE):
                    return
                yield SLEEP, None, 0.3
        else:
            return
        if plan.opening == "given up":
            yield SLEEP, None, plan.give_up
            yield from steps(made, program[-1:])
        elif (yield WRITE, made, 2 * PATIENCE) and not made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            yield from steps(made, program)
        else:
            made.close()

    def _open(self, made, number, plan):
        """Starts to connect and returns the rest of the program."""
        port = SMALL_PORT if plan.receive_buffers[1] else PORT
        if plan.opening == "refused":
            port = CLOSED_PORT
        elif plan.opening == "simultaneous":
            port = CROSS_PORT + self._current[number]
        address = self._addresses[self._chains[number].version][1], port
        if plan.fast_open and plan.client[0][0] == "send":
            try:
                sent = made.sendto(bytes(plan.client[0][1]), socket.MSG_FASTOPEN, address)
            except BlockingIOError:
                return plan.client
            return [("send", plan.client[0][1] - sent)] + plan.client[1:]
        error = made.connect_ex(address)
        if error not in (0, errno.EINPROGRESS):
            raise OSError(error, "connect")
        return plan.client


class Server:
    def __init__(self, addresses, chains, current, pipe):
        self._addresses, self._chains, self._current, self._pipe = addresses, chains, current, pipe
        self._numbers = {(chain.version, chain.port): number for number, chain in enumerate(chains)}
        self._loop, self._over = Loop(), False

    def run(self):
        for version in (4, 6):
            for port, size in ((PORT, 0), (SMALL_PORT, 4096)):
                self._loop.start(self._accept(version, self._listener(version, port, size)))
        listeners = self._loop.running
        self._loop.start(self._wait())
        self._loop.run(lambda: self._over and self._loop.running == listeners)

    def _listener(self, version, port, size):
        made = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self._addresses[version][1], port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 1024)
        if size:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
        made.listen(4096)
        return made

    def _accept(self, version, listener):
        while True:
            if not (yield READ, listener, 1.0):
                continue
            try:
                made, address = listener.accept()
            except OSError:
                continue
            made.setblocking(False)
            number = self._numbers[version, address[1]]
            self._loop.start(steps(made, self._chains[number].plans[self._current[number]].server))

    def _wait(self):
        """Meets the client when it says so, until it has finished."""
        while not self._over:
            if (yield READ, self._pipe, 1.0):
                meeting = os.read(self._pipe.fileno(), MEETING.size)
                if meeting:
                    self._loop.start(self._meet(*MEETING.unpack(meeting)))
                self._over = not meeting

    def _meet(self, number, moment):
        """Opens a connection to the client, which opens one to this host at the same time."""
        chain, index = self._chains[number], self._current[number]
        plan = chain.plans[index]
        made = socket.socket(socket.AF_INET6 if chain.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self._addresses[chain.version][1], CROSS_PORT + index))
        yield from until(moment + plan.late)
        made.connect_ex((self._addresses[chain.version][0], chain.port))
        if (yield WRITE, made, 2 * PATIENCE) and not made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            yield from steps(made, plan.server)
        else:
            made.close()


class Process:
    """A forked player in a namespace, which ends when its parent does."""

    def __init__(self, namespace, play):
        self._start, start = os.pipe()[::-1]
        parent = os.getpid()
        self.pid = os.fork()
        if not self.pid:
            status = 1
            try:
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_DFL)
                namespace.__enter__()
                os.close(self._start)
                if os.getppid() == parent and os.read(start, 1):
                    play()
                    status = 0
            finally:
                os._exit(status)
        os.close(start)

    def go(self):
        os.write(self._start, b"g")

    def ended(self):
        """Returns whether it has ended; raises an exception when it failed."""
        if self.pid:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                if status:
                    raise RuntimeError("a player failed")
        return not self.pid

    def close(self):
        os.close(self._start)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class Reader:
    """A pipe's end with fileno(), which the loop needs."""

    def __init__(self, descriptor):
        self._descriptor = descriptor

    def fileno(self):
        return self._descriptor


def start(laboratory, hosts, addresses, chains, parallel):
    """Returns the two processes, which wait for go(). `addresses` maps a version of IP to (client's, server's)."""
    current = mmap.mmap(-1, len(chains) or 1)
    read, write = os.pipe()

    def play_client():
        os.close(read)
        Client(addresses, chains, current, write, parallel).run()

    def play_server():
        os.close(write)
        Server(addresses, chains, current, Reader(read)).run()

    players = [laboratory.own(Process(hosts[0], play_client)), laboratory.own(Process(hosts[1], play_server))]
    os.close(read)
    os.close(write)
    return players
