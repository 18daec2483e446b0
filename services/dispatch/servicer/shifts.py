"""ShiftService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.dispatch.v1 import shifts_pb2 as pb
from fenghuo.dispatch.v1 import shifts_pb2_grpc
from services.dispatch.codec import duty as codec
from services.dispatch.codec.fields import moment, ref, the_moment, word
from services.dispatch.model.coverage import DutyGap
from services.dispatch.model.shift import Shift
from services.dispatch.use_cases import duty, duty_checks


class ShiftServicer(shifts_pb2_grpc.ShiftServiceServicer):
    """Serves ShiftService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock

    async def _run(self, request: Any, work: Callable[[Transaction], Awaitable[Shift]]) -> pb.Shift:
        return await self._journal.run(request, pb.Shift, work, codec.shift)

    async def ScheduleShift(self, request: pb.ScheduleShiftRequest, context: Any) -> pb.Shift:
        """排班."""
        return await self._run(request, lambda tx: duty.schedule_shift(tx, codec.scheduled(request)))

    async def FileRoster(self, request: pb.FileRosterRequest, context: Any) -> pb.FileRosterResponse:
        """报备."""
        period = the_moment(request, "period_start_time"), the_moment(request, "period_end_time")

        def encode(filed: tuple[list[Shift], list[DutyGap]]) -> pb.FileRosterResponse:
            return pb.FileRosterResponse(shifts=map(codec.shift, filed[0]), gaps=map(codec.gap, filed[1]))

        return await self._journal.run(request, pb.FileRosterResponse, lambda tx: duty.file_roster(tx, request.org, *period, request.recipient), encode)

    async def RequestShiftChange(self, request: pb.RequestShiftChangeRequest, context: Any) -> pb.Shift:
        """申请换班."""
        shift_id, change = id_of(request.name, "shifts"), codec.change(request, current_call.get().caller.id)
        return await self._run(request, lambda tx: duty.request_change(tx, shift_id, request.etag, change))

    async def ApproveShiftChange(self, request: pb.ShiftRequest, context: Any) -> pb.Shift:
        """同意换班."""
        shift_id = id_of(request.name, "shifts")
        return await self._run(request, lambda tx: duty.approve_change(tx, shift_id, request.etag))

    async def RejectShiftChange(self, request: pb.RejectShiftChangeRequest, context: Any) -> pb.Shift:
        """不同意换班."""
        shift_id = id_of(request.name, "shifts")
        return await self._run(request, lambda tx: duty.reject_change(tx, shift_id, request.etag, request.reason))

    async def CheckIn(self, request: pb.ShiftRequest, context: Any) -> pb.Shift:
        """到岗."""
        shift_id = id_of(request.name, "shifts")
        return await self._run(request, lambda tx: duty.check_in(tx, shift_id, request.etag))

    async def StartHandover(self, request: pb.StartHandoverRequest, context: Any) -> pb.Shift:
        """交班."""
        shift_id = id_of(request.name, "shifts")
        return await self._run(request, lambda tx: duty.start_handover(tx, shift_id, request.etag, codec.items(request)))

    async def AcceptHandover(self, request: pb.AcceptHandoverRequest, context: Any) -> pb.Shift:
        """接班."""
        shift_id, successor_id = id_of(request.name, "shifts"), ref(request, "successor")
        return await self._run(request, lambda tx: duty.accept_handover(tx, shift_id, request.etag, successor_id))

    async def CloseShift(self, request: pb.ShiftRequest, context: Any) -> pb.Shift:
        """归档."""
        shift_id = id_of(request.name, "shifts")
        return await self._run(request, lambda tx: duty.close(tx, shift_id, request.etag))

    async def GetShift(self, request: pb.GetShiftRequest, context: Any) -> pb.Shift:
        """One shift."""
        return codec.shift(await duty.get(self._engine, current_call.get().caller, id_of(request.name, "shifts")))

    async def ListShifts(self, request: pb.ListShiftsRequest, context: Any) -> pb.ListShiftsResponse:
        """A page of shifts."""
        since, until = moment(request, "from_time"), moment(request, "until_time")
        caller, state = current_call.get().caller, word(request, "state")
        found, token = await duty.page_of(self._engine, caller, request.page_size, request.page_token, org=request.org, state=state, since=since, until=until)
        return pb.ListShiftsResponse(shifts=map(codec.shift, found), next_page_token=token)

    async def ListDutyGaps(self, request: pb.ListDutyGapsRequest, context: Any) -> pb.ListDutyGapsResponse:
        """Every uncovered minute."""
        period = {"start": the_moment(request, "start_time"), "end": the_moment(request, "end_time")}
        caller, now = current_call.get().caller, self._clock.now()
        found, token = await duty.gaps(self._engine, caller, now, request.page_size, request.page_token, org=request.org, **period)
        return pb.ListDutyGapsResponse(duty_gaps=map(codec.gap, found), next_page_token=token)

    async def CreateSpotCheck(self, request: pb.CreateSpotCheckRequest, context: Any) -> pb.SpotCheck:
        """抽查."""
        by = current_call.get().caller.id
        return await self._journal.run(request, pb.SpotCheck, lambda tx: duty_checks.issue(tx, codec.issued(request, by, tx.now)), codec.spot_check)

    async def AnswerSpotCheck(self, request: pb.AnswerSpotCheckRequest, context: Any) -> pb.SpotCheck:
        """应答."""
        check_id = id_of(request.name, "spotChecks")
        return await self._journal.run(request, pb.SpotCheck, lambda tx: duty_checks.answer(tx, check_id, request.etag), codec.spot_check)

    async def ListSpotChecks(self, request: pb.ListSpotChecksRequest, context: Any) -> pb.ListSpotChecksResponse:
        """A page of checks."""
        caller, shift_id = current_call.get().caller, ref(request, "shift")
        found, token = await duty_checks.page_of_checks(self._engine, caller, request.page_size, request.page_token, shift_id, word(request, "state"))
        return pb.ListSpotChecksResponse(spot_checks=map(codec.spot_check, found), next_page_token=token)

    async def CreateSensitiveWindow(self, request: pb.CreateSensitiveWindowRequest, context: Any) -> pb.SensitiveWindow:
        """设定敏感时期."""
        return await self._journal.run(request, pb.SensitiveWindow, lambda tx: duty_checks.set_window(tx, codec.declared(request)), codec.window)

    async def CancelSensitiveWindow(self, request: pb.CancelSensitiveWindowRequest, context: Any) -> pb.SensitiveWindow:
        """解除敏感时期."""
        window_id = id_of(request.name, "sensitiveWindows")
        return await self._journal.run(request, pb.SensitiveWindow, lambda tx: duty_checks.lift_window(tx, window_id, request.etag), codec.window)

    async def ListSensitiveWindows(self, request: pb.ListSensitiveWindowsRequest, context: Any) -> pb.ListSensitiveWindowsResponse:
        """A page of windows."""
        found, token = await duty_checks.page_of_windows(self._engine, current_call.get().caller, request.page_size, request.page_token)
        return pb.ListSensitiveWindowsResponse(sensitive_windows=map(codec.window, found), next_page_token=token)
