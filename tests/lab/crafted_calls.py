"""What programs ask of the kernel: options, ways to send, to wait and to shut down, calls that fail, and listeners."""

import errno
import os
import select
import socket
import struct
import threading

from crafted_scripts import carry_on, established, script

SHUT = {"read": socket.SHUT_RD, "write": socket.SHUT_WR, "both": socket.SHUT_RDWR}
MSG_MORE, MSG_EOR, MSG_ZEROCOPY = 0x8000, 0x80, 0x4000000
TCP_INQ, TCP_NOTSENT_LOWAT, TCP_REPAIR, SO_ZEROCOPY, SO_TIMESTAMPING = 36, 25, 19, 60, 37
FIONREAD = 0x541B


def fails(call, *arguments):
    """The call fails with one of the errors that it may have."""
    try:
        call(*arguments)
    except OSError as error:
        return errno.errorcode.get(error.errno, "")
    raise AssertionError("the call did not fail")


def acknowledged(it, times=4):
    for _ in range(times):
        it.drain(0.03)
        it.sends("A")


@script("calls/nagle-holds-the-tail")
def nagle(it):
    it.passive()
    it.send(100)
    it.send(100)
    it.send(100)
    it.drain()
    it.sends("A")
    it.drain()
    it.sends("A")
    carry_on(it)


@script("calls/nodelay")
def nodelay(it):
    it.passive()
    it.option("nodelay", 1)
    for _ in range(3):
        it.send(100)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("calls/cork")
def cork(it):
    it.passive()
    it.option("cork", 1)
    for _ in range(3):
        it.send(100)
    it.drain()
    it.option("cork", 0)
    acknowledged(it)
    carry_on(it)


@script("calls/cork-then-close")
def cork_close(it):
    it.passive()
    it.option("cork", 1)
    it.send(100)
    it.close()
    it.drain()
    it.sends("FA")
    it.drain()


@script("calls/more-to-come")
def more(it):
    it.passive()
    it.socket.send(b"x" * 200, MSG_MORE)
    it.drain()
    it.socket.send(b"x" * 200)
    acknowledged(it)
    carry_on(it)


@script("calls/end-of-record")
def eor(it):
    it.passive()
    it.socket.send(b"x" * 200, MSG_EOR)
    it.socket.send(b"x" * 200)
    acknowledged(it)
    carry_on(it)


@script("calls/sendfile")
def sendfile(it):
    it.passive()
    with open(__file__, "rb") as file:
        os.sendfile(it.socket.fileno(), file.fileno(), 0, 5000)
    acknowledged(it)
    carry_on(it)


@script("calls/splice-through-a-pipe")
def splice(it):
    it.passive()
    it.sends("PA", data=3000)
    it.drain()
    out, into = os.pipe()
    os.splice(it.socket.fileno(), into, 3000)
    os.splice(out, it.socket.fileno(), 3000)
    os.close(out)
    os.close(into)
    acknowledged(it)
    carry_on(it)


@script("calls/zero-copy")
def zerocopy(it):
    it.passive()
    it.socket.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    it.socket.send(b"x" * 4000, MSG_ZEROCOPY)
    acknowledged(it)
    carry_on(it)


@script("calls/peek-and-wait-for-all")
def peek(it):
    it.passive()
    it.sends("PA", data=100)
    it.drain()
    assert len(it.socket.recv(100, socket.MSG_PEEK)) == 100
    reader = threading.Thread(target=it.socket.recv, args=(300, socket.MSG_WAITALL))
    reader.start()
    it.sends("PA", data=200)
    reader.join(2)
    carry_on(it)


@script("calls/how-much-is-queued")
def queued(it):
    it.passive()
    it.socket.setsockopt(socket.IPPROTO_TCP, TCP_INQ, 1)
    it.sends("PA", data=500)
    it.drain()
    it.sends("FA")
    it.drain()
    it.socket.recvmsg(200, 100)
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("calls/timestamping")
def timestamping(it):
    it.passive()
    it.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, 0x39A)
    it.send(1000)
    acknowledged(it, 2)
    carry_on(it)


@script("calls/little-unsent")
def lowat(it):
    it.passive()
    it.socket.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, 2000)
    it.socket.setblocking(False)
    for _ in range(5):
        if select.select([], [it.socket], [], 0)[1]:
            it.send(3000)
        it.drain(0.03)
        it.sends("A")
    it.socket.settimeout(5)
    acknowledged(it)
    carry_on(it)


