"""The captures: for each a name, a link type, and the frames around the conversations."""
import frames as f

LINK = {"ethernet": 1, "ppp": 9, "serial": 50, "pppoe": 51, "atm": 100, "chdlc": 104, "wifi": 105, "radiotap": 127,
        "raw": 101, "nflog": 239, "pktap": 258, "dsa": 284, "edsa": 285}


UNTOLD = ("ip.src", "ip.dst", "ip.len", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw",
          "tcp.len", "udp.srcport", "udp.dstport", "udp.length", "eth.src", "eth.dst")
DEEPER = ("tcp.stream", "vxlan.vni", *UNTOLD)  # what tshark reads and wirestate does not


class Case:
    """`in_tshark`: it reads the file, with these arguments (`tshark`); `skipped`: its fields that are not compared; `texts`: pairs of arguments and what the output contains."""

    def __init__(self, name, link, frames, connections=1, skipped=(), tunnel=None, texts=(), in_tshark=True, tshark=()):
        self.name, self.link, self.frames, self.connections = name, link, list(frames), connections
        self.skipped, self.tunnel, self.texts, self.in_tshark, self.tshark = skipped, tunnel, texts, in_tshark, tshark

    def write(self, path):
        f.pcap(path, self.link, self.frames)


def each(build, packets=None):
    """The frames that `build` makes of the way and the packet."""
    return [build(way, packet) for way, packet in packets or f.conversation()]


def links():
    yield Case("ppp", LINK["ppp"], each(lambda way, p: f.ppp(p)))
    yield Case("ppp-framed", LINK["ppp"], each(lambda way, p: b"\xff\x03" + f.ppp(p)))
    yield Case("ppp-ipv6", LINK["ppp"], each(lambda way, p: b"\xff\x03" + f.ppp(p, 0x57), f.conversation6()))
    yield Case("ppp-short", LINK["ppp"], each(lambda way, p: b"\xff\x03\x21" + p), skipped=("ppp.protocol",))
    yield Case("ppp-mpls", LINK["ppp"], each(lambda way, p: b"\xff\x03" + f.ppp(f.mpls(p, 16, 17), 0x281)))
    yield Case("serial", LINK["serial"], each(lambda way, p: b"\xff\x03" + f.ppp(p)))
    yield Case("serial-cisco", LINK["serial"], each(lambda way, p: b"\x0f\x00\x08\x00" + p))
    yield Case("cisco-hdlc", LINK["chdlc"], each(lambda way, p: b"\x0f\x00\x08\x00" + p)
               + [b"\x8f\x00\x80\x35" + bytes(18)])
    yield Case("cisco-hdlc-ipv6", LINK["chdlc"], each(lambda way, p: b"\x0f\x00\x86\xdd" + p, f.conversation6()))
    yield Case("atm", LINK["atm"], each(lambda way, p: b"\xaa\xaa\x03\0\0\0\x08\0" + p))
    yield Case("wifi", LINK["wifi"], each(lambda way, p: f.wifi(p, way)))
    yield Case("wifi-qos", LINK["wifi"], each(lambda way, p: f.wifi(p, way, qos=True)))
    yield Case("wifi-four", LINK["wifi"], each(lambda way, p: f.wifi(p, way, four=True, qos=True)))
    yield Case("wifi-control", LINK["wifi"], each(lambda way, p: f.wifi(p, way, qos=True, control=True)))
    yield Case("wifi-protected", LINK["wifi"], each(lambda way, p: f.wifi(p, way, qos=True, protected=True)), 0,
               texts=((("-v", "-T", "text"), "protected               set"), (("-T", "text"), "IEEE 802.11 encrypted len"),))
    pieces = [bytes((frame[0], frame[1] | 4)) + frame[2:] for frame in each(lambda way, p: f.wifi(p, way))]  # more fragments
    pieces += [frame[:22] + b"\x11\0" + frame[24:] for frame in each(lambda way, p: f.wifi(p, way))]  # the second one
    yield Case("wifi-fragments", LINK["wifi"], pieces, 0, in_tshark=False, texts=((("-T", "text"), "IEEE 802.11 len"),))
    beacon = bytes((0x80, 0)) + bytes(2) + b"\xff" * 6 + f.MACS[6:] + f.MACS[6:] + bytes(2) + bytes(12)
    acknowledgment = bytes((0xd4, 0, 0, 0)) + f.MACS[6:]
    yield Case("wifi-other", LINK["wifi"], [beacon, acknowledgment] + each(lambda way, p: f.wifi(p, way)))
    yield Case("radiotap", LINK["radiotap"], each(lambda way, p: f.radiotap(f.wifi(p, way))))
    yield Case("radiotap-fcs", LINK["radiotap"], each(lambda way, p: f.radiotap(f.wifi(p, way, qos=True), True, True)))
    yield Case("radiotap-words", LINK["radiotap"], each(lambda way, p: f.radiotap(f.wifi(p, way), True, True, 2)))
    padded = [frame[:26] + bytes(2) + frame[26:] for frame in each(lambda way, p: f.wifi(p, way, qos=True))]  # to four bytes
    yield Case("radiotap-padded", LINK["radiotap"], [f.radiotap(frame, padded=True) for frame in padded])
    yield Case("nflog", LINK["nflog"], each(lambda way, p: f.nflog(p)))
    yield Case("nflog-ipv6", LINK["nflog"], each(lambda way, p: f.nflog(p, 10), f.conversation6()))
    yield Case("pktap", LINK["pktap"], each(lambda way, p: f.pktap(f.ethernet(p, way=way), 1)),
               texts=((("-v", "-T", "text"), "process                 curl"),))
    yield Case("pktap-raw", LINK["pktap"], each(lambda way, p: f.pktap(p, 12)))
    texts = ((("-v", "-T", "text"), "port                    3"), (("-v", "-T", "text"), "VLAN                    5"))
    yield Case("dsa", LINK["dsa"], each(lambda way, p: f.dsa(p)), in_tshark=False, texts=texts)
    yield Case("edsa", LINK["edsa"], each(lambda way, p: f.dsa(p, extended=True, tagged=False)), in_tshark=False, texts=texts)


