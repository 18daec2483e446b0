"""The aggregates of plans in the database."""

from chassis.store import Store
from services.plans import tables
from services.plans.model.activation import ActionAtWork, Activation
from services.plans.model.cause import Cause, TaskSeen
from services.plans.model.correction import CorrectiveAction
from services.plans.model.drill import Drill
from services.plans.model.filing import PlanFiling
from services.plans.model.notice import PostNotice
from services.plans.model.plan import Plan, PlanEvaluation
from services.plans.model.review import Review
from services.plans.model.version import PlanVersion

PLANS = Store(tables.plan, Plan, "plans")
VERSIONS = Store(tables.plan_version, PlanVersion, "planVersions")
FILINGS = Store(tables.plan_filing, PlanFiling, "planFilings")
EVALUATIONS = Store(tables.plan_evaluation, PlanEvaluation, "planEvaluations")
CAUSES = Store(tables.cause, Cause, "")
TASKS = Store(tables.task_seen, TaskSeen, "")
ACTIVATIONS = Store(tables.activation, Activation, "activations")
ACTIONS = Store(tables.action_at_work, ActionAtWork, "actions")
NOTICES = Store(tables.post_notice, PostNotice, "postNotices")
DRILLS = Store(tables.drill, Drill, "drills")
REVIEWS = Store(tables.review, Review, "reviews")
CORRECTIONS = Store(tables.corrective_action, CorrectiveAction, "correctiveActions")
