"""Wrong lessons, each made from a right one by one change, and the error after the file's name."""

LESSON = """\
title: A lesson
about: for the tests
capture: close-four-client
stop: 3
states: client ESTABLISHED, server ESTABLISHED~
fields: tcp.flags
ask: What is this?
answer: An ACK.
sum: {3.tcp.acknowledgment} = {2.tcp.sequence} + 1
"""

HEAD = "title, about, capture, lab, group, order, try, stop, screen, connection"
STOP = "lab, stop, screen, connection, fields, states, held, hold, came, ask, answer, sum, expect, accept, hint, wrong"
FIELDS = ("source_port, destination_port, sequence, acknowledgment, header_length, flags, window, checksum, "
          "urgent_pointer, options, payload_length")
SCREENS = "list, overview, lifelines, diagram, time, graph, packet, exchanges, hosts, stream, udp, datagrams, arp, statistics"


def change(line, text):
    """Returns the lesson with line `line` replaced."""
    lines = LESSON.split("\n")
    lines[line - 1] = text
    return "\n".join(lines)


def without(line):
    lines = LESSON.split("\n")
    del lines[line - 1]
    return "\n".join(lines)


def wrong():
    yield "empty", "", ": it has no title: before the first stop, add a line 'title: ...', what the lesson is called; needed"
    yield "no capture", without(3), (": it has no capture: before the first stop, add a line 'capture: ...', the name of the "
                                     "capture, without a folder: beside the lesson, or one that comes with wirestate; needed, but for lab; a second "
                                     "one is of another point, whose packets the numbers of stops and fields do not mean")
    yield "no stop", "\n".join(LESSON.split("\n")[:3]), ": it has no stop: add a line 'stop: N', with ask and answer below it"
    yield "no question", without(7), ":4: this stop has no question: add a line 'ask: ...'"
    yield "no answer", without(8), ":4: this stop has no answer: add a line 'answer: ...'"
    yield "an unknown key", change(7, "question: What?"), f":7: no key is called 'question'; a stop has: {STOP}"
    yield "an unknown key in the head", change(2, "abuot: x"), (
        f":2: no key is called 'abuot'; before the first stop there are: {HEAD}")
    yield "a capital letter", change(1, "Title: x"), f":1: no key is called 'Title'; before the first stop there are: {HEAD}"
    yield "no key", change(2, "A line."), (":2: 'A line.' is not 'key: value'; a line that continues a value begins with a space, a comment "
                                           "with #")
    yield "a continued line first", " title: x\n", (":1: this line begins with a space, so it continues a value, and there "
                                                    "is none above; a key begins in the first column")
    yield "a key twice", change(2, "title: Again"), ":2: title has been given already"
    yield "a key twice in a stop", change(8, "ask: Again?"), ":8: ask has been given already for this stop"
    yield "a head's key in a stop", change(7, "title: x"), ":7: title belongs before the first stop"
    yield "a stop's key in the head", change(3, "ask: x"), ":3: ask belongs to a stop: put it after a line 'stop: N'"
    yield "nothing after a key", change(7, "ask:"), ":7: ask: it has no value: the question; needed"
    yield "a long title", change(1, "title: " + 41 * "x"), ":1: title: 41 columns; at most 40 fit where it is shown"
    yield "a long text", change(8, "answer: " + 2001 * "x"), (":8: answer: 2001 bytes; at most 2000: what is longer fits on no "
                                                              "screen")
    yield "paragraphs of a title", change(1, "title: x\n\n y"), ":1: title: paragraphs and commands are for ask, answer and try"
    yield "a folder", change(3, "capture: ../x"), (":3: capture: '../x' is not a capture's name without a folder: it is beside "
                                                   "the lesson, or comes with wirestate")
    yield "no such capture", change(3, "capture: nothing"), (": its capture nothing is not in the same folder, and none of that name comes "
                                                             "with wirestate")
    yield "no order", change(2, "order: first\nabout: x"), ":2: order: 'first' is not a number from 1 to 1000000"
    yield "no group", change(2, "group: ends\nabout: x"), (
        ":2: group: 'ends' is not one of open, close, errors, bytes, below and other")
    yield "no screen", change(5, "screen: film"), f":5: screen: 'film' is not a screen: {SCREENS}"
    yield "no connection", change(5, "connection: one"), ":5: connection: 'one' is not the number of a connection"
    yield "a connection too many", change(5, "connection: 2"), (":4: connection: there is no connection 2 in close-four-client by "
                                                                "then")
    yield "no frame", change(4, "stop: three"), ":4: stop: 'three' is not the number of a packet, or end"
    yield "a frame too many", change(4, "stop: 12"), ":4: stop: packet 12 is not in close-four-client, which has 11"
    yield "frames out of order", LESSON + "stop: 2\nask: x\nanswer: y\n", (
        ":10: stop: 2 is before the stop above it; put stops in the order of their packets")
    yield "after the end", change(4, "stop: end").replace("fields", "#") + "stop: 2\nask: x\nanswer: y\n", (
        ":10: stop: 2 is before the stop above it; put stops in the order of their packets")
    yield "too many stops", LESSON + 40 * "stop: 3\nask: x\nanswer: y\n", (
        ":127: stop: a lesson has at most 40; make two lessons of it")
    yield "no states", without(5), ":4: this stop has no states: add a line 'states: client ESTABLISHED, server ESTABLISHED~'"
    yield "another state", change(5, "states: client SYN_SENT, server ESTABLISHED~"), (
        ":5: states: here they are 'states: client ESTABLISHED, server ESTABLISHED~'")
    yield "another mark", change(5, "states: client ESTABLISHED, server ESTABLISHED"), (
        ":5: states: here they are 'states: client ESTABLISHED, server ESTABLISHED~'")
    yield "no state", change(5, "states: client ESTAB, server LISTEN?"), (
        ":5: states: 'ESTAB' is not a state; write it as on the screen, with its mark: SYN_RECEIVED~, LISTEN?")
    yield "one state", change(5, "states: client ESTABLISHED"), (
        ":5: states: 'client ESTABLISHED' is not of the form: client ESTABLISHED, server SYN_RECEIVED~")
    yield "states of no connection", change(3, "capture: udp-echo").replace("tcp.flags", "udp.length"), (
        ":5: states: this packet belongs to no connection; leave them out, or name a connection")
    yield "no field", change(6, "fields: tcp.seq"), f":6: fields: 'tcp.seq' is no field; tcp has {FIELDS}"
    yield "a layer", change(6, "fields: tcp"), f":6: fields: 'tcp' is a layer; name one of its fields: tcp.{FIELDS}"
    yield "a field it has not", change(6, "fields: udp.length"), (":6: fields: packet 3 of close-four-client has no "
                                                                  "udp.length")
    yield "fields of the end", change(4, "stop: end"), (":6: fields: 'stop: end' has no packet of its own; name the packet's "
                                                        "number")
    yield "a brace that stays open", change(7, "ask: {3.tcp.flags"), (
        ":7: a field in braces, like {3.tcp.sequence}, has no closing brace")
    yield "a field without a frame", change(7, "ask: {tcp.flags}?"), (
        ":7: {tcp.flags} must begin with a packet's number: {3.tcp.sequence}")
    yield "a field of no frame", change(7, "ask: {12.tcp.flags}?"), (":7: packet 12 is not in close-four-client, which has "
                                                                     "11")
    yield "relative to nothing", change(7, "ask: {3.tcp.window relative}?"), (
        ":7: relative is for tcp.sequence and tcp.acknowledgment")
    yield "a sum that does not hold", change(9, "sum: {3.tcp.acknowledgment} = {2.tcp.sequence} + 2"), (
        ":9: sum: it does not hold: 1361449912 = 1361449911 + 2 (modulo 2^32)")
    yield "a sum without an equals sign", change(9, "sum: 1 + 1"), (
        ":9: sum: one = must stand in it: {3.tcp.acknowledgment} = {2.tcp.sequence} + 1")
    yield "two equals signs", change(9, "sum: 1 = 1 = 1"), (
        ":9: sum: one = must stand in it: {3.tcp.acknowledgment} = {2.tcp.sequence} + 1")
    yield "a product", change(9, "sum: 2 * 2 = 4"), ":9: sum: '* 2 = 4': between two terms stands +, - or ="
    yield "half a sum", change(9, "sum: 2 ="), ":9: sum: it ends where a number or a field should stand"
    yield "no number", change(9, "sum: {3.ipv4.source} = 1"), ":9: sum: ipv4.source is no number: speak of it in the answer"
    yield "held by whom", change(6, "held: the network"), ":6: held: 'the network' is not yes: leave it out where the packet has arrived"
    tried = "lab: handshake\nhold: client>server ACK 1\ncame: dropped: x\n"
    yield "lab and capture", change(3, "capture: close-four-client\nlab: handshake"), ":4: lab: stands in place of capture: leave one of them out"
    yield "a lab in a folder", change(3, "lab: ./handshake"), (":3: lab: './handshake' is not the name of a scenario, without a folder: "
                                                             "wirestate --lab lists them")
    for line in tried.splitlines():
        yield f"{line} alone", LESSON + line + "\n", (
            ":10: a stop at which something is tried has lab:, the scenario, hold:, the packet that waits for a key, and came:, what may "
            "come of it")
    yield "no scenario", LESSON + tried.replace("handshake", "nosuch"), (
        ":10: lab: no scenario is called nosuch; wirestate --lab lists them, and a path must lead to a .lab file")
    yield "no packet", LESSON + tried.replace("ACK 1", "ACK"), ":11: a packet is named: client>server FIN 1"
    yield "an unknown packet", LESSON + tried.replace("ACK 1", "PSH 1"), (
        ":11: no segment is called 'PSH' here; there are: any, SYN, SYN-ACK, ACK, DATA, FIN, RST, UDP, ICMP")
    yield "nothing came", LESSON + tried.replace("dropped: x", "dropped"), (
        ":12: came: write what has come of it, a colon and what it means: dropped, server sends FIN: The FIN comes again.")
    yield "nothing that one does", LESSON + tried.replace("dropped: x", "lost: x"), (
        ":12: came: 'lost' is not what becomes of a packet; first write delivered, dropped, copied, delayed or passed")
    yield "nothing that one does, alone", LESSON + tried.replace("dropped: x", ": x"), (
        ":12: came: write what has come of it, a colon and what it means: dropped, server sends FIN: The FIN comes again.")
    yield "half a character", change(9, "expect: client " + 20 * "字"), (
        f":9: expect: '{13 * '字'}' is not a state; write it like this: client SYN_SENT, or server LAST_ACK after 10")
    yield "nothing that is seen", LESSON + tried.replace("dropped: x", "dropped, server waits: x"), (
        ":12: came: 'server waits' is nothing that is seen; write it like server LAST_ACK, server sends FIN, or client returns "
        "ECONNREFUSED")
    yield "too much that is seen", LESSON + tried.replace("dropped: x", "dropped" + 5 * ", server sends FIN" + ": x"), (
        ":12: came: at most 4 things that are seen after it")
    yield "too many outcomes", LESSON + tried + 8 * "came: dropped: x\n", ":20: came: a stop has at most 8"
    yield "an answer to a try", LESSON + tried + "expect: 1\n", (
        ":13: expect: at this stop something is tried in the lab, and no answer is typed")
    number, state = "expect: {1.tcp.sequence} + 1\n", "expect: client FIN_WAIT_1 after 8\n"
    choice = "expect: client | server | both\n"
    yield "a number that is another", LESSON + "expect: 3 = {3.tcp.acknowledgment relative}\n", (
        ":10: expect: it does not hold: 3 = 1")
    yield "a number of nothing", LESSON + "expect: {3.tcp.acknowledgment} + \n", (
        ":10: expect: it ends where a number or a field should stand")
    yield "three sides", LESSON + "expect: 1 = 1 = 1\n", (
        ":10: expect: at most one = may stand in it: 11 = {9.tcp.acknowledgment relative}")
    yield "an expected field it has not", LESSON + "expect: {3.udp.length}\n", ":10: packet 3 of close-four-client has no udp.length"
    yield "a sum of addresses", LESSON + "expect: {3.ipv4.source} + 1\n", ":10: expect: ipv4.source is no number: speak of it in the answer"
    yield "another expected state", LESSON + "expect: client SYN_SENT\n", ":10: expect: then it is 'client ESTABLISHED'"
    yield "a later state", LESSON + "expect: server LAST_ACK after 8\n", ":10: expect: then it is 'server CLOSE_WAIT'"
    yield "a state of nobody", LESSON + "expect: LAST_ACK\n", (
        ":10: expect: say whose state it is, so that it can be checked: client LAST_ACK, or after packet 10: server LAST_ACK after 10")
    yield "a state that is none", LESSON + "expect: server WAITING\n", (
        ":10: expect: 'WAITING' is not a state; write it like this: client SYN_SENT, or server LAST_ACK after 10")
    yield "a state after nothing", LESSON + "expect: server LAST_ACK after ten\n", (
        ":10: expect: 'ten' is not the number of a packet: server LAST_ACK after 10")
    yield "a state before the stop", LESSON + "expect: client SYN_SENT after 1\n", (
        ":10: expect: packet 1 is before the stop, which is at 3")
    yield "a state after the end", LESSON + "expect: client CLOSED after 12\n", (
        ":10: expect: packet 12 is not in close-four-client, which has 11")
    yield "a choice twice", LESSON + "expect: client | server | Client\n", ":10: expect: 'Client' is there twice"
    yield "an empty choice", LESSON + "expect: client |\n", ":10: expect: '' has no letter or digit that could be compared"
    yield "no word", LESSON + "expect: ?\n", ":10: expect: '?' has no letter or digit to be typed"
    yield "a hint for nothing", LESSON + "hint: Look.\n", ":10: this stop expects no answer to be typed: add a line 'expect: ...'"
    yield "too many hints", LESSON + number + 4 * "hint: Look.\n", ":14: hint: a stop has at most 3"
    yield "too many spellings", LESSON + number + "accept: a|b|c|d|e|f|g|h|i\n", ":11: accept: at most 8, with | between them"
    yield "no reason", LESSON + number + "wrong: 10\n", ":11: wrong: '10' is not of the form: 10: the FIN takes a number, too"
    yield "wrong and right", LESSON + number + "wrong: {3.tcp.sequence}: x\n", (
        ":11: wrong: '{3.tcp.sequence}' is what expect calls right")
    yield "wrong and no choice", LESSON + choice + "wrong: neither: x\n", (
        ":11: wrong: nobody can answer 'neither' here: Type one of: both, client, server")
    yield "wrong and no state", LESSON + state + "wrong: open: x\n", (
        ":11: wrong: nobody can answer 'open' here: Type a state, like ESTABLISHED")
    yield "a control character", change(2, "about: \x1b[2J"), (":2: byte 0x1b at column 8 is a control character: a lesson is "
                                                               "plain text")
    yield "no UTF-8", LESSON.encode().replace(b"What", b"\xe9t"), (":7: byte 0xe9 at column 6 is not UTF-8: save the file as "
                                                                   "UTF-8")
    yield "a capture", b"\xd4\xc3\xb2\xa1", ":1: byte 0xd4 at column 1 is not UTF-8: save the file as UTF-8"
    yield "too large", "#" * 65537, ": more than 64 KiB: this is not a lesson"


def right():
    yield "as it is", LESSON.encode()
    yield "with carriage returns", LESSON.replace("\n", "\r\n").encode()
    yield "without a newline at its end", LESSON.rstrip("\n").encode()
    yield "with tabs, comments and blank lines", b"# A comment\n\n" + change(7, "ask:\tWhat\n\tis\n# between\n\tthis?\n\n").encode()
    yield "with a number to type", (LESSON + "expect: 1 = {3.tcp.acknowledgment relative}\nwrong: 0: {2.tcp.window}\n").encode()
    yield "with a state to type", (LESSON + "expect: server LAST_ACK after 10\nwrong: TIME_WAIT: x\nhint: {2.tcp.window}\n").encode()
    yield "with a choice", (LESSON + "expect: frame {2.tcp.window} | frame 2\naccept: x | y\nwrong: frame 2: x\n").encode()
    yield "with a word", (LESSON + "expect: RST\naccept: reset\nwrong: FIN: x\n").encode()
    yield "with an address to type", (LESSON + "expect: {3.ipv4.source}\n").encode()
    yield "with modulo", change(9, "sum: {2.tcp.sequence} + 4294967295 + 2 = {3.tcp.acknowledgment}").encode()
