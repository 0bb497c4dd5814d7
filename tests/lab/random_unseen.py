"""Decides which parts of an endpoint's path a capture at one place cannot show, from the kernel's transitions and the
captures at both ends.

An endpoint is left out only if its path differs, one of the rules below holds for its segments, and the paths agree up
to the first state that the rule makes uncertain. The rules compare what happened to a segment (it passed the place, it
arrived at its host) with what could be known of that at the place, which is what its receiver sent later and what of
that passed the place. A rule's docstring is the reason that is reported."""

from random_judge import CLOCK, covers, journeys
import packets

OPENED = ("SYN_RECEIVED", "ESTABLISHED")
SENT_FIN = ("FIN_WAIT_1", "LAST_ACK")
GOT_FIN = ("CLOSE_WAIT", "CLOSING", "TIME_WAIT")
FIN_ACKED = ("FIN_WAIT_2", "TIME_WAIT", "CLOSED")
RULES = []


def rule(states):
    """Registers a rule, which is about the path from the first of these states on."""
    def enter(function):
        RULES.append((states, function))
        return function
    return enter


class View:
    """One endpoint as it is seen at one place."""

    def __init__(self, inc, place, local):
        self.inc, self.place, self.local, self.home = inc, place, local, inc.home(local)
        self.path = [(when, state) for when, state in inc.changes.get(local, ()) if when]
        self.sent = [one for one in journeys(inc) if one.local == local]
        self.coming = [one for one in journeys(inc) if one.local != local]

    def passes(self, one):
        return one.passed(self.place)

    def lost_later(self, one):
        """True when the segment passed here and never arrived."""
        return self.passes(one) and not one.passed(self.home)

    def silent_after(self, one):
        """True when nothing that the endpoint sent after this segment passed here."""
        return not any(self.passes(other) and other.at[self.place] > one.at[self.place] for other in self.sent)

    def tells_nothing_after(self, one):
        """As silent_after(), but it may have sent a RST whose echo could be that of an earlier segment as well."""
        return not any(self.passes(other) and other.at[self.place] > one.at[self.place] and not (
            other.segment.has(packets.RST) and (not other.segment.timestamps or not one.segment.timestamps or
                                                other.segment.timestamps[1] == one.segment.timestamps[0]))
            for other in self.sent)

    def says_only_that_it_has_the_syn_after(self, one):
        """True when all that it sent after this segment and passed here is RSTs and bare ACKs of the peer's SYN, which a
        half-open endpoint sends, too."""
        syn = next((other.segment for other in self.coming if other.segment.has(packets.SYN)), None)
        return syn and all(other.segment.has(packets.RST) or (
            other.segment.ack == syn.end and not other.segment.payload and not other.segment.has(packets.FIN))
            for other in self.sent if self.passes(other) and other.at[self.place] > one.at[self.place])

    def when(self, states):
        return next((when for when, state in self.path if state in states), None)


def fins(those):
    return [one for one in those if one.segment.has(packets.FIN)]


@rule(("SYN_SENT", "SYN_RECEIVED", "LISTEN"))
def never_here(view):
    """no SYN of the connection was captured"""
    return not any(one.segment.has(packets.SYN) and one.local == view.inc.client and view.passes(one)
                   for one in view.sent + view.coming)


