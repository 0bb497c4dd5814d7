"""Numbers of a record must not depend on where sequence numbers start."""

from crafted import Talk, case


def after_a_reset(capture, start):
    talk = Talk(capture, other_isn=start)
    talk.open()
    talk.server("PA", 100)
    talk.client("R")
    talk.server("PA", 200)


IN_FLIGHT = {"server.most_in_flight": 300, "server.bytes": 300}


@case("in-flight-after-a-reset", IN_FLIGHT)
def in_flight(capture):
    after_a_reset(capture, 5000)


@case("in-flight-after-a-reset-large-numbers", IN_FLIGHT)
def in_flight_large(capture):
    after_a_reset(capture, 2016429170)


@case("in-flight-after-a-reset-wrapped-numbers", IN_FLIGHT)
def in_flight_wrapped(capture):
    after_a_reset(capture, 0xFFFFFFFF - 150)
