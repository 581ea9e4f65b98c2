"""Drives Twilio's own Python library against a simulator and prints what it saw as JSON.

The library is used as it is; only its transport is told to ask for /HOST/PATH on loopback instead of
https://HOST/PATH. Reads its task (endpoint and credentials) as JSON from standard input.
"""

import json
import sys
from urllib.parse import urlsplit

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.base.page import Page
from twilio.credential.client_credential_provider import ClientCredentialProvider
from twilio.credential.orgs_credential_provider import OrgsCredentialProvider
from twilio.http.client_token_manager import ClientTokenManager
from twilio.http.http_client import TwilioHttpClient
from twilio.http.orgs_token_manager import OrgTokenManager
from twilio.rest import Client
from twilio.rest.preview_iam.versionless import Versionless


class Rows(Page):
    """A page of a list for which the library has no class of its own: its rows as they come."""

    def get_instance(self, payload):
        return payload


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


def oauth(task, transport, provider, manager):
    """A client with an OAuth app's credentials; the token request goes to the simulator too."""
    tokens = manager("client_credentials", task["user"], task["secret"])
    tokens.client = Client(http_client=transport, environment={"NOTHING": ""})
    credentials = provider(task["user"], task["secret"], tokens)
    return Client(account_sid=task["account"], credential_provider=credentials, http_client=transport)


def rows(client, organization_sid, path, **query):
    """A list of the Organization, read and paged by the library, which has only single objects of its own."""
    version = Versionless(client.preview_iam)
    page = Rows(version, version.page("GET", f"/{organization_sid}/{path}", params=query))
    return list(version.stream(page))


def with_oauth(task, transport):
    """What OAuth apps see: one of an account, one of the Organization."""
    organization_sid = task["organization_app"]["account"]
    app = oauth(task["app"], transport, ClientCredentialProvider, ClientTokenManager)
    organization = oauth(task["organization_app"], transport, OrgsCredentialProvider, OrgTokenManager)
    lists = organization.preview_iam.organization(organization_sid)
    wrong = dict(task["app"], secret="not the secret")
    return {
        "app_services": [service.sid for service in app.messaging.v1.services.list(page_size=2)],
        "app_numbers": len(app.incoming_phone_numbers.list()),
        "app_on_studio": refusal(lambda: app.studio.v2.flows.list()),
        "app_on_organization": refusal(lambda: rows(app, organization_sid, "Accounts")),
        "app_with_wrong_secret": refusal(
            lambda: oauth(wrong, transport, ClientCredentialProvider, ClientTokenManager).messaging.v1.services.list()
        ),
        "organization_accounts": [one["account_sid"] for one in rows(organization, organization_sid, "Accounts", PageSize=1)],
        "organization_account": lists.accounts(task["child"]["account"]).fetch().friendly_name,
        "organization_roles": [
            one["role_sid"] for one in rows(organization, organization_sid, "RoleAssignments", Scope=task["child"]["account"])
        ],
        "organization_without_scope": refusal(lambda: rows(organization, organization_sid, "RoleAssignments")),
        "organization_users": [[one["id"], one["active"]] for one in rows(organization, organization_sid, "scim/Users")],
        "organization_user": lists.users(task["user"]).fetch().active,
        "role_permissions": [one.action for one in organization.iam.v1.role_permission(task["role"]).list(page_size=1)],
        "organization_on_services": refusal(lambda: organization.messaging.v1.services.list()),
    }


def in_ireland(task, transport):
    """What a credential of another Region sees there and at home."""
    one = task["regional"]
    ireland = Client(
        one["user"], one["secret"], one["account"], region="ie1", edge="dublin", http_client=transport
    )
    home = Client(one["user"], one["secret"], one["account"], http_client=transport)
    strayed = Client(
        task["child"]["user"], task["child"]["secret"], region="ie1", edge="dublin", http_client=transport
    )
    return {
        "regional_services": [service.sid for service in ireland.messaging.v1.services.list(page_size=1)],
        "regional_numbers": len(ireland.incoming_phone_numbers.list()),
        "regional_keys": [key.sid for key in ireland.iam.v1.get_api_keys.list(account_sid=one["account"])],
        "regional_at_home": refusal(lambda: home.incoming_phone_numbers.list()),
        "home_in_region": refusal(lambda: strayed.incoming_phone_numbers.list()),
    }


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
    seen.update(with_oauth(task, transport))
    seen.update(in_ireland(task, transport))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
