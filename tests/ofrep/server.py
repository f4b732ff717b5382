"""The stock Python client: one request for each evaluation."""

import json
import os
import urllib.request

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode

API, API_KEY, STRANGER_KEY, CUSTOMER = (os.environ[name] for name in ["API", "API_KEY", "STRANGER_KEY", "CUSTOMER"])
# A tier that nobody gave is not believed.
CONTEXT = EvaluationContext(targeting_key=CUSTOMER, attributes={"tier": "pro"})


def client(key):
    api.set_provider(OFREPProvider(API, headers_factory=lambda: {"X-API-Key": key}), domain=key)
    return api.get_client(domain=key)


def give(tier):
    """Gives the customer a tier, as an operator does; none without a key."""
    change = json.dumps({"change": "tier", "key": tier, "reason": "the stock clients' checks"}).encode()
    headers = {"X-API-Key": API_KEY, "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(f"{API}/admin/standings/{CUSTOMER}", change, headers)).close()


def agrees(details, value, variant, reason):
    assert (details.value, details.variant, str(details.reason)) == (value, variant, reason), details
    assert details.error_code is None, details


def every_type(mine):
    agrees(mine.get_boolean_details("new_jobs", False, CONTEXT), True, "on", "STATIC")
    agrees(mine.get_boolean_details("closed", True, CONTEXT), False, "off", "DISABLED")
    agrees(mine.get_string_details("greeting", "none", CONTEXT), "hi", "short", "TARGETING_MATCH")
    agrees(mine.get_float_details("share", 9.0, CONTEXT), 0.1, "tenth", "STATIC")
    agrees(mine.get_object_details("theme", {}, CONTEXT), {"ink": "white"}, "dark", "STATIC")
    agrees(mine.get_boolean_details("hd", True, CONTEXT), False, "off", "TARGETING_MATCH")
    agrees(mine.get_boolean_details("chat", False, CONTEXT), True, "on", "DEFAULT")
    print("ok  every type of flag with its variant and reason")


def unsaid(mine):
    """Where there is no value, the client's own default holds; the variant says so without naming one of the flag's."""
    agrees(mine.get_string_details("unset", "mine", CONTEXT), "mine", "caller-default", "DEFAULT")
    agrees(mine.get_string_details("shut", "mine", CONTEXT), "mine", "caller-default_", "DISABLED")
    agrees(mine.get_float_details("width", 9.0, CONTEXT), 9.0, "caller-default", "TARGETING_MATCH")
    print("ok  the caller's default where there is no value")


def errors(mine):
    missing = mine.get_string_details("nothing-of-the-kind", "mine", CONTEXT)
    assert (missing.value, missing.error_code) == ("mine", ErrorCode.FLAG_NOT_FOUND), missing
    print("ok  a flag that is not there")
    stranger = client(STRANGER_KEY).get_boolean_details("new_jobs", False, CONTEXT)
    assert (stranger.value, str(stranger.reason), stranger.error_code) == (False, "ERROR", ErrorCode.GENERAL), stranger
    assert "unauthorized" in stranger.error_message, stranger
    print("ok  a key that nobody knows")


def upgrade(mine):
    give("pro")
    agrees(mine.get_boolean_details("hd", False, CONTEXT), True, "on", "TARGETING_MATCH")
    agrees(mine.get_string_details("greeting", "none", CONTEXT), "good day", "long", "TARGETING_MATCH")
    print("ok  a higher tier from one evaluation to the next")


def main():
    mine = client(API_KEY)
    give(None)
    every_type(mine)
    unsaid(mine)
    errors(mine)
    upgrade(mine)
    give(None)


if __name__ == "__main__":
    main()
