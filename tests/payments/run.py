"""The official clients of YooKassa and Stripe against the played rails, our own requests and our own signatures.

    .venv/payments/bin/python tests/payments/run.py

Starts both rails (`cargo run -p payments --example rails`) and lets our adapters ask everything that they ever ask. What
they asked has to pass the official packages' own validation; what the rails notify has to be read by them; what the
packages sign has to be accepted by us, and nothing else.
"""

import contextlib
import http.server
import json
import pathlib
import queue
import random
import re
import subprocess
import threading
import time
import urllib.parse
import uuid

import stripe
import yookassa
from stripe.params import _refund_create_params
from stripe.params.checkout import _session_create_params
from yookassa.domain import exceptions as refused
from yookassa.domain.notification import WebhookNotificationFactory
from yookassa.domain.request import PaymentRequest
from yookassa.domain.request.refund_request import RefundRequest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MUTATIONS = 10_000
NEW_SECRET = "whsec_new_secret"
ORDER = {
    "amount": {"value": "699.00", "currency": "RUB"},
    "capture": True,
    "confirmation": {"type": "redirect", "return_url": "https://t.me/neurocards_bot"},
    "description": "Про: 20 кредитов",
    "metadata": {"purchase": "buy-7-2222222222222222"},
}
SESSION = {
    "mode": "payment",
    "success_url": "https://t.me/neurocards_bot",
    "client_reference_id": "buy-7-2222222222222222",
    "payment_intent_data": {"metadata": {"purchase": "buy-7-2222222222222222"}},
    "line_items": [
        {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 899, "product_data": {"name": "Pro"}}},
    ],
}


