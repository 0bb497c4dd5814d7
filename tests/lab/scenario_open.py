"""Scenarios of opening: what can go wrong, or is unusual, before a connection is established."""

import socket

import packets
import recording
from packets import ACK, RST, SYN
from peer import Peer
from recording import CLIENT_PORT, PORT

BOOK = recording.Book("scenarios")
recipe = BOOK.recipe


def finish(pair, client, server):
    """Ends a connection in the ordinary way: the client closes, then the server."""
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("self-connect",
        "a socket connects to itself: source and destination are the same, one endpoint only", at="lo",
        peer=True)
def self_connect(pair):
    pair.client.sysctl("net.ipv4.tcp_tw_reuse", 0)
    client = pair.caller()
    client.connect((pair.client_address, CLIENT_PORT))
    client.sendall(b"to myself\n")
    pair.read(client, 10)
    client.close()


@recipe("syn-timeout", "nobody answers; after three SYNs the client gives up")
def syn_timeout(pair):
    pair.client.sysctl("net.ipv4.tcp_syn_retries", 2)
    pair.client.sysctl("net.ipv4.tcp_syn_linear_timeouts", 2)
    pair.wire.rule(lambda direction, frame: False)
    client = pair.caller()
    try:
        client.connect((pair.server_address, PORT))
    except TimeoutError:
        pass
    pair.unseen(f"{pair.client_address}:{CLIENT_PORT}", "the client gives up in silence")


def firewall(host, rule):
    """Applies one firewall rule to everything that arrives at a host."""
    host.nft("table inet lab {\nchain input {\ntype filter hook input priority 0\n" + rule + "\n}\n}\n")


def rejected(pair, verdict):
    """The server's firewall rejects the SYN."""
    firewall(pair.server, f"tcp flags syn reject with {verdict}")
    client = pair.caller()
    try:
        client.connect((pair.server_address, PORT))
    except OSError:
        pass


REJECTIONS = {"network": "net-unreachable", "host": "host-unreachable", "protocol": "prot-unreachable",
              "port": "port-unreachable", "network-prohibited": "net-prohibited",
              "host-prohibited": "host-prohibited", "admin-prohibited": "admin-prohibited"}

for _name, _code in REJECTIONS.items():
    recipe(f"icmp-{_name}", f"the SYN is rejected by ICMP {_code}")(
        lambda pair, code=_code: rejected(pair, f"icmp type {code}"))

for _name, _code in {"route": "no-route", "port": "port-unreachable", "admin": "admin-prohibited",
                     "address": "addr-unreachable"}.items():
    recipe(f"icmpv6-{_name}", f"the SYN is rejected by ICMPv6 {_code}", version=6)(
        lambda pair, code=_code: rejected(pair, f"icmpv6 type {code}"))


@recipe("tcp-reject", "a firewall answers the SYN with RST although there is a listener")
def tcp_reject(pair):
    pair.listen()
    rejected(pair, "tcp reset")


