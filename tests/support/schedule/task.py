"""Judges the XML of a task on standard input by what Microsoft documents of the Task Scheduler's schema, as far as the
program uses it, and prints it as JSON: each element a list of its name and its text or its children.
"""

import json
import re
import sys
from xml.etree import ElementTree

SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
BOOLEAN = "true|false"
DURATION = r"PT\d+[HMS]"
TEXT = ".+"

# For each element its children, or the form of its text. Those of SEQUENCES come in this order.
KNOWN = {
    "Task": ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"],
    "RegistrationInfo": ["Description"],
    "Description": TEXT,
    "Triggers": ["CalendarTrigger"],
    "CalendarTrigger": ["StartBoundary", "Enabled", "RandomDelay", "ScheduleByDay"],
    "StartBoundary": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "RandomDelay": DURATION,
    "ScheduleByDay": ["DaysInterval"],
    "DaysInterval": r"\d+",
    "Principals": ["Principal"],
    "Principal": ["UserId", "LogonType", "RunLevel"],
    "LogonType": "S4U|Password|InteractiveToken",
    "RunLevel": "LeastPrivilege|HighestAvailable",
    "Settings": [
        "MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "AllowHardTerminate",
        "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "AllowStartOnDemand", "Enabled", "Hidden", "RunOnlyIfIdle",
        "WakeToRun", "ExecutionTimeLimit", "Priority",
    ],
    "MultipleInstancesPolicy": "Parallel|Queue|IgnoreNew|StopExisting",
    "ExecutionTimeLimit": DURATION,
    "Priority": r"\d|10",
    "Actions": ["Exec"],
    "Exec": ["Command", "Arguments", "WorkingDirectory"],
    "Command": TEXT,
    "Arguments": TEXT,
}
SEQUENCES = ["CalendarTrigger", "Exec"]
REPEATED = ["Exec"]


def judge(element):
    name = element.tag.removeprefix(SPACE)
    known = KNOWN.get(name, BOOLEAN)
    children = [child.tag.removeprefix(SPACE) for child in element]
    if isinstance(known, str):
        if children or not re.fullmatch(known, element.text or ""):
            sys.exit(f"{name}: {element.text!r} is not allowed")
        return [name, element.text]
    for child in children:
        if child not in known:
            sys.exit(f"{name}: {child} is not allowed")
        if children.count(child) > 1 and child not in REPEATED:
            sys.exit(f"{name}: {child} stands twice")
    if name in SEQUENCES and children != sorted(children, key=known.index):
        sys.exit(f"{name}: {children} is not the order")
    return [name, [judge(child) for child in element]]


text = sys.stdin.buffer.read()
if not text.isascii() or b"encoding" in text.splitlines()[0]:
    sys.exit("it must be ASCII and name no encoding, whatever schtasks and PowerShell take it for")
task = ElementTree.fromstring(text)
if task.tag != f"{SPACE}Task" or task.get("version") != "1.2":
    sys.exit("it is no task of version 1.2")
principal = task.find(f"{SPACE}Principals/{SPACE}Principal").get("id")
if task.find(f"{SPACE}Actions").get("Context") != principal:
    sys.exit("the actions run as somebody who is not there")
json.dump(judge(task), sys.stdout)
