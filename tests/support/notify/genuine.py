"""Judges signatures with the function that the document shows: the timestamp, the signature and the key are arguments,
the body is read."""

import re
import sys

document, key, timestamp, signature = sys.argv[1:]
with open(document, encoding="utf-8") as file:
    shown = re.search(r"```python\n(.*?)```", file.read(), re.DOTALL).group(1)
names: dict = {}
exec(shown, names)
headers = {"X-Twilio-Audit-Timestamp": timestamp, "X-Twilio-Audit-Signature": signature}
print(names["is_genuine"](key.encode(), headers, sys.stdin.buffer.read()))
