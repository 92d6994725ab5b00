"""Standard Webhooks: ours and the reference library agree, both ways."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.outbound.signing import BadSignature, new_secret, sign, verify

NOW = datetime.now(UTC).replace(microsecond=0)
BODY = '{"text":"学时缩水"}'.encode()


def test_what_we_sign_the_reference_verifies():
    secret = new_secret()
    Webhook(secret).verify(BODY, sign([secret], "m1", NOW, BODY), json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, sign([secret], "m1", NOW, BODY), json_parse=False)


def test_what_the_reference_signs_we_verify():
    secret = new_secret()
    signature = Webhook(secret).sign("m1", NOW, BODY.decode())
    headers = {"webhook-id": "m1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": signature}
    assert verify([secret], headers, BODY, NOW) == "m1"


def test_during_a_rotation_either_secret_holds_on_either_side():
    old, new = new_secret(), new_secret()
    both = sign([new, old], "m1", NOW, BODY)
    assert verify([old], both, BODY, NOW) == verify([new], both, BODY, NOW) == "m1"
    assert verify([new, old], sign([old], "m1", NOW, BODY), BODY, NOW) == "m1"


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GOOD = sign([SECRET], "m1", NOW, BODY)


@pytest.mark.parametrize(
    ("headers", "body", "at"),
    [
        ({}, BODY, NOW),
        ({**GOOD, "webhook-id": "m2"}, BODY, NOW),
        ({**GOOD, "webhook-timestamp": str(int(NOW.timestamp()) + 1)}, BODY, NOW),
        ({**GOOD, "webhook-timestamp": "soon"}, BODY, NOW),
        ({**GOOD, "webhook-signature": "v1,"}, BODY, NOW),
        ({**GOOD, "webhook-signature": "键"}, BODY, NOW),
        ({**GOOD, "webhook-signature": GOOD["webhook-signature"].replace("v1,", "v2,")}, BODY, NOW),
        (GOOD, BODY + b" ", NOW),
        (GOOD, BODY, NOW + timedelta(minutes=6)),
        (GOOD, BODY, NOW - timedelta(minutes=6)),
    ],
)
def test_anything_changed_missing_or_out_of_its_time_does_not_hold(headers, body, at):
    with pytest.raises(BadSignature):
        verify([SECRET], headers, body, at)
