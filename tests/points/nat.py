"""A router that masquerades, between two clients and a server: its two interfaces have the same datagrams and echoes, with other
addresses, ports and identifiers. Which it drops is known by their numbers."""
import subprocess

from live import NAMES, inside, with_hosts

TURNS, PAUSE = 20, 0.015
DROPPED = {"request": (0, 5), "reply": (9,)}
CLIENTS, SERVER, PORT = ("10.9.1.1", "10.9.1.2"), "10.9.2.1", 7000
RULES = f"""
table ip nat {{
    chain post {{ type nat hook postrouting priority 100; oifname "right" masquerade; }}
}}
table ip drops {{
    chain forward {{
        type filter hook forward priority 0;
        icmp type echo-request icmp sequence {{ {", ".join(map(str, DROPPED["request"]))} }} drop
        icmp type echo-reply icmp sequence {{ {", ".join(map(str, DROPPED["reply"]))} }} drop
        udp dport {PORT} @th,64,8 {{ {", ".join(map(str, DROPPED["request"]))} }} drop
        udp sport {PORT} @th,64,8 {{ {", ".join(map(str, DROPPED["reply"]))} }} drop
    }}
}}
"""
ANSWER = f"""
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("{SERVER}", {PORT}))
print("ready", flush=True)
while True:
    asked, peer = server.recvfrom(2048)
    server.sendto(asked[:1] + b"answer" + asked[1:], peer)
"""
ASK = f"""
import os, select, socket, struct
def checksum(data):
    total = sum(struct.unpack(f"!{{len(data) // 2}}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~((total >> 16) + total) & 0xffff
pings, asks = [], []
for address in {CLIENTS}:
    pings.append(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    asks.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    pings[-1].bind((address, 0))
    asks[-1].bind((address, 5555))
early = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
early.sendto(b"the interfaces capture already", ("{SERVER}", {PORT}))
for turn in range({TURNS}):
    select.select([], [], [], {PAUSE})  # longer than a delay may vary
    for ping, ask in zip(pings, asks):
        ask.sendto(bytes([turn]) + os.urandom(20), ("{SERVER}", {PORT}))
        body = struct.pack("!HH", 77, turn) + os.urandom(48)
        ping.sendto(struct.pack("!BBH", 8, 0, checksum(bytes([8, 0, 0, 0]) + body)) + body, ("{SERVER}", 0))
    waits = [one for one in pings + asks if turn not in {DROPPED["request"] + DROPPED["reply"]}]
    while waits:
        ready = select.select(waits, [], [], 10)[0]
        assert ready, "no answer"
        for one in ready:
            one.recv(2048)
            waits.remove(one)
"""


def prepare():
    a, router, b = NAMES
    for name in NAMES:
        subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True)
    for name, port, far, own in ((a, "left", CLIENTS, "10.9.1.254"), (b, "right", (SERVER,), "10.9.2.254")):
        for command in (["ip", "link", "add", port, "type", "veth", "peer", "name", "eth", "netns", name],
                        ["ip", "address", "add", own + "/24", "dev", port], ["ip", "link", "set", port, "up"]):
            subprocess.run(inside(router, *command), check=True, capture_output=True)
        for command in ([["ip", "address", "add", address + "/24", "dev", "eth"] for address in far]
                        + [["ip", "link", "set", "eth", "up"], ["ip", "route", "add", "default", "via", own]]):
            subprocess.run(inside(name, *command), check=True, capture_output=True)
    subprocess.run(inside(router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"), check=True, capture_output=True)
    subprocess.run(inside(router, "nft", "-f", "-"), check=True, capture_output=True, input=RULES.encode())


def run(program, python, path):
    """Returns the records of a live capture of both interfaces, which is also written to `path`; None where there are no namespaces
    or no NAT to be had."""
    a, router, b = NAMES
    return with_hosts(prepare, inside(router, program, "-n", "-T", "json", "--only", "udp,transit,stats", "-i", "left", "-i", "right",
                                      "-w", path, "icmp or udp"),
                      inside(b, python, "-c", ANSWER), inside(a, python, "-c", ASK))
