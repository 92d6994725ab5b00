"""What is complained of: ordinary matters, danger, and such as end in money, with the orders behind them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Story = Literal["ordinary", "danger", "ticket", "deposit"]
SHARES: Sequence[tuple[Story, float]] = (("ordinary", 0.94), ("ticket", 0.03), ("deposit", 0.01), ("danger", 0.02))
AGAIN = 0.1
"""Of the tickets so many are claimed a second time, by another complaint."""
TICKETS = 10_000

ORDINARY = (
    {"line": "ride_hailing", "text": "司机绕路，多收了十几块钱，请核对一下行程。"},
    {"line": "sharing_economy", "text": "共享单车扫了码开不了锁，却开始计费了。", "business": "bike"},
    {"line": "high_speed_rail", "text": "车厢里空调太冷，跟乘务员说了两次都没人管。"},
    {"line": "farm_aftersales", "text": "播种机的配件订了半个月还没到，服务站也不来个电话。"},
    {"line": "driving_school", "text": "報名時說好不加收費用，現在又要交場地費。", "language": "zh-Hant"},
    {"line": "high_speed_rail", "text": "The announcement was only in one language.", "language": "en"},
)
DANGER = {"line": "driving_school", "text": "教练在副驾驶打瞌睡，喊了好几声才睁眼，我现在停在路边不敢开了。"}
TICKET = {
    "line": "high_speed_rail",
    "text": "我的票离开车还有四十七个小时就退了，票价553元，退票费扣了110多，扣得不对，请重新核算并退还多扣的钱。",
    "wish": "refund",
}
DEPOSIT = {
    "line": "sharing_economy",
    "business": "bike",
    "text": "共享單車的押金一百九十九元，申請退款已經三個工作天，到現在還沒退。",
    "language": "zh-Hant",
    "wish": "refund",
}
FINDING = {
    "result": "upheld",
    "cause": "deposit_late",
    "tables": ["sharing.deposit"],
    "facts": {"deposit": "199", "vehicle": "bike", "working_days_since_request": "3"},
}
REFUNDS = {"ticket": "497.50", "deposit": "199.00"}


def orders() -> list[dict[str, Any]]:
    """What the order system knows: every ticket of the campaign."""
    facts = {"fare": "553", "hours_before_departure": "47"}
    return [{"reference": _ticket(n), "line": "high_speed_rail", "facts": facts} for n in range(TICKETS)]


def _ticket(number: int) -> str:
    return f"T-{number:06}"


@dataclass(frozen=True)
class Complaint:
    """One complaint as an integration tells it, under its key."""

    integration: str
    key: str
    story: Story
    body: dict[str, Any]

    @property
    def ticket(self) -> str:
        """The ticket it is about; empty for other stories."""
        return str(self.body.get("references", {}).get("ticket", ""))

    def otherwise(self) -> dict[str, Any]:
        """Another body for the same key: what else there is to say."""
        return {**self.body, "text": f"{self.body['text']} 补充：{self.key}"}


class Teller:
    """Makes complaints in turn; a seed makes the same again."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._number = self._tickets = 0

    def next(self, integration: str, channel: dict[str, Any]) -> Complaint:
        """The next complaint of an integration."""
        self._number += 1
        names, weights = zip(*SHARES, strict=True)
        story: Story = self.random.choices(names, weights)[0]
        if story == "ticket" and self._tickets >= TICKETS:
            story = "ordinary"
        body = {**self._of(story), "channel": channel}
        if self._number % 3 == 0:
            body["contact"] = {"email": f"c{self._number}@complaints.example"}
        return Complaint(integration, f"k-{self._number:07}", story, body)

    def _of(self, story: Story) -> dict[str, Any]:
        if story == "ordinary":
            return dict(self.random.choice(ORDINARY))
        if story == "ticket":
            if self._tickets and self.random.random() < AGAIN:
                number = self.random.randrange(self._tickets)
            else:
                number, self._tickets = self._tickets, self._tickets + 1
            return {**TICKET, "references": {"ticket": _ticket(number)}}
        return dict(DANGER if story == "danger" else DEPOSIT)
