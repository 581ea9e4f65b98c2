"""Lists with Twilio's own Python library what a scan with the few checks reads, account by account.

One client for each account, as its credentials demand; one transport with a pool of connections for all of them; 64
threads. Reads its task (endpoint and accounts with their Auth Tokens) as JSON from standard input.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

THREADS = 64
SINCE = date.today() - timedelta(days=30)

LISTS = [
    lambda client: client.incoming_phone_numbers,
    lambda client: client.applications,
    lambda client: client.queues,
    lambda client: client.outgoing_caller_ids,
    lambda client: client.addresses,
    lambda client: client.sip.domains,
    lambda client: client.content.v1.contents,
    lambda client: client.conversations.v1.address_configurations,
    lambda client: client.flex_api.v1.flex_flow,
    lambda client: client.messaging.v1.services,
    lambda client: client.proxy.v1.services,
    lambda client: client.serverless.v1.services,
    lambda client: client.studio.v2.flows,
    lambda client: client.sync.v1.services,
    lambda client: client.taskrouter.v1.workspaces,
    lambda client: client.trunking.v1.trunks,
    lambda client: client.verify.v2.services,
]


class Loopback(TwilioHttpClient):
    """The library's transport, with every address mapped to the simulator."""

    def __init__(self, endpoint):
        super().__init__(pool_connections=True)
        self.session.trust_env = False
        self.session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=2 * THREADS))
        self.endpoint = endpoint

    def request(self, method, url, *args, **kwargs):
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, f"{self.endpoint}/{parts.netloc}{parts.path}{query}", *args, **kwargs)


def tasks(client):
    """Every list of one account, as a function that reads it."""
    for resource in LISTS:
        yield lambda resource=resource: resource(client).list()
    for status in ["in-progress", "completed"]:
        yield lambda status=status: client.video.v1.rooms.list(status=status)
    yield lambda: client.usage.records.list(include_subaccounts=False, start_date=SINCE)
    yield lambda: client.iam.v1.get_api_keys.list(account_sid=client.account_sid)


def main():
    task = json.load(sys.stdin)
    transport = Loopback(task["endpoint"])
    clients = [Client(account, token, http_client=transport) for account, token in task["accounts"]]
    with ThreadPoolExecutor(THREADS) as pool:
        rows = sum(pool.map(lambda read: len(read()), [read for client in clients for read in tasks(client)]))
    print(rows)


main()
