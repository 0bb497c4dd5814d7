"""Frames of floods: each function makes the frame with a given number."""
import struct

ETHERNET = bytes(6) + b"\x02" * 6


def ip(protocol, payload, source=0x0a000001, target=0x0a000002, ident=0, fragment=0):
    return ETHERNET + b"\x08\0" + struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol, 0, source,
                                               target) + payload


def tcp(number, flags, sequence=1, acknowledgment=0, options=b"", payload=b"", turn=False):
    ports = (80, 1024 + number % 60000) if turn else (1024 + number % 60000, 80)
    words = 5 + len(options) // 4
    body = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgment, words << 4, flags, 1000, 0, 0) + options + payload
    addresses = (0x0a000002, 0x0b000000 + number // 60000)
    total = sum(struct.unpack(f">{(len(body) + 1) // 2}H", body + bytes(len(body) % 2))) + len(body) + 6
    total += sum(address >> 16 for address in addresses) + sum(address & 0xffff for address in addresses)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    body = body[:16] + struct.pack(">H", total ^ 0xffff) + body[18:]
    return ip(6, body, *(addresses if turn else addresses[::-1]))


def syn_flood(number):
    return tcp(number, 2)


def never_closing(number):
    conn, step = divmod(number, 4)
    return [tcp(conn, 2), tcp(conn, 18, 100, 2, turn=True), tcp(conn, 16, 2, 101), tcp(conn, 24, 2, 101, payload=b"x" * 50)][step]


def one_long_connection(number):
    return tcp(1, 24, number * 100 & 0xffffffff, 1, payload=b"y" * 40)


def holes(number):
    """Segments of one connection, each after a gap."""
    return tcp(1, 24, number * 7919 * 2048 & 0xffffffff, 1, payload=b"z")


def fragment_flood(number):
    return ip(17, bytes(8), 0x0b000000 + number // 65536, 0x0a000002, number & 65535, 0x2000 | number % 100)


def arp_storm(number):
    sender = struct.pack(">IH", number, 1)
    return b"\xff" * 6 + sender + b"\x08\x06" + struct.pack(">HHBBH", 1, 0x800, 6, 4, 1 + number % 2) + sender + \
        struct.pack(">I", 0x0a000000 + number) + bytes(6) + struct.pack(">I", 0x0b000000 + number)


def udp_conversations(number):
    return ip(17, struct.pack(">HHHH", 1024 + number % 60000, 53, 8, 0), 0x0b000000 + number // 60000)


def option_bomb(number):
    kinds = [b"\1" * 40, b"\5\x22" + bytes(32) + b"\1" * 6, b"\x1e\x0c" + bytes(10) + b"\x22\x1c" + bytes(26), b"\2\0" * 20,
             bytes((number + i) % 256 for i in range(40))]
    return tcp(number, 2, options=kinds[number % len(kinds)])


def extension_bomb(number):
    """IPv6 with as many extension headers as fit."""
    kinds = [0, 43, 60, 44, 51, 135, 139, 140]
    count = 150
    chain = [kinds[(number + i) % len(kinds)] for i in range(count)]
    body = b"".join(bytes([following, 0]) + bytes(6) for following in chain[1:] + [6])
    return ETHERNET + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(body), chain[0], 64) + bytes(15) + b"\1" + \
        bytes(11) + struct.pack(">I", number) + b"\2" + body


def many_tags(number):
    return ETHERNET + b"\x81\0\0\1" * 300 + struct.pack(">H", number & 0xffff)


FLOODS = [syn_flood, never_closing, one_long_connection, holes, fragment_flood, arp_storm, udp_conversations, option_bomb,
          extension_bomb, many_tags]
