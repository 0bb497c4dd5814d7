"""captures/README.md, its table made from the recipes and the recorded paths, so that they cannot drift apart."""

import os

import paths

HEAD = """# Captures

Real connections between two Linux hosts, one thing each. Every file is a plain pcap with nanosecond stamps, a few
kilobytes long, and was recorded by the script `tests/lab/record`, so it can be recorded again (`tests/lab/record
--all`, as root).

Replay one with `wirestate -r captures/simultaneous-close.pcap`.

The `.lesson` files beside them are lessons on these captures: `wirestate --lesson` lists them.

| file | what it shows | the endpoints' paths of states | what to look at |
|---|---|---|---|
"""

TAIL = """
## How they were recorded

- Two network namespaces are the hosts: 10.0.0.1 (client, MAC 02:00:00:00:00:01) and 10.0.0.2 (server,
  02:00:00:00:00:02), or fd00::1 and fd00::2. A wire joins them: two TAP devices, and a program that carries each
  frame across {delay}. Everything above it is the kernel's own TCP/IP.
- Seen from the client's device, unless told otherwise below. There is no offloading on a TAP device: all checksums
  are real, no segment is longer than the MTU allows.
- Addresses are known beforehand, so there is no ARP but where it belongs: `arp.pcap`, `http.pcap`, and neighbour
  discovery in `ipv6.pcap`.
- The state of the applications' sockets was not guessed: it is what the kernel said (see below).

{how}

`fcs.pcap` in full: no virtual device delivers a frame check sequence. The frames were captured without it, like the
others; when the file was written, each was padded with zero bytes to 60 bytes and got its CRC-32 (the one of IEEE
802.3, least significant byte first) appended, and the upper bits of the file header's link-type field say so: bit 26
that the length of the FCS is given, bits 28 to 31 that length in units of 16 bits (2). So the field is 0x24000001.

## NAME.states: the kernel's truth

Beside each capture stands what the kernel's sockets went through while it was recorded, one line for each endpoint:

    10.0.0.1:40001 > 10.0.0.2:8000: CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT

The endpoint, its peer, and the states in order, from the one it left first. It comes from the kernel's trace event
`sock:inet_sock_set_state`, and from `/proc/net/tcp` for TIME_WAIT. A file without such a line says that there is no
TCP connection in the capture. `# ` starts a comment. `-` for a path: no transition. `crafted` for a path: no kernel
behind this endpoint, its segments were written by a script. `; unseen: REASON` behind a path: the wire does not show
enough of it.

`tests/lab/run` compares what wirestate infers from each capture with these lines. The exact rules of the comparison
are at the head of `tests/lab/paths.py`.
"""


def brief(states):
    return " → ".join(states) if states else "none"


def write(book):
    rows, how = [], []
    for recipe in book.recipes.values():
        endpoints = paths.read_states(book.path(recipe.name, "states"))
        crafted = {endpoint.local for endpoint in endpoints if endpoint.path == paths.CRAFTED}
        told = "<br>".join([f"{endpoint.local}: {brief(endpoint.path)}" for endpoint in endpoints
                            if not crafted & {endpoint.local, endpoint.peer}] +
                           ([f"and {len(crafted)} crafted endpoints"] if crafted else []))
        rows.append(f"| `{recipe.name}.pcap` | {recipe.shows} | {told or 'no TCP'} | {recipe.look} |")
        if recipe.how:
            how.append(f"- `{recipe.name}.pcap`: {recipe.how}.")
    delays = {recipe.name: recipe.options["delay"] for recipe in book.recipes.values() if "delay" in recipe.options}
    delay = "in 5 ms" + "".join(f", {round(value * 1000)} ms in `{name}.pcap`" for name, value in delays.items())
    with open(os.path.join(book.directory, "README.md"), "w", encoding="utf-8") as file:
        file.write(HEAD + "\n".join(rows) + "\n" + TAIL.format(delay=delay, how="\n".join(how)))
