"""Scenarios of valid and invalid resets, and of connections that die."""

import socket

import packets
from packets import ACK, RST, SYN
from recording import CLIENT_PORT, PORT
from scenario_close import fill
from scenario_open import BOOK, finish

recipe = BOOK.recipe


def established(pair):
    """Returns an established connection and the last segment of each side: (client, server, {direction: segment})."""
    last = {}

    @pair.wire.rule
    def remember(direction, frame):
        segment = packets.read_segment(frame)
        if segment and not segment.has(RST):
            last[direction] = segment

    client, server = pair.connect()
    pair.talk(client, server)
    pair.pause(0.1)
    return client, server, last


def forged(last, flags, offset=0, ack=None):
    """Returns a segment that continues `last`, with its sequence number shifted by `offset`."""
    return packets.Segment(last.source, last.destination, last.sport, last.dport, last.end + offset,
                           last.ack if ack is None else ack, flags, 0)


def at_server(name, shows, make, bad_checksum=False):
    """Adds a scenario in which a RST that the client did not send arrives at the server; then the client closes."""
    @recipe(f"rst-{name}", shows, at="server")
    def scenario(pair):
        client, server, last = established(pair)
        pair.inject(1, make(last[0]), bad_checksum)
        pair.pause(0.3)
        client.close()
        pair.pause(0.3)
        server.close()


at_server("inexact",
        "a RST in the window but not exact: challenge ACK, nothing changes", lambda last: forged(last, RST, 100))
at_server("outside", "a RST outside the window is ignored", lambda last: forged(last, RST, -100000))
at_server("below",
        "a RST one below the next sequence number, in ESTABLISHED: ignored", lambda last: forged(last, RST, -1))
at_server("exact", "the exact RST: the server's end; the client learns of it by RST", lambda last: forged(last, RST))
at_server("garbage-ack", "an exact RST with an ACK number that makes no sense is accepted",
          lambda last: forged(last, RST | ACK, 0, 0x12345678))
at_server("bad-checksum", "an exact RST with a bad checksum is ignored", lambda last: forged(last, RST), True)


def innocent(pair):
    pair.unseen(f"{pair.client_address}:{CLIENT_PORT}", "it did not send the RST, and nothing it sends later says so")


def in_close_wait(name, shows, offset):
    @recipe(f"rst-close-wait-{name}", shows, at="server")
    def scenario(pair):
        client, server, last = established(pair)
        client.shutdown(socket.SHUT_WR)
        pair.pause(0.2)
        pair.inject(1, forged(last[0], RST, offset))
        pair.pause(0.3)
        server.close()
        pair.pause(0.2)
        if offset <= 0:
            innocent(pair)


in_close_wait("below", "in CLOSE_WAIT, a RST one below the next sequence number is accepted", -1)
in_close_wait("exact", "in CLOSE_WAIT, the exact RST", 0)
in_close_wait("inexact", "in CLOSE_WAIT, a RST in the window but not exact: challenge ACK", 7)


def in_last_ack(name, shows, offset):
    @recipe(f"rst-last-ack-{name}", shows, at="server")
    def scenario(pair):
        client, server, last = established(pair)
        client.shutdown(socket.SHUT_WR)
        pair.pause(0.2)
        pair.wire.drop(lambda segment: segment.bare_ack, times=100, direction=0)
        server.close()
        pair.pause(0.05)
        pair.inject(1, forged(last[0], RST, offset))
        pair.pause(1.0)
        innocent(pair)


in_last_ack("below", "in LAST_ACK, a RST one below the next sequence number", -1)
in_last_ack("exact", "in LAST_ACK, the exact RST", 0)
in_last_ack("inexact", "in LAST_ACK, a RST in the window but not exact", 7)


def in_closing(name, shows, offset):
    @recipe(f"rst-closing-{name}", shows, at="server", delay=0.02)
    def scenario(pair):
        client, server, last = established(pair)
        pair.wire.drop(lambda segment: segment.bare_ack, times=100, direction=0)
        client.close()
        server.close()
        pair.pause(0.1)
        pair.inject(1, forged(last[0], RST, offset))
        pair.pause(1.0)
        innocent(pair)


in_closing("below", "in CLOSING, a RST one below the next sequence number", -1)
in_closing("exact", "in CLOSING, the exact RST", 0)


@recipe("rst-sack-edge", "the RST's sequence number is the highest SACKed one, not the next: accepted", at="server")
def rst_sack_edge(pair):
    client, _, last = established(pair)
    before = last[0].end
    pair.wire.drop(lambda segment: segment.payload == b"lost\n", times=100)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(b"lost\n")
    client.sendall(b"arrives\n")
    pair.pause(0.05)
    pair.inject(1, forged(last[0], RST, before + len(b"lost\narrives\n") - last[0].end))
    pair.pause(0.5)
    client.close()
    innocent(pair)


