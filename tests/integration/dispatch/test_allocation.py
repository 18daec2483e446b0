"""Proposals are computed beside the service, once whoever computes them, survive the end of whoever did, and are committed line by line."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from chassis.process import Service
from chassis.settings import ROOT
from fenghuo.dispatch.v1 import allocation_events_pb2, allocations_pb2_grpc, assignments_pb2
from fenghuo.dispatch.v1 import allocations_pb2 as pb
from fenghuo.dispatch.v1 import recommendations_pb2 as advice
from fenghuo.dispatch.v1 import tasks_pb2 as tasks
from services.dispatch.main import DEFINITION
from services.dispatch.use_cases.allocator import Allocator
from tests.fixtures.service import Running, Start
from tests.integration.dispatch.scene import Scene, open_scene

COMPUTED_S = 120
"""The first computation on a machine also compiles the solver."""


class Hall:
    """The command hall: calls on proposals."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.stub = allocations_pb2_grpc.AllocationServiceStub(scene.running.channel)

    async def propose(self, **spec: Any) -> str:
        """Ask for a proposal."""
        request = pb.ProposeAllocationRequest(spec=pb.AllocationSpec(**spec))
        return str((await self.scene.call(self.stub.ProposeAllocation, request)).name)

    async def get(self, name: str) -> Any:
        """One proposal."""
        return await self.scene.call(self.stub.GetAllocationProposal, pb.GetAllocationProposalRequest(name=name))

    async def until(self, name: str, *states: str) -> Any:
        """The proposal once it is in one of the states."""
        wanted = {pb.AllocationState.Value(f"ALLOCATION_STATE_{state.upper()}") for state in states}
        for _ in range(COMPUTED_S * 20):
            found = await self.get(name)
            if found.state in wanted:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"{name} is not {states} within {COMPUTED_S} s")

    async def ready(self, **spec: Any) -> Any:
        """A proposal, computed."""
        found = await self.until(await self.propose(**spec), "ready", "failed")
        assert found.state == pb.ALLOCATION_STATE_READY, found.message
        return found

    async def commit(self, name: str, *lines: int, **rest: Any) -> Any:
        """Put it into force."""
        return await self.scene.call(self.stub.CommitAllocation, pb.CommitAllocationRequest(name=name, lines=lines, **rest))

    async def events(self) -> list[str]:
        """What was published, in order."""
        found = await self.scene.running.published("fenghuo.dispatch.allocation.v1", allocation_events_pb2.AllocationEvent)
        return [each.header.type for each in found]


def pairs(proposal: Any) -> set[tuple[str, str]]:
    """Unit and title of each line."""
    return {(line.unit.removeprefix("units/"), line.title) for line in proposal.lines}


def worker_of(running: Running) -> Allocator:
    """The computing half of a running service."""
    for hook in running.service.journal.on_commit:
        owner = getattr(hook, "__self__", None)
        if isinstance(owner, Allocator):
            return owner
    raise AssertionError("the service computes nothing")


