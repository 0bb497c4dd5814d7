"""The captures: for each a name, a link type, and the frames around the conversations."""
import frames as f

LINK = {"ethernet": 1, "ppp": 9, "serial": 50, "pppoe": 51, "atm": 100, "chdlc": 104, "wifi": 105, "radiotap": 127,
        "raw": 101, "nflog": 239, "pktap": 258, "dsa": 284, "edsa": 285}


class Case:
    """`in_tshark`: it reads the file; `skipped`: its fields that are not compared; `texts`: pairs of arguments and what the output contains."""

    def __init__(self, name, link, frames, connections=1, skipped=(), tunnel=None, texts=(), in_tshark=True):
        self.name, self.link, self.frames, self.connections = name, link, list(frames), connections
        self.skipped, self.tunnel, self.texts, self.in_tshark = skipped, tunnel, texts, in_tshark

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
    beacon = bytes((0x80, 0)) + bytes(2) + b"\xff" * 6 + f.MACS[6:] + f.MACS[6:] + bytes(2) + bytes(12)
    acknowledgment = bytes((0xd4, 0, 0, 0)) + f.MACS[6:]
    yield Case("wifi-other", LINK["wifi"], [beacon, acknowledgment] + each(lambda way, p: f.wifi(p, way)))
    yield Case("radiotap", LINK["radiotap"], each(lambda way, p: f.radiotap(f.wifi(p, way))))
    yield Case("radiotap-fcs", LINK["radiotap"], each(lambda way, p: f.radiotap(f.wifi(p, way, qos=True), True, True)))
    yield Case("radiotap-words", LINK["radiotap"], each(lambda way, p: f.radiotap(f.wifi(p, way), True, True, 2)))
    yield Case("nflog", LINK["nflog"], each(lambda way, p: f.nflog(p)))
    yield Case("nflog-ipv6", LINK["nflog"], each(lambda way, p: f.nflog(p, 10), f.conversation6()))
    yield Case("pktap", LINK["pktap"], each(lambda way, p: f.pktap(f.ethernet(p, way=way), 1)),
               texts=((("-v", "-T", "text"), "process                 curl"),))
    yield Case("pktap-raw", LINK["pktap"], each(lambda way, p: f.pktap(p, 12)))
    texts = ((("-v", "-T", "text"), "port                    3"), (("-v", "-T", "text"), "VLAN                    5"))
    yield Case("dsa", LINK["dsa"], each(lambda way, p: f.dsa(p)), in_tshark=False, texts=texts)
    yield Case("edsa", LINK["edsa"], each(lambda way, p: f.dsa(p, extended=True, tagged=False)), in_tshark=False, texts=texts)


CASES = [*links()]
