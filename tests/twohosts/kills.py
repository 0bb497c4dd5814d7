"""Nothing is left of a lab, whichever of its processes is killed, at whatever moment."""
import concurrent.futures
import os
import random
import signal
import subprocess
import time

PATIENCE = 30
SCENARIO = """title: t
about: a
server: listen 7000
  accept
  receive
client: connect 7000
  send 5
  wait 60s
"""
SERVER = """import socket
s = socket.socket()
s.bind(('', 7000))
s.listen()
c, _ = s.accept()
c.recv(16)
c.recv(16)
"""
CLIENT = "import socket, time\nc = socket.create_connection(('{host}', 7000))\nc.send(b'hello')\ntime.sleep(60)\n"


def stat_of(process):
    """Returns (parent, when it began), or None."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            words = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if words[0] == "Z" else (int(words[1]), int(words[19]))


def family(process):
    """Returns (process, when it began) for it and all its descendants."""
    stats = {int(name): stat_of(name) for name in os.listdir("/proc") if name.isdigit()}
    found, wanted = set(), {process}
    while wanted:
        one = wanted.pop()
        if stats.get(one):
            found.add((one, stats[one][1]))
        wanted |= {other for other, stat in stats.items() if stat and stat[0] == one and (other, stat[1]) not in found}
    return found


def alive(members):
    return {member for member in members if (stat := stat_of(member[0])) and stat[1] == member[1]}


def mentions(folder):
    """Returns the processes whose command line names the folder."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and int(name) != os.getpid():
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    if folder.encode() in file.read() and stat_of(name):
                        found.append(int(name))
        except OSError:
            continue
    return found


def gone(condition):
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def one_turn(place, turn, user, seed):
    """Returns what is left, or None."""
    chance = random.Random(seed * 1000003 + turn)
    folder = place.path(f"kill-{turn}-{user}")
    os.makedirs(folder)
    os.chmod(folder, 0o777)
    own, one = turn % 2, turn % 4 == 3
    if own:
        for name, text in (("server.py", SERVER), ("client.py", CLIENT.format(host="127.0.0.1" if one else "server"))):
            place.put(os.path.join(folder, name), text)
        arguments = [option for side in ("server", "client") for option in (f"--{side}", f"/usr/bin/python3 {folder}/{side}.py")]
    else:
        arguments = [place.put(os.path.join(folder, "long.lab"), SCENARIO)]
    as_user = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    with subprocess.Popen([place.path("build/wirestate"), "--lab", *arguments, *(["--one-host"] if one else []), "-T", "text"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=folder,
                          **as_user) as program:
        time.sleep(chance.random() * 1.2)
        members = family(program.pid)
        victim = chance.choice(sorted(members) or [(program.pid, 0)])[0]
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            pass
        # A program that is killed is an event of the lab, which goes on.
        end = time.monotonic() + 1
        while alive(members) and time.monotonic() < end:
            program.poll()
            time.sleep(0.02)
        members |= family(program.pid)
        program.terminate()
        program.wait(timeout=PATIENCE)
    if gone(lambda: not alive(members) and not mentions(folder)):
        return None
    return f"turn {turn} as {user}, victim {victim}: {alive(members)} {mentions(folder)}"


def run(place, check, users, turns, seed=1):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        todo = [(turn, user) for turn in range(turns) for user in users]
        for entry, left in zip(todo, pool.map(lambda entry: one_turn(place, *entry, seed), todo)):
            check(not left, f"killed at any moment: nothing lives on: {entry} {left}")
