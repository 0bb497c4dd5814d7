"""Writes captures/README.md. Its table comes from the recipes and the recorded paths, so that they always agree."""

import os

import paths

HEAD = """# Captures

Each capture shows one thing that happens between two Linux hosts. The files are plain pcap with nanosecond timestamps
and a few kilobytes long. `tests/lab/record --all`, run as root, records all of them again.

Replay one with `wirestate -r captures/simultaneous-close.pcap`.

The `.lesson` files are lessons that use these captures, and `NAME.zh_CN.lesson` has the texts of one in Chinese. `wirestate --lesson`
lists them.

| file | what it shows | the states of each endpoint | what to look at |
|---|---|---|---|
"""

TAIL = """
## How they were recorded

- The hosts are two network namespaces: the client 10.0.0.1 (MAC 02:00:00:00:00:01) and the server 10.0.0.2 (MAC
  02:00:00:00:00:02), or fd00::1 and fd00::2. They are connected by two TAP devices and a program that carries each
  frame from one to the other {delay}. Everything above that is the TCP/IP of the Linux kernel.
- The captures are made at the client's device, unless the list below says otherwise. A TAP device has no offloading, so
  all checksums are real and no segment exceeds the MTU.
- The hosts know each other's MAC address beforehand, so there is no ARP, except in `arp.pcap`, `gateway.pcap` and
  `http.pcap`; `ipv6.pcap` contains neighbour discovery.
- The states come from the kernel (see below).

{how}

About `fcs.pcap`: no virtual device delivers a frame check sequence, so the frames were captured without one. When the
file was written, each frame was padded with zero bytes to 60 bytes, and its CRC-32 (that of IEEE 802.3, least
significant byte first) was appended. The upper bits of the link-type field in the file's header say so: bit 26 says that
the length of the FCS is given, and bits 28 to 31 give it in units of 16 bits (2). So the field is 0x24000001.

## NAME.states: the kernel's states

Each capture has a file with the states that the kernel's sockets went through, one line for each endpoint:

    10.0.0.1:40001 > 10.0.0.2:8000: CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT

A line has the endpoint, its peer, and the states in order, starting with the state it left first. They come from the
kernel's trace event `sock:inet_sock_set_state`, and for TIME_WAIT from `/proc/net/tcp`. A file without such a line
belongs to a capture without a TCP connection. `# ` starts a comment. Instead of the states, `-` means that there was no
transition, and `crafted` that a script wrote the endpoint's segments, without a kernel. `; unseen: REASON` after the
states means that the packets do not show all of them.

`tests/lab/run` compares what wirestate infers from each capture with these lines. The exact rules are at the start of
`tests/lab/paths.py`.
"""


def brief(states):
    return " → ".join(states) if states else "none"


def write(book):
    rows, how = [], []
    for recipe in book.recipes.values():
        names = book.names(recipe)
        endpoints = paths.read_states(book.path(names[0], "states"))
        crafted = {endpoint.local for endpoint in endpoints if endpoint.path == paths.CRAFTED}
        shown = "<br>".join([f"{endpoint.local}: {brief(endpoint.path)}" for endpoint in endpoints
                            if not crafted & {endpoint.local, endpoint.peer}] +
                           ([f"and {len(crafted)} crafted endpoints"] if crafted else []))
        files = ", ".join(f"`{name}.pcap`" for name in names)
        rows.append(f"| {files} | {recipe.shows} | {shown or 'no TCP'} | {recipe.look} |")
        if recipe.how:
            how.append(f"- {files}: {recipe.how}.")
    delays = {name: recipe.options["delay"] for recipe in book.recipes.values() if "delay" in recipe.options
              for name in book.names(recipe)}
    delay = "in 5 ms" + "".join(f", {round(value * 1000)} ms in `{name}.pcap`" for name, value in delays.items())
    with open(os.path.join(book.directory, "README.md"), "w", encoding="utf-8") as file:
        file.write(HEAD + "\n".join(rows) + "\n" + TAIL.format(delay=delay, how="\n".join(how)))
