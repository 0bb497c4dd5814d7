/* The endpoint machines: most rules as short scripts of segments with the states after each (those about RST are in
 * test_machine_reset.c), and properties over random segments. */
#include "machine_script.h"

static const struct script scripts[] = {
        /* ---- Opening */
        {"three-way handshake", {OPEN}},
        {"server proves itself by talking",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s PA 1 1 5 : ESTABLISHED ESTABLISHED"}},
        {"SYN sent again", {"c S 0 - 0 : SYN_SENT LISTEN?", "c S 0 - 0 : SYN_SENT LISTEN?"}},
        {"SYN-ACK lost after the capture: the SYN comes again",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "c S 0 - 0 : SYN_SENT SYN_RECEIVED",
          "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"handshake's ACK lost: the SYN-ACK comes again",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s SA 0 1 0 : ESTABLISHED SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"handshake's ACK lost, data makes up for it",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s SA 0 1 0 : ESTABLISHED SYN_RECEIVED",
          "c PA 1 1 5 : ESTABLISHED ESTABLISHED~", "s A 1 6 0 : ESTABLISHED ESTABLISHED"}},
        {"SYN-ACK that acknowledges something else",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 77 0 : SYN_SENT LISTEN?"}},
        {"challenge ACK answers the SYN", {"c S 0 - 0 : SYN_SENT LISTEN?", "s A 900 77 0 : SYN_SENT LISTEN?"}},
        {"simultaneous open",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "s SA 0 1 0 : ESTABLISHED~ ESTABLISHED~",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s A 1 1 0 : ESTABLISHED ESTABLISHED"}},
        {"simultaneous open, one SYN lost: the other's SYN-ACK opens it",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"simultaneous open, one SYN missed by the capture: the SYN-ACK sent again opens it",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED"}},
        {"only the SYN-ACK was captured", {"s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED"}},
        {"SYN-ACK missed", {"c S 0 - 0 : SYN_SENT LISTEN?", "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"one direction: the server talks, so it is open",
         {"s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "s PA 1 1 5 : ESTABLISHED~ ESTABLISHED"}},
        {"fast open, data accepted",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s SA 0 10 0 : ESTABLISHED~ SYN_RECEIVED",
          "s PA 1 10 5 : ESTABLISHED~ SYN_RECEIVED", "c A 10 6 0 : ESTABLISHED ESTABLISHED~"}},
        {"fast open, data ignored",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c PA 1 1 9 : ESTABLISHED ESTABLISHED~"}},
        {"fast open, server closes before the handshake's ACK",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s SA 0 10 0 : ESTABLISHED~ SYN_RECEIVED",
          "s FA 1 10 0 : CLOSE_WAIT~ FIN_WAIT_1", "c A 10 2 0 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"fast open, the server's FIN echoes the SYN: the ACK had not arrived",
         {"c S 0 - 9 100 0 : SYN_SENT LISTEN?", "s SA 0 10 0 500 100 : ESTABLISHED~ SYN_RECEIVED",
          "c A 10 1 0 120 500 : ESTABLISHED ESTABLISHED~", "s FA 1 10 0 501 100 : CLOSE_WAIT~ FIN_WAIT_1",
          "c A 10 2 0 121 501 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"fast open, the server's data echo the SYN, and its FIN the ACK, which came in between",
         {"c S 0 - 9 100 0 : SYN_SENT LISTEN?", "s SA 0 10 0 500 100 : ESTABLISHED~ SYN_RECEIVED",
          "c A 10 1 0 120 500 : ESTABLISHED ESTABLISHED~", "s PA 1 10 5 501 100 : ESTABLISHED SYN_RECEIVED",
          "s FA 6 10 0 502 120 : CLOSE_WAIT~ FIN_WAIT_1 after ESTABLISHED"}},
        {"SYN-ACK that answers a SYN that came again, and crosses the ACK of another one",
         {"@1 c S 0 - 0 : SYN_SENT LISTEN?", "@2 c S 0 - 0 : SYN_SENT LISTEN?",
          "@2 s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "@2 c A 1 1 0 : ESTABLISHED ESTABLISHED~",
          "@2 s SA 0 1 0 : ESTABLISHED ESTABLISHED~", "@2 c R 1 - 0 : CLOSED~ CLOSED~"}},
        {"SYN-ACK that comes again later: the ACK was lost",
         {"@1 c S 0 - 0 : SYN_SENT LISTEN?", "@2 c S 0 - 0 : SYN_SENT LISTEN?",
          "@2 s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "@2 c A 1 1 0 : ESTABLISHED ESTABLISHED~",
          "@3 s SA 0 1 0 : ESTABLISHED SYN_RECEIVED"}},
        {"SYN recorded after the SYN-ACK",
         {"s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "@1 c S 0 - 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"SYN missed, and sent again",
         {"s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "c S 0 - 0 : SYN_SENT! SYN_RECEIVED",
          "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED"}},
        {"split handshake, 4 segments",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "s A 1 1 0 : ESTABLISHED~ ESTABLISHED"}},
        {"split handshake, 5 segments",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s A 7000 1 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "s A 1 1 0 : ESTABLISHED~ ESTABLISHED"}},
        {"FIN before the SYN-ACK is dropped",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s FA 1 1 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s PA 1 1 5 : ESTABLISHED ESTABLISHED"}},
        {"data and FIN whose SYN-ACK was missed count when the client acknowledges them",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s PA 1 1 5 : SYN_SENT LISTEN?", "s FA 6 1 0 : SYN_SENT LISTEN?",
          "c A 1 7 0 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"data that goes on without a SYN-ACK: more than the SYN's window shows that it was missed",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s PA 1 1 5 : SYN_SENT LISTEN?", "s PA 6 1 995 : SYN_SENT LISTEN?",
          "s PA 1001 1 1 : ESTABLISHED~ ESTABLISHED"}},
        {"of two FINs the one counts that is acknowledged",
         {OPEN, "c FA 8 1 0 : FIN_WAIT_1 ESTABLISHED", "s A 1 1 0 : FIN_WAIT_1 ESTABLISHED",
          "c FA 1 1 1000 : FIN_WAIT_1 CLOSE_WAIT~", "s A 1 1002 0 : FIN_WAIT_2~ CLOSE_WAIT"}},
        {"a FIN inside data that came before it counts once it is acknowledged, and nothing past it",
         {OPEN, "c PA 51 1 500 : ESTABLISHED ESTABLISHED", "s A 1 1 0 : ESTABLISHED ESTABLISHED",
          "c FA 1 1 100 : ESTABLISHED ESTABLISHED", "s A 1 102 0 : FIN_WAIT_2~ CLOSE_WAIT"}},
        {"after a fast open the server closes before its SYN-ACK is captured",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s PA 1 10 5 : SYN_SENT LISTEN?", "s FA 6 10 0 : SYN_SENT LISTEN?",
          "c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 10 0 : ESTABLISHED~ FIN_WAIT_1",
          "c A 10 1 0 : ESTABLISHED FIN_WAIT_1", "s FA 1 10 5 : CLOSE_WAIT~ FIN_WAIT_1",
          "c A 10 7 0 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"the same when the SYN's data is not taken: that FIN belongs to nothing",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s FA 1 10 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED"}},
        {"the handshake's ACK comes with a byte that ends where the window begins: it is dropped",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c PA 0 1 1 : ESTABLISHED SYN_RECEIVED", "s A 1 1 0 : ESTABLISHED SYN_RECEIVED"}},
        {"bare ACKs of the server are no proof that it is open: the SYN-ACK comes again",
         {OPEN, "c PA 1 1 5 : ESTABLISHED ESTABLISHED", "s A 1 1 0 : ESTABLISHED ESTABLISHED",
          "s SA 0 1 0 : ESTABLISHED SYN_RECEIVED", "c FA 6 1 0 : FIN_WAIT_1 ESTABLISHED~"}},
        {"data that was acknowledged comes again: the ACK of it, and of the FIN, was lost",
         {OPEN, "s PA 1 1 5 : ESTABLISHED ESTABLISHED", "s FA 6 1 0 : CLOSE_WAIT~ FIN_WAIT_1",
          "c A 1 7 0 : CLOSE_WAIT FIN_WAIT_2~", "s PA 1 1 5 : CLOSE_WAIT FIN_WAIT_1",
          "c A 1 7 0 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"after a SYN with data it may be the server's early answer",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s PA 1 10 5 : SYN_SENT LISTEN?", "s PA 6 10 5 : SYN_SENT LISTEN?",
          "s SA 0 10 0 : ESTABLISHED~ SYN_RECEIVED"}},
        {"the handshake's ACK acknowledges what was never sent",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 2 0 : ESTABLISHED~ SYN_RECEIVED", "c A 1 5000 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"the same, and the server goes on there: the capture has missed the right one",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 5000 0 : ESTABLISHED~ SYN_RECEIVED", "s A 5000 1 0 : ESTABLISHED~ ESTABLISHED"}},
        {"the handshake's ACK lies outside the window",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 2000 1 0 : ESTABLISHED~ SYN_RECEIVED", "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        /* ---- Closing */
        {"close in four segments",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s A 1 2 0 : FIN_WAIT_2~ CLOSE_WAIT",
          "s FA 1 2 0 : TIME_WAIT~ LAST_ACK", "c A 2 2 0 : TIME_WAIT CLOSED~", "expire c : CLOSED? CLOSED~"}},
        {"more than 2 GiB",
         {OPEN, "s A 1 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 900000001 0 : ESTABLISHED ESTABLISHED",
          "s A 900000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 1800000001 0 : ESTABLISHED ESTABLISHED",
          "s A 1800000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 2700000001 0 : ESTABLISHED ESTABLISHED",
          "s FA 2700000001 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "c FA 1 2700000002 0 : LAST_ACK TIME_WAIT~",
          "s A 2700000002 2 0 : CLOSED~ TIME_WAIT"}},
        {"more than 4 GiB",
         {OPEN, "s A 1 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 900000001 0 : ESTABLISHED ESTABLISHED",
          "s A 900000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 1800000001 0 : ESTABLISHED ESTABLISHED",
          "s A 1800000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 2700000001 0 : ESTABLISHED ESTABLISHED",
          "s A 2700000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 3600000001 0 : ESTABLISHED ESTABLISHED",
          "s A 3600000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 205032705 0 : ESTABLISHED ESTABLISHED",
          "s FA 205032705 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "c FA 1 205032706 0 : LAST_ACK TIME_WAIT~",
          "s A 205032706 2 0 : CLOSED~ TIME_WAIT"}},
        {"more than 2 GiB, and an ACK that a newer one has overtaken",
         {OPEN, "s A 1 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 900000001 0 : ESTABLISHED ESTABLISHED",
          "s A 900000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 1800000001 0 : ESTABLISHED ESTABLISHED",
          "s A 1800000001 1 900000000 : ESTABLISHED ESTABLISHED", "c A 1 2700000001 0 : ESTABLISHED ESTABLISHED",
          "c A 1 2699995001 0 : ESTABLISHED ESTABLISHED", "s FA 2700000001 1 0 : CLOSE_WAIT~ FIN_WAIT_1",
          "c FA 1 2700000002 0 : LAST_ACK TIME_WAIT~", "s A 2700000002 2 0 : CLOSED~ TIME_WAIT"}},
        {"close in three segments",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s FA 1 2 0 : TIME_WAIT~ LAST_ACK",
          "c A 2 2 0 : TIME_WAIT CLOSED~"}},
        {"simultaneous close: the FINs cross",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s FA 1 1 0 : CLOSING~ FIN_WAIT_1",
          "c A 2 2 0 : CLOSING TIME_WAIT~", "s A 2 2 0 : TIME_WAIT~ TIME_WAIT~"}},
        {"half-close with data",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s PA 1 2 100 : FIN_WAIT_2~ CLOSE_WAIT",
          "c A 2 101 0 : FIN_WAIT_2~ CLOSE_WAIT", "s FA 101 2 0 : TIME_WAIT~ LAST_ACK",
          "c A 2 102 0 : TIME_WAIT CLOSED~"}},
        {"data with the FIN", {OPEN, "c FPA 1 1 50 : FIN_WAIT_1 CLOSE_WAIT~", "s A 1 52 0 : FIN_WAIT_2~ CLOSE_WAIT"}},
        {"FIN ahead of a gap waits for the fill",
         {OPEN, "c FA 51 1 0 : FIN_WAIT_1 ESTABLISHED", "c PA 1 1 50 : FIN_WAIT_1 CLOSE_WAIT~"}},
        {"FIN ahead of a gap is proven by the ACK",
         {OPEN, "c FA 51 1 0 : FIN_WAIT_1 ESTABLISHED", "s A 1 52 0 : FIN_WAIT_2~ CLOSE_WAIT"}},
        {"last ACK lost",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s FA 1 2 0 : TIME_WAIT~ LAST_ACK",
          "c A 2 2 0 : TIME_WAIT CLOSED~", "s FA 1 2 0 : TIME_WAIT LAST_ACK", "c A 2 2 0 : TIME_WAIT CLOSED~"}},
        {"FIN lost after the capture",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "c FA 1 1 0 : FIN_WAIT_1 ESTABLISHED",
          "s A 1 2 0 : FIN_WAIT_2~ CLOSE_WAIT"}},
        {"the FINs cross, and each was sent again before the other one came: the peer's FIN passed before the ACK",
         {OPEN, "s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "c FA 1 1 0 : FIN_WAIT_1 CLOSING~",
          "s FA 1 1 0 : FIN_WAIT_1 FIN_WAIT_1", "c A 2 2 0 : CLOSING FIN_WAIT_2~",
          "s A 2 2 0 : TIME_WAIT~ TIME_WAIT~ after CLOSING"}},
        {"the FIN passes again after the ACK of the other one, and an older timestamp is echoed: the first one came",
         {"c S 0 - 0 100 0 : SYN_SENT LISTEN?", "s SA 0 1 0 500 100 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 101 500 : ESTABLISHED ESTABLISHED~", "s FA 1 1 0 502 101 : CLOSE_WAIT~ FIN_WAIT_1",
          "s FA 1 1 0 510 101 : ESTABLISHED FIN_WAIT_1", "c FA 1 1 0 111 500 : FIN_WAIT_1 CLOSING~",
          "s A 2 2 0 511 111 : FIN_WAIT_2~ CLOSING", "s FA 1 2 0 530 111 : FIN_WAIT_2~ CLOSING",
          "c A 2 2 0 140 511 : TIME_WAIT TIME_WAIT~ after CLOSING"}},
        {"the same, when it echoes the timestamp of that copy: that one came first",
         {"c S 0 - 0 100 0 : SYN_SENT LISTEN?", "s SA 0 1 0 500 100 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 101 500 : ESTABLISHED ESTABLISHED~", "s FA 1 1 0 502 101 : CLOSE_WAIT~ FIN_WAIT_1",
          "s FA 1 1 0 510 101 : ESTABLISHED FIN_WAIT_1", "c FA 1 1 0 111 500 : FIN_WAIT_1 CLOSING~",
          "s A 2 2 0 511 111 : FIN_WAIT_2~ CLOSING", "s FA 1 2 0 530 111 : FIN_WAIT_2~ CLOSING",
          "s FA 1 2 0 540 111 : FIN_WAIT_2~ CLOSING", "c A 2 2 0 140 530 : TIME_WAIT TIME_WAIT~ after FIN_WAIT_2"}},
        {"the same without timestamps: the FIN may have come after the ACK",
         {OPEN, "s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "s FA 1 1 0 : ESTABLISHED FIN_WAIT_1",
          "c FA 1 1 0 : FIN_WAIT_1 CLOSING~", "s A 2 2 0 : FIN_WAIT_2~ CLOSING", "s FA 1 2 0 : FIN_WAIT_2~ CLOSING",
          "c A 2 2 0 : TIME_WAIT~ TIME_WAIT~ after FIN_WAIT_2"}},
        {"the same, when the other one was sent again after that",
         {OPEN, "s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "s FA 1 1 0 : ESTABLISHED FIN_WAIT_1",
          "c FA 1 1 0 : FIN_WAIT_1 CLOSING~", "s A 2 2 0 : FIN_WAIT_2~ CLOSING", "s FA 1 2 0 : FIN_WAIT_2~ CLOSING",
          "c FA 1 1 0 : FIN_WAIT_1 CLOSING", "s A 2 2 0 : FIN_WAIT_2~ CLOSING",
          "c A 2 2 0 : TIME_WAIT~ TIME_WAIT~ after FIN_WAIT_2"}},
        {"the copy that passes last acknowledges the other FIN, too",
         {OPEN, "s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "s FA 1 1 0 : ESTABLISHED FIN_WAIT_1",
          "c FA 1 1 0 : FIN_WAIT_1 CLOSING~", "s FA 1 2 0 : FIN_WAIT_2~ CLOSING",
          "c A 2 2 0 : TIME_WAIT~ TIME_WAIT~ after FIN_WAIT_2"}},
        {"the data before the FIN was missing when the other one was sent",
         {OPEN, "s PA 1 1 9 : ESTABLISHED ESTABLISHED", "s FA 10 1 0 : CLOSE_WAIT~ FIN_WAIT_1",
          "c FA 1 1 0 : FIN_WAIT_1 CLOSING~", "s PA 1 1 9 : FIN_WAIT_1 CLOSING~", "s A 11 2 0 : FIN_WAIT_2~ CLOSING",
          "c A 2 11 0 : TIME_WAIT~ TIME_WAIT~ after FIN_WAIT_2"}},
        {"the peer's FIN was not captured",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s A 2 2 0 : FIN_WAIT_2~ CLOSING",
          "c A 2 2 0 : TIME_WAIT~ TIME_WAIT~ after FIN_WAIT_2"}},
        {"fast open: what was sent before the handshake's ACK came does not make a later one the first",
         {"c S 0 - 9 100 0 : SYN_SENT LISTEN?", "s SA 0 10 0 500 100 : ESTABLISHED~ SYN_RECEIVED",
          "c A 10 1 0 110 500 : ESTABLISHED ESTABLISHED~", "s PA 1 10 20 501 100 : ESTABLISHED SYN_RECEIVED",
          "c A 10 21 0 111 501 : ESTABLISHED ESTABLISHED~",
          "s FA 21 10 0 510 110 : CLOSE_WAIT~ FIN_WAIT_1 after ESTABLISHED"}},
        {"FIN lost after the capture, ours acknowledged meanwhile",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s FA 1 1 0 : CLOSING~ FIN_WAIT_1",
          "c FA 1 2 0 : CLOSING FIN_WAIT_2~", "s A 2 2 0 : TIME_WAIT~ TIME_WAIT~"}},
        {"data before the FIN lost after the capture",
         {OPEN, "c PA 1 1 50 : ESTABLISHED ESTABLISHED", "c FA 51 1 0 : FIN_WAIT_1 CLOSE_WAIT~",
          "c PA 1 1 50 : FIN_WAIT_1 ESTABLISHED", "s A 1 52 0 : FIN_WAIT_2~ CLOSE_WAIT"}},
        {"FIN lost before the capture",
         {OPEN, "s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "c A 2 2 0 : CLOSING FIN_WAIT_2~",
          "c FA 1 2 0 : CLOSING TIME_WAIT~"}},
        {"FIN missed by the capture",
         {OPEN, "s A 1 2 0 : ESTABLISHED ESTABLISHED", "s FA 1 2 0 : ESTABLISHED FIN_WAIT_1",
          "c A 2 2 0 : TIME_WAIT CLOSED~"}},
        {"second FIN missed by the capture",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s A 1 2 0 : FIN_WAIT_2~ CLOSE_WAIT",
          "c A 2 2 0 : TIME_WAIT~ CLOSED~"}},
        {"second FIN missed by the capture: without SACK, the first one came before its copy",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "c FA 1 1 0 : FIN_WAIT_1 ESTABLISHED",
          "s A 2 2 0 : FIN_WAIT_2~ LAST_ACK!", "s FA 1 2 0 : TIME_WAIT~ LAST_ACK", "c A 2 2 0 : TIME_WAIT CLOSED~"}},
        {"second FIN missed by the capture: no D-SACK says that the first one came twice",
         {OPEN_WITH_SACK, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "c FA 1 1 0 : FIN_WAIT_1 ESTABLISHED",
          "s A 2 2 0 : FIN_WAIT_2~ CLOSING", "s FA 1 2 0 : TIME_WAIT~ CLOSING", "c A 2 2 0 : TIME_WAIT TIME_WAIT~"}},
        {"second FIN missed by the capture: a D-SACK says that the first one came twice",
         {OPEN_WITH_SACK, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "c FA 1 1 0 : FIN_WAIT_1 ESTABLISHED",
          "s A 2 2 0 sack 2 : FIN_WAIT_2~ LAST_ACK!", "s FA 1 2 0 : TIME_WAIT~ LAST_ACK",
          "c A 2 2 0 : TIME_WAIT CLOSED~"}},
        {"a FIN that was sent again before the ACK of it could arrive, which follows the ACK of the peer's",
         {"@0 c S 0 - 0 : SYN_SENT LISTEN?", "@4 s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "@4 c A 1 1 0 : ESTABLISHED ESTABLISHED~", "@9 s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1",
          "@10 c FA 1 1 0 : FIN_WAIT_1 CLOSING~", "@30 s FA 1 2 0 : FIN_WAIT_2~ CLOSING",
          "@31 c FA 1 2 0 : TIME_WAIT~ TIME_WAIT~ after CLOSING FIN_WAIT_1"}},
        {"the same, much later: the ACK was lost",
         {"@0 c S 0 - 0 : SYN_SENT LISTEN?", "@4 s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "@4 c A 1 1 0 : ESTABLISHED ESTABLISHED~", "@9 s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1",
          "@10 c FA 1 1 0 : FIN_WAIT_1 CLOSING~", "@30 s FA 1 2 0 : FIN_WAIT_2~ CLOSING",
          "@40 c FA 1 2 0 : CLOSING TIME_WAIT~"}},
        {"data that was sent again before the ACK of the FIN after it could arrive",
         {"@0 c S 0 - 0 : SYN_SENT LISTEN?", "@4 s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "@4 c A 1 1 0 : ESTABLISHED ESTABLISHED~", "@8 c PA 1 1 9 : ESTABLISHED ESTABLISHED~",
          "@8 c FA 10 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "@20 s A 1 11 0 : FIN_WAIT_2~ CLOSE_WAIT",
          "@21 s FA 1 11 0 : TIME_WAIT~ LAST_ACK", "@22 c PA 1 1 9 : TIME_WAIT~ LAST_ACK",
          "@40 c PA 1 1 9 : FIN_WAIT_1 LAST_ACK"}},
        {"no FIN was sent where one was implied: the peer does not have it either",
         {OPEN, "c A 2 1 0 : FIN_WAIT_1! ESTABLISHED", "s A 1 2 0 : FIN_WAIT_2~ CLOSE_WAIT",
          "c PA 1 1 9 : ESTABLISHED ESTABLISHED"}},
        {"no FIN was sent where one was implied: the peer was the first to close",
         {OPEN, "c A 2 1 0 : FIN_WAIT_1! ESTABLISHED", "s FA 1 2 0 : TIME_WAIT~ LAST_ACK",
          "c PA 1 2 9 : CLOSE_WAIT FIN_WAIT_2~"}},
        /* ---- What is dropped whole */
        {"FIN that acknowledges what was never sent",
         {OPEN, "c FA 1 9 0 : FIN_WAIT_1 ESTABLISHED", "s A 1 1 0 : FIN_WAIT_1 ESTABLISHED",
          "c PA 1 1 50 : FIN_WAIT_1 ESTABLISHED", "s A 1 51 0 : ESTABLISHED ESTABLISHED"}},
        {"FIN that acknowledges more than the window allows", {OPEN, "c FA 1 5000 0 : ESTABLISHED ESTABLISHED"}},
        {"FIN beyond the window", {OPEN, "c FA 5000 1 0 : ESTABLISHED ESTABLISHED"}},
        {"FIN with an old number",
         {OPEN, "c PA 1 1 50 : ESTABLISHED ESTABLISHED", "s A 1 51 0 : ESTABLISHED ESTABLISHED",
          "c FA 5 1 0 : ESTABLISHED ESTABLISHED"}},
        {"FIN within what was sent on but not yet acknowledged",
         {OPEN, "c PA 1 1 50 : ESTABLISHED ESTABLISHED", "c FA 5 1 0 : ESTABLISHED ESTABLISHED"}},
        {"the ACK of a segment that was acknowledged long ago",
         {OPEN, "c PA 1 1 50 : ESTABLISHED ESTABLISHED", "s FA 1 51 0 : CLOSE_WAIT~ FIN_WAIT_1",
          "c PA 1 2 10 : CLOSE_WAIT FIN_WAIT_1", "c A 51 2 0 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"nothing is received past a FIN, so a RST there is inexact",
         {OPEN, "s FA 1 1 0 : CLOSE_WAIT~ FIN_WAIT_1", "c FA 1 2 0 : LAST_ACK TIME_WAIT~",
          "s A 2 2 0 : CLOSED~ TIME_WAIT", "c FA 2 2 0 : CLOSED~ TIME_WAIT", "c R 3 - 0 : CLOSED~ TIME_WAIT",
          "c R 2 - 0 : CLOSED~ CLOSED~"}},
        {"two FINs: the one in order counts",
         {OPEN, "c FA 7 1 0 : FIN_WAIT_1 ESTABLISHED", "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~",
          "s A 1 2 0 : FIN_WAIT_2~ CLOSE_WAIT"}},
        {"an ACK of what was never sent, in SYN_RECEIVED",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 5 0 : ESTABLISHED~ SYN_RECEIVED", "s R 5 - 0 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"a bare ACK in SYN_SENT, then a SYN: a split handshake",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s A 0 1 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "s A 1 1 0 : ESTABLISHED~ ESTABLISHED"}},
        {"data ahead of the SYN-ACK is not taken",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s PA 1 1 10 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",
          "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s FA 1 2 0 : TIME_WAIT~ LAST_ACK"}},
        {"FIN in a SYN-ACK",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s SFA 0 10 0 : ESTABLISHED~ FIN_WAIT_1",
          "c A 10 2 0 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"FIN in a SYN-ACK, not taken",
         {"c S 0 - 9 : SYN_SENT LISTEN?", "s SFA 0 10 0 : ESTABLISHED~ FIN_WAIT_1",
          "c A 10 1 0 : ESTABLISHED FIN_WAIT_1", "s FA 1 10 0 : ESTABLISHED FIN_WAIT_1",
          "c A 10 2 0 : CLOSE_WAIT FIN_WAIT_2~"}},
        {"simultaneous open, closed from SYN_RECEIVED",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~"}},
        {"what seemed a FIN was a byte, and the FIN follows",
         {OPEN, "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~", "s A 2 2 0 : FIN_WAIT_2~ CLOSING",
          "s FA 2 2 0 : FIN_WAIT_2~ LAST_ACK after CLOSE_WAIT"}},
        {"simultaneous open: an ACK of nothing opens in Linux",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "s PA 1 0 9 : ESTABLISHED~ ESTABLISHED",
          "c FA 1 1 0 : FIN_WAIT_1 CLOSE_WAIT~ after ESTABLISHED"}},
        {"simultaneous open: a segment that is older than the SYN",
         {"c S 0 - 0 500 0 : SYN_SENT LISTEN?", "s S 0 - 0 100 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 500 100 : SYN_RECEIVED ESTABLISHED~", "s A 1 1 0 5 500 : SYN_RECEIVED ESTABLISHED"}},
        {"an old ACK, of nothing, to the endpoint that opened; its FIN counts",
         {OPEN, "s FA 1 0 0 : CLOSE_WAIT~ FIN_WAIT_1"}},
        {"the same to the one that listened: it was never acknowledged so little",
         {OPEN, "c FA 1 0 0 : ESTABLISHED ESTABLISHED"}},
        {"simultaneous open, but the first had given up: RST with ACK, and with another number",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c RA 900 1 0 : CLOSED~ CLOSED~ after SYN_SENT"}},
        {"simultaneous open, one SYN-ACK lost: its sender acknowledges the SYN that comes again",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s S 0 - 0 : SYN_RECEIVED~ SYN_SENT", "c S 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "s A 1 1 0 : ESTABLISHED~ SYN_RECEIVED~", "c S 0 - 0 : SYN_RECEIVED~ SYN_RECEIVED~",
          "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "c A 1 1 0 : ESTABLISHED ESTABLISHED~ after SYN_SENT"}},
        {"a FIN in the SYN of a simultaneous open is not taken",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SF 0 - 0 : SYN_RECEIVED~ SYN_SENT",
          "c SA 0 1 0 : SYN_RECEIVED ESTABLISHED~", "s FA 2 1 5 : ESTABLISHED~ FIN_WAIT_1",
          "c A 1 1 0 : ESTABLISHED FIN_WAIT_1"}},
        {"data in SYN_SENT, then the SYN comes again: it was dropped",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s PA 1 1 5 : SYN_SENT LISTEN?", "c S 0 - 0 : SYN_SENT LISTEN?",
          "s PA 6 1 5 : SYN_SENT LISTEN?"}},
        {"RST declines a SYN-ACK, and a later one opens",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED", "c R 1 - 0 : CLOSED~ CLOSED~",
          "s SA 0 1 0 : CLOSED~ SYN_RECEIVED", "c A 1 1 0 : ESTABLISHED ESTABLISHED~"}},
        {"FIN with an old timestamp",
         {"c S 0 - 0 100 0 : SYN_SENT LISTEN?", "s SA 0 1 0 500 100 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 120 500 : ESTABLISHED ESTABLISHED~", "c FA 1 1 0 90 500 : ESTABLISHED ESTABLISHED~",
          "c FA 1 1 0 119 500 : FIN_WAIT_1 CLOSE_WAIT~"}},
        {"RST with an old timestamp in TIME_WAIT",
         {"c S 0 - 0 100 0 : SYN_SENT LISTEN?", "s SA 0 1 0 500 100 : ESTABLISHED~ SYN_RECEIVED",
          "c A 1 1 0 120 500 : ESTABLISHED ESTABLISHED~", "s FA 1 1 0 510 120 : CLOSE_WAIT~ FIN_WAIT_1",
          "c FA 1 2 0 130 510 : LAST_ACK TIME_WAIT~", "c R 2 - 0 90 0 : CLOSED~ TIME_WAIT~",
          "c R 2 - 0 131 0 : CLOSED~ CLOSED~"}},
        {"RST answers an ACK: the SYN had not arrived",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s R 1 - 0 : CLOSED~ LISTEN?"}},
        {"RST answers the first segment captured: there was no socket",
         {"c A 1 1 0 : ESTABLISHED? ESTABLISHED?", "s R 1 - 0 : CLOSED~ CLOSED~"}},
        {"FIN below what was sent",
         {OPEN, "c PA 1 1 5 : ESTABLISHED ESTABLISHED", "s A 1 6 0 : ESTABLISHED ESTABLISHED",
          "c FA 0 1 0 : ESTABLISHED ESTABLISHED", "c FA 5 1 0 : ESTABLISHED ESTABLISHED",
          "s A 1 6 0 : ESTABLISHED ESTABLISHED"}},
        /* ---- The rest */
        {"picked up in the middle",
         {"c PA 1 1 5 : ESTABLISHED? ESTABLISHED?", "s A 1 6 0 : ESTABLISHED? ESTABLISHED?"}},
        {"picked up at the close",
         {"c FA 1 1 0 : FIN_WAIT_1? ESTABLISHED?", "s A 1 2 0 : FIN_WAIT_2~ CLOSE_WAIT",
          "s FA 1 2 0 : TIME_WAIT~ LAST_ACK", "c A 2 2 0 : TIME_WAIT CLOSED~"}},
        {"segments without SYN, ACK or RST are dropped", {"c F 1 - 0 : CLOSED CLOSED", "c - 1 - 5 : CLOSED CLOSED"}},
        {"ACK far beyond what was sent", {OPEN, "c A 1 2000000000 0 : ESTABLISHED ESTABLISHED"}},
        {"keep-alive changes nothing",
         {OPEN, "c A 0 1 0 : ESTABLISHED ESTABLISHED", "s A 1 1 0 : ESTABLISHED ESTABLISHED"}},
        {"ICMP ends an attempt", {"c S 0 - 0 : SYN_SENT LISTEN?", "icmp c 0 : CLOSED~ LISTEN?"}},
        {"ICMP that quotes nothing in flight", {"c S 0 - 0 : SYN_SENT LISTEN?", "icmp c 99 : SYN_SENT LISTEN?"}},
        {"ICMP on an open connection is only noted", {OPEN, "icmp c 1 : ESTABLISHED ESTABLISHED"}},
        {"SYN sent again after an ICMP error: it was not taken",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "icmp c 0 : CLOSED~ LISTEN?", "c S 0 - 0 : SYN_SENT LISTEN?"}},
        {"nobody answers the SYN", {"c S 0 - 0 : SYN_SENT LISTEN?", "expire c : CLOSED? LISTEN?"}},
        {"superseded", {OPEN, "superseded c A : CLOSED? CLOSED?"}},
        {"an old SYN is disowned, and what follows it is another connection's",
         {"c S 0 - 0 : SYN_SENT LISTEN?", "disowned c : CLOSED~ LISTEN?", "c FA 1 1 0 : CLOSED~ LISTEN?"}},
};