def in_fin_wait(name, shows, closes, offset):
    """Adds a scenario with a forged RST at the client, which has closed its direction and waits."""
    @recipe(f"rst-fin-wait-{name}", shows)
    def scenario(pair):
        client, server, last = established(pair)
        client.shutdown(socket.SHUT_WR)
        pair.pause(0.2)
        pair.inject(0, forged(last[1], RST, offset))
        pair.pause(0.3)
        if closes:
            server.close()
        pair.pause(0.2)


in_fin_wait("exact", "in FIN_WAIT_2, the exact RST", True, 0)
in_fin_wait("inexact", "in FIN_WAIT_2, a RST in the window but not exact", True, 9)


@recipe("rst-forged", "a middlebox forges the server's RST: the client is CLOSED, and the server goes on sending until "
        "a RST tells it")
def rst_forged(pair):
    client, server, last = established(pair)
    pair.inject(0, forged(last[1], RST))
    pair.pause(0.2)
    server.sendall(b"more\n")
    pair.pause(0.3)


@recipe("rst-forged-both", "a middlebox resets both sides at once", at="server")
def rst_forged_both(pair):
    _, _, last = established(pair)
    pair.inject(0, forged(last[1], RST))
    pair.inject(1, forged(last[0], RST))
    pair.pause(0.3)


@recipe("rst-lost-fin", "the client's RST is lost after it was captured; the server closes later and gets another")
def rst_lost_fin(pair):
    client, server, _ = established(pair)
    pair.wire.drop(lambda segment: segment.has(RST), direction=0)
    pair.abort(client)
    pair.pause(1.0)
    server.close()
    pair.pause(0.3)


@recipe("rst-lost-data", "the same, the server sends")
def rst_lost_data(pair):
    client, server, _ = established(pair)
    pair.wire.drop(lambda segment: segment.has(RST), direction=0)
    pair.abort(client)
    pair.pause(0.5)
    server.sendall(b"still here\n")
    pair.pause(0.3)


@recipe("rst-crosses-data", "the client's RST crosses data of the server", delay=0.03)
def rst_crosses_data(pair):
    client, server, _ = established(pair)
    server.sendall(b"crossing\n")
    pair.abort(client)
    pair.pause(0.3)


@recipe("syn-on-established", "a forged SYN in the middle of an established connection: challenge ACK", at="server")
def syn_on_established(pair):
    client, server, last = established(pair)
    pair.inject(1, forged(last[0], SYN, 1000000))
    pair.pause(0.3)
    pair.talk(client, server)
    finish(pair, client, server)


@recipe("keep-alive-timeout", "keep-alive is not answered: the client gives up with a RST that arrives nowhere; "
        "the server sends afterwards")
def keep_alive_timeout(pair):
    client, server = pair.connect()
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 2)):
        client.setsockopt(socket.IPPROTO_TCP, option, value)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    pair.talk(client, server)
    pair.pause(0.1)
    cut = pair.wire.rule(lambda direction, frame: False)
    pair.pause(4)
    pair.wire.rules.remove(cut)
    server.sendall(b"anybody there?\n")
    pair.pause(0.3)


@recipe("retransmission-timeout", "data is never acknowledged: the client gives up in silence; the server closes "
        "afterwards")
def retransmission_timeout(pair):
    client, server = pair.connect()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1500)
    pair.talk(client, server)
    pair.pause(0.1)
    cut = pair.wire.rule(lambda direction, frame: False)
    client.sendall(b"lost for ever\n")
    pair.pause(5)
    pair.wire.rules.remove(cut)
    server.close()
    pair.pause(0.3)


@recipe("zero-window-death", "the server never reads: the client's probes are answered, but its user timeout ends "
        "the wait; the server reads afterwards")
def zero_window_death(pair):
    pair.client.sysctl("net.ipv4.tcp_wmem", "4096 8192 8192")
    client, server = pair.connect(listener=pair.listen(receive_buffer=2304))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1500)
    fill(pair, client)
    pair.pause(6)
    server.settimeout(0.2)
    try:
        pair.read_to_end(server)
    except OSError:
        pass
    pair.pause(0.5)


@recipe("zero-window-reset", "the client's window is closed for a while, then its application gives up")
def zero_window_reset(pair):
    client = pair.caller()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    listener = pair.listen()
    client.connect((pair.server_address, PORT))
    server = pair.accept(listener)
    pair.server.sysctl("net.ipv4.tcp_wmem", "4096 8192 8192")
    fill(pair, server)
    pair.pause(1.5)
    client.close()
    pair.pause(0.5)
