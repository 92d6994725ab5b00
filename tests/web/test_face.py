"""The shared face: what it lets through, and how it says no."""

import orjson
import pytest
from structlog.testing import capture_logs

from tests.web.faces import JSON, body, caller, face

SECRET = "10000000000 Zhang San"


async def tell(content: bytes, **headers: str):
    async with caller(face()) as http:
        return await http.post("/v1/told", content=content, headers={**JSON, **headers})


async def test_a_good_request_is_answered_with_where_to_look():
    answer = await tell(body())
    assert (answer.status_code, answer.json()) == (202, {"key": "k1", "text": "hello"})
    assert answer.headers["location"] == "/v1/told/1" and answer.headers["x-content-type-options"] == "nosniff"


MEDIA = "unsupported-media-type"
DEEP = b'{"text":"a","facts":' + b'{"a":' * 40 + b"1" + b"}" * 41

BAD = [
    ("latin-1", '{"text":"\xe9%s"}'.encode("latin-1").replace(b"%s", SECRET.encode()), {}, 400, "not-utf8", None),
    ("utf-16", f'{{"text":"{SECRET}"}}'.encode("utf-16"), {}, 400, "not-utf8", None),
    ("half a document", b'{"text":"' + SECRET.encode(), {}, 400, "not-json", None),
    ("not a number", b'{"text": NaN}', {}, 400, "not-json", None),
    ("half a surrogate", b'{"text":"\\ud83d"}', {}, 400, "not-json", None),
    ("forty levels", DEEP, {}, 400, "too-deep", None),
    ("ten thousand levels", b"[" * 10_000 + b"]" * 10_000, {}, 400, "too-deep", None),
    ("a list", b"[1]", {}, 422, "invalid", ""),
    ("nothing", b"", {}, 422, "invalid", ""),
    ("no text", b"{}", {}, 422, "invalid", "/text"),
    ("a number for text", b'{"text":10000000000}', {}, 422, "invalid", "/text"),
    ("too long", body(text=SECRET * 3), {}, 422, "invalid", "/text"),
    ("unknown field", body(secret=SECRET), {}, 422, "invalid", "/secret"),
    ("a name as field", orjson.dumps({"text": "a", SECRET: 1}), {}, 422, "invalid", ""),
    ("unknown channel", body(channel={"kind": SECRET}), {}, 422, "invalid", "/channel"),
    ("wrong inside the union", body(channel={"kind": "phone", "rings": SECRET}), {}, 422, "invalid", "/channel/rings"),
    ("missing inside the union", body(channel={"kind": "web"}), {}, 422, "invalid", "/channel/page"),
    ("a fraction as fact", body(facts={"fare": 27.5}), {}, 422, "invalid", "/facts/fare"),
    ("form", b"text=" + SECRET.encode(), {"content-type": "application/x-www-form-urlencoded"}, 415, MEDIA, None),
    ("gbk announced", body(), {"content-type": "application/json; charset=gbk"}, 415, MEDIA, None),
    ("compressed", body(), {"content-encoding": "gzip"}, 415, MEDIA, None),
    ("no key", body(), {"idempotency-key": ""}, 400, "idempotency-key-wrong", None),
    ("key too long", body(), {"idempotency-key": "k" * 201}, 400, "idempotency-key-wrong", None),
    ("ten megabytes", b'{"text":"' + b"x" * 10_000_000 + b'"}', {}, 413, "too-large", None),
    ("large headers", body(), {"x-large": "x" * 20_000}, 431, "headers-too-large", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "headers", "status", "kind", "pointer"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD]
)
async def test_bad_input_is_answered_by_a_problem_that_names_the_field_and_echoes_nothing(
    content, headers, status, kind, pointer
):
    answer = await tell(content, **headers)
    problem = answer.json()
    assert (answer.status_code, problem["type"].rsplit("/", 1)[-1], problem["status"]) == (status, kind, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "10000000000" not in answer.text and "Zhang" not in answer.text
    if pointer is not None:
        assert pointer in [error["pointer"] for error in problem["errors"]]


async def test_a_body_without_a_length_is_cut_off_at_the_limit_too():
    async def endless():
        yield b'{"text":"'
        for _ in range(300):
            yield b"x" * 10_000

    async with caller(face()) as http:
        answer = await http.post("/v1/told", content=endless(), headers=JSON)
    assert answer.status_code == 413


async def test_a_missing_key_is_named():
    async with caller(face()) as http:
        answer = await http.post("/v1/told", content=body(), headers={"content-type": "application/json"})
    assert answer.json()["errors"] == [{"header": "Idempotency-Key", "detail": "is needed"}]


async def test_a_quoted_key_is_the_same_as_the_bare_one():
    assert (await tell(body(), **{"idempotency-key": '"a \\"b\\\\"'})).json()["key"] == 'a "b\\'
    assert (await tell(body(), **{"idempotency-key": '"k1"'})).json()["key"] == "k1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/v1/told", 405), ("GET", "/v1/away", 503), ("GET", "/v1/broken", 500)],
)
async def test_every_other_error_is_a_problem_too(method, path, status):
    async with caller(face()) as http:
        answer = await http.request(method, path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Zhang" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_typed_routes_tell_faults_in_path_and_body_alike():
    async with caller(face()) as http:
        answer = await http.post("/v1/typed/x", json={"text": 5})
    places = [(e.get("pointer"), e.get("parameter")) for e in answer.json()["errors"]]
    assert sorted(places, key=str) == [("/text", None), (None, "number")]


async def test_a_number_past_64_bits_is_read_alike_by_typed_routes_and_hot_ones():
    large = b"1" * 40
    async with caller(face()) as http:
        typed = await http.post("/v1/kept", content=b'{"kept":{"much":%s}}' % large, headers=JSON)
        hot = await http.post("/v1/told", content=b'{"text":"a","facts":{"much":%s}}' % large, headers=JSON)
    assert (typed.status_code, typed.json()["kept"]["much"]) == (202, float(large))
    assert (hot.status_code, hot.json()["errors"][0]["pointer"]) == (422, "/facts/much")


async def test_log_and_metrics_know_templates_only_and_a_defect_keeps_its_words_to_itself():
    with capture_logs() as logs:
        async with caller(face()) as http:
            await http.post("/v1/typed/47110815", json={"text": "hi"})
            await http.get("/v1/broken")
            await http.post("/v1/told", content=body(), headers=JSON)
            await http.request("BREW", f"/{SECRET}")
            metrics = (await http.get("/metrics")).text
    assert [entry["route"] for entry in logs if entry["event"] == "request"] == [
        "/v1/typed/{number}", "/v1/broken", "/v1/told", "unmatched",
    ]  # fmt: skip
    assert 'route="/v1/typed/{number}",service="toy",status="200"' in metrics
    for told in (metrics, str(logs)):
        assert "47110815" not in told and "Zhang" not in told and "BREW" not in told
    assert [entry["defect"] for entry in logs if entry["event"] == "a request failed"] == ["RuntimeError"]


async def test_the_callers_trace_is_passed_on_and_a_wrong_one_replaced():
    good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with capture_logs() as logs:
        async with caller(face()) as http:
            await http.get("/v1/away", headers={"traceparent": good})
            await http.get("/v1/away", headers={"traceparent": "Zhang San"})
    first, second = (entry["trace"] for entry in logs)
    assert first == good[3:35] and len(second) == 32 and second != first


async def test_ready_names_what_is_red():
    red = {"log": "ok", "store": "away", "lane express": "waiting"}
    async with caller(face(red)) as http:
        answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["red"]) == (503, ["lane express", "store"])
    async with caller(face(red, needs=("log",))) as http:
        answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["parts"]["store"]) == (200, "away")
    async with caller(face()) as http:
        assert (await http.get("/health/live")).json() == {"status": "live"}


async def test_openapi_holds_hot_routes_and_one_form_for_errors():
    async with caller(face()) as http:
        document = (await http.get("/openapi.json")).json()
        page = await http.get("/docs")
    hot = document["paths"]["/v1/told"]["post"]
    assert hot["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Told"}
    assert {"Told", "Said", "Phone", "ProblemDocument", "Fault"} <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in str(document)
    for path in document["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
    assert page.status_code == 200 and "/v1/typed/{number}" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"] and "<script" not in page.text