/* ---- Properties, over random segments near the edges of what both sides sent */

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static struct ws_segment random_segment(uint64_t *seed, const struct ws_machine *machine)
{
	static const uint16_t shapes[] = {
	        WS_TCP_SYN,
	        WS_TCP_SYN | WS_TCP_ACK,
	        WS_TCP_ACK,
	        WS_TCP_ACK,
	        WS_TCP_ACK,
	        WS_TCP_ACK | WS_TCP_PSH,
	        WS_TCP_FIN | WS_TCP_ACK,
	        WS_TCP_FIN | WS_TCP_ACK,
	        WS_TCP_RST,
	        WS_TCP_RST | WS_TCP_ACK,
	        WS_TCP_FIN,
	        0xfff,
	};
	unsigned direction = next_random(seed) & 1;
	const struct ws_endpoint *self = &machine->endpoint[direction], *peer = &machine->endpoint[1 - direction];
	struct ws_segment s = {
	        .direction = (uint8_t)direction,
	        .flags = shapes[next_random(seed) % WS_ARRAY_SIZE(shapes)],
	        .sequence = (self->sent_any ? self->snd_max
	                     : direction    ? SERVER_ISS
	                                    : CLIENT_ISS) +
	                    next_random(seed) % 5 - 2,
	        .acknowledgment = (peer->sent_any ? peer->snd_max
	                           : direction    ? CLIENT_ISS
	                                          : SERVER_ISS) +
	                          next_random(seed) % 5 - 2,
	        .length = next_random(seed) % 3 ? 0 : next_random(seed) % 3,
	        .window_scale = 255,
	        .timestamps = next_random(seed) & 1,
	        .tsval = next_random(seed) % 8,
	        .tsecr = next_random(seed) % 8,
	        .duplicate = next_random(seed) % 16 == 0,
	};
	if (self->iss_known && s.flags & WS_TCP_SYN)
		s.sequence = self->iss;
	if (next_random(seed) % 20 == 0)
		s.kind = (uint8_t)(1 + next_random(seed) % 4);
	if (next_random(seed) % 50 == 0)
		s.sequence = next_random(seed) * 2u;
	return s;
}

