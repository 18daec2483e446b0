"""The book keeps itself: postings balance when the transaction ends, and nothing posted is changed."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BALANCED = """
CREATE FUNCTION entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM entry WHERE movement_id = NEW.movement_id GROUP BY item_id HAVING sum(quantity) <> 0) THEN
        RAISE EXCEPTION 'movement % does not balance', NEW.movement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_entry_balanced', TABLE = 'entry';
    END IF;
    RETURN NULL;
END $$
"""

APPEND_ONLY = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is posted is not changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_entry_append_only', TABLE = TG_TABLE_NAME;
END $$
"""

CHANGED = """
    OLD.state NOT IN ('draft') AND
    (OLD.kind, OLD.lines, OLD.holder, OLD.incident, OLD.document, OLD.author, OLD.approver, OLD.post_at, OLD.exercise_id) IS DISTINCT FROM
    (NEW.kind, NEW.lines, NEW.holder, NEW.incident, NEW.document, NEW.author, NEW.approver, NEW.post_at, NEW.exercise_id)
"""


def upgrade() -> None:
    """Apply."""
    op.execute(BALANCED)
    op.execute(APPEND_ONLY)
    op.execute("CREATE CONSTRAINT TRIGGER entry_balanced AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balanced()")
    op.execute("CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION ledger_append_only()")
    op.execute("CREATE TRIGGER movement_kept BEFORE DELETE ON movement FOR EACH ROW EXECUTE FUNCTION ledger_append_only()")
    op.execute(f"CREATE TRIGGER movement_fixed BEFORE UPDATE ON movement FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION ledger_append_only()")


def downgrade() -> None:
    """Take back."""
    op.execute("DROP TRIGGER movement_fixed ON movement")
    op.execute("DROP TRIGGER movement_kept ON movement")
    op.execute("DROP TRIGGER entry_append_only ON entry")
    op.execute("DROP TRIGGER entry_balanced ON entry")
    op.execute("DROP FUNCTION ledger_append_only()")
    op.execute("DROP FUNCTION entry_balanced()")
