"""The interfaces of one pcapng file as points, with what the file says of the times at which they captured."""
import json
import os
import struct
import subprocess

from common import PROGRAM, check, check_join, losses_of, records, run, without_frames
from frames import complete, from_server, on_loopback, translated


def block(kind, body):
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def text_option(code, text):
    return struct.pack("<HH", code, len(text)) + text.encode() + b"\0" * (-len(text) % 4) if text else b""


def statistics(number, first, last, received):
    """What the statistics of an interface say: when it captured, and how many packets came."""
    halves = [struct.pack("<HHII", code, 8, time >> 32, time & 0xffffffff) for code, time in ((2, first), (3, last))]
    return block(5, struct.pack("<III", number, last >> 32, last & 0xffffffff) + b"".join(halves)
                 + struct.pack("<HHQ", 4, 8, received) + bytes(4))


def write_interfaces(path, comment, lists, described=None, periods=None):
    """One pcapng file, whose interfaces have the frames of `lists`, by their names; only the first `described` of them
    are described before the first packet. `periods` has what the statistics of some say."""
    frames = sorted(((time, name, frame) for name, some in lists.items() for time, frame in some), key=lambda f: f[0])
    head = {name: block(1, struct.pack("<HHI", 1, 0, 0) + text_option(2, name)
                        + b"\x09\x00\x01\x00\x09\0\0\0" + bytes(4)) for name in lists}
    numbers = []
    with open(path, "wb") as file:
        file.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1) + text_option(1, comment)
                         + (bytes(4) if comment else b"")))
        for name in list(lists)[:described]:
            numbers.append(name)
            file.write(head[name])
        for time, name, frame in frames:
            if name not in numbers:
                numbers.append(name)
                file.write(head[name])
            file.write(block(6, struct.pack("<IIIII", numbers.index(name), time >> 32, time & 0xffffffff, len(frame),
                                            len(frame)) + frame + b"\0" * (-len(frame) % 4)))
        for name, said in (periods or {}).items():
            file.write(statistics(numbers.index(name), *said))
    return path


def check_periods(folder, client, server):
    """A segment that is lost before the first packet of the other point, or after its last one, is known to be lost only
    where the file says that the point captured at that time, and has all that it captured."""
    sent = {bytes(f[18:20]) for _, f in client if not from_server(f)}
    end = max(i for i, (_, f) in enumerate(server) if not from_server(f) and bytes(f[18:20]) in sent)
    arrived, last = server[end]
    left = max(t for t, f in client if not from_server(f) and f[18:20] == last[18:20])
    client, server = [f for f in client if f[0] <= left], server[:end]
    syn = bytearray(client[0][1])
    syn[18:20] = b"\x77\x77"
    client.insert(0, (client[0][0] - 10**9, complete(syn)))
    lists, path = {"client": client, "server": server}, os.path.join(folder, "periods.pcapng")
    begun, ended = server[0][0] - 2 * 10**9, arrived + 10**9
    plain = losses_of(records("-r", write_interfaces(path, "", lists)))
    for name, period, more in (("before and after", (begun, ended, len(server)), 2), ("before", (begun, server[-1][0], len(server)), 1),
                               ("after", (server[0][0], ended, len(server)), 1),
                               ("a part of what came", (begun, ended, len(server) + 1), 0),
                               ("a period that ends before it begins", (ended, begun, 0), 0)):
        found = losses_of(records("-r", write_interfaces(path, "", lists, periods={"server": period})))
        check(f"periods, {name}", found == plain + more, f"{found}, and {plain} without")
    write_interfaces(path, "", lists, periods={"server": (begun, ended, len(server))})
    again, apart = (os.path.join(folder, name) for name in ("periods-again.pcapng", "periods-server.pcapng"))
    run("-T", "text", "--only", "stats", "-r", path, "-w", again)
    check("periods, written and read", losses_of(records("-r", again)) == plain + 2)
    run("-T", "text", "--only", "stats", "-r", path, "-w", again, "-c", "40")
    check("periods, of a part: nothing is invented", losses_of(records("-r", again)) <= plain)
    files = [write_interfaces(os.path.join(folder, name + "-own.pcapng"), "", {name: some}, periods=periods)
             for name, some, periods in (("client", client, None), ("server", server, {"server": (begun, ended, len(server))}))]
    two = [word for path in files for word in ("-r", path)]
    check("periods of two files", losses_of(records(*two)) == plain + 2)
    check("periods of two files, written to one", losses_of(records(*two, "-w", apart)) == plain + 2
          and losses_of(records("-r", apart)) == plain + 2)
    # Two captures that were merged have a period each.
    merged = os.path.join(folder, "merged.pcapng")
    write_interfaces(files[0], "", {"client": client}, periods={"client": (begun, ended, len(client))})
    write_interfaces(files[1], "", {"server": server}, periods={"server": (server[0][0], server[-1][0], len(server))})
    subprocess.run(["mergecap", "-w", merged, *files], check=True, capture_output=True)
    check("periods of captures that were merged", losses_of(records("-r", merged)) == plain)