static void random_histories(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 20000; round++) {
		uint64_t seed = round * 7919 + 1;
		struct ws_machine machine = {0};
		struct ws_segment history[40];
		struct walk walk = {0};
		for (unsigned i = 0; i < 40; i++) {
			history[i] = random_segment(&seed, &machine);
			history[i].time = i;
			struct ws_outcome outcome;
			ws_machine_step(&machine, &history[i], &outcome);
			check_transitions(&walk, &machine, &outcome);
		}
		struct ws_machine again = {0};
		struct ws_outcome outcome;
		for (unsigned i = 0; i < 40; i++)
			ws_machine_step(&again, &history[i], &outcome);
		assert_memory_equal(&again, &machine, sizeof(machine));
	}
}

static void a_self_connect(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum ws_state after;
	} steps[] = {
	        {"c S 0 - 0", WS_SYN_SENT},     {"c SA 0 1 0", WS_ESTABLISHED}, {"c A 1 1 0", WS_ESTABLISHED},
	        {"c PA 1 1 5", WS_ESTABLISHED}, {"c A 6 6 0", WS_ESTABLISHED},  {"c FA 6 6 0", WS_CLOSING},
	        {"c A 7 7 0", WS_TIME_WAIT},
	};
	struct ws_machine machine = {.self = 1};
	enum ws_state path[16];
	size_t depth = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(steps); i++) {
		struct ws_segment s;
		struct ws_outcome outcome;
		parse(steps[i].line, &s);
		/* One host, one sequence space. */
		s.acknowledgment = s.flags & WS_TCP_ACK ? s.acknowledgment - SERVER_ISS + CLIENT_ISS : 0;
		ws_machine_step(&machine, &s, &outcome);
		assert_int_equal(machine.endpoint[0].state, steps[i].after);
		for (unsigned t = 0; t < outcome.count; t++)
			path[depth++] = outcome.transition[t].to;
	}
	static const enum ws_state expected[] = {WS_SYN_SENT,   WS_SYN_RECEIVED, WS_ESTABLISHED,
	                                         WS_FIN_WAIT_1, WS_CLOSING,      WS_TIME_WAIT};
	assert_int_equal(depth, WS_ARRAY_SIZE(expected));
	assert_memory_equal(path, expected, sizeof(expected));
}

