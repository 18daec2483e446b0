"""The Common Alerting Protocol: read, check and write warning messages. Pure: no database, no network, no clock.

Reading order: `message` (what a message is), `parse` and `unwrap` (bytes to messages), `structure` and `lint` (rules C01-C20),
`write` (message to bytes), `json_form`, `levels` and `event_codes` (the Chinese vocabularies), `area` (places), `feed` (Atom).
"""
