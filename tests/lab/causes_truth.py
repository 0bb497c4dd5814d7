"""How long each cause held a connection up, from what was captured at both ends: when which byte left its sender, and when it
reached its receiver. No state of TCP is inferred; which bytes a program or the wire held back is known from the plan."""
import causes_plans as plans_module
import packets

CLIENT, SERVER = plans_module.CLIENT, plans_module.SERVER
CAUSES = ("client", "server", "closed", "timeout", "fast", "nagle", "connecting", "idle")
DELAYED = 0.015
RELEASED = 0.003
SECOND = 10**9


class End:
    """The segments of one connection as one host captured them, with bytes counted from 0 in each direction."""

    def __init__(self, side):
        self.side, self.base, self.segments = side, {}, []  # (seconds, sender, first byte, one past the last, acknowledged, segment)

    def take(self, when, sender, segment):
        if segment.flags & packets.SYN:
            self.base[sender] = segment.seq + 1
        if sender not in self.base:
            self.base[sender] = segment.seq
        first = (segment.seq - self.base[sender] + 2**31) % 2**32 - 2**31
        length = len(segment.payload) + (1 if segment.flags & (packets.FIN | packets.RST) else 0)
        acknowledged = None
        if segment.flags & packets.ACK:
            acknowledged = (segment.ack - self.base.get(1 - sender, segment.ack) + 2**31) % 2**32 - 2**31
        self.segments.append((when, sender, first, first + length, acknowledged, segment))

    def copies(self, sender, byte):
        """When the segments with this byte passed."""
        return [when for when, who, first, end, _, _ in self.segments if who == sender and first <= byte < end]

    def sent_all(self, byte):
        """When everything before this byte had left this host."""
        return self.copies(self.side, byte - 1)[0] if byte else None

    def received_all(self, byte):
        """When everything before this byte had arrived at this host."""
        have, parts = 0, []
        if not byte:
            return None
        for when, sender, first, end, _, _ in self.segments:
            if sender == self.side or end <= first:
                continue
            parts.append((first, end))
            for part in sorted(parts):
                have = max(have, part[1]) if part[0] <= have else have
            parts = [part for part in parts if part[1] > have]
            if have >= byte:
                return when
        raise ValueError(f"byte {byte} never came")

    def open(self):
        """When the handshake was over here."""
        for when, sender, _, _, _, segment in self.segments:
            if sender != self.side and (segment.flags & packets.SYN or sender == CLIENT):
                if self.side == CLIENT or not segment.flags & packets.SYN:
                    return when
        raise ValueError("no handshake")

    @property
    def first(self):
        return self.segments[0][0]


def read_ends(paths, plans):
    """By port and side, what each host captured."""
    ends = {}
    for side, path in paths.items():
        for record in packets.read_pcap(path)[1]:
            segment = packets.read_segment(record.data)
            if not segment:
                continue
            sender = CLIENT if segment.dport not in plans else SERVER
            port = segment.sport if sender == CLIENT else segment.dport
            if port in plans:
                ends.setdefault((port, side), End(side)).take(record.time / SECOND, sender, segment)
    return ends


def lateness(plan, ends, delay):
    """By how much the wire delivered a segment too late at worst, or seems to have delivered it too early: then this machine was
    busy, or its clock was set, and that is not what was built in."""
    held = {fault.byte for fault in plan.faults if fault.what == "hold"}
    worst = 0.0
    for side in (CLIENT, SERVER):
        arrived, left = {}, set()
        for when, sender, first, end, acknowledged, segment in ends[plan.port, 1 - side].segments:
            if sender == side:
                arrived.setdefault((first, end, acknowledged, segment.flags, segment.timestamps, segment.ident), when)
        for when, sender, first, end, acknowledged, segment in ends[plan.port, side].segments:
            same = (first, end, acknowledged, segment.flags, segment.timestamps, segment.ident)
            there = arrived.get(same)
            if sender == side and there and not any(first <= byte < end for byte in held):
                key = side, segment.seq, segment.ack, segment.flags, len(segment.payload), segment.ident, segment.timestamps
                worst = max(worst, there - when - delay - plan.held.get(key, 0.0), 0.0 if same in left else when + delay - there)
                left.add(same)
    return worst


