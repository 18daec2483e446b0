"""The journal: one row per command, written in the command's transaction, is its idempotency record, inbox, outbox and audit entry at once."""

from chassis.journal.commands import Journal, Note
from chassis.journal.inbox import Inbox, Subscription
from chassis.journal.table import journal_table
from chassis.journal.transaction import Encoded, Transaction

__all__ = ["Encoded", "Inbox", "Journal", "Note", "Subscription", "Transaction", "journal_table"]
