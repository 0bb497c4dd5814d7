"""What README.md and README.zh_CN.md say to a user: links lead somewhere, options and keys exist, commands that need no network
do what they say. Of README.zh_CN.md also: its screens are what the program prints, its tables of keys, lessons and verdicts are
those of the program, and its Python programs do what the text says."""
import glob
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHINESE = "README.zh_CN.md"
# Options of other programs that the pages show.
FOREIGN = {"--jetstream"}
LESSONS, LESSONS_END = "<!-- lessons -->\n", "<!-- end of lessons -->\n"
# What a tutorial calls it, and the lesson about it.
TOPICS = (
    ("三次握手", "handshake"), ("报文段的标志位，首部的字段", "tcp-header"), ("端口，四元组", "ports"),
    ("为什么是三次握手，不是两次", "why-three"),
    ("同时打开", "simultaneous-open"), ("半连接队列，SYN 洪水", "syn-flood"),
    ("四次挥手", "close"), ("为什么是四次挥手", "why-four"), ("半关闭，shutdown()", "half-close"), ("TIME_WAIT 与 2MSL", "time-wait"),
    ("地址已被占用，端口复用", "address-in-use"), ("同时关闭，CLOSING", "simultaneous-close"), ("只看数据包，哪些只能推定", "presumed"),
    ("连接被拒绝", "refused"), ("RST，异常终止", "reset"), ("超时重传，快速重传，SACK", "retransmission"), ("保活", "keep-alive"),
    ("丢在哪一段", "loss-both-ends"), ("NAT，时钟不一致", "one-end"),
    ("粘包，Nagle 算法", "coalesced"), ("流量控制，零窗口", "closed-window"),
    ("五层模型，以太网的 18 字节", "layers"), ("VLAN", "vlan"), ("ARP：同一子网", "arp"), ("ARP：经过网关", "gateway"), ("IP 分片", "fragments"),
    ("UDP", "udp"), ("UDP 端口不可达，ICMP", "udp-closed-port"), ("UDP 丢尾", "udp-tail"))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def run(program, words, **options):
    return subprocess.run([program, *words], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, **options)


# ---- Links

def anchors(text):
    """The names that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(check, page):
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        there = not path or os.path.exists(os.path.join(ROOT, path))
        check(there, f"{page}: {target}: there is no such file")
        check(not anchor or (there and anchor in anchors(read(path or page))), f"{page}: {target}: there is no such heading")


def check_translations_are_linked(check):
    for page, other in (("README.md", CHINESE), (CHINESE, "README.md")):
        check(f"]({other})" in "\n".join(read(page).splitlines()[:5]), f"{page}: its first lines do not link {other}")


# ---- Options, keys, names

def check_options(check, page, known):
    for option in sorted(set(re.findall(r"(?<![\w-])--[a-z][\w-]*", read(page)))):
        check(option in known | FOREIGN, f"{page}: {option}: no program has this option")


def key_names():
    rows = re.findall(r'X\(WS_ACT_\w+, "[\w-]+", "([^"]*)"', read("include/wirestate/keys.h"))
    return {name for row in rows for name in row.split()}


def check_keys(check):
    names = {"空格": "Space", "←": "Left", "→": "Right"}
    tables = re.findall(r"^\| 按键 \| 作用 \|\n\|---\|---\|\n((?:\|.*\n)+)", read(CHINESE), re.M)
    check(len(tables) == 2, f"{CHINESE}: {len(tables)} tables of keys")
    for row in "".join(tables).splitlines():
        for key in re.split(r"[ 、`]+", row.split("|")[1].strip(" `")):
            check(names.get(key, key) in key_names(), f"{CHINESE}: {key} is no key")


def check_verdicts(check):
    words = re.findall(r'X\(WS_VERDICT_\w+, "(\w+)"\)', read("include/wirestate/track.h"))
    table = re.search(r"^\| 结论 \| .*\n\|.*\n((?:\|.*\n)+)", read(CHINESE), re.M)[1]
    listed = [row.split("|")[1].strip() for row in table.splitlines()]
    check(sorted(listed) == sorted(words), f"{CHINESE}: its verdicts are {listed}, and wirestate has {words}")


def lessons_table():
    lines = ["| 教程里的题目 | 课程 | 命令 |", "|---|---|---|"]
    for topic, name in TOPICS:
        path = f"captures/{name}.zh_CN.lesson"
        if not os.path.exists(os.path.join(ROOT, path)):
            path = f"captures/{name}.lesson"
        title = re.search(r"^title:\s*(.*)$", read(path), re.M)[1]
        lines.append(f"| {topic} | {title} | `--lesson {name}` |")
    return LESSONS + "\n".join(lines) + "\n" + LESSONS_END


def check_lessons(check):
    names = {os.path.basename(path).split(".")[0] for path in glob.glob(os.path.join(ROOT, "captures/*.lesson"))}
    check({name for _, name in TOPICS} == names, f"tests/docs/readmes.py: these lessons differ: {names ^ {name for _, name in TOPICS}}")
    check(lessons_table() in read(CHINESE), f"{CHINESE}: its table of lessons is not theirs; tests/docs/run --update writes it")


# ---- Commands

def blocks(text):
    """The screens of the page: (the whole block, the words of its command)."""
    return [(found[0], found[1].split()) for found in re.finditer(r"^```text\n\$ build/wirestate (.*)\n(?:.*\n)*?```$", text, re.M)]


def block_of(program, words):
    return f"```text\n$ build/wirestate {' '.join(words)}\n{run(program, words).stdout.rstrip()}\n```"


def drawing(block):
    """What of a screen does not depend on its translation: the arrows with what stands at them, and lines of text."""
    return [line for line in block.splitlines() if "│" in line or "→" in line and re.match(r"\d", line)]


def check_screens(check, program):
    found = blocks(read(CHINESE))
    check(len(found) >= 2, f"{CHINESE}: {len(found)} screens")
    for block, words in found:
        lines = drawing(block)
        check(lines and lines == drawing(block_of(program, words)),
              f"{CHINESE}: wirestate {' '.join(words)} prints something else; tests/docs/run --update writes it")


def commands(text):
    """The words of the commands in indented blocks and code spans that can be run here: without a live interface, the lab, a network
    or a file of the user's."""
    lines = re.findall(r"^ {4}build/wirestate (.*?)(?: {2,}#.*)?$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    lines += re.findall(r"`build/wirestate ([^`]*)`", text)
    return [line.split() for line in lines if not re.search(r"-i |--lab \S|capture\.pcap|mine\.lesson|\||--export|'", line)]


def check_commands(check, program):
    found = commands(read(CHINESE))
    check(len(found) >= 6, f"{CHINESE}: {len(found)} commands can be run")
    for words in found:
        done = run(program, words)
        check(done.returncode == 0 and done.stdout, f"{CHINESE}: wirestate {' '.join(words)}: status {done.returncode}, {done.stderr}")
    text = read(CHINESE)
    for condition in re.findall(r"-Y '([^']*)'", text):
        done = run(program, ["-r", "refused", "-T", "text", "--only", "connection", "-Y", condition])
        check(done.returncode == 0, f"{CHINESE}: -Y '{condition}': {done.stderr}")
    for name in re.findall(r"-r ([a-z][\w-]*)(?=[\s`])", text):
        check(os.path.exists(os.path.join(ROOT, f"captures/{name}.pcap")), f"{CHINESE}: -r {name}: there is no such capture")
    for name in re.findall(r"--lab ([a-z][\w-]*)", text):
        check(os.path.exists(os.path.join(ROOT, f"captures/lab/{name}.lab")), f"{CHINESE}: --lab {name}: there is no such scenario")