@script("calls/edge-triggered-write")
def edge(it):
    it.passive()
    poll = select.epoll()
    poll.register(it.socket.fileno(), select.EPOLLOUT | select.EPOLLIN | select.EPOLLET)
    poll.poll(0.05)
    it.send(2000)
    acknowledged(it)
    it.sends("FA")
    it.drain()
    poll.poll(0.05)
    poll.close()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("calls/blocking-read-ended-by-fin")
def blocking_read(it):
    it.passive()
    reader = threading.Thread(target=it.socket.recv, args=(10,))
    reader.start()
    it.pause()
    it.sends("FA")
    it.expect("A")
    reader.join(2)
    it.close()
    it.expect("FA")
    it.sends("A")
    it.drain()


@script("calls/blocking-read-ended-by-reset")
def blocking_read_reset(it):
    it.passive()
    reader = threading.Thread(target=fails, args=(it.socket.recv, 10))
    reader.start()
    it.pause()
    it.sends("R")
    reader.join(2)
    it.drain()


@script("calls/blocking-accept")
def blocking_accept(it):
    it.listen()
    waiting = threading.Thread(target=it.accept)
    waiting.start()
    it.pause()
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    waiting.join(2)
    carry_on(it)


@script("calls/listener-closed-with-many-waiting")
def listener_closed(it):
    """Closing a listener resets what nobody has accepted."""
    it.passive(accept=False)
    it.sends("PA", data=100)
    it.expect("A")
    it.stop_listening()
    it.drain()


@script("calls/listener-shut")
def listener_shut(it):
    """shutdown() of a listener makes it an unconnected socket."""
    it.passive(accept=False)
    it._listeners[-1].shutdown(socket.SHUT_RD)
    it.drain()


@script("calls/backlog-of-none")
def backlog(it):
    """Room for one: the second opens when the first was accepted."""
    it.passive(accept=False, backlog=0)
    it.sends("PA", data=10)
    it.drain()
    it.accept()
    carry_on(it)


@script("calls/connect-twice")
def connect_twice(it):
    it.connect()
    it.expect("S")
    assert fails(it.socket.connect, (it.peer, it.peer_port)) == "EALREADY"
    it.sends("SA")
    it.expect("A")
    it.socket.connect_ex((it.peer, it.peer_port))
    assert fails(it.socket.connect, (it.peer, it.peer_port)) == "EISCONN"
    carry_on(it)


@script("calls/disconnect")
def disconnect(it):
    """connect() to AF_UNSPEC ends an open connection with RST."""
    it.active()
    libc = socket_library()
    libc.connect(it.socket.fileno(), struct.pack("=H14x", socket.AF_UNSPEC), 16)
    it.drain()


@script("calls/disconnect-in-syn-sent")
def disconnect_early(it):
    it.connect()
    it.expect("S")
    socket_library().connect(it.socket.fileno(), struct.pack("=H14x", socket.AF_UNSPEC), 16)
    it.drain()
    it.sends("SA")
    it.drain()


@script("calls/disconnect-in-close-wait")
def disconnect_late(it):
    it.active()
    it.sends("FA")
    it.expect("A")
    socket_library().connect(it.socket.fileno(), struct.pack("=H14x", socket.AF_UNSPEC), 16)
    it.drain()


def socket_library():
    import ctypes  # pylint: disable=import-outside-toplevel  (only these need it)
    return ctypes.CDLL(None, use_errno=True)


@script("calls/send-after-shutdown")
def send_after(it):
    it.passive()
    it.shut()
    it.expect("FA")
    assert fails(it.send, 10) == "EPIPE"
    it.sends("A")
    it.sends("FA")
    it.drain()


@script("calls/send-after-reset")
def send_after_reset(it):
    it.passive()
    it.sends("R")
    it.pause()
    fails(it.send, 10)
    it.drain()


@script("calls/read-after-shutdown-of-reading")
def read_after(it):
    it.passive()
    it.shut(SHUT["read"])
    assert it.recv() == 0
    it.sends("PA", data=50)
    it.drain()
    carry_on(it)


@script("calls/shut-reading-then-writing")
def read_then_write(it):
    it.passive()
    it.shut(SHUT["read"])
    it.shut(SHUT["write"])
    it.expect("FA")
    it.sends("A")
    it.sends("PA", data=50)
    it.drain()
    it.sends("FA")
    it.drain()


@script("calls/shut-both-in-close-wait")
def shut_close_wait(it):
    it.passive()
    it.sends("FA")
    it.expect("A")
    it.shut(SHUT["both"])
    it.expect("FA")
    it.sends("A")
    it.drain()


