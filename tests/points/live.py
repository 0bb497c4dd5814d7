"""Two live interfaces: a bridge's two ports between two hosts, which all packets pass one after the other."""
import json
import os
import signal
import subprocess

NAMES = [f"ws-points-{os.getpid()}-{end}" for end in ("a", "bridge", "b")]
BYTES, CONNECTIONS = 200_000, 30
SERVER = f"""
import socket
listener = socket.create_server(("10.9.0.2", 8000))
print("ready", flush=True)
for _ in range({CONNECTIONS}):
    connection, _ = listener.accept()
    connection.recv(100)
    connection.sendall(b"x" * {BYTES})
    connection.close()
"""
# Both ends of the last connection have gone when the client ends: its last segments have passed both ports.
CLIENT = f"""
import socket, time
for _ in range({CONNECTIONS}):
    connection = socket.create_connection(("10.9.0.2", 8000))
    connection.sendall(b"please")
    while connection.recv(65536):
        pass
    connection.close()
while len(open("/proc/net/tcp").readlines()) > 1:
    time.sleep(0.01)
"""


def inside(name, *command):
    return ["ip", "netns", "exec", name, *command]


def prepare():
    a, bridge, b = NAMES
    for name in NAMES:
        subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True)
    subprocess.run(inside(bridge, "ip", "link", "add", "bridge", "type", "bridge"), check=True, capture_output=True)
    for name, port, address in ((a, "port-a", "10.9.0.1/24"), (b, "port-b", "10.9.0.2/24")):
        for command in (["ip", "link", "add", port, "type", "veth", "peer", "name", "eth", "netns", name],
                        ["ip", "link", "set", port, "master", "bridge"], ["ip", "link", "set", port, "up"]):
            subprocess.run(inside(bridge, *command), check=True, capture_output=True)
        for command in (["ip", "address", "add", address, "dev", "eth"], ["ip", "link", "set", "eth", "up"]):
            subprocess.run(inside(name, *command), check=True, capture_output=True)
    subprocess.run(inside(bridge, "ip", "link", "set", "bridge", "up"), check=True, capture_output=True)


def remove():
    for name in NAMES:
        subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def captured(capturing, serving, asking):
    """The records of a capture that begins before the client asks the server, and ends afterwards. The hosts are removed then."""
    capture = subprocess.Popen(capturing, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    server = subprocess.Popen(serving, stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()
        said = ""
        while "listening" not in said and capture.poll() is None:
            said = capture.stderr.readline()
        subprocess.run(asking, check=True, timeout=60)
        capture.send_signal(signal.SIGINT)
        out, _ = capture.communicate(timeout=60)
        return [json.loads(line) for line in out.splitlines()]
    finally:
        for process in (capture, server):
            if process.poll() is None:
                process.kill()
            process.wait()
        remove()


def with_hosts(make, capturing, serving, asking):
    """captured() between the hosts that `make` prepares; None where there are no namespaces, or not what it needs, to be had."""
    try:
        make()
    except (subprocess.CalledProcessError, FileNotFoundError):
        remove()
        return None
    return captured(capturing, serving, asking)


def run(program, python):
    """Returns the records of a live capture on both ports, or None where there are no namespaces to be had."""
    a, bridge, b = NAMES
    return with_hosts(prepare, inside(bridge, program, "-n", "-T", "json", "--only", "connection,transit,stats", "-i", "port-a",
                                      "-i", "port-b", "-B", "16384", "tcp"),
                      inside(b, python, "-c", SERVER), inside(a, python, "-c", CLIENT))
