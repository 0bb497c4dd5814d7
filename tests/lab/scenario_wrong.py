"""Scenarios of segments that a right peer would not send: answers that do not answer a SYN, acknowledgments of what was
never sent, FIN and RST in wrong places. The kernel drops them or takes them, and wirestate has to know which."""

import socket

import packets
from packets import ACK, FIN, PSH, RST, SYN
from peer import Peer
from recording import CLIENT_PORT, PORT
from scenario_open import BOOK

recipe = BOOK.recipe
MSS = b"\2\4\5\xb4"


def called(pair):
    """The kernel has sent its SYN: (peer, SYN, the kernel's socket)."""
    client = pair.start_connect()
    peer = Peer(pair, PORT, CLIENT_PORT)
    return peer, peer.expect(SYN), client


def calling(pair):
    """The kernel listens: (peer that is about to open, the listener)."""
    listener = pair.host_socket(pair.client, PORT)
    listener.listen()
    return Peer(pair, 55555, PORT), listener


def accepted(pair):
    """A connection that the peer has opened: (peer, the kernel's socket)."""
    peer, listener = calling(pair)
    peer.open()
    pair.pause(0.05)
    return peer, pair.client.keep(listener.accept()[0])


def finish(pair, peer, client):
    """The kernel closes, having read what came, then the peer."""
    client.setblocking(False)
    try:
        client.recv(4096)
    except BlockingIOError:
        pass
    client.close()
    fin = peer.expect(FIN | ACK)
    peer.send(ACK, ack=fin.end)
    peer.send(FIN | ACK, ack=fin.end)
    pair.pause(0.2)


# ---- Answers to a SYN

def syn_sent(name, shows, answers):
    """Segments that come before the SYN-ACK; then it comes, one byte follows, and the kernel closes."""
    @recipe(f"syn-sent-{name}", shows, peer=True)
    def scenario(pair):
        peer, syn, client = called(pair)
        for flags, payload, number, offset in answers:
            peer.send(flags, payload, seq=peer.seq + number, ack=syn.end + offset)
            pair.pause(0.1)
        peer.send(SYN | ACK, ack=syn.end, options=MSS)
        peer.expect(ACK)
        peer.send(ACK | PSH, b"x", ack=syn.end)
        pair.pause(0.1)
        finish(pair, peer, client)


syn_sent("bare-ack", "an ACK of the SYN without a SYN is dropped; the SYN-ACK after it opens", [(ACK, b"", 1, 0)])
syn_sent("early-fin", "a FIN with an ACK of the SYN, before the SYN-ACK, is dropped; data with the same number follows",
         [(FIN | ACK, b"", 1, 0)])
syn_sent("early-data", "data with an ACK of the SYN, before the SYN-ACK, is dropped", [(ACK | PSH, b"early", 1, 0)])
syn_sent("rst-zero-ack", "RST with an acknowledgment of 0 does not answer the SYN", [(RST | ACK, b"", -1000, -1)])
syn_sent("synack-wrong-ack", "a SYN-ACK that acknowledges what was never sent is answered with RST",
         [(SYN | ACK, b"", 4000, 777)])


@recipe("syn-sent-rst-then-synack", "a RST that acknowledges the SYN ends the attempt; the SYN-ACK after it draws a RST",
        peer=True)
def syn_sent_rst_then_synack(pair):
    peer, syn, client = called(pair)
    peer.send(RST | ACK, seq=0, ack=syn.end)
    pair.pause(0.1)
    peer.send(SYN | ACK, ack=syn.end)
    peer.expect(RST)
    pair.pause(0.2)
    client.close()


def split_handshake(name, shows, bare_ack):
    @recipe(f"split-handshake-{name}", shows, peer=True)
    def scenario(pair):
        peer, syn, client = called(pair)
        if bare_ack:
            peer.send(ACK, seq=77777, ack=syn.end)
            pair.pause(0.05)
        peer.send(SYN, options=MSS)
        peer.expect(SYN | ACK)
        peer.ack = syn.end
        peer.send(ACK)
        pair.pause(0.05)
        peer.send(ACK | PSH, b"x")
        pair.pause(0.1)
        finish(pair, peer, client)


split_handshake("4-way", "the answer to the SYN is a SYN, which is acknowledged and acknowledges", False)
split_handshake("5-way", "the same after a bare ACK, which the kernel drops", True)