@recipe("icmp-established", "ICMP host unreachable for an established connection: a soft error, nothing changes")
def icmp_established(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    firewall(pair.server, "tcp flags & syn == 0 reject with icmp type host-unreachable")
    client.sendall(b"are you there?\n")
    pair.pause(0.5)
    pair.server.nft("delete table inet lab")
    pair.read(server, 15)
    pair.pause(0.2)
    finish(pair, client, server)


@recipe("syn-sent-closed", "the client closes before the SYN-ACK comes; RST answers it", delay=0.1)
def syn_sent_closed(pair):
    pair.listen()
    client = pair.start_connect()
    pair.pause(0.05)
    client.close()
    pair.pause(0.4)


@recipe("handshake-ack-lost-data", "the handshake's ACK is lost; the data after it completes the handshake")
def handshake_ack_lost_data(pair):
    pair.wire.drop(lambda segment: segment.bare_ack, direction=0)
    listener = pair.listen()
    client = pair.caller()
    client.connect((pair.server_address, PORT))
    pair.pause(0.1)
    client.sendall(b"question\n")
    server = pair.accept(listener)
    pair.read(server, 9)
    finish(pair, client, server)


@recipe("handshake-ack-lost-idle", "the handshake's ACK is lost and the client is silent: the SYN-ACK comes again")
def handshake_ack_lost_idle(pair):
    pair.wire.drop(lambda segment: segment.bare_ack, direction=0)
    listener = pair.listen()
    client = pair.caller()
    client.connect((pair.server_address, PORT))
    server = pair.accept(listener)
    pair.talk(client, server)
    finish(pair, client, server)


@recipe("syn-ack-lost", "the SYN-ACK is lost twice; seen from the server", at="server")
def syn_ack_lost(pair):
    pair.wire.drop(lambda segment: segment.flags == SYN | ACK, times=2)
    client, server = pair.connect()
    pair.talk(client, server)
    finish(pair, client, server)


@recipe("defer-accept", "TCP_DEFER_ACCEPT: the server stays in SYN_RECEIVED until there is data")
def defer_accept(pair):
    listener = pair.listen(defer_accept=5)
    client = pair.caller()
    client.connect((pair.server_address, PORT))
    pair.pause(1.5)
    client.sendall(b"question\n")
    server = pair.accept(listener)
    pair.read(server, 9)
    finish(pair, client, server)


def full_queue(pair, backlog=1):
    """Makes handshakes until the accept queue is full. The last two are made at once, so that the last ACK is dropped.

    The queue of requests and that of connections to be accepted have each room for one more than the backlog.
    """
    listener = pair.listen(backlog=backlog)
    clients = []
    for number in range(backlog + 2):
        clients.append(pair.start_connect(CLIENT_PORT + number))
        pair.pause(0.1 if number < backlog else 0)
    pair.pause(0.2)
    return clients, listener


@recipe("accept-queue-full", "the accept queue is full and the third handshake's ACK dropped; the SYN-ACK comes "
        "again, when there is room", delay=0.02)
def accept_queue_full(pair):
    clients, listener = full_queue(pair)
    servers = [pair.accept(listener), pair.accept(listener), pair.accept(listener)]
    for client, server in zip(clients, servers):
        finish(pair, client, server)


@recipe("accept-queue-full-data", "the same, the client sends while there is no room: data dropped like the ACK",
        delay=0.02)
def accept_queue_full_data(pair):
    clients, listener = full_queue(pair)
    clients[2].send(b"question\n")
    pair.pause(1.5)
    servers = [pair.accept(listener), pair.accept(listener), pair.accept(listener)]
    pair.read(servers[2], 9)
    for client, server in zip(clients, servers):
        finish(pair, client, server)


@recipe("accept-queue-full-fin", "the same, the client closes: its FIN comes while there is no room, and again",
        delay=0.02)
def accept_queue_full_fin(pair):
    clients, listener = full_queue(pair)
    clients[2].close()
    pair.pause(0.5)
    servers = [pair.accept(listener), pair.accept(listener), pair.accept(listener)]
    pair.pause(0.5)
    servers[2].close()
    for client, server in zip(clients[:2], servers):
        finish(pair, client, server)


@recipe("accept-queue-full-reset", "the same, the server's process ends: the request goes, the client learns by RST",
        delay=0.02)
def accept_queue_full_reset(pair):
    clients, listener = full_queue(pair)
    listener.close()
    pair.pause(0.2)
    clients[2].send(b"question\n")
    pair.pause(0.2)
    pair.unseen(f"{pair.server_address}:{PORT}", "the handshake's ACK was dropped, the wire does not say so",
                f"{pair.client_address}:{CLIENT_PORT + 2}")


@recipe("syn-cookies", "SYN cookies: the server keeps nothing before the handshake's ACK")
def syn_cookies(pair):
    pair.server.sysctl("net.ipv4.tcp_syncookies", 2)
    client, server = pair.connect()
    pair.talk(client, server)
    finish(pair, client, server)


@recipe("syn-cookies-full",
        "SYN cookies and a full accept queue: the second client is ESTABLISHED without a peer", delay=0.02)
def syn_cookies_full(pair):
    pair.server.sysctl("net.ipv4.tcp_syncookies", 2)
    clients, listener = full_queue(pair, 0)
    clients[1].send(b"question\n")
    pair.pause(0.5)
    listener.close()
    pair.pause(1.0)
    pair.unseen(f"{pair.server_address}:{PORT}", "the handshake's ACK was dropped, there never was a socket",
                f"{pair.client_address}:{CLIENT_PORT + 1}")


@recipe("fast-open-early-close",
        "the server answers data in the SYN and closes before the handshake's ACK", delay=0.05)
def fast_open_early_close(pair):
    listener = fast_open_cookie(pair)
    client = fast_open_call(pair, CLIENT_PORT + 1)
    server = pair.accept(listener)
    pair.read(server, 9)
    server.sendall(b"answer\n")
    server.close()
    pair.read_to_end(client)
    client.close()
    pair.pause(0.3)


@recipe("fast-open-refused", "the server does not know the cookie and ignores the data in the SYN")
def fast_open_refused(pair):
    listener = fast_open_cookie(pair)
    pair.server.sysctl("net.ipv4.tcp_fastopen_key", "00000001-00000002-00000003-00000004")
    client = fast_open_call(pair, CLIENT_PORT + 1)
    server = pair.accept(listener)
    pair.read(server, 9)
    finish(pair, client, server)


def fast_open_call(pair, port):
    client = pair.caller(port)
    client.settimeout(None)
    client.sendto(b"question\n", socket.MSG_FASTOPEN, (pair.server_address, PORT))
    return client


def fast_open_cookie(pair):
    """Makes a first connection, which gets the cookie, and returns the listener."""
    for host in (pair.client, pair.server):
        host.sysctl("net.ipv4.tcp_fastopen", 3)
    listener = pair.listen(fast_open=5)
    client = fast_open_call(pair, CLIENT_PORT)
    server = pair.accept(listener)
    pair.read(server, 9)
    finish(pair, client, server)
    pair.pause(0.2)
    return listener


@recipe("half-open", "the client has forgotten its connection and opens it again from the same port: challenge "
        "ACK, RST, new connection", at="server")
def half_open(pair):
    listener = pair.listen()
    client, old = pair.connect(listener=listener)
    pair.talk(client, old)
    pair.wire.drop(lambda segment: segment.has(RST), direction=0)
    pair.abort(client)
    pair.pause(0.2)
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    finish(pair, client, server)


@recipe("half-open-client-side", "the same, seen from the client, whose RST is lost after it was captured")
def half_open_client_side(pair):
    half_open(pair)


@recipe("syn-scan", "a scanner's SYN is answered, and its RST ends the handshake", peer=True)
def syn_scan(pair):
    pair.client.socket().close()
    listener = pair.host_socket(pair.client, PORT)
    listener.listen()
    peer = Peer(pair, 55555, PORT)
    peer.send(SYN)
    peer.expect(SYN | ACK)
    pair.pause(0.1)
    peer.send(RST)
    pair.pause(0.2)


@recipe("syn-sent-rst-plain",
        "RST without ACK in SYN_SENT is ignored, the one that acknowledges the SYN is not", peer=True)
def syn_sent_rst_plain(pair):
    client = pair.start_connect()
    peer = Peer(pair, PORT, CLIENT_PORT)
    syn = peer.expect(SYN)
    peer.send(RST, seq=0)
    pair.pause(0.2)
    peer.send(RST | ACK, seq=0, ack=syn.end)
    pair.pause(0.2)
    client.close()


@recipe("syn-sent-rst-wrong-ack", "RST with ACK in SYN_SENT that acknowledges something else is ignored", peer=True)
def syn_sent_rst_wrong_ack(pair):
    pair.start_connect()
    peer = Peer(pair, PORT, CLIENT_PORT)
    syn = peer.expect(SYN)
    peer.send(RST | ACK, seq=0, ack=syn.end + 77)
    pair.pause(0.2)
    peer.send(SYN | ACK, ack=syn.end)
    peer.expect(ACK)
    pair.pause(0.1)


@recipe("syn-sent-stray-ack", "a stray ACK in SYN_SENT is answered with RST; the handshake goes on", peer=True)
def syn_sent_stray_ack(pair):
    pair.start_connect()
    peer = Peer(pair, PORT, CLIENT_PORT)
    syn = peer.expect(SYN)
    peer.send(ACK, seq=77777, ack=syn.end + 99999)
    peer.expect(RST)
    pair.pause(0.1)
    peer.send(SYN | ACK, ack=syn.end)
    peer.expect(ACK)
    pair.pause(0.1)


def syn_received_rst(name, shows, offset):
    @recipe(f"syn-received-rst-{name}", shows, peer=True)
    def scenario(pair):
        listener = pair.host_socket(pair.client, PORT)
        listener.listen()
        peer = Peer(pair, 55555, PORT)
        peer.send(SYN)
        peer.expect(SYN | ACK)
        pair.pause(0.1)
        peer.send(RST, seq=peer.seq + offset)
        pair.pause(0.2)


syn_received_rst("exact", "the exact RST ends SYN_RECEIVED", 0)
syn_received_rst("inexact", "a RST in the window but not exact, in SYN_RECEIVED: challenge ACK", 100)


@recipe("simultaneous-open-crafted",
        "SYN answered by SYN, then both SYN-ACKs; the peer's ACK comes with data", peer=True)
def simultaneous_open_crafted(pair):
    pair.start_connect()
    peer = Peer(pair, PORT, CLIENT_PORT)
    syn = peer.expect(SYN)
    peer.send(SYN)
    peer.expect(SYN | ACK)
    peer.send(SYN | ACK, seq=peer.seq - 1, ack=syn.end)
    pair.pause(0.05)
    peer.send(ACK | packets.PSH, b"hello\n", ack=syn.end)
    pair.pause(0.2)