async def crowded(start: Start) -> Hall:
    """Two tasks want one boat each, and there are two boats: the near one is nearer to both."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("far", "water_rescue", lon=106.60, name_en="Far Boat")
    await scene.ready_unit("medic", "medical", lon=106.34)
    await scene.task("water_rescue", title="东", location={"lon": 106.50, "lat": 39.05})
    await scene.task("water_rescue", "medical", title="西", life_saving=True)
    return Hall(scene)


async def test_lives_come_first_and_every_line_says_why(start: Start) -> None:
    hall = await crowded(start)
    found = await hall.ready()
    assert pairs(found) == {("near", "西"), ("medic", "西"), ("far", "东")}
    assert (found.wanted, found.covered, found.sent, found.complete, len(found.gaps)) == (3, 3, 3, True, 0)
    assert found.bound <= found.objective + 1e-6
    assert found.gap < 0.001
    assert (found.progress, found.message.zh, found.travel.source) == (100, "方案可用", advice.TRAVEL_SOURCE_ESTIMATE)
    assert all(line.reasons and "{" not in "".join(each.zh + each.en for each in line.reasons) for line in found.lines)
    instead = [each for line in found.lines for each in line.reasons if each.code == "ALLOCATED_NEXT_SENT"]
    assert "Far Boat" in instead[0].en
    assert "示例far" in instead[0].zh
    listed = await hall.scene.call(hall.stub.ListAllocationProposals, pb.ListAllocationProposalsRequest())
    assert [(each.name, len(each.lines)) for each in listed.allocation_proposals] == [(found.name, 0)]
    assert await hall.events() == ["AllocationProposed", "AllocationStarted", "AllocationReady"]


async def test_the_slot_model_reserve_pins_and_exclusions(start: Start) -> None:
    hall = await crowded(start)
    found = await hall.ready(model=pb.ALLOCATION_MODEL_SLOT)
    assert pairs(found) == {("near", "西"), ("medic", "西"), ("far", "东")}
    listed = (await hall.scene.call(hall.scene.tasks.ListTasks, tasks.ListTasksRequest())).tasks
    east = next(each.name for each in listed if each.title == "东")
    pinned = await hall.ready(pinned=[pb.UnitTask(unit="units/near", task=east)])
    assert ("near", "东") in pairs(pinned)
    forbidden = await hall.ready(forbidden=[pb.UnitTask(unit="units/far", task=east)], model=pb.ALLOCATION_MODEL_SLOT)
    assert ("far", "东") not in pairs(forbidden)
    kept = await hall.ready(reserve_share=1.0, reserve_price_s=100000)
    assert (kept.sent, kept.covered) == (0, 0)
    assert {gap.reason.code for gap in kept.gaps} == {"GAP_NOT_WORTH_IT"}


async def test_nobody_goes_beyond_what_the_amounts_of_the_others_bring(start: Start) -> None:
    """Three boats are wanted; one crew has three. Units are usually smaller, so the solver may count three of them: those that change nothing stay."""
    scene = await open_scene(start)
    await scene.ready_unit("three-boats", "water_rescue", lon=106.33, count=3)
    for number in range(4):
        await scene.ready_unit(f"one-boat-{number}", "water_rescue", lon=106.40 + number / 100)
    await scene.task("water_rescue", title="东", count=3)
    hall = Hall(scene)
    found = await hall.ready()
    assert (pairs(found), found.sent) == ({("three-boats", "东")}, 1)
    answer = await hall.commit(found.name)
    assert (answer.offered, answer.refused) == (1, 0)


async def test_two_tasks_get_all_the_boats_there_are(start: Start) -> None:
    """Seven boats in five crews, three and four wanted: whom one task does not need goes to the other."""
    scene = await open_scene(start)
    for number, boats in enumerate((2, 2, 1, 1, 1)):
        await scene.ready_unit(f"crew-{number}", "water_rescue", lon=106.33 + number / 100, count=boats)
    await scene.task("water_rescue", title="甲", life_saving=True, count=3)
    await scene.task("water_rescue", title="乙", location={"lon": 106.40, "lat": 39.03}, count=4)
    hall = Hall(scene)
    for model in (pb.ALLOCATION_MODEL_COVER, pb.ALLOCATION_MODEL_SLOT):
        found = await hall.ready(model=model)
        assert (found.wanted, found.covered, found.sent, list(found.gaps)) == (7, 7, 5, [])
        assert found.bound <= found.objective


async def test_what_is_covered_is_counted_in_amounts(start: Start) -> None:
    """Five to be moved; three crews move one each, the farther one three. With it barred, two of five stay open, and it is said."""
    scene = await open_scene(start)
    for number, each in enumerate((1, 1, 1, 3)):
        await scene.ready_unit(f"crew-{number}", "evacuation", lon=106.33 + number / 100, count=each)
    task = await scene.task("evacuation", title="转移", count=5)
    hall = Hall(scene)
    found = await hall.ready()
    assert ({unit for unit, _ in pairs(found)}, found.wanted, found.covered, found.complete) == ({"crew-0", "crew-1", "crew-3"}, 5, 5, True)
    barred = await hall.ready(forbidden=[pb.UnitTask(unit="units/crew-3", task=task.name)])
    assert (barred.wanted, barred.covered, [(gap.missing, gap.could, gap.reason.code) for gap in barred.gaps]) == (5, 3, [(2, 3, "GAP_EXCLUDED")])
    told = await hall.scene.call(hall.stub.CompareAllocations, pb.CompareAllocationsRequest(name=barred.name))
    assert (told.after.covered, told.after.wanted) == (3, 5)


async def test_a_commit_tells_every_conflict_and_sends_the_rest(start: Start) -> None:
    """Meanwhile the near boat went elsewhere: its line is refused, the others go; a repeat is the same answer, a second commit sends nothing twice."""
    hall = await crowded(start)
    found = await hall.ready()
    other = await hall.scene.task("water_rescue", title="另")
    await hall.scene.send("near", other.name)
    answer = await hall.commit(found.name, request_id="once")
    outcomes = {each.unit.removeprefix("units/"): each for each in answer.outcomes}
    assert (answer.offered, answer.refused) == (2, 1)
    assert outcomes["near"].refusal.code == "UNIT_BUSY"
    assert outcomes["near"].refusal.zh.startswith("示例near 已被派出或在途")
    again = await hall.get(found.name)
    assert {line.refusal_reason.zh: line.refusal for line in again.lines} == {outcomes["near"].refusal.zh: "UNIT_BUSY", "": ""}
    assert outcomes["far"].assignment
    assert answer.proposal.state == pb.ALLOCATION_STATE_COMMITTED
    sent = await hall.scene.call(hall.scene.assignments.GetAssignment, assignments_pb2.GetAssignmentRequest(name=outcomes["far"].assignment))
    assert (sent.unit, sent.allocation_proposal) == ("units/far", found.name)
    assert await hall.commit(found.name, request_id="once") == answer
    again = await hall.commit(found.name)
    assert [(each.unit, each.refusal.code) for each in again.outcomes] == [("units/near", "UNIT_BUSY")]
    assert "AllocationCommitted" in await hall.events()


async def test_lines_are_judged_by_what_holds_now(start: Start) -> None:
    """A need met meanwhile, a task that was cancelled: each is said by name."""
    hall = await crowded(start)
    await hall.scene.ready_unit("third", "water_rescue", lon=106.61)
    found = await hall.ready()
    by_title = {line.title: line for line in found.lines if "water_rescue" in line.covers}
    await hall.scene.send("third", by_title["东"].task)
    await hall.scene.call(hall.scene.tasks.CancelTask, tasks.TaskReasonRequest(name=by_title["西"].task, reason="已脱险"))
    only = await hall.commit(found.name, by_title["东"].number)
    assert [each.refusal.code for each in only.outcomes] == ["NEED_MET"]
    rest = await hall.commit(found.name)
    refusals = {each.refusal.code: each.refusal for each in rest.outcomes}
    assert set(refusals) == {"NEED_MET", "TASK_NOT_OPEN"}
    assert refusals["NEED_MET"].zh.startswith("“东”所缺的力量")
    assert refusals["TASK_NOT_OPEN"].en.startswith("西 is cancelled")
    beyond = pb.CommitAllocationRequest(name=found.name, lines=[99])
    assert (await hall.scene.refused(hall.stub.CommitAllocation, beyond))[0] == "NO_SUCH_LINE"


async def test_an_explicit_need_becomes_one_task(start: Start) -> None:
    hall = await crowded(start)
    needs = [pb.ExplicitNeed(incident=hall.scene.incident, title="增援", needs=[advice.UnitNeed(code="medical", count=1)], life_saving=True)]
    found = await hall.ready(needs=needs)
    extra = next(line for line in found.lines if line.title == "增援")
    assert extra.task == ""
    answer = await hall.commit(found.name, extra.number)
    task = await hall.scene.call(hall.scene.tasks.GetTask, tasks.GetTaskRequest(name=answer.outcomes[0].task))
    assert (task.title, task.incident, task.life_saving, task.state) == ("增援", hall.scene.incident, True, tasks.TASK_STATE_ISSUED)


async def test_a_proposal_follows_the_one_before_it(start: Start) -> None:
    """The worker still knows its last answer: a pin more is solved from it, as well as afresh; a unit that is elsewhere now makes it begin afresh."""
    hall = await crowded(start)
    listed = (await hall.scene.call(hall.scene.tasks.ListTasks, tasks.ListTasksRequest())).tasks
    pin = [pb.UnitTask(unit="units/near", task=next(each.name for each in listed if each.title == "东"))]
    for model in (pb.ALLOCATION_MODEL_SLOT, pb.ALLOCATION_MODEL_COVER):
        first = await hall.ready(model=model)
        pinned = await hall.ready(model=model, pinned=pin)
        again = await hall.ready(model=model)
        assert (first.warm, pinned.warm, again.warm) == (False, True, True)
        assert pairs(pinned) == {("near", "东"), ("far", "西"), ("medic", "西")}
        assert (pairs(again), again.objective) == (pairs(first), first.objective)
        assert pinned.proven
    await hall.scene.ready_unit("third", "water_rescue", lon=106.61)
    assert not (await hall.ready(model=pb.ALLOCATION_MODEL_COVER)).warm


async def test_before_and_after_are_compared(start: Start) -> None:
    hall = await crowded(start)
    await hall.scene.ready_unit("early", "water_rescue", lon=106.31)
    listed = (await hall.scene.call(hall.scene.tasks.ListTasks, tasks.ListTasksRequest())).tasks
    west = next(each.name for each in listed if each.title == "西")
    await hall.scene.send("early", west)
    found = await hall.ready()
    told = await hall.scene.call(hall.stub.CompareAllocations, pb.CompareAllocationsRequest(name=found.name))
    assert [(each.before.wanted, each.before.covered, each.after.covered, each.after.units) for each in told.incidents] == [(3, 1, 3, 3)]
    assert [each.title for each in told.incidents] == ["大武口沟山洪"]  # it was the title of its first task
    assert not told.before.HasField("mean_s")
    assert told.after.worst_s >= told.after.mean_s > 0
    assert [(each.free_before, each.free_after) for each in told.areas] == [(3, 1)]
    without = await hall.ready(forbidden=[pb.UnitTask(unit="units/medic", task=west)])
    against = await hall.scene.call(hall.stub.CompareAllocations, pb.CompareAllocationsRequest(name=found.name, against=without.name))
    assert (against.before.covered, against.after.covered, against.incidents[0].title) == (2, 3, "大武口沟山洪")


async def eventually(holds: Callable[[], bool]) -> bool:
    """It holds within ten seconds."""
    for _ in range(1000):
        if holds():
            return True
        await asyncio.sleep(0.01)
    return False


async def holding(hall: Hall, act: Callable[[int], None]) -> str:
    """Do something to the worker of a computation as soon as there is one."""
    name = await hall.propose()
    worker = worker_of(hall.scene.running).worker
    assert await eventually(lambda: worker.pid != 0)
    act(worker.pid)
    return name


async def test_a_killed_worker_is_replaced(start: Start) -> None:
    hall = await crowded(start)
    name = await holding(hall, lambda pid: os.kill(pid, signal.SIGKILL))
    found = await hall.until(name, "ready", "failed")
    assert (found.state, found.attempts, found.sent) == (pb.ALLOCATION_STATE_READY, 2, 3)


async def test_a_cancelled_computation_ends_with_its_worker(start: Start) -> None:
    hall = await crowded(start)
    name = await holding(hall, lambda pid: os.kill(pid, signal.SIGSTOP))
    worker = worker_of(hall.scene.running).worker
    await hall.scene.call(hall.stub.CancelAllocationProposal, pb.CancelAllocationProposalRequest(name=name, reason="改用预案"))
    assert await eventually(lambda: worker.pid == 0)
    found = await hall.get(name)
    assert (found.state, found.message.zh, found.message.en) == (pb.ALLOCATION_STATE_CANCELLED, "已撤销：改用预案", "cancelled: 改用预案")
    assert (await hall.scene.refused(hall.stub.CommitAllocation, pb.CommitAllocationRequest(name=name)))[0] == "INVALID_TRANSITION"
    assert (await hall.ready()).sent == 3


def stop_computing(running: Running) -> None:
    """This replica computes nothing from now on, as if its process had ended."""
    computing = [task for task in running.service.tasks if "Allocator.run" in repr(task.get_coro())]
    assert len(computing) == 1
    computing[0].cancel()


async def replica_of(running: Running) -> Service:
    """One more dispatch on the same databases."""
    service = Service(DEFINITION, running.service.settings)
    await service.start()
    return service


async def test_two_replicas_compute_each_proposal_once(start: Start) -> None:
    hall = await crowded(start)
    other = await replica_of(hall.scene.running)
    try:
        names = [await hall.propose() for _ in range(5)]
        found = [await hall.until(name, "ready", "failed") for name in names]
        assert {(each.state, each.attempts, each.sent) for each in found} == {(pb.ALLOCATION_STATE_READY, 1, 3)}
        assert (await hall.events()).count("AllocationStarted") == 5
    finally:
        await other.stop()


async def test_a_computation_survives_the_kill_of_its_service(start: Start) -> None:
    """A process of its own begins it and is killed with SIGKILL; another replica finds it computing without a lease and computes it again."""
    hall = await crowded(start)
    stop_computing(hall.scene.running)
    settings = hall.scene.running.service.settings
    given = {name: str(getattr(settings, name)) for name in ("database_url", "log_url", "identity_public_key", "audit_key")}
    environment = os.environ | {f"FENGHUO_{name.upper()}": value for name, value in given.items()} | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.dispatch.main", env=environment, cwd=ROOT)
    try:
        name = await hall.propose()
        await hall.until(name, "computing")
    finally:
        process.kill()
        await process.wait()
    assert (await hall.get(name)).state == pb.ALLOCATION_STATE_COMPUTING
    other = await replica_of(hall.scene.running)
    try:
        found = await hall.until(name, "ready", "failed")
        assert (found.state, found.attempts, found.sent) == (pb.ALLOCATION_STATE_READY, 2, 3)
    finally:
        await other.stop()
