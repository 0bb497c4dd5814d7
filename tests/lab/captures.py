"""The recipes of the bundled captures. Each shows one thing and is small; captures/README.md describes them."""

import errno
import http.client
import http.server
import random
import socket
import threading

import packets
import recording
from recording import CLIENT_PORT, PORT

BOOK = recording.Book("../../captures")
recipe = BOOK.recipe


@recipe("arp", "ARP resolution before a first datagram; later the address moves to another MAC",
        "the broadcast request and the unicast reply; the gratuitous ARP with which 10.0.0.2 announces its new MAC, "
        "and the datagram after it, which goes to the new MAC", resolved=False)
def arp(pair):
    server = pair.host_socket(pair.server, PORT, socket.SOCK_DGRAM)
    client = pair.host_socket(pair.client, CLIENT_PORT, socket.SOCK_DGRAM)
    client.sendto(b"who are you?\n", (pair.server_address, PORT))
    _, sender = server.recvfrom(100)
    server.sendto(b"02:00:00:00:00:02\n", sender)
    client.recv(100)
    pair.pause(0.3)
    pair.client.sysctl("net.ipv4.neigh.eth0.locktime", 0)
    pair.server.sysctl("net.ipv4.conf.eth0.arp_notify", 1)
    pair.server.ip("link", "set", "eth0", "address", "02:00:00:00:00:22")
    pair.pause(0.3)
    client.sendto(b"and now?\n", (pair.server_address, PORT))
    _, sender = server.recvfrom(100)
    server.sendto(b"02:00:00:00:00:22\n", sender)
    client.recv(100)


@recipe("gateway", "a datagram to another subnet: ARP for the gateway, not for the destination",
        "the request asks for 10.0.0.2, the gateway of 10.0.0.0/24; the frame after it has the gateway's MAC as its "
        "destination, and the packet in it has 192.0.2.1; at the end three requests for a host that does not exist",
        resolved=False)
def gateway(pair):
    far = "192.0.2.1"
    pair.server.ip("link", "set", "lo", "up")
    pair.server.ip("address", "add", f"{far}/32", "dev", "lo")
    pair.client.ip("route", "add", "default", "via", pair.server_address)
    server = pair.server.socket(socket.SOCK_DGRAM, pair.family)
    server.bind((far, PORT))
    client = pair.host_socket(pair.client, CLIENT_PORT, socket.SOCK_DGRAM)
    client.sendto(b"anybody out there?\n", (far, PORT))
    _, sender = server.recvfrom(100)
    server.sendto(b"behind the gateway\n", sender)
    client.recv(100)
    client.sendto(b"and here?\n", ("10.0.0.9", PORT))
    pair.pause(3.2)


@recipe("close-four-client", "a connection from handshake to TIME_WAIT, closed by the client in four segments",
        "the server's ACK of the FIN and its own FIN are two segments, because its application closes later; between "
        "them the client is in FIN_WAIT_2 and the server in CLOSE_WAIT")
