"""Plays exchanges, many at a time, and judges what wirestate makes of their capture."""

import collections
import os
import queue
import threading
import time
import traceback

import crafted_host
import crafted_random
import crafted_scripts
import lab
import packets
import paths

for _family in ("open", "fastopen", "close", "data", "states", "recovery", "calls", "challenge"):
    __import__(f"crafted_{_family}")

HERE = os.path.dirname(os.path.abspath(__file__))


def play(script, host, pace, played):
    exchange = crafted_host.Exchange(host, script.name, pace)
    try:
        script.play(exchange)
    except Exception as error:  # pylint: disable=broad-except  (whatever it is, the script's failure is told)
        exchange.failure = f"{type(error).__name__}: {error}"
        if not isinstance(error, (AssertionError, OSError)):
            exchange.failure = traceback.format_exc()
    exchange.end()
    played.append(exchange)


def play_all(scripts, hosts, parallel, pace=1):
    """The exchanges of all scripts."""
    waiting, played = queue.Queue(), []
    for script in scripts:
        waiting.put(script)

    def work():
        while True:
            try:
                script = waiting.get_nowait()
            except queue.Empty:
                return
            play(script, hosts[script.host], pace, played)

    threads = [threading.Thread(target=work) for _ in range(parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return played


def without_fin(path):
    """What packets may show of an endpoint whose FIN stayed in its queue: closing changes its state, and nothing is sent.
    Whether it opens after that, when it closed in SYN_RECEIVED, the kernel's states do not say."""
    shown = ["CLOSE_WAIT" if state == "CLOSING" else state for state in path if state not in ("FIN_WAIT_1", "LAST_ACK")]
    opened = ["ESTABLISHED" if state == "FIN_WAIT_1" and before == "SYN_RECEIVED" else state
              for before, state in zip([""] + path, path)]
    return shown, opened


def fin_waited(exchange, theirs, mine):
    """True when packets cannot show when the kernel's program closed, because the FIN waited in the queue: for ever, or
    until the peer's FIN had come."""
    if not exchange.fin_sent:
        return mine.path in without_fin(theirs.path)
    if exchange.fin_first:
        return False
    names = {"FIN_WAIT_1": "CLOSE_WAIT", "CLOSING": "LAST_ACK"}
    second = [names.get(state, state) for state in theirs.path if state != "TIME_WAIT"]
    return second in (mine.path, mine.path + ["CLOSED"])


def is_request(theirs, mine):
    """True for a handshake that was over before a look at the kernel's table, which alone shows that it had begun."""
    return not theirs.path and mine.path in (["LISTEN", "SYN_RECEIVED"], ["LISTEN", "SYN_RECEIVED", "CLOSED"])


class Result:
    """What the kernel and the program say of all exchanges."""

    def __init__(self, hosts, truth, played, program):
        self.captures = {name: host.capture.path for name, host in hosts.items()}
        found = collections.defaultdict(list)
        for endpoint in truth.endpoints(lambda local, peer: peer.startswith("10.1")):
            # What a lab before this one left dies when its namespace does: that began before the trace.
            if endpoint.path[0] in ("CLOSED", "LISTEN"):
                found[endpoint.peer.rpartition(":")[0]].append(endpoint)
        ours = collections.defaultdict(list)
        for path in self.captures.values():
            for endpoint in paths.of_capture(program, path):
                ours[endpoint.peer.rpartition(":")[0]].append(endpoint)
        self.same, self.left_out, self.different, self.kernel = 0, 0, [], {}
        self.failed = [exchange for exchange in played if exchange.failure]
        for exchange in played:
            kernel = self.kernel[exchange] = exchange.endpoints(found[exchange.peer])
            same, different, left_out = paths.compare(kernel, ours[exchange.peer])
            queued = [pair for pair in different if fin_waited(exchange, *pair) or is_request(*pair)]
            self.same, self.left_out = self.same + same, self.left_out + left_out + len(queued)
            different = [pair for pair in different if pair not in queued]
            if different:
                self.different.append((exchange, different))

    def read(self):
        """Keeps the packets, for when the captures are gone."""
        self._packets = [packets.read_pcap(path) for path in self.captures.values()]

    def tell(self, limit):
        for exchange in self.failed:
            print(f"{exchange.name} FAILED: {exchange.failure}")
        for exchange, different in self.different[:limit]:
            print(f"{exchange.name} ({exchange.peer})")
            for theirs, mine in different:
                print(f"    {theirs.local} > {theirs.peer}\n    kernel    {paths.text(theirs.path)}\n"
                      f"    wirestate {paths.text(mine.path)}")
        if len(self.different) > limit:
            print(f"... and {len(self.different) - limit} more")

    def keep(self, stem, exchanges):
        """The packets of these exchanges as one capture, the kernel's states beside it."""
        wanted, records, link = {exchange.peer for exchange in exchanges}, [], 1
        for link, all_records in self._packets:
            records += [record for record in all_records if ends(record.data) & wanted]
        packets.write_pcap(f"{stem}.pcap", link, sorted(records, key=lambda record: record.time))
        lines = [endpoint for exchange in exchanges for endpoint in self.kernel[exchange]]
        names = "\n".join(f"{exchange.peer} {exchange.name}" for exchange in exchanges)
        names += "\nLinux " + os.uname().release.split("-")[0]
        paths.write_states(f"{stem}.states", lines, names)


def ends(frame):
    return {".".join(map(str, frame[26:30])), ".".join(map(str, frame[30:34]))}


def play_and_judge(scripts, program, parallel, pace=1):
    """The Result of these scripts."""
    with lab.Lab() as laboratory:
        hosts = {name: crafted_host.Host(laboratory, name, number, sysctls)
                 for number, (name, sysctls) in enumerate(crafted_scripts.HOSTS.items())}
        truth = laboratory.truth(*[host.namespace for host in hosts.values()])
        began = time.monotonic()
        played = play_all(scripts, hosts, parallel, pace)
        time.sleep(0.5)
        for host in hosts.values():
            host.capture.stop()
        truth.stop()
        print(f"{len(played)} exchanges played in {time.monotonic() - began:.0f} s", flush=True)
        result = Result(hosts, truth, sorted(played, key=lambda exchange: exchange.name), program)
        result.read()
        return result


def record(scripts, program):
    """Writes a capture for each family, with the kernel's states beside it; none for one that does not agree."""
    bad = 0
    for family in dict.fromkeys(script.name.partition("/")[0] for script in scripts):
        result = play_and_judge([script for script in scripts if script.name.startswith(f"{family}/")], program, 20, 2)
        if result.different or result.failed:
            result.tell(20)
            bad += 1
            continue
        result.keep(os.path.join(HERE, "exchanges", family), list(result.kernel))
    print(f"{bad} families were not recorded" if bad else "recorded")
    return 1 if bad else 0


def run(arguments, program):
    scripts = choose(arguments)
    if arguments.record:
        return record(scripts, program)
    result = play_and_judge(scripts, program, arguments.parallel)
    doubtful = {exchange.name for exchange, _ in result.different} | {exchange.name for exchange in result.failed}
    if doubtful:
        # A state that lasts less than a look at the kernel's table takes is not seen there: once more, slowly.
        print(f"{len(doubtful)} to be played again, slowly")
        again = play_and_judge([script for script in scripts if script.name in doubtful], program, 10, 4)
        result.same += again.same
        result.different, result.failed = again.different, again.failed
        again.tell(arguments.show)
        if arguments.keep:
            os.makedirs(arguments.keep, exist_ok=True)
            for exchange, _ in again.different:
                again.keep(os.path.join(arguments.keep, exchange.name.replace("/", "-")), [exchange])
    print(f"{result.same} endpoints agree, {result.left_out} left out")
    bad = len({exchange.name for exchange, _ in result.different} | {exchange.name for exchange in result.failed})
    if arguments.floor is not None:
        share = 100 * (len(scripts) - bad) / len(scripts)
        print(f"{share:.1f} % of {len(scripts)} exchanges agree, at least {arguments.floor:g} % must")
        bad = int(share < arguments.floor)
        scripts = scripts[:1]
    print(f"{len(scripts) - bad} passed, {bad} failed")
    return 1 if bad else 0


def choose(arguments):
    if arguments.random:
        seed = int(time.time()) if arguments.seed is None else arguments.seed
        print(f"random exchanges from seed {seed} on")
        return [crafted_random.exchange(seed + number) for number in range(arguments.random)]
    return [script for name, script in crafted_scripts.BOOK.items()
            if not arguments.names or any(name.startswith(start) for start in arguments.names)]