@rule(("SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "CLOSED"))
def own_syn_never_here(view):
    """in a simultaneous open its own SYN was never captured"""
    own = [one for one in view.sent if one.segment.flags & (packets.SYN | packets.ACK) == packets.SYN]
    return view.inc.crossing and own and not any(map(view.passes, own))


@rule(OPENED)
def no_syn_ack(view):
    """its SYN-ACK was never captured"""
    answers = [one for one in view.sent if one.segment.has(packets.SYN | packets.ACK)]
    return (view.local == view.inc.server or view.inc.crossing) and answers and not any(map(view.passes, answers))


@rule(SENT_FIN)
def fin_never_left(view):
    """its FIN was never sent"""
    return view.when(SENT_FIN) and not fins(view.sent)


@rule(SENT_FIN)
def fin_never_here(view):
    """its FIN was never captured"""
    own = fins(view.sent)
    return own and not any(map(view.passes, own))


@rule(SENT_FIN)
def first_fin_never_here(view):
    """only a later copy of its FIN was captured, whose acknowledgment number is higher than that of the first"""
    own = fins(view.sent)
    passing = [one for one in own if view.passes(one)]
    return passing and not view.passes(own[0]) and passing[0].segment.ack != own[0].segment.ack


@rule(SENT_FIN)
def fin_queued(view):
    """its FIN was still queued when the peer's came"""
    closed, own = view.when(SENT_FIN), fins(view.sent)
    return closed and own and any(closed - CLOCK < one.at[view.home] < own[0].at[view.home] - CLOCK
                                  for one in fins(view.coming) if one.passed(view.home))


@rule(SENT_FIN)
def byte_like_fin(view):
    """a single byte was never captured, and it sent nothing after it but ACKs: a FIN would look the same"""
    last = max((one.segment.end for one in view.sent if not one.segment.has(packets.RST)), default=None,
               key=lambda end: end - view.sent[0].segment.seq & 0xFFFFFFFF)
    those = [one for one in view.sent if len(one.segment.payload) == 1 and one.segment.end == last]
    return those and not view.when(SENT_FIN) and not any(map(view.passes, those))


@rule(GOT_FIN)
def fin_unacknowledged(view):
    """no packet shows whether the peer's FIN arrived"""
    coming = [one for one in fins(view.coming) if view.passes(one)]
    return coming and view.place != view.home and not any(
        covers(one.segment, coming[0].segment.end) and view.passes(one) for one in view.sent)


@rule(("CLOSED", "FIN_WAIT_2"))
def reset_never_here(view):
    """the RST that ended it was never captured"""
    own = [one for one in view.sent if one.segment.has(packets.RST)]
    return own and not view.passes(own[0])


@rule(("CLOSED",))
def reset_lost_later(view):
    """a RST to it was lost after it was captured, and it never sent again"""
    return any(one.segment.has(packets.RST) and view.lost_later(one) and view.silent_after(one)
               for one in view.coming)


@rule(FIN_ACKED)
def ack_lost_later(view):
    """the ACK of its FIN was lost after it was captured, and it never sent again"""
    own = fins(view.sent)
    acks = [one for one in view.coming if own and covers(one.segment, own[0].segment.end) and view.passes(one) and
            not one.segment.has(packets.RST)]
    return acks and all(map(view.lost_later, acks)) and any(map(view.tells_nothing_after, acks))


@rule(("ESTABLISHED",))
def opening_lost_later(view):
    """the last segment of the handshake was lost after it was captured, and it never sent again"""
    opening = [one for one in view.coming if view.passes(one) and one.segment.has(packets.ACK) and
               not one.segment.has(packets.RST)]
    return opening and all(map(view.lost_later, opening)) and view.says_only_that_it_has_the_syn_after(opening[-1])


@rule(("ESTABLISHED",))
def syn_ack_lost_later(view):
    """its SYN was answered, but the answer was lost after it was captured, and it never sent again"""
    answers = [one for one in view.coming if one.segment.has(packets.SYN | packets.ACK) and view.passes(one)]
    return answers and all(map(view.lost_later, answers)) and view.silent_after(answers[-1])


@rule(("FIN_WAIT_2", "CLOSING"))
def fins_crossed(view):
    """the peer's FIN and the ACK of its own came in the same tick of the timestamps' clock"""
    own, coming = fins(view.sent), [one for one in fins(view.coming) if one.passed(view.home)]
    acks = [one for one in view.coming if own and covers(one.segment, own[0].segment.end) and one.passed(view.home)]
    return view.place != view.home and coming and acks and abs(
        acks[0].at[view.home] - coming[0].at[view.home]) < 0.001


@rule(("ESTABLISHED",))
def fast_open_crossed(view):
    """after a fast open its FIN crossed the handshake's ACK, in the same tick of the timestamps' clock"""
    own = [one for one in fins(view.sent) if view.passes(one)]
    states = [state for _, state in view.path]
    return "ESTABLISHED" not in states and own and any(
        view.passes(one) and one.at[view.place] < own[0].at[view.place] and not one.segment.has(packets.SYN)
        for one in view.coming)


@rule(("CLOSED",))
def reused_unseen(view):
    """its TIME_WAIT ended with a new connection, of which no SYN was captured"""
    return view.inc.next and view.path[-2:-1] and view.path[-2][1] == "TIME_WAIT" and not any(
        one.segment.has(packets.SYN) and view.passes(one) for one in journeys(view.inc.next))


@rule(("CLOSED",))
def silent(view):
    """it ended without sending a segment"""
    states = [state for _, state in view.path]
    if states[-1:] != ["CLOSED"] or states[-2:-1] == ["TIME_WAIT"]:
        return False
    ended, home = view.path[-1][0], view.home
    if states[-2:-1] == ["LAST_ACK"]:
        own = fins(view.sent)
        return not any(one.passed(home) and 0 < ended - one.at[home] + CLOCK < 0.002 and
                       (one.segment.has(packets.RST) or (own and covers(one.segment, own[0].segment.end)))
                       for one in view.coming)
    if states[-2:-1] == ["SYN_SENT"]:
        # It closes without a packet; a RST that it sends only answers an older connection's ACK.
        return not any(one.segment.has(packets.RST) and abs(one.at[home] - ended) < 0.002 for one in view.coming
                       if one.passed(home))
    numbers = [one.segment.seq for one in view.sent if one.segment.has(packets.SYN)]
    return not any(one.segment.has(packets.RST) and abs(one.at[home] - ended) < 0.002 for one in view.coming
                   if one.passed(home)) and not any(
        one.segment.has(packets.RST) and abs(one.at[home] - ended) < 0.002 and
        (one.segment.seq - numbers[0]) & 0xFFFFFFFF < 1 << 24 for one in view.sent if numbers)


def reason(inc, place, local):
    """Returns why the place cannot show the endpoint's path, or None."""
    kernel, ours = inc.kernel[local], inc.ours.get((place, local), [])
    view = View(inc, place, local)
    same = next((at for at, pair in enumerate(zip(kernel, ours)) if pair[0] != pair[1]), min(len(kernel), len(ours)))
    same = max(same, 1)  # the first state is the start of the path and no transition
    for states, function in RULES:
        first = [at for path in (kernel, ours) for at, state in enumerate(path) if at and state in states]
        if first and same >= min(first) and function(view):
            return function.__doc__
    return None
