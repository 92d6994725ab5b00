"""What people do about a case, through the services' own HTTP: staff with a token, complainants with their link."""

from collections.abc import Awaitable, Callable
from typing import Any

from deploy.local.run import Run
from deploy.local.scenario.calls import Api, Refused
from deploy.local.scenario.script import Case
from deploy.local.scenario.telling import Told
from deploy.local.scenario.watch import Story, Watch

WAIT_S = 60.0
Act = Callable[[dict[str, Any], Case, Told, str], Awaitable[None]]


class People:
    """Agents, investigators, managers and complainants of the demo."""

    def __init__(self, run: Run, watch: Watch) -> None:
        self.triage, self.compensation = Api(run.url("triage")), Api(run.url("compensation"))
        self.watch = watch
        staff = run.keys.staff
        self.agent = staff.token("agent-1007", ["agent"])
        self.investigator = staff.token("investigator-21", ["investigator"])
        self.manager = staff.token("manager-3", ["manager"])
        self._acts: dict[str, Act] = {
            "accept": self._accept,
            "assign": self._staff("assignment", "owner"),
            "refuse": self._staff("refusal", "reason"),
            "step": self._staff("steps", "step"),
            "answer": self._staff("answer", "kind"),
            "contact": self._staff("contact", "reached"),
            "call_back": self._call_back,
            "finding": self._finding,
            "correct": self._correct,
            "clear": self._clear,
        }

    async def work(self, case: Case, told: Told) -> None:
        """Does everything the script says, in order; each waits until it can be done."""
        story = self.watch.story(told.id)
        await self._wait(lambda: bool(story.of("triage.triaged")), f"{case.name}: not triaged")
        for number, act in enumerate(case.acts):
            verb = next(iter(act))
            await self._acts[verb](act, case, told, f"{case.key}-{number}")

    async def _wait(self, true: Callable[[], bool], otherwise: str) -> None:
        if not await self.watch.until(true, WAIT_S):
            raise Refused(otherwise)

    def _staff(self, path: str, field: str) -> Act:
        async def act(act: dict[str, Any], case: Case, told: Told, key: str) -> None:
            value = next(iter(act.values()))
            await self.triage.done("POST", f"/v1/cases/{told.id}/{path}", self.agent, {field: value}, key)

        return act

    async def _finding(self, act: dict[str, Any], case: Case, told: Told, key: str) -> None:
        await self.triage.done("POST", f"/v1/cases/{told.id}/finding", self.investigator, act["finding"], key)

    async def _correct(self, act: dict[str, Any], case: Case, told: Told, key: str) -> None:
        body = {"action": act["correct"], "unit": act["unit"]}
        await self.triage.done("POST", f"/v1/cases/{told.id}/corrective-actions", self.investigator, body, key)

    async def _clear(self, act: dict[str, Any], case: Case, told: Told, key: str) -> None:
        """A manager, once every protective action is acknowledged."""
        story = self.watch.story(told.id)
        wanted = set(case.ends.actions)
        await self._wait(lambda: wanted <= acknowledged(story), f"{case.name}: protective actions not acknowledged")
        body = {"safety": "cleared", "reason_code": act["clear"]}
        await self.triage.done("POST", f"/v1/cases/{told.id}/safety", self.manager, body, key)

    async def _call_back(self, act: dict[str, Any], case: Case, told: Told, key: str) -> None:
        """Once it is resolved: is it put right?"""
        story = self.watch.story(told.id)
        await self._wait(lambda: bool(story.of("triage.resolved")), f"{case.name}: not resolved")
        body = {"satisfied": act["call_back"]}
        await self.triage.done("POST", f"/v1/cases/{told.id}/call-backs", self.agent, body, key)

    async def _accept(self, act: dict[str, Any], case: Case, told: Told, key: str) -> None:
        """The complainant, by the secret link, everything a table offers; `choice` by the kind of remedy wanted."""
        table, story = act["accept"], self.watch.story(told.id)

        def offered() -> list[dict[str, Any]]:
            remedies = story.of_teller("compensation").get("remedies", [])
            return [each for each in remedies if each["table"] == table and each["state"] == "offered"]

        await self._wait(lambda: bool(offered()), f"{case.name}: {table} offered nothing")
        for number, remedy in enumerate(offered()):
            kinds = [one["kind"] for one in remedy["remedy"].get("one_of", [])]
            body = {"choice": kinds.index(act["choice"])} if kinds else {}
            path = f"/v1/remedies/{remedy['id']}/acceptance"
            await self.compensation.done("POST", path, told.token, body, f"{key}-{number}")


def acknowledged(story: Story) -> set[str]:
    """The protective actions somebody carries out."""
    return {fact.happened["action"] for fact in story.of("triage.protective-action-acknowledged")}
