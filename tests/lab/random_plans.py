"""The plans of random connections: a list of steps for each end, drawn from a seed.

A plan is two programs that know nothing of each other, the client's and the server's. Most are drawn as conversations
that make sense, some as steps in any order; then a close or an abort may cut either of them short. Every wait has a
limit, so every plan ends. A step is (what, argument):

sleep seconds; send bytes; recv bytes; drain (read to the end); shut (SHUT_WR); nodelay, quickack, keepalive (options);
close; abort (close with SO_LINGER 0). Every program ends with close or abort.

In a simultaneous open both ends connect, at a moment that they have agreed on; the server is `late` by some time, so that
the SYNs cross, or one of them is answered by RST, which may cross the other SYN or be lost."""

import random
from dataclasses import dataclass, field

OPENINGS = {"ordinary": 84, "refused": 4, "given up": 6, "simultaneous": 6}
TALKS = {"none": 12, "ask": 26, "greet": 10, "several": 12, "bulk up": 5, "bulk down": 5, "both": 8, "slow": 5,
         "chaos": 17}
ENDINGS = {"client": 20, "server": 20, "both": 14, "half client": 11, "half server": 11, "abort client": 5,
           "abort server": 5, "abort both": 4, "unread client": 4, "unread server": 4, "leave": 6}
SIZES = (1, 1, 20, 100, 536, 1448, 3000, 9000, 20000)
PAUSES = (0, 0, 0, 0.001, 0.005, 0.02, 0.045, 0.1, 0.25)
MOMENTS = (0, 0, 0.0002, 0.001, 0.005, 0.05, 0.3)
LATENESS = (-0.02, -0.0001, -0.00003, 0, 0, 0, 0, 0, 0, 0, 0, 0.00003, 0.0001, 0.02, 0.3)


@dataclass
class Plan:
    """One connection. `pause` is the time before it opens, which matters when its port was used before."""

    opening: str
    client: list
    server: list
    pause: float = 0.0
    fast_open: bool = False
    receive_buffers: tuple = (0, 0)
    give_up: float = 0.0
    late: float = 0.0


@dataclass
class Chain:
    """Connections that use the same client port one after the other."""

    port: int
    version: int
    plans: list = field(default_factory=list)


def pick(generator, weights):
    return generator.choices(list(weights), list(weights.values()))[0]


def chains(seed, connections, first_port=10000):
    """Returns chains with this many connections in all."""
    generator, result, left = random.Random(seed), [], connections
    while left:
        length = min(left, generator.choices((1, 2, 3), (80, 14, 6))[0])
        chain = Chain(first_port + len(result), generator.choices((4, 6), (75, 25))[0])
        chain.plans = [draw(generator, place) for place in range(length)]
        result.append(chain)
        left -= length
    return result


def draw(generator, place):
    plan = Plan(pick(generator, OPENINGS), [], [], generator.choice((0, 0.05, 1.2, 1.5)) if place else 0.0)
    plan.fast_open = plan.opening == "ordinary" and generator.random() < 0.06
    talk, ending = pick(generator, TALKS), pick(generator, ENDINGS)
    if talk == "chaos":
        plan.client, plan.server = chaos(generator), chaos(generator)
    else:
        converse(generator, plan, talk)
        end(generator, plan, ending)
    for program in (plan.client, plan.server):
        if generator.random() < 0.08:
            del program[generator.randrange(len(program)):]
            program += [("sleep", generator.choice(MOMENTS)), (generator.choice(("close", "abort")), 0)]
        for option in ("nodelay", "quickack", "keepalive"):
            if generator.random() < 0.15:
                program.insert(generator.randrange(len(program)), (option, generator.randrange(2)))
    plan.give_up, plan.late = generator.choice(MOMENTS), generator.choice(LATENESS)
    return plan


def chaos(generator):
    program = []
    for _ in range(generator.randrange(7)):
        what = generator.choice(("sleep", "send", "send", "recv", "recv", "shut", "drain"))
        argument = generator.choice(PAUSES) if what == "sleep" else generator.choice(SIZES)
        program.append((what, argument))
    return program + [(generator.choice(("close", "close", "close", "abort")), 0)]


def converse(generator, plan, talk):
    """Adds data in both directions, which the other end reads."""
    def say(who, size, read=True):
        speaker, listener = (plan.client, plan.server) if who == 0 else (plan.server, plan.client)
        if generator.random() < 0.4:
            speaker.append(("sleep", generator.choice(PAUSES)))
        speaker.append(("send", size))
        if read:
            listener.append(("recv", size))

    if talk == "ask":
        for _ in range(generator.choice((1, 1, 2, 3))):
            say(0, generator.choice(SIZES))
            say(1, generator.choice(SIZES))
    elif talk == "greet":
        say(1, generator.choice(SIZES))
        if generator.random() < 0.5:
            say(0, generator.choice(SIZES))
    elif talk == "several":
        who = generator.randrange(2)
        for _ in range(generator.randrange(2, 6)):
            say(who, generator.choice(SIZES))
    elif talk.startswith("bulk"):
        say(0 if talk == "bulk up" else 1, generator.choice((50000, 120000)))
    elif talk == "both":
        sizes = generator.choice(SIZES), generator.choice(SIZES)
        plan.client += [("send", sizes[0]), ("recv", sizes[1])]
        plan.server += [("send", sizes[1]), ("recv", sizes[0])]
    elif talk == "slow":
        who = generator.randrange(2)
        (plan.server, plan.client)[who].append(("sleep", generator.choice((0.2, 0.5, 0.9))))
        say(who, generator.choice((20000, 60000)))
        plan.receive_buffers = (4096, 0) if who else (0, 4096)


def end(generator, plan, ending):
    programs = {"client": (plan.client, plan.server), "server": (plan.server, plan.client)}
    pause = [("sleep", generator.choice(PAUSES))] if generator.random() < 0.6 else []
    late = [("sleep", generator.choice(PAUSES))] if generator.random() < 0.4 else []
    kind, _, who = ending.partition(" ")
    if ending in ("both", "abort both"):
        plan.client += pause + [("abort" if kind == "abort" else "close", 0)]
        plan.server += pause + [("abort" if kind == "abort" else "close", 0)]
        return
    if ending == "leave":
        who = generator.choice(("client", "server"))
    first, second = programs[who or ending]
    if kind == "half":
        size = generator.choice((0, 1, 100, 5000, 30000))
        first += pause + [("shut", 0)] + ([("recv", size)] if size else []) + [("drain", 0)] + [("close", 0)]
        second += [("drain", 0)] + late + ([("send", size)] if size else []) + late + [("close", 0)]
    elif kind == "abort":
        first += pause + [("abort", 0)]
        second += generator.choice(([("drain", 0)], [("sleep", 0.05), ("send", 100)], [])) + [("close", 0)]
    elif kind == "unread":
        second += [("send", generator.choice((1, 100, 5000)))] + late + [("drain", 0), ("close", 0)]
        first += [("sleep", 0.02)] + pause + [("close", 0)]
    elif kind == "leave":
        first += pause + [("close", 0)]
        second += [("sleep", 0.02)] + late + [("send", 100)] * generator.randrange(1, 3) + [("close", 0)]
    else:
        first += pause + [("close", 0)]
        second += [("drain", 0)] + late + [("close", 0)]
