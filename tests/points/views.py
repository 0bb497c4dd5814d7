"""The screens that show what several points captured."""
import fcntl
import os
import re
import signal
import struct
import termios

from common import PROGRAM, check, records, run
from frames import ports_of, write
from screen import View


def check_earlier(paths):
    """At an earlier time of the whole capture, both points are shown: what came to the server until then is a step."""
    view = View([PROGRAM, "-n", "-r", paths["client"], "-r", paths["server"]])
    view.until(b"client, server", 20)
    view.settle()
    os.write(view.fd, b":0.05s\r")
    view.until(b"paused", 20)
    view.settle()
    os.write(view.fd, b"\r")
    view.until(b"step ", 20)
    view.settle()
    view.output = b""
    fcntl.ioctl(view.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 42, 122, 0, 0))  # everything is drawn again
    view.until(b"of server", 20)
    view.settle()
    screen = b" ".join(re.sub(rb"\x1b[\[(][0-9;?]*[a-zA-Z]|\r|\n", b" ", view.output).split())
    check("earlier: the server's point is shown, too", all(words in screen for words in (
        b"of server", b"SYN_RECEIVED", b"Server accepts", b"It is still on its way")), screen)
    os.kill(view.pid, signal.SIGTERM)
    os.waitpid(view.pid, 0)
    os.close(view.fd)


def check_named_packets(folder, paths, lists, head):
    """A packet and a connection are named as one of the points counts them."""
    ports = sorted(set.union(*(ports_of(frame) for _, frame in lists["client"])) - {8000})
    one = write(os.path.join(folder, "client.pcap"), head, [f for f in lists["client"] if ports[1] in ports_of(f[1])])
    both = ("-n", "-r", one, "-r", paths["server"], "--size", "100x24")

    def title(*arguments, status=0):
        out, err = run(*both, *arguments, status=status)
        return (out or err).splitlines()[0]
    mine = next(i for i, (_, frame) in enumerate(lists["server"], 1) if ports[0] in ports_of(frame))
    shared = next(i for i, (_, frame) in enumerate(lists["server"], 1) if ports[1] in ports_of(frame))
    check("named: a packet of the second point", f"frame {mine} of server  step 1/" in title("--frame", f"server={mine}", "--screen", "lifelines"),
          title("--frame", f"server={mine}", "--screen", "lifelines"))
    # What both have is called by the first one's number, at the step of the second one's packet.
    check("named: a packet that both have", re.search(rf"Connection 1 .*frame {shared} of server ", title("--frame", f"server={shared}", "--screen", "lifelines")),
          title("--frame", f"server={shared}", "--screen", "lifelines"))
    check("named: the first point without a name", "frame 1 of client" in title("--frame", "1", "--screen", "lifelines"))
    check("named: its bytes", f"Frame {mine} of server" in title("--frame", f"server={mine}", "--screen", "packet"))
    check("named: a connection", all(f":{ports[number]} " in run(*both, "--connection", f"server={number + 1}", "--frame", "end", "--screen", "lifelines")[0]
                                     for number in (0, 1)))
    check("named: of the first point, else of the next", ":%d " % ports[1] in run(*both, "--connection", "1", "--frame", "end", "--screen", "lifelines")[0]
          and ":%d " % ports[1] in run(*both, "--connection", "2", "--frame", "end", "--screen", "lifelines")[0])
    for name, option, words in (("point", "middle=1", "no point has this name; give one of these: client, server"),
                                ("packet", "server=9999", "--frame 9999: only 51 packets were read from server")):
        check(f"named: no such {name}", words in (said := title("--frame", option, status=1)), said)
    check("named: one capture", "here is one capture" in run("-r", one, "--frame", "client=1", status=1)[1])
    out, _ = run(*both, "--frame", "end")
    check("together: every connection once, and where", [len(re.findall(f":{port} ", out)) for port in ports] == [1, 1]
          and len(re.findall("only at server", out)) == 1, out)
    found = records(*both[1:5])["connection"]
    check("together: as the records have them", sorted(r["client"]["port"] for r in found) == ports)