def latest(*times):
    return max((when for when in times if when is not None), default=None)


def gap_time(gap, end, nagle):
    """A program waits, at its own host. It has written before its segment leaves where Nagle's algorithm holds that back until an
    ACK of all that was sent before: then it has waited for as long as it was to."""
    begin = latest(end.sent_all(gap.sent), end.received_all(gap.received), end.open())
    own = end.copies(gap.side, gap.sent)
    if not own:
        return 0.0
    waited = max(0.0, own[0] - begin)
    released = any(who != gap.side and acknowledged == gap.sent and begin < when and 0 <= own[0] - when < RELEASED
                   for when, who, _, _, acknowledged, _ in end.segments)
    return gap.seconds if nagle and released and waited > gap.seconds + DELAYED else waited


def options_of(segment):
    """The TCP options by their kinds."""
    options, found = segment.options, {}
    while options and options[0]:
        if options[0] == 1:
            options = options[1:]
            continue
        found[options[0]] = options[2:options[1]]
        options = options[options[1]:]
    return found


class Window:
    """How long the peer's window had no room for another full segment of one sender that had more to send, as its own host sees it.
    A kernel counts this as limited by the window only where its congestion window had room."""

    def __init__(self, end):
        self.end, self.times = end, []  # (from, to)
        opened = {sender: options_of(segment) for _, sender, _, _, _, segment in end.segments if segment.flags & packets.SYN}
        scale = opened[1 - end.side][3][0] if all(3 in options for options in opened.values()) else 0
        size = min(int.from_bytes(options.get(2, b"\2\x18"), "big") for options in opened.values())
        size -= 12 if all(8 in options for options in opened.values()) else 0
        top, right, since, opened = 0, 0, None, None
        for when, sender, _, last, acknowledged, segment in end.segments:
            if sender == end.side:
                if since is not None and last > top and segment.payload:
                    if opened is None or when - opened < RELEASED:
                        self.times.append((since, opened or when))
                    since = None
                top = max(top, last)
                if segment.payload and right < top + size and since is None:
                    since, opened = when, None
            elif acknowledged is not None and not segment.flags & packets.SYN:
                right = max(right, acknowledged + (segment.window << scale))
                if since is not None and right >= top + size:
                    opened = opened or when

    def during(self, begin, until):
        return sum(max(0.0, min(last, until) - max(first, begin)) for first, last in self.times)


def lacks(segment):
    """It says by SACK that something is missing, and not that something has come twice."""
    block = options_of(segment).get(5, b"")[4:8]
    return bool(block) and 0 < (int.from_bytes(block, "big") - segment.ack) % 2**32 < 2**31


def loss_times(fault, end, trip):
    """The times of a loss at its sender, as (cause, from, to), and whether a timer repaired it. Until a repeated ACK, other segments
    went on; from then on the loss is repaired until the ACK. A timer was set by the last news; what it sends has its way as all data,
    but if there is more to repair."""
    sent = end.copies(fault.side, fault.byte)
    if len(sent) <= fault.times:
        return []
    first, again = sent[0], sent[fault.times]
    repeated, last_repeated, news, seen, top = None, 0.0, first, -1, -1
    for when, sender, _, last, acknowledged, segment in end.segments:
        if sender == fault.side and when <= again:
            top = max(top, last)
        if sender != fault.side and acknowledged is not None:
            same = not (options_of_both(end) or segment.payload or acknowledged != seen)
            if first < when <= again and acknowledged <= fault.byte and (lacks(segment) or same):
                repeated, last_repeated = repeated or when, when
            if first < when <= again and acknowledged > seen:
                news = when
            seen = max(seen, acknowledged)
    covered = next((when for when, sender, _, _, acknowledged, _ in end.segments
                    if sender != fault.side and acknowledged is not None and acknowledged >= top and when > again), again + trip)
    if repeated and again - last_repeated < trip / 2 + 0.1:
        return [("fast", repeated, covered)]
    end_of_copy = next(last for when, _, _, last, _, _ in end.segments if when == again)
    return [("timeout", news, again)] + ([("timeout", again, covered)] if top > end_of_copy else [])


