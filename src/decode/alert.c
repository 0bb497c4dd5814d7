/* Fatal alerts of TLS that are not encrypted, as those of a handshake that fails (RFC 8446 §6, RFC 5246 §7.2). An encrypted one is
 * longer. */
#include "decode/application.h"

#define ALERTS(X)                                                                                                      \
	X(10, "unexpected_message")                                                                                    \
	X(20, "bad_record_mac")                                                                                        \
	X(22, "record_overflow")                                                                                       \
	X(40, "handshake_failure")                                                                                     \
	X(42, "bad_certificate")                                                                                       \
	X(43, "unsupported_certificate")                                                                               \
	X(44, "certificate_revoked")                                                                                   \
	X(45, "certificate_expired")                                                                                   \
	X(46, "certificate_unknown")                                                                                   \
	X(47, "illegal_parameter")                                                                                     \
	X(48, "unknown_ca")                                                                                            \
	X(49, "access_denied")                                                                                         \
	X(50, "decode_error")                                                                                          \
	X(51, "decrypt_error")                                                                                         \
	X(70, "protocol_version")                                                                                      \
	X(71, "insufficient_security")                                                                                 \
	X(80, "internal_error")                                                                                        \
	X(86, "inappropriate_fallback")                                                                                \
	X(109, "missing_extension")                                                                                    \
	X(110, "unsupported_extension")                                                                                \
	X(112, "unrecognized_name")                                                                                    \
	X(113, "bad_certificate_status_response")                                                                      \
	X(115, "unknown_psk_identity")                                                                                 \
	X(116, "certificate_required")                                                                                 \
	X(120, "no_application_protocol")

const char *ws_tls_alert_name(unsigned description)
{
	switch (description) {
#define X(number, name)                                                                                                \
	case number:                                                                                                   \
		return name;
		ALERTS(X)
#undef X
	default:
		return NULL;
	}
}

unsigned ws_tls_fatal_alert(const uint8_t *payload, size_t length)
{
	enum { NEWEST_MINOR = 4, FATAL = 2 };
	if (length < WS_TLS_ALERT_BYTES || payload[0] != WS_TLS_ALERT || payload[1] != WS_TLS_VERSION ||
	    payload[2] > NEWEST_MINOR || payload[3] || payload[4] != 2 || payload[5] != FATAL ||
	    !ws_tls_alert_name(payload[6]))
		return 0;
	return payload[6];
}
