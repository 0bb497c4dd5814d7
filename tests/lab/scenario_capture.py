"""Scenarios of incomplete captures: one direction missing, a late start, packets lost or captured twice."""

import itertools

from packets import ACK, FIN, SYN
from recording import CLIENT_PORT, PORT
from scenario_open import BOOK, finish

recipe = BOOK.recipe
CLIENT, SERVER = "10.0.0.1", "10.0.0.2"


@recipe("mid-stream", "the capture begins in the middle of an established connection", later=True)
def mid_stream(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.pause(0.1)
    pair.begin()
    pair.talk(client, server)
    finish(pair, client, server)


@recipe("mid-stream-reset", "the same, ended by RST", later=True)
def mid_stream_reset(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.pause(0.1)
    pair.begin()
    pair.talk(client, server)
    pair.abort(client)
    pair.pause(0.1)


@recipe("mid-stream-close", "the capture begins with the first FIN", later=True)
def mid_stream_close(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.pause(0.1)
    pair.begin()
    finish(pair, client, server)


@recipe("mid-stream-half-closed", "the capture begins between the two FINs", later=True)
def mid_stream_half_closed(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    pair.begin()
    server.close()
    for endpoint in (f"{CLIENT}:{CLIENT_PORT}", f"{SERVER}:{PORT}"):
        pair.unseen(endpoint, "the first FIN was before the capture")


def conversation(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.talk(client, server)
    finish(pair, client, server)


def one_direction(name, shows, address):
    @recipe(f"one-direction-{name}", shows, expression=f"src host {address}")
    def scenario(pair):
        conversation(pair)
        for endpoint in (f"{CLIENT}:{CLIENT_PORT}", f"{SERVER}:{PORT}"):
            pair.unseen(endpoint, "one side's segments are missing, and with them what was acknowledged when")


one_direction("client", "only the client's segments were captured", CLIENT)
one_direction("server", "only the server's segments were captured", SERVER)


def nth(number, matches):
    """Returns a test for the number-th segment for which matches() holds."""
    counter = itertools.count(1)
    return lambda segment: bool(segment and matches(segment) and next(counter) == number)


def missing(name, shows, matches, number=1):
    """Adds a scenario of an ordinary connection whose capture lacks one segment."""
    recipe(f"missing-{name}", f"the capture lacks {shows}", lose=nth(number, matches))(conversation)


missing("syn", "the SYN", lambda segment: segment.flags == SYN)
missing("syn-ack", "the SYN-ACK", lambda segment: segment.flags == SYN | ACK)
missing("handshake-ack", "the handshake's ACK", lambda segment: segment.bare_ack)
missing("question", "the client's first data", lambda segment: segment.payload and segment.source == CLIENT)
missing("answer", "the server's last data", lambda segment: segment.payload and segment.source == SERVER, 2)
missing("first-fin", "the client's FIN", lambda segment: segment.has(FIN) and segment.source == CLIENT)
missing("fin-ack", "the ACK of the first FIN", lambda segment: segment.bare_ack and segment.source == SERVER, 3)


@recipe("missing-second-fin", "the capture lacks the server's FIN",
        lose=lambda segment: segment and segment.has(FIN) and segment.source == SERVER)
def missing_second_fin(pair):
    conversation(pair)
    for endpoint in (f"{CLIENT}:{CLIENT_PORT}", f"{SERVER}:{PORT}"):
        pair.unseen(endpoint, "one more byte is acknowledged than was captured: a FIN, or data")


@recipe("router-any", "captured on all interfaces of a router: each packet is there twice", router=True, at="any",
        expression="tcp")
def router_any(pair):
    conversation(pair)


@recipe("router-any-simultaneous", "the same, with FINs that cross", router=True, at="any",
        delay=0.02, expression="tcp")
def router_any_simultaneous(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.pause(0.2)
    client.close()
    server.close()
    pair.pause(0.3)


@recipe("router-drops",
        "captured before a router that drops every second segment with SYN or FIN", router=True, at="left",
        expression="tcp")
def router_drops(pair):
    pair.router.nft("table ip lab {\nchain forward {\ntype filter hook forward priority 0\n"
                    "tcp flags & (fin | syn) != 0 numgen inc mod 2 0 drop\n}\n}\n")
    conversation(pair)
    pair.pause(6)


@recipe("fragments", "TCP in IPv4 fragments: the second leg's MTU is 600, and the client allows fragmenting",
        router=True, at="right", expression="ip")
def fragments(pair):
    pair.router.ip("link", "set", "right", "mtu", "600")
    for host in (pair.client, pair.server):
        host.sysctl("net.ipv4.ip_no_pmtu_disc", 1)
    client, server = pair.connect()
    client.sendall(bytes(range(256)) * 11)
    pair.read(server, 2816)
    server.sendall(b"thanks\n")
    pair.read(client, 7)
    finish(pair, client, server)


@recipe("loopback", "on the loopback device: no MAC addresses, offloaded checksums, segments of up to 64 kB", at="lo",
        snaplen=256)
def loopback(pair):
    pair.server_address, pair.server = pair.client_address, pair.client
    client, server = pair.connect()
    pair.talk(client, server)
    client.sendall(b"." * 100000)
    pair.read(server, 100000)
    finish(pair, client, server)


@recipe("many", "three connections at once, each ended in another way")
def many(pair):
    listener = pair.listen()
    pairs = [pair.connect(CLIENT_PORT + number, listener) for number in range(3)]
    for client, server in pairs:
        pair.talk(client, server)
    pairs[0][0].close()
    pairs[1][1].close()
    pair.abort(pairs[2][0])
    pair.pause(0.15)
    pairs[0][1].close()
    pairs[1][0].close()
    pair.pause(0.1)