static void time_wait_starts_again(void **state)
{
	(void)state;
	static const char *const lines[] = {"c FA 1 1 0", "s FA 1 2 0", "c A 2 2 0"};
	struct ws_machine machine = {0};
	struct ws_outcome outcome;
	struct ws_segment s;
	unsigned endpoint = 9;
	for (size_t i = 0; i < WS_ARRAY_SIZE(lines); i++) {
		parse(lines[i], &s);
		s.time = (ws_time)(i + 1) * WS_SECOND;
		ws_machine_step(&machine, &s, &outcome);
	}
	assert_int_equal(ws_machine_deadline(&machine, 60 * WS_SECOND, &endpoint), 62 * WS_SECOND);
	assert_int_equal(endpoint, 0);
	static const struct {
		const char *line;
		ws_time time, deadline;
	} later[] = {
	        {"s FA 1 2 0", 10, 70},  /* the FIN again */
	        {"s A 2 2 0", 20, 80},   /* a bare ACK in sequence */
	        {"s PA 0 2 1", 30, 90},  /* old data */
	        {"s S 500 - 0", 40, 90}, /* an old SYN does not */
	        {"s R 9 - 0", 50, 90},   /* nor a RST that is not exact */
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(later); i++) {
		parse(later[i].line, &s);
		s.time = later[i].time * WS_SECOND;
		ws_machine_step(&machine, &s, &outcome);
		assert_int_equal(ws_machine_deadline(&machine, 60 * WS_SECOND, &endpoint),
		                 later[i].deadline * WS_SECOND);
	}
}