class Rails:
    """Both rails in a process of their own, told what to do a line at a time."""

    def __init__(self, process):
        self.process = process
        self.said = json.loads(process.stdout.readline())

    def __call__(self, do, **more):
        self.process.stdin.write(json.dumps({"do": do} | more) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if isinstance(answer, dict) and "error" in answer:
            raise SystemExit(f"{do}: {answer['error']}")
        return answer


@contextlib.contextmanager
def rails():
    command = ["cargo", "run", "--quiet", "--locked", "-p", "payments", "--example", "rails"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        yield Rails(process)
        process.stdin.close()


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes notifications, byte by byte as they come."""

    got = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.put((self.headers, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def notified(count):
    """The next so many notifications, in the order in which they came."""
    return [Receiver.got.get(timeout=30) for _ in range(count)]


def check(holds, what):
    if not holds:
        raise SystemExit(f"does not hold: {what}")


def refuses(error, call, what):
    try:
        call()
    except error:
        return
    raise SystemExit(f"{what} is not refused with {error.__name__}")


def key():
    return str(uuid.uuid4())


# ------------------------------------------------------------------------------------------------------- YooKassa


def yookassa_client(rail):
    """The official client, against the played shop."""
    said = rail.said
    yookassa.Configuration.configure(said["shop_id"], said["yookassa_key"], api_url=said["yookassa"])
    same = key()
    opened = yookassa.Payment.create(ORDER, same)
    check(opened.status == "pending" and opened.confirmation.confirmation_url, "a payment waits with a page to pay on")
    check(yookassa.Payment.create(ORDER, same).id == opened.id, "the same key gives the same payment")
    other = ORDER | {"description": "another"}
    refuses(refused.BadRequestError, lambda: yookassa.Payment.create(other, same), "another order under the same key")
    rail("yookassa pay", id=opened.id)
    paid = yookassa.Payment.find_one(opened.id)
    check(paid.status == "succeeded" and paid.paid and paid.refundable, "it is paid")
    check(paid.payment_method.card.last4 == "4477" and str(paid.income_amount.value) == "674.54", "by that card")
    check(str(paid.metadata["purchase"]) == "buy-7-2222222222222222", "for that purchase")
    part = {"payment_id": opened.id, "amount": {"value": "99.00", "currency": "RUB"}}
    refund = yookassa.Refund.create(part, key())
    check(refund.status == "succeeded" and yookassa.Refund.find_one(refund.id).payment_id == opened.id, "a part went back")
    check(str(yookassa.Payment.find_one(opened.id).refunded_amount.value) == "99.00", "and shows on the payment")
    yookassa_held(rail)
    listed = yookassa.Payment.list({"limit": 2})
    rest = yookassa.Payment.list({"limit": 2, "cursor": listed.next_cursor})
    ids = [payment.id for payment in listed.items + rest.items]
    check(len(set(ids)) == 4 and ids[-1] == opened.id, "a list goes on at its cursor, newest first")
    check([one.id for one in yookassa.Refund.list({"payment_id": opened.id}).items] == [refund.id], "refunds are listed")
    yookassa_refusals(rail, opened.id)


def yookassa_held(rail):
    """Money that is only authorized is captured or let go; a card that is refused ends a payment."""
    held = [yookassa.Payment.create(ORDER | {"capture": False}, key()).id for _ in range(2)]
    for one in held:
        rail("yookassa pay", id=one)
    check(yookassa.Payment.capture(held[0], {"amount": ORDER["amount"]}, key()).status == "succeeded", "it is captured")
    check(yookassa.Payment.cancel(held[1], key()).cancellation_details.party == "merchant", "it is let go")
    declined = yookassa.Payment.create(ORDER, key()).id
    rail("yookassa decline", id=declined)
    reason = yookassa.Payment.find_one(declined).cancellation_details.reason
    check(reason == "insufficient_funds", "a refused card ends it")


def yookassa_refusals(rail, paid):
    """Every status that the official client knows how to tell apart."""
    create = lambda: yookassa.Payment.create(ORDER, key())
    for fault, error in [
        ("open-429", refused.TooManyRequestsError),
        ("open-500", refused.InternalServerError),
        ("open-500-after", refused.InternalServerError),
        ("open-202", refused.ResponseProcessingError),
    ]:
        rail("fault", rail="yookassa", name=fault)
        refuses(error, create, fault)
    refuses(refused.NotFoundError, lambda: yookassa.Payment.find_one("22d6"), "a payment that is not there")
    much = {"payment_id": paid, "amount": {"value": "600.01", "currency": "RUB"}}
    refuses(refused.BadRequestError, lambda: yookassa.Refund.create(much, key()), "more than is left")
    said = rail.said
    yookassa.Configuration.configure(said["shop_id"], "wrong", api_url=said["yookassa"])
    refuses(refused.UnauthorizedError, create, "a wrong key")
    yookassa.Configuration.configure(said["shop_id"], said["yookassa_key"], api_url=said["yookassa"])


YOOKASSA_KINDS = {
    "payment.succeeded": 2,
    "payment.waiting_for_capture": 2,
    "payment.canceled": 2,
    "refund.succeeded": 1,
}


def yookassa_notifications():
    """Every kind of notification is read by the official package, with what is in it."""
    kinds = {}
    for _, body in notified(sum(YOOKASSA_KINDS.values())):
        body = json.loads(body)
        read = WebhookNotificationFactory().create(body)
        check(read.event == body["event"] and read.object.id == body["object"]["id"], f"{body['event']} is read")
        check(read.object.status == body["object"]["status"], f"{body['event']} says how it stands")
        check(str(read.object.amount.value) == body["object"]["amount"]["value"], f"{body['event']} says how much")
        kinds[read.event] = kinds.get(read.event, 0) + 1
    check(kinds == YOOKASSA_KINDS, f"all kinds came: {kinds}")
    return len(kinds)


def our_yookassa_requests(journal):
    """What our adapter asks passes the official package's validation, and nothing in it is unknown to that package."""
    count = 0
    for asked in journal:
        if asked["method"] != "POST":
            continue
        body = json.loads(asked["body"])
        kind = {"/v3/payments": PaymentRequest, "/v3/refunds": RefundRequest}[asked["path"]]
        kind(body).validate()
        lost = unread(body, as_read(kind, body))
        check(not lost, f"{asked['path']}: the official package does not know {lost}")
        check(re.fullmatch(r"[0-9a-zA-Z+\-_.]{1,64}", asked["key"]), f"the key {asked['key']}")
        check(asked["told"] == 200, f"{asked['path']} was told {asked['told']}")
        count += 1
    odd = ORDER | {"capturee": True}
    check(unread(odd, as_read(PaymentRequest, odd)) == ["/capturee"], "others are found")
    refuses(ValueError, PaymentRequest({"amount": {"value": "0.00", "currency": "RUB"}}).validate, "nothing at all")
    return count


def as_read(kind, body):
    """A request as the official package would send it, having read it."""
    return json.loads(json.dumps(dict(kind(body)), default=str))


def unread(said, read, at=""):
    """Names in a request that its reader has not kept."""
    if isinstance(said, dict):
        if not isinstance(read, dict):
            return [at]
        return [one for name in said for one in unread(said[name], read.get(name), f"{at}/{name}")]
    if isinstance(said, list):
        pairs = zip(said, read or [None] * len(said))
        return [one for number, (a, b) in enumerate(pairs) for one in unread(a, b, f"{at}/{number}")]
    return [at] if read is None else []


# --------------------------------------------------------------------------------------------------------- Stripe


def stripe_client(rail):
    """The official client, against the played account."""
    stripe.api_base = rail.said["stripe"].removesuffix("/v1")
    stripe.api_key = rail.said["stripe_key"]
    stripe.max_network_retries = 0
    same = key()
    opened = stripe.checkout.Session.create(**SESSION, idempotency_key=same)
    check(opened.status == "open" and opened.payment_status == "unpaid" and opened.url, "a session waits with its page")
    check(stripe.checkout.Session.create(**SESSION, idempotency_key=same).id == opened.id, "the same key, the same session")
    other = SESSION | {"client_reference_id": "another"}
    create_other = lambda: stripe.checkout.Session.create(**other, idempotency_key=same)
    refuses(stripe.IdempotencyError, create_other, "another order under the same key")
    rail("stripe pay", id=opened.id)
    session = stripe.checkout.Session.retrieve(opened.id)
    check((session.status, session.payment_status) == ("complete", "paid"), "it is paid")
    intent = stripe.PaymentIntent.retrieve(session.payment_intent, expand=["latest_charge"])
    check(intent.latest_charge.paid and intent.amount_received == 899, "with a charge")
    refund = stripe.Refund.create(payment_intent=intent.id, amount=99)
    check(stripe.Refund.retrieve(refund.id).status == "succeeded", "a part went back")
    dispute = rail("stripe dispute", id=intent.id)
    check(stripe.Dispute.list(payment_intent=intent.id).data[0].status == "needs_response", "a bank disputes it")
    rail("stripe win", id=dispute)
    check(stripe.Dispute.retrieve(dispute).status == "won", "and loses")
    stripe_later(rail)
    ids = [one.id for one in stripe.PaymentIntent.list(limit=2, expand=["data.latest_charge"]).auto_paging_iter()]
    # The oldest is that of our own adapter.
    check(len(ids) == len(set(ids)) == 5 and ids[-2] == intent.id, f"a list goes on page by page: {ids}")
    stripe_refusals(rail, intent.id)


def stripe_later(rail):
    """Money that takes days, a session that expires, a refund that fails."""
    for end in ["stripe arrive", "stripe bounce"]:
        session = stripe.checkout.Session.create(**SESSION).id
        rail("stripe pay later", id=session)
        rail(end, id=session)
    stripe.checkout.Session.expire(stripe.checkout.Session.create(**SESSION).id)
    session = stripe.checkout.Session.create(**SESSION).id
    rail("stripe pay", id=session)
    payment = stripe.checkout.Session.retrieve(session).payment_intent
    for settled in [0, 1]:
        rail("fault", rail="stripe", name="refund-pending")
        refund = stripe.Refund.create(payment_intent=payment)
        check(refund.status == "pending", "a refund is on its way")
        rail("stripe settle refund", id=refund.id, minor=settled)


def stripe_refusals(rail, paid):
    """Every error that the official client knows how to tell apart."""
    create = lambda: stripe.checkout.Session.create(**SESSION)
    for fault, error in [
        ("open-429", stripe.RateLimitError),
        ("open-500", stripe.APIError),
        ("open-409", stripe.APIError),
        ("open-cut", stripe.APIConnectionError),
    ]:
        rail("fault", rail="stripe", name=fault)
        refuses(error, create, fault)
    invalid = stripe.InvalidRequestError
    refuses(invalid, lambda: stripe.PaymentIntent.retrieve("pi_1"), "a payment that is not there")
    refuses(invalid, lambda: stripe.checkout.Session.create(**SESSION | {"expires_at": 1}), "a session of the past")
    refuses(invalid, lambda: stripe.Refund.create(payment_intent=paid, amount=801), "more than is left")
    stripe.api_key = "sk_live_other"
    refuses(stripe.AuthenticationError, create, "a wrong key")
    stripe.api_key = rail.said["stripe_key"]


STRIPE_KINDS = {
    "checkout.session.completed": 4,
    "checkout.session.async_payment_succeeded": 1,
    "checkout.session.async_payment_failed": 1,
    "checkout.session.expired": 1,
    "charge.refunded": 3,
    "refund.failed": 1,
    "refund.updated": 1,
    "charge.dispute.created": 1,
    "charge.dispute.closed": 1,
}


def stripe_events(secret):
    """Every event passes the official verification, and what was changed on the way does not."""
    kinds = {}
    for headers, body in notified(sum(STRIPE_KINDS.values())):
        signature = headers["Stripe-Signature"]
        event = stripe.Webhook.construct_event(body, signature, secret)
        kinds[event.type] = kinds.get(event.type, 0) + 1
        check(event.data.object.id and event.api_version == stripe.api_version, f"{event.type} is read")
        changed = body.replace(b'"livemode":true', b'"livemode":null')
        for forged, with_secret in [(changed, secret), (body, "whsec_other")]:
            verify = lambda: stripe.Webhook.construct_event(forged, signature, with_secret)
            refuses(stripe.SignatureVerificationError, verify, f"a forged {event.type}")
    check(kinds == STRIPE_KINDS, f"all kinds came: {kinds}")
    return len(kinds)


def rolled_secret(rail):
    """While a secret is rolled, either verifies."""
    rail("roll", secret=NEW_SECRET)
    rail("stripe pay", id=stripe.checkout.Session.create(**SESSION).id)
    [(headers, body)] = notified(1)
    for secret in [rail.said["webhook_secret"], NEW_SECRET]:
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret)


def our_stripe_requests(journal):
    """What our adapter asks has no parameter that the official package does not declare."""
    declared = {
        "/v1/checkout/sessions": (_session_create_params, "SessionCreateParams"),
        "/v1/refunds": (_refund_create_params, "RefundCreateParams"),
    }
    count = 0
    for asked in journal:
        if asked["method"] != "POST":
            continue
        module, name = declared[asked["path"]]
        for parameter, _ in urllib.parse.parse_qsl(asked["body"], strict_parsing=True):
            check(declares(module, name, parameter), f"{asked['path']}: {parameter}")
        check(asked["told"] == 200 and asked["key"], f"{asked['path']} was told {asked['told']}")
        count += 1
    check(not declares(*declared["/v1/checkout/sessions"], "line_items[0][price_datum][currency]"), "others are found")
    return count


def declares(module, name, parameter):
    """Whether `line_items[0][price_data][currency]` is declared, going from class to class."""
    for part in re.findall(r"[^\[\]]+", parameter):
        if name is None:
            return True
        if part.isdigit():
            continue
        kind = getattr(module, name).__annotations__.get(part)
        if kind is None:
            return False
        classes = [one for one in re.findall(r"ForwardRef\('(\w+)'", repr(kind)) if hasattr(module, one)]
        # A plain value, or metadata whose keys are the caller's.
        name = classes[0] if classes else None
    return True


def our_verifier(rail):
    """What the official package signs is accepted by us; of so many mutations nothing is."""
    dice = random.Random(4)
    accepted = {"signed": 0, "mutated": 0}
    now = int(time.time())
    for number in range(MUTATIONS):
        body = json.dumps({"id": f"evt_{number}", "object": "event", "data": {"object": {"id": "cs_1"}}})
        secret = f"whsec_{dice.getrandbits(128):032x}"
        header = stripe.WebhookSignature.generate_signature_header(body, secret, now)
        ask = {"header": header, "body": body.encode().hex(), "now": now, "secret": secret}
        if number % 20 == 0:
            accepted["signed"] += rail("verify", **ask)
        accepted["mutated"] += rail("verify", **ask | mutated(dice, ask))
    return accepted


def mutated(dice, ask):
    """The same with something wrong in it: the signature, its time, the body, the secret, or when it comes."""
    header, body = ask["header"], bytearray.fromhex(ask["body"])
    match dice.randrange(6):
        case 0:
            return {"header": other_digit(dice, header, header.index("v1=") + 3, len(header), "0123456789abcdef")}
        case 1:
            return {"header": other_digit(dice, header, 2, header.index(","), "0123456789")}
        case 2:
            body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
            return {"body": body.hex()}
        case 3:
            return {"secret": other_digit(dice, ask["secret"], 6, len(ask["secret"]), "0123456789abcdef")}
        case 4:
            return {"now": ask["now"] + dice.choice([-1, 1]) * dice.randint(301, 10**9)}
        case _:
            cut = dice.randrange(len(header))
            return {"header": header[:cut]}


def other_digit(dice, text, start, end, digits):
    at = dice.randrange(start, end)
    return text[:at] + dice.choice([one for one in digits if one != text[at]]) + text[at + 1 :]


def main():
    with rails() as rail:
        rail("drive")
        asked = our_yookassa_requests(rail("journal", rail="yookassa"))
        print(f"yookassa: {asked} requests of ours pass the official package's validation")
        asked = our_stripe_requests(rail("journal", rail="stripe"))
        print(f"stripe: {asked} requests of ours have only declared parameters")
        rail("notify", url=receiver())
        yookassa_client(rail)
        print(f"yookassa: the official client is served, and reads {yookassa_notifications()} kinds of notification")
        stripe_client(rail)
        kinds = stripe_events(rail.said["webhook_secret"])
        print(f"stripe: the official client is served, and verifies {kinds} kinds of event")
        rolled_secret(rail)
        accepted = our_verifier(rail)
        check(accepted == {"signed": MUTATIONS // 20, "mutated": 0}, f"accepted: {accepted}")
        print(f"stripe: {accepted['signed']} official signatures accepted, of {MUTATIONS} mutations {accepted['mutated']}")


if __name__ == "__main__":
    main()
