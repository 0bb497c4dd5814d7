"""Every state meets every stray segment; then the exchange goes on as if nothing had been."""

from crafted_scripts import STATES, carry_on, script

FAR = 100000      # beyond every window
BEYOND = 3000000  # what no acknowledgment can be


def window_edge(it):
    return it.seq + 500


# Each is sent at its own number, so the peer's next segment is where it was.
STRAYS = {
    "rst-exact": lambda it: it.sends("R", seq=it.seq),
    "rst-ack": lambda it: it.sends("RA", seq=it.seq),
    "rst-ack-impossible": lambda it: it.sends("RA", seq=it.seq, ack=BEYOND),
    "rst-ack-of-syn": lambda it: it.sends("RA", seq=0, ack=1),
    "rst-in-window": lambda it: it.sends("R", seq=window_edge(it)),
    "rst-one-below": lambda it: it.sends("R", seq=it.seq - 1),
    "rst-far": lambda it: it.sends("R", seq=it.seq + FAR),
    "rst-old": lambda it: it.sends("R", seq=it.seq - FAR),
    "syn-again": lambda it: it.sends("S", seq=0),
    "syn-in-window": lambda it: it.sends("S", seq=window_edge(it)),
    "syn-old": lambda it: it.sends("S", seq=it.seq - FAR),
    "syn-ack": lambda it: it.sends("SA", seq=0),
    "syn-fin": lambda it: it.sends("SF", seq=it.seq),
    "ack-old": lambda it: it.sends("A", seq=it.seq, ack=it.ack - FAR),
    "ack-one-beyond": lambda it: it.sends("A", seq=it.seq, ack=it.ack + 1),
    "ack-beyond": lambda it: it.sends("A", seq=it.seq, ack=BEYOND),
    "ack-of-seq-beyond": lambda it: it.sends("A", seq=window_edge(it)),
    "ack-of-seq-far": lambda it: it.sends("A", seq=it.seq + FAR),
    "ack-of-seq-below": lambda it: it.sends("A", seq=it.seq - 1),
    "data-ack-beyond": lambda it: it.sends("PA", data=10, seq=it.seq, ack=BEYOND),
    "data-ack-old": lambda it: it.sends("PA", data=10, seq=it.seq, ack=it.ack - FAR),
    "data-far": lambda it: it.sends("PA", data=10, seq=it.seq + FAR),
    "data-old": lambda it: it.sends("PA", data=10, seq=it.seq - 10),
    "data-no-ack": lambda it: it.sends("P", data=10, seq=it.seq),
    "fin-ack-one-beyond": lambda it: it.sends("FA", seq=it.seq, ack=it.ack + 1),
    "fin-ack-beyond": lambda it: it.sends("FA", seq=it.seq, ack=BEYOND),
    "fin-ack-old": lambda it: it.sends("FA", seq=it.seq, ack=it.ack - FAR),
    "fin-far": lambda it: it.sends("FA", seq=it.seq + FAR),
    "fin-old": lambda it: it.sends("FA", seq=it.seq - FAR),
    "fin-early": lambda it: it.sends("FA", seq=it.seq + 7),
    "fin-no-ack": lambda it: it.sends("F", seq=it.seq),
    "fin-wrong-checksum": lambda it: it.sends("FA", seq=it.seq, wrong_checksum=True),
    "rst-wrong-checksum": lambda it: it.sends("R", seq=it.seq, wrong_checksum=True),
    "nothing": lambda it: it.sends("", seq=it.seq),
    "everything": lambda it: it.sends("FSRPAU", seq=it.seq),
    "window-probe": lambda it: it.sends("A", seq=it.seq - 1),
}


def enter(state, reach, name, stray):
    @script(f"states/{state}-{name}")
    def play(it):
        reach(it)
        stray(it)
        carry_on(it)


for _state, _reach in STATES.items():
    for _name, _stray in STRAYS.items():
        enter(_state, _reach, _name, _stray)
