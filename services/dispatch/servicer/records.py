"""SignalService, ConsultationService, ReleaseService and InstructionService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.dispatch.v1 import (
    consultations_pb2,
    consultations_pb2_grpc,
    instructions_pb2,
    instructions_pb2_grpc,
    releases_pb2,
    releases_pb2_grpc,
    signals_pb2,
    signals_pb2_grpc,
)
from services.dispatch.codec import records as codec
from services.dispatch.codec.fields import ref, word
from services.dispatch.repository.records import CONSULTATIONS, INSTRUCTIONS, RELEASES, SIGNALS
from services.dispatch.use_cases import records
from services.dispatch.use_cases.places import Places


class SignalServicer(signals_pb2_grpc.SignalServiceServicer):
    """Serves SignalService."""

    def __init__(self, parts: Parts, places: Places) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._places = places

    async def ReportSignal(self, request: signals_pb2.ReportSignalRequest, context: Any) -> signals_pb2.Signal:
        """接收线索."""
        return await self._journal.run(
            request, signals_pb2.Signal, lambda tx: records.report_signal(tx, codec.reported(request, tx.now), self._places), codec.suggested
        )

    async def LinkSignal(self, request: signals_pb2.LinkSignalRequest, context: Any) -> signals_pb2.Signal:
        """关联."""
        signal_id, incident_id = id_of(request.name, "signals"), ref(request, "incident")
        return await self._journal.run(request, signals_pb2.Signal, lambda tx: records.link_signal(tx, signal_id, request.etag, incident_id), codec.signal)

    async def DismissSignal(self, request: signals_pb2.DismissSignalRequest, context: Any) -> signals_pb2.Signal:
        """排除."""
        signal_id = id_of(request.name, "signals")
        return await self._journal.run(
            request, signals_pb2.Signal, lambda tx: records.dismiss_signal(tx, signal_id, request.etag, request.reason), codec.signal
        )

    async def GetSignal(self, request: signals_pb2.GetSignalRequest, context: Any) -> signals_pb2.Signal:
        """One signal."""
        return codec.suggested(await records.get_signal(self._engine, current_call.get().caller, id_of(request.name, "signals")))

    async def ListSignals(self, request: signals_pb2.ListSignalsRequest, context: Any) -> signals_pb2.ListSignalsResponse:
        """A page of signals."""
        caller, incident_id, state = current_call.get().caller, ref(request, "incident"), word(request, "state")
        found, token = await records.page_of(self._engine, caller, SIGNALS, request.page_size, request.page_token, incident_id, state, "received_at")
        return signals_pb2.ListSignalsResponse(signals=map(codec.signal, found), next_page_token=token)


class ConsultationServicer(consultations_pb2_grpc.ConsultationServiceServicer):
    """Serves ConsultationService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def OpenConsultation(self, request: consultations_pb2.OpenConsultationRequest, context: Any) -> consultations_pb2.Consultation:
        """发起会商."""
        return await self._journal.run(
            request,
            consultations_pb2.Consultation,
            lambda tx: records.open_consultation(tx, codec.opened(request, tx.caller.id, tx.now)),
            codec.consultation,
        )

    async def ConcludeConsultation(self, request: consultations_pb2.ConcludeConsultationRequest, context: Any) -> consultations_pb2.Consultation:
        """形成结论."""
        name = id_of(request.name, "consultations")
        return await self._journal.run(
            request,
            consultations_pb2.Consultation,
            lambda tx: records.conclude_consultation(tx, name, request.etag, request.conclusion),
            codec.consultation,
        )

    async def GetConsultation(self, request: consultations_pb2.GetConsultationRequest, context: Any) -> consultations_pb2.Consultation:
        """One consultation."""
        return codec.consultation(await records.get(self._engine, current_call.get().caller, CONSULTATIONS, id_of(request.name, "consultations")))

    async def ListConsultations(self, request: consultations_pb2.ListConsultationsRequest, context: Any) -> consultations_pb2.ListConsultationsResponse:
        """A page of consultations."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await records.page_of(self._engine, caller, CONSULTATIONS, request.page_size, request.page_token, incident_id)
        return consultations_pb2.ListConsultationsResponse(consultations=map(codec.consultation, found), next_page_token=token)


class ReleaseServicer(releases_pb2_grpc.ReleaseServiceServicer):
    """Serves ReleaseService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def DraftRelease(self, request: releases_pb2.DraftReleaseRequest, context: Any) -> releases_pb2.Release:
        """起草."""
        incident_id, channels = ref(request, "incident"), tuple(request.channels)
        return await self._journal.run(
            request,
            releases_pb2.Release,
            lambda tx: records.draft_release(tx, request.release_id, incident_id, request.title, request.content, channels),
            codec.release,
        )

    async def UpdateRelease(self, request: releases_pb2.UpdateReleaseRequest, context: Any) -> releases_pb2.Release:
        """修改."""
        name, channels = id_of(request.name, "releases"), tuple(request.channels)
        return await self._journal.run(
            request,
            releases_pb2.Release,
            lambda tx: records.update_release(tx, name, request.etag, request.title, request.content, channels),
            codec.release,
        )

    async def ApproveRelease(self, request: releases_pb2.ApproveReleaseRequest, context: Any) -> releases_pb2.Release:
        """审定."""
        name = id_of(request.name, "releases")
        return await self._journal.run(request, releases_pb2.Release, lambda tx: records.approve_release(tx, name, request.etag), codec.release)

    async def PublishRelease(self, request: releases_pb2.PublishReleaseRequest, context: Any) -> releases_pb2.Release:
        """发布."""
        name = id_of(request.name, "releases")
        return await self._journal.run(
            request, releases_pb2.Release, lambda tx: records.publish_release(tx, name, request.etag, request.content), codec.release
        )

    async def DiscardRelease(self, request: releases_pb2.DiscardReleaseRequest, context: Any) -> releases_pb2.Release:
        """作废."""
        name = id_of(request.name, "releases")
        return await self._journal.run(request, releases_pb2.Release, lambda tx: records.discard_release(tx, name, request.etag, request.reason), codec.release)

    async def GetRelease(self, request: releases_pb2.GetReleaseRequest, context: Any) -> releases_pb2.Release:
        """One release."""
        return codec.release(await records.get(self._engine, current_call.get().caller, RELEASES, id_of(request.name, "releases")))

    async def ListReleases(self, request: releases_pb2.ListReleasesRequest, context: Any) -> releases_pb2.ListReleasesResponse:
        """A page of releases."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await records.page_of(self._engine, caller, RELEASES, request.page_size, request.page_token, incident_id)
        return releases_pb2.ListReleasesResponse(releases=map(codec.release, found), next_page_token=token)


class InstructionServicer(instructions_pb2_grpc.InstructionServiceServicer):
    """Serves InstructionService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def RecordInstruction(self, request: instructions_pb2.RecordInstructionRequest, context: Any) -> instructions_pb2.Instruction:
        """接收批示."""
        return await self._journal.run(
            request, instructions_pb2.Instruction, lambda tx: records.record_instruction(tx, codec.recorded(request, tx.now)), codec.instruction
        )

    async def AcknowledgeInstruction(self, request: instructions_pb2.AcknowledgeInstructionRequest, context: Any) -> instructions_pb2.Instruction:
        """签收."""
        name = id_of(request.name, "instructions")
        return await self._journal.run(
            request, instructions_pb2.Instruction, lambda tx: records.acknowledge_instruction(tx, name, request.etag), codec.instruction
        )

    async def CompleteInstruction(self, request: instructions_pb2.CompleteInstructionRequest, context: Any) -> instructions_pb2.Instruction:
        """办结反馈."""
        name = id_of(request.name, "instructions")
        return await self._journal.run(
            request, instructions_pb2.Instruction, lambda tx: records.complete_instruction(tx, name, request.etag, request.result), codec.instruction
        )

    async def GetInstruction(self, request: instructions_pb2.GetInstructionRequest, context: Any) -> instructions_pb2.Instruction:
        """One instruction."""
        return codec.instruction(await records.get(self._engine, current_call.get().caller, INSTRUCTIONS, id_of(request.name, "instructions")))

    async def ListInstructions(self, request: instructions_pb2.ListInstructionsRequest, context: Any) -> instructions_pb2.ListInstructionsResponse:
        """A page of instructions."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await records.page_of(self._engine, caller, INSTRUCTIONS, request.page_size, request.page_token, incident_id)
        return instructions_pb2.ListInstructionsResponse(instructions=map(codec.instruction, found), next_page_token=token)
