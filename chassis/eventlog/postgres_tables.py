"""The tables of the embedded event log and every statement run on them."""

SCHEMA_LOCK = 0x66656E67_6C6F67  # any constant: serialises the processes that create the tables

TABLES = """
CREATE TABLE IF NOT EXISTS eventlog_head (
    topic text NOT NULL, partition integer NOT NULL, next bigint NOT NULL DEFAULT 0 CHECK (next >= 0),
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 20);
CREATE TABLE IF NOT EXISTS eventlog_record (
    topic text NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL, key text NOT NULL,
    value bytea STORAGE EXTERNAL NOT NULL, headers json NOT NULL, appended_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);
CREATE TABLE IF NOT EXISTS eventlog_group (
    "group" text NOT NULL, topic text NOT NULL, partition integer NOT NULL, next bigint NOT NULL DEFAULT 0 CHECK (next >= 0),
    PRIMARY KEY ("group", topic, partition)
) WITH (fillfactor = 20);
"""

CREATE_TOPICS = """
INSERT INTO eventlog_head (topic, partition) SELECT t, p FROM unnest($1::text[]) AS t, generate_series(0, $2::integer - 1) AS p
WHERE NOT EXISTS (SELECT FROM eventlog_head WHERE topic = t) ORDER BY t, p ON CONFLICT DO NOTHING
"""

# The head rows are locked in the order given (sorted by the caller, so that appends cannot deadlock) until the commit:
# offsets are therefore gapless and become visible in order.
APPEND = """
WITH head AS (
    INSERT INTO eventlog_head AS h (topic, partition, next) SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
    ON CONFLICT (topic, partition) DO UPDATE SET next = h.next + EXCLUDED.next RETURNING topic, partition, next
), stored AS (
    INSERT INTO eventlog_record (topic, partition, "offset", key, value, headers)
    SELECT topic, partition, next - back, key, value, headers
    FROM unnest($4::text[], $5::integer[], $6::bigint[], $7::text[], $8::bytea[], $9::json[]) AS r (topic, partition, back, key, value, headers)
    JOIN head USING (topic, partition)
)
SELECT topic, partition, next FROM head
"""

# At most $4 records and, past the first, at most $5 bytes.
READ = """
SELECT "offset", key, value, headers FROM (
    SELECT *, sum(octet_length(value)) OVER (ORDER BY "offset") AS bytes, min("offset") OVER () AS first FROM (
        SELECT "offset", key, value, headers FROM eventlog_record
        WHERE topic = $1 AND partition = $2 AND "offset" >= $3 ORDER BY "offset" LIMIT $4
    ) AS batch
) AS measured WHERE bytes <= $5 OR "offset" = first ORDER BY "offset"
"""

ENDS = "SELECT topic, partition, next FROM eventlog_head WHERE topic = ANY($1::text[])"

OPEN_OFFSETS = """
INSERT INTO eventlog_group ("group", topic, partition) SELECT $1, topic, partition FROM eventlog_head WHERE topic = ANY($2::text[])
ORDER BY topic, partition ON CONFLICT DO NOTHING
"""

OFFSET = """SELECT next FROM eventlog_group WHERE "group" = $1 AND topic = $2 AND partition = $3"""

# Compare and set: a consumer that lost its partition unawares changes nothing. The commit does not wait for the disk:
# a place that a crash of the server forgets only means that records are read again.
STORE_OFFSET = """
UPDATE eventlog_group SET next = $5 WHERE "group" = $1 AND topic = $2 AND partition = $3 AND next = $4
AND set_config('synchronous_commit', 'off', true) IS NOT NULL RETURNING next
"""

LAG = """
SELECT coalesce(sum(h.next - greatest(
    coalesce(g.next, 0),
    coalesce((SELECT min("offset") FROM eventlog_record AS r WHERE r.topic = h.topic AND r.partition = h.partition), h.next))), 0)::bigint
FROM eventlog_head AS h LEFT JOIN eventlog_group AS g ON g."group" = $1 AND g.topic = h.topic AND g.partition = h.partition
WHERE h.topic = ANY($2::text[])
"""

JOIN_GROUP = "SELECT pg_advisory_lock_shared(key) FROM unnest($1::bigint[]) AS key"
LEAVE_GROUP = "SELECT pg_advisory_unlock_shared(key) FROM unnest($1::bigint[]) AS key"
CLAIM = "SELECT key FROM unnest($1::bigint[]) AS key WHERE pg_try_advisory_lock(key)"
RELEASE = "SELECT pg_advisory_unlock(key) FROM unnest($1::bigint[]) AS key"
CLAIMS = """
SELECT (classid::bigint << 32) | objid::bigint AS key, pid FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND (classid::bigint << 32) | objid::bigint = ANY($1::bigint[])
"""

NOTIFY = "SELECT pg_notify($1, $2)"