def over_ethernet(build, packets=None):
    """Frames around what `build` makes of the way and the packet: an outer IPv4 packet."""
    return each(lambda way, p: f.ethernet(build(way, p), way=way), packets)


def tunnels():
    def inner(way, p, kind=f.IPV4):
        return f.ethernet(p, kind, way)

    def case(name, build, tunnel, packets=None, **more):
        return Case(name, LINK["ethernet"], over_ethernet(build, packets), tunnel=tunnel, **more)

    yield case("vxlan", lambda way, p: f.udp(way, f.vxlan(inner(way, p)), 4789), ("vxlan", 42),
               texts=((("-T", "text"), "in vxlan 42"), (("--frame", "end", "-Y", 'tunnel ~ "vxlan 42"'), "vxlan 42"),
                      (("--frame", "1", "--screen", "packet", "--size", "80x60"), "network 42"),
                      (("-T", "text", "--only", "udp"), "192.0.2.1:50000")))
    yield case("vxlan-linux", lambda way, p: f.udp(way, f.vxlan(inner(way, p)), 8472), ("vxlan", 42), tshark=("-d", "udp.port==8472,vxlan"))
    yield case("vxlan-ipv6", lambda way, p: f.udp(way, f.vxlan(inner(way, p, f.IPV6)), 4789), ("vxlan", 42), f.conversation6())
    yield case("geneve", lambda way, p: f.udp(way, f.geneve(inner(way, p), options=bytes(12)), 6081), ("geneve", 77))
    yield case("geneve-ip", lambda way, p: f.udp(way, f.geneve(p, f.IPV4), 6081), ("geneve", 77))
    yield case("gre", lambda way, p: f.ip(way, 47, f.gre(p)), ("gre", None))
    yield case("gre-key", lambda way, p: f.ip(way, 47, f.gre(p, key=5, checksum=True, sequence=9)), ("gre", 5))
    yield case("gre-ipv6", lambda way, p: f.ip(way, 47, f.gre(p, f.IPV6, key=7)), ("gre", 7), f.conversation6())
    yield case("gre-tap", lambda way, p: f.ip(way, 47, f.gre(inner(way, p), f.BRIDGED)), ("gre", None))
    yield case("nvgre", lambda way, p: f.ip(way, 47, f.gre(inner(way, p), f.BRIDGED, key=5000 << 8 | 3)), ("nvgre", 5000))
    yield case("gre-mpls", lambda way, p: f.ip(way, 47, f.gre(f.mpls(p, 20, 21), 0x8847)), ("gre", None))
    yield Case("gre-in-ipv6", LINK["ethernet"], each(lambda way, p: f.ethernet(f.ip6(way, 47, f.gre(p)), f.IPV6, way)),
               tunnel=("gre", None))
    yield case("erspan-1", lambda way, p: f.ip(0, 47, f.gre(inner(way, p), 0x88be)), ("erspan", None))
    yield case("erspan-2", lambda way, p: f.ip(0, 47, f.gre(f.erspan2(inner(way, p)), 0x88be, sequence=1)), ("erspan", 100))
    yield case("erspan-3", lambda way, p: f.ip(0, 47, f.gre(f.erspan3(inner(way, p)), 0x22eb, sequence=1)), ("erspan", 100))
    yield case("erspan-3-long", lambda way, p: f.ip(0, 47, f.gre(f.erspan3(inner(way, p), subheader=bytes(8)), 0x22eb, sequence=1)),
               ("erspan", 100))
    yield case("ipip", lambda way, p: f.ip(way, 4, p), ("ipip", None))
    yield case("6in4", lambda way, p: f.ip(way, 41, p), ("6in4", None), f.conversation6())
    yield Case("4in6", LINK["ethernet"], each(lambda way, p: f.ethernet(f.ip6(way, 4, p), f.IPV6, way)), tunnel=("ipip", None))
    yield case("gtp", lambda way, p: f.udp(way, f.gtp(p, 1000 + way), 2152, 2152), ("gtp-u", 1000))
    yield case("gtp-sequence", lambda way, p: f.udp(way, f.gtp(p, 1000 + way, 5), 2152, 2152), ("gtp-u", 1000))
    yield case("gtp-extension", lambda way, p: f.udp(way, f.gtp(p, 1000 + way, None, b"\x01\x10\x01\x00"), 2152, 2152),
               ("gtp-u", 1000))
    yield case("gtp-ipv6", lambda way, p: f.udp(way, f.gtp(p, 1000 + way), 2152, 2152), ("gtp-u", 1000), f.conversation6())
    yield case("l2tp", lambda way, p: f.udp(way, f.l2tp(f.ppp(p), 3 + way, 4 + way), 1701, 1701), ("l2tp", 3 << 16 | 4))
    yield case("l2tp-bare", lambda way, p: f.udp(way, f.l2tp(f.ppp(p), 3, 4, False, False, 8), 1701, 1701), ("l2tp", 3 << 16 | 4))
    yield case("l2tp-offset", lambda way, p: f.udp(way, f.l2tp(f.ppp(p), 3, 4, offset=2), 1701, 1701), ("l2tp", 3 << 16 | 4))
    # Without the control connection, tshark cannot tell how long the cookie is.
    unknown = ("tcp.stream", "l2tp.session", "l2tp.tunnel", *UNTOLD)
    for cookie, sublayer in ((0, 0), (4, 0), (8, 4)):
        yield case(f"l2tp3-{cookie}-{sublayer}",
                   lambda way, p, c=cookie, s=sublayer: f.ip(way, 115, f.l2tp3(inner(way, p), 9 + way, False, b"c" * c, bytes(s))),
                   ("l2tp", 9), skipped=unknown)
    yield case("l2tp3-udp", lambda way, p: f.udp(way, f.l2tp3(inner(way, p), 9 + way, True, b"cook"), 1701, 1701), ("l2tp", 9),
               skipped=unknown)
    yield case("teredo", lambda way, p: f.udp(way, p, 3544), ("teredo", None), f.conversation6())
    yield case("teredo-origin", lambda way, p: f.udp(way, bytes((0, 0)) + b"\x12\x34" + b"\xaa" * 4 + p, 3544), ("teredo", None),
               f.conversation6())
    yield case("teredo-authentication", lambda way, p: f.udp(way, bytes((0, 1, 0, 0)) + bytes(9) + p, 3544), ("teredo", None),
               f.conversation6())
    yield case("mpls-in-ip", lambda way, p: f.ip(way, 137, f.mpls(p, 30)), ("mpls", None))
    yield case("mpls-in-udp", lambda way, p: f.udp(way, f.mpls(p, 30), 6635), ("mpls", None))