def check_next_point(folder, paths, lists, head):
    """What only the second point has captured is a record of its own, and in the list, one key away, and can be opened."""
    ports = sorted(set.union(*(ports_of(frame) for _, frame in lists["client"])) - {8000})
    one = write(os.path.join(folder, "client.pcap"), head, [f for f in lists["client"] if ports[0] in ports_of(f[1])])
    found = records("-r", one, "-r", paths["server"])["connection"]
    check("next point: records", [(r["client"]["port"], r["points"]) for r in found]
          == [(ports[0], ["client", "server"]), (ports[1], ["server"])], found)
    out, _ = run("-T", "text", "--only", "connection", "-r", one, "-r", paths["server"])
    check("next point: the line says whose number it is", [" at server " in line for line in out.splitlines()] == [False, True], out)
    out, _ = run("-T", "json", "--only", "connection", "-Y", f"client.port == {ports[1]}", "-r", one, "-r", paths["server"])
    check("next point: the filter", len(out.splitlines()) == 1, out)
    view = View([PROGRAM, "-n", "-r", one, "-r", paths["server"]])
    view.until(b"client, server clock +3.7", 20)
    view.until(b"only at server", 20)
    view.settle()
    check("next point: one list of both", view.output.count(f":{ports[0]}".encode()) and b"2 connections" in view.output, view.output)
    for title in (b"[client], server", b"client, [server]", b"client, server", b"[client], server", b"client, [server]"):
        view.output = b""
        os.write(view.fd, b"P")
        view.until(title.split(b" +")[0], 20)
        view.settle()
    view.output = b""
    os.write(view.fd, b"\x1b[B\r")
    view.output = b""
    view.until(b"Connection 2", 20)
    check("next point: the view", b"Connection 2" in view.output, view.output[-600:])
    os.kill(view.pid, signal.SIGTERM)
    os.waitpid(view.pid, 0)
    os.close(view.fd)


def check_statistics(paths, lists):
    """The statistics show one point, and what that one has received."""
    count = {name: len(lists[name]) for name in ("client", "server")}
    view = View([PROGRAM, "-n", "-r", paths["client"], "-r", paths["server"]])
    view.until(b"client, server clock +3.7", 20)
    for columns, (keys, received) in enumerate(((b"S", count["client"]), (b"P", count["server"]), (b"P", count["client"])), 122):
        os.write(view.fd, keys)
        view.settle()
        view.output = b""
        fcntl.ioctl(view.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 42, columns, 0, 0))  # everything is drawn again
        view.until(b"received %d" % received, 20)
        check(f"statistics: received after {keys}", b"received %d " % received in view.output, view.output[-600:])
    os.kill(view.pid, signal.SIGTERM)
    os.waitpid(view.pid, 0)
    os.close(view.fd)


def check_timeline(folder, paths, head, client):
    """The time of the capture is that of all points: the first file has a part of the middle, and the way back from the end is
    over the packets of both."""
    part = write(os.path.join(folder, "client.pcap"), head, client[10:20])
    view = View([PROGRAM, "-n", "-r", part, "-r", paths["server"]])
    view.until(b"2 connections", 20)
    view.settle()
    for number, (key, words) in enumerate(((b",", b"60 packets"), (b",", b"59 packets"), (b".", b"60 packets"), (b":0s\r", b"1 packet "),
                                           (b".", b"2 packets"), (b"e", b"61 packets"))):
        os.write(view.fd, key)
        view.settle()
        view.output = b""
        fcntl.ioctl(view.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 122 + number, 0, 0))  # everything is drawn again
        view.until(words, 20)
        check(f"timeline: {key}", words in view.output, view.output[:300])
    os.kill(view.pid, signal.SIGTERM)
    os.waitpid(view.pid, 0)
    os.close(view.fd)


def check_bytes(paths):
    """The bytes are those that one point has captured, which is named; P leads to the next one."""
    view = View([PROGRAM, "-n", "-r", paths["client"], "-r", paths["server"]])
    view.until(b"2 connections", 20)
    view.settle()
    for key, words in ((b"b", b"[client], server"), (b"P", b"client, [server]"), (b"P", b"[client], server")):
        view.output = b""
        os.write(view.fd, key)
        view.until(words, 20)
        view.settle()
        check(f"bytes: {words}", words in view.output, view.output[-400:])
    os.kill(view.pid, signal.SIGTERM)
    os.waitpid(view.pid, 0)
    os.close(view.fd)