def options_of_both(end):
    """Both ends understand SACK."""
    return all(4 in options_of(segment) for _, _, _, _, _, segment in end.segments if segment.flags & packets.SYN)


def all_faults(plan):
    """Those of the plan, and what found no room on the way."""
    counted = {}
    for side, first, last, flags in plan.overflows:
        if first < last:
            counted[side, first] = counted.get((side, first), 0) + 1
    overflows = [plans_module.Fault(0, side, first, "drop", times) for (side, first), times in counted.items()]
    return [fault for fault in plan.faults if fault.what == "drop" and not fault.flags & packets.SYN] + overflows


def add_losses(plan, ends, trip, spent):
    """What several losses are repaired in at once counts once."""
    done = 0.0
    losses = [(cause, begin, until, fault.step) for fault in all_faults(plan)
              for cause, begin, until in loss_times(fault, ends[fault.side], trip)]
    for cause, begin, until, step in sorted(losses, key=lambda loss: loss[1]):
        begin = max(begin, done)
        if until > begin:
            spent[step][cause] += until - begin
            done = until


def built_in(plan, ends, delay, slow_way=False):
    """Seconds by step and cause, the same wherever they are captured; and by step, how long a window was full while a loss was
    repaired, or data went the other way or the congestion window was full, too, or the way was slow: this counts for either; and
    how long each end's peer's window was full."""
    spent = [dict.fromkeys(CAUSES, 0.0) for _ in plan.kinds]
    side_ends = {side: ends[plan.port, side] for side in (CLIENT, SERVER)}
    nagle = not any(kind in plans_module.EAGER for kind in plan.kinds)
    for gap in plan.gaps:
        cause = "client" if gap.side == CLIENT else "server"
        if gap.closes and gap.side == CLIENT:
            cause = "idle"
        spent[gap.step][cause] += gap_time(gap, side_ends[gap.side], nagle)
    add_losses(plan, side_ends, 2 * delay, spent)
    for step, first, second in plan.nagle:
        client = side_ends[CLIENT]
        held = client.copies(CLIENT, second)[0] - client.copies(CLIENT, first)[0] - 2 * delay
        spent[step]["nagle"] += held if held > DELAYED else 0.0
    both = [0.0] * len(plan.kinds)
    windows = {side: Window(end) for side, end in side_ends.items()}
    for step, kind in enumerate(plan.kinds):
        for side in (CLIENT, SERVER):
            known = plan.window.get((side, step))
            after = next((plan.window[side, later] for later in range(step + 1, len(plan.kinds)) if (side, later) in plan.window),
                         plan.kernel[side][1])
            if known is None:
                continue
            limited, full = after - known, windows[side].during(*step_times(plan, side_ends[side], step))
            spent[step]["closed"] += max(limited, full)
            both[step] += limited if kind.startswith("lost") or kind == "both ways" else 0.0
            both[step] += max(limited, full) if slow_way else max(0.0, full - limited)
    full = [windows[side].during(0, side_ends[side].segments[-1][0]) for side in (CLIENT, SERVER)]
    return spent, both, full


def step_times(plan, end, step):
    """From when to when a step has lasted at one host: from the first byte of it there to the first one of the next."""
    begins = [end.copies(*start)[0] for start in plan.starts[step:step + 2]]
    return begins[0], begins[1] if len(begins) > 1 else end.segments[-1][0]


def handshake_time(segments):
    """From the first SYN that a place has seen to what the client sends after it."""
    begin = next((when for when, sender, segment in segments if segment.flags & packets.SYN), None)
    if begin is None:
        return 0.0
    return next(when for when, sender, segment in segments if sender == CLIENT and not segment.flags & packets.SYN) - begin