def close_four_client(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("close-four-server", "the same, closed by the server",
        "TIME_WAIT is on the side that closes first, here the server")
def close_four_server(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    server.close()
    pair.pause(0.15)
    client.close()


@recipe("close-three-client", "closed by the client in three segments",
        "the server closes while its ACK is still delayed, so FIN and ACK are one segment, which takes the client "
        "through FIN_WAIT_2 to TIME_WAIT at once")
def close_three_client(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.read_to_end(server)
    server.close()


@recipe("close-three-server", "closed by the server in three segments", "the mirror image of close-three-client")
def close_three_server(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.sendall(b"goodbye\n")  # so that the client need not acknowledge the server's data separately
    pair.read(server, 8)
    server.sendall(b"goodbye\n")
    server.close()
    pair.read_to_end(client)
    client.close()


@recipe("refused", "a refused connection: no program listens on the port", "RST with ACK answers the SYN; the server's "
        "host has no socket, so it has no state")
def refused(pair):
    try:
        pair.caller().connect((pair.server_address, PORT))
    except ConnectionRefusedError:
        pass


@recipe("reset", "a connection aborted in the middle by the client (SO_LINGER 0)",
        "one RST ends both directions at once, without FIN and TIME_WAIT")
def reset(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.sendall(b"another question\n")
    pair.read(server, 17)
    pair.pause(0.1)
    pair.abort(client)
    pair.pause(0.1)


@recipe("half-close", "the client closes its direction, and the server goes on sending",
        "three pieces of data from an endpoint in CLOSE_WAIT to one in FIN_WAIT_2")
def half_close(pair):
    client, server = pair.connect()
    client.sendall(b"send me everything\n")
    pair.read(server, 19)
    client.shutdown(socket.SHUT_WR)
    pair.read_to_end(server)
    for part in (b"part one\n", b"part two\n", b"part three\n"):
        pair.pause(0.1)
        server.sendall(part)
    pair.pause(0.1)
    server.close()
    pair.read_to_end(client)
    client.close()


@recipe("simultaneous-close", "both sides close at the same moment: the FINs cross",
        "each FIN acknowledges only data and not the other FIN, so both sides go through CLOSING to TIME_WAIT",
        delay=0.02)
def simultaneous_close(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    pair.pause(0.1)
    client.close()
    server.close()
    pair.pause(0.1)


@recipe("simultaneous-open", "both sides open at the same moment: the SYNs cross",
        "neither side is in LISTEN; both go through SYN_SENT and SYN_RECEIVED to ESTABLISHED, and each answers the "
        "other's SYN with a SYN-ACK",
        delay=0.05)
def simultaneous_open(pair):
    first, second = pair.caller(), pair.host_socket(pair.server, PORT)
    first.setblocking(False)
    second.setblocking(False)
    first.connect_ex((pair.server_address, PORT))
    second.connect_ex((pair.client_address, CLIENT_PORT))
    pair.pause(0.3)
    first.settimeout(5)
    second.settimeout(5)
    pair.talk(first, second)
    first.close()
    pair.pause(0.2)
    second.close()
    pair.pause(0.2)


@recipe("syn-retransmitted", "the first SYN is lost", "the same SYN is sent again after one second; the state stays "
        "SYN_SENT", "the first SYN is captured, and then dropped")
def syn_retransmitted(pair):
    pair.wire.drop(lambda segment: segment.flags == packets.SYN)
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("last-ack-lost", "the last ACK is lost",
        "the server is in LAST_ACK and repeats its FIN; the client is in TIME_WAIT and repeats the ACK, and its 60 "
        "seconds start again",
        "the last ACK is captured, and then dropped once")
def last_ack_lost(pair):
    client, server = pair.connect()
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    pair.wire.drop(lambda segment: segment.bare_ack, direction=0)
    server.close()
    pair.pause(1.0)


@recipe("udp-echo", "three datagrams and their echoes", "UDP has no connection and no state, only addresses and ports")
def udp_echo(pair, texts=(b"one\n", b"two two\n", b"three three three\n"), buffer=2000):
    server = pair.host_socket(pair.server, 7, socket.SOCK_DGRAM)
    client = pair.host_socket(pair.client, CLIENT_PORT, socket.SOCK_DGRAM)
    for text in texts:
        client.sendto(text, (pair.server_address, 7))
        data, sender = server.recvfrom(buffer)
        server.sendto(data, sender)
        client.recv(2000)
        pair.pause(0.1)


@recipe("udp-fragments", "a datagram of 4000 bytes over an MTU of 1500: three IPv4 fragments",
        "only the first has the UDP header; identification, offset and more-fragments say how they belong together")
def udp_fragments(pair):
    server = pair.host_socket(pair.server, PORT, socket.SOCK_DGRAM)
    client = pair.host_socket(pair.client, CLIENT_PORT, socket.SOCK_DGRAM)
    client.sendto(b"".join(b"%07d\n" % number for number in range(500)), (pair.server_address, PORT))
    data, sender = server.recvfrom(5000)
    server.sendto(b"%d bytes\n" % len(data), sender)
    client.recv(100)


@recipe("udp-closed-port", "a datagram to a port on which no program receives", "the ICMP port unreachable quotes "
        "the datagram's headers")
def udp_closed_port(pair):
    client = pair.host_socket(pair.client, CLIENT_PORT, socket.SOCK_DGRAM)
    client.connect((pair.server_address, PORT))
    client.send(b"anybody there?\n")
    try:
        client.recv(100)
    except ConnectionRefusedError:
        pass


@recipe("vlan", "a connection in VLAN 42, seen on the trunk between two switches",
        "the 802.1Q tag takes four bytes between the source address and the type, so the header has 18 bytes",
        "the tag is added on the way to the trunk and removed on the way to the hosts", vlan=42)
def vlan(pair):
    close_four_client(pair)


@recipe("coalesced-sends", "three writes, two segments",
        "the client writes three lines in a row; the first is sent at once, and the other two wait for its ACK "
        "(Nagle's algorithm) and are sent as one segment, because writes are not messages")
def coalesced_sends(pair):
    client, server = pair.connect()
    for line in (b"first line\n", b"second line\n", b"third line\n"):
        client.send(line)
    pair.read(server, 34)
    server.sendall(b"three lines read\n")
    pair.read(client, 17)
    client.close()
    pair.pause(0.15)
    server.close()


PAGE = b"<!doctype html>\n<title>wirestate</title>\n<p>Hello from the other end of the wire.\n"


class PageHandler(http.server.BaseHTTPRequestHandler):
    server_version, sys_version = "lab", ""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@recipe("http", "a web page is fetched, after ARP", "with HTTP/1.0 the server closes when it has answered, so it is "
        "in TIME_WAIT",
        "made with Python's http.server and http.client", resolved=False)
def http_exchange(pair):
    server = http.server.HTTPServer((pair.server_address, 80), PageHandler, bind_and_activate=False)
    server.socket.close()
    server.socket = pair.listen(80)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    connection = http.client.HTTPConnection(pair.server_address)
    connection.sock = pair.caller()
    connection.sock.connect((pair.server_address, 80))
    connection.request("GET", "/index.html")
    connection.getresponse().read()
    thread.join()
    connection.close()


@recipe("ipv6", "close-four-client over IPv6, after neighbour discovery",
        "a neighbour solicitation to a multicast address replaces the ARP broadcast; IPv6 has no header checksum",
        version=6, resolved=False)
def ipv6(pair):
    close_four_client(pair)


@recipe("fcs", "close-four-client with the frame check sequence",
        "Ethernet adds 18 bytes to each frame, 14 at the start and 4 at the end; short frames are padded to 64 bytes in "
        "all; the padding is not payload",
        "virtual devices have no FCS, so padding and CRC-32 were added when the file was written", fcs=True)
def fcs(pair):
    for host in (pair.client, pair.server):
        host.sysctl("net.ipv4.tcp_timestamps", 0)  # an ACK of 40 bytes, short enough to need padding
    close_four_client(pair)


@recipe("zero-window", "the server's application stops reading for a while",
        "the window shrinks to 0; the time between the client's probes doubles; after the window update the client "
        "sends again")
def zero_window(pair):
    pair.client.sysctl("net.ipv4.tcp_wmem", "4096 8192 8192")
    client, server = pair.connect(listener=pair.listen(receive_buffer=2304))
    client.setblocking(False)
    total = 0
    for _ in range(20):
        try:
            total += client.send(b"." * 512)
        except BlockingIOError:
            break
        pair.pause(0.06)
    pair.pause(4)
    client.settimeout(10)
    pair.read(server, total)
    pair.pause(0.3)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("fast-open", "TCP Fast Open: a first connection gets a cookie, the second sends data in its SYN",
        "the second SYN carries the cookie and 9 bytes; the server answers before the handshake's last ACK")
def fast_open(pair):
    for host in (pair.client, pair.server):
        host.sysctl("net.ipv4.tcp_fastopen", 3)
    listener = pair.listen(fast_open=5)
    for port in (CLIENT_PORT, CLIENT_PORT + 1):
        client = pair.caller(port)
        client.settimeout(None)  # with a timeout Python makes the socket non-blocking, and sendto() would not wait
        client.sendto(b"question\n", socket.MSG_FASTOPEN, (pair.server_address, PORT))
        server = pair.accept(listener)
        pair.read(server, 9)
        server.sendall(b"answer\n")
        pair.read(client, 7)
        client.close()
        pair.pause(0.15)
        server.close()
        pair.pause(0.3)


@recipe("keep-alive", "an idle connection with keep-alive probes", "once a second, a segment whose sequence number is "
        "one below the next, and its ACK; no state changes")
def keep_alive(pair):
    client, server = pair.connect()
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 3)):
        client.setsockopt(socket.IPPROTO_TCP, option, value)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    pair.talk(client, server)
    pair.pause(3.5)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("old-duplicate-syn", "a SYN that was delayed reaches the server after its client has given up; then the client "
        "really connects",
        "the server answers the old SYN like any other; the client does not know of that connection any more and sends "
        "RST instead of the third segment, so no connection is established",
        "the first SYN is delayed for 2 seconds; its client waits for 0.4 seconds and closes")
def old_duplicate_syn(pair):
    listener = pair.listen()
    pair.wire.hold(lambda segment: segment.flags == packets.SYN, 2)
    client = pair.start_connect()
    pair.pause(0.4)
    client.close()
    pair.pause(2.2)
    client, server = pair.connect(CLIENT_PORT + 1, listener)
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("address-in-use", "a server that closed first is started again while its TIME_WAIT holds the port",
        "the server is started twice between connections 1 and 3: the first start fails with EADDRINUSE, so the SYN of "
        "connection 2 is refused; the second sets SO_REUSEADDR, and connection 3 is established during the TIME_WAIT")
def address_in_use(pair):
    listener = pair.listen()
    client, server = pair.connect(listener=listener)
    pair.talk(client, server)
    server.close()
    listener.close()
    pair.pause(0.15)
    client.close()
    pair.pause(0.3)
    again = pair.server.socket()
    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    try:
        again.bind((pair.server_address, PORT))
        raise RuntimeError("the port is free: no TIME_WAIT")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
    try:
        pair.caller(CLIENT_PORT + 1).connect((pair.server_address, PORT))
    except ConnectionRefusedError:
        pass
    pair.pause(0.3)
    client, server = pair.connect(CLIENT_PORT + 2)
    pair.talk(client, server)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("retransmission", "two losses: one with segments after it, one without",
        "line 2 of 6 is lost; each later line makes the server repeat its ACK, and after a round trip the client "
        "repeats the lost line; line 7 is lost twice; no ACKs come back, so a timer repeats the line, and after twice "
        "the time again",
        "the lost segments are captured at the client, and then dropped, the last one twice; every line is a segment of "
        "its own (TCP_NODELAY), and tail loss probes are off (tcp_early_retrans 0)")
def retransmission(pair):
    pair.client.sysctl("net.ipv4.tcp_early_retrans", 0)
    client, server = pair.connect()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pair.wire.drop(lambda segment: segment.payload.startswith(b"line 2"), direction=0)
    for number in range(1, 7):
        client.send(b"line %d\n" % number)
    pair.read(server, 6 * 7)
    server.sendall(b"six lines read\n")
    pair.read(client, 15)
    pair.pause(0.2)
    pair.wire.drop(lambda segment: segment.payload.startswith(b"line 7"), times=2, direction=0)
    client.send(b"line 7\n")
    pair.read(server, 7)
    server.sendall(b"the last one, too\n")
    pair.read(client, 18)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("loss", "the same connection at its client and at its server: a segment is lost, and later an ACK",
        "line 2 of 6 is in the client's capture only, until it is sent again; line 7 is in the server's capture twice, "
        "because the first ACK of it is in the server's capture only",
        "captured at both hosts; what is lost is captured at the end that sends it, and then dropped; every line is a "
        "segment of its own (TCP_NODELAY), and tail loss probes are off (tcp_early_retrans 0)", both=True, delay=0.03)
def loss(pair):
    pair.client.sysctl("net.ipv4.tcp_early_retrans", 0)
    client, server = pair.connect()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pair.wire.drop(lambda segment: segment.payload.startswith(b"line 2"), direction=0)
    for number in range(1, 7):
        client.send(b"line %d\n" % number)
    pair.read(server, 6 * 7)
    server.sendall(b"six lines read\n")
    pair.read(client, 15)
    pair.pause(0.3)
    pair.wire.drop(lambda segment: not segment.payload, direction=1)
    client.send(b"line 7\n")
    pair.read(server, 7)
    pair.pause(0.7)
    server.sendall(b"the last one, too\n")
    pair.read(client, 18)
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("nat", "the same connection on both sides of a router that gives the client another address; the server's clock is "
        "3.7 s ahead",
        "the client's address and port are others in the server's capture, and the sequence numbers are the same; a segment "
        "of the answer is in the server's capture only, until it is sent again",
        "captured at both hosts; the router translates 10.0.0.1 to 192.0.2.1; 3.7 s were added to the times of the server's "
        "capture when the file was written; the lost segment is dropped between router and client",
        both=True, router=True, delay=0.01, expression="tcp")
def nat(pair):
    pair.translate()
    pair.shift = 3.7
    client, server = pair.connect()
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(b"question\n")
    pair.read(server, 9)
    pair.wire.drop(lambda segment: segment.payload.startswith(b"part 1"), direction=1)
    for number in range(5):
        server.send(b"part %d of the answer\n" % number)
    pair.read(client, 5 * 21)
    pair.talk(client, server, b"thanks\n", b"goodbye\n")
    client.close()
    pair.pause(0.15)
    server.close()


@recipe("udp-tail", "an echo server has a buffer of 16 bytes: 40 bytes are sent, 16 come back",
        "the datagram arrives complete, and its length field is 48; the bytes that did not fit the buffer are gone, and "
        "the next recvfrom() returns the next datagram", "the server reads with recvfrom(16)")
def udp_tail(pair):
    udp_echo(pair, (b"sixteen bytes ok", b"sixteen bytes, and 24 more that are lost", b"a new one\n"), 16)


@recipe("syn-flood", "150 SYNs from addresses without a host, to one listener; one real client in between",
        "the first 65 fill the queue, and their SYN-ACKs are repeated; every later SYN gets one SYN-ACK with a cookie "
        "and is forgotten; the real client is connected by its cookie",
        "a script sends the flood from addresses of 198.51.100.0/24, which no host has; captured at the server; the "
        "backlog is 64", at="server")
def syn_flood(pair):
    pair.server.ip("route", "add", "default", "via", pair.client_address)
    listener = pair.listen(backlog=64)
    numbers = random.Random(9293)
    for number in range(1, 151):
        stranger = packets.Segment(f"198.51.100.{number}", pair.server_address, numbers.randrange(1024, 65536), PORT,
                                   numbers.getrandbits(32), 0, packets.SYN, 512)
        pair.inject(1, stranger)
        pair.stranger(stranger)
        pair.pause(0.01)
        if number == 100:
            client, server = pair.connect(listener=listener)
            pair.talk(client, server)
    pair.pause(0.7)
    client.close()
    pair.pause(0.15)
    server.close()
