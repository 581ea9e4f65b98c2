"""Drives Twilio's own Python library against a simulator and prints what it saw as JSON.

The library is used as it is; only its transport is told to ask for /HOST/PATH on loopback instead of
https://HOST/PATH. Reads its task (endpoint and credentials) as JSON from standard input.
"""

import json
import sys
from urllib.parse import urlsplit

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client


class Loopback(TwilioHttpClient):
    """The library's transport, with every address mapped to the simulator."""

    def __init__(self, endpoint):
        super().__init__(pool_connections=True)
        self.session.trust_env = False
        self.endpoint = endpoint

    def request(self, method, url, *args, **kwargs):
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, f"{self.endpoint}/{parts.netloc}{parts.path}{query}", *args, **kwargs)


def refusal(call):
    """Status and code with which a call is refused; nothing if it is not."""
    try:
        call()
    except TwilioRestException as error:
        return {"status": error.status, "code": error.code}
    except TwilioException as error:
        # Lists keep the answer as it came; single objects read it.
        _, answer = error.args
        return {"status": answer.status_code, "code": json.loads(answer.text)["code"]}
    return None


def main():
    task = json.load(sys.stdin)
    transport = Loopback(task["endpoint"])
    parent, child, standard, restricted, wrong = (
        Client(task[name]["user"], task[name]["secret"], task[name]["account"], http_client=transport)
        for name in ["parent", "child", "standard", "restricted", "wrong"]
    )
    child_sid = task["child"]["account"]
    numbers = child.incoming_phone_numbers.list(page_size=5)
    services = child.messaging.v1.services.list(page_size=2)
    seen = {
        "accounts": [account.sid for account in parent.api.v2010.accounts.list()],
        "numbers": [number.sid for number in numbers],
        "number_created": numbers[0].date_created.isoformat(),
        "numbers_by_parent": len(parent.api.v2010.accounts(child_sid).incoming_phone_numbers.list()),
        "services": [service.sid for service in services],
        "services_of": sorted({service.account_sid for service in services}),
        "services_by_parent_of": sorted({service.account_sid for service in parent.messaging.v1.services.list()}),
        "keys": [[key.friendly_name, key.flags] for key in child.iam.v1.get_api_keys.list(account_sid=child_sid)],
        "flow_definition": child.studio.v2.flows(child.studio.v2.flows.list()[0].sid).fetch().definition,
        "standard_on_accounts": refusal(lambda: standard.api.v2010.accounts.list()),
        "standard_on_keys": refusal(lambda: standard.api.v2010.accounts(child_sid).keys.list()),
        "restricted_on_numbers": refusal(lambda: restricted.incoming_phone_numbers.list()),
        "wrong_secret": refusal(lambda: wrong.incoming_phone_numbers.list()),
        "unknown_flow": refusal(lambda: parent.studio.v2.flows("FW" + "0" * 32).fetch()),
        "whatsapp_senders": [s.sender_id for s in child.messaging.v2.channels_senders.list(channel="whatsapp")],
    }
    json.dump(seen, sys.stdout)


main()
