"""Opening: answered rightly, wrongly, late, twice, by nobody, from both sides at once."""

from crafted_scripts import carry_on, script, syn_received, syn_sent


@script("open/accept")
def accept(it):
    it.passive()
    carry_on(it)


@script("open/connect")
def connect(it):
    it.active()
    carry_on(it)


@script("open/accept-data-with-ack")
def accept_data_with_ack(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.sends("PA", data=20)
    it.accept()
    carry_on(it)


@script("open/accept-fin-with-ack")
def accept_fin_with_ack(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.sends("FPA", data=20)
    it.accept()
    it.drain()
    it.close()
    it.drain()
    it.sends("A")


@script("open/syn-with-data")
def syn_with_data(it):
    it.listen()
    it.sends("S", data=30)
    it.expect("SA")
    it.seq = 1
    it.sends("A", data=30)
    it.accept()
    carry_on(it)


@script("open/syn-with-data-acked-from-its-end")
def syn_with_data_skipped(it):
    it.listen()
    it.sends("S", data=30)
    it.expect("SA")
    it.sends("A", data=3)
    it.drain()
    it.seq = 1
    it.sends("A", data=33)
    it.accept()
    carry_on(it)


@script("open/syn-fin")
def syn_fin(it):
    it.listen()
    it.sends("SF")
    it.drain(0.1)
    it.seq = 0
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/syn-rst")
def syn_rst(it):
    it.listen()
    it.sends("SR")
    it.drain(0.1)


@script("open/syn-urgent-push")
def syn_urgent_push(it):
    it.listen()
    it.sends("SPU")
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/syn-ecn")
def syn_ecn(it):
    it.listen()
    it.sends("SEC")
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/ack-to-listener")
def ack_to_listener(it):
    it.listen()
    it.sends("A", raw_ack=12345)
    it.drain(0.1)


@script("open/no-listener")
def no_listener(it):
    it.listen()
    it.stop_listening()
    it.sends("S")
    it.expect("RA")


@script("open/no-listener-ack")
def no_listener_ack(it):
    it.listen()
    it.stop_listening()
    it.sends("A", raw_ack=777)
    it.expect("R")


@script("open/syn-again")
def syn_again(it):
    syn_received(it)
    it.sends("S", seq=0)
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/syn-another-port-number-again")
def syn_new_number_far(it):
    """A second SYN outside the window of the half-open one: a challenge, then the RST it asks for, then the SYN."""
    syn_received(it)
    it.renew(iss=5000000)
    it.sends("S")
    challenge = it.next()
    it.sends("R", seq=(challenge.ack - it.iss) & 0xFFFFFFFF)
    it.pause(0.1)
    it.renew(iss=5000000)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/syn-ack-sent-again")
def syn_ack_sent_again(it):
    syn_received(it)
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/syn-ack-never-acknowledged")
def syn_ack_never_acknowledged(it):
    syn_received(it)
    it.drain(1.3)
    it.sends("R")


@script("open/syn-sent-again")
def syn_sent_again(it):
    syn_sent(it)
    it.expect("S")
    it.sends("SA")
    it.expect("A")
    carry_on(it)


@script("open/syn-unanswered-closed")
def syn_unanswered_closed(it):
    syn_sent(it)
    it.close()
    it.pause(0.1)
    it.sends("SA")
    it.expect("R")
    it.unseen("it was closed in SYN_SENT, and what shows it comes only later")


@script("open/syn-sent-shutdown")
def syn_sent_shutdown(it):
    syn_sent(it)
    it.shut()
    it.drain(0.1)
    it.sends("SA")
    it.drain(0.1)
    carry_on(it)


@script("open/refused")
def refused(it):
    syn_sent(it)
    it.sends("RA")
    it.drain()


@script("open/refused-wrong-ack-then-opened")
def refused_wrong_ack(it):
    syn_sent(it)
    it.sends("RA", ack=0, seq=0)
    it.drain()
    it.sends("RA", ack=2, seq=0)
    it.drain()
    it.sends("R", seq=0)
    it.drain()
    it.sends("SA")
    it.expect("A")
    carry_on(it)


@script("open/refused-no-ack-then-refused")
def refused_no_ack(it):
    syn_sent(it)
    it.sends("R", seq=0)
    it.drain()
    it.sends("RA", seq=0)
    it.drain()


@script("open/fin-in-syn-sent")
def fin_in_syn_sent(it):
    syn_sent(it)
    it.sends("FA", seq=1)
    it.drain()
    it.sends("F", seq=1)
    it.drain()
    it.sends("SA")
    it.expect("A")
    carry_on(it)


@script("open/data-in-syn-sent")
def data_in_syn_sent(it):
    syn_sent(it)
    it.sends("PA", seq=1, data=10)
    it.drain()
    it.sends("SA")
    it.drain()
    carry_on(it)


for _name, _ack in (("below", 0), ("above", 2), ("far", 70000)):
    @script(f"open/ack-{_name}-in-syn-sent")
    def ack_in_syn_sent(it, ack=_ack):
        syn_sent(it)
        it.sends("A", seq=0, ack=ack)
        it.drain()
        it.sends("SA")
        it.drain()
        carry_on(it)

    @script(f"open/syn-ack-wrong-{_name}")
    def syn_ack_wrong(it, ack=_ack):
        syn_sent(it)
        it.sends("SA", seq=0, ack=ack)
        it.drain()
        it.sends("SA")
        it.expect("A")
        carry_on(it)

    @script(f"open/syn-ack-wrong-{_name}-only")
    def syn_ack_wrong_only(it, ack=_ack):
        syn_sent(it)
        it.sends("SA", seq=0, ack=ack)
        it.drain()
        it.sends("RA", seq=1)
        it.drain()

    @script(f"open/ack-{_name}-in-syn-received")
    def ack_in_syn_received(it, ack=_ack):
        syn_received(it)
        it.sends("A", ack=ack)
        it.drain()
        it.sends("A")
        it.accept()
        carry_on(it)

    @script(f"open/data-ack-{_name}-in-syn-received")
    def data_ack_in_syn_received(it, ack=_ack):
        syn_received(it)
        it.sends("PA", seq=1, data=9, ack=ack)
        it.drain()
        it.sends("A", data=9)
        it.accept()
        carry_on(it)


@script("open/right-ack-in-syn-sent")
def right_ack(it):
    syn_sent(it)
    it.sends("A", seq=0, ack=1)
    it.drain()
    it.sends("SA")
    it.drain()
    carry_on(it)


@script("open/split-three")
def split_three(it):
    """The peer answers a SYN with a SYN, and acknowledges apart."""
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    carry_on(it)


@script("open/split-four")
def split_four(it):
    syn_sent(it)
    it.sends("A", seq=0, ack=1)
    it.drain()
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    carry_on(it)


@script("open/split-five")
def split_five(it):
    syn_sent(it)
    it.sends("A", seq=0, ack=1)
    it.drain()
    it.sends("S")
    it.expect("SA")
    it.sends("SA", seq=0)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("open/simultaneous")
def simultaneous(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("SA", seq=0)
    it.drain()
    carry_on(it)


@script("open/simultaneous-ack-only-by-data")
def simultaneous_data(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("PA", data=10)
    it.drain()
    carry_on(it)


@script("open/simultaneous-fin-acknowledges")
def simultaneous_fin(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("FA")
    it.drain()
    it.close()
    it.drain()
    it.sends("A")


@script("open/simultaneous-then-syn-ack")
def simultaneous_with_syn_ack(it):
    """The peer's SYN and SYN-ACK, both in answer to one SYN."""
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("SA", seq=0)
    it.drain()
    it.sends("SA", seq=0)
    it.drain()
    carry_on(it)


@script("open/simultaneous-closed-early")
def simultaneous_closed(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.close()
    it.drain(0.1)
    it.sends("A")
    it.drain(0.1)
    it.sends("FA")
    it.drain(0.1)


@script("open/simultaneous-shut-early")
def simultaneous_shut(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.shut()
    it.drain(0.1)
    it.sends("A")
    it.drain(0.1)
    it.sends("FA")
    it.drain(0.1)


@script("open/simultaneous-aborted-early")
def simultaneous_aborted(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.abort()
    it.drain(0.1)


@script("open/simultaneous-reset")
def simultaneous_reset(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("R")
    it.drain()


@script("open/simultaneous-syn-again")
def simultaneous_syn_again(it):
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("S", seq=0)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("open/crossed-syn-other-number")
def crossed_other_number(it):
    """Two SYNs with different numbers answer one."""
    syn_sent(it)
    it.sends("S")
    it.expect("SA")
    it.sends("S", seq=300000)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("open/syn-ack-with-data")
def syn_ack_with_data(it):
    syn_sent(it)
    it.sends("SA", data=50)
    it.drain()
    it.seq = 1
    it.sends("PA", data=50)
    it.drain()
    carry_on(it)


@script("open/syn-ack-with-fin")
def syn_ack_with_fin(it):
    """Without fast open Linux takes no FIN from a SYN-ACK: it has to come again."""
    syn_sent(it)
    it.sends("SFA")
    it.drain()
    it.seq = 1
    it.sends("FA")
    it.drain()
    it.close()
    it.drain()
    it.sends("A")


@script("open/syn-ack-with-data-and-fin")
def syn_ack_with_data_and_fin(it):
    syn_sent(it)
    it.sends("SFA", data=50)
    it.drain()
    it.seq = 1
    it.sends("FPA", data=50)
    it.drain()
    it.close()
    it.drain()
    it.sends("A")


@script("open/syn-ack-with-fin-only")
def syn_ack_with_fin_only(it):
    syn_sent(it)
    it.sends("SFA")
    it.drain()
    it.close()
    it.drain()
    it.sends("A")
    it.drain()


@script("open/syn-ack-twice")
def syn_ack_twice(it):
    it.active()
    it.sends("SA", seq=0)
    it.drain()
    carry_on(it)


@script("open/syn-ack-other-number")
def syn_ack_other_number(it):
    """A second SYN-ACK from somebody else."""
    it.active()
    it.sends("SA", seq=900000, ack=1)
    it.drain()
    carry_on(it)


@script("open/two-syn-acks-second-in-time")
def two_syn_acks(it):
    it.connect()
    it.expect("S")
    it.sends("SA", ack=900)
    it.expect("R")
    it.seq = 0
    it.sends("SA", ack=1)
    it.expect("A")
    carry_on(it)


@script("open/icmp-port")
def icmp_port(it):
    it.connect()
    it.icmp(3, it.expect("S"))
    it.drain(0.1)


@script("open/icmp-host")
def icmp_host(it):
    it.connect()
    it.icmp(1, it.expect("S"))
    it.drain(0.1)


@script("open/icmp-prohibited")
def icmp_prohibited(it):
    it.connect()
    it.icmp(13, it.expect("S"))
    it.drain(0.1)


@script("open/icmp-after-opening")
def icmp_after(it):
    it.connect()
    syn = it.expect("S")
    it.sends("SA")
    it.expect("A")
    it.icmp(3, syn)
    it.drain()
    carry_on(it)


@script("open/icmp-in-syn-received")
def icmp_in_syn_received(it):
    it.listen()
    it.sends("S")
    answer = it.expect("SA")
    it.pause()
    it.icmp(3, answer)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("open/icmp-in-crossed-syn-received")
def icmp_crossed(it):
    syn_sent(it)
    it.sends("S")
    answer = it.expect("SA")
    it.icmp(3, answer)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("open/defer-accept-data")
def defer_accept(it):
    it.listen(defer_accept=5)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.drain(0.1)
    it.sends("PA", data=10)
    it.accept()
    carry_on(it)
    it.unseen("the first ACK of the handshake is dropped: no difference shows until the data")


@script("open/defer-accept-reset")
def defer_accept_reset(it):
    it.listen(defer_accept=5)
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.drain(0.1)
    it.sends("R")
    it.drain(0.1)
    it.unseen("the ACK of the handshake is dropped, and nothing shows it")


def three_for_two_places(it):
    """A queue with room for two: the third handshake's ACK is dropped, or answered by RST."""
    it.passive(accept=False, backlog=1)
    opened = {}
    for port in (40001, 40002):
        it.renew()
        it.peer_port = port
        it.sends("S")
        it.expect("SA")
        opened[port] = it.kernel_iss
    it.pause()
    for port, iss in opened.items():
        it.renew()
        it.peer_port, it.kernel_iss, it.ack, it.seq = port, iss, 1, 1
        it.sends("A")


@script("open/queue-full")
def queue_full(it):
    three_for_two_places(it)
    it.await_flags("SA")
    it.accept()
    it.accept()
    it.sends("A")
    it.pause(0.1)
    it.accept()
    carry_on(it)


@script("open/queue-full-reset", host="resets")
def queue_full_reset(it):
    three_for_two_places(it)
    it.await_flags("R")


@script("open/cookie", host="cookies")
def cookie(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/cookie-wrong-ack", host="cookies")
def cookie_wrong(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.sends("A", ack=2)
    it.drain()
    it.sends("A")
    it.accept()
    carry_on(it)


@script("open/cookie-data", host="cookies")
def cookie_data(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.sends("PA", data=20)
    it.accept()
    carry_on(it)


@script("open/cookie-reset", host="cookies")
def cookie_reset(it):
    it.listen()
    it.sends("S")
    it.expect("SA")
    it.sends("R")
    it.drain()
    it.unseen("a SYN cookie: the kernel has no state for it")


@script("open/listener-closed-in-between")
def listener_closed(it):
    syn_received(it)
    it.stop_listening()
    it.pause()
    it.sends("A")
    it.drain(0.1)


@script("open/listener-closed-unaccepted")
def listener_closed_unaccepted(it):
    it.passive(accept=False)
    it.pause()
    it.stop_listening()
    it.drain(0.1)


@script("open/accepted-late")
def accepted_late(it):
    it.passive(accept=False)
    it.sends("PA", data=10)
    it.expect("A")
    it.sends("FA")
    it.drain()
    it.accept()
    it.close()
    it.drain()
    it.sends("A")


@script("open/reset-before-accept")
def reset_before_accept(it):
    it.passive(accept=False)
    it.sends("R")
    it.drain()
    it.accept()


@script("open/reset-right-after-syn")
def reset_after_syn(it):
    syn_received(it)
    it.sends("R", seq=1)
    it.drain()


@script("open/reset-at-syns-number")
def reset_at_syn(it):
    syn_received(it)
    it.sends("R", seq=0)
    it.drain()
    it.sends("A")
    carry_on(it)


@script("open/timestamp-echoed-wrongly")
def stamps_echoed_wrongly(it):
    """A SYN-ACK that echoes a time that was never sent is answered with RST; a right one still opens."""
    it.connect()
    syn = it.expect("S")
    it.stamps = 5000
    it.echo = (syn.timestamps or (0, 0))[0] + 1000000
    it.sends("SA", seq=0)
    it.drain()
    it.echo = (syn.timestamps or (0, 0))[0]
    it.seq = 0
    it.sends("SA")
    it.expect("A")
    carry_on(it)


