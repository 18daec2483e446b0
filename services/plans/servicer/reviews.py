"""ReviewService."""

from collections.abc import Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import checked_id, id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.plans.v1 import reviews_pb2 as pb
from fenghuo.plans.v1 import reviews_pb2_grpc
from services.plans.codec import responses as codec
from services.plans.codec.fields import read, word
from services.plans.model.correction import CorrectiveAction
from services.plans.model.review import Finding
from services.plans.use_cases import corrections, reviews
from services.plans.use_cases.corrections import CorrectionDraft


class ReviewServicer(reviews_pb2_grpc.ReviewServiceServicer):
    """Serves ReviewService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def _run(self, request: Any, work: Any) -> pb.Review:
        return await self._journal.run(request, pb.Review, work, codec.review)

    async def _correct(self, request: Any, step: Callable[[CorrectiveAction, Transaction], object]) -> pb.CorrectiveAction:
        correction_id = id_of(request.name, "correctiveActions")
        return await self._journal.run(
            request, pb.CorrectiveAction,
            lambda tx: corrections.change(tx, correction_id, request.etag, lambda correction: step(correction, tx)), codec.correction,
        )  # fmt: skip

    async def OpenReview(self, request: pb.OpenReviewRequest, context: Any) -> pb.Review:
        """Open by hand."""
        review_id, activation_id = checked_id(request.review_id, "review_id"), id_of(request.activation, "activations", "activation")
        return await self._run(request, lambda tx: reviews.open_by_hand(tx, review_id, activation_id))

    async def GetReview(self, request: pb.GetReviewRequest, context: Any) -> pb.Review:
        """One review."""
        return codec.review(await reviews.get(self._engine, current_call.get().caller, id_of(request.name, "reviews")))

    async def ListReviews(self, request: pb.ListReviewsRequest, context: Any) -> pb.ListReviewsResponse:
        """A page of reviews."""
        caller = current_call.get().caller
        found, token = await reviews.page_of(self._engine, caller, request.page_size, request.page_token, request.cause, word(request, "state"))
        return pb.ListReviewsResponse(reviews=map(codec.review, found), next_page_token=token)

    async def DraftReview(self, request: pb.DraftReviewRequest, context: Any) -> pb.Review:
        """起草."""
        review_id, findings = id_of(request.name, "reviews"), tuple(read(Finding, finding) for finding in request.findings)
        return await self._run(request, lambda tx: reviews.draft(tx, review_id, request.etag, codec.parts(request), findings))

    async def CheckReview(self, request: pb.ReviewStepRequest, context: Any) -> pb.Review:
        """审核."""
        review_id = id_of(request.name, "reviews")
        return await self._run(request, lambda tx: reviews.change(tx, review_id, request.etag, lambda review: review.check(tx.caller.id)))

    async def SubmitReview(self, request: pb.ReviewStepRequest, context: Any) -> pb.Review:
        """逐级上报."""
        review_id = id_of(request.name, "reviews")
        return await self._run(request, lambda tx: reviews.submit(tx, review_id, request.etag))

    async def TrackReview(self, request: pb.ReviewStepRequest, context: Any) -> pb.Review:
        """跟踪整改."""
        review_id = id_of(request.name, "reviews")
        return await self._run(request, lambda tx: reviews.track(tx, review_id, request.etag))

    async def CloseReview(self, request: pb.ReviewStepRequest, context: Any) -> pb.Review:
        """结案."""
        review_id = id_of(request.name, "reviews")
        return await self._run(request, lambda tx: reviews.close(tx, review_id, request.etag))

    async def OpenCorrectiveAction(self, request: pb.OpenCorrectiveActionRequest, context: Any) -> pb.CorrectiveAction:
        """整改."""
        correction_id, review_id = checked_id(request.corrective_action_id, "corrective_action_id"), id_of(request.review, "reviews", "review")
        draft = read(CorrectionDraft, request)
        return await self._journal.run(
            request, pb.CorrectiveAction, lambda tx: corrections.open_for_review(tx, correction_id, review_id, draft), codec.correction
        )

    async def GetCorrectiveAction(self, request: pb.GetCorrectiveActionRequest, context: Any) -> pb.CorrectiveAction:
        """One corrective action."""
        return codec.correction(await corrections.get(self._engine, current_call.get().caller, id_of(request.name, "correctiveActions")))

    async def ListCorrectiveActions(self, request: pb.ListCorrectiveActionsRequest, context: Any) -> pb.ListCorrectiveActionsResponse:
        """A page of corrective actions."""
        caller, state = current_call.get().caller, word(request, "state")
        found, token = await corrections.page_of(
            self._engine, caller, request.page_size, request.page_token, request.parent, state, overdue_only=request.overdue_only
        )
        return pb.ListCorrectiveActionsResponse(corrective_actions=map(codec.correction, found), next_page_token=token)

    async def StartCorrectiveAction(self, request: pb.CorrectiveActionStepRequest, context: Any) -> pb.CorrectiveAction:
        """Begin."""
        return await self._correct(request, lambda correction, _: correction.start())

    async def FinishCorrectiveAction(self, request: pb.CorrectiveActionStepRequest, context: Any) -> pb.CorrectiveAction:
        """It is put right."""
        return await self._correct(request, lambda correction, tx: correction.finish(request.text, tx.caller.id))

    async def VerifyCorrectiveAction(self, request: pb.CorrectiveActionStepRequest, context: Any) -> pb.CorrectiveAction:
        """销号."""
        return await self._correct(request, lambda correction, tx: correction.verify(tx.caller.id))

    async def WaiveCorrectiveAction(self, request: pb.CorrectiveActionStepRequest, context: Any) -> pb.CorrectiveAction:
        """Waive it."""
        return await self._correct(request, lambda correction, tx: correction.waive(request.text, tx.caller.id))
