"""Files that are packed otherwise, or are captures of another format: the error names them and a command, which must work."""
import os
import re
import shutil
import struct
import subprocess

import frames as f

PATIENCE = 60
PACKERS = [("xz", "xz -c"), ("bzip2", "bzip2 -c"), ("lz4", "lz4 -c"), ("lzop", "lzop -c"), ("lzip", "lzip -c"), ("compress", "compress -c"),
           ("zip", "zip -q - -"), ("7-Zip", None)]
FORMATS = {"snoop": "snoop", "netmon1": "Network Monitor 1", "netmon2": "Network Monitor 2", "ngsniffer": "Sniffer",
           "ngwsniffer_2_0": "Sniffer", "visual": "Visual Networks", "5views": "5View", "lanalyzer": "LANalyzer",
           "k12text": "K12"}


def error_of(program, path):
    done = subprocess.run([program, "-n", "-r", path, "-T", "text"], capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stderr.decode(errors="replace").strip()


def command_in(error, program, folder):
    """The command that the error names, with this program in the place of wirestate."""
    command = re.search(r"with: (.*)$", error).group(1)
    return command.replace("| wirestate", f"| {program} -n -T json --only packet").replace("out.pcapng", f"{folder}/out.pcapng")


def count(program, path):
    done = subprocess.run([program, "-n", "-r", path, "-T", "json", "--only", "packet"], capture_output=True, timeout=PATIENCE,
                          check=False)
    return len(done.stdout.splitlines())


def packed(program, folder, source, check):
    packets = count(program, source)
    for name, packer in PACKERS:
        if not packer or not shutil.which(packer.split()[0]):
            continue
        path = os.path.join(folder, f"packed.{name}")
        with open(source, "rb") as plain, open(path, "wb") as out:
            subprocess.run(packer.split(), stdin=plain, stdout=out, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=True)
        status, error = error_of(program, path)
        check(status == 2 and f"packed with {name}" in error, f"{name}: {error}")
        done = subprocess.run(["sh", "-c", command_in(error, program, folder)], capture_output=True, timeout=PATIENCE, check=False)
        check(len(done.stdout.splitlines()) == packets, f"{name}: the command finds {len(done.stdout.splitlines())} packets")


def erf(path):
    """Two records of Ethernet."""
    with open(path, "wb") as file:
        for i in range(2):
            data = bytes(2) + f.ethernet(f.conversation()[i][1])
            data += bytes(-len(data) % 8)
            file.write(struct.pack("<Q", (1700000000 + i) << 32) + struct.pack(">BBHHH", 2, 4, 16 + len(data), 0, len(data) - 2) + data)


def converted(program, folder, source, check):
    made = {}
    for kind, words in FORMATS.items():
        path = os.path.join(folder, f"other.{kind}")
        done = subprocess.run(["editcap", "-F", kind, source, path], capture_output=True, timeout=PATIENCE, check=False)
        if done.returncode == 0:
            made[path] = (words, count(program, source))
    path = os.path.join(folder, "other.erf")
    erf(path)
    made[path] = ("ERF", 2)
    check(len(made) > len(FORMATS) // 2, f"editcap writes {len(made)} formats")
    for path, (words, packets) in made.items():
        status, error = error_of(program, path)
        check(status == 2 and words in error, f"{path}: {error}")
        subprocess.run(["sh", "-c", command_in(error, program, folder)], capture_output=True, timeout=PATIENCE, check=False)
        check(count(program, f"{folder}/out.pcapng") == packets, f"{path}: {count(program, folder + '/out.pcapng')} packets after {error}")
        if os.path.exists(f"{folder}/out.pcapng"):
            os.remove(f"{folder}/out.pcapng")


def run(program, folder, check):
    source = os.path.join(folder, "plain.pcap")
    f.pcap(source, 1, [f.ethernet(packet, way=way) for way, packet in f.conversation()])
    packed(program, folder, source, check)
    converted(program, folder, source, check)