# ---- The Python programs

def programs(folder):
    """Writes the page's programs, called as the text before each says."""
    found = {name: code for name, code in re.findall(r"`(\w+\.py)`[^`]*\n\n```python\n(.*?)^```$", read(CHINESE), re.M | re.S)}
    for name, code in found.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(code)
    return set(found)


def check_echo(check, folder):
    """The client types a line and gets it back. In a network of its own if that is possible, so that the port is free."""
    script = "ip link set lo up\npython3 echo_server.py & server=$!\n" \
             "for i in $(seq 300); do ss -Hltn sport = 7000 | grep -q . && break; sleep 0.1; done\n" \
             "printf '你好\\n\\n' | python3 echo_client.py; kill $server"
    done = subprocess.run(["unshare", "-rn", "sh", "-c", script], cwd=folder, check=False, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PYTHONUTF8": "1"})
    if "unshare" in done.stderr:
        print(f"skipped the echo programs: {done.stderr.strip()}")
        return
    check("回显: 你好" in done.stdout, f"{CHINESE}: the echo programs print {done.stdout!r} {done.stderr}")


def check_sends(check, program, folder):
    words = ["--lab", "--one-host", "--auto", "-T", "text", "--server", f"python3 {folder}/slow_server.py", "--client",
             f"python3 {folder}/two_sends.py"]
    done = run(program, words)
    if "namespaces" in done.stderr:
        print(f"skipped the two sends: {done.stderr.strip()}")
        return
    check("helloworld" in done.stdout, f"{CHINESE}: the server does not print helloworld: {done.stdout}{done.stderr}")
    check(done.stdout.count("send(3, 5 bytes) = 5") == 2 and "recv(4, 1024) = 10" in done.stdout,
          f"{CHINESE}: not two sends and one recv: {done.stdout}")


def check_programs(check, program):
    with tempfile.TemporaryDirectory() as folder:
        names = programs(folder)
        wanted = {"echo_server.py", "echo_client.py", "slow_server.py", "two_sends.py"}
        check(names == wanted, f"{CHINESE}: its programs are {sorted(names)}")
        if names == wanted:
            check_echo(check, folder)
            check_sends(check, program, folder)


def update(program):
    """Writes the screens and the table of lessons."""
    text = read(CHINESE)
    for block, words in blocks(text):
        text = text.replace(block, block_of(program, words))
    start, end = text.index(LESSONS), text.index(LESSONS_END) + len(LESSONS_END)
    with open(os.path.join(ROOT, CHINESE), "w", encoding="utf-8") as file:
        file.write(text[:start] + lessons_table() + text[end:])


def check_all(check, program):
    known = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", run(program, ["--help"]).stdout + read("src/nats/usage.c" if os.path.exists(
        os.path.join(ROOT, "src/nats/usage.c")) else "src/nats/wirestate-nats.1.in").replace("\\-", "-")))
    known |= {f"--{word}" for word in re.findall(r'\{(?:\'.\'|0), "([\w-]+)"', read("src/cli/options.c"))}
    for page in ("README.md", CHINESE):
        check_links(check, page)
        check_options(check, page, known)
    check_translations_are_linked(check)
    check_keys(check)
    check_verdicts(check)
    check_lessons(check)
    check_screens(check, program)
    check_commands(check, program)
    check_programs(check, program)


if __name__ == "__main__":
    sys.exit("tests/docs/run calls this")