/* Every other test relies on it: this program's machine checks itself, so a step that breaks an invariant aborts. */
static void broken_facts_are_found(void **state)
{
	(void)state;
	static const char *const lines[] = {"c S 0 - 0", "s SA 0 1 0", "c A 1 1 0", "s PA 1 1 5", "c A 1 6 0"};
	struct ws_machine machine = {0};
	struct ws_outcome outcome;
	struct ws_segment s;
	for (size_t i = 0; i < WS_ARRAY_SIZE(lines); i++) {
		parse(lines[i], &s);
		ws_machine_step(&machine, &s, &outcome);
	}
	const struct ws_endpoint *client = &machine.endpoint[0], *server = &machine.endpoint[1];
	assert_null(ws_endpoint_check(client, server));
	assert_null(ws_endpoint_check(server, client));
	struct ws_endpoint wrong = *server;
	wrong.fin_received = WS_RECEIPT_PRESUMED;
	assert_string_equal(ws_endpoint_check(&wrong, client), "fin_received is set, but not: peer->fin_sent");
	wrong = *server;
	wrong.syn_received = 0;
	assert_string_equal(ws_endpoint_check(&wrong, client), "syn_ack_sent is set, but not: e->syn_received");
	wrong = *server;
	wrong.fin_sent = 1;
	assert_string_equal(ws_endpoint_check(&wrong, client), "the state is not the one that the facts lead to");
	wrong = *client;
	wrong.state = WS_CLOSE_WAIT;
	assert_string_equal(ws_endpoint_check(&wrong, server), "the path does not end in the state");
	wrong = *client;
	wrong.open_proven = 0;
	assert_string_equal(ws_endpoint_check(&wrong, server), "the certainty is not the one that the facts lead to");
}

int main(void)
{
	struct CMUnitTest tests[WS_ARRAY_SIZE(scripts) + 4] = {
	        cmocka_unit_test(random_histories),
	        cmocka_unit_test(a_self_connect),
	        cmocka_unit_test(time_wait_starts_again),
	        cmocka_unit_test(broken_facts_are_found),
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(scripts); i++)
		tests[4 + i] = (struct CMUnitTest){
		        .name = scripts[i].name, .test_func = run_script, .initial_state = (void *)&scripts[i]};
	return _cmocka_run_group_tests("machine", tests, WS_ARRAY_SIZE(tests), NULL, NULL);
}