def nested():
    """Tunnels in tunnels; and what must not be mixed up."""
    def deep(way, packet, levels):
        for level in range(levels):
            packet = f.udp(way, f.vxlan(f.ethernet(packet, way=way), 100 + level), 4789)
        return packet
    yield Case("vxlan-4", LINK["ethernet"], over_ethernet(lambda way, p: deep(way, p, 4)),
               tunnel=("vxlan > vxlan > vxlan > vxlan", 100))
    # The fifth is not opened: what is inside stays payload.
    yield Case("vxlan-5", LINK["ethernet"], over_ethernet(lambda way, p: deep(way, p, 5)), 0, skipped=DEEPER,
               texts=((("-T", "text"), "too many tunnels inside each other"),))
    yield Case("gre-vxlan", LINK["ethernet"],
               over_ethernet(lambda way, p: f.ip(way, 47, f.gre(deep(way, p, 1), key=9))), tunnel=("gre > vxlan", 100))
    # Two tenants with the same addresses and ports, at the same time: tshark mixes them up.
    both = [frame for pair in zip(over_ethernet(lambda way, p: f.udp(way, f.vxlan(f.ethernet(p, way=way), 1), 4789)),
                                  over_ethernet(lambda way, p: f.udp(way, f.vxlan(f.ethernet(p, way=way), 2), 4789))) for frame in pair]
    yield Case("tenants", LINK["ethernet"], both, 2, skipped=("tcp.stream",))
    # A port alone is no tunnel, and neither is what an ICMP error quotes, nor a fragment.
    other = over_ethernet(lambda way, p: f.udp(way, b"\0" * 8 + f.ethernet(p, way=way), 4789))
    yield Case("port-only", LINK["ethernet"], other, 0, skipped=DEEPER)
    quoted = f.ip(0, 17, f.udp(0, f.vxlan(f.ethernet(f.conversation()[0][1])), 4789)[20:])
    error = f.ip(1, 1, b"\x03\x03\0\0" + bytes(4) + quoted)
    yield Case("quoted", LINK["ethernet"], [f.ethernet(error)], 0, skipped=DEEPER)
    arp = bytes.fromhex("0001080006040001") + f.MACS[6:] + bytes((10, 0, 0, 1)) + bytes(6) + bytes((10, 0, 0, 2))
    yield Case("arp-inside", LINK["ethernet"], [f.ethernet(f.udp(0, f.vxlan(f.ethernet(arp, f.ARP)), 4789))], 0,
               texts=((("-T", "text"), "who-has 10.0.0.2 tell 10.0.0.1"),))
    yield Case("nothing-inside", LINK["ethernet"], [f.ethernet(f.udp(0, f.vxlan(f.ethernet(bytes(40), 0x88cc)), 4789))], 0,
               skipped=("eth.src", "eth.dst"), texts=((("-T", "text"), "192.0.2.1:50000 → 192.0.2.2:4789  UDP len 62"),))
    pieces = []
    for way, packet in f.conversation():
        datagram = f.udp(way, f.vxlan(f.ethernet(packet, way=way)), 4789)
        pieces += [f.ethernet(part, way=way) for part in fragments(datagram, 40)]
    yield Case("fragments", LINK["ethernet"], pieces, skipped=DEEPER, tunnel=("vxlan", 42))
    yield Case("cut", LINK["ethernet"], [(frame[:70], len(frame)) for frame in
                                         over_ethernet(lambda way, p: f.udp(way, f.vxlan(f.ethernet(p, way=way)), 4789))], 0,
               skipped=DEEPER)


def fragments(packet, first):
    """Two fragments of an IPv4 packet, the first with so many bytes of payload."""
    out = []
    for offset, part, more in ((0, packet[20:20 + first], 1), (first, packet[20 + first:], 0)):
        header = packet[:2] + (20 + len(part)).to_bytes(2, "big") + packet[4:6] + (more << 13 | offset // 8).to_bytes(2, "big")
        header += packet[8:10] + bytes(2) + packet[12:20]
        header = header[:10] + f.checksum_of(header).to_bytes(2, "big") + header[12:]
        out.append(header + part)
    return out


CASES = [*links(), *tunnels(), *nested()]
