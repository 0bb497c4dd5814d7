"""SYNs whose destination a device translates, and answers that do not come back through it (a load balancer in front of a
server in the client's own network, say), or that another place captures."""

import struct

from crafted import MSS, Capture, Talk, case, packets

NOT_OPENED = {"verdict_tag": "NOT_OPENED", "severity": 2, "handshake": "partial"}
SERVICE, SERVER = "10.99.0.1", "10.0.0.7"


def rejected(talk, direct, after):
    """The client asks the service; the server answers by its own address."""
    talk.client("S", seq=0, after=after, options=MSS)
    direct.a.seq = direct.b.got = 1
    direct.server("SA", seq=0, ack=1, options=MSS)
    direct.client("R", seq=1, after=0.0001)


@case("answer-from-elsewhere",
      {**NOT_OPENED, "client.state": "SYN_SENT", "server.port": 80,
       "verdict": "^not opened: the answer to the SYN came from another address or port, as #2; .*; 3 SYNs over 3.0 s"},
      {**NOT_OPENED, "client.state": "CLOSED", "server.port": 8080,
       "verdict": "^not opened: its SYN-ACK answers the SYN of #1, which went to another address or port, so the client does "
                  "not accept it$"},
      notes=[(4, "^The answer came from another address or port, so the client does not take it for one, and sends the SYN again")])
def answer_from_elsewhere(capture):
    """The RST removes what the server knows, so the next SYN is answered with another number."""
    talk, direct = Talk(capture, destination=SERVICE, dport=80), Talk(capture, destination=SERVER, dport=8080)
    for i, after in enumerate((0.01, 1, 2)):
        direct.b.isn = 5000 + 100000 * i
        rejected(talk, direct, after)


@case("answer-not-captured", {
    **NOT_OPENED, "client.packets": 4, "client.syns": 2,
    "verdict": "^not opened: the client rejects with RST what answered its SYN; the answer itself was not captured, so it took "
               "another way; 2 SYNs over 1.0"})
def answer_not_captured(capture):
    talk = Talk(capture)
    for after in (0.01, 1):
        talk.client("S", seq=0, after=after, options=MSS)
        talk.client("R", seq=1, after=0.02)


def translated(capture, answered):
    """Captured on both sides of the device."""
    talk = Talk(capture, destination=SERVICE, dport=80)
    direct = Talk(capture, destination=SERVER, dport=8080, ttls=(63, 64))
    if not answered:
        for after in (0.01, 1, 2):
            talk.client("S", seq=0, after=after, options=MSS)
            direct.client("S", seq=0, after=0.0002, options=MSS)
        return
    for side in ("client", "server", "client"):
        for each in (talk, direct) if side == "client" else (direct, talk):
            flags = "SA" if side == "server" else "S" if not each.a.seq else "A"
            getattr(each, side)(flags, after=0.0002, options=b"" if flags == "A" else MSS)


@case("translated-unanswered",
      {"verdict_tag": "SILENT",
       "verdict": "^silent: 3 SYN sent, no answer came back, though it went on as #2 with a translated address or port"},
      {"verdict_tag": "SILENT"})
def translated_unanswered(capture):
    translated(capture, answered=False)


@case("translated-open",
      {"verdict_tag": "OPEN", "verdict": "; the same connection as #2, on the other side of a device that translates addresses"},
      {"verdict_tag": "OPEN", "verdict": "; the same connection as #1, on the other side of a device that translates addresses"})
def translated_open(capture):
    translated(capture, answered=True)


@case("same-number-elsewhere", {"verdict_tag": "OPEN", "verdict": "B back$"}, {"verdict_tag": "OPEN", "verdict": "B back$"})
def same_number_elsewhere(capture):
    """Hosts that always begin with the same number: neither end is the same."""
    for source, destination in (("10.0.0.1", SERVICE), ("10.0.0.3", SERVER)):
        talk = Talk(capture, source=source, destination=destination)
        talk.client("S", options=MSS)
        talk.server("SA", options=MSS)
        talk.client("A")


@case("scan-with-one-number",
      *[{"verdict_tag": "SILENT", "silent_about": "translated|another address"}] * 3,
      {"verdict_tag": "OPENING", "silent_about": "translated|another address|#"})
def scan_with_one_number(capture):
    """A scanner's SYNs have one port and one number; a SYN-ACK to one that the capture lacks answers none of the others."""
    for dport, ttl in ((80, 49), (81, 48), (82, 48)):
        Talk(capture, dport=dport, ttls=(ttl, 64)).client("S", seq=0, after=0.001, options=MSS, ident=dport)
    late = Talk(capture, dport=83)
    late.a.seq = late.b.got = 1
    late.server("SA", seq=0, ack=1, options=MSS, after=0.01)
    late.server("SA", seq=0, ack=1, options=MSS, after=2)


def in_geneve(frame, network):
    header = struct.pack("!BBHI", 0, 0, 0x6558, network << 8)
    datagram = struct.pack("!HHHH", 50000, 6081, 8 + len(header) + len(frame), 0) + header + frame
    return packets.ethernet("02:00:00:00:00:0a", "02:00:00:00:00:0b", packets.IPV4,
                            packets.ipv4("192.0.2.1", "192.0.2.2", 17, datagram))


def in_geneves(capture, inside, there=11, back=10):
    """Each direction in a network of its own."""
    for record in inside.records:
        from_client = record.data[6:12] == b"\2\0\0\0\0\1"
        capture.add(in_geneve(record.data, there if from_client else back), after=0.0002)


def opened_and_used(talk):
    talk.open()
    talk.server("PA", 10)
    talk.client("A")


@case("way-back-in-other-tunnel",
      {"client.packets": 3, "server.packets": 2, "captured": "both", "tunnel_id": 11, "silent_about": "translate|another address|#"},
      {"client.packets": 3, "server.packets": 2, "captured": "both", "tunnel_id": 12, "silent_about": "translate|another address|#"})
def way_back_in_other_tunnel(capture):
    """Each direction has a network of its own, as where routers route before they put packets into the tunnel: the SYN-ACK
    shows that both are one connection. Another network has its way back in the same one, with the same ports but one."""
    for there, sport in ((11, 40000), (12, 40001)):
        inside = Capture()
        opened_and_used(Talk(inside, sport=sport, isn=sport))
        in_geneves(capture, inside, there=there)


@case("way-back-and-again",
      {"client.packets": 3, "server.packets": 2, "captured": "both"}, {"client.packets": 3, "server.packets": 2, "captured": "both"})
def way_back_and_again(capture):
    """The same ports again."""
    for isn in (1000, 500000):
        inside = Capture()
        opened_and_used(Talk(inside, isn=isn, other_isn=isn + 7))
        in_geneves(capture, inside)


@case("other-number-in-other-tunnel", {"client.packets": 1, "server.packets": 0}, {"client.packets": 0, "server.packets": 2})
def other_number_in_other_tunnel(capture):
    """What acknowledges another number belongs to another network's host with the same address."""
    inside = Capture()
    talk = Talk(inside)
    talk.client("S", options=MSS)
    talk.server("SA", ack=2, options=MSS)
    talk.server("PA", 10)
    in_geneves(capture, inside)