@script("calls/shut-twice")
def shut_twice(it):
    it.passive()
    it.shut()
    it.expect("FA")
    it.shut()
    it.sends("A")
    it.sends("FA")
    it.drain()


@script("calls/shut-with-data-in-both-queues")
def shut_data(it):
    it.passive()
    it.sends("PA", data=100)
    it.drain()
    it.send(4000)
    it.shut(SHUT["both"])
    acknowledged(it)
    it.sends("FA")
    it.drain()


@script("calls/close-with-data-unsent")
def close_unsent(it):
    it.passive()
    it.send(40000)
    it.close()
    for _ in range(8):
        it.drain(0.03)
        it.sends("A")
    it.sends("FA")
    it.drain()


@script("calls/close-waits-by-linger")
def linger(it):
    it.passive()
    it.send(3000)
    it.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 2))
    closing = threading.Thread(target=it.close)
    closing.start()
    acknowledged(it, 3)
    closing.join(3)
    it.sends("FA")
    it.drain()


@script("calls/close-gives-up-waiting")
def linger_over(it):
    it.passive()
    it.send(3000)
    it.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 1))
    closing = threading.Thread(target=it.close)
    closing.start()
    closing.join(3)
    it.drain()
    it.sends("A")
    it.drain()
    it.sends("FA")
    it.drain()


@script("calls/fin-wait-2-kept-short")
def linger2(it):
    """TCP_LINGER2 below the timewait socket's time: an orphan is gone after a second, and a FIN gets a RST."""
    it.passive()
    it.option("linger2", 1)
    it.close()
    it.expect("FA")
    it.sends("A")
    it.pause(1.6)
    it.sends("FA")
    it.drain()
    it.unseen("the end of FIN_WAIT_2 by its timer leaves no packet")


@script("calls/fin-wait-2-not-kept")
def linger2_none(it):
    it.passive()
    it.option("linger2", -1)
    it.close()
    it.drain()
    it.sends("A")
    it.drain()
    it.unseen("the RST after the ACK of its FIN looks like that of a host without a socket")


@script("calls/user-timeout-with-fin")
def user_timeout(it):
    """Nothing acknowledges the FIN; after the timeout no segment says that the socket is gone."""
    it.passive()
    it.option("user_timeout", 700)
    it.close()
    it.drain(1.6)
    it.sends("A")
    it.drain()
    it.unseen("the end of FIN_WAIT_1 by its timer leaves no packet")


@script("calls/keep-alive-in-close-wait")
def keep_alive(it):
    it.passive()
    it.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    it.option("keepidle", 1)
    it.option("keepintvl", 1)
    it.sends("FA")
    it.expect("A")
    it.await_flags("A", 2.5)
    it.sends("A")
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("calls/quick-ack-off")
def delayed(it):
    it.passive()
    it.option("quickack", 0)
    it.sends("PA", data=10)
    it.sends("FA")
    it.drain(0.1)
    it.recv_ready()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("calls/defer-accept-bare-ack-only")
def defer(it):
    it.listen(defer_accept=2)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.drain(1.2)
    it.sends("FA")
    it.drain()
    it.try_accept(1)


@script("calls/bad-arguments")
def bad(it):
    it.passive()
    assert fails(it.socket.setsockopt, socket.IPPROTO_TCP, 9999, 1) == "ENOPROTOOPT"
    assert fails(it.socket.shutdown, 7) == "EINVAL"
    assert fails(it.socket.listen, 1) == "EINVAL"
    carry_on(it)


@script("calls/signature-required")
def signature(it):
    """A listener that expects MD5 signatures (RFC 2385) drops what has none; without such a kernel it opens."""
    it.listen()
    address = struct.pack("=HH4s120x", socket.AF_INET, 0, socket.inet_aton(it.peer))
    key = struct.pack("=BBHI80s", 0, 0, 4, 0, b"abcd")
    try:
        it._listeners[-1].setsockopt(socket.IPPROTO_TCP, 14, address + key)
    except OSError:
        pass
    it.sends("S")
    it.drain()


@script("calls/signature-not-expected")
def signature_unexpected(it):
    it.listen()
    it.sends("S", options=b"\2\4\5\xb4\x13\x12" + bytes(16) + b"\1\1")
    it.drain()
    it.sends("S")
    it.drain()
    if it.kernel_iss is not None:
        it.sends("A")
        it.accept()
        carry_on(it)


@script("calls/repair-mode-closes-silently")
def repair(it):
    established(it)
    it.socket.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    it.close()
    it.drain()
    it.sends("PA", data=10)
    it.drain()
    it.unseen("a socket in repair mode closes without a packet")
