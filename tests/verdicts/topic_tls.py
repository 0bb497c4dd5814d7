"""Alerts of TLS before encryption begins: who ended the handshake, and why."""

from crafted import Talk, case

HELLO = b"\x16\x03\x01\0\x60" + b"h" * 0x60
ENCRYPTED = b"\x15\x03\x03\0\x1a" + b"e" * 26


def alert(description, level=2):
    return bytes([21, 3, 3, 0, 2, level, description])


def hello(capture):
    talk = Talk(capture, dport=443)
    talk.open()
    talk.client("PA", HELLO)
    talk.server("A")
    return talk


def closes(talk):
    talk.server("FA")
    talk.client("FA")
    talk.server("A")


@case("tls-alert-of-the-server", {"verdict_tag": "CLOSED", "verdict": "; the server sent the fatal TLS alert handshake_failure .40.$"})
@case("tls-alert-of-the-server-threads", {"verdict": "; the server sent the fatal TLS alert handshake_failure .40.$"}, arguments=["--threads", "2"])
def tls_alert_of_the_server(capture):
    talk = hello(capture)
    talk.server("PA", alert(40))
    closes(talk)


@case("tls-alert-of-the-client", {"verdict_tag": "RESET", "verdict": "; the client sent the fatal TLS alert unknown_ca .48.", "silent_about": "the server sent"})
def tls_alert_of_the_client(capture):
    """TLS 1.2, where the client does not trust the certificate."""
    talk = hello(capture)
    talk.server("PA", b"\x16\x03\x03\4\0" + b"c" * 1024)
    talk.client("PA", alert(48))
    talk.client("RA", window=0)


@case("tls-alert-that-is-encrypted", {"verdict_tag": "CLOSED", "silent_about": "alert"})
def tls_alert_that_is_encrypted(capture):
    talk = hello(capture)
    talk.server("PA", ENCRYPTED)
    closes(talk)


@case("tls-alert-that-is-a-warning", {"verdict_tag": "CLOSED", "silent_about": "alert"})
def tls_alert_that_is_a_warning(capture):
    """unrecognized_name, after which the handshake goes on, and close_notify."""
    talk = hello(capture)
    talk.server("PA", alert(112, level=1))
    talk.server("PA", alert(0, level=1))
    closes(talk)


@case("tls-alert-without-a-name", {"verdict_tag": "CLOSED", "silent_about": "alert"})
def tls_alert_without_a_name(capture):
    talk = hello(capture)
    talk.server("PA", alert(200))
    closes(talk)