def check_interfaces(folder, lists, truth, paths):
    """The interfaces of one file are what two files are."""
    right = without_frames(records("-r", paths["client"], "-r", paths["server"]))
    said_so = "wirestate: points client server"
    for name, comment, described in (("compared", "", None), ("named", "a remark\n" + said_so, None),
                                     ("described late", said_so, 1)):
        path = write_interfaces(os.path.join(folder, "both.pcapng"), comment, lists, described)
        found = without_frames(check_join(f"interfaces, {name}", [path], truth))
        check(f"interfaces, {name}: the same records", found == right)
        again = os.path.join(folder, "again.pcapng")
        run("-T", "text", "--only", "stats", "-r", path, "-w", again)
        check(f"interfaces, {name}: written and read", without_frames(records("-r", again)) == right)
    done = subprocess.run(f"cat {path} | {PROGRAM} -n -T json --only transit -r -", shell=True, capture_output=True,
                          text=True, timeout=60)
    found = without_frames({"transit": [json.loads(line) for line in done.stdout.splitlines()]})
    check("interfaces, from a pipe", found["transit"] == right["transit"], done.stderr)
    write_interfaces(path, "", lists)
    done = subprocess.run(f"cat {path} | {PROGRAM} -n -T json --only connection -r -", shell=True, capture_output=True,
                          text=True, timeout=60)
    check("interfaces, from a pipe without a comment: one point", '"points"' not in done.stdout, done.stdout)
    for number, point in ((1, "client"), (103, "server")):
        out, _ = run("--frame", str(number), "--screen", "lifelines", "-r", write_interfaces(
            path, "", {"client": lists["client"], "server": translated(lists["server"])}))
        check(f"interfaces: --frame {number} is of its own point", f"frame {number} of {point} " in out, out)
    for names in (("", "server"), ("client", "")):
        write_interfaces(path, "", dict(zip(names, lists.values())))
        _, said = run("-T", "text", "--only", "stats", "-r", path)
        right = "point2's clock" in said and "against client's" in said if names[0] else "server's clock" in said and "against point1's" in said
        check(f"interfaces: one without a name, {names}", right, said)
    write_interfaces(path, "", {"eth0": lists["client"], "lo": on_loopback(lists["server"])})
    out, said = run("-T", "text", "-v", "--only", "connection", "-r", path)
    check("interfaces: what stays on its host is another connection",
          "its interfaces are one capture" in said and len(out.splitlines()) == 4, out + said)
    unrelated = {"eth0": lists["client"][:50], "eth1": lists["client"][50:]}
    write_interfaces(path, "", unrelated)
    _, said = run("-T", "text", "-v", "--only", "stats", "-r", path)
    check("interfaces that share nothing are one capture", "its interfaces are one capture" in said, said)
