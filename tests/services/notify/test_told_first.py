"""From the order system's two calls to the message that goes out: intake and notify, one after the other."""

from services.notify.channels.log import LogChannel
from services.notify.domain import LINK
from shared.flow.messages import Order
from shared.flow.records import Outgoing
from tests.services.intake.house import SEALS, open_house, settled
from tests.services.intake.house import told as complaint
from tests.services.intake.test_events import event
from tests.services.notify.house import house, orders, run

DRIVER = {"name": "欧阳 Ben-Ali Ó Néill", "plate": "粤B·0D1O8Q", "phone": "+86 100 0000 0042"}


async def test_RH_5_who_waits_for_a_car_that_was_cancelled_reads_first_which_one_comes_instead(tmp_path):
    anomaly = complaint(
        channel={"kind": "web"}, line="ride_hailing", origin="system", text="", signals=["order_anomaly"],
        references={"order": "R-4711"}, facts={"anomaly": "driver_cancelled", "alternative": "another_car"}, wish=None,
    )  # fmt: skip
    named = event(subject="order/R-4711", type="redress.supplied.order.v1",
                  data={"line": "ride_hailing", "respondent": DRIVER})  # fmt: skip
    async with open_house() as (intake, http):
        key = {"x-api-key": intake.integration("orders", supplies=True)}
        await intake.integrations.refresh()
        sent = await http.post("/v1/complaints", json=anomaly, headers={**key, "idempotency-key": "k1"})
        assert sent.status_code == 202, sent.text
        structured = {**key, "content-type": "application/cloudevents+json"}
        assert (await http.post("/v1/events", json=named, headers=structured)).status_code == 202
        await settled(intake, lambda h: h.state(sent.json()["id"])["respondent"])
        await settled(intake, lambda h: all(log.lag() == 0 for log in h.logs.values()))
    notify = await house()
    for (topic, _), records in intake.broker.records.items():
        if topic.startswith(("redress.intake.s", "redress.intake.e", "redress.contacts")):
            notify.put(*(Outgoing(topic, (r.key or b"").decode(), r.value, tuple(r.headers)) for r in records))
    await run(notify)

    channel = LogChannel(tmp_path / "outbox", SEALS.contact.open, lambda complaint: {LINK: "https://s.example/x"})
    for content in orders(notify):
        await channel.carry_out(Order("c1", "message/m", "message", content["template"], 1, content))
    first, then = (tmp_path / "outbox").read_text("utf-8").splitlines()
    assert "您的订单 R-4711 已被司机取消" in first and "https://s.example/x" in first
    assert f"司机 {DRIVER['name']}，车牌 {DRIVER['plate']}，电话 {DRIVER['phone']}。" in then
