"""Changes things on a simulator with Twilio's own Python library, in API generations of every kind, and prints what it
read back as JSON. Reads its task (endpoint and credentials) as JSON from standard input.
"""

import json
import sys

from drive import Loopback, refusal
from twilio.rest import Client


def main():
    task = json.load(sys.stdin)
    transport = Loopback(task["endpoint"])
    parent, child, standard = (
        Client(task[name]["user"], task[name]["secret"], task[name]["account"], http_client=transport)
        for name in ["parent", "child", "standard"]
    )
    account, number = task["child"]["account"], task["number"]

    child.incoming_phone_numbers(number).update(voice_url="https://voice.example/in", voice_caller_id_lookup=True)
    by_parent = parent.api.v2010.accounts(account).incoming_phone_numbers(number)
    by_parent.update(friendly_name="front desk")
    changed = child.incoming_phone_numbers(number).fetch()

    trunk = child.trunking.v1.trunks.create(friendly_name="pbx", secure=False)
    trunk.phone_numbers.create(phone_number_sid=number)
    secure = trunk.update(secure=True, transfer_mode="disable-all")

    service = child.sync.v1.services.create(friendly_name="notes")
    acl = child.sync.v1.services(service.sid).update(acl_enabled=True).acl_enabled

    messaging = child.messaging.v1.services.create(friendly_name="reminders")
    messaging.phone_numbers.create(phone_number_sid=number)
    senders = [one.phone_number for one in messaging.phone_numbers.list()]
    taken_away = messaging.phone_numbers(number).delete()

    policy = {"allow": ["/twilio/voice/sip.trunks/list"]}
    key = child.iam.v1.new_api_key.create(account_sid=account, friendly_name="ci", key_type="restricted", policy=policy)
    with_key = Client(key.sid, key.secret, account, http_client=transport)
    trunks = [one.friendly_name for one in with_key.trunking.v1.trunks.list()]
    deleted = child.iam.v1.api_key(key.sid).delete()

    seen = {
        "number": [changed.voice_url, changed.voice_caller_id_lookup, changed.friendly_name],
        "trunk": [secure.secure, child.trunking.v1.trunks(trunk.sid).fetch().transfer_mode],
        "trunk_of_number": [child.incoming_phone_numbers(number).fetch().trunk_sid, trunk.sid],
        "acl": [acl, child.sync.v1.services(service.sid).fetch().acl_enabled],
        "services_of_parent": len(parent.sync.v1.services.list()),
        "by_parent": refusal(lambda: parent.sync.v1.services(service.sid).update(acl_enabled=False)),
        "senders": [senders, taken_away, len(messaging.phone_numbers.list())],
        "key": [trunks, deleted],
        "with_deleted_key": refusal(lambda: with_key.trunking.v1.trunks.list()),
        "standard_makes_keys": refusal(lambda: standard.new_keys.create(friendly_name="another")),
        "unknown_mode": refusal(lambda: trunk.update(transfer_mode="perhaps")),
        "service_deleted": child.sync.v1.services(service.sid).delete(),
        "deleted_service": refusal(lambda: child.sync.v1.services(service.sid).fetch()),
    }
    json.dump(seen, sys.stdout)


main()
