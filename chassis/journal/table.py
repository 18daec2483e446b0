"""The journal's table and the chain's checkpoints."""

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, MetaData, String, Table, UniqueConstraint

from chassis.database import moment

ONCE = "uq_journal_caller_request_id"


def journal_table(metadata: MetaData) -> Table:
    """The journal of one service: append-only but for its response (dropped after 7 days) and the marks of relay and seal."""
    table = Table(
        "journal",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("command_id", String, nullable=False),
        Column("caller", String, nullable=False),
        Column("org", String, nullable=False),
        Column("request_id", String, nullable=False),
        Column("method", String, nullable=False),
        Column("resource", String, nullable=False),
        Column("request_digest", LargeBinary, nullable=False),
        Column("before_digest", LargeBinary),
        Column("after_digest", LargeBinary),
        Column("response", LargeBinary),
        Column("events", LargeBinary),
        moment("occurred_at"),
        moment("recorded_at"),
        Column("traceparent", String, nullable=False),
        Column("exercise_id", String, nullable=False),
        moment("published_at", nullable=True),
        Column("chain_seq", BigInteger),
        Column("chain_hash", LargeBinary),
        UniqueConstraint("caller", "request_id"),
    )
    Index("ix_journal_unpublished", table.c.seq, postgresql_where=table.c.published_at.is_(None))
    Index("ix_journal_resource", table.c.resource, table.c.seq)
    Index("ix_journal_chain_seq", table.c.chain_seq, unique=True, postgresql_where=table.c.chain_seq.isnot(None))
    Table(
        "checkpoint",
        metadata,
        Column("chain_seq", BigInteger, primary_key=True),
        Column("chain_hash", LargeBinary, nullable=False),
        moment("signed_at"),
        Column("signature", LargeBinary, nullable=False),
    )
    return table