@recipe("land", "a SYN from the receiver's own address and port is dropped", peer=True)
def land(pair):
    listener = pair.host_socket(pair.client, PORT)
    listener.listen()
    pair.client.sysctl("net.ipv4.conf.all.accept_local", 1)
    pair.client.sysctl("net.ipv4.conf.eth0.accept_local", 1)
    pair.client.sysctl("net.ipv4.conf.all.rp_filter", 0)
    pair.client.sysctl("net.ipv4.conf.eth0.rp_filter", 0)
    local = f"{pair.client_address}:{PORT}"
    pair.unseen(local, "nobody sent that SYN", local)
    pair.inject(0, packets.Segment(pair.client_address, pair.client_address, PORT, PORT, 1000, 0, SYN))
    pair.pause(0.5)


def fin_in_syn_ack(name, shows, payload, fast_open):
    @recipe(f"fin-in-syn-ack-{name}", shows, peer=True)
    def scenario(pair):
        client = pair.caller()
        client.setblocking(False)
        if fast_open:
            pair.client.sysctl("net.ipv4.tcp_fastopen", 5)  # data in the SYN without a cookie
            client.sendto(b"question\n", socket.MSG_FASTOPEN, (pair.server_address, PORT))
        else:
            client.connect_ex((pair.server_address, PORT))
        peer = Peer(pair, PORT, CLIENT_PORT)
        syn = peer.expect(SYN)
        peer.send(SYN | FIN | ACK, payload, ack=syn.end, options=MSS)
        peer.expect(ACK)
        pair.pause(0.3)
        peer.send(FIN | ACK, payload, seq=peer.seq - 1 - len(payload), ack=syn.end)
        pair.pause(0.1)
        if payload:
            client.recv(len(payload))
        client.close()
        fin = peer.expect(FIN | ACK)
        peer.send(ACK, ack=fin.end)
        pair.pause(0.2)


fin_in_syn_ack("plain", "a FIN in the SYN-ACK of an ordinary handshake", b"", False)
fin_in_syn_ack("data", "data and FIN in the SYN-ACK of an ordinary handshake", b"answer\n", False)
fin_in_syn_ack("fast-open", "data and FIN in the SYN-ACK that answers a fast open", b"answer\n", True)


# ---- Acknowledgments of what was never sent

def handshake_ack(name, shows, number, offset):
    @recipe(f"handshake-ack-{name}", shows, peer=True)
    def scenario(pair):
        peer, listener = calling(pair)
        peer.send(SYN, options=MSS)
        answer = peer.expect(SYN | ACK)
        peer.send(ACK, seq=peer.seq + number, ack=answer.end + offset)
        pair.pause(0.2)
        peer.send(ACK, ack=answer.end)
        pair.pause(0.1)
        client = pair.client.keep(listener.accept()[0])
        finish(pair, peer, client)


handshake_ack("beyond", "the handshake's ACK acknowledges what was never sent; the right one follows", 0, 5000)
handshake_ack("one-beyond", "the same by one", 0, 1)
handshake_ack("outside", "the handshake's ACK lies outside the window; the right one follows", 549554, 0)
handshake_ack("below", "the handshake's ACK lies below the window; the right one follows", -100000, 0)


def established_wrong(name, shows, flags, payload, number, offset):
    """One wrong segment on an open connection; then right data, and the kernel closes."""
    @recipe(f"wrong-{name}", shows, peer=True)
    def scenario(pair):
        peer, client = accepted(pair)
        peer.send(flags, payload, seq=peer.seq + number, ack=peer.ack + offset)
        pair.pause(0.2)
        peer.send(ACK | PSH, b"hello\n")
        pair.read(client, 6)
        pair.pause(0.1)
        finish(pair, peer, client)


established_wrong("fin-ack-beyond", "a FIN that acknowledges what was never sent is dropped", FIN | ACK, b"", 0, 9998)
established_wrong("fin-ack-one-beyond", "a FIN that acknowledges one byte that was never sent is dropped", FIN | ACK,
                  b"", 0, 1)
established_wrong("data-ack-beyond", "data that acknowledges what was never sent is dropped", ACK | PSH, b"hello\n", 0,
                  9998)
established_wrong("fin-outside", "a FIN beyond the window is dropped", FIN | ACK, b"", 2000000, 0)
established_wrong("fin-below", "a FIN below what has been received is dropped", FIN | ACK, b"", -1, 0)


@recipe("wrong-fin-ack-then-reset", "a FIN with an impossible acknowledgment is dropped; the RST after it is taken", peer=True)
def wrong_fin_ack_then_reset(pair):
    peer, client = accepted(pair)
    peer.send(FIN | ACK, seq=peer.seq, ack=peer.ack + 9998)
    pair.pause(0.1)
    peer.send(ACK | PSH, b"x" * 1000)
    pair.pause(0.1)
    peer.send(RST)
    pair.pause(0.2)
    client.close()
