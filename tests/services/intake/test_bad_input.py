"""Bad input over HTTP: a problem that names the field, echoes nothing, and stores nothing."""

import orjson
import pytest

from tests.services.intake.house import open_house, told

NAME, NUMBER = "Invented Person", "10000000000"


def phone(**more):
    return {"kind": "phone", **more}


LONG = "x" * 20_001
DEEP = orjson.dumps(told())[:-1] + b',"signals":' + b"[" * 40 + b"]" * 40 + b"}"
BODIES = [
    ("unreadable bytes", b"\xff\xfe\x00\x01" * 50, 400, "not-utf8", None),
    ("gb18030", orjson.dumps(told()).decode().encode("gb18030"), 400, "not-utf8", None),
    ("utf-16", orjson.dumps(told()).decode().encode("utf-16"), 400, "not-utf8", None),
    ("cut off", orjson.dumps(told())[:-5], 400, "not-json", None),
    ("nested deeply", DEEP, 400, "too-deep", None),
    ("ten megabytes", b'{"text":"' + b"x" * 10_000_000 + b'"}', 413, "too-large", None),
    ("a list", b"[]", 422, "invalid", ""),
    ("no line", told(line=None), 422, "invalid", "/line"),
    ("unknown line", told(line="moon_travel"), 422, "invalid", "/line"),
    ("line of a wrong type", told(line=7), 422, "invalid", "/line"),
    ("unknown business", told(line="sharing_economy", business="boats"), 422, "invalid", "/business"),
    ("no channel", told(channel=None), 422, "invalid", "/channel"),
    ("channel without its kind", told(channel={"call_id": "1"}), 422, "invalid", "/channel"),
    ("unknown channel", told(channel={"kind": NAME}), 422, "invalid", "/channel"),
    ("rings in words", told(channel=phone(rings=NAME)), 422, "invalid", "/channel/rings"),
    ("an agent by name", told(channel=phone(agent=NAME)), 422, "invalid", "/channel/agent"),
    ("a field of another channel", told(channel=phone(page="x")), 422, "invalid", "/channel/page"),
    ("no text and no signal", told(text=None), 422, "invalid", "/text"),
    ("blank text", told(text="  \n"), 422, "invalid", "/text"),
    ("text of a wrong type", told(text=[NUMBER]), 422, "invalid", "/text"),
    ("text too long", told(text=LONG), 422, "invalid", "/text"),
    ("unknown language", told(language="tlh"), 422, "invalid", "/language"),
    ("phone of a wrong form", told(contact={"phone": NAME}), 422, "invalid", "/contact/phone"),
    ("mail of a wrong form", told(contact={"email": NAME}), 422, "invalid", "/contact/email"),
    ("an unknown contact field", told(contact={"fax": NUMBER}), 422, "invalid", "/contact/fax"),
    ("a name as reference", told(references={"instructor": NAME}), 422, "invalid", "/references/instructor"),
    ("a reference with a made-up name", told(references={NAME: "x"}), 422, "invalid", "/references"),
    ("a fraction as fact", told(facts={"fare": 27.5}), 422, "invalid", "/facts/fare"),
    ("a sentence as fact", told(facts={"fare": f"ask {NAME}"}), 422, "invalid", "/facts/fare"),
    ("a list as fact", told(facts={"fare": [1]}), 422, "invalid", "/facts/fare"),
    ("a fact past any number", told(facts={"fare": 2**60}), 422, "invalid", "/facts/fare"),
    ("too many facts", told(facts={f"f{n}": 1 for n in range(61)}), 422, "invalid", "/facts"),
    ("signals that are none", told(signals=[NAME]), 422, "invalid", "/signals/0"),
    ("an unknown wish", told(wish=NAME), 422, "invalid", "/wish"),
    ("an unknown kind", told(kind=NAME), 422, "invalid", "/kind"),
    ("a day that is none", told(incident_on="2026-02-30"), 422, "invalid", "/incident_on"),
    ("a misspelt field", told(lien="x"), 422, "invalid", "/lien"),
]  # fmt: skip


@pytest.fixture
async def open():
    async with open_house() as (house, http):
        yield house, http


async def test_each_is_named_and_nothing_is_echoed_or_stored(open):
    house, http = open
    for what, body, status, kind, pointer in BODIES:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {"x-api-key": house.keys["hotline"], "idempotency-key": "k1", "content-type": "application/json"}
        answer = await http.post("/v1/complaints", content=content, headers=headers)
        problem = answer.json()
        assert (answer.status_code, problem["type"].rsplit("/", 1)[-1]) == (status, kind), what
        assert answer.headers["content-type"] == "application/problem+json"
        assert NAME not in answer.text and NUMBER not in answer.text and "约了" not in answer.text, what
        if pointer is not None:
            assert pointer in [error["pointer"] for error in problem["errors"]], (what, problem)
    assert house.broker.records == {} and house.store.things == {}


async def test_headers_are_named_too(open):
    house, http = open
    good = {"x-api-key": house.keys["hotline"], "idempotency-key": "k1", "content-type": "application/json"}
    cases = [
        ({"idempotency-key": None}, 400, "idempotency-key-missing"),
        ({"idempotency-key": "two words"}, 400, "idempotency-key-wrong"),
        ({"idempotency-key": "k" * 300}, 400, "idempotency-key-wrong"),
        ({"x-api-key": None}, 401, "unauthenticated"),
        ({"x-api-key": "rk_hotline_" + "x" * 43}, 401, "unauthenticated"),
        ({"x-api-key": "rk_nobody_" + "x" * 43}, 401, "unauthenticated"),
        ({"content-type": "text/plain"}, 415, "unsupported-media-type"),
        ({"content-type": "application/json; charset=gbk"}, 415, "unsupported-media-type"),
        ({"content-encoding": "gzip"}, 415, "unsupported-media-type"),
        ({"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,eA=="}, 401, "unauthenticated"),
    ]
    for change, status, kind in cases:
        headers = {name: value for name, value in (good | change).items() if value is not None}
        answer = await http.post("/v1/complaints", content=orjson.dumps(told()), headers=headers)
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (status, kind), change
    assert house.broker.records == {}


async def test_bad_paths_and_methods_are_problems(open):
    _, http = open
    for method, path, status in [
        ("GET", "/v1/complaints/nonsense", 404),
        ("POST", "/v1/complaints/nonsense/messages", 404),
        ("PUT", "/v1/complaints", 405),
        ("GET", "/v1/complaints/batch", 404),
        ("DELETE", "/v1/complainants/nobody", 401),
        ("POST", "/v1/complaints/batch", 401),
    ]:
        answer = await http.request(method, path)
        assert (answer.status_code, answer.json()["status"]) == (status, status), (method, path)


async def test_an_integration_bound_to_its_lines_speaks_for_no_other(open):
    house, http = open
    house.integration("rail", lines=["high_speed_rail"])
    headers = {"x-api-key": house.keys["rail"], "idempotency-key": "k"}
    assert (await http.post("/v1/complaints", json=told(line="high_speed_rail"), headers=headers)).status_code == 202
    answer = await http.post("/v1/complaints", json=told(), headers=headers)
    assert answer.json()["errors"][0]["pointer"] == "/line"
