"""No delivery takes an exercise to a live target, no message changes what it is, no target changes what it is for."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GUARDS = (
    """
CREATE FUNCTION refuse_exercise_on_live() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    meant text; passes boolean; ends text;
BEGIN
    SELECT status INTO meant FROM alert WHERE id = NEW.alert_id;
    SELECT accepts_exercises, channel INTO passes, ends FROM channel_target WHERE id = NEW.target_id;
    IF ends IS DISTINCT FROM NEW.channel OR (meant = 'actual') = (ends = 'drill') OR (meant <> 'actual' AND NOT passes) THEN
        RAISE EXCEPTION 'a message with status % does not go to this target', meant USING ERRCODE = '23514', CONSTRAINT = 'ck_delivery_exercise';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER refuse_exercise_on_live BEFORE INSERT OR UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION refuse_exercise_on_live()",
    """
CREATE FUNCTION keep_alert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.status, NEW.exercise_id, NEW.kind, NEW.chain_id, NEW.prior_id) IS DISTINCT FROM (OLD.status, OLD.exercise_id, OLD.kind, OLD.chain_id, OLD.prior_id)
        OR (OLD.identifier <> '' AND (NEW.identifier, NEW.document, NEW.content, NEW.publish_time)
            IS DISTINCT FROM (OLD.identifier, OLD.document, OLD.content, OLD.publish_time)) THEN
        RAISE EXCEPTION 'a message never changes what it is' USING ERRCODE = '23514', CONSTRAINT = 'ck_alert_never_flipped';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER keep_alert BEFORE UPDATE ON alert FOR EACH ROW EXECUTE FUNCTION keep_alert()",
    """
CREATE FUNCTION keep_channel_target() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.channel, NEW.accepts_exercises) IS DISTINCT FROM (OLD.channel, OLD.accepts_exercises) THEN
        RAISE EXCEPTION 'what a target is for never changes' USING ERRCODE = '23514', CONSTRAINT = 'ck_alert_never_flipped';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER keep_channel_target BEFORE UPDATE ON channel_target FOR EACH ROW EXECUTE FUNCTION keep_channel_target()",
)


def upgrade() -> None:
    """Apply."""
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table, function in (("delivery", "refuse_exercise_on_live"), ("alert", "keep_alert"), ("channel_target", "keep_channel_target")):
        op.execute(f"DROP TRIGGER {function} ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
