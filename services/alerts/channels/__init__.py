"""Ways out: one adapter a file behind one small interface (`channel`). An adapter sends once and says what it knows; it keeps no state of its own.

Reading order: `delivery` (what goes out, what comes back), `channel` (the interface), `guard` (which message may use which channel), then the adapters:
`feed`, `webhook`, `loudspeaker`, `sms` (with `sms_text`, `smpp_pdu`, `smpp_session`), `email`, `drill`.
"""
