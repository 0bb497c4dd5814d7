"""Scenarios of closing: FINs out of order, orphans, TIME_WAIT and segments that arrive in it."""

import itertools
import socket
import struct

import packets
from packets import ACK, FIN, RST, SYN
from peer import Peer
from recording import CLIENT_PORT, PORT
from scenario_open import BOOK, finish

recipe = BOOK.recipe


@recipe("orphan-close", "close() instead of shutdown(): FIN_WAIT_2 is an orphan, the server answers late")
def orphan_close(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(1.0)
    server.close()


@recipe("data-to-orphan", "the server sends to a client whose application is gone: RST")
def data_to_orphan(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(0.2)
    server.sendall(b"too late\n")
    pair.pause(0.2)


@recipe("data-to-orphan-early", "the same, the data crosses the FIN", delay=0.03)
def data_to_orphan_early(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    server.sendall(b"too late\n")
    pair.pause(0.3)


@recipe("fin-wait-2-timeout", "the orphan's FIN_WAIT_2 runs out after tcp_fin_timeout; the FIN that comes later "
        "gets a RST")
def fin_wait_2_timeout(pair):
    pair.client.sysctl("net.ipv4.tcp_fin_timeout", 1)
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(3)
    server.close()
    pair.pause(0.2)


@recipe("linger-0-server", "the server aborts (SO_LINGER 0)")
def linger_0_server(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.abort(server)
    pair.pause(0.2)


@recipe("linger-0-close-wait", "the server aborts in CLOSE_WAIT: the client's FIN_WAIT_2 ends by RST")
def linger_0_close_wait(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.shutdown(socket.SHUT_WR)
    pair.pause(0.15)
    pair.abort(server)
    pair.pause(0.2)


@recipe("close-unread", "the client closes with data it has not read: RST instead of FIN")
def close_unread(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    server.sendall(b"nobody reads this\n")
    pair.pause(0.1)
    client.close()
    pair.pause(0.2)


@recipe("fin-out-of-order", "the FIN overtakes the data before it; seen from the server", at="server")
def fin_out_of_order(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.hold(lambda segment: segment.payload == b"late\n", 0.15)
    client.sendall(b"late\n")
    pair.pause(0.02)
    client.close()
    pair.read_to_end(server)
    pair.pause(0.1)
    server.close()


@recipe("fin-out-of-order-client", "the FIN overtakes the data before it; seen from the client")
def fin_out_of_order_client(pair):
    fin_out_of_order(pair)


@recipe("fin-data-lost", "the last data is lost, the FIN is not: a gap before the FIN until it is sent again")
def fin_data_lost(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.drop(lambda segment: segment.payload == b"lost\n")
    client.sendall(b"lost\n")
    pair.pause(0.02)
    client.close()
    pair.read_to_end(server)
    pair.pause(0.1)
    server.close()


@recipe("fin-acknowledged-late", "data crosses the FIN, whose acknowledgment comes 0.3 s later", delay=0.04)
def fin_acknowledged_late(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.hold(lambda segment: segment.has(FIN), 0.15)
    client.shutdown(socket.SHUT_WR)
    for _ in range(3):
        server.sendall(b"on its way\n")
        pair.pause(0.05)
    pair.read_to_end(server)
    pair.pause(0.1)
    server.close()
    pair.read_to_end(client)


@recipe("fin-ack-lost", "the ACK of the FIN is lost: the FIN is sent again")
def fin_ack_lost(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.drop(lambda segment: segment.bare_ack, times=1, direction=1)
    client.close()
    pair.pause(0.8)
    server.close()


@recipe("fin-lost", "the FIN is lost after it was captured, and is sent again")
def fin_lost(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.drop(lambda segment: segment.has(FIN), times=1, direction=0)
    client.close()
    pair.pause(0.6)
    server.close()


@recipe("fin-lost-then-crossing", "the FIN is lost; the server's own FIN crosses its repetition", delay=0.02)
def fin_lost_then_crossing(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.drop(lambda segment: segment.has(FIN), times=1, direction=0)
    client.close()
    pair.pause(0.1)
    server.close()
    pair.pause(1.0)


@recipe("fin-implied-last-ack", "the server's FIN is lost before the capture; the client's FIN comes a second time, "
        "and the ACK with D-SACK says that it had arrived the first time: the server was in CLOSE_WAIT before its FIN")
def fin_implied_last_ack(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.drop(lambda segment: segment.has(FIN), times=2, direction=1)
    client.close()
    pair.read_to_end(server)
    server.close()
    pair.pause(1.0)


@recipe("fin-implied-closing", "both FINs are lost, the server's before the capture; the ACK that answers the "
        "client's second FIN, without D-SACK, has moved past a FIN: the server's came first")
def fin_implied_closing(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    for direction in (0, 1):
        pair.wire.drop(lambda segment: segment.has(FIN), direction=direction)
    client.close()
    pair.pause(0.03)
    server.close()
    pair.pause(1.2)


@recipe("fin-again-crosses-fin", "the client's second FIN crosses the server's FIN, which acknowledges the first",
        delay=0.03)
def fin_again_crosses_fin(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.hold(lambda segment: segment.has(FIN) and segment.source == pair.server_address, 0.25)
    client.close()
    pair.read_to_end(server)
    server.close()
    pair.pause(1.0)


@recipe("simultaneous-close-lost", "both FINs cross, one of them is lost", delay=0.02)
def simultaneous_close_lost(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.wire.drop(lambda segment: segment.has(FIN), times=1, direction=1)
    pair.pause(0.1)
    client.close()
    server.close()
    pair.pause(1.0)


@recipe("simultaneous-close-server", "both FINs cross; seen from the server", delay=0.02, at="server")
def simultaneous_close_server(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.pause(0.1)
    client.close()
    server.close()
    pair.pause(0.1)


@recipe("both-close-three", "both close at once without a delay on the wire: one FIN is first, or the FINs cross",
        delay=0.0)
def both_close_three(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    server.close()
    pair.pause(0.1)


@recipe("last-ack-lost-server", "the last ACK is lost; seen from the server", at="server")
def last_ack_lost_server(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    pair.wire.drop(lambda segment: segment.bare_ack, direction=0)
    server.close()
    pair.pause(1.0)


@recipe("half-close-server", "the server is the first to say that it has no more to send, the client goes on")
def half_close_server(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    server.shutdown(socket.SHUT_WR)
    for _ in range(3):
        pair.pause(0.1)
        client.sendall(b"one more thing\n")
    pair.read(server, 45)
    client.close()
    pair.pause(0.1)


@recipe("fin-queued", "a closed window holds the FIN back until the other side's FIN has arrived")
def fin_queued(pair):
    pair.client.sysctl("net.ipv4.tcp_wmem", "4096 8192 8192")
    listener = pair.listen(receive_buffer=2304)
    client, server = pair.connect(listener=listener)
    fill(pair, client)
    client.close()
    pair.pause(0.3)
    server.shutdown(socket.SHUT_WR)
    pair.pause(0.5)
    pair.read_to_end(server)
    pair.pause(0.5)
    pair.unseen(f"{pair.client_address}:{CLIENT_PORT}",
                "its FIN waited in the queue: FIN_WAIT_1 before the wire shows it")


def fill(pair, client):
    """Sends until the server's window and the client's buffer are full; returns the number of bytes."""
    client.setblocking(False)
    total = 0
    for _ in range(20):
        try:
            total += client.send(b"." * 512)
        except BlockingIOError:
            break
        pair.pause(0.06)
    client.settimeout(10)
    return total


def into_time_wait(pair):
    """Makes a connection that the client closes first, and returns the server's FIN.

    Nothing that the client sends later arrives, because the server has no socket any more and would answer with RST.
    """
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    last = []

    @pair.wire.rule
    def remember(direction, frame):
        segment = packets.read_segment(frame)
        if direction == 1 and segment and segment.has(FIN):
            last.append(segment)

    server.close()
    pair.pause(0.1)
    pair.wire.rules.insert(0, lambda direction, frame: False if direction == 0 else None)
    return last[0]


def junk(name, shows, make):
    """Adds a scenario in which the segments that make(last FIN) returns arrive at an endpoint in TIME_WAIT."""
    @recipe(f"time-wait-{name}", f"at an endpoint in TIME_WAIT arrives {shows}")
    def scenario(pair):
        fin = into_time_wait(pair)
        for segment in make(fin):
            segment.source, segment.destination = fin.source, fin.destination
            segment.sport, segment.dport = fin.sport, fin.dport
            pair.inject(0, segment)
            pair.pause(0.3)


def segment(flags, seq, ack, payload=b"", options=b""):
    return packets.Segment(seq=seq, ack=ack, flags=flags, payload=payload, options=options)


junk("fin", "the FIN again: answered, and the 60 s begin again",
     lambda fin: [segment(FIN | ACK, fin.seq, fin.ack, options=fin.options)])
junk("ack", "a bare ACK in sequence", lambda fin: [segment(ACK, fin.end, fin.ack, options=fin.options)])
junk("data", "old data", lambda fin: [segment(ACK, fin.seq - 7, fin.ack, b"answer\n", fin.options)])
junk("new-data", "data beyond the FIN", lambda fin: [segment(ACK, fin.end, fin.ack, b"what?\n", fin.options)])
junk("old-syn", "an old SYN", lambda fin: [segment(SYN, fin.seq - 8, 0)])
junk("rst-inexact", "a RST in the window, not the exact one", lambda fin: [segment(RST, fin.end + 5, 0)])
junk("rst-old", "a RST from before the window", lambda fin: [segment(RST, fin.end - 5, 0)])
junk("rst-exact", "the exact RST: the end", lambda fin: [segment(RST, fin.end, 0)])
junk("everything", "one thing after the other",
     lambda fin: [segment(FIN | ACK, fin.seq, fin.ack, options=fin.options), segment(RST, fin.end + 5, 0),
                  segment(ACK, fin.seq - 7, fin.ack, b"answer\n", fin.options), segment(SYN, fin.seq - 8, 0),
                  segment(RST, fin.end, 0)])


@recipe("time-wait-rst-by-host", "the last ACK comes a second time, to a host that knows nothing any more: its RST "
        "ends TIME_WAIT")
def time_wait_rst_by_host(pair):
    fin = into_time_wait(pair)
    pair.wire.rules.pop(0)
    pair.inject(0, fin)
    pair.pause(0.3)


@recipe("time-wait-reused-by-syn", "the server is in TIME_WAIT; the client connects again from the same port")
def time_wait_reused_by_syn(pair):
    listener = pair.listen()
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    server.close()
    pair.pause(0.15)
    client.close()
    pair.pause(1.2)
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    finish(pair, client, server)


@recipe("time-wait-reused-by-owner", "the client is in TIME_WAIT and connects again from the same port")
def time_wait_reused_by_owner(pair):
    pair.client.sysctl("net.ipv4.tcp_tw_reuse", 1)
    listener = pair.listen()
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    finish(pair, client, server)
    pair.pause(1.5)
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    finish(pair, client, server)


def crafted_syn(name, shows, make):
    """Adds a scenario in which a SYN arrives at a server's endpoint in TIME_WAIT; make() returns its numbers."""
    @recipe(f"time-wait-syn-{name}", shows, peer=True)
    def scenario(pair):
        listener = pair.host_socket(pair.client, PORT)
        listener.listen()
        peer = Peer(pair, 55555, PORT)
        clock = itertools.count(1000)
        peer.open(lambda: stamps(next(clock), peer.tsval))
        accepted = pair.client.keep(listener.accept()[0])
        accepted.close()
        peer.expect(FIN | ACK)
        peer.send(FIN | ACK, options=stamps(next(clock), peer.tsval))
        peer.expect(ACK)
        pair.pause(0.3)
        sequence, value = make(peer.seq)
        peer.send(SYN, seq=sequence, ack=0, options=MSS + stamps(value, 0))
        pair.pause(0.4)


MSS = bytes((2, 4, 1460 >> 8, 1460 & 255))


def stamps(value, echo):
    return b"\1\1\10\12" + struct.pack("!II", value, echo)


crafted_syn("higher", "a SYN beyond the last sequence number: accepted", lambda seq: (seq + 100000, 2000))
crafted_syn("newer",
        "a SYN with an old sequence number but a newer timestamp: accepted", lambda seq: (seq - 500, 3000))
crafted_syn("older", "a SYN with an old sequence number and an old timestamp: only acknowledged",
            lambda seq: (seq - 500, 500))


@recipe("time-wait-no-listener", "the server is in TIME_WAIT, its listener gone; the client connects again")
def time_wait_no_listener(pair):
    listener = pair.listen()
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    server.close()
    pair.pause(0.15)
    client.close()
    listener.close()
    pair.pause(1.2)
    client = pair.caller()
    try:
        client.connect((pair.server_address, PORT))
    except ConnectionRefusedError:
        pass


@recipe("time-wait-expires", "TIME_WAIT runs out; the same 4-tuple is used again after it")
def time_wait_expires(pair):
    listener = pair.listen()
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    server.close()
    pair.pause(0.15)
    client.close()
    pair.pause(63)
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    finish(pair, client, server)
