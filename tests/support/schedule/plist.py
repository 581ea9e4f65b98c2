"""Prints the property list on standard input as JSON, as macOS reads it; a key that stands twice is refused."""

import json
import plistlib
import sys
from xml.etree import ElementTree

text = sys.stdin.buffer.read()
for table in ElementTree.fromstring(text).iter("dict"):
    keys = [key.text for key in table.findall("key")]
    if len(keys) != len(set(keys)):
        sys.exit("a key stands twice")
json.dump(plistlib.loads(text), sys.stdout)
